// One conflict: every value with who wrote it, when, on which device, at which place of the log, and what its writer had not
// seen. "Keep this" writes the chosen value by somebody who has seen them all.
import { useId, useMemo, useState } from "react";
import { Link } from "react-router";
import { useTranslation } from "react-i18next";
import { call, useAct, useCall } from "../../api/client";
import { useNames } from "../../api/names";
import type { ChangeView, Datum, FieldView, KindView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button, Field, KeyCap, join } from "../../ui/controls";
import { Facts } from "../../ui/Page";
import { FaultNote, Note, Read } from "../../ui/states";
import { useUndo } from "../../ui/undo";
import { useKeys } from "../../app/keys";
import { baseOf, stepsOf, writerOf } from "../records/changes";
import { editable, fieldOf, pathOf, useKinds } from "../records/kinds";
import { Value } from "../records/Value";
import { useWords } from "../records/words";
import type { Conflict } from "./Conflicts";
import styles from "./conflicts.module.css";

export function Choice({ conflict }: { conflict: Conflict }) {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const { byName } = useKinds();
  const { record, field: name } = conflict;
  const kind = byName.get(record.kind);
  const field = fieldOf(kind, name);
  const history = useCall("history", { id: record.id });
  return (
    <section className={styles.choice} aria-label={t("conflicts:values")} data-pane="detail" tabIndex={-1}>
      <header>
        <h2>{words.title(record)}</h2>
        <p className={styles.sub}>
          {[words.kind(record.kind), words.summary(record)].filter(Boolean).join(", ")}
        </p>
        <Link to={pathOf(record)}>{t("conflicts:openRecord")}</Link>
        <h3 className={styles.field}>{t("conflicts:differ", { field: words.field(name) })}</h3>
      </header>
      {kind && field && (
        <Read query={history} what={t("records:history.title")}>
          {(changes) => <Values conflict={conflict} kind={kind} field={field} history={changes} zone={names.zone(record.project ?? (record.kind === "project" ? record.id : null))} />}
        </Read>
      )}
    </section>
  );
}

function Values(props: { conflict: Conflict; kind: KindView; field: FieldView; history: ChangeView[]; zone: string | undefined }) {
  const { t } = useTranslation();
  const words = useWords();
  const { tell } = useUndo();
  const write = useAct("write");
  const { conflict, kind, field, history, zone } = props;
  const { record } = conflict;
  const shown = record.fields[field.name] ?? null;
  // As they came about: the latest, which shows now, stands last.
  const values = useMemo<Datum[]>(() => [...(record.conflicts[field.name] ?? []), shown], [record, field.name, shown]);
  const writers = values.map((value) => writerOf(history, field.name, value));
  const base = baseOf(stepsOf(history, kind), field.name, writers);
  const [chosen, choose] = useState(values.length - 1);
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const missing = field.owes_reason && reason.trim() === "";
  const may = editable(kind, field);
  const id = useId();

  const put = (value: Datum, why: string | null, as_of: string | null) =>
    ({ kind: kind.name, record: record.id, fields: { [field.name]: value }, reason: field.owes_reason ? why : null, as_of }) as const;
  const keep = (value: Datum) => {
    setAsked(true);
    if (missing || !may) return;
    write.mutate(put(value, reason.trim(), record.as_of), { onSuccess: (written) =>
      tell(
        t("conflicts:kept", { value: words.value(kind.name, field, value, zone) }),
        JSON.stringify(value) === JSON.stringify(shown) ? undefined : () => call("write", put(shown, t("records:undoReason"), written.as_of)),
      ), });
  };
  const move = (by: number) => {
    const next = Math.max(0, Math.min(values.length - 1, chosen + by));
    choose(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  useKeys(Object.fromEntries(values.map((_, n) => [String(n + 1), () => choose(n)])));
  return (
    <>
      {base && base.before !== undefined && (
        <p className={styles.sub}>
          {t("conflicts:before", { value: words.value(kind.name, field, base.before, zone, base.beforeAt) })}
        </p>
      )}
      <div className={styles.cards} role="radiogroup" aria-label={t("conflicts:values")}>
        {values.map((value, n) => (
          <article key={JSON.stringify(value)} className={join(styles.card, n === chosen && styles.chosen)}>
            <div
              id={`${id}-${n}`}
              className={styles.pick}
              role="radio"
              aria-checked={n === chosen}
              aria-label={words.value(kind.name, field, value, zone)}
              tabIndex={n === chosen ? 0 : -1}
              onClick={() => choose(n)}
              onKeyDown={(event) => {
                if (event.key === "ArrowRight" || event.key === "ArrowDown") move(1);
                else if (event.key === "ArrowLeft" || event.key === "ArrowUp") move(-1);
                else if (event.key === " ") choose(n);
                else if (event.key === "Enter") keep(value);
                else return;
                event.preventDefault();
              }}
            >
              <KeyCap>{n + 1}</KeyCap>
              <span className={styles.state}>{n === values.length - 1 ? t("conflicts:showsNow") : t("conflicts:covered")}</span>
            </div>
            <div className={styles.value}>
              <Value kind={kind.name} field={field} datum={value} zone={zone} />
            </div>
            <Writer change={writers[n]} others={writers.filter((_, m) => m !== n)} last={n === values.length - 1} zone={zone} />
            <Button look={n === chosen ? "primary" : "plain"} onPress={() => keep(value)} isDisabled={!may} isPending={write.isPending}>
              {t("conflicts:keep")}
            </Button>
          </article>
        ))}
      </div>
      {field.owes_reason && may && (
        <div className={styles.reason}>
          <Field
            label={t("fields:reason")}
            hint={t("records:form.reasonHint")}
            error={asked && missing ? t("records:form.reasonMissing") : undefined}
            control={(ids) => <input {...ids} maxLength={300} value={reason} onChange={(event) => setReason(event.target.value)} />}
          />
        </div>
      )}
      {!may && <Note cause={t("conflicts:mayNot")} wayOn={t("conflicts:mayNotWay")} />}
      {write.error && <FaultNote fault={write.error} />}
      <p className={styles.sub}>{t("conflicts:stays")}</p>
    </>
  );
}

/** Who wrote a value, and what they had not seen when they did. */
function Writer({ change, others, last, zone }: { change: ChangeView | undefined; others: (ChangeView | undefined)[]; last: boolean; zone: string | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  if (!change) return <p className={styles.sub}>{t("conflicts:unknown")}</p>;
  const name = (of: ChangeView | undefined) => (of?.by ? names.member(of.by) : t("records:history.server"));
  // The later one had not seen the earlier ones: otherwise there would be no conflict.
  const unseen = last ? t("conflicts:unseen", { names: format.list([...new Set(others.map(name))]) }) : t("conflicts:earlier");
  return (
    <Facts
      facts={[
        [t("conflicts:by"), name(change)],
        [t("conflicts:when"), change.at === null ? t("unknown") : format.evidence(change.at, zone)],
        [t("conflicts:device"), change.label || <span className="mono">{change.device.slice(0, 8)}</span>],
        [t("conflicts:entry"), change.position === null ? t("records:history.unsent") : format.number(change.position)],
        change.reason !== null && [t("fields:reason"), change.reason],
        [t("conflicts:seen"), unseen],
      ]}
    />
  );
}
