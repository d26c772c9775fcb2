// Today: who is missing and what needs me. Lanes of every crew on one time axis with the plumb line at now; beside them what
// needs somebody, the last photographs, and what is still on its way.
import { CloudOff, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useCall } from "../../api/client";
import { useNames } from "../../api/names";
import { useKeys } from "../../app/keys";
import { useFormat } from "../../i18n/format";
import { Button, join, Select } from "../../ui/controls";
import { Page } from "../../ui/Page";
import { useShown } from "../../ui/shown";
import { Empty, Read } from "../../ui/states";
import { NeedMark } from "../../ui/status";
import { Steps } from "../../ui/Steps";
import ui from "../../ui/ui.module.css";
import { addDays, dayOf, isDay } from "../days";
import { Board } from "./Board";
import { count, type Count, type Day, everybody, shownCrews } from "./lanes";
import { Side } from "./Side";
import styles from "./today.module.css";
import { WeekSummary } from "./WeekSummary";

/** Who is missing changes as time passes, without an event. */
const EVERY_MS = 60_000;
const ALL = "all";

export default function Today() {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const go = useNavigate();
  const [params, setParams] = useSearchParams();
  const project = params.get("project");
  const today = dayOf(Date.now(), names.dayZone(project));
  const asked = params.get("date");
  const date = isDay(asked) ? asked : today;
  const set = (name: string, value: string | null) =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (value === null) after.delete(name);
      else after.set(name, value);
      return after;
    });
  const move = (days: number) => {
    const to = addDays(date, days);
    set("date", to === today ? null : to);
  };
  useKeys({ "[": () => move(-1), "]": () => move(1) });
  const day = useCall("day", { date, project }, { refetchInterval: EVERY_MS, placeholderData: (before) => before });
  return (
    <Page
      title={date === today ? t("today:title") : t("today:day")}
      sub={
        <Steps
          previous={t("today:previous")}
          next={t("today:next")}
          onPrevious={() => move(-1)}
          onNext={() => move(1)}
          home={date === today ? null : { text: t("today:title"), onPress: () => set("date", null) }}
        >
          {format.longDay(date)}
        </Steps>
      }
      actions={
        <>
          <Select
            label={t("today:project")}
            placeholder={t("allProjects")}
            value={project}
            onChange={(value) => set("project", value === ALL ? null : value)}
            options={[{ id: ALL, text: t("allProjects") }, ...names.projects.map(({ id }) => ({ id, text: names.project(id) }))]}
          />
          <Button onPress={() => void go("/records?new")}>
            <Plus size={16} strokeWidth={1.75} aria-hidden />
            {t("today:new")}
          </Button>
        </>
      }
      detail={<Side date={date} today={today} project={project} />}
    >
      <Read query={day} what={t("today:lanes")}>
        {(shown) => <Lanes day={shown} today={today} />}
      </Read>
      <WeekSummary date={addDays(date, -7)} project={project} />
    </Page>
  );
}

function Lanes({ day, today }: { day: Day; today: string }) {
  const { t } = useTranslation();
  useShown("today");
  const people = everybody(day.projects);
  const sum = count(people);
  const anybody = day.projects.some((project) => shownCrews(project).length > 0);
  return (
    <>
      <div className={styles.figures}>
        <Figures sum={sum} when={day.date === today ? "today" : day.date < today ? "past" : "future"} />
        <Known people={sum.full + sum.off} />
      </div>
      {anybody ? (
        <Board day={day} today={day.date === today} />
      ) : (
        <div className={styles.none}>
          <Empty title={t("today:none")} action={<Link to="/records/crew">{t("today:openCrews")}</Link>}>
            {t("today:noneWay")}
          </Empty>
        </div>
      )}
    </>
  );
}

function Figures({ sum, when }: { sum: Count; when: "today" | "past" | "future" }) {
  const { t } = useTranslation();
  const figures: [n: number, words: string, attention?: boolean][] =
    when === "today"
      ? [
          [sum.working, t("today:figures.working")],
          [sum.on_break, t("today:figures.onBreak")],
          [sum.missing, t("today:figures.missing"), sum.missing > 0],
          [sum.off, t("today:figures.off")],
        ]
      : when === "past"
        ? [
            [sum.done + sum.working + sum.on_break, t("today:figures.worked")],
            [sum.missing, t("today:figures.missing"), sum.missing > 0],
            [sum.off, t("today:figures.offThen")],
          ]
        : [
            [sum.expected, t("today:figures.expected")],
            [sum.off, t("today:figures.offThen")],
          ];
  return (
    <dl className={styles.counts}>
      {figures.map(([n, words, attention]) => (
        <div key={words}>
          <dt className={join(attention && ui.attention, attention && styles.strong)}>
            {attention && <NeedMark need="attention" size={14} />}
            {words}
          </dt>
          <dd className="tabular">{n}</dd>
        </div>
      ))}
    </dl>
  );
}

/** How recent this knowledge is, and what the hatching means. */
function Known({ people }: { people: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const status = useCall("status");
  const { connection = "online", contact: since = null } = status.data ?? {};
  if (connection !== "online" && connection !== "unknown")
    return (
      <p className={join(styles.known, styles.away)} role="status">
        <span>
          <CloudOff size={14} strokeWidth={1.75} aria-hidden /> {since === null ? t("today:offline") : t("today:offlineSince", { time: format.when(since) })}
        </span>
        <span>{t("today:asTold")}</span>
      </p>
    );
  return (
    <p className={styles.known}>
      <span>{t("today:people", { count: people })}</span>
      <span>{t("today:hatched")}</span>
    </p>
  );
}
