// The outbox: is anything stuck, is it safe, and what can be done; online, offline, and for an administrator.
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { useRig } from "./rig";

const rig = useRig();

/** A picture of 8 by 8 pixels. */
const PICTURE = fileURLToPath(new URL("../../../fuzz/corpus/exif/plain.jpg", import.meta.url));

describe.skipIf(rig.missing)("The outbox", () => {
  test.each(["light", "dark", "contrast"] as const)("what is held in the log says why, in the %s theme", async (theme) => {
    const held = await rig.call("held");
    const page = await rig.open("/outbox", { theme });
    await page.getByRole("heading", { name: "Held in the log" }).waitFor();
    expect(await page.getByRole("button", { name: "Let it take effect" }).count()).toBe(held.length);
    await rig.axe(page);
    await rig.shoot(page, "outbox");
  });

  test("offline, what is entered waits in honest words, and is sent when the server is back", async () => {
    await rig.offline();
    const [project] = (await rig.call("list", { kind: "project" })).records;
    await rig.call("write", { kind: "note", project: project?.id ?? null, fields: { text: "Entered without a signal" } });
    await rig.call("capture", { path: PICTURE, project: project?.id ?? "", source: "import", caption: "Taken without a signal" });
    const page = await rig.open("/outbox");
    await page.getByRole("heading", { name: "Waiting to send" }).waitFor();
    await page.getByRole("heading", { name: "Photographs still to send 1 photo, 141 B" }).waitFor();
    await page.getByText("On this computer only").waitFor();
    await page.getByText("Entered without a signal").first().waitFor();
    await page.getByText("Waiting: the server does not have it yet").first().waitFor();
    await page.getByText("Safe and encrypted here.", { exact: false }).first().waitFor();
    await rig.axe(page);
    await rig.shoot(page, "outbox-offline");

    await page.getByRole("button", { name: "Try now" }).click();
    await page.getByText("No signal to the server.").waitFor();
    await page.getByText("What you enter is kept here and goes by itself.").waitFor();

    await rig.online();
    await page.getByRole("button", { name: "Try now" }).click();
    await page.getByText(/^Done\. Sent:/).waitFor();
    await page.getByText("Waiting: the server does not have it yet").first().waitFor({ state: "detached" });
    expect([await rig.call("waiting"), await rig.call("uploads")]).toEqual([[], []]);
  });

  test("a held action that breaks a rule stays held; when the rule is kept, an administrator lets it take effect", async () => {
    const [held] = (await rig.call("held")).filter((item) => item.kind === "punch");
    const classification = String(held?.fields.classification);
    const page = await rig.open("/outbox");
    const admit = page.getByRole("listitem").filter({ hasText: classification }).getByRole("button", { name: "Let it take effect" });
    await admit.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("That waives rights, never rules", { exact: false }).waitFor();
    await rig.axe(page);
    await rig.shoot(page, "outbox-admit");
    await dialog.getByRole("button", { name: "Let it take effect" }).focus();
    await page.keyboard.press("Enter");
    await dialog.getByRole("alert").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });

    // The project knows the classification again.
    const { records } = await rig.call("list", { kind: "project" });
    const harbor = records.find((project) => project.fields.name === "Harbor Outfall 2");
    await rig.call("write", { kind: "project", record: harbor?.id ?? "", fields: { classifications: { add: [classification] } } });
    await admit.focus();
    await page.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "Let it take effect" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText(/^In effect now:/).waitFor();
    expect((await rig.call("record", { id: held?.record ?? "" })).fields.classification).toBe(classification);
  });

  test("it speaks Spanish", async () => {
    const page = await rig.open("/outbox", { language: "es" });
    await page.getByRole("heading", { level: 1, name: "Por enviar" }).waitFor();
    await rig.axe(page);
    await rig.shoot(page, "outbox");
  });
});
