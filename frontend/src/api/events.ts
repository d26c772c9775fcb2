// Which reads a change concerns: the cache is invalidated by the core's events and by nothing else.
import { hear } from "#transport";
import type { QueryClient } from "@tanstack/react-query";
import type { Event } from "../generated/client";
import type { Call } from "./client";

/** Reads that show records of any kind. */
const ANY: Call[] = ["record", "history", "list", "search", "conflicts"];

/** Reads that a kind's records are part of. */
const OF_KIND: Record<string, Call[]> = {
  punch: ["day", "week", "cell", "hours", "verdict", "places", "devices"],
  week: ["week"],
  crew: ["day", "week"],
  absence: ["day", "week"],
  project: ["day", "week", "cell", "verdict", "places"],
  member: ["day", "week", "devices", "status"],
  device: ["devices"],
  photo: ["photos", "photo", "photo_days", "verdict", "custody", "places"],
  deposit: ["photos", "photo", "photo_days", "custody"],
  organisation: ["status"],
};

function concerned(event: Event): Call[] {
  switch (event.event) {
    case "records":
      return [...ANY, "log", "status", ...event.kinds.flatMap((kind) => OF_KIND[kind] ?? [])];
    case "outbox":
      return ["waiting", "uploads", "held", "status", "conflicts"];
    case "photo":
      return ["photos", "photo", "photo_days", "uploads", "custody", "storage"];
    case "connection":
      return ["status", "log"];
    case "alarm":
      return ["alarms", "repairs", "status"];
  }
}

/** Keeps `client` in step with the core until the answer is called. */
export function follow(client: QueryClient): () => void {
  return hear("core", (payload) => {
    const calls = new Set<unknown>(concerned(payload as Event));
    void client.invalidateQueries({ predicate: (query) => calls.has(query.queryKey[0]) });
  });
}
