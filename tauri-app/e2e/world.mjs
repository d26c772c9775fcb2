// A world of its own for each test: a home, a message bus with an unlocked keyring, a real server, and the real window on a
// display that nobody sees. All of it is gone afterwards.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { until, Window } from "./driver.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Where the programs are: `cargo xtask test desktop` says it. */
const PROGRAMS = process.env.PLUMBLINE_PROGRAMS ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "debug");

/** Where pictures of the window go. */
export const SCREENS = join(ROOT, "target", "screens");

const KEYRING = "throwaway";
const PASSPHRASE = "correct horse battery";

/** How long a dialog may think about what stands in its line. */
const DIALOG_MS = 3_000;

const BUS = "org.freedesktop.DBus";

const BUS_CONFIG = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=FOLDER</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

/** Everything that one test needs. */
export class World {
  #processes = [];
  #display;

  /** A new world, which ends with the test. */
  static async begin(test, { keyring = true } = {}) {
    const world = new World();
    test.after(() => world.end());
    world.folder = await mkdtemp(join(tmpdir(), "plumbline-e2e-"));
    await mkdir(join(world.folder, "run"), { mode: 0o700 });
    await world.#showDisplay();
    await world.#startBus();
    if (keyring) await world.startKeyring();
    return world;
  }

  /** The environment that its programs see. */
  get environment() {
    return {
      PATH: process.env.PATH,
      LANG: "C.UTF-8",
      HOME: this.folder,
      XDG_RUNTIME_DIR: join(this.folder, "run"),
      DISPLAY: this.#display,
      // The office is where the sites are.
      TZ: "America/Los_Angeles",
      DBUS_SESSION_BUS_ADDRESS: this.bus,
      PLUMBLINE_HOME: this.home,
      // Lets the window be driven.
      TAURI_WEBVIEW_AUTOMATION: "true",
      NO_AT_BRIDGE: "1",
      GSETTINGS_BACKEND: "memory",
    };
  }

  /** The folder of the window's store. */
  get home() {
    return join(this.folder, "store");
  }

