// The rig of screen tests: a copy of the small demonstration with its server, a real client in its own process, the built page,
// and Chromium. Every test file gets its own copy, so each begins from the same state.
//
//   const rig = useRig();
//   describe.skipIf(rig.missing)("Records", () => {
//     test("...", async () => {
//       const page = await rig.open("/records", { theme: "dark" });
//       await rig.axe(page);
//       await rig.shoot(page, "records");
//     });
//   });
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Heard } from "../../src/api/transport";
import type { AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { preview, type PreviewServer } from "vite";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import type { Calls } from "../../src/generated/client";
import { PASSPHRASE } from "../setup";

export interface Look {
  theme?: "light" | "dark" | "contrast";
  language?: "en" | "es";
  /** Text size, 1 is 100 %. */
  scale?: number;
  width?: number;
  height?: number;
  /** Where the computer is: without it, where the sites are. */
  zone?: string;
}

export interface Rig {
  /** Why screens cannot be tested here; false where they can. */
  missing: string | false;
  /** A page at `path` ("/records?new"), ready to be used. Each has settings of its own. */
  open: (path: string, look?: Look) => Promise<Page>;
  /** Fails with each violation of WCAG 2.2 A and AA that axe finds. */
  axe: (page: Page) => Promise<void>;
  /** Writes target/screens/frontend/<name>-<theme>-<language>.png. */
  shoot: (page: Page, name: string) => Promise<void>;
  /** Stops the server, and lets the client notice. */
  offline: () => Promise<void>;
  /** Starts it again, and lets the client notice. */
  online: () => Promise<void>;
  /** The client's folder. */
  home: () => string;
  /** The demonstration's last day, or so many days before it: what it holds depends on when it was made, and where its sites are. */
  day: (before?: number) => string;
  /** A link that invites one more device of the administrator. */
  invited: () => string;
  /** Tells the page what the window would: a link that was opened. */
  tell: (event: Heard, payload: unknown) => Promise<void>;
  /** Asks the client past the page: what a test prepares or checks. */
  call: <C extends keyof Calls>(name: C, request?: Calls[C]["request"]) => Promise<Calls[C]["answer"]>;
}

const SCREENS = fileURLToPath(new URL("../../../target/screens/frontend", import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** The sites' zone: what the page says does not depend on where it is tested. */
export const ZONE = "America/Los_Angeles";

/** `fresh`: the client is new and nobody is enrolled in it. */
export function useRig({ fresh = false } = {}): Rig {
  const stage = inject("stage");
  const looks = new WeakMap<Page, Required<Pick<Look, "theme" | "language">>>();
  const broken: string[] = [];
  let folder = "";
  let server: Server | undefined;
  let vite: PreviewServer | undefined;
  let browser: Browser | undefined;
  let address = "";

  const demo = () => {
    if (stage.missing !== null) throw new Error(stage.missing);
    return Server.start(join(stage.bin, "plumbline-demo"), join(folder, "demo"));
  };
  beforeAll(async () => {
    if (stage.missing !== null) return;
    folder = await mkdtemp(join(tmpdir(), "plumbline-rig-"));
    const home = fresh ? mkdir(join(folder, "home")) : cp(stage.home, join(folder, "home"), { recursive: true });
    await Promise.all([cp(stage.demo, join(folder, "demo"), { recursive: true }), home]);
    server = await demo();
    process.env.PLUMBLINE_DRIVE = join(stage.bin, "plumbline-drive");
    process.env.PLUMBLINE_HOME = join(folder, "home");
    process.env.PLUMBLINE_PASSPHRASE = PASSPHRASE;
    const port = await freePort();
    vite = await preview({ mode: "bridge", logLevel: "warn", build: { outDir: stage.page }, preview: { port, strictPort: true, host: "127.0.0.1" } });
    address = `http://127.0.0.1:${port}`;
    browser = await chromium.launch({ executablePath: stage.chromium, args: ["--no-sandbox", "--disable-quic", "--font-render-hinting=none"] });
    if (!fresh) await rig.call("sync");
  });
  afterEach(async () => {
    await Promise.all(browser?.contexts().map((context) => context.close()) ?? []);
    expect(broken.splice(0), "the page threw nothing").toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await vite?.close();
    await server?.stop();
    if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  const rig: Rig = {
    missing: stage.missing ?? false,
    async open(path, { theme = "light", language = "en", scale = 1, width = 1440, height = 900, zone = ZONE } = {}) {
      if (!browser) throw new Error("the browser is not open");
      const context = await browser.newContext({ viewport: { width, height }, timezoneId: zone, locale: language === "es" ? "es-US" : "en-US", reducedMotion: "reduce" });
      await context.addInitScript((kept) => localStorage.setItem("plumbline.settings", kept), JSON.stringify({ theme, language, scale, letters: true }));
      context.setDefaultTimeout(10_000);
      const page = await context.newPage();
      page.on("pageerror", (error) => broken.push(error.message));
      looks.set(page, { theme, language });
      await page.goto(`${address}/#${path}`);
      await page.locator('nav[data-pane="sidebar"], #content').first().waitFor();
      await settled(page);
      return page;
    },
    async axe(page) {
      await settled(page);
      await page.evaluate(AXE);
      const results = await page.evaluate(
        (rules) => (globalThis as unknown as { axe: { run: (context: Document, options: object) => Promise<AxeResults> } }).axe.run(document, { runOnly: rules }),
        RULES,
      );
      const told = results.violations.flatMap(({ id, help, nodes }) =>
        nodes.map((node) => `${id}: ${help}\n    ${node.target.join(" ")}\n    ${node.html.slice(0, 160)}\n    ${node.any.map((check) => check.message).join("; ")}`),
      );
      expect(told, "what axe found").toEqual([]);
    },
    async shoot(page, name) {
      const { theme = "light", language = "en" } = looks.get(page) ?? {};
      await mkdir(SCREENS, { recursive: true });
      await settled(page);
      await page.screenshot({ path: join(SCREENS, `${name}-${theme}-${language}.png`) });
    },
    async offline() {
      await server?.stop();
      server = undefined;
      await rig.call("sync").catch(() => {});
    },
    async online() {
      server ??= await demo();
      await rig.call("sync");
    },
    home: () => join(folder, "home"),
    day: (before = 0) => new Date(Date.parse(server?.ready.day ?? "") - before * 86_400_000).toISOString().slice(0, 10),
    invited: () => server?.ready.invite ?? "",
    async tell(event, payload) {
      await fetch(`${address}/tell`, { method: "POST", body: JSON.stringify({ event, payload }) });
    },
    async call(name, request) {
      const answer = await fetch(`${address}/call`, { method: "POST", body: JSON.stringify({ call: name, args: request ?? null }) });
      const said = (await answer.json()) as { ok?: never; fault?: unknown };
      if (said.fault !== undefined) throw new Error(`${name}: ${JSON.stringify(said.fault)}`);
      return said.ok as never;
    },
  };
  return rig;
}

/** Until fonts are there, nothing is being read or loaded, and nothing moves. */
async function settled(page: Page) {
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.waitForFunction(() => document.querySelectorAll('[class*="loading"]').length === 0);
  await page.waitForFunction(() => document.getAnimations().every((animation) => animation.playState !== "running"));
}

/** What it says when it is ready. */
interface Ready {
  invite: string;
  day: string;
}

/** The demonstration's server: it says by a line that it is ready, and ends with its input. */
class Server {
  private constructor(
    private readonly process: ChildProcessWithoutNullStreams,
    readonly ready: Ready,
  ) {}

  static start(program: string, folder: string): Promise<Server> {
    const started = spawn(program, [folder, "--scale", "small", "--still"]);
    started.stderr.pipe(process.stderr);
    return new Promise((resolve, reject) => {
      createInterface({ input: started.stdout }).once("line", (line) => resolve(new Server(started, JSON.parse(line) as Ready)));
      started.once("exit", (code) => reject(new Error(`${program} ended with ${String(code)}`)));
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.process.once("exit", () => resolve());
      this.process.stdin.end();
    });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
