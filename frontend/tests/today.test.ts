// What Today shows, without a page: lanes, counts, who is missing, what needs somebody.
import { describe, expect, it } from "vitest";
import { axis, count, type Crew, gaps, heard, hourIn, outline, type Person, type Project, silentFrom, steps } from "../src/screens/today/lanes";
import { needs, type Week, weekSums } from "../src/screens/today/needs";

const at = (time: string) => Date.parse(`2026-12-10T${time}:00Z`);
const NOW = at("14:00");

function person(member: string, state: Person["state"], ...work: [from: string, to: string | null, what?: "work" | "break"][]): Person {
  const spans = work.map(([from, to, what = "work"]) => ({ from: at(from), to: to === null ? null : at(to), what, classification: null }));
  return { member, state, heard: null, spans };
}
const crew = (members: Person[], starts: string | null = "06:30"): Crew => ({ crew: "c", name: "Pipe crew", foreman: null, starts: starts === null ? null : at(starts), members });
const project = (crews: Crew[]): Project => ({ project: "p", name: "Harbor", number: null, from: at("00:00"), to: at("00:00") + 86_400_000, heard: null, crews });

describe("the steps of a lane", () => {
  it("rise with each clock-in and fall in a break", () => {
    const people = [
      person("a", "working", ["07:00", "11:30"], ["11:30", "12:00", "break"], ["12:00", null]),
      person("b", "working", ["07:15", null]),
    ];
    expect(steps(people, at("06:00"), NOW, NOW)).toEqual([
      { at: at("06:00"), n: 0 },
      { at: at("07:00"), n: 1 },
      { at: at("07:15"), n: 2 },
      { at: at("11:30"), n: 1 },
      { at: at("12:00"), n: 2 },
      { at: NOW, n: 2 },
    ]);
  });

  it("do not move where one comes as another goes", () => {
    const people = [person("a", "done", ["07:00", "10:00"]), person("b", "working", ["10:00", null])];
    expect(steps(people, at("06:00"), NOW, NOW).map((step) => step.n)).toEqual([0, 1, 1]);
  });

  it("count work from the night before from the left edge on", () => {
    expect(steps([person("a", "done", ["05:00", "07:00"])], at("06:00"), NOW, NOW)).toEqual([
      { at: at("06:00"), n: 1 },
      { at: at("07:00"), n: 0 },
      { at: NOW, n: 0 },
    ]);
  });

  it("are drawn from the first clock-in to the last clock-out, and not at all where nobody came", () => {
    const people = [person("a", "done", ["07:00", "10:00"])];
    expect(outline(steps(people, at("06:00"), NOW, NOW))).toEqual([
      { at: at("07:00"), n: 0 },
      { at: at("07:00"), n: 1 },
      { at: at("10:00"), n: 0 },
    ]);
    expect(outline(steps([], at("06:00"), NOW, NOW))).toEqual([]);
  });

  it("count nothing for a clock-out that was forgotten", () => {
    expect(steps([person("a", "done", ["07:00", null])], at("06:00"), NOW, NOW).map((step) => step.n)).toEqual([0, 0]);
  });
});

describe("the counts", () => {
  it("leave out who is off or not expected, and count somebody in two lanes once", () => {
    const people = [person("a", "working"), person("a", "not_expected"), person("b", "on_break"), person("c", "missing"), person("d", "off"), person("e", "not_expected")];
    expect(count(people)).toEqual({ working: 1, on_break: 1, done: 0, missing: 1, expected: 0, off: 1, full: 3 });
  });
});

describe("gaps", () => {
  it("name who was expected and did not clock in, with the time", () => {
    expect(gaps(crew([person("a", "working", ["07:00", null]), person("b", "missing")]))).toEqual([
      { person: person("b", "missing"), why: "missing", at: at("06:30") },
    ]);
  });

  it("name who clocked in and never out, once the shift is over", () => {
    const [gap] = gaps(crew([person("a", "done", ["07:00", null])]));
    expect(gap).toMatchObject({ why: "no_out", at: at("07:00") });
  });
});

