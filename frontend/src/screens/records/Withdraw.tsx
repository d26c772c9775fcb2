// Hides a record, or shows it again, with a reason. Nothing is deleted: it stays in the log and in its history.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, useAct } from "../../api/client";
import type { RecordView } from "../../generated/client";
import { Button, Field } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { FaultNote } from "../../ui/states";
import { useUndo } from "../../ui/undo";
import { useWords } from "./words";

export function Withdraw({ record, onClose }: { record: RecordView; onClose: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const { tell } = useUndo();
  const act = useAct("withdraw");
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const missing = reason.trim() === "";
  const withdrawn = !record.withdrawn;
  const done = () => {
    setAsked(true);
    if (missing) return;
    act.mutate({ record: record.id, withdrawn, reason: reason.trim(), as_of: record.as_of }, { onSuccess: () => {
      tell(t(withdrawn ? "records:toldWithdrawn" : "records:toldShown", { title: words.title(record) }), () =>
        call("withdraw", { record: record.id, withdrawn: !withdrawn, reason: t("records:undoReason") }),
      );
      onClose();
    } });
  };
  return (
    <Dialog
      title={t(withdrawn ? "records:withdrawTitle" : "records:showTitle", { title: words.title(record) })}
      open
      onClose={onClose}
      firm
      foot={
        <>
          <Button onPress={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" onPress={done} isPending={act.isPending}>
            {withdrawn ? t("records:withdraw") : t("records:showAgain")}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          done();
        }}
      >
        <p>{withdrawn ? t("records:withdrawWords") : t("records:showWords")}</p>
        <br />
        <Field
          label={t("fields:reason")}
          error={asked && missing ? t("records:form.reasonMissing") : undefined}
          control={(ids) => (
            // oxlint-disable-next-line jsx-a11y/no-autofocus
            <input {...ids} autoFocus maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
          )}
        />
        {act.error && <FaultNote fault={act.error} />}
      </form>
    </Dialog>
  );
}
