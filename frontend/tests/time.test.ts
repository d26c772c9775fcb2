// The week's grid, its sheet, and what is typed about punches, without a page.
import { describe, expect, it } from "vitest";
import { addDays, dayOf, isDay, minutesOf, mondayOf, momentOf } from "../src/screens/days";
import { csv, field } from "../src/screens/time/csv";
import { back, correction, deeds, formOf, handOf, marks, type Punch, punchForm } from "../src/screens/time/punches";
import { sheet } from "../src/screens/time/sheet";
import { cellOf, dayTotals, groups, hundredths, lineOvertime, lineTotal, linesOf, type Person, type Row, states, toApprove, type Week } from "../src/screens/time/week";

const HOUR = 3600;
const DAYS = ["2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04", "2026-12-05", "2026-12-06"];
const seven = <T>(value: T): T[] => DAYS.map(() => value);

function row(worker: string, classification: string | null, seconds: number[], rest: Partial<Row> = {}): Row {
  const all = DAYS.map((_, day) => seconds[day] ?? 0);
  return { worker, project: "p", classification, seconds: all, low: all, high: all, corrected: seven(false), off: seven(false), ...rest };
}
const person = (worker: string, rest: Partial<Person> = {}): Person => ({
  worker,
  project: "p",
  crew: null,
  seconds: 8 * HOUR,
  overtime: 0,
  state: "open",
  signed: null,
  approved: null,
  disputed: null,
  record: worker,
  flags: [],
  ...rest,
});
const week = (rows: Row[], people: Person[]): Week => ({ from: "2026-11-30", to: "2026-12-06", days: DAYS, rows, people, totals: [], as_of: "" });
const order = { member: (id: string) => id, project: (id: string) => id, crew: (id: string) => id, foreman: (id: string) => (id === "Pipe" ? "Teo" : null) };
const NONE = { crew: null, classification: null };

describe("the grid", () => {
  const read = week(
    [row("Ana", "Pipelayer", [7.97 * HOUR, 5.97 * HOUR]), row("Ana", "Excavator", [0, 2.03 * HOUR]), row("Teo", "Pipelayer", [8 * HOUR]), row("Zoe", null, [])],
    [person("Zoe", { seconds: 0 }), person("Ana", { crew: "Pipe" }), person("Teo", { crew: "Pipe" })],
  );

  it("puts crews first, their foreman on top, and who has no crew last", () => {
    expect(groups(read, NONE, order).map((group) => [group.crew, group.lines.map((line) => line.person.worker)])).toEqual([
      ["Pipe", ["Teo", "Ana"]],
      [null, ["Zoe"]],
    ]);
  });

  it("keeps only the rows of a classification, and who has some", () => {
    const shown = linesOf(groups(read, { crew: null, classification: "Excavator" }, order));
    expect(shown.map((line) => line.rows.map((one) => one?.classification))).toEqual([["Excavator"]]);
  });

  it("adds the hundredths that are shown", () => {
    const lines = linesOf(groups(read, NONE, order));
    expect(dayTotals(lines).slice(0, 3)).toEqual([1597, 800, 0]);
    expect(lineTotal(lines[1] ?? { person: person("x"), rows: [] })).toBe(1597);
    // 28,794 s are 7.998 h: three such days show 8.00 each and 24.00 under them.
    const thrice = linesOf(groups(week([row("Bo", "A", [28_794, 28_794, 28_794])], [person("Bo")]), NONE, order));
    expect(thrice[0] && lineTotal(thrice[0])).toBe(2400);
    // And overtime is what the total shows above forty.
    const long = week([row("Bo", "A", [36_014, 36_014, 36_014, 36_014])], [person("Bo", { seconds: 144_056, overtime: 56 })]);
    expect(linesOf(groups(long, NONE, order)).map((line) => [lineTotal(line), lineOvertime(line)])).toEqual([[4000, 0]]);
    expect([hundredths(17), hundredths(18), hundredths(-18)]).toEqual([0, 1, -1]);
  });

  it("marks a cell whose evidence leaves a tenth of an hour open, or has no bound", () => {
    const open = (low: number, high: number | null) => {
      const one = row("Ana", "A", [8 * HOUR], { low: [low, 0, 0, 0, 0, 0, 0], high: [high, 0, 0, 0, 0, 0, 0] });
      return cellOf({ person: person("Ana"), rows: [one] }, 0).open[0];
    };
    expect(open(8 * HOUR - 359, 8 * HOUR + 359)).toBe(false);
    expect(open(8 * HOUR - 360, 8 * HOUR)).toBe(true);
    expect(open(8 * HOUR, null)).toBe(true);
  });

  it("counts signatures of those who have hours", () => {
    const lines = linesOf(groups(week([], [person("a", { state: "signed" }), person("b", { state: "approved" }), person("c", { seconds: 0 }), person("d")]), NONE, order));
    expect(states(lines)).toEqual({ people: 3, signed: 2, approved: 1 });
  });

  it("offers to approve what is signed and unchanged, and never a foreman's own week", () => {
    const lines = linesOf(groups(week([], [person("a", { state: "signed" }), person("b", { state: "signed" }), person("c", { state: "changed" })]), NONE, order));
    expect(toApprove(lines, "foreman", "a").map((one) => one.worker)).toEqual(["b"]);
    expect(toApprove(lines, "manager", "a").map((one) => one.worker)).toEqual(["a", "b"]);
  });
});

