// A geofence or outline: none, a circle, or points; drawn, or typed. What is typed and what is drawn are the same thing.
import { Maximize, Minus, Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { GeofenceView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button, IconButton, Radios } from "../../ui/controls";
import { Canvas, Handle, HEIGHT, Shape, type View } from "./Canvas";
import { centre, circle, degrees, FOOT_CM, fromDegrees, nearestEdge, type Point, POINTS, polygon, RADIUS, reach, toMetres, toPoint } from "./fence";
import styles from "./fence.module.css";
import { Figure } from "./Figure";

type Form = "none" | "circle" | "polygon";

/** How wide a new circle is, in metres. */
const FIRST = 100;
const fit = (shape: GeofenceView): View => ({ middle: centre(shape), metres: (reach(shape) * 2.6) / HEIGHT });

export function FenceEditor(props: {
  label: string;
  value: GeofenceView | null;
  onChange: (value: GeofenceView | null) => void;
  /** Drawn beside it, to go by. */
  other: GeofenceView | null;
  error?: string | undefined;
}) {
  const { t } = useTranslation();
  const { value, onChange, other } = props;
  const ground = value ?? other;
  const [view, setView] = useState<View | null>(ground && fit(ground));
  const [start, setStart] = useState<Partial<Record<"lat" | "lon", number>>>({});
  const [form, setForm] = useState<Form>(value ? ("circle" in value ? "circle" : "polygon") : "none");

  const begin = (which: Form, middle: Point | null) => {
    if (which === "none") onChange(null);
    else if (value) onChange(which === "polygon" ? polygon(value) : circle(centre(value), reach(value)));
    else if (middle) {
      const shape = circle(middle, other ? reach(other) : FIRST);
      onChange(which === "polygon" ? polygon(shape) : shape);
      setView(fit(shape));
    }
  };
  const choose = (which: Form) => {
    setForm(which);
    begin(which, view?.middle ?? null);
  };
  return (
    <div className={styles.editor}>
      <Radios<Form>
        label={props.label}
        value={form}
        onChange={choose}
        options={[
          { id: "none", text: t("organization:fence.none") },
          { id: "circle", text: t("organization:fence.circle") },
          { id: "polygon", text: t("organization:fence.polygon") },
        ]}
      />
      {form !== "none" && !value && (
        <div className={styles.typed}>
          <p className={styles.wide}>{t("organization:fence.start")}</p>
          <Figure label={t("organization:fence.latitude")} value={start.lat ?? Number.NaN} onChange={(lat) => setStart({ ...start, lat })} least={-90} most={90} digits={7} />
          <Figure label={t("organization:fence.longitude")} value={start.lon ?? Number.NaN} onChange={(lon) => setStart({ ...start, lon })} least={-180} most={180} digits={7} />
          <Button isDisabled={start.lat === undefined || start.lon === undefined || Number.isNaN(start.lat + start.lon)} onPress={() => begin(form, [fromDegrees(start.lat ?? 0), fromDegrees(start.lon ?? 0)])}>
            {t("organization:fence.startHere")}
          </Button>
        </div>
      )}
      {value && view && (
        <>
          <div className={styles.frame}>
            {"circle" in value ? <Circle {...props} value={value} view={view} onView={setView} /> : <Polygon {...props} value={value} view={view} onView={setView} />}
            <div className={styles.zoom}>
              <IconButton label={t("organization:fence.closer")} onPress={() => setView({ ...view, metres: view.metres / 1.5 })}>
                <Plus size={16} strokeWidth={1.75} aria-hidden />
              </IconButton>
              <IconButton label={t("organization:fence.further")} onPress={() => setView({ ...view, metres: view.metres * 1.5 })}>
                <Minus size={16} strokeWidth={1.75} aria-hidden />
              </IconButton>
              <IconButton label={t("organization:fence.fit")} onPress={() => setView(fit(value))}>
                <Maximize size={16} strokeWidth={1.75} aria-hidden />
              </IconButton>
            </div>
          </div>
          <p className={styles.hint}>{t(`organization:fence.${form}Hint`)}</p>
          {"circle" in value ? <TypedCircle value={value} onChange={onChange} /> : <TypedPoints value={value} onChange={onChange} />}
        </>
      )}
      {props.error && (
        <p className={styles.error} role="alert">
          {props.error}
        </p>
      )}
    </div>
  );
}

interface Drawn<S extends GeofenceView> {
  label: string;
  value: S;
  onChange: (value: GeofenceView) => void;
  other: GeofenceView | null;
  view: View;
  onView: (view: View) => void;
}
type CircleView = Extract<GeofenceView, { circle: unknown }>;
type PolygonView = Extract<GeofenceView, { polygon: unknown }>;

function Circle({ label, value, onChange, other, view, onView }: Drawn<CircleView>) {
  const { t } = useTranslation();
  const format = useFormat();
  const middle = centre(value);
  const radius = reach(value);
  return (
    <Canvas label={label} view={view} onView={onView} onPress={(at) => onChange(circle(at, radius))}>
      {other && <Shape shape={other} view={view} className={styles.other} />}
      <Shape shape={value} view={view} className={styles.fence} />
      <Handle at={middle} view={view} label={t("organization:fence.middle", { lat: degrees(middle[0]).toFixed(5), lon: degrees(middle[1]).toFixed(5) })} square onMove={(to) => onChange(circle(to, radius))} />
      <Handle
        at={toPoint(middle, [radius, 0])}
        view={view}
        label={t("organization:fence.radiusAt", { radius: format.length(value.circle.radius_cm) })}
        onMove={(to) => {
          const [x, y] = toMetres(middle, to);
          onChange(circle(middle, Math.hypot(x, y)));
        }}
      />
    </Canvas>
  );
}

function Polygon({ label, value, onChange, other, view, onView }: Drawn<PolygonView>) {
  const { t } = useTranslation();
  const points = value.polygon;
  const insert = (at: Point) => {
    if (points.length >= POINTS.most) return;
    const edge = nearestEdge(points.map((point) => toMetres(view.middle, point)), toMetres(view.middle, at));
    onChange({ polygon: points.toSpliced(edge + 1, 0, at) });
  };
  return (
    <Canvas label={label} view={view} onView={onView} onPress={insert}>
      {other && <Shape shape={other} view={view} className={styles.other} />}
      <Shape shape={value} view={view} className={styles.fence} />
      {points.map((point, i) => (
        <Handle
          // A point is its place in the order: it keeps the focus while it moves.
          key={String(i)}
          at={point}
          view={view}
          label={t("organization:fence.point", { n: i + 1, of: points.length, lat: degrees(point[0]).toFixed(5), lon: degrees(point[1]).toFixed(5) })}
          onMove={(to) => onChange({ polygon: points.with(i, to) })}
          {...(points.length > POINTS.least && { onRemove: () => onChange({ polygon: points.toSpliced(i, 1) }) })}
        />
      ))}
    </Canvas>
  );
}

function TypedCircle({ value, onChange }: { value: CircleView; onChange: (value: GeofenceView) => void }) {
  const { t } = useTranslation();
  const [lat, lon] = centre(value);
  const metres = reach(value);
  return (
    <div className={styles.typed}>
      <Figure label={t("organization:fence.latitude")} value={degrees(lat)} onChange={(to) => onChange(circle([fromDegrees(to), lon], metres))} least={-90} most={90} digits={7} />
      <Figure label={t("organization:fence.longitude")} value={degrees(lon)} onChange={(to) => onChange(circle([lat, fromDegrees(to)], metres))} least={-180} most={180} digits={7} />
      <Figure label={t("organization:fence.radius")} value={Math.round(value.circle.radius_cm / FOOT_CM)} onChange={(feet) => onChange(circle([lat, lon], (feet * FOOT_CM) / 100))} least={Math.ceil(RADIUS.least / FOOT_CM)} most={Math.floor(RADIUS.most / FOOT_CM)} digits={0} />
    </div>
  );
}

function TypedPoints({ value, onChange }: { value: PolygonView; onChange: (value: GeofenceView) => void }) {
  const { t } = useTranslation();
  const points = value.polygon;
  const half = (a: number, b: number) => Math.round((a + b) / 2);
  const addAfter = (i: number) => {
    const [a, b] = [points[i], points[(i + 1) % points.length]];
    if (a && b) onChange({ polygon: points.toSpliced(i + 1, 0, [half(a[0], b[0]), half(a[1], b[1])]) });
  };
  return (
    <ol className={styles.points} aria-label={t("organization:fence.points")}>
      {points.map(([lat, lon], i) => (
        <li key={String(i)}>
          <span className="tabular">{i + 1}</span>
          <Figure bare label={t("organization:fence.latitudeOf", { n: i + 1 })} value={degrees(lat)} onChange={(to) => onChange({ polygon: points.with(i, [fromDegrees(to), lon]) })} least={-90} most={90} digits={7} />
          <Figure bare label={t("organization:fence.longitudeOf", { n: i + 1 })} value={degrees(lon)} onChange={(to) => onChange({ polygon: points.with(i, [lat, fromDegrees(to)]) })} least={-180} most={180} digits={7} />
          <IconButton label={t("organization:fence.addAfter", { n: i + 1 })} isDisabled={points.length >= POINTS.most} onPress={() => addAfter(i)}>
            <Plus size={16} strokeWidth={1.75} aria-hidden />
          </IconButton>
          <IconButton label={t("organization:fence.remove", { n: i + 1 })} isDisabled={points.length <= POINTS.least} onPress={() => onChange({ polygon: points.toSpliced(i, 1) })}>
            <X size={16} strokeWidth={1.75} aria-hidden />
          </IconButton>
        </li>
      ))}
    </ol>
  );
}
