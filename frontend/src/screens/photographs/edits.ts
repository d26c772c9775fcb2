// What a person types about a photograph, checked, and what has to be written for it.
import { z } from "zod";
import type { PhotoView } from "../../generated/client";

/** Longest caption and label that the core takes, in bytes of UTF-8. */
export const CAPTION_BYTES = 2000;
const TAG_BYTES = 100;
export const bytes = (text: string) => new TextEncoder().encode(text).length;

export const wordsShape = z.object({
  caption: z.string().refine((text) => bytes(text.trim()) <= CAPTION_BYTES, "long"),
  tags: z.string().refine((text) => tagsOf(text).every((tag) => bytes(tag) <= TAG_BYTES), "long"),
});

export type Words = z.infer<typeof wordsShape>;

/** Labels, parted by commas; each once. */
export const tagsOf = (text: string): string[] => [...new Set(text.split(",").map((tag) => tag.trim()).filter(Boolean))];

/** What has to be written for `after` to stand where `before` stands; nothing where they are the same. */
export function changesOf(before: Pick<PhotoView, "caption" | "tags">, after: { caption: string; tags: string[] }) {
  const caption = after.caption.trim() || null;
  const add = after.tags.filter((tag) => !before.tags.includes(tag));
  const remove = before.tags.filter((tag) => !after.tags.includes(tag));
  return {
    ...(caption !== before.caption && { caption }),
    ...((add.length > 0 || remove.length > 0) && { tags: { add, remove } }),
  };
}
