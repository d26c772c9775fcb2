// What a new record begins with where it is a refused one that is corrected and sent anew: handed over from the outbox, once.
import { call } from "../../api/client";
import type { Datum } from "../../generated/client";

export interface Handed {
  kind: string;
  fields: Record<string, Datum>;
  project: string | null;
  /** The refused action, to be taken off the list when the new one is made. */
  replaces: string;
}

let handed: Handed | null = null;

export const desk = {
  hand: (begun: Handed) => {
    handed = begun;
  },
  /** What was handed over for this kind. */
  taken: (kind: string): Handed | undefined => (handed?.kind === kind ? handed : undefined),
  /** The new one is made: the refused one goes off the list. */
  done: async () => {
    const replaced = handed;
    handed = null;
    if (replaced) await call("dismiss", { action: replaced.replaces });
  },
  forget: () => {
    handed = null;
  },
};