describe("the sheet", () => {
  it("runs no formula in a spreadsheet", () => {
    for (const begin of ["=", "+", "-", "@", "\t", "\r", "\n", "＝"]) expect(field(`${begin}1+1`)).toMatch(/^"'/);
    expect(field("=1+1")).toBe(`"'=1+1"`);
    expect(field("Ana = Bo")).toBe("Ana = Bo");
    expect(field(-3)).toBe("-3");
  });

  it("quotes as RFC 4180 wants and begins with the mark of UTF-8", () => {
    expect(csv([["Ortega, Ana", 'said "8"', "two\nlines"], ["ñ", 1, ""]])).toBe('\uFEFF"Ortega, Ana","said ""8""","two\nlines"\r\nñ,1,\r\n');
  });

  it("has one line per classification, and each worker's overtime once", () => {
    const head = { project: "Project", crew: "Crew", worker: "Worker", classification: "Class", total: "Total", overtime: "OT", state: "State", corrected: "Corrected", off: "Off" };
    const corrected = DAYS.map((_, day) => day === 1);
    const read = week(
      [row("Ana", "A", [8 * HOUR, 6 * HOUR], { corrected }), row("Ana", "B", [0, 2 * HOUR], { corrected })],
      [person("Ana", { overtime: HOUR, state: "signed" })],
    );
    const text = sheet(read, groups(read, NONE, order), { head, member: (id) => id, project: (id) => id, crew: () => "=Pipe", state: (state) => state });
    expect(text.slice(1).split("\r\n").slice(1, 3)).toEqual([
      `p,"'=Pipe",Ana,A,8.00,6.00,0.00,0.00,0.00,0.00,0.00,14.00,1.00,signed,2026-12-01,`,
      `p,"'=Pipe",Ana,B,0.00,2.00,0.00,0.00,0.00,0.00,0.00,2.00,,signed,,`,
    ]);
  });
});

describe("days", () => {
  it("know their week, their neighbours, and what is none", () => {
    expect([mondayOf("2026-12-10"), mondayOf("2026-12-06"), mondayOf("2026-11-30")]).toEqual(["2026-12-07", "2026-11-30", "2026-11-30"]);
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect([isDay("2026-02-30"), isDay("2026-2-3"), isDay(null), isDay("2026-02-28")]).toEqual([false, false, false, true]);
  });

  it("take typed times on the clock of the site, also where it changes", () => {
    expect([minutesOf("7:02"), minutesOf("0702"), minutesOf("24:00"), minutesOf("7"), minutesOf("07:60")]).toEqual([422, 422, null, null, null]);
    const zone = "America/Los_Angeles";
    expect(momentOf("2026-12-10", 422, zone)).toBe(Date.parse("2026-12-10T07:02:00-08:00"));
    expect(momentOf("2026-07-10", 422, zone)).toBe(Date.parse("2026-07-10T07:02:00-07:00"));
    expect(dayOf(Date.parse("2026-12-10T23:30:00-08:00"), zone)).toBe("2026-12-10");
  });
});

const ZONE = "America/Los_Angeles";
const stated = Date.parse("2026-12-10T07:02:10-08:00");
function punch(what: string, rest: { at?: number; how?: string; withdrawn?: boolean; history?: Partial<Punch["history"][number]>[] } = {}): Punch {
  const at = { stated: rest.at ?? stated, earliest: null, latest: null, how: rest.how ?? "anchored" };
  const made = { action: "a1", position: 1, by: "w", device: "d", label: "Ana's phone", at: at.stated, received: null, fields: { at: null, what }, reason: null, outcome: "applied" };
  return {
    record: { id: `r-${what}`, kind: "punch", project: "p", concerns: "w", fields: { at, what, classification: "Pipelayer" }, conflicts: {}, pending: false, withdrawn: rest.withdrawn ?? false, known: true, as_of: "s" },
    verdict: { verdict: "inside", distance_cm: null, accuracy_cm: 600, mock: false },
    flags: [],
    history: [made, ...(rest.history ?? []).map((more) => ({ ...made, ...more }))],
  };
}

describe("the line of the day", () => {
  it("is drawn through work, dotted through breaks, and ends with the clock-out", () => {
    const list = marks([punch("in"), punch("break_start"), punch("break_end"), punch("switch", { withdrawn: true }), punch("out")]);
    expect(list.map((mark) => [mark.what, mark.full, mark.after])).toEqual([
      ["in", true, "work"],
      ["break_start", false, "break"],
      ["break_end", false, "work"],
      ["out", false, null],
    ]);
  });

  it("tells added by hand from corrected by hand, and neither from withdrawn and put back", () => {
    expect(handOf(punch("in"))).toBeNull();
    expect(handOf(punch("out", { how: "typed" }))).toBe("added");
    expect(handOf(punch("in", { history: [{ fields: { at: { typed: stated } }, reason: "forgot" }] }))).toBe("corrected");
    expect(handOf(punch("in", { history: [{ fields: { at: { typed: stated } }, outcome: "denied" }] }))).toBeNull();
    expect(handOf(punch("in", { history: [{ fields: { withdrawn: true } }, { fields: { withdrawn: false } }] }))).toBeNull();
  });

  it("tells every deed in the order of the log, what still waits last", () => {
    const list = deeds([punch("in", { history: [{ action: "a9", position: null, by: "boss", fields: { withdrawn: true } }] }), punch("out", { history: [{ action: "a2", position: 7, by: "boss", fields: { what: "out" } }] })]);
    expect(list.map((deed) => [deed.did, deed.notable])).toEqual([
      ["punched", false],
      ["punched", false],
      ["corrected", true],
      ["withdrew", true],
    ]);
  });
});

describe("a correction", () => {
  it("asks only for what differs, and for nothing where nothing does", () => {
    const one = punch("in");
    const form = { ...formOf(one, ZONE), reason: "forgot" };
    expect(form).toMatchObject({ day: "2026-12-10", time: "07:02", what: "in", classification: "Pipelayer" });
    expect(correction(one, form, ZONE, "s")).toBeNull();
    expect(correction(one, { ...form, time: "7:05" }, ZONE, "s")).toEqual({ record: "r-in", at: Date.parse("2026-12-10T07:05:00-08:00"), reason: "forgot", as_of: "s" });
    expect(correction(one, { ...form, what: "switch" }, ZONE, "s")).toEqual({ record: "r-in", what: "switch", reason: "forgot", as_of: "s" });
  });

  it("is taken back by writing what stood before, to the second", () => {
    const one = punch("in");
    expect(back(one, { record: "r-in", at: 1, reason: "x" }, "Undone", "t")).toEqual({ record: "r-in", at: stated, reason: "Undone", as_of: "t" });
  });

  it("is refused without a time, and a switch without a classification", () => {
    const form = { day: "2026-12-10", time: "07:02", what: "switch", classification: "" };
    expect(punchForm.safeParse(form).success).toBe(false);
    expect(punchForm.safeParse({ ...form, classification: "Pipelayer" }).success).toBe(true);
    expect(punchForm.safeParse({ ...form, what: "in", time: "noon" }).success).toBe(false);
  });
});
