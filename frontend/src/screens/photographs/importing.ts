// Imports pictures one after another. What was imported stays, whatever comes after; a stop takes effect after the one that
// is under way; the same picture twice is kept once.
import type { Fault, PhotoView } from "../../generated/client";

export type Outcome =
  | { state: "waiting" | "running" | "stopped" }
  | { state: "imported"; photo: PhotoView }
  /** The same bytes as another file of this import, which stays. */
  | { state: "double"; of: string }
  | { state: "refused"; fault: Fault };

export interface Item {
  path: string;
  name: string;
  outcome: Outcome;
}

/** The last part of a path of any system. */
export const nameOf = (path: string): string => path.split(/[\\/]/).at(-1) || path;

/** What is to be imported; a path given twice counts once. */
export const itemsOf = (paths: string[]): Item[] =>
  [...new Set(paths)].map((path) => ({ path, name: nameOf(path), outcome: { state: "waiting" } }));

export interface Work {
  capture: (path: string) => Promise<PhotoView>;
  /** Takes back what came in twice. */
  takeBack: (photo: PhotoView) => Promise<unknown>;
  faultOf: (thrown: unknown) => Fault;
  /** Told after every step. */
  told: (items: Item[]) => void;
  stopped: () => boolean;
}

/** Goes on past a file that is refused: but not past a full disk or a closed store, where the rest would fail alike. */
const ENDS = new Set<Fault["fault"]>(["storage_full", "locked", "signed_out", "denied"]);

export async function runImport(items: Item[], work: Work): Promise<Item[]> {
  let all = items;
  const say = (at: number, outcome: Outcome) => {
    all = all.map((item, n) => (n === at ? { ...item, outcome } : item));
    work.told(all);
  };
  const seen = new Map<string, string>();
  let ended = false;
  for (const [at, item] of items.entries()) {
    if (ended || work.stopped()) {
      say(at, { state: "stopped" });
      continue;
    }
    say(at, { state: "running" });
    try {
      const photo = await work.capture(item.path);
      const first = seen.get(photo.sha256);
      if (first === undefined) {
        seen.set(photo.sha256, item.name);
        say(at, { state: "imported", photo });
      } else {
        await work.takeBack(photo);
        say(at, { state: "double", of: first });
      }
    } catch (thrown) {
      const fault = work.faultOf(thrown);
      say(at, { state: "refused", fault });
      ended = ENDS.has(fault.fault);
    }
  }
  return all;
}

export interface Tally {
  imported: PhotoView[];
  refused: number;
  double: number;
  stopped: number;
  /** Those with an outcome. */
  done: number;
}

export function tally(items: Item[]): Tally {
  const of = (state: Outcome["state"]) => items.filter((item) => item.outcome.state === state).length;
  return {
    imported: items.flatMap(({ outcome }) => (outcome.state === "imported" ? [outcome.photo] : [])),
    refused: of("refused"),
    double: of("double"),
    stopped: of("stopped"),
    done: items.length - of("waiting") - of("running"),
  };
}
