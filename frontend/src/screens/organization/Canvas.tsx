// A plain of ground on which a fence is drawn: by pointer, or point by point with the arrow keys.
import { type KeyboardEvent, type PointerEvent, type ReactNode, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { GeofenceView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { centre, FOOT_CM, type Metres, type Point, roundFeet, toMetres, toPoint } from "./fence";
import styles from "./fence.module.css";

export const WIDTH = 560;
export const HEIGHT = 320;
/** A step by key, in metres; with Shift ten of them. */
const STEP = 1;

/** What is seen: the middle, and metres a unit of the picture. */
export interface View {
  middle: Point;
  metres: number;
}

export const seen = (view: View, point: Point): [x: number, y: number] => {
  const [x, y] = toMetres(view.middle, point);
  return [WIDTH / 2 + x / view.metres, HEIGHT / 2 - y / view.metres];
};

export function Shape({ shape, view, className }: { shape: GeofenceView; view: View; className: string | undefined }) {
  if ("circle" in shape) {
    const [x, y] = seen(view, centre(shape));
    return <circle cx={x} cy={y} r={shape.circle.radius_cm / 100 / view.metres} className={className} />;
  }
  return <polygon points={shape.polygon.map((point) => seen(view, point).join(",")).join(" ")} className={className} />;
}

const ARROWS: Record<string, Metres> = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/** The metres that a key moves by. */
export function moved(event: KeyboardEvent): Metres | null {
  const way = ARROWS[event.key];
  if (!way) return null;
  const by = event.shiftKey ? 10 * STEP : STEP;
  return [way[0] * by, way[1] * by];
}

export function Canvas(props: {
  label: string;
  view: View;
  onView: (view: View) => void;
  /** The bare ground was pressed there. */
  onPress?: (at: Point) => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const { view, onView } = props;
  const ground = useId();
  const svg = useRef<SVGSVGElement>(null);
  const [pan, setPan] = useState<{ x: number; y: number; middle: Point; far: boolean } | null>(null);
  const place = (event: PointerEvent): Metres => toGround(svg.current, event, view);
  const move = (event: PointerEvent) => {
    if (!pan) return;
    const far = pan.far || Math.hypot(event.clientX - pan.x, event.clientY - pan.y) > 4;
    if (far !== pan.far) setPan({ ...pan, far });
    if (!far) return;
    const unit = (svg.current?.getBoundingClientRect().width ?? WIDTH) / WIDTH;
    onView({ ...view, middle: toPoint(pan.middle, [(-(event.clientX - pan.x) / unit) * view.metres, ((event.clientY - pan.y) / unit) * view.metres]) });
  };
  const grid = (roundFeet(view.metres * 80) * FOOT_CM) / 100 / view.metres;
  const bar = roundFeet(view.metres * 120);
  const length = (bar * FOOT_CM) / 100 / view.metres;
  return (
    <svg
      ref={svg}
      className={styles.canvas}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="group"
      aria-label={props.label}
      tabIndex={0}
      onKeyDown={(event) => {
        const way = event.target === event.currentTarget ? moved(event) : null;
        if (!way) return;
        event.preventDefault();
        onView({ ...view, middle: toPoint(view.middle, [way[0] * view.metres * 20, way[1] * view.metres * 20]) });
      }}
      onPointerDown={(event) => {
        if (event.target instanceof Element && event.target.closest("[data-handle]")) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setPan({ x: event.clientX, y: event.clientY, middle: view.middle, far: false });
      }}
      onPointerMove={move}
      onPointerUp={(event) => {
        if (pan && !pan.far) props.onPress?.(toPoint(view.middle, place(event)));
        setPan(null);
      }}
    >
      <defs>
        <pattern id={ground} width={grid} height={grid} patternUnits="userSpaceOnUse">
          <path d={`M${grid} 0H0V${grid}`} className={styles.line} />
        </pattern>
      </defs>
      <rect width={WIDTH} height={HEIGHT} fill={`url(#${ground})`} />
      {props.children}
      <g className={styles.scale} aria-hidden>
        <path d={`M16 ${HEIGHT - 14}v4h${length}v-4`} />
        <text x={16 + length + 6} y={HEIGHT - 9}>
          {format.length(bar * FOOT_CM)}
        </text>
        <path d={`M${WIDTH - 20} 34V14l-4 7m4-7 4 7`} />
        <text x={WIDTH - 24} y={48}>
          {t("organization:fence.north")}
        </text>
      </g>
    </svg>
  );
}

function toGround(svg: SVGSVGElement | null, event: PointerEvent, view: View): Metres {
  const box = svg?.getBoundingClientRect();
  if (!box) return [0, 0];
  const unit = box.width / WIDTH;
  return [((event.clientX - box.left) / unit - WIDTH / 2) * view.metres, (HEIGHT / 2 - (event.clientY - box.top) / unit) * view.metres];
}

/** A point that can be taken: dragged, moved by the arrow keys, removed by Delete. */
export function Handle(props: { at: Point; view: View; label: string; square?: boolean; onMove: (to: Point) => void; onRemove?: () => void; onFocus?: () => void }) {
  const { view, at, onMove } = props;
  const [x, y] = seen(view, at);
  return (
    <g
      data-handle
      role="button"
      tabIndex={0}
      aria-label={props.label}
      className={styles.handle}
      onFocus={props.onFocus}
      onKeyDown={(event) => {
        const way = moved(event);
        if (way) {
          event.preventDefault();
          event.stopPropagation();
          onMove(toPoint(at, way));
        } else if ((event.key === "Delete" || event.key === "Backspace") && props.onRemove) {
          event.preventDefault();
          props.onRemove();
        }
      }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) onMove(toPoint(view.middle, toGround(event.currentTarget.ownerSVGElement, event, view)));
      }}
    >
      <circle cx={x} cy={y} r={14} className={styles.grip} />
      {props.square ? <rect x={x - 5} y={y - 5} width={10} height={10} className={styles.dot} /> : <circle cx={x} cy={y} r={6} className={styles.dot} />}
    </g>
  );
}
