// How the worker's week stands on this project: what was signed and approved and by whom; of a dispute or a change both values.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNames } from "../../api/names";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { Facts, Section } from "../../ui/Page";
import { Note } from "../../ui/states";
import { dayOf, mondayOf } from "../days";
import { useWeekActs } from "./acts";
import { Dispute } from "./Dispute";
import { agreedHundredths, type Person, personOvertime, type Week } from "./week";
import { WeekStateMark } from "./WeekStateMark";
import styles from "./cell.module.css";

export function WeekFacts({ person, date, week, self, zone }: { person: Person; date: string; week: Week | undefined; self: boolean; zone: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const acts = useWeekActs(date, week);
  const [disputing, setDisputing] = useState(false);
  const hours = (seconds: number) => t("time:h", { hours: format.number(agreedHundredths(week, person, seconds) / 100, 2) });
  const agreed = (of: Person["signed"]) =>
    of && [hours(of.seconds), names.member(of.by), of.at !== null && format.when(of.at, zone), of.position === null ? t("status.pending") : t("time:entry", { position: format.number(of.position) })].filter(Boolean).join(", ");
  const running = mondayOf(dayOf(Date.now(), zone)) <= mondayOf(date);
  return (
    <Section title={t("time:week")} aside={<WeekStateMark person={person} running={running} />}>
      {person.disputed !== null && (
        <div className={styles.dispute}>
          <Note
            tone="attention"
            cause={`“${person.disputed}”`}
            wayOn={
              person.signed
                ? t("time:bothValues", { signed: hours(person.signed.seconds), now: hours(person.seconds) })
                : t("time:disputeUnsigned", { now: hours(person.seconds) })
            }
          />
        </div>
      )}
      {person.state === "changed" && (
        <div className={styles.dispute}>
          <Note
            tone="attention"
            cause={t("time:changedCause", { signed: hours((person.signed ?? person.approved)?.seconds ?? 0), now: hours(person.seconds) })}
            wayOn={self ? t("time:changedSelf") : t("time:changedWay", { name: names.short(person.worker) })}
          />
        </div>
      )}
      <Facts
        facts={[
          [t("time:countedNow"), hours(person.seconds)],
          person.overtime > 0 && [t("time:overtime"), t("time:h", { hours: format.number(personOvertime(week, person) / 100, 2) })],
          [t("time:state.signed"), agreed(person.signed) ?? t("time:notYet")],
          [t("time:state.approved"), agreed(person.approved) ?? t("time:notYet")],
        ]}
      />
      <div className={styles.weekActs}>
        {person.approved && (
          <Button small isDisabled={acts.busy} onPress={() => void acts.takeBack(person)}>
            {t("time:takeBackApproval")}
          </Button>
        )}
        {self && (
          <Button small onPress={() => setDisputing(true)}>
            {person.disputed === null ? t("time:dispute") : t("time:changeDispute")}
          </Button>
        )}
      </div>
      {disputing && <Dispute person={person} acts={acts} onClose={() => setDisputing(false)} />}
    </Section>
  );
}
