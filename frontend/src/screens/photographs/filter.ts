// Which photographs are shown: kept in the address, so that another screen can lead to a project's or a day's, and asked of
// the core as moments in the zone by which days are counted.
import { parseDate } from "@internationalized/date";
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { Custody, PhotosRequest } from "../../generated/client";

export const STATES = ["local", "received", "verified"] as const satisfies Custody[];

export interface Filter {
  project: string | null;
  by: string | null;
  /** First and last day, `2026-12-10`. */
  from: string | null;
  to: string | null;
  /** A state of custody, or `withdrawn` for withdrawn ones too. */
  state: Custody | "withdrawn" | null;
  text: string | null;
}

export const NONE: Filter = { project: null, by: null, from: null, to: null, state: null, text: null };

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export type Change = Partial<Filter> & { view?: "plan" | null };

export function useFilter(): [Filter, (change: Change) => void] {
  const [params, setParams] = useSearchParams();
  const filter = useMemo<Filter>(() => {
    const state = params.get("state");
    const day = (name: string) => (DAY.test(params.get(name) ?? "") ? params.get(name) : null);
    return {
      project: params.get("project"),
      by: params.get("by"),
      from: day("from"),
      to: day("to") ?? day("from"),
      state: state === "withdrawn" || STATES.includes(state as Custody) ? (state as Filter["state"]) : null,
      text: params.get("text"),
    };
  }, [params]);
  const change = useCallback(
    (changes: Change) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes))
            if (value) after.set(name, value);
            else after.delete(name);
          return after;
        },
        { replace: true },
      ),
    [setParams],
  );
  return [filter, change];
}

export const isFiltered = (filter: Filter): boolean => Object.values(filter).some(Boolean);

export type Asked = Omit<PhotosRequest, "after" | "limit">;

/** First moment of the first day, and the first after the last. */
export function momentsOf({ from, to }: Pick<Filter, "from" | "to">, zone: string): { from: number | null; to: number | null } {
  return {
    from: from ? parseDate(from).toDate(zone).getTime() : null,
    to: to ? parseDate(to).add({ days: 1 }).toDate(zone).getTime() : null,
  };
}

export function asked(filter: Filter, zone: string): Asked {
  return {
    project: filter.project,
    by: filter.by,
    ...momentsOf(filter, zone),
    text: filter.text?.trim() || null,
    state: filter.state === "withdrawn" ? null : filter.state,
    withdrawn: filter.state === "withdrawn",
  };
}
