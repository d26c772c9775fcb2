// The grid: crews, their people, a person's classifications in lines, seven days, the total, overtime, and how the week stands.
// One cell at a time has the focus (roving); only what is in sight is in the page.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, type Ref, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNames } from "../../api/names";
import { useSettings } from "../../app/settings";
import { useFormat } from "../../i18n/format";
import { join } from "../../ui/controls";
import { Notch } from "../../ui/status";
import ui from "../../ui/ui.module.css";
import { cellOf, concerned, DAYS, dayTotals, type Group, type Line, lineOvertime, lineTotal, linesOf, type Week } from "./week";
import type { Opened } from "./place";
import { WeekStateMark } from "./WeekStateMark";
import styles from "./time.module.css";

export interface GridHandle {
  focus: () => void;
  move: (rows: number, days: number) => void;
}

type Item = { kind: "group"; group: Group } | { kind: "line"; line: Line; index: number };

const GROUP = 34;
const ROW = 26;
const PAD = 8;

export interface GridProps {
  ref: Ref<GridHandle>;
  week: Week;
  /** The day that it is where the project is. */
  today: string;
  groups: Group[];
  /** Lines without filters, for "12 of 15 workers". */
  all: Line[];
  crew: (id: string) => { name: string; foreman: string | null };
  oneProject: boolean;
  opened: Opened | null;
  onActive: (at: { worker: string; project: string; day: number }) => void;
  /** `enter`: the focus goes along. */
  onOpen: (at: Opened, enter: boolean) => void;
  bars: ReactNode;
}

export function Grid(props: GridProps) {
  const { week, groups, opened } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const [{ scale }] = useSettings();
  const lines = useMemo(() => linesOf(groups), [groups]);
  const items = useMemo(() => {
    let index = 0;
    return groups.flatMap((group): Item[] => [{ kind: "group", group }, ...group.lines.map((line): Item => ({ kind: "line", line, index: index++ }))]);
  }, [groups]);

  const today = week.days.indexOf(props.today);
  const isOpened = (line: Line) => opened !== null && line.person.worker === opened.worker && line.person.project === opened.project;
  const [at, setAt] = useState(() => ({
    line: Math.max(0, opened ? lines.findIndex(isOpened) : 0),
    day: Math.max(0, opened ? week.days.indexOf(opened.date) : today),
  }));
  const active = { line: Math.min(at.line, lines.length - 1), day: at.day };
  const wanted = useRef(false);
  const scroll = useRef<HTMLDivElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => {
      const item = items[index];
      return Math.round((item?.kind === "line" ? PAD + ROW * item.line.rows.length : GROUP) * scale);
    },
    overscan: 16,
  });
  useLayoutEffect(() => rows.measure(), [rows, items, scale]);

  const go = (line: number, day: number) => {
    const to = { line: Math.max(0, Math.min(lines.length - 1, line)), day: Math.max(0, Math.min(6, day)) };
    wanted.current = true;
    setAt(to);
    rows.scrollToIndex(items.findIndex((item) => item.kind === "line" && item.index === to.line));
    // What is open follows the cell that one is on.
    if (opened) openAt(to);
  };
  const openAt = (to: { line: number; day: number }, enter = false) => {
    const [line, date] = [lines[to.line], week.days[to.day]];
    if (line && date) props.onOpen({ worker: line.person.worker, project: line.person.project, date }, enter);
  };
  const { onActive } = props;
  const person = lines[active.line]?.person;
  const [worker, project] = [person?.worker, person?.project];
  useEffect(() => {
    if (worker && project) onActive({ worker, project, day: active.day });
  }, [worker, project, active.day, onActive]);
  const focus = () => root.current?.querySelector<HTMLElement>('[role="gridcell"][tabindex="0"]')?.focus();
  useEffect(() => {
    if (!wanted.current) return;
    wanted.current = false;
    focus();
  });
  useImperativeHandle(props.ref, () => ({ focus, move: (by, days) => go(active.line + by, active.day + days) }));

  const onKeyDown = (event: KeyboardEvent) => {
    const page = 10;
    const moves: Record<string, [number, number] | undefined> = {
      ArrowUp: [active.line - 1, active.day],
      ArrowDown: [active.line + 1, active.day],
      ArrowLeft: [active.line, active.day - 1],
      ArrowRight: [active.line, active.day + 1],
      PageUp: [active.line - page, active.day],
      PageDown: [active.line + page, active.day],
      Home: event.ctrlKey ? [0, 0] : [active.line, 0],
      End: event.ctrlKey ? [lines.length - 1, 6] : [active.line, 6],
    };
    const to = moves[event.key];
    if (to) go(...to);
    else if (event.key === "Enter" || event.key === " ") openAt(active, event.key === "Enter");
    else return;
    event.preventDefault();
  };

  const totals = dayTotals(lines);
  const sum = totals.reduce((a, b) => a + b, 0);
  const over = lines.reduce((all, line) => all + lineOvertime(line), 0);
  const worked = lines.filter(concerned).length;
  return (
    <div className={styles.scroll} ref={scroll}>
      <div className={styles.inner}>
        {props.bars}
        <div role="grid" aria-label={t("time:grid")} aria-rowcount={items.length + 2} aria-colcount={12} ref={root} onKeyDown={onKeyDown} tabIndex={-1}>
          <Head week={week} today={today} />
          <div role="rowgroup" className={styles.rows} style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map(({ index, start, size }) => {
              const item = items[index];
              const style = { transform: `translateY(${start}px)`, height: size };
              if (item?.kind === "group")
                return (
                  <div key={`group ${item.group.key}`} role="row" aria-rowindex={index + 2} className={join(styles.row, styles.group)} style={style}>
                    <GroupName group={item.group} crew={props.crew} oneProject={props.oneProject} />
                  </div>
                );
              if (!item) return null;
              return (
                <LineRow
                  key={`${item.line.person.worker} ${item.line.person.project}`}
                  line={item.line}
                  week={week}
                  running={props.today <= week.to}
                  rowindex={index + 2}
                  style={style}
                  active={item.index === active.line ? active.day : null}
                  opened={isOpened(item.line) ? week.days.indexOf(opened?.date ?? "") : null}
                  onPress={(day) => {
                    const to = { line: item.index, day };
                    setAt(to);
                    openAt(to);
                  }}
                />
              );
            })}
          </div>
          <div role="row" aria-rowindex={items.length + 2} className={join(styles.row, styles.totals, "tabular")}>
            <span role="rowheader" className={styles.totalName}>
              {t("time:workers", { n: worked, count: props.all.length })}
            </span>
            {DAYS.map((day) => (
              <span role="gridcell" key={day} className={styles.number}>
                {(totals[day] ?? 0) > 0 && format.number((totals[day] ?? 0) / 100, 2)}
              </span>
            ))}
            <span role="gridcell" className={styles.number}>
              {format.number(sum / 100, 2)}
            </span>
            <span role="gridcell" className={styles.number}>
              {over > 0 && format.number(over / 100, 2)}
            </span>
            <span role="gridcell" />
          </div>
        </div>
      </div>
    </div>
  );
}

