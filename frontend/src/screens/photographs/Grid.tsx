// The grid: every day and every row has its place from the counts alone; only rows in view are drawn, and only their days
// are asked for. One tab stop: the grid has the focus and says which photograph is the current one.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../../app/settings";
import type { Names } from "../../api/names";
import type { PhotoDay, PhotoView } from "../../generated/client";
import type { Format } from "../../i18n/format";
import { join } from "../../ui/controls";
import { Thumb } from "../../ui/states";
import { CustodyMark } from "../../ui/status";
import { useDay, useRested } from "./day";
import type { Asked } from "./filter";
import styles from "./grid.module.css";
import { columnsIn, layout, type Move, moved, type Row, rowAt, rowOf } from "./rows";
import { minute } from "./words";

const [GAP, SIDE, LEAST, HEADING, UNDER, SHAPE] = [12, 24, 160, 44, 50, 0.7];
/** Rows that are only scrolled past are not asked for. */
const REST_MS = 60;

const KEYS: Record<string, Move> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  PageUp: "pageUp",
  PageDown: "pageDown",
  Home: "home",
  End: "end",
};

export interface GridProps {
  days: PhotoDay[];
  request: Asked;
  zone: string;
  names: Names;
  format: Format;
  /** With another, thumbnails that could not be had are asked for again. */
  connection: string;
  /** The current photograph, of all. */
  at: number;
  opened: string | null;
  onAt: (index: number) => void;
  onOpen: (photo: PhotoView, index: number) => void;
  onEnter: () => void;
  onPeek: () => void;
  onEscape: () => void;
  grid: RefObject<HTMLDivElement | null>;
}

/** Width of an element's inside, as it changes. */
function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const observed = element.current;
    if (!observed) return undefined;
    setWidth(observed.clientWidth);
    const observer = new ResizeObserver(() => setWidth(observed.clientWidth));
    observer.observe(observed);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

export function Grid(props: GridProps) {
  const { days, at } = props;
  const { t } = useTranslation();
  const [{ scale }] = useSettings();
  const width = useWidth(props.grid);
  const inner = Math.max(width - 2 * SIDE, 0);
  const columns = columnsIn(inner, GAP, LEAST * scale);
  const grid = useMemo(() => layout(days, columns), [days, columns]);
  const tile = (inner - (columns - 1) * GAP) / columns;
  const height = Math.round(tile * SHAPE + UNDER * scale);
  const heading = Math.round(HEADING * scale);
  // A function of its own for each layout: with another at every render all rows would be measured anew.
  const keyOf = useCallback(
    (row: number) => {
      const of = rowAt(grid, row);
      return of?.kind === "tiles" ? `${of.section.date} ${of.first}` : (of?.section.date ?? row);
    },
    [grid],
  );
  const rows = useVirtualizer({
    count: grid.rows,
    getScrollElement: () => props.grid.current,
    estimateSize: (row) => (rowAt(grid, row)?.kind === "day" ? heading : height),
    getItemKey: keyOf,
    overscan: 2,
    paddingEnd: SIDE,
    scrollPaddingStart: heading,
    scrollPaddingEnd: SIDE,
    enabled: width > 0,
  });
  useLayoutEffect(() => rows.measure(), [rows, grid, height, heading]);
  // The current photograph stays in view: when it moves, and when the width and with it the columns change.
  const shown = useRef(at);
  useEffect(() => {
    if (at === shown.current && at === 0) return;
    shown.current = at;
    rows.scrollToIndex(rowOf(grid, at), { align: "auto" });
  }, [at, columns, grid, rows]);

  const { request, connection, zone, names, format, opened, onOpen } = props;
  const tileProps = { request, connection, zone, names, format, at, opened, onOpen };
  const page = Math.max(1, Math.floor(((rows.scrollRect?.height ?? 0) - heading) / height));
  const heard = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = KEYS[event.key];
    const act = move ? () => props.onAt(moved(grid, at, move, page)) : { Enter: props.onEnter, " ": props.onPeek, Escape: props.onEscape }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return (
    <div
      ref={props.grid}
      className={styles.grid}
      role="grid"
      tabIndex={0}
      aria-label={t("photographs:grid")}
      aria-rowcount={grid.rows}
      aria-colcount={columns}
      aria-activedescendant={`photo-${at}`}
      onKeyDown={heard}
    >
      <div className={styles.all} role="presentation" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const row = rowAt(grid, item.index);
          return (
            row && (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 1}
                className={row.kind === "day" ? styles.heading : styles.row}
                style={{ transform: `translateY(${item.start}px)`, height: item.size, gap: GAP, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
              >
                {row.kind === "day" ? <Heading row={row} format={props.format} /> : <Tiles {...tileProps} row={row} picture={tile * SHAPE} />}
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function Heading({ row, format }: { row: Row; format: Format }) {
  const { t } = useTranslation();
  return (
    <div role="rowheader" className={styles.day}>
      <h2>{format.longDay(row.section.date)}</h2>
      <span>{t("photographs:count", { count: row.section.count, number: format.number(row.section.count) })}</span>
    </div>
  );
}

type TilesProps = Pick<GridProps, "request" | "connection" | "zone" | "names" | "format" | "at" | "opened" | "onOpen"> & {
  row: Extract<Row, { kind: "tiles" }>;
  picture: number;
};

function Tiles({ row, request, picture, at, opened, ...rest }: TilesProps) {
  const { t } = useTranslation();
  const rested = useRested(REST_MS);
  const { section, first, count } = row;
  const { photos, error, retry } = useDay(request, rested ? section : undefined, first + count);
  return Array.from({ length: count }, (_, n) => {
    const [photo, index] = [photos[first + n], section.start + first + n];
    if (photo) return <Tile key={photo.id} {...rest} photo={photo} index={index} current={at === index} opened={opened === photo.id} picture={picture} />;
    return (
      <div key={index} role="gridcell" id={`photo-${index}`} aria-label={error ? t("photographs:unread") : t("photographs:coming")} className={join(styles.tile, at === index && styles.current)} onClick={error ? retry : undefined}>
        <div className={styles.picture} style={{ height: picture }} />
        <span className={styles.caption}>{error ? t("photographs:unread") : ""}</span>
      </div>
    );
  });
}

type TileProps = Pick<GridProps, "connection" | "zone" | "names" | "format" | "onOpen"> & {
  photo: PhotoView;
  index: number;
  current: boolean;
  opened: boolean;
  picture: number;
};

const Tile = memo(function Tile({ photo, index, current, opened, picture, connection, zone, names, format, onOpen }: TileProps) {
  const { t } = useTranslation();
  const caption = photo.caption ?? t("photographs:uncaptioned");
  const [who, when] = [names.short(photo.by), minute(photo.at, zone, format)];
  return (
    <div
      role="gridcell"
      id={`photo-${index}`}
      aria-selected={opened}
      className={join(styles.tile, current && styles.current, opened && styles.opened, photo.withdrawn && styles.withdrawn)}
      onClick={() => onOpen(photo, index)}
    >
      <div className={styles.picture} style={{ height: picture }}>
        <Thumb photo={photo.id} alt="" version={photo.thumbnail || connection} />
      </div>
      <span className={join(styles.caption, !photo.caption && styles.none)} title={photo.caption ?? undefined}>
        {caption}
      </span>
      <span className={styles.meta}>
        <CustodyMark state={photo.state} />
        <span>{photo.withdrawn ? t("photographs:withdrawn") : `${who} ${when}`}</span>
        <span className="spoken">
          {t(`custody.${photo.state}`)} {photo.source === "import" && t("photographs:imported")}
        </span>
      </span>
    </div>
  );
});
