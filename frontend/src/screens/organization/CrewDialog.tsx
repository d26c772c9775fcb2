// Makes a crew of a project or changes one: who leads, who belongs to it, from when on and on which days it is expected.
import { zodResolver } from "@hookform/resolvers/zod";
import { Time } from "@internationalized/date";
import { DateInput, DateSegment, Label, TimeField } from "react-aria-components";
import { Controller, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { call, useAct } from "../../api/client";
import { text, useNames } from "../../api/names";
import type { Datum, RecordView } from "../../generated/client";
import { Button, Select } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Input, useFaults } from "../../ui/form";
import { FaultNote } from "../../ui/states";
import ui from "../../ui/ui.module.css";
import { useUndo } from "../../ui/undo";
import styles from "./organization.module.css";
import { ids, roleOf } from "./rights";
import { Several } from "./Several";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const NOBODY = "nobody";
const FORM = z.object({ name: z.string().trim().min(1).max(100), foreman: z.string(), members: z.array(z.string()), starts: z.number().nullable(), days: z.array(z.string()) });
type Crew = z.infer<typeof FORM>;

export const startsOf = (crew: RecordView): number | null => (typeof crew.fields.starts === "number" ? crew.fields.starts : null);

export function CrewDialog({ project, crew, onClose }: { project: string; crew?: RecordView; onClose: () => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const { tell } = useUndo();
  const write = useAct("write");
  const before: Crew = crew
    ? { name: text(crew, "name") ?? "", foreman: text(crew, "foreman") ?? NOBODY, members: ids(crew, "members"), starts: startsOf(crew), days: ids(crew, "days") }
    : { name: "", foreman: NOBODY, members: [], starts: 420, days: [] };
  const form = useForm<Crew>({ resolver: zodResolver(FORM), defaultValues: crew ? before : { ...before, days: DAYS.slice(0, 5) } });
  const faults = useFaults(write.error);
  const save = form.handleSubmit((now) => {
    const fields = changes(before, now, !crew);
    if (Object.keys(fields).length === 0) return onClose();
    write.mutate(crew ? { kind: "crew", record: crew.id, fields, as_of: crew.as_of } : { kind: "crew", project, fields }, {
      onSuccess: (record) => {
        tell(
          t(crew ? "organization:crews.changed" : "organization:crews.made", { name: now.name }),
          crew && (() => call("write", { kind: "crew", record: record.id, fields: changes(now, before, false), as_of: record.as_of })),
        );
        onClose();
      },
    });
  });
  const here = names.members.filter((m) => ids(m, "projects").includes(project));
  const foremen = names.members.filter((m) => roleOf(m) !== "worker" || m.id === before.foreman);
  return (
    <Dialog
      open
      firm
      title={crew ? t("organization:crews.editTitle", { name: before.name }) : t("organization:crews.add")}
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" isDisabled={write.isPending} onPress={() => void save()}>
            {crew ? t("action.save") : t("organization:crews.add")}
          </Button>
        </>
      }
    >
      <form className={styles.form} onSubmit={(e) => void save(e)} noValidate>
        <Input label={t("fields:name")} autoFocus maxLength={100} error={form.formState.errors.name ? t("organization:needed") : faults.at("name")} {...form.register("name")} />
        <Controller
          control={form.control}
          name="foreman"
          render={({ field }) => (
            <Select labelled label={t("fields:foreman")} value={field.value} onChange={field.onChange} options={[{ id: NOBODY, text: t("none") }, ...foremen.map((m) => ({ id: m.id, text: names.member(m.id) }))]} />
          )}
        />
        <Controller
          control={form.control}
          name="members"
          render={({ field }) => (
            <Several
              label={t("fields:members")}
              value={field.value}
              onChange={field.onChange}
              empty={t("organization:crews.nobody")}
              options={[...here, ...names.members.filter((m) => before.members.includes(m.id) && !here.includes(m))].map((m) => ({ id: m.id, text: names.member(m.id) }))}
            />
          )}
        />
        <Controller
          control={form.control}
          name="starts"
          render={({ field }) => (
            <TimeField
              className={ui.field ?? ""}
              hourCycle={24}
              value={field.value === null ? null : new Time(Math.floor(field.value / 60), field.value % 60)}
              onChange={(time) => field.onChange(time ? time.hour * 60 + time.minute : null)}
            >
              <Label className={ui.label ?? ""}>{t("fields:starts")}</Label>
              <DateInput className={`${ui.input ?? ""} ${styles.time ?? ""}`}>{(segment) => <DateSegment segment={segment} className={styles.segment ?? ""} />}</DateInput>
              <span className={ui.hint}>{t("organization:crews.startsHint")}</span>
            </TimeField>
          )}
        />
        <Controller
          control={form.control}
          name="days"
          render={({ field }) => <Several label={t("fields:days")} value={field.value} onChange={field.onChange} options={DAYS.map((id) => ({ id, text: t(`organization:days.${id}`) }))} />}
        />
        <button type="submit" hidden />
        {write.error && faults.besides("name") && <FaultNote fault={write.error} />}
      </form>
    </Dialog>
  );
}

/** What has to be written to come from `from` to `to`. */
function changes(from: Crew, to: Crew, fresh: boolean): Record<string, Datum> {
  const fields: Record<string, Datum> = {};
  if (to.name !== from.name) fields.name = to.name;
  if (to.foreman !== from.foreman) fields.foreman = to.foreman === NOBODY ? null : to.foreman;
  if (to.starts !== from.starts || (fresh && to.starts !== null)) fields.starts = to.starts;
  for (const name of ["members", "days"] as const) {
    const add = to[name].filter((id) => !from[name].includes(id));
    const remove = from[name].filter((id) => !to[name].includes(id));
    if (add.length > 0 || remove.length > 0) fields[name] = { add, remove };
  }
  return fields;
}
