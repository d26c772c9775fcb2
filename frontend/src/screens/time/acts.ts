// What is done with weeks: approve, sign, dispute, each with the way back.
import { useTranslation } from "react-i18next";
import { call, useAct } from "../../api/client";
import { useNames } from "../../api/names";
import { wordsOf } from "../../faults";
import { faultOf } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useUndo } from "../../ui/undo";
import { agreedHundredths, type Person, type Week } from "./week";

export function useWeekActs(date: string, week: Week | undefined) {
  const as_of = week?.as_of ?? null;
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const { tell } = useUndo();
  const [approving, signing, disputing] = [useAct("approve_week"), useAct("sign_week"), useAct("dispute_week")];
  const hours = (person: Person) => t("time:h", { hours: format.number(agreedHundredths(week, person, person.seconds) / 100, 2) });

  /** Approves each as it is shown. What fails is said; what went before it stands. */
  async function approve(people: Person[]): Promise<void> {
    const done: { person: Person; as_of: string }[] = [];
    try {
      for (const person of people) {
        const { worker, project, seconds } = person;
        const record = await approving.mutateAsync({ worker, project, date, seconds, as_of });
        done.push({ person, as_of: record.as_of });
      }
    } catch (thrown) {
      tell(wordsOf(faultOf(thrown), t, format).cause);
    }
    const [first] = done;
    if (!first) return;
    const text =
      done.length === 1
        ? t("time:did.approved", { name: names.member(first.person.worker), hours: hours(first.person) })
        : t("time:did.approvedAll", { count: done.length });
    tell(text, async () => {
      for (const { person, as_of } of done)
        await call("approve_week", { worker: person.worker, project: person.project, date, seconds: null, as_of });
    });
  }

  async function takeBack(person: Person): Promise<void> {
    const { worker, project, approved } = person;
    try {
      const record = await approving.mutateAsync({ worker, project, date, seconds: null, as_of });
      tell(t("time:did.takenBack", { name: names.member(worker) }), () =>
        call("approve_week", { worker, project, date, seconds: approved?.seconds ?? null, as_of: record.as_of }),
      );
    } catch (thrown) {
      tell(wordsOf(faultOf(thrown), t, format).cause);
    }
  }

  async function sign(person: Person): Promise<void> {
    const { project, seconds, signed } = person;
    try {
      const record = await signing.mutateAsync({ project, date, seconds, as_of });
      tell(t("time:did.signed", { hours: hours(person) }), () =>
        call("sign_week", { project, date, seconds: signed?.seconds ?? null, as_of: record.as_of }),
      );
    } catch (thrown) {
      tell(wordsOf(faultOf(thrown), t, format).cause);
    }
  }

  /** Says what is wrong with one's own week, or with nothing takes that back. */
  async function dispute(person: Person, text: string | null): Promise<void> {
    const { project, disputed } = person;
    const record = await disputing.mutateAsync({ project, date, text, as_of });
    tell(text === null ? t("time:did.settled") : t("time:did.disputed"), () =>
      call("dispute_week", { project, date, text: disputed, as_of: record.as_of }),
    );
  }

  return { approve, takeBack, sign, dispute, busy: approving.isPending || signing.isPending || disputing.isPending };
}
