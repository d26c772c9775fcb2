// The palette: from anywhere to anything, by the keyboard alone.
import { describe, expect, test } from "vitest";
import { useRig } from "./rig";

const rig = useRig();

describe.skipIf(rig.missing)("The palette", () => {
  test("Ctrl K opens it from anywhere, with commands; Escape closes it", async () => {
    const page = await rig.open("/records");
    await page.keyboard.press("Control+k");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("option", { name: "Go to Conflicts" }).waitFor();
    await rig.axe(page);
    await rig.shoot(page, "palette");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  test("a person is found by the beginning of a name without its accents, and Enter goes there", async () => {
    const page = await rig.open("/conflicts");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("ana luc");
    await page.getByRole("option", { name: "Ana Lucía Paredes" }).first().waitFor();
    await rig.shoot(page, "palette-found");
    await page.keyboard.press("Enter");
    await page.locator('[data-pane="detail"]').getByRole("heading", { name: "Ana Lucía Paredes" }).waitFor();
    // What was opened is offered again.
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").getByText("Opened lately").waitFor();
    await page.getByRole("option", { name: "Ana Lucía Paredes" }).first().waitFor();
  });

  test("records are found by their words, and all of them can be listed", async () => {
    const page = await rig.open("/records");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("harbor");
    await page.getByRole("option", { name: "All records with “harbor”" }).waitFor();
    await rig.axe(page);
    await page.keyboard.press("End");
    await page.getByRole("option", { name: "All records with “harbor”" }).click();
    await page.getByRole("heading", { level: 1, name: "Found" }).waitFor();
    expect(await page.getByRole("searchbox").inputValue()).toBe("harbor");
  });

  test("it does things: theme and language change at once", async () => {
    const page = await rig.open("/records");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("dark");
    await page.getByRole("option", { name: "Dark colors", exact: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("español");
    await page.getByRole("option", { name: "Español", exact: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Registros" }).waitFor();
  });

  test("it claims nothing: what is not here may be elsewhere", async () => {
    const page = await rig.open("/records", { theme: "contrast" });
    await page.keyboard.press("Control+k");
    await page.keyboard.type("zzyzx");
    await page.getByText("Nothing on this computer.").waitFor();
    await page.getByText("What has not come from the server or from a phone yet cannot be found here.").waitFor();
    await rig.axe(page);
    await rig.shoot(page, "palette-nothing");
  });
});
