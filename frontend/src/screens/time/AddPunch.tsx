// Adds a punch that is missing: its time is typed, and marked as such for ever.
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { call, useAct } from "../../api/client";
import { useNames } from "../../api/names";
import { HERE, useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { FaultNote } from "../../ui/states";
import { useUndo } from "../../ui/undo";
import { useFormFault } from "./formFault";
import type { Opened } from "./place";
import { PunchFields } from "./PunchFields";
import { type CorrectForm, daysAround, punchForm, typedAt } from "./punches";
import styles from "./cell.module.css";

export function AddPunch({ opened, self, onClose }: { opened: Opened; self: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const { tell } = useUndo();
  const clocking = useAct("clock");
  const zone = names.zone(opened.project) ?? HERE;
  const { control, register, handleSubmit, setError, formState } = useForm<CorrectForm>({
    // No reason is owed for a punch that was not there: that its time was typed says it.
    resolver: zodResolver(punchForm) as never,
    defaultValues: { day: opened.date, time: "", what: "out", classification: "", reason: "" },
  });
  const fault = useFormFault(setError, { at: "time", what: "what", classification: "classification" });
  const submit = handleSubmit(async (form) => {
    fault.clear();
    try {
      const [record] = await clocking.mutateAsync({
        what: form.what,
        project: opened.project,
        at: typedAt(form, zone),
        ...(form.classification !== "" && { classification: form.classification }),
        ...(!self && { worker: opened.worker }),
      });
      onClose();
      tell(
        t("time:did.added", { what: t(`time:noun.${form.what}`), time: format.time(typedAt(form, zone), zone) }),
        record && (() => call("withdraw", { record: record.id, withdrawn: true, reason: t("time:undoReason"), as_of: record.as_of })),
      );
    } catch (thrown) {
      fault.told(thrown);
    }
  });
  return (
    <Dialog title={t("time:addTitle", { name: names.member(opened.worker) })} open firm onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className={styles.form} noValidate>
        <PunchFields control={control} register={register} errors={formState.errors} days={daysAround(opened.date)} project={opened.project} zone={zone} own={null} />
        <p className={styles.note}>{t("time:addNote")}</p>
        {fault.fault && <FaultNote fault={fault.fault} />}
        <div className={styles.formFoot}>
          <Button onPress={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" type="submit" isDisabled={clocking.isPending}>
            {t("time:add")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
