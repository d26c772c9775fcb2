// The punches of a cell as a line of the day and as a history, and what is typed about them, without a page.
import { z } from "zod";
import type { Answer, Request } from "../../api/client";
import type { MomentView } from "../../generated/client";
import { addDays, dayOf, minutesOf, momentOf } from "../days";

export type CellView = Answer<"cell">;
export type Punch = CellView["punches"][number];
export type Change = Punch["history"][number];

export const WHATS = ["in", "break_start", "break_end", "switch", "out"] as const;
export type What = (typeof WHATS)[number];

export const momentOfPunch = (punch: Punch): MomentView | null => {
  const at = punch.record.fields.at;
  return typeof at === "object" && at !== null && "stated" in at ? at : null;
};
/** A time that was typed says itself: that it was typed later bounds nothing. */
export const shownMoment = (at: MomentView): MomentView => (at.how === "typed" ? { ...at, earliest: at.stated, latest: at.stated } : at);
const textOf = (punch: Punch, field: string): string | null => {
  const value = punch.record.fields[field];
  return typeof value === "string" ? value : null;
};
export const whatOf = (punch: Punch): What => WHATS.find((what) => what === textOf(punch, "what")) ?? "in";
export const classificationOf = (punch: Punch): string | null => textOf(punch, "classification");

export interface Mark {
  punch: Punch;
  what: What;
  at: MomentView | null;
  classification: string | null;
  /** Work begins or goes on under another classification: a full dot. */
  full: boolean;
  /** What the line to the next punch stands for. */
  after: "work" | "break" | null;
  hand: "added" | "corrected" | null;
  /** Who made the punch, where that was not the worker: a foreman for the crew. */
  by: string | null;
}

/** Added by hand: its time was typed at once. Corrected: something of it was written again. */
export function handOf(punch: Punch): Mark["hand"] {
  const [first, ...later] = punch.history.filter((change) => change.outcome === "applied" || change.outcome === "waiting");
  if (later.some((change) => ["at", "what", "classification", "place"].some((field) => field in change.fields))) return "corrected";
  const at = first?.fields.at;
  return typeof at === "object" && at !== null && "typed" in at ? "added" : momentOfPunch(punch)?.how === "typed" ? "added" : null;
}

/** The day as a line: punches that count, in the order of their times. */
export function marks(punches: Punch[]): Mark[] {
  const counted = punches.filter((punch) => !punch.record.withdrawn);
  return counted.map((punch, index) => {
    const what = whatOf(punch);
    const last = index === counted.length - 1;
    const by = punch.history[0]?.by ?? null;
    const after = last || what === "out" ? null : what === "break_start" ? "break" : "work";
    return {
      punch,
      what,
      at: momentOfPunch(punch),
      classification: classificationOf(punch),
      full: what === "in" || what === "switch",
      after,
      hand: handOf(punch),
      by: by === punch.record.concerns ? null : by,
    };
  });
}

export interface Deed {
  punch: Punch;
  change: Change;
  did: "punched" | "added" | "corrected" | "withdrew" | "restored";
  /** Whether it is more than a punch at its own moment. */
  notable: boolean;
}

/** Everything that was done about the punches of a cell, in the order of the log; what still waits comes last. */
export function deeds(punches: Punch[]): Deed[] {
  const list = punches.flatMap((punch) =>
    punch.history.map((change, index): Deed => {
      const at = change.fields.at;
      const typed = typeof at === "object" && at !== null && "typed" in at;
      const did =
        index === 0 ? (typed ? "added" : "punched") : change.fields.withdrawn === true ? "withdrew" : change.fields.withdrawn === false ? "restored" : "corrected";
      return { punch, change, did, notable: did !== "punched" };
    }),
  );
  const place = (deed: Deed) => deed.change.position ?? Number.POSITIVE_INFINITY;
  return list.sort((a, b) => (place(a) === place(b) ? (a.change.at ?? 0) - (b.change.at ?? 0) : place(a) - place(b)));
}

/** The time that a change states for its punch: typed, or the moment of the action itself. */
export function statedBy(change: Change): number | null {
  const at = change.fields.at;
  if (typeof at === "object" && at !== null && "typed" in at) return at.typed;
  if (typeof at === "object" && at !== null && "stated" in at) return at.stated;
  return "at" in change.fields ? change.at : null;
}

/** What is typed about a punch. Texts are the keys of their faults' words. */
export const punchForm = z
  .object({
    day: z.string(),
    time: z.string().refine((time) => minutesOf(time) !== null, "time"),
    what: z.enum(WHATS),
    classification: z.string(),
  })
  .refine((form) => form.what !== "switch" || form.classification !== "", { path: ["classification"], message: "classification" });
export type PunchForm = z.infer<typeof punchForm>;

export const correctForm = punchForm.and(z.object({ reason: z.string().trim().min(1, "reason").max(500, "long") }));
export type CorrectForm = z.infer<typeof correctForm>;

export const reasonForm = z.object({ reason: z.string().trim().min(1, "reason").max(500, "long") });
export type ReasonForm = z.infer<typeof reasonForm>;

const clock = (at: number, zone: string) =>
  new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(at);

/** The form as the punch stands. */
export function formOf(punch: Punch, zone: string): CorrectForm {
  const at = momentOfPunch(punch)?.stated ?? 0;
  return { day: dayOf(at, zone), time: clock(at, zone), what: whatOf(punch), classification: classificationOf(punch) ?? "", reason: "" };
}

/** The days that a punch of a cell may stand on: a shift may begin the evening before and end the morning after. */
export const daysAround = (date: string): string[] => [addDays(date, -1), date, addDays(date, 1)];

export const typedAt = (form: PunchForm, zone: string): number => momentOf(form.day, minutesOf(form.time) ?? 0, zone);

/** The correction that the form asks for: only what differs. None where nothing does. */
export function correction(punch: Punch, form: CorrectForm, zone: string, as_of: string): Request<"correct"> | null {
  const before = formOf(punch, zone);
  const moved = before.day !== form.day || minutesOf(before.time) !== minutesOf(form.time);
  const change = {
    ...(moved && { at: typedAt(form, zone) }),
    ...(before.what !== form.what && { what: form.what }),
    ...(before.classification !== form.classification && form.classification !== "" && { classification: form.classification }),
  };
  return Object.keys(change).length === 0 ? null : { record: punch.record.id, ...change, reason: form.reason, as_of };
}

/** The correction that puts back what the punch said before, of the fields that `done` changed. */
export function back(punch: Punch, done: Request<"correct">, reason: string, as_of: string): Request<"correct"> {
  const old = classificationOf(punch);
  return {
    record: punch.record.id,
    ...(done.at !== undefined && { at: momentOfPunch(punch)?.stated ?? null }),
    ...(done.what !== undefined && { what: whatOf(punch) }),
    ...(done.classification !== undefined && old !== null && { classification: old }),
    reason,
    as_of,
  };
}
