// The plan of a site: outline, fence, and where punches and photographs were, drawn as vectors from what is here. Beside it
// the same as a list, for whoever does not see the plan or wants to go through it by keyboard.
import { Maximize, Minus, Plus } from "lucide-react";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useCall } from "../../api/client";
import type { Names } from "../../api/names";
import type { GeofenceView, PlacePoint } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button, IconButton, join } from "../../ui/controls";
import { Empty, Read } from "../../ui/states";
import { type Filter, momentsOf } from "./filter";
import { usePanZoom, useSize } from "./panzoom";
import { fitting, middleOf, onScreen, type Plane, plane, type Point, scaleBar, type Shape, shapeOf, type Size, type View } from "./plane";
import styles from "./plan.module.css";
import { PlaceList } from "./PlaceList";
import { MarkOf } from "./PlanMarks";

/** Longest scale bar, and the most circles of accuracy that are drawn at once, and that are filled: more would be mud. */
const [BAR_PX, CIRCLES, FILLED] = [140, 500, 60];

interface Props {
  filter: Filter;
  zone: string;
  names: Names;
  opened: string | null;
  onOpen: (photo: string) => void;
  onProject: (project: string) => void;
}

export interface Drawn {
  point: PlacePoint;
  at: Point;
}

export function SitePlan({ filter, zone, names, opened, onOpen, onProject }: Props) {
  const { t } = useTranslation();
  const go = useNavigate();
  const format = useFormat();
  const project = names.projects.find((p) => p.id === filter.project);
  const places = useCall("places", { project: filter.project, ...momentsOf(filter, zone) }, { enabled: filter.project !== null });
  const fence = (project?.fields.geofence ?? null) as GeofenceView | null;
  const outline = (project?.fields.outline ?? null) as GeofenceView | null;
  const open = useCallback(
    (point: PlacePoint) =>
      point.kind === "photo"
        ? onOpen(point.id)
        : void go(`/time?${new URLSearchParams({ date: format.civil(point.at, zone), worker: point.by ?? "", of: filter.project ?? "" })}`),
    [onOpen, go, format, zone, filter.project],
  );
  if (!project)
    return (
      <Empty
        title={t("photographs:plan.choose")}
        action={
          <div className={styles.choose}>
            {names.projects.map((p) => (
              <Button key={p.id} onPress={() => onProject(p.id)}>
                {names.project(p.id)}
              </Button>
            ))}
          </div>
        }
      />
    );
  return (
    <Read query={places} what={t("photographs:view.plan")}>
      {({ places: all, more }) => {
        const points = filter.by ? all.filter((point) => point.by === filter.by) : all;
        if (points.length === 0 && !fence && !outline) return <Empty title={t("photographs:plan.nothing")}>{t("photographs:plan.nothingWayOn")}</Empty>;
        return <Plan key={project.id} {...{ points, more, fence, outline, zone, names, opened, open }} />;
      }}
    </Read>
  );
}

interface PlanProps {
  points: PlacePoint[];
  more: boolean;
  fence: GeofenceView | null;
  outline: GeofenceView | null;
  zone: string;
  names: Names;
  opened: string | null;
  open: (point: PlacePoint) => void;
}

/** What has to be in view at first: the site and, where there is none, what was there. */
function extent(shapes: Shape[], drawn: Drawn[]): Point[] {
  const corners = shapes.flatMap((shape) =>
    "circle" in shape
      ? [
          { x: shape.circle.x - shape.radius, y: shape.circle.y - shape.radius },
          { x: shape.circle.x + shape.radius, y: shape.circle.y + shape.radius },
        ]
      : shape.outline,
  );
  return corners.length > 0 ? corners : drawn.map(({ at }) => at);
}

