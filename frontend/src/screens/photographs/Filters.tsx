// The filters as chips, each with its way back, and the legend of the marks of custody.
import { parseDate } from "@internationalized/date";
import { CalendarDays, ChevronLeft, ChevronRight, X } from "lucide-react";
import { type ReactNode, type RefObject, useEffect, useState } from "react";
import { Button as AriaButton, CalendarCell, CalendarGrid, Dialog, DialogTrigger, Heading, Popover, RangeCalendar } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Names } from "../../api/names";
import { useFormat } from "../../i18n/format";
import { Button, join, KeyCap, Select } from "../../ui/controls";
import { CustodyMark } from "../../ui/status";
import ui from "../../ui/ui.module.css";
import { useSettled } from "./day";
import { type Change, type Filter, isFiltered, NONE, STATES } from "./filter";
import styles from "./photographs.module.css";

/** How long after the last letter the text counts. */
const TYPED_MS = 200;

interface FiltersProps {
  filter: Filter;
  change: (change: Change) => void;
  names: Names;
  zone: string;
  /** The plan has no use for state and text. */
  plan: boolean;
  search: RefObject<HTMLInputElement | null>;
  onLeave: () => void;
}

export function Filters({ filter, change, names, zone, plan, search, onLeave }: FiltersProps) {
  const { t } = useTranslation();
  return (
    <>
      <Chip label={t("photographs:filter.noProject")} clear={!plan && filter.project ? () => change({ project: null }) : undefined}>
        <Select
          filter
          label={t("allProjects")}
          options={names.projects.map((project) => ({ id: project.id, text: names.project(project.id) }))}
          value={filter.project}
          onChange={(project) => change({ project })}
        />
      </Chip>
      <Days filter={filter} change={change} zone={zone} />
      <Chip label={t("photographs:filter.nobody")} clear={filter.by ? () => change({ by: null }) : undefined}>
        <Select
          filter
          label={t("anyone")}
          options={names.members.map((member) => ({ id: member.id, text: names.member(member.id) })).sort((a, b) => a.text.localeCompare(b.text))}
          value={filter.by}
          onChange={(by) => change({ by })}
        />
      </Chip>
      {!plan && (
        <>
          <Chip label={t("photographs:filter.noState")} clear={filter.state ? () => change({ state: null }) : undefined}>
            <Select
              filter
              label={t("photographs:filter.anyState")}
              options={[
                ...STATES.map((state) => ({ id: state as NonNullable<Filter["state"]>, text: t(`custody.${state}`), mark: <CustodyMark state={state} /> })),
                { id: "withdrawn" as const, text: t("photographs:filter.withdrawn") },
              ]}
              value={filter.state}
              onChange={(state) => change({ state })}
            />
          </Chip>
          <Text filter={filter} change={change} search={search} onLeave={onLeave} />
        </>
      )}
      {isFiltered({ ...filter, ...(plan && { project: null }) }) && (
        <Button look="link" onPress={() => change({ ...NONE, ...(plan && { project: filter.project }) })}>
          {t("action.clear")}
        </Button>
      )}
    </>
  );
}

/** A filter with, once it is set, the way to take it off. */
function Chip({ label, clear, children }: { label: string; clear: (() => void) | undefined; children: ReactNode }) {
  return (
    <span className={join(styles.chip, clear && styles.set)}>
      {children}
      {clear && (
        <AriaButton className={styles.unset ?? ""} aria-label={label} onPress={clear}>
          <X size={14} strokeWidth={1.75} aria-hidden />
        </AriaButton>
      )}
    </span>
  );
}

function Text({ filter, change, search, onLeave }: Pick<FiltersProps, "filter" | "change" | "search" | "onLeave">) {
  const { t } = useTranslation();
  const [text, setText] = useState(filter.text ?? "");
  const settled = useSettled(text, TYPED_MS);
  useEffect(() => setText(filter.text ?? ""), [filter.text]);
  useEffect(() => {
    if (settled !== (filter.text ?? "")) change({ text: settled || null });
    // Only what was typed counts: a filter that was cleared elsewhere is not put back.
  }, [settled]);
  return (
    <span className={styles.search} role="search">
      <input
        ref={search}
        className={ui.input}
        type="search"
        maxLength={500}
        value={text}
        placeholder={t("photographs:filter.text")}
        aria-label={t("photographs:filter.text")}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" && event.key !== "Enter") return;
          event.preventDefault();
          event.stopPropagation();
          if (event.key === "Escape" && text) setText("");
          else onLeave();
        }}
      />
      {!text && <KeyCap>/</KeyCap>}
    </span>
  );
}

function Days({ filter, change, zone }: Pick<FiltersProps, "filter" | "change" | "zone">) {
  const { t } = useTranslation();
  const format = useFormat();
  const { from, to } = filter;
  const words = from && to ? format.days(from, to, t("photographs:filter.to")) : t("photographs:filter.anyDay");
  const today = format.civil(Date.now(), zone);
  const back = (days: number) => ({ from: parseDate(today).subtract({ days }).toString(), to: today });
  return (
    <Chip label={t("photographs:filter.noDays")} clear={from ? () => change({ from: null, to: null }) : undefined}>
      <DialogTrigger>
        <span>
          <AriaButton className={join(ui.button, ui.filter, from && ui.filterSet)}>
            {words}
            <CalendarDays size={14} strokeWidth={1.75} aria-hidden />
          </AriaButton>
        </span>
        <Popover className={join(ui.popover, styles.days)} placement="bottom start">
          <Dialog aria-label={t("photographs:filter.days")}>
            {({ close }) => {
              const choose = (days: { from: string; to: string }) => {
                change(days);
                close();
              };
              return (
                <div className={styles.calendar}>
                  <RangeCalendar
                    aria-label={t("photographs:filter.days")}
                    value={from && to ? { start: parseDate(from), end: parseDate(to) } : null}
                    onChange={({ start, end }) => choose({ from: start.toString(), to: end.toString() })}
                    maxValue={parseDate(today)}
                  >
                    <header>
                      <AriaButton slot="previous" className={join(ui.button, ui.quiet, ui.icon)}>
                        <ChevronLeft size={16} strokeWidth={1.75} aria-hidden />
                      </AriaButton>
                      <Heading />
                      <AriaButton slot="next" className={join(ui.button, ui.quiet, ui.icon)}>
                        <ChevronRight size={16} strokeWidth={1.75} aria-hidden />
                      </AriaButton>
                    </header>
                    <CalendarGrid>{(date) => <CalendarCell date={date} className={styles.cell ?? ""} />}</CalendarGrid>
                  </RangeCalendar>
                  <div className={styles.calendarFoot}>
                    <Button small look="quiet" onPress={() => choose(back(0))}>
                      {t("photographs:filter.today")}
                    </Button>
                    <Button small look="quiet" onPress={() => choose(back(6))}>
                      {t("photographs:filter.week")}
                    </Button>
                    <Button small look="quiet" onPress={() => choose(back(29))}>
                      {t("photographs:filter.month")}
                    </Button>
                  </div>
                </div>
              );
            }}
          </Dialog>
        </Popover>
      </DialogTrigger>
    </Chip>
  );
}

export function Legend() {
  const { t } = useTranslation();
  return (
    <ul className={styles.legend} aria-label={t("photographs:legend")}>
      {STATES.map((state) => (
        <li key={state} className={ui.status}>
          <CustodyMark state={state} />
          {t(`custody.${state}`)}
        </li>
      ))}
    </ul>
  );
}
