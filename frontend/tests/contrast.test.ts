// The contrasts that interface.md section 1 promises, computed anew from tokens.css: text 4.5 (Sunlight 7), edges, icons and
// charts 3, each on every ground that it may stand on.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("../src/ui/tokens.css", import.meta.url), "utf8");
const THEMES = ["light", "dark", "contrast"] as const;
type Theme = (typeof THEMES)[number];

function colours(theme: Theme): Map<string, string> {
  const at = css.indexOf(`[data-theme="${theme}"] {`);
  const block = css.slice(at, css.indexOf("}", at));
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = "", hex = ""]) => [name, hex]));
}

/** Relative luminance by WCAG 2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const PLAIN = ["canvas", "surface", "sidebar", "hover"];
const TINTS = ["ok-tint", "attention-tint", "wrong-tint"];

/** Each colour that is read or seen, with its grounds and the least contrast that its kind of thing needs. */
const PAIRS: [fore: string, grounds: string[], kind: "text" | "edge"][] = [
  ["text", [...PLAIN, "selection", ...TINTS], "text"],
  ["text-2", [...PLAIN, "selection", ...TINTS], "text"],
  // Not on tints.
  ["text-3", PLAIN, "text"],
  ["accent", [...PLAIN, "selection"], "text"],
  ["on-accent", ["accent"], "text"],
  ["ok", [...PLAIN, "selection", "ok-tint"], "text"],
  ["attention", [...PLAIN, "selection", "attention-tint"], "text"],
  ["wrong", [...PLAIN, "selection", "wrong-tint"], "text"],
  ["edge", PLAIN, "edge"],
  ["chart-edge", [...PLAIN, "chart-fill"], "edge"],
];

describe.each(THEMES)("in the %s theme", (theme) => {
  const palette = colours(theme);
  const colour = (name: string) => palette.get(name) ?? "";

  test.each(PAIRS)("%s can be read on what it stands on", (fore, grounds, kind) => {
    const least = kind === "edge" ? 3 : theme === "contrast" ? 7 : 4.5;
    const short = grounds.map((ground) => ({ ground, ratio: contrast(colour(fore), colour(ground)) })).filter(({ ratio }) => !(ratio >= least));
    expect(short, `${fore} needs ${least}`).toEqual([]);
  });

  test("the colours are those of the design", () => {
    for (const name of [...PLAIN, ...TINTS, "line", "edge", "text", "text-2", "text-3", "accent", "on-accent", "selection", "ok", "attention", "wrong", "chart-edge", "chart-fill"])
      expect(colour(name), name).toMatch(/^#[0-9a-f]{6}$/);
  });
});

test("a screen has no colour of its own", () => {
  const folder = fileURLToPath(new URL("../src", import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".module.css"));
  expect(files.length).toBeGreaterThan(5);
  const raw = files.flatMap((path) =>
    // Behind an overlay, and over a photograph, black is what it is.
    readFileSync(join(folder, path), "utf8").split("\n").flatMap((line, n) => (/#[0-9a-f]{3,8}\b|\b(rgb|hsl)a?\(/i.test(line) && !/rgb\(0 0 0 \/ \d+%\)/.test(line) ? [`${path}:${n + 1} ${line.trim()}`] : [])),
  );
  expect(raw).toEqual([]);
});
