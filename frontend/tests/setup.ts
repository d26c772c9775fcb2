// Before all tests: where the programs and the browser are, one small demonstration with a device enrolled in it, and the page
// built for a browser. Nothing of the project's Rust is built here: PLUMBLINE_BIN names the folder with plumbline-demo and
// plumbline-drive (`cargo xtask test frontend` sets it). Without them, or without Chromium, screens are skipped and say so.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "vite";
import type { TestProject } from "vitest/node";

/** What tests of screens begin with; none with the reason. */
export type Stage = { missing: string } | { missing: null; bin: string; chromium: string; demo: string; home: string; page: string };

declare module "vitest" {
  export interface ProvidedContext {
    stage: Stage;
  }
}

export const PASSPHRASE = "demonstration";
const CHROMIUMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"];

export default async function setup(project: TestProject) {
  const bin = process.env.PLUMBLINE_BIN;
  const chromium = process.env.PLUMBLINE_CHROMIUM ?? CHROMIUMS.find(existsSync);
  const missing =
    (!bin && "PLUMBLINE_BIN does not name the folder with plumbline-demo and plumbline-drive; `cargo xtask test frontend` does") ||
    (!chromium && "there is no Chromium; install it or name it in PLUMBLINE_CHROMIUM");
  if (missing || !bin || !chromium) {
    const why = missing || "";
    console.log(`screens: skipped: ${why}`);
    project.provide("stage", { missing: why });
    return () => {};
  }
  const folder = await mkdtemp(join(tmpdir(), "plumbline-screens-"));
  const [demo, home, page] = [join(folder, "demo"), join(folder, "home"), join(folder, "page")];
  const enrol = ["--scale", "small", "--enrol", home, "--passphrase-env", "PLUMBLINE_PASSPHRASE"];
  await promisify(execFile)(join(bin, "plumbline-demo"), [demo, ...enrol], {
    env: { ...process.env, PLUMBLINE_PASSPHRASE: PASSPHRASE },
    maxBuffer: 64 * 1024 * 1024,
  });
  await build({ mode: "bridge", logLevel: "warn", build: { outDir: page, emptyOutDir: true, minify: false } });
  project.provide("stage", { missing: null, bin, chromium, demo, home, page });
  return () => rm(folder, { recursive: true, force: true });
}
