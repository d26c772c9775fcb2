// The week as a grid, without a page: crews, their people, a person's classifications, the sums under each day.
import type { Answer } from "../../api/client";

export type Week = Answer<"week">;
export type Person = Week["people"][number];
export type Row = Week["rows"][number];

/** Hours whose evidence leaves this many seconds open may differ by 0.10 h. */
const OPEN_SECONDS = 360;

export interface Line {
  person: Person;
  /** One a classification. Somebody without hours has one line without any. */
  rows: (Row | null)[];
}

export interface Group {
  key: string;
  project: string;
  /** None for people without a crew. */
  crew: string | null;
  lines: Line[];
}

const rowsOf = (week: Week, person: Person) => week.rows.filter((row) => row.worker === person.worker && row.project === person.project);

/** Hundredths of an hour of seconds that somebody agreed to: those that the grid shows, as long as they are the same seconds. */
export const agreedHundredths = (week: Week | undefined, person: Person, seconds: number): number =>
  seconds === person.seconds && week ? lineTotal({ person, rows: rowsOf(week, person) }) : hundredths(seconds);

/** Hundredths of an hour of a person's overtime, as the grid shows it without filters. */
export const personOvertime = (week: Week | undefined, person: Person): number =>
  week ? lineOvertime({ person, rows: rowsOf(week, person) }) : hundredths(person.overtime);

export interface Filters {
  crew: string | null;
  classification: string | null;
}

/** Names by which groups and lines are put in order. */
export interface Order {
  member: (id: string) => string;
  project: (id: string) => string;
  crew: (id: string) => string;
  /** Whoever leads the crew comes first. */
  foreman: (crew: string) => string | null;
}

/** No classification is one of its own: it has no name to filter by. */
export const NO_CREW = "none";

/** Hours are shown in hundredths, and totals add what is shown: a column adds up to what stands under it. */
export const hundredths = (seconds: number) => Math.sign(seconds) * Math.floor(Math.abs(seconds) / 36 + 0.5);

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
const pair = (worker: string, project: string) => `${worker} ${project}`;

export function groups(week: Week, filters: Filters, order: Order): Group[] {
  const rows = new Map<string, Row[]>();
  for (const row of week.rows) {
    const key = pair(row.worker, row.project);
    rows.set(key, [...(rows.get(key) ?? []), row]);
  }
  const found = new Map<string, Group>();
  for (const person of week.people) {
    if (filters.crew !== null && filters.crew !== (person.crew ?? NO_CREW)) continue;
    const all = rows.get(pair(person.worker, person.project)) ?? [];
    const shown = all.filter((row) => filters.classification === null || row.classification === filters.classification);
    if (filters.classification !== null && shown.length === 0) continue;
    shown.sort((a, b) => sum(b.seconds) - sum(a.seconds) || (a.classification ?? "").localeCompare(b.classification ?? ""));
    const key = `${person.project} ${person.crew ?? NO_CREW}`;
    const group = found.get(key) ?? { key, project: person.project, crew: person.crew, lines: [] };
    group.lines.push({ person, rows: shown.length > 0 ? shown : [null] });
    found.set(key, group);
  }
  const list = [...found.values()];
  const crewName = (group: Group) => (group.crew === null ? null : order.crew(group.crew));
  list.sort((a, b) => {
    const project = order.project(a.project).localeCompare(order.project(b.project));
    const [one, other] = [crewName(a), crewName(b)];
    if (project !== 0 || one === other) return project;
    return one === null ? 1 : other === null ? -1 : one.localeCompare(other);
  });
  for (const { crew, lines } of list) {
    const foreman = crew === null ? null : order.foreman(crew);
    const first = (line: Line) => (line.person.worker === foreman ? 0 : 1);
    lines.sort((a, b) => first(a) - first(b) || order.member(a.person.worker).localeCompare(order.member(b.person.worker)));
  }
  return list;
}

export const linesOf = (list: Group[]): Line[] => list.flatMap((group) => group.lines);

export interface Cell {
  /** Hundredths of an hour of each of the line's rows, in their order. */
  hours: number[];
  total: number;
  off: boolean;
  corrected: boolean;
  /** Of each row: whether the evidence leaves 0.10 h or more open. */
  open: boolean[];
}

export function cellOf(line: Line, day: number): Cell {
  const hours = line.rows.map((row) => hundredths(row?.seconds[day] ?? 0));
  const open = line.rows.map((row) => {
    if (!row) return false;
    const [counted, low, high] = [row.seconds[day] ?? 0, row.low[day] ?? 0, row.high[day]];
    if (counted === 0 && low === 0 && !high) return false;
    return high === null || high === undefined || counted - low >= OPEN_SECONDS || high - counted >= OPEN_SECONDS;
  });
  return {
    hours,
    total: sum(hours),
    off: line.rows.some((row) => row?.off[day] ?? false),
    corrected: line.rows.some((row) => row?.corrected[day] ?? false),
    open,
  };
}

export const DAYS = [0, 1, 2, 3, 4, 5, 6] as const;

/** Hundredths of an hour in a line's week. */
export const lineTotal = (line: Line): number => sum(DAYS.map((day) => cellOf(line, day).total));

/** Hundredths of an hour under each day, of the lines that are shown. */
export const dayTotals = (lines: Line[]): number[] => DAYS.map((day) => sum(lines.map((line) => cellOf(line, day).total)));

/** Hundredths of an hour of overtime: what the total shows above the straight time, where the line shows all of the hours. */
export function lineOvertime(line: Line): number {
  const { seconds, overtime } = line.person;
  const whole = sum(line.rows.flatMap((row) => row?.seconds ?? [])) === seconds;
  return overtime > 0 && whole ? lineTotal(line) - hundredths(seconds - overtime) : hundredths(overtime);
}

/** Whether there is anything to sign or to settle: members of a crew without hours have a line and nothing more. */
export const concerned = ({ person }: { person: Person }) =>
  person.seconds > 0 || person.flags.length > 0 || person.signed !== null || person.disputed !== null;

export interface States {
  people: number;
  signed: number;
  approved: number;
}

/** Signed: the worker agrees to the hours as they are, approved or not. */
export function states(lines: Line[]): States {
  const worked = lines.filter(concerned);
  const of = (...wanted: Person["state"][]) => worked.filter((line) => wanted.includes(line.person.state)).length;
  return { people: worked.length, signed: of("signed", "approved"), approved: of("approved") };
}

/** Weeks that somebody other than their worker can approve as they stand: signed, and nothing changed since. */
export function toApprove(lines: Line[], role: string, self: string | null): Person[] {
  const mine = (person: Person) => role === "foreman" && person.worker === self;
  return lines.map((line) => line.person).filter((person) => person.state === "signed" && !mine(person));
}

export const approves = (role: string) => role === "administrator" || role === "manager" || role === "foreman";

/** Classifications that occur in the week. */
export const classificationsOf = (week: Week): string[] =>
  [...new Set(week.rows.map((row) => row.classification))].filter((name) => name !== null).sort((a, b) => a.localeCompare(b));
