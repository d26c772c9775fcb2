// Corrects a punch: what stood before stays in its history, and a reason is owed.
import { zodResolver } from "@hookform/resolvers/zod";
import { useId } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { call, useAct } from "../../api/client";
import { HERE, useFormat } from "../../i18n/format";
import { useNames } from "../../api/names";
import { Button, Field, Select } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { FaultNote } from "../../ui/states";
import { useUndo } from "../../ui/undo";
import { useFormFault } from "./formFault";
import { PunchFields, useErrorWords } from "./PunchFields";
import { back, correctForm, type CorrectForm, correction, daysAround, formOf, momentOfPunch, type Punch, shownMoment, whatOf } from "./punches";
import styles from "./cell.module.css";
import { useState } from "react";

export interface CorrectProps {
  punches: Punch[];
  chosen: Punch | null;
  date: string;
  project: string;
  as_of: string;
  onClose: () => void;
}

export function Correct(props: CorrectProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const zone = names.zone(props.project) ?? HERE;
  const [id, setId] = useState(props.chosen?.record.id ?? props.punches[0]?.record.id ?? "");
  const punch = props.punches.find(({ record }) => record.id === id);
  const word = (of: Punch) => {
    const at = momentOfPunch(of);
    return `${at ? format.moment(shownMoment(at), zone) : ""} ${t(`time:what.${whatOf(of)}`)}`;
  };
  return (
    <Dialog title={t("time:correctTitle")} open firm onClose={props.onClose}>
      <div className={styles.form}>
        {props.chosen === null && props.punches.length > 1 && (
          <Select label={t("time:field.punch")} labelled value={id} onChange={setId} options={props.punches.map((of) => ({ id: of.record.id, text: word(of) }))} />
        )}
        {punch && <Form key={id} {...props} punch={punch} zone={zone} />}
      </div>
    </Dialog>
  );
}

function Form({ punch, zone, date, project, as_of, onClose }: CorrectProps & { punch: Punch; zone: string }) {
  const { t } = useTranslation();
  const { tell } = useUndo();
  const error = useErrorWords();
  const formId = useId();
  const correcting = useAct("correct");
  const before = formOf(punch, zone);
  const { control, register, handleSubmit, setError, formState } = useForm<CorrectForm>({ resolver: zodResolver(correctForm), defaultValues: before });
  const fault = useFormFault(setError, { at: "time", what: "what", classification: "classification", reason: "reason" });
  const submit = handleSubmit(async (form) => {
    const request = correction(punch, form, zone, as_of);
    if (request === null) return setError("time", { message: "nothing" }, { shouldFocus: true });
    fault.clear();
    try {
      const record = await correcting.mutateAsync(request);
      onClose();
      tell(t("time:did.corrected"), () => call("correct", back(punch, request, t("time:undoReason"), record.as_of)));
    } catch (thrown) {
      fault.told(thrown);
    }
  });
  const days = [...new Set([before.day, ...daysAround(date)])].sort();
  return (
    <form id={formId} onSubmit={(event) => void submit(event)} className={styles.form} noValidate>
      <PunchFields control={control} register={register} errors={formState.errors} days={days} project={project} zone={zone} own={before.classification || null} />
      <Field
        label={t("fields:reason")}
        hint={t("time:field.reasonHint")}
        error={error(formState.errors.reason?.message)}
        control={(ids) => <textarea {...ids} {...register("reason")} rows={2} />}
      />
      {fault.fault && <FaultNote fault={fault.fault} />}
      <div className={styles.formFoot}>
        <Button onPress={onClose}>{t("action.cancel")}</Button>
        <Button look="primary" type="submit" isDisabled={correcting.isPending}>
          {t("time:correct")}
        </Button>
      </div>
    </form>
  );
}
