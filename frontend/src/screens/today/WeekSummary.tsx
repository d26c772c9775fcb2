// The week before, by project: how many workers signed it and how much of it is approved.
import { Check, CheckCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCall } from "../../api/client";
import { useNames } from "../../api/names";
import { useFormat } from "../../i18n/format";
import { join } from "../../ui/controls";
import { FaultNote } from "../../ui/states";
import { Bar, NeedMark } from "../../ui/status";
import ui from "../../ui/ui.module.css";
import { weekSums, type WeekSum } from "./needs";
import styles from "./today.module.css";

export function WeekSummary({ date, project }: { date: string; project: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const week = useCall("week", { date, project }, { placeholderData: (before) => before });
  if (week.error) return <FaultNote fault={week.error} onRetry={() => void week.refetch()} />;
  if (!week.data) return null;
  const sums = weekSums(week.data);
  return (
    <table className={styles.week}>
      <thead>
        <tr>
          <th scope="col">
            <h2>{t("today:weekEnding", { day: format.day(week.data.to) })}</h2>
          </th>
          <th scope="col">{t("today:signedByWorker")}</th>
          <th scope="col">{t("today:approved")}</th>
          <th scope="col">{t("today:open")}</th>
        </tr>
      </thead>
      <tbody>
        {sums.map((sum) => (
          <Row key={sum.project} sum={sum} date={date} />
        ))}
        {sums.length === 0 && (
          <tr>
            <td colSpan={4} className={styles.quiet}>
              {t("today:noHours")}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Row({ sum, date }: { sum: WeekSum; date: string }) {
  const { t } = useTranslation();
  const names = useNames();
  const open = [
    sum.disputed > 0 && t("today:disputed", { count: sum.disputed }),
    sum.changed > 0 && t("today:changed", { count: sum.changed }),
    sum.unsigned > 0 && t("today:unsigned", { count: sum.unsigned }),
  ].filter(Boolean);
  const toApprove = sum.signed - sum.approved;
  return (
    <tr>
      <th scope="row">
        <span className={join("mono", styles.code)}>{names.code(sum.project)}</span>
        <Link className={styles.plain} to={`/time?date=${date}&project=${sum.project}`}>
          {names.project(sum.project)}
        </Link>
      </th>
      <Share done={sum.signed} of={sum.people} />
      <Share done={sum.approved} of={sum.people} />
      <td>
        {open.length > 0 ? (
          <span className={styles.mark}>
            <NeedMark need="attention" size={14} />
            {open.join(", ")}
          </span>
        ) : toApprove > 0 ? (
          <span className={styles.mark}>
            <Check size={14} strokeWidth={1.75} aria-hidden />
            {t("today:toApprove", { count: toApprove })}
          </span>
        ) : (
          <span className={styles.mark}>
            <CheckCheck size={14} strokeWidth={1.75} aria-hidden className={ui.ok ?? ""} />
            {t("today:allApproved")}
          </span>
        )}
      </td>
    </tr>
  );
}

function Share({ done, of }: { done: number; of: number }) {
  const { t } = useTranslation();
  return (
    <td className="tabular">
      <span className={styles.share}>
        <Bar done={done} of={of} />
        {t("selectedOf", { n: done, total: of })}
      </span>
    </td>
  );
}
