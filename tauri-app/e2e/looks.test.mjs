// Every screen in the window: a picture of it in each look for whoever compares it with what it should be, and what would stand
// in somebody's way. The pictures are under target/screens/window/.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { SCREENS, World } from "./world.mjs";

const LOOKS = {
  light: { theme: "light", language: "en" },
  dark: { theme: "dark", language: "en" },
  contrast: { theme: "contrast", language: "en" },
  spanish: { theme: "light", language: "es" },
};
/** Name, address, and what says that it is there. */
const screensOf = ({ cell, photo, project }) => [
  ["today", "/today", "heading", /^(Today|Hoy)$/],
  ["time", `/time?date=${cell.date}`, "grid", /./],
  ["time-cell", `/time?date=${cell.date}&worker=${cell.worker}&of=${cell.project}`, "heading", /^(History|Historial)$/],
  ["plan", `/photographs?view=plan&project=${project}`, "heading", /^(Photographs|Fotos)$/],
  ["photographs", "/photographs", "gridcell", /./],
  ["photograph", `/photographs?photo=${photo}`, "heading", /^(Custody|Custodia)$/],
  ["records", "/records/punch", "option", /./],
  ["record", `/records/project/${project}`, "heading", /^(History|Historial)$/],
  ["conflicts", "/conflicts", "radio", /./],
  ["outbox", "/outbox", "heading", /^(Held|Retenid)/],
  ["members", "/organization/members", "heading", /^(Organization|Organización)$/],
  ["devices", "/organization/devices", "heading", /^(Organization|Organización)$/],
  ["projects", "/organization/projects", "heading", /^(Organization|Organización)$/],
  ["log", "/organization/log", "heading", /^(Organization|Organización)$/],
  ["settings", "/settings", "heading", /^(Settings|Ajustes)$/],
];

/** The page in a look, kept as the settings keep it. */
async function wear(window, look) {
  const kept = JSON.stringify({ ...look, scale: 1, letters: true });
  await window.run((text) => {
    localStorage.setItem("plumbline.settings", text);
    location.reload();
  }, kept);
}

test("every screen in every look", async (t) => {
  const world = await World.begin(t, { keyring: false });
  const { invite, last } = await world.startDemonstration();
  const window = await world.open();
  /** A picture of what is there; in the light look also nothing may stand in the way. */
  const show = (name, look) =>
    t.test(`${name}, ${look}`, async () => {
      await window.settled();
      await window.shoot(join(SCREENS, "window", `${name}-${look}.png`));
      if (look === "light") assert.deepEqual(await window.obstacles(), []);
    });

  for (const [name, look] of Object.entries(LOOKS)) {
    await wear(window, look);
    await window.find("heading", /^(Unlock Plumbline|Desbloquear Plumbline)$/);
    await show("locked", name);
  }
  await world.startKeyring();
  await window.click("button", /^(Open again|Abrir de nuevo)$/);
  for (const [name, look] of Object.entries(LOOKS)) {
    await wear(window, look);
    await window.find("heading", /^(Add this computer|Agregar esta computadora)$/);
    await window.paste(/^(Invite link|Enlace de invitación)$/, invite);
    await window.find("button", /^(Add this computer|Agregar esta computadora)$/);
    await show("entry", name);
  }

  assert.equal((await window.call("enrol", { link: invite, device_label: "Office" })).fault, undefined);
  const ask = async (name, request) => (await window.call(name, request)).ok;
  const { people, rows, days } = await ask("week", { date: last });
  const person = people.find(({ state }) => state === "changed") ?? people.find(({ seconds }) => seconds > 0);
  const row = rows.find(({ worker, seconds }) => worker === person.worker && seconds.some((one) => one > 0));
  const corrected = row.corrected.indexOf(true);
  const day = corrected >= 0 ? corrected : row.seconds.findIndex((seconds) => seconds > 0);
  const cell = { worker: person.worker, project: person.project, date: days[day] };
  const [photo] = (await ask("photos", { limit: 1 })).photos;
  const screens = screensOf({ cell, photo: photo.id, project: person.project });

  for (const [name, look] of Object.entries(LOOKS)) {
    await wear(window, look);
    for (const [screen, address, role, sign] of screens) {
      await window.go(address);
      await window.find(role, sign);
      await show(screen, name);
    }
    await window.go("/today");
    await window.find("heading", /^(Today|Hoy)$/);
    await window.press("Control+k");
    await window.find("dialog", /./);
    await window.press(..."ana");
    await window.find("option", /Ana Lucía/);
    await show("palette", name);
    await window.press("Escape");
  }
});
