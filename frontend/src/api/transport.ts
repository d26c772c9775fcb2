// How the page reaches the core: by the window's commands and events. The tests put another transport in this one's place.
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

/** Calls a command. What it refuses is thrown as it came: a `Fault`. */
export const send = (name: string, request?: unknown): Promise<unknown> =>
  invoke(name, request === undefined ? {} : { request: request as Record<string, unknown> });

/** What the page hears: the core, and what the window says of dropped files and opened links. */
export type Heard = "core" | "drop" | "link" | "tauri://drag-enter" | "tauri://drag-leave";

/** Hears the window's events until the answer is called. */
export function hear(event: Heard, told: (payload: unknown) => void): () => void {
  const listening = listen(event, (heard) => told(heard.payload));
  return () => void listening.then((stop) => stop());
}

/** Address of a picture: decrypted on the way, never a file. */
export const picture = (which: "thumbnail" | "original", id: string): string =>
  `${navigator.userAgent.includes("Windows") ? "http://photo.localhost" : "photo://localhost"}/${which}/${id}`;
