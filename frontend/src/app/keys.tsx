// Keys (interface.md section 2): one place that hears them. A screen says by `useKeys` what its letters do while it is shown.
// Single letters are commands only outside of text fields, and can be switched off (WCAG 2.1.4).
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef } from "react";
import { settings } from "./settings";

/** `c`, `g t` (one after the other), `mod+k` (Ctrl, or Cmd on a Mac), `F6`, `Escape`, `[`. */
export type Keys = Record<string, (() => void) | undefined>;

const Context = createContext<Set<{ current: Keys }>>(new Set());

/** How long the second key of a pair may take. */
const PAIR_MS = 1500;

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName)) &&
    !["checkbox", "radio", "button"].includes((target as HTMLInputElement).type)
  );
}

function nameOf(event: KeyboardEvent): string {
  const mod = event.ctrlKey || event.metaKey ? "mod+" : "";
  return mod + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
}

export function KeysProvider({ children }: { children: ReactNode }) {
  const bound = useMemo(() => new Set<{ current: Keys }>(), []);
  useEffect(() => {
    let first: { key: string; at: number } | null = null;
    const heard = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey) return;
      const key = nameOf(event);
      const single = key.length === 1;
      if (single && (typing(event.target) || !settings.get().letters)) return;
      // In a dialog only its own keys count.
      if (single && document.querySelector('[role="dialog"]')) return;
      const pair = first && event.timeStamp - first.at < PAIR_MS ? `${first.key} ${key}` : null;
      // What was bound last is nearest to the person.
      const all = [...bound].reverse();
      const act = (name: string) => all.map((keys) => keys.current[name]).find(Boolean);
      const found = (pair && act(pair)) || act(key);
      first = single && all.some((keys) => Object.keys(keys.current).some((k) => k.startsWith(`${key} `))) ? { key, at: event.timeStamp } : null;
      if (found) {
        event.preventDefault();
        first = null;
        found();
      }
    };
    window.addEventListener("keydown", heard);
    return () => window.removeEventListener("keydown", heard);
  }, [bound]);
  return <Context.Provider value={bound}>{children}</Context.Provider>;
}

/** Binds keys while the caller is shown. */
export function useKeys(keys: Keys) {
  const bound = useContext(Context);
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    bound.add(latest);
    return () => void bound.delete(latest);
  }, [bound]);
}

/** Moves the focus to the next pane: sidebar, content, detail. */
export function nextPane() {
  const panes = [...document.querySelectorAll<HTMLElement>("[data-pane]")].sort(
    (a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left,
  );
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  panes[(at + 1) % panes.length]?.focus();
}
