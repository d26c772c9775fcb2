// Time in a browser, over the small demonstration: its last whole week, of which everybody has hours.
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { useRig } from "./rig";

const rig = useRig();
const last = () => rig.day(7);
const week = () => rig.call("week", { date: last() });
type Person = Awaited<ReturnType<typeof week>>["people"][number];

/** Somebody with a week as it is wanted, and the address of a day of it with hours. */
async function somebody(wanted: (person: Person) => boolean = () => true) {
  const read = await week();
  const person = read.people.find((one) => one.seconds > 0 && wanted(one));
  if (!person) throw new Error("the demonstration has nobody like that");
  const { worker, project } = person;
  const row = read.rows.find((one) => one.worker === worker && one.project === project && one.seconds.some((seconds) => seconds > 0));
  const date = read.days[row?.seconds.findIndex((seconds) => seconds > 0) ?? 0] ?? last();
  return { ...person, date, path: `/time?date=${date}&worker=${worker}&of=${project}` };
}
const pane = (page: Page) => page.getByRole("complementary");
const history = (page: Page) => pane(page).getByRole("heading", { name: "History" });

describe.skipIf(rig.missing)("Time", () => {
  test("shows a line for every worker, and says how many have hours", async () => {
    const page = await rig.open(`/time?date=${last()}`);
    const read = await week();
    await page.getByRole("grid").waitFor();
    await page.getByText(`of ${read.people.length} workers`).waitFor();
    await rig.shoot(page, "time");
  });

  test("moves over the cells, opens why one is what it is, and closes it, by keyboard alone", async () => {
    const page = await rig.open(`/time?date=${last()}`);
    await page.getByRole("grid").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await pane(page).waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute("data-pane") === "detail");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.activeElement?.getAttribute("role") === "gridcell");
    await pane(page).waitFor({ state: "detached" });
  });

  test("corrects a punch with a reason, and takes it back", async () => {
    const one = await somebody();
    const page = await rig.open(one.path);
    await history(page).waitFor();
    await page.keyboard.press("c");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Time", { exact: true }).fill("6:17");
    await page.keyboard.press("Enter");
    await dialog.getByText("Say why.").waitFor();
    await rig.axe(page);
    await page.keyboard.type("By the gate's log");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await pane(page).getByText("“By the gate's log”").waitFor();
    const { punches } = await rig.call("cell", { worker: one.worker, project: one.project, date: one.date });
    expect(punches.some((punch) => punch.history.some((change) => change.reason === "By the gate's log"))).toBe(true);
    await page.keyboard.press("Control+z");
    await pane(page).getByText("“Undone”").waitFor();
  });

  test("adds a punch that is missing, and withdraws it with a reason", async () => {
    const one = await somebody();
    const page = await rig.open(one.path);
    await pane(page).getByRole("button", { name: "Add punch" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Time", { exact: true }).fill("23:41");
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await pane(page).getByRole("button", { name: /Clocked out 23:41/ }).click();
    await page.getByRole("menuitem", { name: "Withdraw" }).click();
    await dialog.getByLabel("Reason").fill("Typed for the wrong day");
    await dialog.getByRole("button", { name: "Withdraw" }).click();
    await pane(page).getByText("withdrawn: counts nothing").waitFor();
  });

  test("says at its field that a typed time is none", async () => {
    const page = await rig.open((await somebody()).path);
    await pane(page).getByRole("button", { name: "Add punch" }).click();
    await page.getByRole("dialog").getByLabel("Time", { exact: true }).fill("noon");
    await page.keyboard.press("Enter");
    await page.getByText("Type a time like 07:02.").waitFor();
  });

  test("shows the proof of every punch in words", async () => {
    const page = await rig.open((await somebody()).path);
    await pane(page).getByRole("button", { name: "Show proof" }).click();
    await pane(page).getByText(/Signed by the key of .+ Entry [\d,]+ of the log, which this computer has checked/).first().waitFor();
    await rig.axe(page);
  });

  test("approves what is signed, and takes it back", async () => {
    const one = await somebody((person) => person.state === "signed");
    const state = async () => (await week()).people.find((person) => person.record === one.record)?.state;
    const page = await rig.open(one.path);
    await pane(page).getByRole("button", { name: "Approve week" }).waitFor();
    await page.keyboard.press("a");
    await page.getByText(/^Approved [\d.]+\sh of /).waitFor();
    await pane(page).getByRole("button", { name: "Take back approval" }).waitFor();
    expect(await state()).toBe("approved");
    await page.keyboard.press("Control+z");
    await pane(page).getByRole("button", { name: "Approve week" }).waitFor();
    expect(await state()).toBe("signed");
  });

  test("keeps to a crew", async () => {
    const page = await rig.open(`/time?date=${last()}`);
    const { people } = await week();
    const crew = people.find((person) => person.crew !== null && person.seconds > 0)?.crew ?? "";
    const name = String((await rig.call("record", { id: crew })).fields.name);
    await page.getByRole("button", { name: /All crews/ }).click();
    await page.getByRole("option", { name }).first().click();
    const inside = people.filter((person) => person.crew === crew).length;
    await page.waitForFunction((rows) => document.querySelectorAll('[role="grid"] [aria-selected]').length === rows * 7, inside);
  });

  test("saves the week as a table that a spreadsheet opens", async () => {
    const page = await rig.open(`/time?date=${last()}`);
    await page.getByRole("grid").waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export CSV" }).click()]);
    const text = await readFile(await download.path(), "utf8");
    expect(text.startsWith("\uFEFFProject,Crew,Worker,Classification,")).toBe(true);
    expect(text.trimEnd().split("\r\n").length).toBeGreaterThan(2);
  });

  test("says that a week has no punches", async () => {
    const { id } = await rig.call("create_project", { name: "Empty lot", zone: "America/Los_Angeles" });
    const page = await rig.open(`/time?project=${id}`);
    await page.getByText("No punches.").waitFor();
    await rig.axe(page);
  });

  for (const theme of ["light", "dark", "contrast"] as const)
    test(`can be used by everybody, ${theme}`, async () => {
      const page = await rig.open((await somebody()).path, { theme });
      await history(page).waitFor();
      await rig.axe(page);
      await rig.shoot(page, "time-cell");
    });

  test("speaks Spanish", async () => {
    const page = await rig.open((await somebody()).path, { language: "es" });
    await pane(page).getByRole("heading", { name: "Historial" }).waitFor();
    await rig.axe(page);
    await rig.shoot(page, "time-cell");
  });

  for (const language of ["en", "es"] as const)
    test(`keeps the grid in reach in a small window with large text, ${language}`, async () => {
      const page = await rig.open(`/time?date=${last()}`, { language, width: 1024, height: 680, scale: 1.5 });
      await page.getByRole("grid").waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      await rig.axe(page);
    });
});
