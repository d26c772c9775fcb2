// Held actions: they are in the log, without effect. Their author learns why; an administrator may let one take effect.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/client";
import { useNames } from "../../api/names";
import { wordsOf } from "../../faults";
import type { HeldView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { FaultNote } from "../../ui/states";
import { NeedMark, Status } from "../../ui/status";
import { useUndo } from "../../ui/undo";
import { useWords } from "../records/words";
import styles from "./outbox.module.css";
import { Writes } from "./Waiting";

export function HeldList({ held, admits }: { held: HeldView[]; admits: boolean }) {
  const { t } = useTranslation();
  if (held.length === 0) return null;
  return (
    <section className={styles.part}>
      <h2>
        {t("outbox:held")} <span className={styles.count}>{held.length}</span>
      </h2>
      <p className={styles.sub}>{admits ? t("outbox:heldWayAdmin") : t("outbox:heldWay")}</p>
      <ul className={styles.items}>
        {held.map((item) => (
          <Item key={item.action} item={item} admits={admits} />
        ))}
      </ul>
    </section>
  );
}

function Item({ item, admits }: { item: HeldView; admits: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const names = useNames();
  const [admitting, setAdmitting] = useState(false);
  // A rule that is broken is said in full; rights by the reason alone.
  const why = item.why === "invalid" ? wordsOf(item.fault, t, format).cause : t(`records:outcome.${item.why}`);
  return (
    <li className={styles.item}>
      <div className={styles.what}>
        <p>
          <strong>{words.kind(item.kind)}</strong>{" "}
          <span className={styles.sub}>{t("outbox:by", { name: item.by ? names.member(item.by) : t("outbox:someone", { device: item.device.slice(0, 8) }) })}</span>
        </p>
        <Writes kind={item.kind} fields={item.fields} at={item.received} />
        <Status mark={<NeedMark need="octagon" size={14} />} tone="wrong">
          {why}
        </Status>
        <p className={styles.meta}>{t("outbox:heldAt", { time: format.when(item.received), n: format.number(item.position) })}</p>
      </div>
      {admits && (
        <div className={styles.deeds}>
          <Button small onPress={() => setAdmitting(true)}>
            {t("outbox:admit")}
          </Button>
        </div>
      )}
      {admitting && <Admit item={item} why={why} onClose={() => setAdmitting(false)} />}
    </li>
  );
}

function Admit({ item, why, onClose }: { item: HeldView; why: string; onClose: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const { tell } = useUndo();
  const admit = useAct("admit");
  const done = () =>
    admit.mutate({ action: item.action }, { onSuccess: (record) => {
      tell(t("outbox:admitted", { title: words.title(record) }));
      onClose();
    } });
  return (
    <Dialog
      title={t("outbox:admitTitle")}
      open
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" onPress={done} isPending={admit.isPending}>
            {t("outbox:admit")}
          </Button>
        </>
      }
    >
      <p>{why}</p>
      <Writes kind={item.kind} fields={item.fields} at={item.received} />
      <p className={styles.means}>{t("outbox:admitMeans")}</p>
      {admit.error && <FaultNote fault={admit.error} />}
    </Dialog>
  );
}
