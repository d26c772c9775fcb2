// Conflicts: both values side by side, and a choice that keeps the other in the history.
import { describe, expect, test } from "vitest";
import { useRig } from "./rig";

const rig = useRig();

describe.skipIf(rig.missing)("Conflicts", () => {
  test.each(["light", "dark", "contrast"] as const)("both values stand side by side with who wrote them, in the %s theme", async (theme) => {
    const page = await rig.open("/conflicts", { theme });
    await page.getByRole("radio").first().waitFor();
    const cards = page.getByRole("article");
    expect(await cards.count()).toBeGreaterThan(1);
    for (const card of await cards.all()) {
      await card.getByText("Written by").waitFor();
      await card.getByText("Log entry").waitFor();
      await card.getByText("Had seen").waitFor();
      await card.getByRole("button", { name: "Keep this" }).waitFor();
    }
    await rig.axe(page);
    await rig.shoot(page, "conflicts");
  });

  test("it speaks Spanish", async () => {
    const page = await rig.open("/conflicts", { language: "es" });
    await page.getByRole("button", { name: "Conservar este" }).first().waitFor();
    await rig.axe(page);
    await rig.shoot(page, "conflicts");
  });

  test("one is kept by the keyboard alone, and the other stays in the history", async () => {
    const note = (await rig.call("conflicts")).find((record) => record.kind === "note" && record.conflicts.text);
    const covered = String(note?.conflicts.text?.[0]);
    const shown = String(note?.fields.text);
    const page = await rig.open(`/conflicts?record=${note?.id}&field=text`);
    await page.getByRole("radio").last().focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await page.getByText(`Kept: ${covered}`, { exact: false }).waitFor();
    const kept = await rig.call("record", { id: note?.id ?? "" });
    expect([kept.fields.text, kept.conflicts.text]).toEqual([covered, undefined]);
    const history = await rig.call("history", { id: note?.id ?? "" });
    expect(history.map((change) => change.fields.text)).toContain(shown);
  });

  test("when all are decided it says so", async () => {
    const page = await rig.open("/conflicts");
    for (let left = await open(); left > 0; left--) {
      const reason = page.getByLabel("Reason", { exact: true });
      if (await reason.isVisible()) await reason.fill("Asked on site");
      await page.getByRole("radio").last().focus();
      await page.keyboard.press("Enter");
      await page.waitForFunction(async (before) => {
        const answer = await fetch("/call", { method: "POST", body: JSON.stringify({ call: "conflicts", args: null }) });
        const { ok } = (await answer.json()) as { ok: { conflicts: object }[] };
        return ok.reduce((n, record) => n + Object.keys(record.conflicts).length, 0) < before;
      }, left);
      if (left > 1) await page.getByText(`${left - 1} to decide`).waitFor();
    }
    await page.getByText("No conflicts.").waitFor();
    await rig.axe(page);
    await rig.shoot(page, "conflicts-none");
  });
});

async function open(): Promise<number> {
  const records = await rig.call("conflicts");
  return records.reduce((n, record) => n + Object.keys(record.conflicts).length, 0);
}
