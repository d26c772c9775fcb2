// What a repair of this computer's data did and could not save, and work that a restore left behind. Named as far as it has a
// name; shown only where there is any.
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCall } from "../../api/client";
import { useNames } from "../../api/names";
import type { LostView, RepairView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { FaultNote, Note } from "../../ui/states";
import { useWords } from "../records/words";
import styles from "./outbox.module.css";

export function Losses() {
  const repairs = useCall("repairs");
  const lost = useCall("lost");
  const fault = repairs.error ?? lost.error;
  return (
    <>
      {fault && <FaultNote fault={fault} />}
      {(repairs.data ?? []).map((repair) => (
        <Repair key={repair.at} repair={repair} />
      ))}
      {(lost.data ?? []).map((hole) => (
        <Hole key={`${hole.device}.${hole.from}`} hole={hole} />
      ))}
    </>
  );
}

function Repair({ repair }: { repair: RepairView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const whole = repair.lost.length === 0 && repair.missing === 0 && repair.end_known;
  return (
    <section className={styles.part}>
      <h2>{t("outbox:repair", { time: format.when(repair.at) })}</h2>
      <Note
        tone={whole ? "ok" : "attention"}
        cause={whole ? t("outbox:repairWhole") : t("outbox:repairPart", { count: repair.lost.length })}
        wayOn={t("outbox:repairSaved", { actions: format.number(repair.actions), photos: format.number(repair.photos), aside: repair.aside })}
      />
      {repair.lost.length > 0 && (
        <ul className={styles.items}>
          {repair.lost.map((item) => (
            <li key={`${item.what}.${item.record}`} className={styles.item}>
              <span>
                {t(`outbox:unsaved.${item.what}`)} <Link to={`/records/${item.kind}/${item.record}`}>{words.kind(item.kind)}</Link>
              </span>
            </li>
          ))}
        </ul>
      )}
      {repair.missing > 0 && <p className={styles.sub}>{t("outbox:repairMissing", { count: repair.missing })}</p>}
      {!repair.end_known && <p className={styles.sub}>{t("outbox:repairEnd")}</p>}
    </section>
  );
}

function Hole({ hole }: { hole: LostView }) {
  const { t } = useTranslation();
  const names = useNames();
  const who = hole.member ? names.member(hole.member) : hole.device.slice(0, 8);
  return (
    <section className={styles.part}>
      <h2>{t("outbox:lost")}</h2>
      <Note tone="attention" cause={t("outbox:lostOf", { count: hole.waiting, name: who })} wayOn={t("outbox:lostWay", { name: who })} />
    </section>
  );
}
