// measure.mjs RECORDS TURNS CACHE: how long our window takes until Today can be used, and how much memory it holds after all
// screens were seen, beside a bare window; and how long Photographs takes to show its tiles. Prints JSON: times in
// milliseconds, memory in KiB, one figure for each turn. `cargo xtask bench P20` runs it.
//
// Both windows are opened and asked in the same way, by the web view's own driver. What is on screen they mark themselves, in
// the timeline of the page; when the program was started Linux says. The first turn only fills the system's caches.
import { access, cp, mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { until } from "./driver.mjs";
import { begun, childOf, memory } from "./processes.mjs";
import { World } from "./world.mjs";

const [records, turns] = process.argv.slice(2, 4).map(Number);
const cache = resolve(process.argv[4]);
const benches = process.env.PLUMBLINE_BENCHES;

/** Changes when a home is made in another way. */
const VERSION = 1;
const OURS = { program: "plumbline-desktop", mark: "today" };
const BARE = { program: "examples/bare", mark: "bare" };
/** What a home is made of: the store, and the keyring that has its keys. */
const KEPT = ["store", ".local/share/keyrings"];
/** A page that changes nothing for so long has come to rest, in milliseconds. */
const REST = 500;
/** How long a start may take, and all of a screen, in milliseconds. */
const PATIENCE = 60_000;
/** Least tiles of a screen. */
const TILES = 12;
/** How often photographs are scrolled on. */
const SCROLLS = 10;

async function inWorld(work) {
  const ends = [];
  try {
    return await work(await World.begin({ after: (end) => ends.push(end) }, { keyring: false }));
  } finally {
    for (const end of ends) await end();
  }
}

/** A home with so many records and photographs, made once; copies of it are opened. */
async function kept() {
  const folder = join(cache, `home-${VERSION}-${records}`);
  if (await access(folder).then(() => true, () => false)) return folder;
  await inWorld(async (world) => {
    console.error("  making a home, once");
    await world.startKeyring();
    await world.runs(benches, "--home", world.home, String(records));
    await world.stopKeyring();
    const making = `${folder}.making`;
    await rm(making, { recursive: true, force: true });
    for (const part of KEPT) await cp(join(world.folder, part), join(making, part), { recursive: true });
    await rename(making, folder);
  });
  return folder;
}

/** Opens a window; when its content was on screen, in milliseconds after the start of its program. */
async function start(world, { program, mark }) {
  const window = await world.show(program);
  await window.ask("POST", "timeouts", { script: PATIENCE });
  window.process = await childOf(window.driver.pid);
  const shown = await until(
    `the mark "${mark}"`,
    () =>
      window.run((name) => {
        const [first] = performance.getEntriesByName(name, "mark");
        return first ? performance.timeOrigin + first.startTime : null;
      }, mark),
    PATIENCE,
  );
  return [window, shown - (await begun(window.process))];
}

/** Goes to a place of the page and waits until nothing changes there any more. */
async function visit(window, place) {
  const script = `const [place, rest, done] = arguments;
    const watch = new MutationObserver(() => wait());
    let timer;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => { watch.disconnect(); done(); }, rest);
    };
    watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    if (place !== null) location.hash = place;
    wait();`;
  await window.ask("POST", "execute/async", { script, args: [place, REST] });
}

/** From the click on Photographs to all tiles of the first screen with their pictures, in milliseconds. */
async function photographs(window) {
  const script = `const [tiles, done] = arguments;
    const link = document.querySelector('nav a[href="#/photographs"]');
    const begun = performance.now();
    link.click();
    const look = () => {
      const cells = [...document.querySelectorAll("#content [role=gridcell]")].filter((cell) => {
        const { top, bottom } = cell.getBoundingClientRect();
        return bottom > 0 && top < innerHeight;
      });
      const shown = cells.filter((cell) => [...cell.querySelectorAll("img")].some((image) => image.complete && image.naturalWidth > 0));
      if (cells.length >= tiles && shown.length === cells.length) requestAnimationFrame(() => done(performance.now() - begun));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);`;
  return window.ask("POST", "execute/async", { script, args: [TILES] });
}

/** Sees every room of the sidebar and every part of the organization, scrolls through photographs and opens one. */
async function browse(window) {
  for (let n = 0; n < SCROLLS; n += 1) {
    await window.run(() => {
      const grid = document.querySelector("#content [role=grid]");
      grid.scrollBy(0, grid.scrollHeight / 20);
    });
    await visit(window, null);
  }
  await window.run(() => document.querySelector("#content [role=gridcell][aria-selected]").click());
  await visit(window, null);
  const links = (inside) => window.run((selector) => [...document.querySelectorAll(selector)].map((link) => link.hash), inside);
  for (const room of await links("nav a[href^='#/']")) {
    await visit(window, room);
    if (!room.startsWith("#/organization")) continue;
    for (const part of await links("#content a[href^='#/organization/'], nav a[href^='#/organization/']")) await visit(window, part);
  }
}

const home = await kept();
await inWorld(async (world) => {
  await mkdir(join(world.folder, ".local/share"), { recursive: true });
  for (const part of KEPT) await cp(join(home, part), join(world.folder, part), { recursive: true });
  await world.startKeyring();
  await world.runs(benches, "--morning", world.home);
  const start_ = { ours: [], bare: [] };
  const memory_ = { ours: [], bare: [] };
  const photographs_ = [];
  for (let turn = 0; turn <= turns; turn += 1) {
    const [bare, bareStart] = await start(world, BARE);
    await visit(bare, null);
    const bareMemory = await memory(bare.process);
    await world.close(bare);
    const [ours, oursStart] = await start(world, OURS);
    await visit(ours, null);
    const tiles = await photographs(ours);
    await browse(ours);
    const oursMemory = await memory(ours.process);
    await world.close(ours);
    if (turn === 0) continue;
    start_.bare.push(bareStart);
    start_.ours.push(oursStart);
    memory_.bare.push(bareMemory);
    memory_.ours.push(oursMemory);
    photographs_.push(tiles);
  }
  console.log(JSON.stringify({ start: start_, memory: memory_, photographs: photographs_ }));
});
