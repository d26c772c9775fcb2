// What the plan shows, as a list: newest first, under its legend. Rows are drawn as they come into view.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../../app/settings";
import type { Names } from "../../api/names";
import type { PlacePoint } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { join } from "../../ui/controls";
import styles from "./plan.module.css";
import { LoneMark } from "./PlanMarks";

const ROW = 44;

interface Props {
  points: PlacePoint[];
  more: boolean;
  zone: string;
  names: Names;
  hasFence: boolean;
  hasOutline: boolean;
  pointed: string | null;
  onPoint: (id: string | null) => void;
  onOpen: (point: PlacePoint) => void;
}

const LEGEND = [
  { kind: "photo", what: null, word: "photographs:plan.legendOf.photo" },
  { kind: "punch", what: "in", word: "photographs:plan.legendOf.in" },
  { kind: "punch", what: "out", word: "photographs:plan.legendOf.out" },
  { kind: "punch", what: "switch", word: "photographs:plan.legendOf.other" },
] as const;

const PUNCHES: Record<string, string> = {
  in: "photographs:plan.punch.in",
  out: "photographs:plan.punch.out",
  break_start: "photographs:plan.punch.break_start",
  break_end: "photographs:plan.punch.break_end",
  switch: "photographs:plan.punch.switch",
};

export function PlaceList({ points, more, zone, names, hasFence, hasOutline, pointed, onPoint, onOpen }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [{ scale }] = useSettings();
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: points.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW * scale,
    overscan: 6,
  });
  const words = (point: PlacePoint) => (point.kind === "photo" ? (point.what ?? t("photographs:uncaptioned")) : t(PUNCHES[point.what ?? ""] ?? "photographs:plan.punch.other"));
  return (
    <aside className={styles.list} aria-label={t("photographs:plan.list")} data-pane="list" tabIndex={-1}>
      <ul className={styles.legend} aria-label={t("photographs:plan.legend")}>
        {LEGEND.map(({ word, ...point }) => (
          <li key={word}>
            <LoneMark point={point} />
            {t(word)}
          </li>
        ))}
        {hasFence && (
          <li>
            <span className={styles.fenceKey} />
            {t("fields:geofence")}
          </li>
        )}
        {hasOutline && (
          <li>
            <span className={styles.outlineKey} />
            {t("fields:outline")}
          </li>
        )}
        <li>
          <span className={styles.accuracyKey} />
          {t("photographs:plan.legendOf.accuracy")}
        </li>
      </ul>
      {more && <p className={styles.more}>{t("photographs:plan.more", { count: points.length, number: format.number(points.length) })}</p>}
      {points.length === 0 && <p className={styles.more}>{t("photographs:plan.none")}</p>}
      <div ref={scroller} className={styles.rows}>
        <ol style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const point = points[item.index];
            return (
              point && (
                <li key={point.id} style={{ transform: `translateY(${item.start}px)`, height: item.size }} aria-setsize={points.length} aria-posinset={item.index + 1}>
                  <button
                    type="button"
                    className={join(styles.item, pointed === point.id && styles.pointed)}
                    onClick={() => onOpen(point)}
                    onFocus={() => onPoint(point.id)}
                    onBlur={() => onPoint(null)}
                    onPointerEnter={() => onPoint(point.id)}
                    onPointerLeave={() => onPoint(null)}
                  >
                    <LoneMark point={point} />
                    <span>
                      <strong>{words(point)}</strong>
                      <span>
                        {names.short(point.by)}, {format.day(point.at, zone)}, {format.time(point.at, zone)}
                      </span>
                    </span>
                    <span className="tabular">{t("place.accuracy", { accuracy: format.length(point.place.accuracy_cm) })}</span>
                  </button>
                </li>
              )
            );
          })}
        </ol>
      </div>
    </aside>
  );
}
