// A day in the office, in the window and by its own buttons: over the small demonstration, online, cut off, and back.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "./driver.mjs";
import { picture } from "./picture.mjs";
import { World } from "./world.mjs";

const PANE = ["complementary", /./];

test("a day in the office", async (t) => {
  const world = await World.begin(t);
  const { invite, last } = await world.startDemonstration();
  let window = await world.open();

  const ask = async (name, request) => {
    const { ok, fault } = await window.call(name, request);
    assert.equal(fault, undefined, `${name}: ${JSON.stringify(fault)}`);
    return ok;
  };
  const week = () => ask("week", { date: last });
  const nameOf = async (id) => (await ask("record", { id })).fields.name;
  /** Somebody of last week, the state of whose week is wanted, with a day that has hours. */
  const somebody = async (state) => {
    const { people, rows, days } = await week();
    const person = people.find((one) => one.seconds > 0 && state.includes(one.state));
    assert.ok(person, `the demonstration has nobody whose week is ${state}`);
    const { worker, project } = person;
    const row = rows.find((one) => one.worker === worker && one.project === project && one.seconds.some((seconds) => seconds > 0));
    const date = days[row.seconds.findIndex((seconds) => seconds > 0)];
    return { ...person, date, name: await nameOf(worker), address: `/time?date=${date}&worker=${worker}&of=${project}` };
  };
  const stateOf = async (one) => (await week()).people.find(({ record }) => record === one.record)?.state;
  const correct = async (one, time, reason) => {
    await window.go(one.address);
    await window.find("heading", "History", PANE);
    await window.press("c");
    await window.find("dialog", "Correct a punch");
    await window.type("Time", time);
    await window.type("Reason", reason);
    await window.click("button", "Correct", ["dialog", "Correct a punch"]);
    await window.gone("dialog", "Correct a punch");
    await window.sees(`“${reason}”`);
  };

  await t.test("an administrator adds this computer by the invite link", async () => {
    await window.paste("Invite link", invite);
    await window.type("Name of this computer", "Office window");
    await window.click("button", "Add this computer");
    await window.find("heading", "Today");
    await window.sees(/Up to date|In contact/);
    assert.equal((await ask("status")).member_name, "Rosa Delgado");
  });

  await t.test("every room shows what the demonstration holds, and photographs come from the server", async () => {
    await window.sees("Teo Ramírez");
    await window.click("link", "Time");
    await window.click("button", "Week before");
    await window.find("row", /^Minh Tran/);
    await window.click("link", "Photographs");
    const drawn = () => window.run(() => [...document.images].filter((one) => one.src.startsWith("photo:") && one.naturalWidth > 0).length);
    await until("three thumbnails", async () => (await drawn()) >= 3);
    await window.click("link", "Records");
    await window.click("option", /^Punches/);
    await window.find("heading", "Punches");
    await window.find("option", /Minh Tran/);
    await window.click("link", "Today");
    await window.find("heading", "Today");
  });

  await t.test("a punch is corrected with a reason, and the cell's history says who did it", async () => {
    const one = await somebody(["open", "signed", "approved", "disputed", "changed"]);
    await correct(one, "6:17", "By the gate's log");
    await window.find("listitem", /Rosa Delgado corrected.*By the gate's log.*Office window/, PANE);
    const { punches } = await ask("cell", { worker: one.worker, project: one.project, date: one.date });
    assert.ok(punches.some(({ history }) => history.some(({ reason }) => reason === "By the gate's log")));
  });

  await t.test("a worker signs a week on their own device, and the office approves it", async () => {
    const one = await somebody(["open"]);
    const { link } = await ask("invite", { member: one.worker, hours_valid: 24 });
    await ask("sync");
    const phone = world.device("phone");
    await phone.call("enrol", { link, device_label: "Phone" });
    await phone.call("sync");
    const own = await phone.call("week", { date: one.date, project: one.project });
    const { seconds } = own.people.find(({ worker }) => worker === one.worker);
    await phone.call("sign_week", { project: one.project, date: one.date, seconds, as_of: own.as_of });
    await phone.call("sync");

    await window.go(one.address);
    await window.click("button", "Approve week", PANE);
    await window.sees(/Approved [\d.]+\sh of /);
    await window.find("button", "Take back approval", PANE);
    assert.equal(await stateOf(one), "approved");
  });

  await t.test("who has hours of their own signs the week in the window", async () => {
    const { member } = await ask("status");
    const { worker, project } = await somebody(["open", "signed", "approved", "disputed", "changed"]);
    assert.notEqual(worker, member);
    const at = Date.parse(`${last}T17:00:00Z`);
    for (const [what, hours] of [["in", 0], ["out", 4]]) await ask("clock", { what, project, at: at + hours * 3_600_000 });
    await window.go(`/time?date=${last}&worker=${member}&of=${project}`);
    await window.click("button", "Sign week", PANE);
    await window.sees(/Signed\s+4\.00\sh, Rosa Delgado/);
    const own = (await week()).people.find((one) => one.worker === member);
    assert.deepEqual([own.state, own.signed.seconds], ["signed", 14_400]);
  });

  await t.test("a conflict is decided, and the value that was not kept stays in the history", async () => {
    await window.click("link", /^Conflicts/);
    await window.click("option", /RFI 031/);
    await window.find("radio", /RFI 031/);
    const covered = (await ask("conflicts")).find(({ fields }) => /^RFI 031/.test(fields.text ?? ""));
    const [kept, other] = [covered.conflicts.text[0], covered.fields.text];
    await window.click("radio", kept);
    await window.press("Enter");
    await window.sees(`Kept: ${kept}`);
    const record = await ask("record", { id: covered.id });
    assert.deepEqual([record.fields.text, record.conflicts.text], [kept, undefined]);
    assert.ok((await ask("history", { id: covered.id })).some(({ fields }) => fields.text === other));
  });

  await t.test("a held action says why it is held, and takes effect when the rule is kept and an administrator lets it", async () => {
    await window.click("link", /^Outbox/);
    const [held] = await ask("held");
    const { classification } = held.fields;
    await window.find("heading", /^Held in the log/);
    await window.click("button", "Let it take effect");
    await window.click("button", "Let it take effect", ["dialog", "Let this take effect?"]);
    await window.find("alert", /does not list this classification/);
    await window.press("Escape");
    await window.gone("dialog", /./);
    const { records } = await ask("list", { kind: "project" });
    await ask("write", { kind: "project", record: records[0].id, fields: { classifications: { add: [classification] } } });
    await window.click("button", "Let it take effect");
    await window.click("button", "Let it take effect", ["dialog", "Let this take effect?"]);
    await window.sees(/In effect now:/);
    assert.equal((await ask("record", { id: held.record })).fields.classification, classification);
  });

  await t.test("a photograph is imported through the system's dialog", async () => {
    const file = join(world.folder, "wall.png");
    await picture(file);
    await window.click("link", "Photographs");
    await world.pick(file, async () => {
      await window.click("button", "Import");
      return { ok: await window.find("dialog", "Import 1 picture") };
    });
    await window.type("Caption (optional)", "Wall pour 4, east face");
    await window.click("button", "Import", ["dialog", /./]);
    await window.sees("1 imported");
    await window.find("gridcell", /Wall pour 4, east face/);
    await until("its bytes at the server", async () => (await ask("uploads")).length === 0);
  });

  await t.test("what is looked for is found from the keyboard, and opened", async () => {
    await window.press("Control+k");
    await window.find("dialog", /./);
    await window.press(..."ana luc");
    await window.find("option", /Ana Lucía Paredes/);
    await window.press("Enter");
    await window.find("heading", "Ana Lucía Paredes", PANE);
  });

  let offline;
  await t.test("with the server cut, work goes on and what waits is said to wait", async () => {
    await world.stopServer();
    await window.sees(/Offline/);
    offline = await somebody(["open", "signed", "approved", "disputed", "changed"]);
    await correct(offline, "6:21", "Told by telephone");
    await window.find("listitem", /Told by telephone.*Waiting to be sent/, PANE);
    await window.sees("1 waiting to send");
    await window.click("link", /^Outbox/);
    await window.sees("Waiting: the server does not have it yet");
    await window.sees("Safe and encrypted here.");
  });

  await t.test("started again without a server it opens by the keyring, and everything is there", async () => {
    await world.close(window);
    window = await world.open();
    await window.find("heading", "Today");
    await window.sees("1 waiting to send");
    await window.go(offline.address);
    await window.find("listitem", /Told by telephone.*Waiting to be sent/, PANE);
    await window.click("link", "Photographs");
    await window.find("gridcell", /Wall pour 4, east face/);
  });

  await t.test("when the server is back, what waited goes by itself", async () => {
    await world.startDemonstration();
    await window.misses("1 waiting to send");
    await window.sees(/Up to date/);
    assert.deepEqual(await ask("waiting"), []);
    await window.go(offline.address);
    await window.find("listitem", /Told by telephone.*entry [\d,]+/, PANE);
  });

  await t.test("the language is switched in the settings, at once and for the next start", async () => {
    await window.click("link", "Settings");
    await window.click("radio", "Español");
    await window.find("heading", "Ajustes");
    await window.click("link", "Horas");
    await window.find("grid", "Horas de la semana");
    await world.close(window);
    window = await world.open();
    await window.find("heading", "Hoy");
  });
});
