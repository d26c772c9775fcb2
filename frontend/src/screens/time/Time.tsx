// Time: can this week be paid. Hours per day over the grid of every worker's week, and beside it why a cell is what it is.
import { CheckCheck, Download } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCall } from "../../api/client";
import { text, useAll, useNames } from "../../api/names";
import { saveText } from "../../api/save";
import { useKeys } from "../../app/keys";
import { wordsOf } from "../../faults";
import { faultOf } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Button, KeyCap, Select } from "../../ui/controls";
import { Page } from "../../ui/Page";
import { Empty, Read } from "../../ui/states";
import { NeedMark, Notch } from "../../ui/status";
import { Steps } from "../../ui/Steps";
import ui from "../../ui/ui.module.css";
import { useUndo } from "../../ui/undo";
import { addDays, mondayOf } from "../days";
import { useWeekActs } from "./acts";
import { Bars } from "./Bars";
import { Cell } from "./Cell";
import { Grid, type GridHandle } from "./Grid";
import { approves, classificationsOf, groups, linesOf, NO_CREW, states, toApprove, type Week } from "./week";
import { usePlace } from "./place";
import { sheet } from "./sheet";
import styles from "./time.module.css";

const ALL = "all";

export default function Time() {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const crews = useAll("crew");
  const status = useCall("status").data;
  const { tell } = useUndo();
  const [place, change] = usePlace();
  const { today, date, project, crew, classification, opened } = place;
  const monday = mondayOf(date);
  const thisMonday = mondayOf(today);
  const grid = useRef<GridHandle>(null);
  const [correcting, setCorrecting] = useState(false);
  // Enter goes into the pane, as soon as it is there; Space only looks.
  const goIn = useRef(false);
  const [, setEntered] = useState(0);
  useEffect(() => {
    const pane = goIn.current && document.querySelector<HTMLElement>('aside[data-pane="detail"]');
    if (!pane) return;
    goIn.current = false;
    pane.focus();
  });
  const [active, setActive] = useState<{ worker: string; project: string; day: number } | null>(null);

  const week = useCall("week", { date: monday, project }, { placeholderData: (before) => before });
  const shown = useMemo(() => {
    if (!week.data) return { list: [], all: [] };
    const byId = new Map(crews.data?.map((record) => [record.id, record]));
    const order = {
      member: names.member,
      project: names.project,
      crew: (id: string) => text(byId.get(id), "name") ?? id,
      foreman: (id: string) => text(byId.get(id), "foreman"),
    };
    const everything = groups(week.data, { crew: null, classification: null }, order);
    const list = crew === null && classification === null ? everything : groups(week.data, { crew, classification }, order);
    return { list, all: linesOf(everything) };
  }, [week.data, crews.data, names, crew, classification]);
  const lines = linesOf(shown.list);
  const sums = states(lines);
  const mayApprove = approves(status?.role ?? "");
  const ready = mayApprove ? toApprove(lines, status?.role ?? "", status?.member ?? null) : [];
  const acts = useWeekActs(monday, week.data);
  const person = (at: { worker: string; project: string } | null) =>
    at ? week.data?.people.find((one) => one.worker === at.worker && one.project === at.project) : undefined;

  const move = (weeks: number) => change({ date: addDays(monday, 7 * weeks), opened: null });
  const close = () => {
    setCorrecting(false);
    change({ opened: null });
    grid.current?.focus();
  };
  const approveHere = () => {
    const one = person(opened ?? active);
    if (one && toApprove(lines, status?.role ?? "", status?.member ?? null).includes(one)) void acts.approve([one]);
  };
  const correctHere = () => {
    if (!opened && active) change({ opened: { worker: active.worker, project: active.project, date: addDays(monday, active.day) } });
    setCorrecting(opened !== null || active !== null);
  };
  useKeys({
    "[": () => move(-1),
    "]": () => move(1),
    j: () => grid.current?.move(1, 0),
    k: () => grid.current?.move(-1, 0),
    c: correctHere,
    a: mayApprove ? approveHere : undefined,
    Escape: opened ? close : undefined,
  });

  const crewName = (id: string | null) => (id === null ? t("time:noCrew") : (text(crews.data?.find((one) => one.id === id), "name") ?? ""));
  const exportGrid = async (data: Week) => {
    const words = {
      head: {
        project: t("time:column.project"),
        crew: t("time:column.crew"),
        worker: t("time:column.worker"),
        classification: t("time:column.classification"),
        total: t("time:column.total"),
        overtime: t("time:column.overtimeLong"),
        state: t("time:column.state"),
        corrected: t("time:column.corrected"),
        off: t("time:column.off"),
      },
      member: names.member,
      project: names.project,
      crew: crewName,
      state: (of: Week["people"][number]["state"]) => t(`time:state.${of}`),
    };
    try {
      if (await saveText(`plumbline-${data.from}.csv`, sheet(data, shown.list, words))) tell(t("time:did.exported", { count: lines.length }));
    } catch (thrown) {
      tell(wordsOf(faultOf(thrown), t, format).cause);
    }
  };
  const crewIds = [...new Set(shown.all.map((line) => line.person.crew ?? NO_CREW))];
  return (
    <Page
      title={t("nav.time")}
      bare
      sub={
        <Steps
          previous={t("time:previous")}
          next={t("time:next")}
          onPrevious={() => move(-1)}
          onNext={() => move(1)}
          home={monday === thisMonday ? null : { text: t("time:thisWeek"), onPress: () => change({ date: thisMonday, opened: null }) }}
        >
          {t("time:range", { from: format.day(monday), to: format.day(addDays(monday, 6)) })}
        </Steps>
      }
      actions={
        <>
          {week.data && (
            <Button onPress={() => week.data && void exportGrid(week.data)}>
              <Download size={16} strokeWidth={1.75} aria-hidden />
              {t("time:export")}
            </Button>
          )}
          {mayApprove && (
            <Button look={opened || ready.length === 0 ? "plain" : "primary"} isDisabled={ready.length === 0 || acts.busy} onPress={() => void acts.approve(ready)}>
              <CheckCheck size={16} strokeWidth={1.75} aria-hidden />
              {ready.length === 0 ? t("time:noneToApprove") : t("time:approveAll", { count: ready.length })}
            </Button>
          )}
        </>
      }
      filters={
        <>
          <Select
            label={t("time:column.project")}
            placeholder={t("allProjects")}
            value={project}
            filter
            onChange={(value) => change({ project: value === ALL ? null : value, crew: null, opened: null })}
            options={[{ id: ALL, text: t("allProjects") }, ...names.projects.map(({ id }) => ({ id, text: names.project(id) }))]}
          />
          <Select
            label={t("time:column.crew")}
            placeholder={t("time:allCrews")}
            value={crew}
            filter
            onChange={(value) => change({ crew: value === ALL ? null : value, opened: null })}
            options={[{ id: ALL, text: t("time:allCrews") }, ...crewIds.map((id) => ({ id, text: crewName(id === NO_CREW ? null : id) }))]}
          />
          <Select
            label={t("time:column.classification")}
            placeholder={t("time:allClassifications")}
            value={classification}
            filter
            onChange={(value) => change({ classification: value === ALL ? null : value, opened: null })}
            options={[{ id: ALL, text: t("time:allClassifications") }, ...(week.data ? classificationsOf(week.data) : []).map((id) => ({ id, text: id }))]}
          />
        </>
      }
      summary={week.data && <span role="status">{t("time:summary", { signed: sums.signed, count: sums.people, approved: sums.approved })}</span>}
      detail={
        opened && (
          <Cell
            key={`${opened.worker} ${opened.project} ${opened.date}`}
            opened={opened}
            person={person(opened)}
            week={week.data}
            correcting={correcting}
            onCorrecting={setCorrecting}
            onClose={close}
          />
        )
      }
      foot={<Legend />}
    >
      <Read query={week} what={t("time:hours")}>
        {(data) =>
          lines.length === 0 ? (
            <Empty
              title={shown.all.length === 0 ? t("time:none") : t("time:noneMatch")}
              action={shown.all.length > 0 && <Button onPress={() => change({ crew: null, classification: null })}>{t("action.clear")}</Button>}
            >
              {shown.all.length === 0 && t("time:noneWay")}
            </Empty>
          ) : (
            <Grid
              ref={grid}
              week={data}
              today={today}
              groups={shown.list}
              all={shown.all}
              crew={(id) => ({ name: crewName(id), foreman: text(crews.data?.find((one) => one.id === id), "foreman") })}
              oneProject={project !== null}
              opened={opened}
              onActive={setActive}
              onOpen={(at, enter) => {
                goIn.current = enter;
                if (enter) setEntered((n) => n + 1);
                change({ opened: at });
              }}
              bars={<Bars week={data} lines={lines} filtered={crew !== null || classification !== null} />}
            />
          )
        }
      </Read>
    </Page>
  );
}

function Legend() {
  const { t } = useTranslation();
  return (
    <>
      <span className={styles.legend}>
        <Notch /> {t("status.corrected")}
      </span>
      <span className={styles.legend}>
        <span className={ui.attention} aria-hidden>
          ≈
        </span>
        {t("status.approximate")}
      </span>
      <span className={styles.legend}>
        <NeedMark need="attention" size={14} /> {t("time:state.open")}
      </span>
      <span className={styles.keys}>
        <KeyCap>Enter</KeyCap> {t("time:keys.open")} <KeyCap>C</KeyCap> {t("time:keys.correct")} <KeyCap>A</KeyCap> {t("time:keys.approve")}
      </span>
    </>
  );
}
