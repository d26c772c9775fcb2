// Makes a project or changes one: name, number, time zone, classifications, geofence and outline.
import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { call, useAct } from "../../api/client";
import { text } from "../../api/names";
import type { Datum, GeofenceView, RecordView } from "../../generated/client";
import { HERE } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Input, useFaults } from "../../ui/form";
import { FaultNote } from "../../ui/states";
import { useUndo } from "../../ui/undo";
import { shapeOf } from "./fence";
import { FenceEditor } from "./FenceEditor";
import styles from "./organization.module.css";
import { ids } from "./rights";
import { Tokens } from "./Tokens";
import { ZoneField } from "./ZoneField";

const FORM = z.object({
  name: z.string().trim().min(1).max(100),
  number: z.string().trim().max(50),
  zone: z.string().min(1),
  classifications: z.array(z.string()),
});
type Typed = z.infer<typeof FORM>;
interface All extends Typed {
  geofence: GeofenceView | null;
  outline: GeofenceView | null;
}

export function ProjectDialog({ project, onClose, onDone }: { project?: RecordView; onClose: () => void; onDone: (id: string) => void }) {
  const { t } = useTranslation();
  const { tell } = useUndo();
  const write = useAct("write");
  const before: All = {
    name: text(project, "name") ?? "",
    number: text(project, "number") ?? "",
    zone: text(project, "zone") ?? (project ? "" : HERE),
    classifications: ids(project, "classifications"),
    geofence: shapeOf(project?.fields.geofence),
    outline: shapeOf(project?.fields.outline),
  };
  const [geofence, setGeofence] = useState(before.geofence);
  const [outline, setOutline] = useState(before.outline);
  const form = useForm<Typed>({ resolver: zodResolver(FORM), defaultValues: before });
  const faults = useFaults(write.error);
  const { errors } = form.formState;

  const save = form.handleSubmit((typed) => {
    const now = { ...typed, geofence, outline };
    const fields = changes(before, now);
    if (project && Object.keys(fields).length === 0) return onClose();
    write.mutate(project ? { kind: "project", record: project.id, fields, as_of: project.as_of } : { kind: "project", fields }, {
      onSuccess: (record) => {
        const back = project && (() => call("write", { kind: "project", record: record.id, fields: changes(now, before), as_of: record.as_of }));
        tell(t(project ? "organization:projects.changed" : "organization:projects.made", { name: now.name }), back);
        onDone(record.id);
        onClose();
      },
    });
  });
  const named = ["name", "number", "zone", "classifications", "geofence", "outline", "radius_cm", "vertices"];
  return (
    <Dialog
      open
      firm
      wide
      title={project ? t("organization:projects.editTitle", { name: before.name }) : t("organization:projects.add")}
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" isDisabled={write.isPending} onPress={() => void save()}>
            {project ? t("action.save") : t("organization:projects.add")}
          </Button>
        </>
      }
    >
      <form className={styles.columns} onSubmit={(e) => void save(e)} noValidate>
        <div className={styles.form}>
          <Input label={t("fields:name")} autoFocus maxLength={100} error={errors.name ? t("organization:needed") : faults.at("name")} {...form.register("name")} />
          <Input label={`${t("fields:number")} (${t("optional")})`} maxLength={50} hint={t("organization:projects.numberHint")} error={faults.at("number")} {...form.register("number")} />
          <Controller control={form.control} name="zone" render={({ field }) => <ZoneField value={field.value} onChange={field.onChange} error={errors.zone ? t("organization:projects.zoneNeeded") : faults.at("zone")} />} />
          <Controller control={form.control} name="classifications" render={({ field }) => <Tokens label={t("fields:classifications")} hint={t("organization:projects.classificationsHint")} value={field.value} onChange={field.onChange} />} />
        </div>
        <div className={styles.form}>
          <FenceEditor label={t("fields:geofence")} value={geofence} onChange={setGeofence} other={outline} error={faults.at("geofence", "radius_cm", "vertices")} />
          <FenceEditor label={t("fields:outline")} value={outline} onChange={setOutline} other={geofence} error={faults.at("outline")} />
        </div>
        <button type="submit" hidden />
        {write.error && faults.besides(...named) && <FaultNote fault={write.error} />}
      </form>
    </Dialog>
  );
}

/** What has to be written to come from `from` to `to`. */
function changes(from: All, to: All): Record<string, Datum> {
  const fields: Record<string, Datum> = {};
  if (to.name !== from.name) fields.name = to.name;
  if (to.number !== from.number) fields.number = to.number || null;
  if (to.zone !== from.zone || from.name === "") fields.zone = to.zone;
  const add = to.classifications.filter((token) => !from.classifications.includes(token));
  const remove = from.classifications.filter((token) => !to.classifications.includes(token));
  if (add.length > 0 || remove.length > 0) fields.classifications = { add, remove };
  for (const name of ["geofence", "outline"] as const) if (JSON.stringify(to[name]) !== JSON.stringify(from[name])) fields[name] = to[name];
  return fields;
}
