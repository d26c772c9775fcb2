// Which week, which filters, which cell: kept in the address, so that other screens can lead to a cell.
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import { useNames } from "../../api/names";
import { dayOf, isDay } from "../days";

export interface Opened {
  worker: string;
  project: string;
  date: string;
}

export interface Place {
  /** The day that it is where the project is. */
  today: string;
  /** A day of the week that is shown; the day of the opened cell. */
  date: string;
  project: string | null;
  crew: string | null;
  classification: string | null;
  opened: Opened | null;
}

/** What becomes another; the opened cell takes its day along. */
type Change = Partial<Omit<Place, "today">>;

export function usePlace(): [Place, (change: Change, replace?: boolean) => void] {
  const [params, setParams] = useSearchParams();
  const names = useNames();
  const project = params.get("project");
  const today = dayOf(Date.now(), names.dayZone(project));
  const place = useMemo<Place>(() => {
    const asked = params.get("date");
    const date = isDay(asked) ? asked : today;
    const [worker, of] = [params.get("worker"), params.get("of")];
    return {
      today,
      date,
      project,
      crew: params.get("crew"),
      classification: params.get("classification"),
      opened: worker && of ? { worker, project: of, date } : null,
    };
  }, [params, project, today]);
  const change = useCallback(
    ({ opened, ...rest }: Change, replace = true) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          const put = (name: string, value: string | null) => (value === null ? after.delete(name) : after.set(name, value));
          for (const [name, value] of Object.entries(rest)) put(name, value ?? null);
          if (opened !== undefined) {
            put("worker", opened?.worker ?? null);
            put("of", opened?.project ?? null);
            if (opened) put("date", opened.date);
          }
          return after;
        },
        { replace },
      ),
    [setParams],
  );
  return [place, change];
}
