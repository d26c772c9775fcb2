// The window itself: how it starts, how people come in, what it refuses, and what it says when its keys are out of reach.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "./driver.mjs";
import { picture } from "./picture.mjs";
import { World } from "./world.mjs";

test("the first start asks for an invite, and a good one enrols for good, with the server or without", async (t) => {
  const world = await World.begin(t);
  const { founder, member } = await world.found();
  const first = await world.open();
  assert.deepEqual((await first.call("desk_state")).ok, { open: true });
  assert.equal((await first.call("status")).ok.state, "new");
  const link = await world.invite(founder, member);
  assert.equal((await first.call("enrol", { link, device_label: "Office" })).ok.member_name, "Ben Lindqvist");
  await world.close(first);
  await world.stopServer();

  const again = await world.open();
  const { ok } = await again.call("status");
  assert.equal(ok.state, "enrolled");
  assert.equal(ok.organisation_name, "Ortega Lindqvist");
  assert.equal((await again.call("list", { kind: "project" })).ok.records.length, 1);
});

test("a link on the command line waits for the page, and one of a second start is handed over", async (t) => {
  const world = await World.begin(t);
  const { founder, member } = await world.found();
  const [first, second] = [await world.invite(founder, member), await world.invite(founder, member)];
  const window = await world.open(first);
  // The page may have asked already: then it is where the page shows it.
  const waiting = (await window.call("pending_link")).ok;
  const isShown = (link) => [...document.querySelectorAll("input, textarea")].some((field) => field.value === link);
  if (waiting !== first) await until("the link", () => window.run(isShown, first));
  await window.run(() => {
    window.heard = [];
    const { transformCallback, invoke } = window.__TAURI_INTERNALS__;
    const handler = transformCallback(({ payload }) => window.heard.push(payload.link));
    invoke("plugin:event|listen", { event: "link", target: { kind: "Any" }, handler });
  });
  assert.equal(await world.startAgain("plumbline://enrol?at=elsewhere#0"), 0);
  assert.equal(await world.startAgain(second), 0);
  await until("the second link", async () => (await window.run(() => window.heard)).length > 0);
  assert.deepEqual(await window.run(() => window.heard), [second], "what is no link is not passed on");
});

test("the page asks for nothing but its calls, and in no other form", async (t) => {
  const world = await World.begin(t);
  const window = await world.open();
  // Messages keep their order: when the good one behind it is answered, a message without answer was dropped.
  const dropped = (name, payload) =>
    window.ask("POST", "execute/async", {
      script: `const [name, payload, done] = arguments;
        const { invoke } = window.__TAURI_INTERNALS__;
        let answer = "dropped";
        invoke(name, payload).then(() => (answer = "done"), (why) => (answer = why));
        invoke("desk_state", {}).then(() => invoke("desk_state", {})).then(() => done(answer));`,
      args: [name, payload],
    });
  for (const name of ["plugin:dialog|open", "plugin:fs|read_text_file", "plugin:event|emit", "plugin:app|version", "shell"])
    assert.equal(await dropped(name, { event: "core", path: "x" }), "dropped", name);
  assert.equal(await dropped("status", { request: null, more: 1 }), "dropped");

  assert.deepEqual((await window.call("search", { text: "x", sql: "y" })).fault, {
    fault: "invalid",
    field: "sql",
    reason: "unknown",
  });
  const path = join(world.folder, "passwd");
  const asked = { path, project: "01890a5d-ac96-774b-bcce-b302099a8057", source: "import" };
  assert.deepEqual((await window.call("capture", asked)).fault, { fault: "invalid", field: "path", reason: "denied" });
  assert.deepEqual((await window.call("export_log", { path })).fault, { fault: "invalid", field: "path", reason: "denied" });
});

test("nothing from elsewhere runs or shows in the window, and it goes nowhere", async (t) => {
  const world = await World.begin(t);
  const window = await world.open();
  const before = await window.run(() => location.href);
  // What is blocked is told in a task of its own, so one listener hears of all of it.
  const tried = await window.ask("POST", "execute/async", {
    script: `const done = arguments[0];
      const blocked = new Set();
      let evaluated = true;
      document.addEventListener("securitypolicyviolation", (e) => {
        blocked.add(e.effectiveDirective);
        if (blocked.size === 5) done({ blocked: [...blocked].sort(), inline: window.inline === true, evaluated });
      });
      const script = document.createElement("script");
      script.textContent = "window.inline = true";
      document.head.append(script);
      try {
        (0, eval)("window.evaluated = true");
      } catch {
        evaluated = false;
      }
      new Image().src = "http://127.0.0.1:9/x.png";
      fetch("http://127.0.0.1:9/x").catch(() => {});
      const style = document.createElement("style");
      style.textContent = "body { color: red }";
      document.head.append(style);`,
    args: [],
  });
  const blocked = ["connect-src", "img-src", "script-src", "script-src-elem", "style-src-elem"];
  assert.deepEqual(tried, { blocked, inline: false, evaluated: false });
  const frames = await window.run(() => [...document.querySelectorAll("iframe")].map((f) => getComputedStyle(f).display));
  assert.deepEqual(frames, ["none"], "the isolation frame is not seen");
  await window.run(() => void window.open("http://127.0.0.1:9/"));
  await window.run(() => void (location.href = "http://127.0.0.1:9/"));
  assert.deepEqual((await window.call("desk_state")).ok, { open: true });
  assert.equal(await window.run(() => location.href), before);
  assert.equal((await window.ask("GET", "window/handles")).length, 1);
});

