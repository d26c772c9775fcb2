// The organisation, in a real browser over the small demonstration: its parts, and what is done there by keyboard alone.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GeofenceView } from "../../src/generated/client";
import { useRig } from "./rig";

const rig = useRig();
const PARTS = ["members", "devices", "projects", "invites", "log", "emergency"];
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plumbline-export-"));
  process.env.PLUMBLINE_EXPORT = join(folder, "log");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Records of a kind by what they are called. */
async function named(kind: string, name: string) {
  const { records } = await rig.call("list", { kind, limit: 500 });
  return records.find((record) => record.fields.name === name)?.fields ?? {};
}

describe.skipIf(rig.missing)("The organization", () => {
  test.each(PARTS)("can be read by everybody: %s", async (part) => {
    for (const theme of ["light", "dark", "contrast"] as const) {
      const page = await rig.open(`/organization/${part}`, { theme });
      await rig.axe(page);
      await rig.shoot(page, `organization-${part}`);
      await page.context().close();
    }
    const spanish = await rig.open(`/organization/${part}`, { language: "es", width: 1024, height: 680 });
    await spanish.getByRole("heading", { name: "Organización" }).waitFor();
    await rig.axe(spanish);
    await rig.shoot(spanish, `organization-${part}`);
  });

  test("adds a member by keyboard alone, and takes a wrong name nowhere", async () => {
    const page = await rig.open("/organization/members");
    await page.keyboard.press("n");
    const dialog = page.getByRole("dialog", { name: "Add member" });
    await dialog.waitFor();
    await page.keyboard.press("Enter");
    await dialog.getByText("Needed, at most 100 characters.").waitFor();
    await page.keyboard.insertText("Noor Haddad");
    await page.keyboard.press("Tab");
    // Arrow keys go from role to role: worker, round to administrator, manager, foreman.
    for (const _ of [1, 2, 3]) await page.keyboard.press("ArrowDown");
    await rig.axe(page);
    await rig.shoot(page, "organization-add-member");
    await page.keyboard.press("Enter");
    await page.getByText("Noor Haddad was added.").waitFor();
    expect((await named("member", "Noor Haddad")).role).toBe("foreman");
    await page.getByRole("complementary", { name: "Noor Haddad" }).waitFor();
  });

  test("moves from member to member by arrow keys, and Escape closes the detail", async () => {
    const page = await rig.open("/organization/members");
    await page.getByRole("row").nth(1).click();
    const first = await page.getByRole("complementary").getAttribute("aria-label");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => page.getByRole("complementary").getAttribute("aria-label")).not.toBe(first);
    await page.keyboard.press("k");
    await expect.poll(() => page.getByRole("complementary").getAttribute("aria-label")).toBe(first);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("complementary").count()).toBe(0);
  });

  test("makes an invite whose link is shown once, as a code and as text", async () => {
    const page = await rig.open("/organization/members");
    await page.getByRole("row", { name: "Noor Haddad" }).click();
    await page.getByRole("button", { name: "Invite a device" }).click();
    const hours = page.getByLabel("Hours valid");
    await hours.fill("1000");
    await page.getByRole("button", { name: "Make the link" }).click();
    await page.getByText("A whole number from 1 to 744.").waitFor();
    await hours.fill("48");
    await hours.press("Enter");
    await page.getByRole("img", { name: "QR code with the invite link for Noor Haddad" }).waitFor();
    const link = page.getByLabel("Link", { exact: true });
    await link.focus();
    const selected = await page.evaluate(() => {
      const { activeElement } = document;
      return activeElement instanceof HTMLTextAreaElement && activeElement.value.slice(activeElement.selectionStart, activeElement.selectionEnd);
    });
    expect(selected).toMatch(/^plumbline:\/\/enrol\?.*#[0-9a-f]{64}$/);
    await rig.axe(page);
    await page.getByRole("button", { name: "I have passed it on" }).click();
    await page.goto(page.url().replace(/#.*/, "#/organization/invites"));
    await page.getByRole("row", { name: "Noor Haddad" }).first().waitFor();
    expect(await page.content()).not.toContain(String(selected).split("#")[1]);
  });

  test("makes a project, and moves its fence by arrow keys", async () => {
    const page = await rig.open("/organization/projects");
    await page.keyboard.press("n");
    const dialog = page.getByRole("dialog", { name: "Add project" });
    await dialog.getByLabel("Name").fill("Pier 40");
    const zone = dialog.getByRole("combobox", { name: "Time zone" });
    await zone.fill("Denver");
    await page.getByRole("option", { name: "America/Denver" }).click();
    await dialog.getByLabel("Classifications").fill("Pile Driver");
    await dialog.getByLabel("Classifications").press("Enter");
    const fence = dialog.getByRole("radiogroup", { name: "Geofence" });
    await fence.getByText("Circle").click();
    await dialog.getByLabel("Latitude").fill("47.6");
    await dialog.getByLabel("Longitude").fill("-122.3");
    await dialog.getByLabel("Longitude").press("Tab");
    await dialog.getByRole("button", { name: "Start here" }).click();
    const edge = dialog.getByRole("button", { name: /^Edge, radius/ });
    await edge.focus();
    await page.keyboard.press("Shift+ArrowRight");
    await dialog.getByRole("button", { name: /^Middle/ }).focus();
    await page.keyboard.press("Shift+ArrowUp");
    await rig.axe(page);
    await rig.shoot(page, "organization-add-project");
    await dialog.getByRole("button", { name: "Add project" }).click();
    await page.getByText("Pier 40 was added.").waitFor();
    const made = await named("project", "Pier 40");
    expect(made).toMatchObject({ zone: "America/Denver", classifications: ["Pile Driver"] });
    const { circle } = made.geofence as Extract<GeofenceView, { circle: unknown }>;
    expect(circle.radius_cm).toBeGreaterThan(10_900);
    expect(circle.radius_cm).toBeLessThan(11_100);
    expect(circle.lat_e7).toBeGreaterThan(476_000_000);
  });

  test("draws an outline by pointer and takes a point away by key", async () => {
    const page = await rig.open("/organization/projects");
    await page.getByRole("row", { name: "Pier 40" }).click();
    await page.getByRole("button", { name: "Change" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Change Pier 40" });
    await dialog.getByRole("radiogroup", { name: "Site outline" }).getByText("Points").click();
    const canvas = dialog.getByRole("group", { name: "Site outline" });
    await expect.poll(() => canvas.getByRole("button").count()).toBe(6);
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) * 0.9, (box?.y ?? 0) + (box?.height ?? 0) * 0.5);
    await expect.poll(() => canvas.getByRole("button").count()).toBe(7);
    await canvas.getByRole("button", { name: /^Point 1 of 7/ }).focus();
    await page.keyboard.press("Delete");
    await expect.poll(() => canvas.getByRole("button").count()).toBe(6);
    await rig.shoot(page, "organization-outline");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("Pier 40 was changed.").waitFor();
    const made = await named("project", "Pier 40");
    expect((made.outline as Extract<GeofenceView, { polygon: unknown }>).polygon.length).toBe(6);
    await page.keyboard.press("Control+z");
    await expect.poll(async () => (await named("project", "Pier 40")).outline ?? null).toBeNull();
  });

  test("adds a crew with its days and start", async () => {
    const page = await rig.open("/organization/projects");
    await page.getByRole("row", { name: "Pier 40" }).click();
    await page.getByRole("button", { name: "Add crew" }).click();
    const dialog = page.getByRole("dialog", { name: "Add crew" });
    await dialog.getByLabel("Name").fill("Pile crew");
    await dialog.getByText("Sat").click();
    await rig.axe(page);
    await dialog.getByRole("button", { name: "Add crew" }).click();
    await page.getByText("Pile crew was added.").waitFor();
    const crew = await named("crew", "Pile crew");
    expect(crew.starts).toBe(420);
    expect(new Set(crew.days as string[])).toEqual(new Set(["mon", "tue", "wed", "thu", "fri", "sat"]));
  });

  test("revokes a device only with a reason and a second press", async () => {
    const page = await rig.open("/organization/devices");
    const other = (await rig.call("devices")).find((device) => !device.this && !device.revoked);
    await page.goto(page.url().replace(/\?.*|$/, `?id=${other?.id}`));
    await page.getByRole("button", { name: "Revoke …" }).click();
    const dialog = page.getByRole("dialog", { name: /^Revoke/ });
    await dialog.getByRole("button", { name: "Revoke for ever" }).click();
    await dialog.getByText("Say why, in a few words.").waitFor();
    await rig.axe(page);
    await rig.shoot(page, "organization-revoke");
    await dialog.getByLabel("Reason").fill("Phone was lost");
    await dialog.getByRole("button", { name: "Revoke for ever" }).click();
    await page.getByText(/is revoked\.$/).waitFor();
    expect((await rig.call("devices")).find((device) => device.id === other?.id)?.revoked).toBe(true);
  });

  test("exports a copy of the log and says how it is checked", async () => {
    const page = await rig.open("/organization/log");
    await page.getByRole("button", { name: "Export a copy" }).click();
    await page.getByText("The copy is written.").waitFor();
    await page.getByText(/plumbline-verify .*log$/).waitFor();
    expect((await readdir(join(folder, "log"))).length).toBeGreaterThan(0);
    const { size } = await rig.call("log");
    expect(await page.getByRole("main").innerText()).toContain(new Intl.NumberFormat("en-US").format(size));
  });

  test("says in an emergency what will happen, and refuses what has no cause", async () => {
    const page = await rig.open("/organization/emergency");
    await page.getByRole("button", { name: "Recover …" }).click();
    const dialog = page.getByRole("dialog", { name: /printed key/ });
    await dialog.getByLabel("Recovery key").fill("abc");
    await dialog.getByRole("button", { name: "Become administrator" }).click();
    await dialog.getByText(/64 digits and letters/).waitFor();
    await rig.axe(page);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Restore …" }).click();
    const restore = page.getByRole("dialog", { name: /restored server/ });
    await restore.getByLabel("Reason").fill("Tried without a cause");
    await restore.getByRole("button", { name: "Go on from the backup" }).click();
    await restore.getByRole("alert").first().waitFor();
    await rig.shoot(page, "organization-restore");
  });
});
