// Shapes on the ground as a canvas needs them: metres east and north of a middle. Exact enough to draw by; what is stored are the
// degrees, and verdicts are the core's.
import type { GeofenceView } from "../../generated/client";

/** Latitude and longitude, each times 10^7. */
export type Point = [lat: number, lon: number];
/** Metres east and north. */
export type Metres = [x: number, y: number];

const E7 = 10_000_000;
const METRES_A_DEGREE = 111_320;
export const FOOT_CM = 30.48;
/** A radius in centimetres and a number of points, as protocol/src/place.rs allows them. */
export const RADIUS = { least: 100, most: 10_000_000 } as const;
export const POINTS = { least: 3, most: 200 } as const;

const across = (middle: Point) => METRES_A_DEGREE * Math.max(0.01, Math.cos((middle[0] / E7) * (Math.PI / 180)));
const within = (value: number, most: number) => Math.round(Math.min(most, Math.max(-most, value)));

export const toMetres = (middle: Point, [lat, lon]: Point): Metres => [((lon - middle[1]) / E7) * across(middle), ((lat - middle[0]) / E7) * METRES_A_DEGREE];

export const toPoint = (middle: Point, [x, y]: Metres): Point => [
  within(middle[0] + (y / METRES_A_DEGREE) * E7, 90 * E7),
  within(middle[1] + (x / across(middle)) * E7, 180 * E7),
];

export const degrees = (e7: number): number => e7 / E7;
export const fromDegrees = (value: number): number => Math.round(value * E7);

export const centre = (shape: GeofenceView): Point => {
  if ("circle" in shape) return [shape.circle.lat_e7, shape.circle.lon_e7];
  const lats = shape.polygon.map(([lat]) => lat);
  const lons = shape.polygon.map(([, lon]) => lon);
  const mid = (all: number[]) => Math.round((Math.min(...all) + Math.max(...all)) / 2);
  return [mid(lats), mid(lons)];
};

/** How far a shape reaches from its middle, in metres. */
export const reach = (shape: GeofenceView): number => {
  if ("circle" in shape) return shape.circle.radius_cm / 100;
  const middle = centre(shape);
  return Math.max(1, ...shape.polygon.map((point) => Math.hypot(...toMetres(middle, point))));
};

export const circle = (middle: Point, metres: number): GeofenceView => ({
  circle: { lat_e7: middle[0], lon_e7: middle[1], radius_cm: Math.round(Math.min(RADIUS.most, Math.max(RADIUS.least, metres * 100))) },
});

/** The outline of a circle by a few points, to go on from by hand. */
export const polygon = (shape: GeofenceView, corners = 6): GeofenceView => {
  if ("polygon" in shape) return shape;
  const middle = centre(shape);
  const far = reach(shape);
  const turn = (i: number) => ((i + 0.5) / corners) * 2 * Math.PI;
  return { polygon: Array.from({ length: corners }, (_, i) => toPoint(middle, [Math.sin(turn(i)) * far, Math.cos(turn(i)) * far])) };
};

/** Behind which point a new one comes, so that the outline is longest unchanged: the nearest edge. */
export function nearestEdge(points: Metres[], [x, y]: Metres): number {
  const distance = (i: number) => {
    const [ax, ay] = points[i] ?? [0, 0];
    const [bx, by] = points[(i + 1) % points.length] ?? [0, 0];
    const length = (bx - ax) ** 2 + (by - ay) ** 2 || 1;
    const at = Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
    return Math.hypot(ax + at * (bx - ax) - x, ay + at * (by - ay) - y);
  };
  return points.reduce((best, _, i) => (distance(i) < distance(best) ? i : best), 0);
}

/** A round number of feet that is about `metres` long. */
export function roundFeet(metres: number): number {
  const feet = (metres * 100) / FOOT_CM;
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(1, feet)));
  return ([5, 2, 1].find((n) => n * magnitude <= feet) ?? 1) * magnitude;
}

/** Whether `value`, as a record has it, is a shape. */
export const shapeOf = (value: unknown): GeofenceView | null =>
  typeof value === "object" && value !== null && ("circle" in value || "polygon" in value) ? (value as GeofenceView) : null;