test("a photograph is picked in the system's dialog, shown decrypted, and neither it nor a record lies open on the disk", async (t) => {
  const world = await World.begin(t);
  const { window, project } = await world.openEnrolled();
  const file = join(world.folder, "wall.png");
  const bytes = await picture(file);
  const [path] = await world.pick(file, () => window.call("pick_pictures"));
  assert.equal(path, file);
  const kept = await window.call("capture", { path, project, source: "import" });
  assert.equal(kept.fault, undefined);
  const { id } = kept.ok;
  await until("its thumbnail", async () => (await window.call("photo", { id })).ok.thumbnail);

  const shown = (which) =>
    window.ask("POST", "execute/async", {
      script: `const [address, done] = arguments;
        const image = new Image();
        image.onload = () => done([image.naturalWidth, image.naturalHeight]);
        image.onerror = () => done(null);
        image.src = address;`,
      args: [`photo://localhost/${which}`],
    });
  assert.deepEqual(await shown(`original/${id}`), [640, 480]);
  assert.deepEqual(await shown(`thumbnail/${id}`), [512, 384]);
  assert.equal(await shown("original/01890a5d-ac96-774b-bcce-b302099a8057"), null);
  assert.equal(await shown("original/../../store/store.db"), null);

  const thumbnail = Buffer.from((await window.call("thumbnail", { id })).ok, "hex");
  await world.close(window);
  const secrets = [...[bytes, thumbnail].map((secret) => secret.subarray(200, 264)), Buffer.from("Harbor Outfall 2")];
  for (const entry of await readdir(world.folder, { recursive: true, withFileTypes: true })) {
    const at = join(entry.parentPath ?? entry.path, entry.name);
    // The picked file is the person's own, and the server keeps what it was sent.
    if (!entry.isFile() || at === file || at.startsWith(join(world.folder, "server"))) continue;
    const lies = await readFile(at);
    assert.ok(!secrets.some((secret) => lies.includes(secret)), `${at} holds what is secret`);
  }
});

test("without a keystore the window says so, and a passphrase that a person chose opens it from then on", async (t) => {
  const world = await World.begin(t, { keyring: false });
  const window = await world.open();
  const missing = { open: false, fault: { fault: "locked", why: "missing" }, passphrase: false };
  assert.deepEqual((await window.call("desk_state")).ok, missing);
  assert.deepEqual((await window.call("status")).fault, missing.fault);
  const short = await window.call("use_passphrase", { passphrase: "short" });
  assert.deepEqual(short.ok.fault, { fault: "invalid", field: "passphrase", reason: "length" });
  assert.deepEqual((await window.call("use_passphrase", { passphrase: "correct horse battery" })).ok, { open: true });
  await world.close(window);

  const again = await world.open();
  const locked = { open: false, fault: { fault: "locked", why: "locked" }, passphrase: true };
  assert.deepEqual((await again.call("desk_state")).ok, locked);
  const wrong = await again.call("use_passphrase", { passphrase: "wrong horse battery" });
  assert.deepEqual(wrong.ok, { ...locked, fault: { fault: "locked", why: "invalidated" } });
  assert.deepEqual((await again.call("use_passphrase", { passphrase: "correct horse battery" })).ok, { open: true });
});

test("a keystore that goes while the window is open is said to be gone, and found when it is back", async (t) => {
  const world = await World.begin(t);
  const { window } = await world.openEnrolled();
  await world.stopKeyring();
  assert.equal((await window.call("list", { kind: "project" })).ok.records.length, 1, "the book stays open");
  const gone = (await window.call("open_again")).ok;
  assert.deepEqual(gone, { open: false, fault: { fault: "locked", why: "missing" }, passphrase: false });
  await world.startKeyring();
  assert.deepEqual((await window.call("open_again")).ok, { open: true });
  assert.equal((await window.call("status")).ok.state, "enrolled");
});
