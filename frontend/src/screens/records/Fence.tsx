// A geofence or outline as a small drawing: north up, to scale, with a bar that tells the scale. No map from the network.
import { useTranslation } from "react-i18next";
import type { GeofenceView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import styles from "./records.module.css";

const WIDTH = 240;
const HEIGHT = 150;
const MARGIN = 18;
/** Centimetres in a degree of latitude. */
const DEGREE_CM = 11_132_000;
const FOOT_CM = 30.48;
const STEPS_FT = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];

/** The fence in centimetres east and north of its middle, and how far it reaches each way. */
function drawn(fence: GeofenceView) {
  if ("circle" in fence) return { circle: fence.circle.radius_cm, points: [], reach: [fence.circle.radius_cm, fence.circle.radius_cm] as const };
  const lats = fence.polygon.map(([lat]) => lat);
  const lons = fence.polygon.map(([, lon]) => lon);
  const middle = { lat: (Math.min(...lats) + Math.max(...lats)) / 2, lon: (Math.min(...lons) + Math.max(...lons)) / 2 };
  const narrow = Math.cos((middle.lat / 1e7) * (Math.PI / 180));
  const points = fence.polygon.map(([lat, lon]) => [((lon - middle.lon) / 1e7) * DEGREE_CM * narrow, ((lat - middle.lat) / 1e7) * DEGREE_CM] as const);
  const reach = [Math.max(1, ...points.map(([x]) => Math.abs(x))), Math.max(1, ...points.map(([, y]) => Math.abs(y)))] as const;
  return { circle: null, points, reach };
}

export function Fence({ fence, label }: { fence: GeofenceView; label: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { circle, points, reach } = drawn(fence);
  const scale = Math.min((WIDTH / 2 - MARGIN) / reach[0], (HEIGHT / 2 - MARGIN) / reach[1]);
  const step = STEPS_FT.findLast((feet) => feet * FOOT_CM * scale <= WIDTH / 3) ?? 10;
  const bar = step * FOOT_CM * scale;
  return (
    <svg className={styles.fence} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <g transform={`translate(${WIDTH / 2} ${HEIGHT / 2})`}>
        {circle === null ? (
          <polygon className={styles.fenceArea} points={points.map(([x, y]) => `${x * scale},${-y * scale}`).join(" ")} />
        ) : (
          <>
            <circle className={styles.fenceArea} r={circle * scale} />
            <path className={styles.fenceRadius} d={`M0 0H${circle * scale}`} />
            <circle className={styles.fenceDot} r="2.5" />
          </>
        )}
      </g>
      <path className={styles.fenceScale} d={`M8 ${HEIGHT - 8}v-4m0 2h${bar}m0 -2v4`} />
      <text className={styles.fenceText} x={14 + bar} y={HEIGHT - 6}>
        {format.length(step * FOOT_CM)}
      </text>
      <path className={styles.fenceScale} d={`M${WIDTH - 12} 24V8m-4 5 4-5 4 5`} />
      <text className={styles.fenceText} x={WIDTH - 12} y={36} textAnchor="middle">
        {t("records:fence.north")}
      </text>
    </svg>
  );
}
