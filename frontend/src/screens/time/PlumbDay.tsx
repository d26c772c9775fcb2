// The day's punches on the plumb line: when, what, where, and what needs an eye, each in words beside its shape.
import { MoreHorizontal } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNames } from "../../api/names";
import { useFormat } from "../../i18n/format";
import { join, Menu } from "../../ui/controls";
import { NeedMark, Notch, PlaceMark, Status, type Verdict } from "../../ui/status";
import { dayOf } from "../days";
import { type Mark, marks, type Punch, shownMoment } from "./punches";
import { WithdrawPunch } from "./WithdrawPunch";
import styles from "./cell.module.css";

export function PlumbDay({ punches, zone, date, onCorrect }: { punches: Punch[]; zone: string; date: string; onCorrect: (punch: Punch) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [withdrawing, setWithdrawing] = useState<Punch | null>(null);
  const list = marks(punches);
  const gone = punches.filter((punch) => punch.record.withdrawn);
  return (
    <>
      <ol className={styles.line}>
        {list.map((mark) => (
          <li key={mark.punch.record.id} className={styles.punch}>
            <span className={join(styles.time, "tabular")}>
              {mark.at ? format.moment(shownMoment(mark.at), zone) : t("unknown")}
              {mark.at && dayOf(mark.at.stated, zone) !== date && <small>{format.day(mark.at.stated, zone)}</small>}
            </span>
            <span className={join(styles.plumb, mark.after === "work" && styles.work, mark.after === "break" && styles.break)} aria-hidden>
              <i className={mark.full ? styles.full : undefined} />
            </span>
            <Words mark={mark} />
            <Menu
              small
              label={t("time:punchMenu", { what: t(`time:what.${mark.what}`), time: mark.at ? format.moment(shownMoment(mark.at), zone) : "" })}
              button={<MoreHorizontal size={16} strokeWidth={1.75} aria-hidden />}
              items={[
                { id: "correct", text: t("time:correct"), onAction: () => onCorrect(mark.punch) },
                { id: "withdraw", text: t("time:withdraw"), onAction: () => setWithdrawing(mark.punch) },
              ]}
            />
          </li>
        ))}
      </ol>
      {gone.map((punch) => (
        <Gone key={punch.record.id} punch={punch} zone={zone} onRestore={() => setWithdrawing(punch)} />
      ))}
      {withdrawing && <WithdrawPunch punch={withdrawing} zone={zone} onClose={() => setWithdrawing(null)} />}
    </>
  );
}

function Words({ mark }: { mark: Mark }) {
  const { t } = useTranslation();
  const names = useNames();
  const { verdict, flags } = mark.punch;
  const what = t(`time:what.${mark.what}`);
  const named = mark.full && mark.classification;
  return (
    <div className={styles.what}>
      <strong>{named ? (mark.what === "switch" ? t("time:switchedTo", { classification: mark.classification }) : `${what}, ${mark.classification}`) : what}</strong>
      {flags.map((flag) => (
        <Status key={flag} mark={<NeedMark need="attention" size={14} />} tone="attention">
          {t(`time:flag.${flag}`, { defaultValue: flag })}
        </Status>
      ))}
      {mark.hand ? (
        <Status
          mark={
            <span className={styles.hand}>
              <Notch />
            </span>
          }
        >
          {mark.hand === "added" ? t("time:addedByHand") : t("time:correctedByHand")}
          {verdict.verdict === "no_place" && `, ${t("time:placeUnknown")}`}
        </Status>
      ) : null}
      {(!mark.hand || verdict.verdict !== "no_place") && <Where verdict={verdict} />}
      {mark.by !== null && <span className={styles.note}>{t("time:madeBy", { name: names.member(mark.by) })}</span>}
      {mark.punch.record.pending && <span className={styles.note}>{t("status.pending")}</span>}
    </div>
  );
}

/** Verdict, then accuracy; of a made-up location it is said, not judged. */
function Where({ verdict }: { verdict: Punch["verdict"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const known = verdict.verdict as Verdict;
  const parts = [
    t(`place.${known}`),
    known === "cannot_tell" && verdict.distance_cm !== null && t("place.fence", { distance: format.length(verdict.distance_cm) }),
    known === "outside" && verdict.distance_cm !== null && t("place.fence", { distance: format.length(verdict.distance_cm) }),
    verdict.accuracy_cm !== null && known !== "no_place" && t("place.accuracy", { accuracy: format.length(verdict.accuracy_cm) }),
  ].filter(Boolean);
  return (
    <>
      <Status mark={<PlaceMark verdict={known} />}>{known === "cannot_tell" ? `${String(parts[0])}: ${parts.slice(1).join(", ")}` : parts.join(", ")}</Status>
      {verdict.mock && <span className={styles.note}>{t("place.mock")}</span>}
    </>
  );
}

/** A withdrawn punch counts nothing and stays in sight. */
function Gone({ punch, zone, onRestore }: { punch: Punch; zone: string; onRestore: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [mark] = marks([{ ...punch, record: { ...punch.record, withdrawn: false } }]);
  if (!mark) return null;
  return (
    <div className={join(styles.punch, styles.gone)}>
      <s className={join(styles.time, "tabular")}>{mark.at ? format.moment(shownMoment(mark.at), zone) : t("unknown")}</s>
      <span className={styles.plumb} aria-hidden />
      <div className={styles.what}>
        <span>{t("time:withdrawnPunch", { what: t(`time:what.${mark.what}`) })}</span>
      </div>
      <Menu
        small
        label={t("time:punchMenu", { what: t(`time:what.${mark.what}`), time: mark.at ? format.moment(shownMoment(mark.at), zone) : "" })}
        button={<MoreHorizontal size={16} strokeWidth={1.75} aria-hidden />}
        items={[{ id: "restore", text: t("time:restore"), onAction: onRestore }]}
      />
    </div>
  );
}
