// What a link says about where it leads, read before anything is sent. Its form is that of protocol/src/link.rs, and so are the
// reasons for which one is refused; its secret is checked and never shown.
import { z } from "zod";
import type { Fault } from "../../generated/client";

export type Link =
  | { kind: "invite"; host: string; organisation: string; invite: string; member: string }
  | { kind: "setup"; host: string };

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const at = z.string().regex(/^[0-9A-Za-z.[\]:-]+:\d{1,5}$/).refine((text) => Number(text.slice(text.lastIndexOf(":") + 1)) <= 65_535);
const FORMS = {
  "plumbline://enrol?": { at, ca: hash, organisation: hash, invite: uuid, member: uuid },
  "plumbline://setup?": { at, ca: hash, key: hash },
} as const;

/** Longest link, in bytes. */
const LONGEST = 1000;

const refused = (reason: string): Fault => ({ fault: "invalid", field: "link", reason });

/** The link in `text`, or why it is none. */
export function parseLink(text: string): Link | Fault {
  if (new TextEncoder().encode(text).length > LONGEST) return refused("length");
  const link = text.trim();
  const prefix = (Object.keys(FORMS) as (keyof typeof FORMS)[]).find((known) => link.startsWith(known));
  if (!prefix) return refused("kind");
  const [query = "", secret] = link.slice(prefix.length).split(/#(.*)/s);
  if (!hash.safeParse(secret).success) return refused("secret");
  const names = Object.keys(FORMS[prefix]);
  const pairs = query.split("&");
  if (pairs.length !== names.length || !pairs.every((pair, i) => pair.startsWith(`${names[i]}=`))) return refused("parameters");
  const values: Record<string, string> = Object.fromEntries(pairs.map((pair, i) => [names[i], pair.slice(pair.indexOf("=") + 1)]));
  for (const [name, form] of Object.entries(FORMS[prefix])) if (!form.safeParse(values[name]).success) return refused(name);
  const { at: address = "", organisation = "", invite = "", member = "" } = values;
  const host = address.slice(0, address.lastIndexOf(":"));
  return prefix === "plumbline://setup?" ? { kind: "setup", host } : { kind: "invite", host, organisation, invite, member };
}

/** The first digits of an id, in groups: enough to compare by eye or by telephone. */
export const short = (id: string): string => (id.replaceAll("-", "").slice(0, 12).match(/.{1,4}/g) ?? []).join(" ");
