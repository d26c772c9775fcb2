// The parts of Photographs that need no page: where rows stand, where keys lead, how a site is drawn, how pictures come in.
import { describe, expect, it } from "vitest";
import type { Fault, PhotoView } from "../src/generated/client";
import { momentsOf } from "../src/screens/photographs/filter";
import { itemsOf, runImport, tally, type Item } from "../src/screens/photographs/importing";
import { changesOf, tagsOf } from "../src/screens/photographs/edits";
import { fitting, onScreen, plane, scaleBar, shapeOf, zoomed } from "../src/screens/photographs/plane";
import { columnsIn, layout, moved, rowAt, rowOf, sectionAt, sectionOf } from "../src/screens/photographs/rows";

const DAY = 86_400_000;
const days = (...counts: number[]) =>
  counts.map((count, n) => ({ date: `2026-12-${String(20 - n).padStart(2, "0")}`, from: (20 - n) * DAY, to: (21 - n) * DAY, count }));

describe("rows", () => {
  const grid = layout(days(8, 3, 5), 4);

  it("each_day_has_a_heading_and_as_many_rows_as_it_needs", () => {
    expect(grid.total).toBe(16);
    expect(grid.rows).toBe(1 + 2 + 1 + 1 + 1 + 2);
    const kinds = Array.from({ length: grid.rows }, (_, row) => rowAt(grid, row)?.kind);
    expect(kinds).toEqual(["day", "tiles", "tiles", "day", "tiles", "day", "tiles", "tiles"]);
    expect(rowAt(grid, 7)).toMatchObject({ first: 4, count: 1 });
    expect(rowAt(grid, 8)).toBeUndefined();
  });

  it("a_photograph_is_found_in_its_row_and_its_day", () => {
    for (let index = 0; index < grid.total; index++) {
      const row = rowAt(grid, rowOf(grid, index));
      if (row?.kind !== "tiles") throw new Error("a photograph stands in a heading");
      const within = index - row.section.start - row.first;
      expect(within).toBeGreaterThanOrEqual(0);
      expect(within).toBeLessThan(row.count);
      expect(sectionOf(grid, index)).toBe(row.section);
    }
    expect(sectionAt(grid, 19 * DAY + 5)?.date).toBe("2026-12-19");
    expect(sectionOf(grid, 16)).toBeUndefined();
  });

  it("up_and_down_keep_the_column_over_the_edges_of_days", () => {
    expect(moved(grid, 1, "down")).toBe(5);
    expect(moved(grid, 6, "down")).toBe(10);
    expect(moved(grid, 7, "down")).toBe(10); // A shorter row: its last.
    expect(moved(grid, 9, "up")).toBe(5);
    expect(moved(grid, 0, "up")).toBe(0);
    expect(moved(grid, 15, "down")).toBe(15);
  });

  it("the_other_keys_lead_on_and_stay_inside", () => {
    expect(moved(grid, 7, "right")).toBe(8);
    expect(moved(grid, 0, "left")).toBe(0);
    expect(moved(grid, 3, "end")).toBe(15);
    expect(moved(grid, 3, "home")).toBe(0);
    expect(moved(grid, 3, "older")).toBe(8);
    expect(moved(grid, 12, "older")).toBe(12);
    expect(moved(grid, 9, "newer")).toBe(8);
    expect(moved(grid, 8, "newer")).toBe(0);
    expect(moved(grid, 2, "pageDown", 2)).toBe(10);
    expect(moved(layout([], 4), 3, "down")).toBe(0);
  });

  it("a_hundred_thousand_photographs_are_laid_out_without_one_of_them", () => {
    const many = layout(Array.from({ length: 1000 }, (_, n) => ({ date: String(n), from: -n * DAY, to: (1 - n) * DAY, count: 100 })), 6);
    expect(many.total).toBe(100_000);
    expect(many.rows).toBe(1000 * (1 + 17));
    expect(rowAt(many, many.rows - 1)).toMatchObject({ first: 96, count: 4 });
    expect(rowOf(many, 99_999)).toBe(many.rows - 1);
  });

  it("no_column_is_narrower_than_asked", () => {
    expect(columnsIn(708, 12, 160)).toBe(4);
    expect(columnsIn(100, 12, 160)).toBe(1);
  });
});