function Head({ week, today }: { week: Week; today: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div role="row" aria-rowindex={1} className={join(styles.row, styles.head)}>
      <span role="columnheader">{t("time:column.worker")}</span>
      <span role="columnheader">{t("time:column.classification")}</span>
      {week.days.map((date, day) => (
        <span role="columnheader" key={date} className={join(styles.number, day === today && styles.today)} aria-label={format.longDay(date)}>
          {format.weekday(date)}
        </span>
      ))}
      <span role="columnheader" className={styles.number}>
        {t("time:column.total")}
      </span>
      <span role="columnheader" className={styles.number} aria-label={t("time:column.overtimeLong")}>
        {t("time:column.overtime")}
      </span>
      <span role="columnheader" className={styles.state}>
        {t("time:column.state")}
      </span>
    </div>
  );
}

function GroupName({ group, crew, oneProject }: { group: Group; crew: GridProps["crew"]; oneProject: boolean }) {
  const { t } = useTranslation();
  const names = useNames();
  const of = group.crew === null ? null : crew(group.crew);
  const about = [of?.foreman && t("time:foreman", { name: names.member(of.foreman) }), !oneProject && names.project(group.project)].filter(Boolean);
  return (
    <span role="rowheader" aria-colspan={12}>
      <strong>{of === null ? t("time:noCrew") : of.name}</strong> <span className={styles.about}>{about.join(" · ")}</span>
    </span>
  );
}

function LineRow(props: {
  line: Line;
  week: Week;
  running: boolean;
  rowindex: number;
  style: React.CSSProperties;
  active: number | null;
  opened: number | null;
  onPress: (day: number) => void;
}) {
  const { line, week } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const total = lineTotal(line);
  const over = lineOvertime(line);
  const shown = (value: number) => format.number(value / 100, 2);
  return (
    <div role="row" aria-rowindex={props.rowindex} className={join(styles.row, styles.line)} style={props.style}>
      <span role="rowheader" className={styles.worker} title={names.member(line.person.worker)}>
        {names.member(line.person.worker)}
      </span>
      <span role="gridcell" className={styles.stack}>
        {line.rows.map((row) => (
          <span key={row?.classification ?? ""} className={styles.classification} title={row?.classification ?? undefined}>
            {row && row.classification === null && line.rows.length > 1 ? t("time:noClassification") : row?.classification}
          </span>
        ))}
      </span>
      {DAYS.map((day) => {
        const cell = cellOf(line, day);
        // What is seen is part of what is spoken: the day before it, what the marks mean after it.
        const after = [cell.open.some(Boolean) && t("status.approximate"), cell.corrected && t("status.corrected")].filter(Boolean);
        return (
          <span
            role="gridcell"
            key={day}
            tabIndex={props.active === day ? 0 : -1}
            aria-selected={props.opened === day}
            className={join(styles.cell, props.opened === day && styles.opened, "tabular")}
            onClick={() => props.onPress(day)}
          >
            <span className="spoken">{format.longDay(week.days[day] ?? "")}: </span>
            {cell.corrected && (
              <i className={styles.notch}>
                <Notch />
              </i>
            )}
            {cell.total === 0 && cell.off ? (
              <span className={join(styles.value, styles.off)}>{t("time:off")}</span>
            ) : (
              cell.hours.map((value, index) => (
                <span className={styles.value} key={line.rows[index]?.classification ?? ""}>
                  {cell.open[index] && (
                    <span className={ui.attention} aria-hidden>
                      ≈
                    </span>
                  )}
                  {value > 0 ? shown(value) : ""}
                  {value > 0 && cell.hours.length > 1 && <span className="spoken"> {line.rows[index]?.classification}, </span>}
                </span>
              ))
            )}
            <span className="spoken">{[cell.total === 0 && !cell.off && t("time:noHours"), ...after].filter(Boolean).join(", ")}</span>
          </span>
        );
      })}
      <span role="gridcell" className={join(styles.number, styles.total, "tabular")}>
        {total > 0 && shown(total)}
      </span>
      <span role="gridcell" className={join(styles.number, "tabular")}>
        {over > 0 && shown(over)}
      </span>
      <span role="gridcell" className={styles.state}>
        <WeekStateMark person={line.person} running={props.running} />
      </span>
    </div>
  );
}
