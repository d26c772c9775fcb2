// What a person sets for this computer: language, theme, text size, single-letter keys. No secrets, nothing of the
// organisation's; kept by the web view.
import { useSyncExternalStore } from "react";

export const LANGUAGES = ["en", "es"] as const;
export const THEMES = ["system", "light", "dark", "contrast"] as const;
export const SCALES = [0.9, 1, 1.15, 1.3, 1.5] as const;
export type Language = (typeof LANGUAGES)[number];
export type Theme = (typeof THEMES)[number];

export interface Settings {
  language: Language;
  theme: Theme;
  scale: number;
  /** Whether single letters are commands (WCAG 2.1.4: they can be switched off). */
  letters: boolean;
}

const KEY = "plumbline.settings";
const fromSystem = (): Settings => ({
  language: navigator.language.startsWith("es") ? "es" : "en",
  theme: "system",
  scale: 1,
  letters: true,
});

function read(): Settings {
  const settings = fromSystem();
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Settings>;
    if (LANGUAGES.includes(kept.language as Language)) settings.language = kept.language as Language;
    if (THEMES.includes(kept.theme as Theme)) settings.theme = kept.theme as Theme;
    if (SCALES.includes(kept.scale as (typeof SCALES)[number])) settings.scale = kept.scale as number;
    if (typeof kept.letters === "boolean") settings.letters = kept.letters;
  } catch {
    // What is kept is no longer readable: the system's own settings stand.
  }
  return settings;
}

let current = read();
const listeners = new Set<() => void>();
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const contrast = window.matchMedia("(prefers-contrast: more)");

/** The theme that is shown: the person's, else the system's. */
export function shownTheme(theme: Theme): Exclude<Theme, "system"> {
  if (theme !== "system") return theme;
  if (contrast.matches) return "contrast";
  return dark.matches ? "dark" : "light";
}

function show() {
  const root = document.documentElement;
  root.dataset.theme = shownTheme(current.theme);
  root.lang = current.language;
  root.style.setProperty("--scale", String(current.scale));
}

for (const query of [dark, contrast]) query.addEventListener("change", show);
show();

export const settings = {
  get: (): Settings => current,
  set(change: Partial<Settings>) {
    current = { ...current, ...change };
    localStorage.setItem(KEY, JSON.stringify(current));
    show();
    for (const told of listeners) told();
  },
  subscribe(told: () => void) {
    listeners.add(told);
    return () => void listeners.delete(told);
  },
};

export function useSettings(): [Settings, (change: Partial<Settings>) => void] {
  return [useSyncExternalStore(settings.subscribe, settings.get), settings.set];
}
