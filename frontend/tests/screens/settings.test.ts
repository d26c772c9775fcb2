// Settings, in a real browser over the small demonstration.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useRig } from "./rig";

const rig = useRig();
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plumbline-export-"));
  process.env.PLUMBLINE_EXPORT = join(folder, "data");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(rig.missing)("Settings", () => {
  test.each(["light", "dark", "contrast"] as const)("can be read by everybody: %s", async (theme) => {
    const page = await rig.open("/settings", { theme });
    await rig.axe(page);
    await rig.shoot(page, "settings");
  });

  test("change language, theme and text size at once, and keep them", async () => {
    const page = await rig.open("/settings");
    await page.getByRole("radio", { name: "Español" }).check({ force: true });
    await page.getByRole("heading", { name: "Ajustes" }).waitFor();
    await page.getByRole("radio", { name: "Oscuro" }).check({ force: true });
    await page.getByRole("radio", { name: "150 %" }).check({ force: true });
    const shown = () => page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme, getComputedStyle(document.body).fontSize]);
    expect(await shown()).toEqual(["es", "dark", "19.5px"]);
    await rig.axe(page);
    await rig.shoot(page, "settings-es-150");
  });

  test("switch single letters off", async () => {
    const page = await rig.open("/settings");
    await page.getByRole("checkbox", { name: "Single letters are commands" }).uncheck({ force: true });
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    expect(await page.getByRole("dialog").count()).toBe(0);
    await page.getByRole("checkbox", { name: "Single letters are commands" }).check({ force: true });
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
  });

  test("rename this computer by keyboard, and take it back", async () => {
    const page = await rig.open("/settings");
    const before = (await rig.call("devices")).find((device) => device.this)?.label;
    const name = page.getByLabel("Name of this computer");
    await name.fill("Trailer 2");
    await name.press("Enter");
    await page.getByText("This computer is now called Trailer 2.").waitFor();
    expect((await rig.call("devices")).find((device) => device.this)?.label).toBe("Trailer 2");
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(async () => (await rig.call("devices")).find((device) => device.this)?.label).toBe(before);
  });

  test("tell what is stored, and that this computer is known to the organization", async () => {
    const page = await rig.open("/settings");
    const { store } = await rig.call("storage");
    expect(store).toBeGreaterThan(0);
    await page.getByText(/used by Plumbline/).waitFor();
    const { device } = await rig.call("status");
    await page.getByText((device.match(/.{1,4}/g) ?? []).join(" ")).waitFor();
  });

  test("export all data and tell size and place", async () => {
    const page = await rig.open("/settings");
    await page.getByRole("button", { name: "Export …" }).click();
    await page.getByText(/records and .* photographs written/).waitFor({ timeout: 60_000 });
    await page.getByText(join(folder, "data")).waitFor();
    expect((await readdir(join(folder, "data"))).length).toBeGreaterThan(0);
    await rig.shoot(page, "settings-exported");
  });

  test("offer unsent work before anything is removed, and lead back to the way in", async () => {
    await rig.offline();
    const { records } = await rig.call("list", { kind: "project", limit: 1 });
    await rig.call("write", { kind: "note", project: records[0]?.id, fields: { text: "Not sent yet" } });
    const page = await rig.open("/settings");
    await page.getByRole("button", { name: "Sign out …" }).click();
    const dialog = page.getByRole("dialog", { name: "Sign out" });
    await dialog.getByRole("button", { name: "Sign out and remove" }).click();
    await dialog.getByText(/only on this computer/).waitFor();
    await rig.axe(page);
    await rig.shoot(page, "settings-sign-out");
    await rig.online();
    await dialog.getByRole("button", { name: "Send first" }).click();
    await page.getByRole("heading", { name: "Add this computer" }).waitFor();
    expect((await rig.call("status")).state).toBe("new");
  });
});
