// Why a cell is what it is: its hours and their range, the day's punches on the plumb line, who did what, the photographs of the
// crew, and how the week stands. Here it is corrected, signed, approved.
import { CheckCheck, PenLine, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCall } from "../../api/client";
import { useNames } from "../../api/names";
import { HERE, useFormat } from "../../i18n/format";
import { Button, KeyCap } from "../../ui/controls";
import { Detail, Section } from "../../ui/Page";
import { Read } from "../../ui/states";
import { useWeekActs } from "./acts";
import { AddPunch } from "./AddPunch";
import { CellPhotos } from "./CellPhotos";
import { Correct } from "./Correct";
import { Deeds } from "./Deeds";
import { approves, hundredths, type Person, toApprove, type Week } from "./week";
import type { Opened } from "./place";
import { PlumbDay } from "./PlumbDay";
import { type CellView, marks, type Punch } from "./punches";
import { WeekFacts } from "./WeekFacts";
import styles from "./cell.module.css";

export interface CellProps {
  opened: Opened;
  person: Person | undefined;
  week: Week | undefined;
  correcting: boolean;
  onCorrecting: (correcting: boolean) => void;
  onClose: () => void;
}

export function Cell({ opened, person, week, correcting, onCorrecting, onClose }: CellProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const status = useCall("status").data;
  const cell = useCall("cell", { worker: opened.worker, project: opened.project, date: opened.date });
  const acts = useWeekActs(opened.date, week);
  const [adding, setAdding] = useState(false);
  const [chosen, setChosen] = useState<Punch | null>(null);
  const zone = names.zone(opened.project) ?? HERE;
  const self = status?.member === opened.worker;
  const name = names.member(opened.worker);
  const punches = cell.data?.punches ?? [];
  const counted = punches.filter((punch) => !punch.record.withdrawn);
  const ready = person !== undefined && approves(status?.role ?? "") && toApprove([{ person, rows: [] }], status?.role ?? "", status?.member ?? null).length > 0;
  const maySign = self && person !== undefined && person.seconds > 0 && (person.state === "open" || person.state === "changed" || person.state === "disputed");
  const correct = (punch: Punch | null) => {
    setChosen(punch);
    onCorrecting(true);
  };
  return (
    <Detail
      label={t("time:cellOf", { name, day: format.longDay(opened.date) })}
      title={name}
      sub={`${format.longDay(opened.date)}, ${names.project(opened.project)}`}
      onClose={onClose}
      foot={
        <>
          {counted.length > 0 && (
            <Button onPress={() => correct(null)}>
              {t("time:correct")} <KeyCap>C</KeyCap>
            </Button>
          )}
          <Button onPress={() => setAdding(true)}>
            <Plus size={16} strokeWidth={1.75} aria-hidden />
            {t("time:addPunch")}
          </Button>
          <span className={styles.last}>
            {ready ? (
              <Button look="primary" isDisabled={acts.busy} onPress={() => person && void acts.approve([person])}>
                <CheckCheck size={16} strokeWidth={1.75} aria-hidden />
                {t("time:approveWeek")}
              </Button>
            ) : (
              maySign && (
                <Button look="primary" isDisabled={acts.busy} onPress={() => person && void acts.sign(person)}>
                  <PenLine size={16} strokeWidth={1.75} aria-hidden />
                  {t("time:signWeek")}
                </Button>
              )
            )}
          </span>
        </>
      }
    >
      <Read query={cell} what={t("time:theDay")}>
        {(data) => (
          <>
            <Hours data={data} />
            <Section>
              {data.punches.length === 0 ? (
                <p className={styles.quiet}>{t("time:noPunches", { name: names.short(opened.worker) })}</p>
              ) : (
                <PlumbDay punches={data.punches} zone={zone} date={opened.date} onCorrect={correct} />
              )}
            </Section>
            {data.punches.length > 0 && <Deeds punches={data.punches} zone={zone} />}
            {person && <WeekFacts person={person} date={opened.date} week={week} self={self} zone={zone} />}
            <CellPhotos opened={opened} crew={person?.crew ?? null} zone={zone} />
          </>
        )}
      </Read>
      {correcting && cell.data && counted.length > 0 && (
        <Correct
          punches={counted}
          chosen={chosen}
          date={opened.date}
          project={opened.project}
          as_of={cell.data.as_of}
          onClose={() => {
            setChosen(null);
            onCorrecting(false);
          }}
        />
      )}
      {(adding || (correcting && cell.data && counted.length === 0)) && (
        <AddPunch
          opened={opened}
          self={self}
          onClose={() => {
            setAdding(false);
            onCorrecting(false);
          }}
        />
      )}
    </Detail>
  );
}

/** The figure, its range and whose rule counts, and the hours of each classification. */
function Hours({ data }: { data: CellView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const sum = (of: (row: CellView["rows"][number]) => number) => data.rows.reduce((all, row) => all + of(row), 0);
  const shown = (seconds: number) => hundredths(seconds);
  const total = sum((row) => shown(row.seconds));
  const low = sum((row) => shown(row.uncertain_low));
  const bound = data.rows.every((row) => row.uncertain_high !== null);
  const high = sum((row) => shown(row.uncertain_high ?? 0));
  const breaks = sum((row) => row.breaks_seconds);
  const byHand = marks(data.punches).some((mark) => mark.hand !== null);
  const hours = (value: number) => format.number(value / 100, 2);
  const range = !bound
    ? t("time:rangeOpen", { low: hours(low) })
    : low !== total || high !== total
      ? t("time:rangeHours", { low: hours(low), high: hours(high) })
      : null;
  return (
    <Section>
      <p className={styles.figure}>
        <strong className="tabular">{t("time:h", { hours: hours(total) })}</strong>
        <span>{range ? `${range} ${t("time:rule")}` : total > 0 && (byHand ? t("time:byHand") : t("time:exact"))}</span>
      </p>
      <dl className={styles.split}>
        {data.rows.toSorted((a, b) => b.seconds - a.seconds).map((row) => (
          <div key={row.classification ?? ""}>
            <dt>{row.classification ?? t("time:noClassification")}</dt>
            <dd className="tabular">{t("time:h", { hours: hours(shown(row.seconds)) })}</dd>
          </div>
        ))}
        {breaks > 0 && (
          <div className={styles.breaks}>
            <dt>{t("time:breaks")}</dt>
            <dd className="tabular">{t("time:h", { hours: hours(shown(breaks)) })}</dd>
          </div>
        )}
      </dl>
    </Section>
  );
}
