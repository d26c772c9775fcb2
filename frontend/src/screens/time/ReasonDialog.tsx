// One text that is owed: a reason, a dispute.
import { zodResolver } from "@hookform/resolvers/zod";
import type { ReactNode } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Button, Field } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { FaultNote } from "../../ui/states";
import { useFormFault } from "./formFault";
import { useErrorWords } from "./PunchFields";
import { reasonForm, type ReasonForm } from "./punches";
import styles from "./cell.module.css";

export function ReasonDialog(props: {
  title: string;
  label: string;
  hint: string;
  verb: string;
  /** The core's name of what is typed. */
  field: string;
  initial?: string;
  busy: boolean;
  act: (text: string) => Promise<void>;
  extra?: ReactNode;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const error = useErrorWords();
  const { register, handleSubmit, setError, formState } = useForm<ReasonForm>({ resolver: zodResolver(reasonForm), defaultValues: { reason: props.initial ?? "" } });
  const fault = useFormFault(setError, { [props.field]: "reason" });
  const submit = handleSubmit(async ({ reason }) => {
    fault.clear();
    try {
      await props.act(reason);
      props.onClose();
    } catch (thrown) {
      fault.told(thrown);
    }
  });
  return (
    <Dialog title={props.title} open firm onClose={props.onClose}>
      <form onSubmit={(event) => void submit(event)} className={styles.form} noValidate>
        <Field label={props.label} hint={props.hint} error={error(formState.errors.reason?.message)} control={(ids) => <textarea {...ids} {...register("reason")} rows={3} />} />
        {fault.fault && <FaultNote fault={fault.fault} />}
        <div className={styles.formFoot}>
          {props.extra}
          <Button onPress={props.onClose}>{t("action.cancel")}</Button>
          <Button look="primary" type="submit" isDisabled={props.busy}>
            {props.verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
