// Actions of this computer that the confirmed state does not have yet: what each writes, how it stands, and what can be done.
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useTranslation } from "react-i18next";
import { useAct, useCall } from "../../api/client";
import { wordsOf } from "../../faults";
import type { Datum, WaitingView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { FaultNote } from "../../ui/states";
import { CustodyMark, NeedMark, Status } from "../../ui/status";
import { useUndo } from "../../ui/undo";
import { desk } from "../records/begun";
import { fieldOf, madeByForm, pathOf, useKinds } from "../records/kinds";
import { isChange, useWords } from "../records/words";
import styles from "./outbox.module.css";

/** Nothing moves it by itself: somebody has to look. */
export const isStuck = (item: WaitingView): boolean => item.state === "held" || item.state === "refused";

export function WaitingList({ title, items, safe = false }: { title: string; items: WaitingView[]; safe?: boolean }) {
  const { t } = useTranslation();
  if (items.length === 0) return null;
  return (
    <section className={styles.part}>
      <h2>
        {title} <span className={styles.count}>{items.length}</span>
      </h2>
      {safe && <p className={styles.sub}>{t("outbox:safeWay")}</p>}
      <ul className={styles.items}>
        {items.map((item) => (
          <Item key={item.action} item={item} />
        ))}
      </ul>
    </section>
  );
}

function Item({ item }: { item: WaitingView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const go = useNavigate();
  const words = useWords();
  const { byName } = useKinds();
  const record = useCall("record", { id: item.record });
  const [dismissing, setDismissing] = useState(false);
  const kind = byName.get(item.kind);
  const stuck = isStuck(item);
  const correct = () => {
    if (record.data && Object.keys(record.data.fields).length > 0) return void go(pathOf(record.data));
    // Nothing of it took effect: a new one begins with what was typed.
    desk.hand({ kind: item.kind, fields: begin(item.fields), project: record.data?.project ?? null, replaces: item.action });
    return void go(`/records/${item.kind}?new=${item.kind}`);
  };
  return (
    <li className={styles.item}>
      <div className={styles.what}>
        <p>
          <strong>{record.data ? words.title(record.data) : words.kind(item.kind)}</strong>{" "}
          <span className={styles.sub}>{[words.kind(item.kind), record.data && words.summary(record.data)].filter(Boolean).join(", ")}</span>
        </p>
        <Writes kind={item.kind} fields={item.fields} at={item.made} />
        <State item={item} />
        <p className={styles.meta}>
          {[t("outbox:made", { time: format.when(item.made) }), item.attempts > 0 && t("outbox:attempts", { count: item.attempts })].filter(Boolean).join(" ")}
        </p>
      </div>
      <div className={styles.deeds}>
        {record.data && <Link to={pathOf(record.data)}>{t("outbox:openRecord")}</Link>}
        {stuck && kind && (madeByForm(kind) || record.data) && (
          <Button small onPress={correct}>
            {t("outbox:correct")}
          </Button>
        )}
        {stuck && (
          <Button small look="quiet" onPress={() => setDismissing(true)}>
            {t("outbox:dismiss")}
          </Button>
        )}
      </div>
      {dismissing && <Dismiss item={item} onClose={() => setDismissing(false)} />}
    </li>
  );
}

/** The fields that an action writes, one a line. */
export function Writes({ kind, fields, at }: { kind: string; fields: Record<string, Datum>; at: number | null }) {
  const words = useWords();
  const { byName } = useKinds();
  return (
    <p className={styles.writes}>
      {Object.entries(fields).map(([name, datum]) => (
        <span key={name}>
          <span className={styles.sub}>{words.field(name)}</span> {words.value(kind, fieldOf(byName.get(kind), name), datum, undefined, at)}
        </span>
      ))}
    </p>
  );
}

/** How it stands, in words; what was refused says why. */
function State({ item }: { item: WaitingView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mark = isStuck(item) ? <NeedMark need="octagon" size={14} /> : <CustodyMark state={item.state === "logged" ? "received" : "local"} />;
  // A held action of a revoked device says so: that is not this computer's session.
  const why = item.fault && (item.fault.fault === "signed_out" && item.state === "held" ? { cause: t("records:outcome.revoked"), wayOn: "" } : wordsOf(item.fault, t, format));
  return (
    <div>
      <Status mark={mark} tone={isStuck(item) ? "wrong" : undefined}>
        {t(`outbox:state.${item.state}`)}
      </Status>
      {why && (
        <p className={styles.sub}>
          {why.cause} {why.wayOn}
        </p>
      )}
    </div>
  );
}

/** What a first action wrote, as a form begins with it: additions to a set are its items. */
function begin(fields: Record<string, Datum>): Record<string, Datum> {
  return Object.fromEntries(Object.entries(fields).map(([name, datum]) => [name, isChange(datum) ? (datum.add ?? []) : begun(datum)]));
}

const begun = (datum: Datum): Datum =>
  typeof datum === "object" && datum !== null && "typed" in datum ? { stated: datum.typed, earliest: null, latest: null, how: "typed" } : datum;

function Dismiss({ item, onClose }: { item: WaitingView; onClose: () => void }) {
  const { t } = useTranslation();
  const { tell } = useUndo();
  const dismiss = useAct("dismiss");
  const done = () =>
    dismiss.mutate({ action: item.action }, { onSuccess: () => {
      tell(t("outbox:dismissed"));
      onClose();
    } });
  return (
    <Dialog
      title={t("outbox:dismissTitle")}
      open
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" onPress={done} isPending={dismiss.isPending}>
            {t("outbox:dismiss")}
          </Button>
        </>
      }
    >
      <p>{t(item.state === "held" ? "outbox:dismissHeld" : "outbox:dismissRefused")}</p>
      {dismiss.error && <FaultNote fault={dismiss.error} />}
    </Dialog>
  );
}

