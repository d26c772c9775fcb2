// How people come in, on the page as they see it: with an invite, with a setup link, and past a keystore that is not there.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { SCREENS, World } from "./world.mjs";

test("an invited person pastes the link, sees where it leads, and is in", async (t) => {
  const world = await World.begin(t);
  const { founder, member } = await world.found();
  const link = await world.invite(founder, member);
  const window = await world.open();
  await window.find("heading", "Add this computer");
  await window.paste("Invite link", link.slice(0, -1));
  await window.sees("This invite link is cut short.");
  await window.paste("Invite link", link);
  await window.sees("127.0.0.1");
  await window.shoot(join(SCREENS, "window-enrol.png"));
  await window.click("button", "Add this computer");
  await window.find("link", "Today");
  await window.shoot(join(SCREENS, "window-today.png"));
  assert.equal((await window.call("status")).ok.member_name, "Ben Lindqvist");
});

test("a founder opens the setup link and is shown the recovery key until it is printed", async (t) => {
  const world = await World.begin(t);
  const setup = await world.startServer();
  const window = await world.open(setup);
  await window.type("Name of the organization", "Ortega Lindqvist");
  await window.type("Your name", "Ana Ortega");
  await window.click("button", "Found the organization");
  await window.find("heading", "Print the recovery key");
  await window.shoot(join(SCREENS, "window-recovery-key.png"));
  const { recovery_key } = (await window.call("recovery_key")).ok;
  await window.type("The last four characters, read from the paper", recovery_key.slice(-4));
  await window.click("button", "It is on paper");
  await window.find("link", "Today");
  assert.equal((await window.call("recovery_key")).ok, null);
});

test("a computer without a keystore says what to do, and opens when the keystore is there", async (t) => {
  const world = await World.begin(t, { keyring: false });
  const window = await world.open();
  await window.find("heading", "Unlock Plumbline");
  await window.shoot(join(SCREENS, "window-no-keystore.png"));
  await world.startKeyring();
  await window.click("button", "Open again");
  await window.find("heading", "Add this computer");
});