  async end() {
    for (const process of [...this.#processes].reverse()) await stop(process);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #start(program, words, options = {}) {
    const process_ = spawn(program, words, { env: this.environment, stdio: ["pipe", "pipe", "inherit"], ...options });
    process_.on("error", (error) => console.error(`${program}: ${error.message}`));
    this.#processes.push(process_);
    return process_;
  }

  async #showDisplay() {
    const words = ["-displayfd", "3", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"];
    const server = this.#start("Xvfb", words, { env: process.env, stdio: ["ignore", "ignore", "ignore", "pipe"] });
    const [number] = await firstLine(server.stdio[3]);
    this.#display = `:${number}`;
  }

  /** A bus on which nothing starts by itself: a keyring that is away stays away. */
  async #startBus() {
    const config = join(this.folder, "bus.conf");
    await writeFile(config, BUS_CONFIG.replace("FOLDER", join(this.folder, "run")));
    const bus = this.#start("dbus-daemon", [`--config-file=${config}`, "--nofork", "--print-address"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    [this.bus] = await firstLine(bus.stdout);
  }

  /** Starts the keyring, unlocked. */
  async startKeyring() {
    const words = ["--foreground", "--unlock", "--components=secrets"];
    this.keyring = this.#start("gnome-keyring-daemon", words, { stdio: ["pipe", "ignore", "ignore"] });
    this.keyring.stdin.end(KEYRING);
    await until("the keyring", () => this.#says("ReadAlias", /\/collection\//));
  }

  /** Takes the keyring away. */
  async stopKeyring() {
    await stop(this.keyring);
  }

  /** Says something on the bus; what is answered. */
  async #ask(...words) {
    const said = spawn("dbus-send", ["--session", "--print-reply", ...words], { env: this.environment });
    const [text] = await Promise.all([all(said.stdout), once(said, "close")]);
    return text;
  }

  /** What the Secret Service answers; asked by name only when it has an owner. */
  async #says(method, expected) {
    const owner = await this.#ask(`--dest=${BUS}`, "/", `${BUS}.GetNameOwner`, "string:org.freedesktop.secrets");
    if (!owner.includes("method return")) return false;
    const secrets = "org.freedesktop.secrets";
    const call = `org.freedesktop.Secret.Service.${method}`;
    return expected.test(await this.#ask(`--dest=${secrets}`, "/org/freedesktop/secrets", call, "string:default"));
  }

  /** Starts the server; again on the same port after it was cut, or another one there, with keys of its own. */
  async startServer(data = "server") {
    const listen = this.listen ?? "127.0.0.1:0";
    const words = ["--data", join(this.folder, data), "--listen", listen];
    this.server = this.#start(join(PROGRAMS, "plumbline-server"), words, {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const said = JSON.parse((await firstLine(this.server.stdout))[0]);
    this.listen = new URL(said.url).host;
    return said.setup;
  }

  /** Starts the small demonstration with its server, made now or as it was left: an invite link for its administrator, and a day of the last week
   *  that is over, in which everybody has hours. */
  async startDemonstration() {
    const words = [join(this.folder, "demonstration"), "--scale", "small", "--still"];
    this.server = this.#start(join(PROGRAMS, "plumbline-demo"), words, { stdio: ["pipe", "pipe", "ignore"] });
    const { invite, day } = JSON.parse((await firstLine(this.server.stdout))[0]);
    return { invite, last: new Date(Date.parse(day) - 7 * 86_400_000).toISOString().slice(0, 10) };
  }

  /** Cuts the server off. */
  async stopServer() {
    await stop(this.server);
  }

  /** A certificate as the server's own authority makes them, and its key. */
  async certificate() {
    const at = (name) => join(this.folder, name);
    const authority = join(this.folder, "server", "authority.pem");
    await writeFile(at("names"), "subjectAltName=IP:127.0.0.1");
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=server"];
    const made = [
      ["req", "-new", ...key, "-keyout", at("key.pem"), "-out", at("asked.pem")],
      ["x509", "-req", "-in", at("asked.pem"), "-CA", authority, "-CAkey", authority, "-extfile", at("names"), "-out", at("cert.pem")],
    ];
    for (const words of made) await once(this.#start("openssl", words, { stdio: "ignore" }), "close");
    // Devices know the authority by its hash: it goes along.
    const chain = [await readFile(at("cert.pem")), await readFile(at("server/ca.pem"))];
    return { key: await readFile(at("key.pem")), cert: Buffer.concat(chain) };
  }

  /** Somebody else's device, called by name. */
  device(name) {
    return new Device(
      this.#start(
        join(PROGRAMS, "plumbline-drive"),
        ["--home", join(this.folder, name), "--passphrase-env", "PASSPHRASE"],
        { env: { ...this.environment, PASSPHRASE } },
      ),
    );
  }

  /** An organisation with its founder's device, one project, and one more member. */
  async found() {
    const setup = await this.startServer();
    const founder = this.device("founder");
    await founder.call("create_organisation", { link: setup, name: "Ortega Lindqvist", founder_name: "Ana Ortega" });
    const project = await founder.call("create_project", {
      name: "Harbor Outfall 2",
      number: "HO2",
      zone: "America/Los_Angeles",
      classifications: ["Laborer", "Operator"],
    });
    const member = await founder.call("add_member", { name: "Ben Lindqvist", role: "manager", projects: [project.id] });
    await founder.call("sync");
    return { founder, project: project.id, member: member.id };
  }

  /** An invite link for a member, already at the server. */
  async invite(founder, member) {
    const { link } = await founder.call("invite", { member, hours_valid: 24 });
    await founder.call("sync");
    return link;
  }

  /** Opens a window and enrols a member of a new organisation in it, past the page. */
  async openEnrolled() {
    const { founder, member, project } = await this.found();
    const window = await this.open();
    const link = await this.invite(founder, member);
    const { fault } = await window.call("enrol", { link, device_label: "Office" });
    if (fault) throw new Error(JSON.stringify(fault));
    return { founder, project, member, window };
  }

  /** Opens the window. */
  open(...words) {
    return this.show("plumbline-desktop", words);
  }

  /** Opens the window of one of the programs. */
  async show(program, words = []) {
    const port = await freePort();
    const driver = this.#start("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const address = `http://127.0.0.1:${port}`;
    await until("the driver", async () => (await fetch(`${address}/status`)).ok);
    const window = await Window.open(address, join(PROGRAMS, program), words);
    window.driver = driver;
    return window;
  }

  /** Closes the window and waits until its process is gone: until then a second one would hand over to it and end. */
  async close(window) {
    await window.close();
    await until("the end of the program", async () => {
      return !(await this.#ask(`--dest=${BUS}`, "/", `${BUS}.ListNames`)).includes(".SingleInstance");
    });
    await stop(window.driver);
  }

  /** Picks a file in the dialog that `ask` opens. */
  async pick(file, ask) {
    const answered = ask();
    const shown = async () => (await this.#x("search", "--onlyvisible", "--class", "plumbline-desktop")).split("\n").filter(Boolean);
    const dialog = await until("the dialog", async () => {
      const windows = await shown();
      return windows.length > 1 ? windows.at(-1) : null;
    });
    const gone = async () => !(await shown()).includes(dialog);
    await this.#x("windowfocus", "--sync", dialog);
    // While the dialog still reads its folder it loses letters, empties its line and forgets Return. So its line is read back before
    // Return, and both are done again as long as it is there: only then, for what is typed afterwards falls into the page.
    await until("the dialog to take the path", async () => {
      if (await gone()) return true;
      await this.#x("key", "ctrl+a");
      if ((await all(this.#start("xclip", ["-out", "-selection", "primary"]).stdout)) !== file) {
        await this.#x("type", file);
        return false;
      }
      await this.#x("key", "Return");
      return until("the dialog to go", gone, DIALOG_MS);
    });
    const { ok, fault } = await answered;
    if (fault) throw new Error(JSON.stringify(fault));
    return ok;
  }

  /** Runs a program of the world's to its end, in the project's folder. */
  async runs(program, ...words) {
    const [code] = await once(this.#start(program, words, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] }), "close");
    if (code !== 0) throw new Error(`${program} ${words.join(" ")} ended with ${code}`);
  }

  async #x(...words) {
    return all(this.#start("xdotool", words).stdout);
  }

  /** Starts the program a second time, beside a window; its exit code. */
  async startAgain(...words) {
    const second = this.#start(join(PROGRAMS, "plumbline-desktop"), words, { stdio: ["ignore", "ignore", "inherit"] });
    const [code] = await once(second, "close");
    return code;
  }
}

/** A client over stdin and stdout: docs/client.md. */
class Device {
  #waiting = [];

  constructor(process) {
    this.process = process;
    createInterface({ input: process.stdout }).on("line", (line) => this.#waiting.shift()?.(JSON.parse(line)));
  }

  async call(call, args) {
    const said = await new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.process.stdin.write(`${JSON.stringify({ call, args })}\n`);
    });
    if (said.fault) throw new Error(`${call}: ${JSON.stringify(said.fault)}`);
    return said.ok;
  }
}

async function stop(process) {
  if (!process || process.exitCode !== null || process.signalCode !== null) return;
  const gone = once(process, "close");
  process.kill("SIGTERM");
  const late = setTimeout(() => process.kill("SIGKILL"), 10_000);
  await gone;
  clearTimeout(late);
}

/** The first line of a stream; what comes after it is read and forgotten. */
async function firstLine(stream) {
  const lines = createInterface({ input: stream });
  const line = await Promise.race([
    once(lines, "line"),
    once(lines, "close").then(() => {
      throw new Error("it ended before it said anything");
    }),
  ]);
  return line;
}

async function all(stream) {
  let text = "";
  for await (const piece of stream) text += piece;
  return text;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}
