// Who did what about the punches of a day: what is more than a worker's own punch, and on request everything with its proof in
// words: by which device it was signed, where it stands in the log, and how far this computer has checked that log.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCall } from "../../api/client";
import { useNames } from "../../api/names";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { Section } from "../../ui/Page";
import { type Deed, deeds, type Punch, statedBy, whatOf } from "./punches";
import styles from "./cell.module.css";

export function Deeds({ punches, zone }: { punches: Punch[]; zone: string }) {
  const { t } = useTranslation();
  const [proof, setProof] = useState(false);
  const all = deeds(punches);
  const shown = proof ? all : all.filter((deed) => deed.notable);
  return (
    <Section
      title={t("time:history")}
      aside={
        <Button look="link" onPress={() => setProof(!proof)} aria-expanded={proof}>
          {proof ? t("time:hideProof") : t("time:showProof")}
        </Button>
      }
    >
      {shown.length === 0 ? (
        <p className={styles.quiet}>{t("time:nothingByHand")}</p>
      ) : (
        <ol className={styles.deeds}>
          {shown.map((deed) => (
            <DeedRow key={deed.change.action} deed={deed} zone={zone} proof={proof} />
          ))}
        </ol>
      )}
    </Section>
  );
}

const initials = (name: string) =>
  name
    .split(" ")
    .map((word) => word.charAt(0))
    .filter((_, index, all) => index === 0 || index === all.length - 1)
    .join("");

function DeedRow({ deed, zone, proof }: { deed: Deed; zone: string; proof: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const { change, punch } = deed;
  const name = change.by === null ? t("unknown") : names.member(change.by);
  const stated = statedBy(change);
  const what = typeof change.fields.what === "string" ? change.fields.what : whatOf(punch);
  const parts = [
    stated !== null && format.time(stated, zone),
    deed.did === "corrected" && typeof change.fields.what === "string" && t(`time:what.${what}`),
    typeof change.fields.classification === "string" && change.fields.classification,
  ].filter(Boolean);
  const label = change.label || t("time:deviceOf", { name });
  const where = [
    change.at !== null && format.when(change.at, zone),
    label,
    change.position === null ? t("status.pending") : t("time:entry", { position: format.number(change.position) }),
  ].filter(Boolean);
  return (
    <li>
      <span className={styles.initials} aria-hidden>
        {initials(name)}
      </span>
      <div>
        <p>
          <strong>{name}</strong> {t(`time:deed.${deed.did}`, { what: t(`time:noun.${what}`) })} {parts.join(", ")}
        </p>
        {change.reason && <p className="selectable">“{change.reason}”</p>}
        {change.outcome !== "applied" && change.outcome !== "waiting" && <p className={styles.wrong}>{t("time:heldDeed")}</p>}
        <p className={styles.meta}>{where.join(", ")}</p>
        {proof && <Proof deed={deed} label={label} />}
      </div>
    </li>
  );
}

function Proof({ deed: { change }, label }: { deed: Deed; label: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const size = useCall("status").data?.size ?? 0;
  const words =
    change.position === null
      ? t("time:proofWaiting", { label })
      : t("time:proof", { label, position: format.number(change.position), size: format.number(size) });
  return (
    <>
      <p className={styles.meta}>{words}</p>
      <p className={styles.meta}>
        {t("time:action")} <span className="mono selectable">{change.action}</span>
      </p>
    </>
  );
}
