// One record: its fields by their forms, conflicts where they are, what waits, the history of every field and the proof of it
// in words; and what can be done.
import { Pencil } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Link, useNavigate } from "react-router";
import { useTranslation } from "react-i18next";
import { useCall } from "../../api/client";
import { useNames } from "../../api/names";
import { useKeys } from "../../app/keys";
import type { FieldView, KindView, RecordView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button, IconButton, KeyCap } from "../../ui/controls";
import { Detail, Section } from "../../ui/Page";
import { Note, Read } from "../../ui/states";
import { NeedMark, PlaceMark, Status, type Verdict } from "../../ui/status";
import { remember } from "../palette/recents";
import { RecordForm } from "./form/RecordForm";
import { History } from "./History";
import { editable, useKinds } from "./kinds";
import styles from "./records.module.css";
import { Value } from "./Value";
import { Withdraw } from "./Withdraw";
import { isEmpty, useWords } from "./words";

export function RecordDetail({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const record = useCall("record", { id }, { placeholderData: undefined });
  return record.data ? (
    <Shown key={id} record={record.data} onClose={onClose} />
  ) : (
    <Detail label={t("records:detail")} title={t("records:one")} onClose={onClose}>
      <Section>
        <Read query={record} what={t("records:one")}>
          {() => null}
        </Read>
      </Section>
    </Detail>
  );
}

function Shown({ record, onClose }: { record: RecordView; onClose: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const { byName } = useKinds();
  const [editing, setEditing] = useState<string | true | null>(null);
  const [withdrawing, setWithdrawing] = useState(false);
  const kind = byName.get(record.kind);
  const zone = names.zone(record.project ?? (record.kind === "project" ? record.id : null));
  const writes = record.known && kind !== undefined && kind.fields.some((field) => editable(kind, field));
  useEffect(() => remember({ id: record.id, kind: record.kind }), [record.id, record.kind]);
  useKeys(writes && editing === null ? { c: () => setEditing(true) } : {});
  if (kind && editing !== null)
    return (
      <RecordForm
        kind={kind}
        record={record}
        only={editing === true ? null : editing}
        onClose={() => setEditing(null)}
        onDone={() => setEditing(null)}
      />
    );
  // Kinds that everybody sees are not withdrawn: a member changes roles, a device is revoked.
  const withdraws = writes && kind.access !== "organisation";
  return (
    <Detail
      label={t("records:detail")}
      title={words.title(record)}
      sub={[words.kind(record.kind), record.kind !== "project" && record.project && names.project(record.project)].filter(Boolean).join(", ")}
      onClose={onClose}
      wide
      foot={
        writes && (
          <>
            <Button onPress={() => setEditing(true)}>
              {t("records:edit")} <KeyCap>C</KeyCap>
            </Button>
            {withdraws && (
              <Button look="quiet" onPress={() => setWithdrawing(true)}>
                {record.withdrawn ? t("records:showAgain") : t("records:withdraw")}
              </Button>
            )}
          </>
        )
      }
    >
      <Marks record={record} />
      {kind && (
        <Section>
          <dl className={styles.fields}>
            {kind.fields.map((field) => (
              <FieldRow
                key={field.name}
                kind={kind}
                field={field}
                record={record}
                zone={zone}
                onEdit={writes && editable(kind, field) ? () => setEditing(field.name) : undefined}
              />
            ))}
          </dl>
        </Section>
      )}
      <Past record={record} kind={kind} zone={zone} />
      {withdrawing && <Withdraw record={record} onClose={() => setWithdrawing(false)} />}
    </Detail>
  );
}

/** What stands out: made by a newer version, withdrawn, not sent yet. */
function Marks({ record }: { record: RecordView }) {
  const { t } = useTranslation();
  const notes: ReactNode[] = [];
  if (!record.known) notes.push(<Note key="newer" cause={t("records:newer")} wayOn={t("newer")} />);
  if (record.withdrawn) notes.push(<Note key="withdrawn" tone="attention" cause={t("records:isWithdrawn")} wayOn={t("records:isWithdrawnWay")} />);
  if (record.pending) notes.push(<Note key="pending" cause={t("status.pending")} wayOn={t("records:isPending")} />);
  return notes.length > 0 ? <div className={styles.notes}>{notes}</div> : null;
}

function FieldRow(props: { kind: KindView; field: FieldView; record: RecordView; zone: string | undefined; onEdit: (() => void) | undefined }) {
  const { t } = useTranslation();
  const words = useWords();
  const { kind, field, record, zone, onEdit } = props;
  const others = record.conflicts[field.name] ?? [];
  const datum = record.fields[field.name];
  const name = words.field(field.name);
  // What is empty and cannot be filled here tells nothing.
  if (isEmpty(datum) && !onEdit && others.length === 0) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd className="selectable">
        {onEdit && (
          <IconButton label={t("records:editField", { field: name })} onPress={onEdit}>
            <Pencil size={14} strokeWidth={1.75} aria-hidden />
          </IconButton>
        )}
        {kind.name === "punch" && field.name === "place" ? <PlaceVerdict id={record.id} /> : null}
        {isEmpty(datum) && kind.name === "punch" && field.name === "place" ? null : <Value kind={kind.name} field={field} datum={datum} zone={zone} />}
        {others.map((other) => (
          <p key={JSON.stringify(other)} className={styles.conflict}>
            <Status mark={<NeedMark need="conflict" size={14} />} tone="attention">
              {t("records:conflict", { value: words.value(kind.name, field, other, zone) })}
            </Status>
            <Link to={`/conflicts?record=${record.id}&field=${field.name}`}>{t("records:choose")}</Link>
          </p>
        ))}
      </dd>
    </div>
  );
}

/** Where a punch was, against its project's fence. */
function PlaceVerdict({ id }: { id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const verdict = useCall("verdict", { id });
  if (!verdict.data) return null;
  const { distance_cm: distance, accuracy_cm: accuracy, mock } = verdict.data;
  const of = verdict.data.verdict as Verdict;
  const parts = [
    t(`place.${of}`),
    of !== "inside" && distance !== null && t("place.fence", { distance: format.length(distance) }),
    accuracy !== null && t("place.accuracy", { accuracy: format.length(accuracy) }),
  ];
  return (
    <div>
      <Status mark={<PlaceMark verdict={of} />}>{parts.filter(Boolean).join(", ")}</Status>
      {mock && <p className={styles.meta}>{t("place.mock")}</p>}
    </div>
  );
}

function Past({ record, kind, zone }: { record: RecordView; kind: KindView | undefined; zone: string | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const history = useCall("history", { id: record.id });
  const log = useCall("log");
  const go = useNavigate();
  return (
    <Read query={history} what={t("records:history.title")}>
      {(changes) => {
        const logged = changes.filter((change) => change.position !== null);
        const last = logged.at(-1);
        return (
          <>
            <History history={changes} kind={kind} zone={zone} />
            <Section
              title={t("records:proof.title")}
              aside={
                <Button look="link" onPress={() => void go("/organization/log")}>
                  {t("records:proof.log")}
                </Button>
              }
            >
              <p className={styles.proof}>
                {last
                  ? t("records:proof.signed", { count: logged.length, n: format.number(last.position ?? 0) })
                  : t("records:proof.unsent")}
              </p>
              {last && log.data && (
                <p className={styles.proof}>
                  {t(log.data.all ? "records:proof.judged" : "records:proof.checked", { size: format.number(log.data.size) })}
                </p>
              )}
            </Section>
          </>
        );
      }}
    </Read>
  );
}
