// What Linux knows of a window's processes: which they are, when the first began, and how much memory they hold.
import { readdir, readFile } from "node:fs/promises";

/** Ticks of the kernel's clock in a second, as /proc counts them. */
const HERTZ = 100;

/** The process that this one started. */
export async function childOf(parent) {
  for (const [id, { above }] of await all()) if (above === parent) return id;
  throw new Error(`process ${parent} has started none`);
}

/** When a process was started, in milliseconds since 1970, to a hundredth of a second. */
export async function begun(id) {
  const { ticks } = (await all()).get(id);
  const up = Number((await readFile("/proc/uptime", "utf8")).split(" ")[0]);
  return Date.now() - (up - ticks / HERTZ) * 1000;
}

/** Memory of a process and all below it, KiB: what others share with them counts by their part of it. */
export async function memory(id) {
  const processes = await all();
  const below = (parent) => [...processes].filter(([, { above }]) => above === parent).flatMap(([child]) => [child, ...below(child)]);
  let sum = 0;
  for (const one of [id, ...below(id)]) {
    // One that ended meanwhile holds nothing.
    const said = await readFile(`/proc/${one}/smaps_rollup`, "utf8").catch(() => "");
    sum += Number(/^Pss:\s+(\d+) kB$/m.exec(said)?.[1] ?? 0);
  }
  return sum;
}

async function all() {
  const found = new Map();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // One that ended meanwhile is none.
    const said = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    // The name of the program, in parentheses, may hold anything.
    const words = said.slice(said.lastIndexOf(")") + 2).split(" ");
    if (words.length > 19) found.set(Number(name), { above: Number(words[1]), ticks: Number(words[19]) });
  }
  return found;
}
