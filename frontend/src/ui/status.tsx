// Status is shape and word; colour comes last (interface.md section 1). Each mark is a shape of its own, readable without
// colour; alone it stands only under a legend or heading, with a spoken label.
import { CircleX, GitFork, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Custody } from "../generated/client";
import { join } from "./controls";
import styles from "./ui.module.css";

type Tone = "ok" | "attention" | "wrong" | "muted";

const frame = { width: 14, height: 14, viewBox: "0 0 14 14", "aria-hidden": true } as const;

/** Where the bytes are: dashed ring, half disc, disc with check, square with check. */
export function CustodyMark({ state }: { state: Custody | "archived" }) {
  switch (state) {
    case "local":
      return (
        <svg {...frame} className={styles.muted}>
          <circle cx="7" cy="7" r="5.5" fill="none" stroke="currentColor" strokeWidth="1.75" strokeDasharray="2.4 1.9" />
        </svg>
      );
    case "received":
      return (
        <svg {...frame} className={styles.muted}>
          <circle cx="7" cy="7" r="5.5" fill="none" stroke="currentColor" strokeWidth="1.75" />
          <path d="M7 1.5a5.5 5.5 0 0 0 0 11z" fill="currentColor" />
        </svg>
      );
    case "verified":
      return (
        <svg {...frame} className={styles.ok}>
          <circle cx="7" cy="7" r="6.5" fill="currentColor" />
          <path d="m4 7.2 2.1 2.1L10 5.2" fill="none" stroke="var(--surface)" strokeWidth="1.75" />
        </svg>
      );
    case "archived":
      return (
        <svg {...frame} className={styles.ok}>
          <rect x="0.5" y="0.5" width="13" height="13" rx="2" fill="currentColor" />
          <path d="m4 7.2 2.1 2.1L10 5.2" fill="none" stroke="var(--surface)" strokeWidth="1.75" />
        </svg>
      );
  }
}

export type Verdict = "inside" | "outside" | "cannot_tell" | "no_place";

/** Where a punch was: dot in ring, dot on a dashed ring, dot beside a ring, crossed dashed ring. */
export function PlaceMark({ verdict }: { verdict: Verdict }) {
  const ring = { fill: "none", stroke: "currentColor", strokeWidth: 1.5 };
  switch (verdict) {
    case "inside":
      return (
        <svg {...frame} className={styles.ok}>
          <circle cx="7" cy="7" r="5.5" {...ring} />
          <circle cx="7" cy="7" r="2.2" fill="currentColor" />
        </svg>
      );
    case "cannot_tell":
      return (
        <svg {...frame} className={styles.attention}>
          <circle cx="6" cy="7" r="5" {...ring} strokeDasharray="2.2 1.7" />
          <circle cx="11" cy="7" r="2.2" fill="currentColor" />
        </svg>
      );
    case "outside":
      return (
        <svg {...frame} className={styles.attention}>
          <circle cx="4.8" cy="7" r="4" {...ring} />
          <circle cx="12" cy="7" r="1.9" fill="currentColor" />
        </svg>
      );
    case "no_place":
      return (
        <svg {...frame} className={styles.muted}>
          <circle cx="7" cy="7" r="5.5" {...ring} strokeDasharray="2.2 1.7" />
          <path d="m3 11 8-8" stroke="currentColor" strokeWidth="1.5" />
        </svg>
      );
  }
}

/** The corner notch: corrected or added by hand. */
export function Notch() {
  return (
    <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden>
      <path d="M0 0h8v8z" fill="currentColor" />
    </svg>
  );
}

const NEEDS = { attention: TriangleAlert, wrong: CircleX, conflict: GitFork } as const;

/** Triangle: needs you. Octagon: not accepted, altered. Fork: conflict. */
export function NeedMark({ need, size = 16 }: { need: keyof typeof NEEDS | "octagon"; size?: number }) {
  if (need === "wrong" || need === "octagon")
    return (
      <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden className={styles.wrong}>
        <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor" />
        <path d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8" stroke="var(--surface)" strokeWidth="1.75" />
      </svg>
    );
  const Glyph = NEEDS[need];
  return <Glyph size={size} strokeWidth={1.75} aria-hidden className={styles.attention ?? ""} />;
}

/** A mark and its word. */
export function Status({ mark, tone, children }: { mark: ReactNode; tone?: Tone; children: ReactNode }) {
  return (
    <span className={styles.status}>
      {mark}
      <span className={join(tone ? styles[tone] : styles.word)}>{children}</span>
    </span>
  );
}

/** Custody in shape and word. `of`: on whose device, where that is known and it is not this one. */
export function CustodyStatus({ state, of, here }: { state: Custody; of?: string; here?: boolean }) {
  const { t } = useTranslation();
  const local = here ? t("custody.localHere") : of ? t("custody.localOf", { name: of }) : t("custody.local");
  return <Status mark={<CustodyMark state={state} />}>{state === "local" ? local : t(`custody.${state}`)}</Status>;
}

/** Done of all, as a bar with its words beside it. */
export function Bar({ done, of }: { done: number; of: number }) {
  return (
    <div className={styles.bar} aria-hidden>
      <div style={{ width: `${of === 0 ? 0 : Math.min(100, (100 * done) / of)}%` }} />
    </div>
  );
}
