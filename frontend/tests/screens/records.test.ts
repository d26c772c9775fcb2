// Records: lists, one record, its history, search, new records and corrections, by the keyboard and by what is shown.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { useRig } from "./rig";

const rig = useRig();

const list = (page: Page) => page.getByRole("listbox").first();
const detail = (page: Page) => page.locator('[data-pane="detail"]');

describe.skipIf(rig.missing)("Records", () => {
  test("the kinds that one may see are listed, and Enter opens one", async () => {
    const page = await rig.open("/records");
    const kinds = await rig.call("kinds");
    expect(await list(page).getByRole("option").count()).toBe(kinds.length);
    await rig.shoot(page, "records-kinds");
    await list(page).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Punches" }).waitFor();
    await list(page).getByRole("option").first().waitFor();
  });

  test("a list moves by arrows and J and K, opens by Enter, and closes by Escape", async () => {
    const page = await rig.open("/records/note");
    const { records } = await rig.call("list", { kind: "note" });
    await list(page).focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await detail(page).waitFor();
    expect(page.url()).toContain(records[1]?.id);
    await page.keyboard.press("ArrowDown");
    await page.waitForURL((url) => url.href.includes(records[2]?.id ?? "-"));
    await page.keyboard.press("Escape");
    await detail(page).waitFor({ state: "detached" });
  });

  test("a record shows each field in words, who wrote it, and its proof", async () => {
    const page = await rig.open("/records/project");
    await list(page).getByRole("option", { name: "Harbor Outfall 2" }).click();
    await detail(page).getByText("America/Los_Angeles", { exact: true }).first().waitFor();
    expect(await detail(page).getByRole("img").count()).toBeGreaterThan(0);
    await detail(page).getByRole("heading", { name: "History" }).waitFor();
    await detail(page).getByText(/made it$/).first().waitFor();
    await detail(page).getByText(/stands? in the log/).waitFor();
    await rig.axe(page);
    await rig.shoot(page, "records-project");
  });

  test("a filter by person leaves only theirs", async () => {
    const { records: members } = await rig.call("list", { kind: "member", limit: 500 });
    const ana = members.find((member) => member.fields.name === "Ana Lucía Paredes");
    const page = await rig.open("/records/punch");
    await page.getByRole("button", { name: "Anyone" }).click();
    await page.getByRole("option", { name: "Ana Lucía Paredes", exact: true }).click();
    await page.waitForURL((url) => url.href.includes(`concerns=${ana?.id}`));
    const punches = page.getByRole("listbox", { name: "Punches" });
    const others = async () => {
      const rows = await punches.getByRole("option").allTextContents();
      return rows.length > 0 && rows.filter((row) => !row.includes("Ana Lucía Paredes"));
    };
    await expect.poll(others).toEqual([]);
  });

  test("a new note is made by the keyboard alone, corrected, and both are in its history", async () => {
    const page = await rig.open("/records");
    await page.keyboard.press("n");
    await detail(page).waitFor();
    // The kind, then the form of its fields.
    await page.keyboard.press("Enter");
    await page.getByRole("option", { name: "Note", exact: false }).first().waitFor();
    await page.keyboard.type("Note");
    await page.keyboard.press("Enter");
    await detail(page).getByRole("heading", { name: "New: Note" }).waitFor();
    await choose(page, "Project", "Harbor Outfall 2");
    await detail(page).getByLabel("Text").focus();
    await page.keyboard.type("Gate moved to the north fence");
    await page.keyboard.press("Tab");
    await detail(page).getByLabel("Add to Labels (optional)").focus();
    await page.keyboard.type("gate");
    await page.keyboard.press("Enter");
    await rig.axe(page);
    await rig.shoot(page, "records-new");
    await detail(page).getByRole("button", { name: "Make it" }).focus();
    await page.keyboard.press("Enter");
    await detail(page).getByRole("heading", { name: "Gate moved to the north fence" }).waitFor();

    await page.keyboard.press("c");
    await detail(page).getByLabel("Text").fill("Gate moved to the south fence");
    await detail(page).getByRole("button", { name: "Save" }).focus();
    await page.keyboard.press("Enter");
    await detail(page).getByRole("heading", { name: "Gate moved to the south fence" }).waitFor();
    await detail(page).getByText("changed it").first().waitFor();
    const id = page.url().split("/").at(-1)?.split("?")[0] ?? "";
    const history = await rig.call("history", { id });
    expect(history.map((change) => change.fields.text)).toEqual(["Gate moved to the north fence", "Gate moved to the south fence"]);
  });

  test("a correction that owes a reason is not taken without one, and can be undone", async () => {
    const page = await rig.open("/records/punch");
    await list(page).getByRole("option").nth(2).click();
    await detail(page).getByRole("heading", { name: "History" }).waitFor();
    const id = page.url().split("/").at(-1)?.split("?")[0] ?? "";
    const before = await rig.call("record", { id });
    await page.keyboard.press("c");
    await choose(page, "What", before.fields.what === "break_start" ? "Clock out" : "Break");
    await detail(page).getByRole("button", { name: "Save" }).click();
    await detail(page).getByText("A reason is needed: it stays in the history.").waitFor();
    await detail(page).getByLabel("Reason").fill("Pressed the wrong one");
    await page.keyboard.press("Enter");
    await page.getByText(/^Saved:/).waitFor();
    expect((await rig.call("record", { id })).fields.what).not.toBe(before.fields.what);
    await detail(page).getByText("“Pressed the wrong one”").first().waitFor();
    await rig.shoot(page, "records-corrected");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Undone.").waitFor();
    expect((await rig.call("record", { id })).fields.what).toBe(before.fields.what);
  });

  test("a withdrawn record leaves the list, and comes back by undo", async () => {
    const page = await rig.open("/records/note");
    await list(page).getByRole("option").nth(1).click();
    await detail(page).getByRole("button", { name: "Withdraw" }).click();
    await page.getByRole("dialog").getByLabel("Reason").fill("Written twice");
    await page.keyboard.press("Enter");
    await page.getByText(/^Withdrawn:/).waitFor();
    const id = page.url().split("/").at(-1)?.split("?")[0] ?? "";
    expect((await rig.call("record", { id })).withdrawn).toBe(true);
    await detail(page).getByText("It is hidden from lists and counts", { exact: false }).waitFor();
    await rig.axe(page);
    await page.keyboard.press("Control+z");
    await page.getByText("Undone.").waitFor();
    expect((await rig.call("record", { id })).withdrawn).toBe(false);
  });

  test("what the form or the core does not take is said at the field", async () => {
    const page = await rig.open("/records?new=project");
    await detail(page).getByText("Circle").first().click();
    await detail(page).getByLabel("Center: latitude, longitude").fill("somewhere");
    await detail(page).getByRole("button", { name: "Make it" }).click();
    expect(await detail(page).getByText("This is needed.").count()).toBe(2);
    await detail(page).getByText("Latitude and longitude in degrees, as 47.6061, -122.3328.").waitFor();
    await rig.axe(page);
  });

  test("a search over everything finds by the beginning of a word, and says so where there is nothing", async () => {
    const page = await rig.open("/records?q=harb");
    await list(page).getByRole("option", { name: "Harbor Outfall 2" }).first().waitFor();
    await page.keyboard.press("/");
    await page.getByRole("searchbox").fill("zzyzx");
    await page.getByText("Nothing on this computer.").waitFor();
    await rig.axe(page);
  });

  test.each(["light", "dark", "contrast"] as const)("nobody is shut out in the %s theme", async (theme) => {
    const page = await rig.open("/records/punch", { theme });
    await list(page).getByRole("option").first().click();
    await detail(page).getByRole("heading", { name: "History" }).waitFor();
    await rig.axe(page);
    await rig.shoot(page, "records");
  });

  test("it speaks Spanish, and holds at large text in a small window", async () => {
    const page = await rig.open("/records/punch", { language: "es" });
    await page.getByRole("heading", { level: 1, name: "Marcaciones" }).waitFor();
    await list(page).getByRole("option").first().click();
    await detail(page).getByRole("heading", { name: "Historial" }).waitFor();
    await rig.axe(page);
    await rig.shoot(page, "records");
    const small = await rig.open("/records/punch", { width: 1024, height: 680, scale: 1.5 });
    await list(small).getByRole("option").first().click();
    await detail(small).getByRole("heading", { name: "History" }).waitFor();
    await rig.axe(small);
    expect(await small.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  });
});

/** Chooses in a labelled list by the keyboard. */
async function choose(page: Page, label: string, option: string) {
  await detail(page).getByRole("button", { name: label }).first().focus();
  await page.keyboard.press("Enter");
  await page.getByRole("option", { name: option }).first().waitFor();
  await page.keyboard.type(option);
  await page.keyboard.press("Enter");
}
