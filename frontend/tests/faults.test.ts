// Every fault, every reason that the core can give, every kind, field and choice that it declares has words in both languages.
// What there is is read from the Rust sources, so a new one fails here until it can be said.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import i18next, { type i18n } from "i18next";
import { beforeAll, describe, expect, test } from "vitest";
import { wordsOf } from "../src/faults";
import type { Fault } from "../src/generated/client";
import { formats } from "../src/i18n/format";

const root = fileURLToPath(new URL("../../", import.meta.url));

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".rs") && !/(^|\/)(tests?|testing|testdata)(\.rs|\/)/.test(path))
    .map((path) => readFileSync(join(root, folder, path), "utf8").replace(/#\[cfg\(test\)\]\s*mod [\s\S]*$/, ""));
}

/** What reaches the page: the core, and what it judges by. The server's own refusals reach it as the core passes them on. */
const rust = [...sources("protocol/src"), ...sources("core/src")];

/** Constants that name fields, as sources write them: `ROLE` is "role". */
const names = new Map(rust.flatMap((text) => [...text.matchAll(/const ([A-Z_]+): &str = "([\w-]+)"/g)].map(([, name = "", word = ""]) => [name, word] as const)));
const wordOf = (said: string): string | undefined => /^"([\w-]+)"$/.exec(said)?.[1] ?? names.get(said.split("::").at(-1) ?? "");

/** Every field and reason that stands in a refusal; a field that is only known as it runs is none. */
const refusals = rust.flatMap((text) =>
  [...text.matchAll(/\b(?:Fault::invalid|Held::invalid|held|invalid)(?:::<[^>]*>)?\(\s*([\w:".-]+(?:\.name|\.clone\(\))?),\s*([\w":.-]+)\s*,?\)/g)].map(([, field = "", reason = ""]) => ({
    field: wordOf(field),
    reason: wordOf(reason),
  })),
);

/** Reasons handed to a helper that makes the refusal of them. */
const handed = rust.flatMap((text) =>
  [...text.matchAll(/\b(?:check|wrong|malformed|in_range|refuse|bad)\([^;{}]*?,\s*"([a-z][a-z_-]+)"\s*\)/g)].map(([, reason = ""]) => reason),
);

const files = import.meta.glob<Record<string, unknown>>("../src/i18n/*/*.json", { eager: true, import: "default" });
const catalogue = (language: string, namespace: string) => files[`../src/i18n/${language}/${namespace}.json`] as Record<string, never>;

const FAULTS: Fault[] = [
  { fault: "offline" },
  { fault: "signed_out" },
  { fault: "locked", why: "missing" },
  { fault: "locked", why: "locked" },
  { fault: "locked", why: "invalidated" },
  { fault: "denied" },
  { fault: "not_found" },
  { fault: "invalid", field: "at", reason: "range" },
  { fault: "too_large", limit: 25_000_000 },
  { fault: "storage_full" },
  { fault: "busy", retry_after: 5 },
  { fault: "reenrol" },
  { fault: "corrupt", what: "photo" },
  { fault: "outdated" },
  { fault: "cancelled" },
  { fault: "internal", trace: "a1b2" },
];

describe.each(["en", "es"] as const)("in %s", (language) => {
  let words: i18n;
  beforeAll(async () => {
    const resources = Object.fromEntries(
      Object.entries(files)
        .filter(([path]) => path.includes(`/${language}/`))
        .map(([path, tree]) => [/(\w+)\.json$/.exec(path)?.[1] ?? "", tree]),
    );
    words = i18next.createInstance();
    await words.init({ lng: language, resources: { [language]: resources as never }, defaultNS: "common", interpolation: { escapeValue: false } });
  });
  const invalid = () => catalogue(language, "faults").invalid as unknown as { exact: Record<string, string>; reasons: Record<string, string> };
  const said = (fault: Fault) => wordsOf(fault, words.t, formats(language));

  test("every fault says its cause and a way on", () => {
    for (const fault of FAULTS) {
      const { cause, wayOn } = said(fault);
      for (const text of [cause, wayOn]) {
        expect(text, JSON.stringify(fault)).not.toBe("");
        expect(text, JSON.stringify(fault)).not.toMatch(/faults:|\.cause|\.wayOn|\{\{/);
      }
    }
  });

  test("every reason with its field is said in words", () => {
    const { exact, reasons } = invalid();
    const fields = catalogue(language, "fields") as Record<string, string>;
    const dumb = refusals
      .filter(({ field, reason }) => reason !== undefined && field !== undefined && !(`${field}-${reason}` in exact) && !(reason in reasons && field in fields))
      .map(({ field, reason }) => `${field}-${reason}`);
    expect([...new Set(dumb)].toSorted()).toEqual([]);
  });

  test("every reason whose field is only known as it runs is said in words", () => {
    const { exact, reasons } = invalid();
    const loose = refusals.flatMap(({ field, reason }) => (field === undefined && reason !== undefined ? [reason] : []));
    const dumb = [...handed, ...loose].filter((reason) => !(reason in reasons) && !Object.keys(exact).some((key) => key.endsWith(`-${reason}`)));
    expect([...new Set(dumb)].toSorted()).toEqual([]);
  });

  test("everything that can be corrupt has a name", () => {
    const things = (catalogue(language, "faults").corrupt as unknown as { things: Record<string, string> }).things;
    const whats = rust.flatMap((text) => [...text.matchAll(/Fault::corrupt\(\s*"([\w-]+)"\s*\)/g)].map(([, what = ""]) => what));
    expect(whats.length).toBeGreaterThan(5);
    expect([...new Set(whats.filter((what) => !(what in things)))].toSorted()).toEqual([]);
  });

  test("every kind, field and choice that is declared has words", () => {
    const record = sources("protocol/src/record").join("\n");
    const [kinds, fields, choices, about] = [
      catalogue(language, "kinds") as Record<string, string | Record<string, string>>,
      catalogue(language, "fields") as Record<string, string>,
      catalogue(language, "choices") as Record<string, string>,
      (catalogue(language, "records").about ?? {}) as Record<string, string>,
    ];
    const declared = [...record.matchAll(/\bname: "(\w+)",\s*access:/g)].map(([, name = ""]) => name);
    expect(declared.length).toBeGreaterThan(9);
    for (const name of declared) expect([kinds[name], (kinds.plural as Record<string, string>)[name], about[name]], name).not.toContain(undefined);
    const constants = [...record.matchAll(/pub const [A-Z_]+: &str = "(\w+)"/g)].map(([, name = ""]) => name);
    expect(constants.filter((name) => !(name in fields)), "fields").toEqual([]);
    const lists = [...record.matchAll(/(?:WHATS|MEDIAS|SOURCES|WEEKDAYS): &\[&str\] =\s*&\[([^\]]*)\]/g)].flatMap(([, list = ""]) => [...list.matchAll(/"([^"]+)"/g)].map(([, word = ""]) => word));
    const roles = ["administrator", "manager", "foreman", "worker"];
    expect([...lists, ...roles].filter((word) => !(word in choices)), "choices").toEqual([]);
  });
});

test("the table of faults knows every variant of the core's", () => {
  const text = readFileSync(join(root, "protocol/src/fault.rs"), "utf8");
  const variants = [...text.slice(text.indexOf("pub enum Fault"), text.indexOf("pub enum Lock")).matchAll(/^ {4}([A-Z]\w+)/gm)].map(([, name = ""]) => name.replace(/(?<!^)[A-Z]/g, (c) => `_${c}`).toLowerCase());
  expect([...new Set(FAULTS.map(({ fault }) => fault))].toSorted()).toEqual(variants.toSorted());
});
