// The catalogues: both languages have the same keys with the same places in them, each key is used and each key that is used
// exists. Keys that are put together as the page runs are listed by their beginnings, in one place.
import { describe, expect, test } from "vitest";

type Tree = { [key: string]: string | Tree };

const files = import.meta.glob<Tree>("../src/i18n/*/*.json", { eager: true, import: "default" });
const sources = import.meta.glob<string>(["../src/**/*.ts", "../src/**/*.tsx", "!../src/generated/**"], { eager: true, query: "?raw", import: "default" });

/** Keys whose end is only known as the page runs: a fault, a kind, a state of the core. Other tests hold the ends. */
const DYNAMIC = [
  "faults:",
  "fields:",
  "kinds:",
  "choices:",
  "common:shortcuts.",
  "common:foot.",
  "common:place.",
  "common:custody.",
  "palette:theme.",
  "palette:language.",
  "records:about.",
  "records:room.",
  "records:how.",
  "records:source.",
  "records:outcome.",
  "records:form.",
  "outbox:state.",
  "outbox:unsaved.",
  "entry:computer.",
  "entry:steps.",
  "entry:locked.",
  "entry:passphrase.",
  "organization:parts.",
  "organization:roles.",
  "organization:emergency.",
  "organization:log.codes.",
  "organization:days.",
  "organization:fence.",
  "organization:invites.states.",
  "settings:language.",
  "settings:look.themes.",
  "settings:storage.shares.",
  "time:deed.",
  "time:error.",
  "time:flag.",
  "time:noun.",
  "time:state.",
  "time:what.",
];

const PLURAL = /_(zero|one|two|few|many|other)$/;

function flat(tree: Tree, before = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] => (typeof value === "string" ? [[before + key, value]] : flat(value, `${before}${key}.`)));
}

function catalogue(language: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [path, tree] of Object.entries(files)) {
    const [, of, namespace] = /\/(\w+)\/(\w+)\.json$/.exec(path) ?? [];
    if (of === language) for (const [key, words] of flat(tree)) found.set(`${namespace}:${key}`, words);
  }
  return found;
}

const [en, es] = [catalogue("en"), catalogue("es")];
const places = (words: string) => [...words.matchAll(/\{\{\s*([\w.]+)/g)].map(([, name]) => name).toSorted();
const bare = (key: string) => key.replace(PLURAL, "");
const named = (key: string) => (key.includes(":") ? key : `common:${key}`);

/** Every word in quotes that may be a key, and every beginning of a template: a key may be handed on before it is used. */
function mentioned() {
  const whole = new Set<string>();
  const begun = new Set<string>();
  const used = new Map<string, string>();
  for (const [path, text] of Object.entries(sources)) {
    for (const [, word = ""] of text.matchAll(/["'`]([\w:.-]+)["'`]/g)) whole.add(named(word));
    for (const [, word = ""] of text.matchAll(/`([\w:.-]+)\$\{/g)) begun.add(named(word));
    for (const [, word = ""] of text.matchAll(/\bt\(\s*["']([\w:.-]+)["']/g)) used.set(named(word), path);
    // Either of two: t(known ? "a" : "b").
    for (const [, first = "", second = ""] of text.matchAll(/\bt\([^"'`()]*\?\s*["']([\w:.-]+)["']\s*:\s*["']([\w:.-]+)["']/g)) {
      used.set(named(first), path);
      used.set(named(second), path);
    }
  }
  return { whole, begun, used };
}

describe("the catalogues", () => {
  test("both languages have the same keys", () => {
    expect([...es.keys()].toSorted()).toEqual([...en.keys()].toSorted());
  });

  test("both languages have the same places in each text, and no text is empty", () => {
    const differ = [...en].filter(([key, words]) => JSON.stringify(places(words)) !== JSON.stringify(places(es.get(key) ?? "")) || words === "" || es.get(key) === "");
    expect(differ.map(([key, words]) => `${key}: ${words} | ${es.get(key)}`)).toEqual([]);
  });

  test("each key that is used exists", () => {
    const known = new Set([...en.keys()].flatMap((key) => [key, bare(key)]));
    const missing = [...mentioned().used].filter(([key]) => !known.has(key));
    expect(missing.map(([key, path]) => `${key} in ${path}`)).toEqual([]);
  });

  test("each beginning of a key that is put together is listed, and has keys", () => {
    const beginnings = [...mentioned().begun].filter((start) => [...en.keys()].some((key) => key.startsWith(start)));
    expect(beginnings.filter((start) => !DYNAMIC.some((listed) => start.startsWith(listed)))).toEqual([]);
    expect(DYNAMIC.filter((listed) => ![...en.keys()].some((key) => key.startsWith(listed)))).toEqual([]);
  });

  test("each key is used", () => {
    const { whole } = mentioned();
    const idle = [...en.keys()].filter((key) => !DYNAMIC.some((start) => key.startsWith(start)) && !whole.has(key) && !whole.has(bare(key)));
    expect(idle).toEqual([]);
  });

  test("words keep to the house's rules", () => {
    const wrong = [...en, ...es].filter(([, words]) => /\boops\b|!{1}(?!\[)|\bplease\b|\bpor favor\b/i.test(words) || / {2}/.test(words));
    expect(wrong.map(([key, words]) => `${key}: ${words}`)).toEqual([]);
  });
});
