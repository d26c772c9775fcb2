// Today in a browser, over the small demonstration.
import { describe, expect, test } from "vitest";
import { useRig, ZONE } from "./rig";

const rig = useRig();
const readDay = (date: string) => rig.call("day", { date });
type Day = Awaited<ReturnType<typeof readDay>>;
const people = (day: Day) => day.projects.flatMap((project) => project.crews.flatMap((crew) => crew.members));

/** The newest of the last eight days that has somebody like that: what there is depends on the hour at which this runs. */
async function dayWith(wanted: (person: ReturnType<typeof people>[number]) => boolean): Promise<Day> {
  for (let back = 0; back < 8; back++) {
    const day = await readDay(rig.day(back));
    if (people(day).some(wanted)) return day;
  }
  throw new Error("the demonstration has nobody like that");
}
const worked = (person: { spans: unknown[] }) => person.spans.length > 0;

describe.skipIf(rig.missing)("Today", () => {
  test("shows each project with its crews in lanes on one axis", async () => {
    const day = await dayWith(worked);
    const page = await rig.open(`/today?date=${day.date}`);
    for (const project of day.projects) {
      const crews = project.crews.filter(({ name, members }) => name && members.some(worked));
      if (crews.length === 0) continue;
      const block = page.getByRole("region", { name: project.name });
      await block.waitFor();
      for (const crew of crews) expect(await block.getByRole("img", { name: `${crew.name}:` }).count()).toBe(1);
    }
    await rig.shoot(page, "today");
  });

  test("names who is missing and leads to the cell", async () => {
    const day = await dayWith((person) => person.state === "missing");
    const page = await rig.open(`/today?date=${day.date}`);
    await page.getByRole("link", { name: "Open the day" }).first().click();
    await page.getByRole("complementary").getByText("No punches.").waitFor();
  });

  test("goes through the days by keys and back to today", async () => {
    const page = await rig.open("/today");
    const title = (name: string) => page.getByRole("heading", { name, level: 1, exact: true });
    await title("Today").waitFor();
    await page.keyboard.press("[");
    await title("Day").waitFor();
    await page.keyboard.press("]");
    await title("Today").waitFor();
  });

  // At any hour one of the two has another day than the sites.
  for (const zone of ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
    test(`is the day that it is where the sites are, on a computer in ${zone}`, async () => {
      const page = await rig.open("/today", { zone });
      await page.getByRole("heading", { name: "Today", level: 1, exact: true }).waitFor();
      await page.waitForFunction((timeZone) => {
        const there = new Intl.DateTimeFormat("en-US", { weekday: "long", month: "long", day: "numeric", timeZone });
        return document.body.textContent.includes(there.format(Date.now()));
      }, ZONE);
    });

  test("leads to the week that is not settled, by keyboard alone", async () => {
    const page = await rig.open("/today");
    const need = page.getByRole("complementary").getByRole("link", { name: /last week|since they were signed/ }).first();
    await need.waitFor();
    await need.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("grid").waitFor();
  });

  test("says when nobody is expected", async () => {
    const { id } = await rig.call("create_project", { name: "Empty lot", zone: "America/Los_Angeles" });
    const page = await rig.open(`/today?project=${id}`);
    await page.getByText("No crew expected.").waitFor();
    await rig.axe(page);
  });

  for (const theme of ["light", "dark", "contrast"] as const)
    test(`can be used by everybody, ${theme}`, async () => {
      const page = await rig.open(`/today?date=${(await dayWith(worked)).date}`, { theme });
      await page.getByText("Week ending").waitFor();
      await rig.axe(page);
      await rig.shoot(page, "today");
    });

  test("fits in a small window with large text", async () => {
    const page = await rig.open("/today", { width: 1024, height: 680, scale: 1.5 });
    await page.getByText("Week ending").waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await rig.axe(page);
  });

  test("speaks Spanish", async () => {
    const page = await rig.open(`/today?date=${(await dayWith(worked)).date}`, { language: "es" });
    await page.getByText("Semana hasta el").waitFor();
    await rig.axe(page);
    await rig.shoot(page, "today");
  });

  test("says since when it is offline, and shows what phones told by then", async () => {
    const page = await rig.open("/today");
    await rig.offline();
    await page.getByText("As phones told us by then.").waitFor();
    await rig.shoot(page, "today-offline");
    await rig.online();
  });
});
