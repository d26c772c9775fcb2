// What cannot be used, in the window: links, files and servers. Each gets a clear message with a way on, and nothing is lost.
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer as answers } from "node:https";
import { createServer as connections } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { hugePicture, picture } from "./picture.mjs";
import { World } from "./world.mjs";

test("a link that is none, is damaged or was used is refused in words, and a good one still works", async (t) => {
  const world = await World.begin(t);
  const { founder, member } = await world.found();
  const used = await world.invite(founder, member);
  await world.device("phone").call("enrol", { link: used, device_label: "Phone" });
  const link = await world.invite(founder, member);
  const window = await world.open();
  await window.paste("Invite link", "https://example.com/enrol");
  await window.sees("This is not an invite link.");
  await window.sees("Copy the whole link from the message, from plumbline:// to its end.");
  assert.equal(await window.count("button", "Add this computer"), 0);
  await window.paste("Invite link", link.replace(/ca=.{4}/, "ca=nope"));
  await window.sees("This invite link is damaged.");
  await window.paste("Invite link", used);
  await window.click("button", "Add this computer");
  await window.sees("This invite link was used already.");
  await window.sees("Ask for a new one: each link adds one device.");
  await window.paste("Invite link", link);
  await window.misses("This invite link was used already.");
  await window.click("button", "Add this computer");
  await window.find("heading", "Today");
});

test("a link for another organization is refused where one is at home already", async (t) => {
  const world = await World.begin(t);
  const { window, founder, member } = await world.openEnrolled();
  await window.find("heading", "Today");
  const link = await world.invite(founder, member);
  const foreign = link.replace(/organisation=[0-9a-f]{64}/, `organisation=${"5".repeat(64)}`);
  assert.equal(await world.startAgain(foreign), 0);
  await window.sees("This link is for another organization.");
  await window.sees("Ask for a link to this organization, or sign out first.");
  await window.press("Escape");
  await window.gone("dialog", /./);
  assert.equal((await window.call("status")).ok.state, "enrolled");
});

test("a letter and a picture of 200 million pixels are not imported, and say why; what is good is", async (t) => {
  const world = await World.begin(t);
  const { window } = await world.openEnrolled();
  await window.find("heading", "Today");
  await window.click("link", "Photographs");
  const bring = async (name) => {
    await world.pick(join(world.folder, name), async () => {
      await window.click("button", "Import");
      return { ok: await window.find("dialog", "Import 1 picture") };
    });
    await window.click("button", "Import", ["dialog", "Import 1 picture"]);
  };
  await writeFile(join(world.folder, "letter.jpg"), "Dear Ana,\n".repeat(1000));
  await bring("letter.jpg");
  await window.sees("1 refused");
  await window.sees("This file is not a JPEG, PNG or HEIC picture.");
  await window.click("button", "Done");
  await window.gone("dialog", /./);
  await hugePicture(join(world.folder, "huge.png"));
  await bring("huge.png");
  await window.sees("This picture has more pixels than can be kept.");
  await window.sees("Import a smaller copy; the original stays where it is.");
  await window.click("button", "Done");
  await window.gone("dialog", /./);
  await picture(join(world.folder, "wall.png"));
  await bring("wall.png");
  await window.sees("1 imported");
  assert.equal((await window.call("photos", { limit: 10 })).ok.photos.length, 1);
});

test("what answers nonsense or has another's certificate in the server's place is not believed, and work goes on", async (t) => {
  const world = await World.begin(t);
  const { window, project } = await world.openEnrolled();
  await window.sees(/Up to date/);
  await world.stopServer();
  await window.sees(/Offline/);
  await window.click("link", /^Outbox/);
  const { hostname, port } = new URL(`http://${world.listen}`);
  /** Tries while something else listens in the server's place; how often that was asked. */
  const meets = async (server, event) => {
    let asked = 0;
    server.on(event, () => (asked += 1)).listen(Number(port), hostname);
    await once(server, "listening");
    await window.click("button", "Try now");
    await window.sees("No signal to the server.");
    await window.sees("What you enter is kept here and goes by itself.");
    server.closeAllConnections?.();
    server.close();
    await once(server, "close");
    assert.ok(asked > 0, "it was asked");
    await window.go("/today");
    await window.click("link", /^Outbox/);
    await window.misses("No signal to the server.");
  };
  const babbler = connections((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nnonsense"));
  });
  await meets(babbler, "connection");
  // The server's own certificate, and no sense behind it.
  const babble = (_, answer) => answer.end("nonsense".repeat(1000));
  await meets(answers(await world.certificate(), babble), "request");

  await world.startServer("another");
  await window.click("button", "Try now");
  await window.sees("The server's certificate does not agree with its own proof.");
  await window.sees("Nothing that you entered is lost.");
  await window.sees("Something else answers in the server’s place");
  const kept = await window.call("write", { kind: "note", project, fields: { text: "Written meanwhile" } });
  assert.equal(kept.fault, undefined);
  await world.stopServer();
  await world.startServer();
  await window.call("sync");
  await window.sees(/Up to date/);
  assert.deepEqual((await window.call("waiting")).ok, []);
});
