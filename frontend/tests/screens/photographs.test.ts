// Photographs over a real client: days, keys, filters, the pane, the plan, importing; and 100,000 of them, which come from
// answers made up here, because no client could take so many in a test.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PhotoDay, PhotosRequest, PhotoView } from "../../src/generated/client";
import { useRig } from "./rig";

const rig = useRig();

const grid = (page: Page) => page.getByRole("grid", { name: "Photographs by day" });
const pane = (page: Page) => page.getByRole("complementary", { name: "Photograph", exact: true });
/** The photograph on which the keys are. */
const current = (page: Page) => page.evaluate(() => document.querySelector('[role="grid"]')?.getAttribute("aria-activedescendant"));
const tiles = (page: Page) => page.getByRole("gridcell");

/** Opens the grid with its first photographs drawn. */
async function opened(path = "/photographs", look: Parameters<typeof rig.open>[1] = {}): Promise<Page> {
  const page = await rig.open(path, look);
  await grid(page).waitFor();
  await tiles(page).locator("img").first().waitFor();
  return page;
}

describe.skipIf(rig.missing)("Photographs", () => {
  let newest: PhotoView;
  let count: number;
  /** Photographs of the newest day: where the day before begins. */
  let first: number;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "plumbline-pictures-"));
    const days = await rig.call("photo_days", { zone: "America/Los_Angeles" });
    count = days.reduce((sum, day) => sum + day.count, 0);
    const [photo] = (await rig.call("photos", { limit: 1 })).photos;
    if (!photo || !days[1]) throw new Error("the demonstration has no photographs of two days");
    newest = photo;
    first = days[0]?.count ?? 0;
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("days stand under their names with their counts, newest first", async () => {
    const page = await opened();
    expect(await page.locator("header").getByText(String(count), { exact: true }).count()).toBe(1);
    const [day] = await rig.call("photo_days", { zone: "America/Los_Angeles" });
    const heading = page.getByRole("rowheader").first();
    await expect.poll(() => heading.innerText()).toContain(day?.count === 1 ? "1 photograph" : `${day?.count} photographs`);
    await expect.poll(() => tiles(page).first().innerText()).toContain(newest.caption ?? "No caption");
    await rig.axe(page);
    await rig.shoot(page, "photographs");
  });

  test("a photograph is found, looked at, opened and closed by keyboard alone", async () => {
    const page = await opened();
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("grid");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => current(page)).toBe("photo-1");
    await page.keyboard.press("k");
    await expect.poll(() => current(page)).toBe("photo-0");
    await page.keyboard.press("Space");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Space");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("Enter");
    await pane(page).getByText(newest.sha256.slice(0, 32)).waitFor();
    await pane(page).getByText(`1 of ${count}`).waitFor();
    await page.keyboard.press("End");
    await pane(page).getByText(`${count} of ${count}`).waitFor();
    await page.keyboard.press("Home");
    await pane(page).getByText(`1 of ${count}`).waitFor();
    await page.keyboard.press("[");
    await expect.poll(() => current(page)).toBe(`photo-${first}`);
    await page.keyboard.press("]");
    await expect.poll(() => current(page)).toBe("photo-0");
    await page.keyboard.press("Escape");
    await pane(page).waitFor({ state: "detached" });
    await page.keyboard.press("/");
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("INPUT");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("grid");
  });

  test("the pane says when, where, what file, and what a check of its bytes proves", async () => {
    const page = await opened(`/photographs?photo=${newest.id}`);
    await pane(page).getByRole("heading", { name: "Custody" }).waitFor();
    await pane(page).getByText(newest.sha256.slice(32)).waitFor();
    await pane(page).getByText("Signed hash in the log").waitFor();
    await pane(page).getByRole("button", { name: /^Check (again )?now$/ }).click();
    await pane(page).getByText(/^Checked .* against the log up to entry/).waitFor();
    await rig.axe(page);
    await rig.shoot(page, "photograph");
  });

  test("the original is brought, zoomed and moved by keyboard", async () => {
    const page = await opened(`/photographs?photo=${newest.id}`);
    await pane(page).getByRole("button", { name: "Original" }).last().click();
    const viewer = page.getByRole("dialog");
    await viewer.getByText(/ × /).waitFor();
    const percent = () => viewer.getByText(/ %$/).innerText();
    const before = await percent();
    await page.keyboard.press("+");
    await expect.poll(percent).not.toBe(before);
    const left = () => viewer.locator("img").last().evaluate((img) => img.getBoundingClientRect().left);
    const stood = await left();
    await page.keyboard.press("ArrowRight");
    await expect.poll(left).toBeLessThan(stood);
    await page.keyboard.press("0");
    await expect.poll(percent).toBe(before);
    await rig.shoot(page, "original");
    await page.keyboard.press("Escape");
    await viewer.waitFor({ state: "detached" });
  });

  test("filters count what passes and are taken off again", async () => {
    const page = await opened();
    await page.keyboard.press("/");
    await page.keyboard.type("zzz nothing is called so");
    await page.getByText("None match.").waitFor();
    await rig.axe(page);
    await rig.shoot(page, "photographs-none");
    await page.getByRole("main").getByRole("button", { name: "Clear filters" }).click();
    await grid(page).waitFor();
    await page.getByRole("button", { name: /Any state/ }).click();
    await page.getByRole("option", { name: "Verified" }).click();
    const verified = (await rig.call("photo_days", { zone: "UTC", state: "verified" })).reduce((sum, day) => sum + day.count, 0);
    await page.getByText(`${verified} of ${count}`).waitFor();
    await page.getByRole("button", { name: "Photographs of any state" }).click();
    await page.locator("header").getByText(String(count), { exact: true }).waitFor();
  });

  test("days are chosen in a calendar by keyboard", async () => {
    const page = await opened();
    await page.getByRole("button", { name: "Any day" }).press("Enter");
    await page.getByRole("dialog", { name: "Days" }).waitFor();
    await rig.axe(page);
    await page.getByRole("button", { name: "Last 30 days" }).press("Enter");
    await page.getByRole("button", { name: "Photographs of any day" }).waitFor();
  });

  test("a caption is changed with its history, and changed back", async () => {
    const page = await opened(`/photographs?photo=${newest.id}`);
    await pane(page).getByRole("button", { name: "Edit caption" }).click();
    await page.getByRole("textbox", { name: "Caption", exact: true }).fill("North wall before the pour");
    await page.getByRole("textbox", { name: "Labels" }).fill("pour, north");
    await rig.axe(page);
    await page.getByRole("button", { name: "Save" }).click();
    await pane(page).getByRole("heading", { name: "North wall before the pour" }).waitFor();
    await pane(page).getByText(/Labels added: .*pour/).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await pane(page).getByRole("heading", { name: newest.caption ?? "No caption" }).waitFor();
    expect((await rig.call("photo", { id: newest.id })).tags.toSorted()).toEqual(newest.tags.toSorted());
  });

  test("a photograph is withdrawn only with a reason, and shown again by undo", async () => {
    const page = await opened(`/photographs?photo=${newest.id}`);
    await pane(page).getByRole("button", { name: "Withdraw" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Withdraw" }).click();
    await dialog.getByText("A reason is needed.").waitFor();
    await dialog.getByLabel("Reason").fill("Wrong site");
    await dialog.getByRole("button", { name: "Withdraw" }).click();
    await pane(page).getByText("This photograph is withdrawn.").waitFor();
    await page.locator("header").getByText(String(count - 1), { exact: true }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.locator("header").getByText(String(count), { exact: true }).waitFor();
  });

  test("pictures come in one after another, and what is none is refused by name", async () => {
    const page = await opened();
    const picture = await page.evaluate(() => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
      canvas.getContext("2d")?.fillRect(40, 40, 120, 90);
      return canvas.toDataURL("image/jpeg").split(",")[1] ?? "";
    });
    const [wall, twice, notes] = ["trench.jpg", "trench copy.jpg", "notes.jpg"].map((name) => join(folder, name));
    await Promise.all([writeFile(wall ?? "", Buffer.from(picture, "base64")), writeFile(twice ?? "", Buffer.from(picture, "base64")), writeFile(notes ?? "", "no picture")]);
    const paths = [wall, twice, notes];
    await rig.tell("drop", { paths });
    const dialog = page.getByRole("dialog", { name: "Import 3 pictures" });
    await dialog.waitFor();
    // There is one project: it is chosen already.
    await dialog.getByLabel(/Caption/).fill("Trench from the east");
    await rig.axe(page);
    await rig.shoot(page, "photographs-import");
    await dialog.getByRole("button", { name: "Import" }).click();
    await dialog.getByText("1 imported, 1 refused, 1 twice.").waitFor();
    await dialog.getByText("This file is not a JPEG, PNG or HEIC picture.").waitFor();
    await rig.axe(page);
    await rig.shoot(page, "photographs-imported");
    await page.getByRole("button", { name: "Done" }).click();
    await page.locator("header").getByText(String(count + 1), { exact: true }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.locator("header").getByText(String(count), { exact: true }).waitFor();
  });

  test("while files are dragged over the window it says what dropping them does", async () => {
    const page = await opened();
    await rig.tell("tauri://drag-enter", null);
    await page.getByText("Drop pictures to import them").waitFor();
    await rig.tell("tauri://drag-leave", null);
    await page.getByText("Drop pictures to import them").waitFor({ state: "detached" });
  });

  test("the site is drawn with its marks, and the list beside it has the same", async () => {
    const page = await opened();
    await page.getByRole("radio", { name: "Site plan" }).press("Space");
    await page.getByRole("complementary", { name: "Punches and photographs on the plan" }).getByRole("listitem").first().waitFor();
    const marks = page.locator("main svg g");
    await expect.poll(() => marks.count()).toBeGreaterThan(0);
    await page.getByText(/^\d[\d,]* ft$/).waitFor();
    await rig.axe(page);
    await rig.shoot(page, "site-plan");
    const area = page.getByRole("group", { name: /^Plan of the site/ });
    await area.focus();
    const scale = () => page.locator("main svg circle, main svg polygon").first().evaluate((shape) => shape.getBoundingClientRect().width);
    const before = await scale();
    await page.keyboard.press("+");
    await expect.poll(scale).toBeGreaterThan(before);
    await page.keyboard.press("0");
    await expect.poll(scale).toBe(before);
  });

  test("without a server a picture that is elsewhere says where its original is", async () => {
    await rig.offline();
    try {
      const away = (await rig.call("photos", { limit: 500 })).photos.find((photo) => !photo.here);
      if (!away) return;
      const page = await opened(`/photographs?photo=${away.id}`);
      await pane(page).getByText(/^Preview\./).waitFor();
      await pane(page).getByRole("button", { name: "Original" }).last().click();
      await page.getByRole("dialog").getByText(/^Preview\./).waitFor();
      await page.getByRole("dialog").getByRole("button", { name: "Try again" }).waitFor();
    } finally {
      await rig.online();
    }
  });

  for (const look of [{ theme: "dark" }, { theme: "contrast" }, { theme: "dark", language: "es" }] as const)
    test(`nothing is amiss in ${look.theme}${"language" in look ? " in Spanish" : ""}`, async () => {
      const page = await rig.open(`/photographs?photo=${newest.id}`, look);
      await page.locator('aside[data-pane="detail"] ol li').first().waitFor();
      await page.getByRole("gridcell").locator("img").first().waitFor();
      await rig.axe(page);
      await rig.shoot(page, "photograph");
      await page.getByRole("radio").last().press("Space");
      await page.locator("main svg g").first().waitFor();
      await rig.axe(page);
      await rig.shoot(page, "site-plan");
    });

  test("a hundred thousand photographs put fewer than 200 tiles into the page, and only days in view are asked for", async () => {
    const page = await rig.open("/settings");
    const DAY = 86_400_000;
    const start = Date.parse("2026-12-10T00:00:00Z");
    const days: PhotoDay[] = Array.from({ length: 1000 }, (_, n) => ({
      date: new Date(start - n * DAY).toISOString().slice(0, 10),
      from: start - n * DAY,
      to: start - (n - 1) * DAY,
      count: 100,
    }));
    const asked = new Set<number>();
    await page.route("**/call", async (route) => {
      const { call, args } = route.request().postDataJSON() as { call: string; args: PhotosRequest };
      if (call === "photo_days") return route.fulfill({ json: { ok: days } });
      if (call === "photos" && args.from != null) {
        const day = (start - args.from) / DAY;
        asked.add(day);
        const photos = Array.from({ length: 100 }, (_, n): PhotoView => ({
          ...newest,
          id: `00000000-0000-4000-8000-${String(day * 100 + n).padStart(12, "0")}`,
          caption: `Number ${day * 100 + n}`,
          at: { ...newest.at, stated: args.from ?? 0 },
        }));
        return route.fulfill({ json: { ok: { photos, next: null } } });
      }
      return route.continue();
    });
    await page.route("**/photo/**", (route) => route.fulfill({ status: 404 }));
    await page.evaluate(() => void (location.hash = "#/photographs"));
    await page.getByRole("gridcell", { name: /^Number 0 / }).waitFor();
    await page.getByText("100,000", { exact: true }).waitFor();
    expect(await tiles(page).count()).toBeLessThan(200);
    expect([...asked].every((day) => day < 3)).toBe(true);

    // The scrollbar is true: half of the way down are the photographs of the middle, and none on the way was asked for.
    await grid(page).evaluate((element) => void (element.scrollTop = element.scrollHeight / 2));
    await page.getByRole("gridcell", { name: /^Number (49|50)\d{3} / }).first().waitFor();
    expect(await tiles(page).count()).toBeLessThan(200);
    expect([...asked].filter((day) => day > 3 && (day < 495 || day > 505))).toEqual([]);

    await grid(page).focus();
    await page.keyboard.press("End");
    await page.getByRole("gridcell", { name: /^Number 99999 / }).waitFor();
    expect(await tiles(page).count()).toBeLessThan(200);
    expect(asked.size).toBeLessThan(12);
  });
});