it("days_are_moments_of_the_zone_that_counts_them", () => {
  // Clocks go forward on March 8: that day has 23 hours.
  const { from, to } = momentsOf({ from: "2026-03-08", to: "2026-03-08" }, "America/Los_Angeles");
  expect(from).toBe(Date.parse("2026-03-08T08:00:00Z"));
  expect(to).toBe(Date.parse("2026-03-09T07:00:00Z"));
  expect(momentsOf({ from: null, to: null }, "UTC")).toEqual({ from: null, to: null });
});

describe("the plan of a site", () => {
  const e7 = (degrees: number) => Math.round(degrees * 1e7);
  const circle = { circle: { lat_e7: e7(47.65), lon_e7: e7(-122.35), radius_cm: 10_000 } };

  it("the_projection_errs_by_less_than_a_meter_in_two_kilometers", () => {
    // Straight lines on the ellipsoid of WGS 84, from the center of the Earth.
    const earth = (lat: number, lon: number): [number, number, number] => {
      const [f, l, e2] = [(lat * Math.PI) / 180, (lon * Math.PI) / 180, 0.006_694_379_990_14];
      const n = 6_378_137 / Math.sqrt(1 - e2 * Math.sin(f) ** 2);
      return [n * Math.cos(f) * Math.cos(l), n * Math.cos(f) * Math.sin(l), n * (1 - e2) * Math.sin(f)];
    };
    const on = plane(e7(47.65), e7(-122.35));
    for (const [north, east] of [[0.018, 0], [0, 0.0266], [0.012, 0.018], [-0.012, 0.018], [0.0009, 0.0013]] as const) {
      const [a, b] = [earth(47.65, -122.35), earth(47.65 + north, -122.35 + east)];
      const line = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
      const { x, y } = on.at(e7(47.65 + north), e7(-122.35 + east));
      expect(Math.abs(Math.hypot(x, y) - line)).toBeLessThan(line / 2000);
    }
  });

  it("a_site_on_the_antimeridian_is_no_wider_for_it", () => {
    const on = plane(0, e7(179.999));
    expect(on.at(0, e7(-179.999)).x).toBeCloseTo(0.002 * 111_319.49, 0);
  });

  it("everything_fits_into_the_view_with_north_up", () => {
    const size = { width: 800, height: 600 };
    const points = [{ x: -50, y: 0 }, { x: 150, y: 40 }];
    const view = fitting(points, size);
    const [west, east] = points.map((point) => onScreen(point, view, size));
    expect(west && east && west.x > 0 && east.x < 800 && east.y < west.y).toBe(true);
    expect(fitting([], size).scale).toBeGreaterThan(0);
  });

  it("what_lies_under_the_pointer_stays_there_while_it_zooms", () => {
    const size = { width: 800, height: 600 };
    const view = { x: 3, y: -7, scale: 0.5 };
    const under = { x: 620, y: 130 };
    const near = zoomed(view, 2, under, size);
    const point = { x: view.x + (under.x - 400) * view.scale, y: view.y + (300 - under.y) * view.scale };
    const after = onScreen(point, near, size);
    expect(after.x).toBeCloseTo(under.x);
    expect(after.y).toBeCloseTo(under.y);
  });

  it("the_scale_bar_is_a_round_number_of_feet_and_true", () => {
    for (const scale of [0.02, 0.11, 0.5, 3, 40]) {
      const bar = scaleBar({ x: 0, y: 0, scale }, 140);
      expect(bar.pixels).toBeLessThanOrEqual(140);
      expect(bar.pixels).toBeGreaterThan(50);
      expect((bar.pixels * scale) / 0.3048).toBeCloseTo(bar.feet);
      expect(String(bar.feet)).toMatch(/^(0\.)?[125]0*$/);
    }
  });

  it("a_fence_is_drawn_where_it_is", () => {
    expect(shapeOf(circle, plane(e7(47.65), e7(-122.35)))).toEqual({ circle: { x: expect.closeTo(0), y: expect.closeTo(0) }, radius: 100 });
  });
});

