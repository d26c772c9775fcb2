// Links are read in the page as protocol/src/link.rs reads them, and refused for the same reasons.
import { describe, expect, test } from "vitest";
import { parseLink, short } from "../src/screens/entry/link";

const hex = (digit: string) => digit.repeat(64);
const UUID = "01a2022a-8b1b-7241-9b0f-050cd990167f";
const INVITE = `plumbline://enrol?at=field.example.org:4433&ca=${hex("1")}&organisation=${hex("4")}&invite=${UUID}&member=${UUID}#${hex("6")}`;
const SETUP = `plumbline://setup?at=127.0.0.1:4433&ca=${hex("1")}&key=${hex("2")}#${hex("3")}`;
const refused = (reason: string) => ({ fault: "invalid", field: "link", reason });

describe("a link", () => {
  test("names host and organization, and never its secret", () => {
    expect(parseLink(` ${INVITE}\n`)).toEqual({ kind: "invite", host: "field.example.org", organisation: hex("4"), invite: UUID, member: UUID });
    expect(parseLink(SETUP)).toEqual({ kind: "setup", host: "127.0.0.1" });
    expect(JSON.stringify([parseLink(INVITE), parseLink(SETUP)])).not.toMatch(/6{64}|3{64}/);
    expect(short(UUID)).toBe("01a2 022a 8b1b");
  });

  test.each([
    [INVITE.replace("enrol", "elsewhere"), "kind"],
    ["https://example.org/", "kind"],
    [INVITE.replace("#", ""), "secret"],
    [INVITE.slice(0, -1), "secret"],
    [INVITE.replace("field.example.org", "evil/path"), "at"],
    [INVITE.replace(":4433", ":99999"), "at"],
    [INVITE.replace(":4433", ""), "at"],
    [INVITE.replace("&invite", "&extra=1&invite"), "parameters"],
    [INVITE.replace("&ca=", "&organisation="), "parameters"],
    [INVITE.replace("organisation=44", "organisation=4G"), "organisation"],
    [INVITE.replace(`invite=${UUID}`, "invite=1"), "invite"],
    [SETUP.replace("22", "2G"), "key"],
    ["x".repeat(5000), "length"],
  ])("that is wrong is refused with its reason: %s", (text, reason) => {
    expect(parseLink(text)).toEqual(refused(reason));
  });
});
