// The way in, in a real browser over a client in which nobody is enrolled yet.
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { PASSPHRASE } from "../setup";
import { useRig } from "./rig";

const rig = useRig({ fresh: true });
const link = (page: Page) => page.getByRole("textbox", { name: /Invite link|Enlace de invitación/ });
/** What a screen looks like in each theme, without a fault that axe finds. */
const THEMES = ["light", "dark", "contrast"] as const;

describe.skipIf(rig.missing)("The way in", () => {
  test.each(THEMES)("can be read by everybody: %s", async (theme) => {
    const page = await rig.open("/", { theme });
    await link(page).fill(rig.invited());
    await rig.axe(page);
    await rig.shoot(page, "entry");
  });

  test("speaks Spanish when asked to", async () => {
    const page = await rig.open("/");
    await page.getByRole("button", { name: /English/ }).click();
    await page.getByRole("option", { name: "Español" }).click();
    await expect.poll(() => page.locator("h1").innerText()).toBe("Agregar esta computadora");
    await link(page).fill("plumbline://enrol?at=x");
    await expect.poll(() => page.getByRole("alert").innerText()).toMatch(/cortado/);
    await rig.axe(page);
    await rig.shoot(page, "entry-broken-es");
  });

  test("says at its field what is wrong with a link, before anything is sent", async () => {
    const page = await rig.open("/");
    const asked: string[] = [];
    page.on("request", (request) => request.url().endsWith("/call") && asked.push(request.postData() ?? ""));
    await link(page).fill("https://example.org/join");
    await expect.poll(() => page.getByRole("alert").innerText()).toMatch(/not an invite link/);
    await link(page).fill(rig.invited().slice(0, -3));
    await expect.poll(() => page.getByRole("alert").innerText()).toMatch(/cut short/);
    await link(page).fill(rig.invited().replace("enrol?at=", "enrol?at=evil/"));
    await expect.poll(() => page.getByRole("alert").innerText()).toMatch(/not a whole/);
    await expect(page.getByRole("button", { name: "Add this computer" }).count()).resolves.toBe(0);
    expect(asked.filter((call) => call.includes("enrol"))).toEqual([]);
  });

  test("says where a link leads before it is used, and keeps it where there is no signal", async () => {
    const page = await rig.open("/");
    const invited = rig.invited();
    await rig.tell("link", { link: invited });
    const leads = page.getByRole("region", { name: "Where this link leads" });
    await expect.poll(() => leads.innerText()).toMatch(/127\.0\.0\.1/);
    expect(await leads.innerText()).not.toContain(invited.split("#")[1]);
    await rig.offline();
    await page.getByRole("button", { name: "Add this computer" }).click();
    await page.getByText("Link saved. Finishes when signal returns.").waitFor();
    await rig.axe(page);
    await rig.shoot(page, "entry-offline");
    expect(await link(page).inputValue()).toBe(invited);
    await rig.online().catch(() => null);
  });

  test("adds this computer by keyboard alone", async () => {
    const page = await rig.open("/");
    await page.keyboard.insertText(rig.invited());
    await page.keyboard.press("Tab");
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText("Trailer computer");
    await page.keyboard.press("Enter");
    await page.locator('nav[data-pane="sidebar"]').waitFor();
    const devices = await rig.call("devices");
    expect(devices.find((device) => device.this)?.label).toBe("Trailer computer");
  });

  test("refuses a used or foreign link where one is in already", async () => {
    const page = await rig.open("/settings");
    await rig.tell("link", { link: rig.invited() });
    const dialog = page.getByRole("dialog", { name: "Use an invite link" });
    await dialog.getByRole("button", { name: "Add this computer" }).click();
    await expect.poll(() => dialog.getByRole("alert").first().innerText()).toMatch(/enrolled already/);
    await link(page).fill(rig.invited().replace(/organisation=[0-9a-f]{8}/, "organisation=00000000"));
    await expect.poll(() => dialog.getByRole("alert").first().innerText()).toMatch(/another organization/);
    await expect(dialog.getByRole("button", { name: "Add this computer" }).isDisabled()).resolves.toBe(true);
    await rig.axe(page);
  });

  test("asks for the passphrase where the keys are under one, and takes the right one", async () => {
    await rig.call("use_passphrase" as never, { passphrase: "not this one" } as never);
    const page = await rig.open("/");
    await page.getByRole("alert").getByText(/not the passphrase/).waitFor();
    await rig.axe(page);
    await rig.shoot(page, "unlock");
    await page.keyboard.insertText(PASSPHRASE);
    await page.keyboard.press("Enter");
    await page.locator('nav[data-pane="sidebar"]').waitFor();
  });

  test.each(THEMES)("says that a missing keystore lost nothing, and never makes a key over what is there: %s", async (theme) => {
    const keystore = join(rig.home(), "keystore");
    await rename(keystore, `${keystore}.away`);
    await rig.call("open_again" as never);
    const page = await rig.open("/", { theme });
    await page.getByText(/Nothing is lost/).waitFor();
    await page.getByRole("button", { name: "Use a passphrase instead" }).click();
    const [first, second] = [page.getByLabel("Passphrase", { exact: true }), page.getByLabel("The same passphrase again")];
    await first.fill("gravel");
    await second.fill("rebar");
    await page.getByRole("button", { name: "Use this passphrase" }).click();
    await page.getByText("The two are not the same.").waitFor();
    await rig.axe(page);
    await rig.shoot(page, "keystore-missing");
    await first.fill("gravel and rebar and sand");
    await second.fill("gravel and rebar and sand");
    await page.getByRole("button", { name: "Use this passphrase" }).click();
    // What is there keeps its own keys: no passphrase of the moment opens it.
    await page.getByText(/Nothing is lost/).first().waitFor();
    await rm(keystore, { force: true });
    await rename(`${keystore}.away`, keystore);
    await rig.call("use_passphrase" as never, { passphrase: PASSPHRASE } as never);
    await page.reload();
    await page.locator('nav[data-pane="sidebar"]').waitFor();
  });
});
