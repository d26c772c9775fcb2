// The grid's shape from the counts of its days alone: which rows there are, where a photograph stands, where a key leads.
// Nothing here knows a photograph; so the scrollbar is true before the first one was read.
import type { PhotoDay } from "../../generated/client";

/** A day and the place of its first photograph among all. */
export interface Section extends PhotoDay {
  start: number;
  /** The grid's row with its heading. */
  row: number;
}

export interface Layout {
  sections: Section[];
  columns: number;
  /** Rows, headings counted. */
  rows: number;
  /** Photographs. */
  total: number;
}

export type Row =
  | { kind: "day"; section: Section }
  /** Photographs `first` to `first + count` of the day. */
  | { kind: "tiles"; section: Section; first: number; count: number };

export function layout(days: PhotoDay[], columns: number): Layout {
  const sections: Section[] = [];
  let [start, row] = [0, 0];
  for (const day of days) {
    if (day.count <= 0) continue;
    sections.push({ ...day, start, row });
    start += day.count;
    row += 1 + Math.ceil(day.count / columns);
  }
  return { sections, columns, rows: row, total: start };
}

/** The last section of which `of` is at most `value`: sections are in order of it. */
function last(sections: Section[], of: "start" | "row", value: number): Section | undefined {
  let [low, high] = [0, sections.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sections[middle]?.[of] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return sections[low - 1];
}

export function rowAt({ sections, columns }: Layout, row: number): Row | undefined {
  const section = last(sections, "row", row);
  if (!section) return undefined;
  if (row === section.row) return { kind: "day", section };
  const first = (row - section.row - 1) * columns;
  return first < section.count ? { kind: "tiles", section, first, count: Math.min(columns, section.count - first) } : undefined;
}

/** The day of photograph `index` of all. */
export function sectionOf({ sections, total }: Layout, index: number): Section | undefined {
  return index >= 0 && index < total ? last(sections, "start", index) : undefined;
}

/** The day into which a moment falls, where it has photographs. */
export function sectionAt({ sections }: Layout, at: number): Section | undefined {
  return sections.find((section) => section.from <= at && at < section.to);
}

/** The row in which photograph `index` stands. */
export function rowOf(grid: Layout, index: number): number {
  const section = sectionOf(grid, index);
  return section ? section.row + 1 + Math.floor((index - section.start) / grid.columns) : 0;
}

export type Move = "left" | "right" | "up" | "down" | "pageUp" | "pageDown" | "home" | "end" | "older" | "newer";

/** Where a key leads from photograph `index`: up and down keep the column over the edges of days. `page`: rows at a time. */
export function moved(grid: Layout, index: number, move: Move, page = 4): number {
  if (grid.total === 0) return 0;
  const here = Math.min(Math.max(index, 0), grid.total - 1);
  const bounded = (to: number) => Math.min(Math.max(to, 0), grid.total - 1);
  switch (move) {
    case "left":
      return bounded(here - 1);
    case "right":
      return bounded(here + 1);
    case "home":
      return 0;
    case "end":
      return grid.total - 1;
    case "up":
      return vertical(grid, here, -1);
    case "down":
      return vertical(grid, here, 1);
    case "pageUp":
    case "pageDown": {
      let at = here;
      for (let n = 0; n < page; n++) at = vertical(grid, at, move === "pageUp" ? -1 : 1);
      return at;
    }
    case "older":
    case "newer": {
      const section = sectionOf(grid, here);
      const at = section ? grid.sections.indexOf(section) : 0;
      // Newer from within a day leads to its first photograph, as in a book to the head of the page.
      if (move === "newer" && section && here > section.start) return section.start;
      return grid.sections[at + (move === "older" ? 1 : -1)]?.start ?? (move === "older" ? here : 0);
    }
  }
}

function vertical(grid: Layout, index: number, by: -1 | 1): number {
  const section = sectionOf(grid, index);
  if (!section) return index;
  const within = index - section.start;
  const column = within % grid.columns;
  let row = rowOf(grid, index) + by;
  // A heading has no photographs: the row behind it counts.
  if (rowAt(grid, row)?.kind === "day") row += by;
  const to = rowAt(grid, row);
  if (to?.kind !== "tiles") return index;
  return to.section.start + to.first + Math.min(column, to.count - 1);
}

/** How many columns fit, none narrower than `least`. */
export const columnsIn = (width: number, gap: number, least: number): number =>
  Math.max(1, Math.floor((width + gap) / (least + gap)));
