// What needs a person, from what the core's reads say: each with the place where it is seen to.
import type { Answer } from "../../api/client";
import type { Datum } from "../../generated/client";
import { concerned } from "../time/week";

export type Week = Answer<"week">;

/** How the week stands on one project. */
export interface WeekSum {
  project: string;
  people: number;
  signed: number;
  approved: number;
  unsigned: number;
  disputed: number;
  changed: number;
}

/** Of each project that has people in the week, in their order. A dispute or a change takes the agreement back until it is settled. */
export function weekSums(week: Week): WeekSum[] {
  const sums = new Map<string, WeekSum>();
  for (const person of week.people) {
    if (!concerned({ person })) continue;
    const none = { project: person.project, people: 0, signed: 0, approved: 0, unsigned: 0, disputed: 0, changed: 0 };
    const sum = sums.get(person.project) ?? none;
    sums.set(person.project, sum);
    sum.people += 1;
    if (person.state === "signed" || person.state === "approved") sum.signed += 1;
    if (person.state === "approved") sum.approved += 1;
    if (person.state === "open") sum.unsigned += 1;
    if (person.state === "disputed") sum.disputed += 1;
    if (person.state === "changed") sum.changed += 1;
  }
  return [...sums.values()];
}

export type Need =
  | { need: "conflict"; id: string; kind: string; record: Answer<"conflicts">[number]; fields: [field: string, values: Datum[]][] }
  | { need: "held"; id: string; action: Answer<"held">[number] }
  | { need: "refused"; id: string; action: Answer<"waiting">[number] }
  | { need: "alarm"; id: string; alarm: Answer<"alarms">[number] }
  | { need: "dispute"; id: string; person: Week["people"][number] }
  | { need: "changed"; id: string; sums: WeekSum[] }
  | { need: "unsigned"; id: string; sums: WeekSum[] };

/** What the log says first, then what people disagree about, then what is only owed. */
export function needs(read: {
  alarms?: Answer<"alarms"> | undefined;
  conflicts?: Answer<"conflicts"> | undefined;
  held?: Answer<"held"> | undefined;
  waiting?: Answer<"waiting"> | undefined;
  week?: Week | undefined;
}): Need[] {
  const list: Need[] = [];
  for (const alarm of read.alarms ?? []) list.push({ need: "alarm", id: `alarm-${alarm.alarm}`, alarm });
  for (const record of read.conflicts ?? []) {
    const fields = Object.entries(record.conflicts).map(([field, others]): [string, Datum[]] => [field, [record.fields[field] ?? null, ...others]]);
    list.push({ need: "conflict", id: record.id, kind: record.kind, record, fields });
  }
  for (const action of read.held ?? []) list.push({ need: "held", id: action.action, action });
  const known = new Set((read.held ?? []).map((action) => action.action));
  for (const action of read.waiting ?? [])
    if ((action.state === "held" || action.state === "refused") && !known.has(action.action)) list.push({ need: "refused", id: action.action, action });
  for (const person of read.week?.people ?? [])
    if (person.state === "disputed") list.push({ need: "dispute", id: `dispute-${person.record}`, person });
  const sums = read.week ? weekSums(read.week) : [];
  const changed = sums.filter((sum) => sum.changed > 0);
  if (changed.length > 0) list.push({ need: "changed", id: "changed", sums: changed });
  const unsigned = sums.filter((sum) => sum.unsigned > 0);
  if (unsigned.length > 0) list.push({ need: "unsigned", id: "unsigned", sums: unsigned });
  return list;
}
