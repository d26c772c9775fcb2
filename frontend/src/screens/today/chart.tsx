// The drawings of the lanes: the axis, the steps of a crew, the plumb line with its bob at now.
import { scaleLinear, scaleUtc } from "d3-scale";
import { area, curveStepAfter, line } from "d3-shape";
import { useTranslation } from "react-i18next";
import { useSettings } from "../../app/settings";
import { useFormat } from "../../i18n/format";
import { type Axis as Span, count, type Crew, outline, silentFrom, type Step, steps } from "./lanes";
import styles from "./today.module.css";

const HEIGHT = 28;
const TOP = 4;
/** Labels nearer to each other than this would run into one another. */
const NEAR = 46;

export type Scale = (at: number) => number;

/** From a moment to its place in a lane, in whole pixels and a half, for sharp lines. */
export function scaleOf(axis: Span, width: number): Scale {
  const scale = scaleUtc().domain([axis.from, axis.to]).range([0, Math.max(0, width - 8)]);
  return (at) => Math.round(scale(at)) + 0.5;
}

export function Axis({ axis, scale, now, zone }: { axis: Span; scale: Scale; now: number | null; zone: string }) {
  const format = useFormat();
  const [settings] = useSettings();
  const near = NEAR * settings.scale;
  const free: number[] = [];
  for (const tick of axis.ticks) {
    const others = [...free.slice(-1), ...(now === null ? [] : [now])];
    if (others.every((other) => Math.abs(scale(tick) - scale(other)) > near)) free.push(tick);
  }
  return (
    <div className={styles.ticks} aria-hidden>
      {free.map((tick) => (
        <span key={tick} className={tick === axis.from ? styles.firstTick : tick === axis.to ? styles.lastTick : undefined} style={{ left: scale(tick) }}>
          {format.time(tick, zone)}
        </span>
      ))}
      {now !== null && (
        <span className={styles.nowTick} style={{ left: scale(now) }}>
          {format.time(now, zone)}
        </span>
      )}
    </div>
  );
}

export function StepChart(props: { crew: Crew; heard: number | null; axis: Span; scale: Scale; width: number; now: number; zone: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { crew, axis, scale, now } = props;
  const until = Math.min(now, axis.to);
  const list = steps(crew.members, axis.from, Math.max(until, axis.from), now);
  const full = count(crew.members).full;
  const most = Math.max(full, ...list.map((step) => step.n), 1);
  const y = scaleLinear().domain([0, most]).range([HEIGHT - 0.5, TOP + 0.5]);
  const height = (n: number) => Math.round(y(n)) + 0.5;
  const last = list.at(-1)?.n ?? 0;
  // What a phone said last is known; what became of it since is not.
  const changed = list.at(-2)?.at ?? axis.from;
  const silent = last > 0 ? silentFrom(Math.max(props.heard ?? axis.from, changed), axis.from, until) : null;
  const known = silent === null ? list : [...list.slice(0, -1), { at: silent, n: last }];
  const drawn = outline(known);
  const edge = line<Step>((step) => scale(step.at), (step) => height(step.n)).curve(curveStepAfter)(drawn) ?? "";
  const fill = area<Step>((step) => scale(step.at), height(0), (step) => height(step.n)).curve(curveStepAfter)(drawn) ?? "";
  const heard = props.heard === null ? t("today:neverHeard") : t("today:heard", { time: format.when(props.heard, props.zone) });
  if (props.width === 0) return <div className={styles.chart} />;
  return (
    <svg
      className={styles.chart}
      width={props.width}
      height={HEIGHT + 1}
      role="img"
      aria-label={t("today:spoken", { crew: crew.name || t("today:noCrew"), n: last, total: full, heard })}
    >
      <defs>
        <pattern id={`hatch-${crew.crew ?? "none"}`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" className={styles.hatchGround} />
          <path d="M0 0v6" className={styles.hatch} />
        </pattern>
      </defs>
      {full > 0 && <line className={styles.full} x1={scale(axis.from)} x2={scale(axis.to)} y1={height(full)} y2={height(full)} />}
      <path className={styles.fill} d={fill} />
      {silent !== null && (
        <rect
          x={scale(silent)}
          y={height(last)}
          width={Math.max(0, scale(until) - scale(silent))}
          height={height(0) - height(last)}
          fill={`url(#hatch-${crew.crew ?? "none"})`}
        />
      )}
      <line className={styles.ground} x1={scale(axis.from)} x2={scale(axis.to)} y1={height(0)} y2={height(0)} />
      <path className={styles.edge} d={edge} />
    </svg>
  );
}

/** Now: one line through all lanes, with its bob. */
export function PlumbLine({ x }: { x: number }) {
  return (
    <div className={styles.plumb} aria-hidden>
      <svg width="15" height="100%" style={{ left: x - 7.5 }}>
        <line x1="7.5" x2="7.5" y1="0" y2="100%" />
      </svg>
      <svg className={styles.bob} width="15" height="14" style={{ left: x - 7.5 }}>
        <path d="M1 0h13L7.5 14z" />
      </svg>
    </div>
  );
}
