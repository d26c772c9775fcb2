// Adds a member, or changes name, role and projects of one. Nobody changes their own role.
import { zodResolver } from "@hookform/resolvers/zod";
import { Controller, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { call, useAct } from "../../api/client";
import { text, useNames } from "../../api/names";
import type { RecordView } from "../../generated/client";
import { Button, Radios } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Input, useFaults } from "../../ui/form";
import { FaultNote } from "../../ui/states";
import { useUndo } from "../../ui/undo";
import styles from "./organization.module.css";
import { ids, ROLES, roleOf, useRights } from "./rights";
import { Several } from "./Several";

const FORM = z.object({ name: z.string().trim().min(1).max(100), role: z.enum(ROLES), projects: z.array(z.string()) });

export function MemberDialog({ member, onClose, onDone }: { member?: RecordView; onClose: () => void; onDone: (id: string) => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const rights = useRights();
  const { tell } = useUndo();
  const add = useAct("add_member");
  const change = useAct("write");
  const before = { name: text(member, "name") ?? "", role: member ? roleOf(member) : ("worker" as const), projects: ids(member, "projects") };
  const form = useForm({ resolver: zodResolver(FORM), defaultValues: before });
  const own = member?.id === rights.me;
  const error = add.error ?? change.error;
  const faults = useFaults(error);
  const busy = add.isPending || change.isPending;

  const save = form.handleSubmit((now) => {
    const done = {
      onSuccess: (record: RecordView) => {
        const back = member && (() => call("write", { kind: "member", record: record.id, fields: changes(now, before), as_of: record.as_of }));
        tell(t(member ? "organization:members.changed" : "organization:members.added", { name: now.name }), back);
        onDone(record.id);
        onClose();
      },
    };
    if (!member) return add.mutate(now, done);
    const fields = changes(before, now);
    if (Object.keys(fields).length === 0) return onClose();
    change.mutate({ kind: "member", record: member.id, fields, as_of: member.as_of }, done);
  });
  const projects = names.projects.filter((project) => rights.projects?.has(project.id) ?? true);
  return (
    <Dialog
      open
      firm
      title={member ? t("organization:members.editTitle", { name: before.name }) : t("organization:members.add")}
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" isDisabled={busy} onPress={() => void save()}>
            {member ? t("action.save") : t("organization:members.add")}
          </Button>
        </>
      }
    >
      <form className={styles.form} onSubmit={(e) => void save(e)} noValidate>
        <Input label={t("fields:name")} autoFocus maxLength={100} error={form.formState.errors.name ? t("organization:needed") : faults.at("name")} {...form.register("name")} />
        {own ? (
          <p className={styles.quiet}>{t("faults:invalid.exact.role-own")}</p>
        ) : (
          <Controller
            control={form.control}
            name="role"
            render={({ field }) => (
              <Radios
                label={t("fields:role")}
                value={field.value}
                onChange={field.onChange}
                options={rights.roles.map((id) => ({ id, text: t(`organization:roles.${id}`), detail: t(`organization:roles.${id}What`) }))}
              />
            )}
          />
        )}
        <Controller
          control={form.control}
          name="projects"
          render={({ field }) => (
            <Several label={t("fields:projects")} value={field.value} onChange={field.onChange} options={projects.map((p) => ({ id: p.id, text: names.project(p.id) }))} empty={t("organization:projects.none")} />
          )}
        />
        <button type="submit" hidden />
        {!member && <p className={styles.quiet}>{t("organization:members.noDeviceNeeded")}</p>}
        {error && faults.besides("name") && <FaultNote fault={error} />}
      </form>
    </Dialog>
  );
}

interface Fields {
  name: string;
  role: string;
  projects: string[];
}

/** What has to be written to come from `from` to `to`. */
function changes(from: Fields, to: Fields) {
  const add = to.projects.filter((id) => !from.projects.includes(id));
  const remove = from.projects.filter((id) => !to.projects.includes(id));
  return {
    ...(to.name !== from.name && { name: to.name }),
    ...(to.role !== from.role && { role: to.role }),
    ...((add.length > 0 || remove.length > 0) && { projects: { add, remove } }),
  };
}
