// A site as a plane: metres east and north of a point of it. At the size of a site (a few kilometres) an equirectangular
// projection with the radii of the WGS 84 ellipsoid at that latitude errs by less than one part in 2,000: a pen stroke. A test holds it.
import type { GeofenceView } from "../../generated/client";

export interface Point {
  /** Metres east. */
  x: number;
  /** Metres north. */
  y: number;
}

export interface Plane {
  /** Where a position lies, its degrees times 10^7. */
  at: (lat_e7: number, lon_e7: number) => Point;
}

const EQUATOR = 6_378_137;
const ECCENTRICITY_SQUARED = 0.006_694_379_990_14;
const radians = (e7: number) => (e7 / 1e7) * (Math.PI / 180);
/** Half of the way around the Earth, in degrees times 10^7. */
const HALF = 1_800_000_000;

/** The plane that touches the Earth at a position. */
export function plane(lat_e7: number, lon_e7: number): Plane {
  const sine = Math.sin(radians(lat_e7));
  const root = 1 - ECCENTRICITY_SQUARED * sine * sine;
  const north = (EQUATOR * (1 - ECCENTRICITY_SQUARED)) / root ** 1.5;
  const east = (EQUATOR / Math.sqrt(root)) * Math.cos(radians(lat_e7));
  return {
    at: (lat, lon) => {
      // The shorter way around: a site may lie on the antimeridian.
      const turn = ((lon - lon_e7 + 3 * HALF) % (2 * HALF)) - HALF;
      return { x: east * radians(turn), y: north * radians(lat - lat_e7) };
    },
  };
}

/** A position of the fence, around which it can be drawn. */
export function middleOf(fence: GeofenceView): [number, number] {
  if ("circle" in fence) return [fence.circle.lat_e7, fence.circle.lon_e7];
  const [lat, lon] = fence.polygon[0] ?? [0, 0];
  return [lat, lon];
}

/** A fence on the plane. */
export type Shape = { circle: Point; radius: number } | { outline: Point[] };

export function shapeOf(fence: GeofenceView, on: Plane): Shape {
  if ("circle" in fence) return { circle: on.at(fence.circle.lat_e7, fence.circle.lon_e7), radius: fence.circle.radius_cm / 100 };
  return { outline: fence.polygon.map(([lat, lon]) => on.at(lat, lon)) };
}

/** What part of the plane is shown: its middle, and metres to a pixel. */
export interface View {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

/** The view that shows all points with room around them. */
export function fitting(points: Point[], { width, height }: Size): View {
  if (points.length === 0) return { x: 0, y: 0, scale: 0.5 };
  const [xs, ys] = [points.map((p) => p.x), points.map((p) => p.y)];
  const span = (of: number[]): [number, number] => of.reduce(([low, high], n) => [Math.min(low, n), Math.max(high, n)], [Infinity, -Infinity]);
  const [[west, east], [south, north]] = [span(xs), span(ys)];
  const scale = Math.max((east - west) / Math.max(width - 96, 48), (north - south) / Math.max(height - 96, 48), 0.02);
  return { x: (west + east) / 2, y: (south + north) / 2, scale };
}

/** Where a point of the plane is on the screen: north is up. */
export const onScreen = (p: Point, view: View, { width, height }: Size): Point => ({
  x: width / 2 + (p.x - view.x) / view.scale,
  y: height / 2 - (p.y - view.y) / view.scale,
});

/** Nearer or farther, with the point under `under` (on the screen) staying where it is. */
export function zoomed(view: View, factor: number, under: Point, size: Size): View {
  const scale = Math.min(Math.max(view.scale / factor, 0.01), 500);
  const [right, up] = [under.x - size.width / 2, size.height / 2 - under.y];
  return { x: view.x + right * (view.scale - scale), y: view.y + up * (view.scale - scale), scale };
}

const FOOT = 0.3048;

/** A round length in feet of at most `pixels`: 1, 2 or 5 and zeros. */
export function scaleBar(view: View, pixels: number): { feet: number; pixels: number } {
  const most = (pixels * view.scale) / FOOT;
  const ten = 10 ** Math.floor(Math.log10(most));
  const feet = [5, 2, 1].map((n) => n * ten).find((n) => n <= most) ?? ten;
  return { feet, pixels: (feet * FOOT) / view.scale };
}
