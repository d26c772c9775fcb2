// The history of a record: who wrote what in place of what, when, on which device, why, and where it stands in the log.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNames } from "../../api/names";
import type { ChangeView, KindView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Select } from "../../ui/controls";
import { Section } from "../../ui/Page";
import { NeedMark, Status } from "../../ui/status";
import { type FieldChange, type Step, stepsOf, tookEffect } from "./changes";
import styles from "./records.module.css";
import { useWords } from "./words";

const ALL = "*";

export function History({ history, kind, zone }: { history: ChangeView[]; kind: KindView | undefined; zone: string | undefined }) {
  const { t } = useTranslation();
  const words = useWords();
  const [only, setOnly] = useState<string>(ALL);
  const steps = stepsOf(history, kind);
  const names = [...new Set(history.flatMap((change) => Object.keys(change.fields)))];
  const shown = steps.filter((step) => only === ALL || step.fields.some((field) => field.name === only)).reverse();
  return (
    <Section
      title={t("records:history.title")}
      aside={
        names.length > 1 && (
          <Select
            label={t("records:history.of")}
            options={[{ id: ALL, text: t("records:history.all") }, ...names.map((name) => ({ id: name, text: words.field(name) }))]}
            value={only}
            onChange={setOnly}
            filter
          />
        )
      }
    >
      <ol className={styles.history}>
        {shown.map((step) => (
          <HistoryStep key={step.change.action} step={step} only={only === ALL ? null : only} kind={kind?.name ?? ""} zone={zone} />
        ))}
      </ol>
    </Section>
  );
}

function HistoryStep({ step, only, kind, zone }: { step: Step; only: string | null; kind: string; zone: string | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const { change, fields, first } = step;
  const who = change.by ? names.member(change.by) : t("records:history.server");
  const held = !tookEffect(change);
  return (
    <li className={styles.step}>
      <span className={styles.initials} aria-hidden>
        {initials(who)}
      </span>
      <div>
        <p>
          <strong>{who}</strong> {first ? t("records:history.made") : t("records:history.changed")}
        </p>
        <ul>
          {fields
            .filter((field) => only === null || field.name === only)
            .map((field) => (
              <FieldLine key={field.name} field={field} first={first} at={change.at} kind={kind} zone={zone} />
            ))}
        </ul>
        {change.reason && <p className={styles.reason}>{t("records:history.reason", { reason: change.reason })}</p>}
        {held && (
          <Status mark={<NeedMark need="octagon" size={14} />} tone="wrong">
            {t("records:history.held", { why: t(`records:outcome.${change.outcome}`) })}
          </Status>
        )}
        <p className={styles.meta}>
          {[
            change.at !== null && format.evidence(change.at, zone),
            change.label || t("records:history.device", { id: change.device.slice(0, 8) }),
            change.position === null ? t("records:history.unsent") : t("records:history.entry", { n: format.number(change.position) }),
          ]
            .filter(Boolean)
            .join(", ")}
        </p>
      </div>
    </li>
  );
}

function FieldLine({ field, first, at, kind, zone }: { field: FieldChange; first: boolean; at: number | null; kind: string; zone: string | undefined }) {
  const { t } = useTranslation();
  const words = useWords();
  const after = words.value(kind, field.field, field.after, zone, at);
  const plain = first || field.before === undefined || field.field?.merge === "set" || field.field?.merge === "append";
  return (
    <li className={styles.change}>
      <span className={styles.name}>{words.field(field.name)}</span>{" "}
      {plain ? (
        <span className="selectable">{after}</span>
      ) : (
        <span className="selectable">
          <del>{words.value(kind, field.field, field.before, zone, field.beforeAt)}</del>
          <span aria-hidden> → </span>
          <span className="spoken"> {t("records:history.to")} </span>
          {after}
        </span>
      )}
    </li>
  );
}

function initials(name: string): string {
  const [first = "", ...rest] = name.split(" ");
  return `${first.charAt(0)}${rest.at(-1)?.charAt(0) ?? ""}`.toUpperCase();
}
