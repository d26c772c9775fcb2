// A record's form, made from its kind's declaration: a new record, all of one, or one field. What did not change is not
// written; where a change owes a reason it is asked for; what the core refuses is said under the form.
import { zodResolver } from "@hookform/resolvers/zod";
import { useMemo, useRef } from "react";
import { Controller, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { call, useAct } from "../../../api/client";
import { useNames } from "../../../api/names";
import type { Datum, KindView, RecordView } from "../../../generated/client";
import { Button, Field, Select } from "../../../ui/controls";
import { Detail } from "../../../ui/Page";
import { FaultNote } from "../../../ui/states";
import { useUndo } from "../../../ui/undo";
import { editable } from "../kinds";
import styles from "../records.module.css";
import { useWords } from "../words";
import { type Asked, asked, datumOf, type Draft, draftOf, type Filled, formSchema } from "./drafts";
import { useFocusIn } from "./focus";
import { FieldInput, type Wrong } from "./Input";

/** What a new record begins with: from a refused item that is corrected and sent anew. */
export interface Begun {
  fields: Record<string, Datum>;
  project: string | null;
}

export function RecordForm(props: {
  kind: KindView;
  /** The record that is changed; none makes a new one. */
  record: RecordView | null;
  /** Only this field. */
  only: string | null;
  begun?: Begun | undefined;
  onClose: () => void;
  onDone: (record: RecordView) => void;
}) {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const { tell } = useUndo();
  const write = useAct("write");
  const { kind, record, only } = props;
  const before = useMemo(() => record?.fields ?? {}, [record]);
  const fields = useMemo(
    () =>
      kind.fields
        .filter((field) => (record ? editable(kind, field) && (only === null || field.name === only) : field.form !== "bytes" && field.form !== "device" && field.merge !== "max"))
        .map((field) => asked(kind, field)),
    [kind, record, only],
  );
  const start = useMemo<Filled>(() => {
    const from = record?.fields ?? props.begun?.fields ?? {};
    const drafts = Object.fromEntries(fields.map((field) => [field.name, draftOf(field, from[field.name])]));
    const project = props.begun?.project ?? (names.projects.length === 1 ? names.projects[0]?.id : null);
    return { fields: drafts, project: project ?? "", reason: "" };
    // The form is begun once: what comes in meanwhile does not overwrite what is typed.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [fields]);
  const changed = (drafts: Record<string, Draft>): Asked[] =>
    fields.filter((field) => {
      const [is, was] = [drafts[field.name], start.fields[field.name]];
      return record ? JSON.stringify(is) !== JSON.stringify(was) : datumOf(field, is ?? "", undefined) !== null && datumOf(field, is ?? "", undefined) !== undefined;
    });
  const owes = (drafts: Record<string, Draft>) => record !== null && changed(drafts).some((field) => field.owes_reason);
  const form = useForm<Filled>({ defaultValues: start, resolver: zodResolver(formSchema(fields, record === null, owes, t)) as never });
  const drafts = form.watch("fields");
  const project = form.watch("project");
  const chooses = record === null && kind.project && kind.name !== "project";
  const zone = names.zone(record?.project ?? (kind.name === "project" ? record?.id : project));

  const pane = useRef<HTMLFormElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  useFocusIn(pane);
  const save = form.handleSubmit((filled) => {
    if (chooses && !filled.project) return form.setError("project", { message: t("records:form.missing") });
    const writes: Record<string, Datum> = {};
    for (const field of record ? changed(filled.fields) : fields) {
      const datum = datumOf(field, filled.fields[field.name] ?? "", before[field.name]);
      // A new record says nothing of what is empty, but for a needed moment: that is now.
      const silent = datum === undefined || (record === null && datum === null && !(field.form === "moment" && field.first));
      if (!silent) writes[field.name] = datum;
    }
    if (Object.keys(writes).length === 0) return props.onClose();
    const reason = filled.reason.trim() || null;
    const asks = { kind: kind.name, record: record?.id ?? null, project: record ? null : filled.project || null, fields: writes, reason, as_of: record?.as_of ?? null };
    write.mutate(asks, { onSuccess: (written) => {
      const back = record ? () => restore(kind, record, written, Object.keys(writes), t("records:undoReason")) : undefined;
      const hide = () => call("withdraw", { record: written.id, withdrawn: true, reason: t("records:undoReason"), as_of: written.as_of });
      tell(t(record ? "records:toldChanged" : "records:toldMade", { title: words.title(written) }), back ?? (kind.access === "organisation" ? undefined : hide));
      props.onDone(written);
    } });
    return undefined;
  });

  const { errors, isDirty } = form.formState;
  const one = only !== null && fields[0] ? words.field(fields[0].name) : null;
  const title = record ? t("records:form.change", { what: one ?? words.title(record) }) : t("records:form.new", { kind: words.kind(kind.name) });
  return (
    <Detail
      label={title}
      title={title}
      sub={record ? words.title(record) : undefined}
      onClose={props.onClose}
      wide
      foot={
        <>
          <Button look="primary" onPress={() => void save()} isPending={write.isPending}>
            {record ? t("action.save") : t("records:form.make")}
          </Button>
          <Button ref={cancel} onPress={props.onClose}>
            {t("action.cancel")}
          </Button>
        </>
      }
    >
      <form
        ref={pane}
        className={styles.form}
        noValidate
        onKeyDown={(event) => {
          // What was typed is not lost by a slip: Escape leads to Cancel, and that gives it up.
          if (event.key !== "Escape" || !isDirty || event.defaultPrevented) return;
          event.preventDefault();
          cancel.current?.focus();
        }}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {chooses && (
          <Controller
            control={form.control}
            name="project"
            render={({ field }) => (
              <div>
                <Select
                  label={words.field("project")}
                  labelled
                  placeholder={t("records:form.choose")}
                  options={names.projects.map((p) => ({ id: p.id, text: names.project(p.id) }))}
                  value={field.value || null}
                  onChange={field.onChange}
                />
                {errors.project?.message && (
                  <span className={styles.wrong} role="alert">
                    {errors.project.message}
                  </span>
                )}
              </div>
            )}
          />
        )}
        {fields.map((asks) => (
          <Controller
            key={asks.name}
            control={form.control}
            name={`fields.${asks.name}`}
            render={({ field }) => (
              <FieldInput
                field={asks}
                label={asks.first ? words.field(asks.name) : t("records:form.optional", { field: words.field(asks.name) })}
                value={field.value ?? ""}
                onChange={field.onChange}
                wrong={wrongOf(errors.fields?.[asks.name])}
                zone={zone}
                project={record ? record.project : project || null}
              />
            )}
          />
        ))}
        {owes(drafts) && (
          <Field
            label={words.field("reason")}
            hint={t("records:form.reasonHint")}
            error={errors.reason?.message}
            control={(ids) => <input {...ids} {...form.register("reason")} />}
          />
        )}
        {write.error && <FaultNote fault={write.error} />}
        {/* Enter in a field saves. */}
        <button type="submit" className="spoken" tabIndex={-1} aria-hidden />
      </form>
    </Detail>
  );
}

/** Writes back what was there: an action of its own. */
async function restore(kind: KindView, before: RecordView, written: RecordView, names: string[], reason: string) {
  const fields: Record<string, Datum> = {};
  let owes = false;
  for (const field of kind.fields.filter((f) => names.includes(f.name) && f.merge !== "append")) {
    const was = before.fields[field.name] ?? null;
    fields[field.name] = field.merge === "set" ? (datumOf(asked(kind, field), Array.isArray(was) ? was.map(String) : [], written.fields[field.name]) ?? {}) : was;
    owes ||= field.owes_reason;
  }
  return call("write", { kind: kind.name, record: before.id, fields, reason: owes ? reason : null, as_of: written.as_of });
}

/** What the schema found, by part. */
function wrongOf(error: unknown): Wrong {
  const wrong: Wrong = {};
  const found = error as Record<string, { message?: string } | string | undefined> | undefined;
  if (!found) return wrong;
  if (typeof found.message === "string") wrong[""] = found.message;
  for (const [part, said] of Object.entries(found)) if (typeof said === "object" && said?.message) wrong[part] = said.message;
  return wrong;
}