describe("importing", () => {
  const photo = (sha256: string) => ({ id: sha256, sha256 }) as PhotoView;
  const run = async (paths: string[], files: Record<string, PhotoView | Fault>, stopAfter = Number.POSITIVE_INFINITY) => {
    const [steps, takenBack]: [Item[][], PhotoView[]] = [[], []];
    let captured = 0;
    const items = await runImport(itemsOf(paths), {
      capture: async (path) => {
        captured++;
        const found = files[path];
        if (!found || "fault" in found) throw found;
        return found as PhotoView;
      },
      takeBack: async (twice) => takenBack.push(twice),
      faultOf: (thrown) => thrown as Fault,
      told: (now) => steps.push(now),
      stopped: () => captured >= stopAfter,
    });
    return { items, steps, takenBack, captured };
  };
  const states = (items: Item[]) => items.map((item) => item.outcome.state);

  it("a_file_that_is_refused_does_not_stop_the_others", async () => {
    const { items } = await run(["/a.jpg", "/notes.txt", "/b.jpg"], {
      "/a.jpg": photo("a"),
      "/notes.txt": { fault: "invalid", field: "photo", reason: "not-an-image" },
      "/b.jpg": photo("b"),
    });
    expect(states(items)).toEqual(["imported", "refused", "imported"]);
    expect(tally(items)).toMatchObject({ refused: 1, double: 0, stopped: 0, done: 3 });
    expect(tally(items).imported.map((p) => p.id)).toEqual(["a", "b"]);
  });

  it("a_stop_takes_effect_after_the_one_under_way_and_keeps_what_came_in", async () => {
    const { items, captured } = await run(["/a", "/b", "/c"], { "/a": photo("a"), "/b": photo("b"), "/c": photo("c") }, 1);
    expect(states(items)).toEqual(["imported", "stopped", "stopped"]);
    expect(captured).toBe(1);
  });

  it("the_same_picture_twice_is_kept_once", async () => {
    const { items, takenBack } = await run(["/a", "/copy", "/a"], { "/a": photo("a"), "/copy": photo("a") });
    expect(states(items)).toEqual(["imported", "double"]);
    expect(takenBack).toHaveLength(1);
  });

  it("a_full_disk_ends_it_at_once", async () => {
    const { items, captured } = await run(["/a", "/b"], { "/a": { fault: "storage_full" }, "/b": photo("b") });
    expect(states(items)).toEqual(["refused", "stopped"]);
    expect(captured).toBe(1);
  });

  it("each_step_is_told_as_it_happens", async () => {
    const { steps } = await run(["/a", "/b"], { "/a": photo("a"), "/b": photo("b") });
    expect(steps.map(states)).toEqual([
      ["running", "waiting"],
      ["imported", "waiting"],
      ["imported", "running"],
      ["imported", "imported"],
    ]);
  });

  it("a_file_is_called_by_the_last_part_of_its_path_on_any_system", () => {
    expect(itemsOf(["/pictures/a.jpg", "C:\\Pictures\\b.jpg"]).map((item) => item.name)).toEqual(["a.jpg", "b.jpg"]);
  });
});

describe("caption and labels", () => {
  it("only_what_changed_is_written", () => {
    const before = { caption: "Path", tags: ["a", "b"] };
    expect(changesOf(before, { caption: "Path ", tags: ["a", "b"] })).toEqual({});
    expect(changesOf(before, { caption: "", tags: ["b", "c"] })).toEqual({ caption: null, tags: { add: ["c"], remove: ["a"] } });
  });

  it("labels_are_parted_by_commas_and_count_once", () => {
    expect(tagsOf(" trench, RFI 031 ,, trench")).toEqual(["trench", "RFI 031"]);
  });
});
