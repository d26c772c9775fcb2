// The bridge of tests: serves the page to an ordinary browser and passes its calls to `plumbline-drive`, a real client with
// its store, its keys and, where there is one, its server. What the desktop shell adds of its own is answered here.
//
// PLUMBLINE_DRIVE names the program, PLUMBLINE_HOME the client's folder; its passphrase is that of the demonstration.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Plugin, PreviewServer, ViteDevServer } from "vite";

type Said = { ok?: unknown; fault?: unknown };

class Drive {
  private process: ChildProcessWithoutNullStreams;
  private waiting: ((said: Said) => void)[] = [];

  constructor(program: string, home: string, passphrase: string) {
    const env = { ...process.env, PLUMBLINE_PASSPHRASE: passphrase };
    this.process = spawn(program, ["--home", home, "--passphrase-env", "PLUMBLINE_PASSPHRASE"], { env });
    this.process.stderr.pipe(process.stderr);
    createInterface({ input: this.process.stdout }).on("line", (line) => this.waiting.shift()?.(JSON.parse(line) as Said));
  }

  call(call: string, args: unknown): Promise<Said> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.process.stdin.write(`${JSON.stringify({ call, args })}\n`);
    });
  }

  /** Answers when the store is closed. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.process.on("exit", () => resolve());
      this.process.stdin.end();
    });
  }
}

/** Faults that keep a store from opening: the desktop says them before anything else. */
const SHUT = ["locked", "busy", "corrupt", "outdated", "storage_full"];

/** Calls that change nothing: after any other the page is told to read again. */
const READS = /^(status|kinds|day|week|cell|record|history|list|search|conflicts|hours|verdict|room|photos?|photo_days|thumbnail|custody|check_photo|uploads|places|waiting|held|log|recovery_key|lost|alarms|repairs|devices|storage)$/;
const EVENTS = [
  { event: "records", kinds: ["member", "project", "device", "invite", "punch", "photo", "note", "crew", "week", "absence"] },
  { event: "outbox" },
  { event: "connection", connection: "unknown" },
  { event: "alarm" },
];

/** Serves the calls of a page to a real client: beside the development server or a built page. */
export function bridge(): Plugin {
  return { name: "plumbline-bridge", configureServer: serve, configurePreviewServer: serve };
}

function serve(server: ViteDevServer | PreviewServer) {
  const program = process.env.PLUMBLINE_DRIVE;
  const home = process.env.PLUMBLINE_HOME;
  if (!program || !home) throw new Error("PLUMBLINE_DRIVE and PLUMBLINE_HOME have to name the driver and the client's folder");
  const listeners = new Set<ServerResponse>();
  let passphrase = process.env.PLUMBLINE_PASSPHRASE ?? "demonstration";
  // Asked before the driver makes a keystore where there is none.
  const keystore = () => existsSync(join(home, "keystore"));
  let locked = keystore();
  let drive = new Drive(program, home, passphrase);
  /** Whether the store opens, as the client itself says. */
  const opened = async () => {
    const { fault } = (await drive.call("status", null)) as { fault?: { fault: string } };
    return fault && SHUT.includes(fault.fault) ? { open: false, fault, passphrase: locked } : { open: true };
  };
  const again = async (by = passphrase) => {
    await drive.close();
    passphrase = by;
    locked = keystore();
    drive = new Drive(program, home, passphrase);
    void drive.call("start", null);
    return opened();
  };
  const desk: Record<string, (args: unknown) => unknown> = {
    ...DESK,
    desk_state: opened,
    open_again: () => again(),
    use_passphrase: (args) => again((args as { passphrase: string }).passphrase),
  };
  const tell = () => {
    for (const listener of listeners)
      for (const event of EVENTS) listener.write(`event: core\ndata: ${JSON.stringify(event)}\n\n`);
  };
  const call = async (name: string, args: unknown): Promise<Said> => {
    const own = desk[name];
    if (own) return { ok: await own(args) };
    const said = await drive.call(name, args);
    if (!READS.test(name)) tell();
    return said;
  };
  const photo = async (which: string, id: string, response: ServerResponse) => {
    const said =
      which === "thumbnail"
        ? await call("thumbnail", { id })
        : await call("original", { photo: id, from: 0, length: 4 * 1024 * 1024 });
    const hex = which === "thumbnail" ? said.ok : (said.ok as { bytes: string } | undefined)?.bytes;
    if (typeof hex !== "string") return response.writeHead(404).end();
    response.writeHead(200, { "content-type": "image/jpeg", "cache-control": "no-store" }).end(Buffer.from(hex, "hex"));
  };
  // Follows the server as the window's own loop does.
  void drive.call("start", null);
  server.httpServer?.on("close", () => void drive.close());
  server.middlewares.use((request, response, next) => {
    // Queries tell one version of a picture from another.
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    const picture = /^\/photo\/(thumbnail|original)\/([0-9a-f-]{36})$/.exec(path);
    if (path === "/call" && request.method === "POST") {
      void body(request)
        .then((text) => JSON.parse(text) as { call: string; args: unknown })
        .then(({ call: name, args }) => call(name, args))
        .then((said) => response.end(JSON.stringify(said)));
    } else if (path === "/events") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
      listeners.add(response);
      request.on("close", () => listeners.delete(response));
    } else if (path === "/tell" && request.method === "POST") {
      // What the window would tell the page: a link that was opened, pictures that were dropped.
      void body(request).then((text) => {
        const { event, payload } = JSON.parse(text) as { event: string; payload: unknown };
        for (const listener of listeners) listener.write(`event: ${event}\ndata: ${JSON.stringify(payload)}\n\n`);
        response.end();
      });
    } else if (picture?.[1] && picture[2]) {
      void photo(picture[1], picture[2], response);
    } else next();
  });
}

/** What the desktop shell answers beside the client. A browser has no native dialogs: nobody picked anything. */
const DESK: Record<string, (args: unknown) => unknown> = {
  pending_link: () => process.env.PLUMBLINE_LINK ?? null,
  pick_pictures: () => (process.env.PLUMBLINE_PICTURES ?? "").split(":").filter(Boolean),
  pick_folder: () => process.env.PLUMBLINE_EXPORT ?? null,
};

async function body(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
