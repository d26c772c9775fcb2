// What the day's lanes show, without a page: how many are clocked in at each moment, who counts as what, and the common axis.
import type { Answer } from "../../api/client";

export type Day = Answer<"day">;
export type Project = Day["projects"][number];
export type Crew = Project["crews"][number];
export type Person = Crew["members"][number];

const HOUR = 3_600_000;

/** From `at` on so many are clocked in. */
export interface Step {
  at: number;
  n: number;
}

/** Whether somebody is part of this day's crew: neither off nor unexpected. */
const counts = (person: Person) => person.state !== "off" && person.state !== "not_expected";
const running = (person: Person) => person.state === "working" || person.state === "on_break";

/** Work from when to when. What nobody ended runs until `now` if it still runs; a forgotten end counts nothing, as in the hours. */
function work(person: Person, now: number): [number, number][] {
  const spans = person.spans.filter((span) => span.what === "work");
  return spans.map((span) => [span.from, span.to ?? (running(person) ? now : span.from)]);
}

/** How many are clocked in, as steps from `from` to `to`. Somebody in a break is not among them. */
export function steps(people: Person[], from: number, to: number, now: number): Step[] {
  const changes = new Map<number, number>();
  const change = (at: number, by: number) => changes.set(at, (changes.get(at) ?? 0) + by);
  for (const [begin, end] of people.flatMap((person) => work(person, now))) {
    const first = Math.max(begin, from);
    if (first >= Math.min(end, to)) continue;
    change(first, 1);
    if (end < to) change(end, -1);
  }
  let n = 0;
  const list: Step[] = [{ at: from, n: 0 }];
  for (const [at, by] of [...changes].sort(([a], [b]) => a - b)) {
    n += by;
    const last = list.at(-1);
    if (by === 0) continue;
    if (last && last.at === at) last.n = n;
    else list.push({ at, n });
  }
  list.push({ at: to, n });
  return list;
}

/** What is drawn of them: from the first clock-in, up from the ground, to the last clock-out. */
export function outline(list: Step[]): Step[] {
  const first = list.findIndex((step) => step.n > 0);
  const last = list.findLastIndex((step) => step.n > 0);
  const begin = list[first];
  // The last step only says how far what is known goes.
  return begin ? [{ at: begin.at, n: 0 }, ...list.slice(first, last + 2)] : [];
}

export interface Count {
  working: number;
  on_break: number;
  done: number;
  missing: number;
  expected: number;
  off: number;
  /** All of these but who is off: the full crew. */
  full: number;
}

/** Where one person has several states on a day, the first of these stands. */
const RANK = ["working", "on_break", "done", "missing", "expected", "off", "not_expected"] as const;

/** How many are what. Somebody in several lanes counts once. */
export function count(people: Person[]): Count {
  const states = new Map<string, Person["state"]>();
  for (const { member, state } of people) {
    const known = states.get(member);
    if (known === undefined || RANK.indexOf(state) < RANK.indexOf(known)) states.set(member, state);
  }
  const sum: Count = { working: 0, on_break: 0, done: 0, missing: 0, expected: 0, off: 0, full: 0 };
  for (const state of states.values()) {
    if (state === "not_expected") continue;
    sum[state] += 1;
    if (state !== "off") sum.full += 1;
  }
  return sum;
}

export const everybody = (projects: Project[]) => projects.flatMap((project) => project.crews).flatMap((crew) => crew.members);

/** The crews that this day is about: somebody is expected, off, or was there. */
export const shownCrews = (project: Project) => project.crews.filter((crew) => crew.members.some((p) => p.state !== "not_expected"));

/** When anybody of a crew, or its foreman, was last heard. */
export function heard(crew: Crew, all: Person[]): number | null {
  const ids = new Set([...crew.members.filter(counts).map((person) => person.member), crew.foreman]);
  const times = [...crew.members, ...all].filter((person) => ids.has(person.member)).map((person) => person.heard ?? 0);
  return Math.max(0, ...times) || null;
}

/** Who needs an eye: nobody knows of a clock-in though one was expected, or of a clock-out though the day is over. */
export interface Gap {
  person: Person;
  why: "missing" | "no_out";
  /** When they were expected, or clocked in. */
  at: number | null;
}

export function gaps(crew: Crew): Gap[] {
  const list: Gap[] = [];
  for (const person of crew.members) {
    if (person.state === "missing") list.push({ person, why: "missing", at: crew.starts });
    const open = person.state === "done" ? person.spans.find((span) => span.to === null) : undefined;
    if (open) list.push({ person, why: "no_out", at: person.spans[0]?.from ?? open.from });
  }
  return list;
}

export interface Axis {
  from: number;
  to: number;
  ticks: number[];
}

/** The hour of the day in `zone`. */
export function hourIn(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en-US", { hour: "numeric", hourCycle: "h23", timeZone: zone });
  return (at) => Number(format.format(at));
}

/** One axis for all lanes: 06:00 to 18:00 by `zone`, wider where there is more to show, marked every two hours or fewer times. */
export function axis(projects: Project[], now: number, hour: (at: number) => number): Axis {
  const begin = Math.min(...projects.map((project) => project.from));
  const end = Math.max(...projects.map((project) => project.to));
  const hours = Array.from({ length: Math.max(1, Math.round((end - begin) / HOUR)) + 1 }, (_, i) => begin + i * HOUR);
  let from = hours.find((at) => hour(at) === 6) ?? begin;
  let to = hours.find((at) => at > from && hour(at) === 18) ?? end;
  const moments = projects.flatMap(({ crews }) => crews.flatMap((crew) => crew.members.flatMap((p) => work(p, now).flat())));
  for (const moment of moments.filter((at) => at >= begin && at <= end)) {
    from = Math.min(from, moment);
    to = Math.max(to, moment);
  }
  if (now >= begin && now < end) {
    from = Math.min(from, now);
    to = Math.max(to, now);
  }
  from = hours.findLast((at) => at <= from) ?? begin;
  to = hours.find((at) => at >= to) ?? end;
  const every = to - from > 14 * HOUR ? 4 : 2;
  return { from, to, ticks: hours.filter((at) => at >= from && at <= to && hour(at) % every === 0) };
}

/** The first moment from which nothing was heard, if there is one before `until`. */
export function silentFrom(last: number | null, from: number, until: number): number | null {
  const begin = Math.max(last ?? from, from);
  return begin < until ? begin : null;
}
