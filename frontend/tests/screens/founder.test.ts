// The founder's first start, in a real browser over a new client and a server that has no organisation yet.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { useRig } from "./rig";

const own = useRig({ fresh: true });
const stage = inject("stage");
const server = stage.missing === null ? join(stage.bin, "plumbline-server") : "";

describe.skipIf(own.missing || !existsSync(server))("The founder's first start", () => {
  let folder = "";
  let running: ChildProcessWithoutNullStreams | undefined;
  let setup = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "plumbline-server-"));
    const started = spawn(server, ["--data", folder, "--listen", "127.0.0.1:0"]);
    running = started;
    setup = await new Promise<string>((resolve, reject) => {
      createInterface({ input: started.stdout }).once("line", (line) => resolve((JSON.parse(line) as { setup: string }).setup));
      started.once("exit", () => reject(new Error("the server ended")));
      started.stderr.resume();
    });
  });
  afterAll(async () => {
    running?.kill();
    if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  test("founds an organization, and shows the recovery key until it is on paper", async () => {
    const page = await own.open("/");
    await page.getByRole("textbox", { name: "Invite link" }).fill(setup);
    await page.getByLabel("Name of the organization").fill("Cascade Paving");
    await page.getByLabel("Your name").fill("Ruth Ellison");
    await own.axe(page);
    await own.shoot(page, "found");
    await page.getByLabel("Your name").press("Enter");
    await page.getByRole("heading", { name: "Print the recovery key" }).waitFor();
    await own.axe(page);
    await own.shoot(page, "recovery-key");
    const made = await own.call("recovery_key");
    const shown = (await page.getByRole("list", { name: "Recovery key" }).innerText()).replaceAll(/\s/g, "");
    expect(shown).toBe(made?.recovery_key);

    await page.emulateMedia({ media: "print" });
    expect((await page.locator("[data-sheet]").innerText()).replaceAll(/\s/g, "")).toContain(shown);
    await expect(page.locator("#root").isVisible()).resolves.toBe(false);
    await page.emulateMedia({ media: "screen" });

    await page.getByRole("button", { name: /^Later/ }).click();
    await page.locator('nav[data-pane="sidebar"]').waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Print the recovery key" }).waitFor();
    const end = page.getByLabel("The last four characters, read from the paper");
    await end.fill("zzzz");
    await end.press("Enter");
    await page.getByText(/not the key’s last four/).waitFor();
    await end.fill(shown.slice(-4).toUpperCase());
    await end.press("Enter");
    await page.locator('nav[data-pane="sidebar"]').waitFor();
    await expect(own.call("recovery_key")).resolves.toBeNull();
    await expect.poll(async () => (await own.call("devices"))[0]?.label).toMatch(/computer/);
  });
});
