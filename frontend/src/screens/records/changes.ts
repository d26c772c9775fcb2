// The history of a record as changes of fields: what was there before each, who wrote which value. The core gives what each
// action wrote; what it replaced follows from those before it.
import type { ChangeView, Datum, FieldView, KindView } from "../../generated/client";
import { fieldOf } from "./kinds";
import { isChange, isMoment, isTyped } from "./words";

/** One field of one change. */
export interface FieldChange {
  name: string;
  field: FieldView | undefined;
  before: Datum | undefined;
  after: Datum;
  /** When the value before was written: a cleared moment is that of its action. */
  beforeAt: number | null;
}

export interface Step {
  change: ChangeView;
  fields: FieldChange[];
  /** True where it is the record's first. */
  first: boolean;
}

/** Whether it took effect, as far as this computer knows. */
export const tookEffect = (change: ChangeView): boolean => change.outcome === "applied" || change.outcome === "waiting";

const same = (a: Datum | undefined, b: Datum | undefined): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

function applied(field: FieldView | undefined, before: Datum | undefined, written: Datum): Datum {
  if (field?.merge === "append") return [...(Array.isArray(before) ? before : []), written];
  if (field?.merge !== "set" || !isChange(written)) return written;
  const kept = (Array.isArray(before) ? before : []).filter((item) => !written.remove?.some((gone) => same(gone, item)));
  return [...kept, ...(written.add ?? []).filter((item) => !kept.some((there) => same(there, item)))];
}

/** Every change with what it replaced, oldest first. */
export function stepsOf(history: ChangeView[], kind: KindView | undefined): Step[] {
  const now = new Map<string, { value: Datum; at: number | null }>();
  let seen = false;
  return history.map((change) => {
    const fields = Object.entries(change.fields).map(([name, after]): FieldChange => {
      const field = fieldOf(kind, name);
      const before = now.get(name);
      if (tookEffect(change)) now.set(name, { value: applied(field, before?.value, after), at: change.at });
      return { name, field, before: before?.value, after, beforeAt: before?.at ?? null };
    });
    const first = !seen && tookEffect(change);
    seen ||= first;
    return { change, fields, first };
  });
}

/** Whether what an action wrote shows as `shown`: a moment is written as typed or as that of the action. */
function shows(written: Datum, at: number | null, shown: Datum): boolean {
  if (!isMoment(shown)) return same(written, shown);
  if (isTyped(written)) return written.typed === shown.stated;
  return written === null && at === shown.stated;
}

/** The latest change that wrote `value` to the field. */
export function writerOf(history: ChangeView[], name: string, value: Datum): ChangeView | undefined {
  return history.findLast((change) => tookEffect(change) && name in change.fields && shows(change.fields[name] ?? null, change.at, value));
}

/** What the field held before the first of these changes. */
export function baseOf(steps: Step[], name: string, writers: (ChangeView | undefined)[]): FieldChange | undefined {
  const step = steps.find(({ change }) => writers.some((writer) => writer?.action === change.action));
  return step?.fields.find((field) => field.name === name);
}