describe("what was heard", () => {
  it("is the latest of the crew and its foreman, who may stand in another lane", () => {
    const one = { ...person("a", "working"), heard: at("09:00") };
    const foreman = { ...person("f", "working"), heard: at("09:12") };
    expect(heard({ ...crew([one]), foreman: "f" }, [one, foreman])).toBe(at("09:12"));
  });

  it("is nothing where no phone said anything, and then all is hatched", () => {
    expect(heard(crew([person("a", "missing")]), [])).toBeNull();
    expect(silentFrom(null, at("06:00"), NOW)).toBe(at("06:00"));
    expect(silentFrom(NOW, at("06:00"), NOW)).toBeNull();
  });
});

describe("the axis", () => {
  it("goes from six to six on the wall of the site, and wider for who works longer", () => {
    const utc = hourIn("UTC");
    const usual = axis([project([crew([person("a", "done", ["07:00", "15:30"])])])], NOW, utc);
    expect([usual.from, usual.to, usual.ticks.length]).toEqual([at("06:00"), at("18:00"), 7]);
    const night = axis([project([crew([person("a", "done", ["04:20", "21:10"])])])], NOW, utc);
    expect([night.from, night.to]).toEqual([at("04:00"), at("22:00")]);
    expect(night.ticks.every((tick) => utc(tick) % 4 === 0)).toBe(true);
  });
});

const sum = { seconds: 144_000, overtime: 0, signed: null, approved: null, disputed: null, crew: null, flags: [] };
const week = (...people: (Partial<Week["people"][number]> & Pick<Week["people"][number], "worker" | "project" | "state">)[]): Week => ({
  from: "2026-11-30",
  to: "2026-12-06",
  days: [],
  rows: [],
  people: people.map((one) => ({ ...sum, record: `${one.worker}-${one.project}`, ...one })),
  totals: [],
  as_of: "",
});

describe("the week before", () => {
  it("counts a signature only as long as the hours are those that were signed", () => {
    const read = week(
      { worker: "a", project: "p", state: "approved" },
      { worker: "b", project: "p", state: "signed" },
      { worker: "c", project: "p", state: "changed" },
      { worker: "d", project: "p", state: "open" },
      { worker: "e", project: "p", state: "open", seconds: 0 },
    );
    expect(weekSums(read)).toEqual([{ project: "p", people: 4, signed: 2, approved: 1, unsigned: 1, disputed: 0, changed: 1 }]);
  });
});

describe("what needs somebody", () => {
  it("begins with the log, names each conflict and dispute, and sums up who has not signed", () => {
    const record = { id: "r", kind: "project", project: null, concerns: null, fields: { number: "A" }, conflicts: { number: ["B"] }, pending: false, withdrawn: false, known: true, as_of: "" };
    const read = week({ worker: "a", project: "p", state: "open" }, { worker: "b", project: "q", state: "open" }, { worker: "c", project: "p", state: "disputed", disputed: "Late" });
    const list = needs({ alarms: [{ alarm: 1, at: 0, code: "root", position: null, text: "" }], conflicts: [record], held: [], waiting: [], week: read });
    expect(list.map((need) => need.need)).toEqual(["alarm", "conflict", "dispute", "unsigned"]);
    expect(list[1]).toMatchObject({ fields: [["number", ["A", "B"]]] });
    expect(list[3]).toMatchObject({ sums: [{ project: "p", unsigned: 1 }, { project: "q", unsigned: 1 }] });
  });

  it("names an action that is held and also waits here only once", () => {
    const waiting = { action: "x", kind: "note", record: "r", made: 0, state: "held", attempts: 1, fault: null, fields: {} };
    const held = { action: "x", position: 4, kind: "note", record: "r", by: null, device: "d", received: 0, fields: {}, why: "denied", fault: { fault: "denied" as const } };
    expect(needs({ held: [held], waiting: [waiting] }).map((need) => need.need)).toEqual(["held"]);
  });
});
