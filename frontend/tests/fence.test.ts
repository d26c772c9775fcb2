// Shapes on the canvas and their degrees are the same thing.
import { describe, expect, test } from "vitest";
import { centre, circle, nearestEdge, type Point, polygon, reach, roundFeet, toMetres, toPoint } from "../src/screens/organization/fence";

const SEATTLE: Point = [476_062_000, -1_223_321_000];

describe("a fence", () => {
  test("comes back from metres where it was, to a centimetre or so", () => {
    const [x, y] = toMetres(SEATTLE, toPoint(SEATTLE, [123.45, -67.89]));
    expect(x).toBeCloseTo(123.45, 1);
    expect(y).toBeCloseTo(-67.89, 1);
  });

  test("keeps within what a record may hold", () => {
    expect(circle(SEATTLE, 0.2)).toEqual({ circle: { lat_e7: SEATTLE[0], lon_e7: SEATTLE[1], radius_cm: 100 } });
    expect(circle(SEATTLE, 1e9)).toEqual({ circle: { lat_e7: SEATTLE[0], lon_e7: SEATTLE[1], radius_cm: 10_000_000 } });
    expect(toPoint([899_999_000, 0], [0, 1e6])[0]).toBe(900_000_000);
  });

  test("turns from a circle into points around the same middle, and back", () => {
    const points = polygon(circle(SEATTLE, 100));
    expect("polygon" in points && points.polygon.length).toBe(6);
    expect(reach(points)).toBeCloseTo(100, 0);
    const [lat, lon] = centre(points);
    expect(Math.hypot(...toMetres(SEATTLE, [lat, lon]))).toBeLessThan(1);
  });

  test("takes a new point on its nearest side", () => {
    const square: [number, number][] = [[0, 0], [0, 10], [10, 10], [10, 0]];
    expect(nearestEdge(square, [5, 11])).toBe(1);
    expect(nearestEdge(square, [5, -1])).toBe(3);
  });

  test("is measured by round numbers of feet", () => {
    expect(roundFeet(70)).toBe(200);
    expect(roundFeet(3)).toBe(5);
  });
});