function Plan({ points, more, fence, outline, zone, names, opened, open }: PlanProps) {
  const { t } = useTranslation();
  const area = useRef<HTMLDivElement>(null);
  const size = useSize(area);
  const [pointed, setPointed] = useState<string | null>(null);
  const on = useMemo<Plane>(() => {
    const site = fence ?? outline;
    const [lat, lon] = site ? middleOf(site) : [points[0]?.place.lat_e7 ?? 0, points[0]?.place.lon_e7 ?? 0];
    return plane(lat, lon);
    // The plane stays where it is as points come and go.
  }, [fence, outline]);
  const drawn = useMemo<Drawn[]>(() => points.map((point) => ({ point, at: on.at(point.place.lat_e7, point.place.lon_e7) })), [points, on]);
  const shapes = useMemo(() => [outline, fence].map((of) => (of ? shapeOf(of, on) : null)), [outline, fence, on]);
  const fit = useMemo(
    () => fitting(extent(shapes.filter((shape) => shape !== null), drawn), size),
    // What comes later does not move the view.
    [shapes, size],
  );
  const { view, handlers, ...zoom } = usePanZoom(area, size, fit);
  const seen = drawn.filter(({ at }) => {
    const { x, y } = onScreen(at, view, size);
    return x > -20 && y > -20 && x < size.width + 20 && y < size.height + 20;
  });
  const label = t("photographs:plan.label", { punches: points.filter((p) => p.kind === "punch").length, photos: points.filter((p) => p.kind === "photo").length });
  return (
    <div className={styles.plan}>
      <div ref={area} className={styles.area} tabIndex={0} role="group" aria-label={`${label} ${t("photographs:plan.keys")}`} {...handlers}>
        <svg width={size.width} height={size.height} aria-hidden>
          <Ground shapes={shapes} view={view} size={size} />
          {seen.length <= CIRCLES &&
            seen.map(({ point, at }) => {
              const { x, y } = onScreen(at, view, size);
              const chosen = point.id === opened || point.id === pointed;
              return <circle key={point.id} className={join(styles.accuracy, (chosen || seen.length <= FILLED) && styles.filled)} cx={x} cy={y} r={point.place.accuracy_cm / 100 / view.scale} />;
            })}
          {seen.map(({ point, at }) => {
            const { x, y } = onScreen(at, view, size);
            const chosen = point.id === opened || point.id === pointed;
            return (
              <g
                key={point.id}
                transform={`translate(${x} ${y})`}
                className={chosen ? styles.chosen : styles.mark}
                onClick={() => open(point)}
                onPointerEnter={() => setPointed(point.id)}
                onPointerLeave={() => setPointed(null)}
              >
                <circle r="12" className={styles.target} />
                <MarkOf point={point} />
              </g>
            );
          })}
        </svg>
        <Compass />
        <ScaleBar view={view} />
        <div className={styles.zoom}>
          <IconButton label={t("photographs:viewer.in")} onPress={zoom.zoomIn}>
            <Plus size={16} strokeWidth={1.75} aria-hidden />
          </IconButton>
          <IconButton label={t("photographs:viewer.out")} onPress={zoom.zoomOut}>
            <Minus size={16} strokeWidth={1.75} aria-hidden />
          </IconButton>
          <IconButton label={t("photographs:plan.fit")} onPress={zoom.fit}>
            <Maximize size={16} strokeWidth={1.75} aria-hidden />
          </IconButton>
        </div>
      </div>
      {opened === null && <PlaceList {...{ points, more, zone, names, pointed }} hasFence={fence !== null} hasOutline={outline !== null} onPoint={setPointed} onOpen={open} />}
    </div>
  );
}

/** Outline and fence. */
function Ground({ shapes: [outline, fence], view, size }: { shapes: (Shape | null | undefined)[]; view: View; size: Size }) {
  return (
    <>
      {outline && <Area shape={outline} view={view} size={size} className={styles.outline} />}
      {fence && <Area shape={fence} view={view} size={size} className={styles.fence} />}
    </>
  );
}

function Area({ shape, view, size, className }: { shape: Shape; view: View; size: Size; className: string | undefined }) {
  if ("circle" in shape) {
    const { x, y } = onScreen(shape.circle, view, size);
    return <circle cx={x} cy={y} r={shape.radius / view.scale} className={className} />;
  }
  const corners = shape.outline.map((corner) => onScreen(corner, view, size));
  return <polygon points={corners.map(({ x, y }) => `${x},${y}`).join(" ")} className={className} />;
}

function Compass() {
  const { t } = useTranslation();
  return (
    <svg width="32" height="48" viewBox="0 0 32 48" className={styles.compass} role="img" aria-label={t("photographs:plan.northUp")}>
      <text x="16" y="12" textAnchor="middle">
        {t("photographs:plan.north")}
      </text>
      <path d="M16 16l7 26-7-5-7 5z" />
    </svg>
  );
}

function ScaleBar({ view }: { view: View }) {
  const format = useFormat();
  const { feet, pixels } = scaleBar(view, BAR_PX);
  return (
    <div className={styles.scale}>
      <span>{format.length(feet * 30.48)}</span>
      <div style={{ width: pixels }} />
    </div>
  );
}
