// What a person can change about a photograph: its caption and labels, and whether it is shown. Its bytes nobody changes.
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { call, useAct } from "../../api/client";
import type { PhotoView } from "../../generated/client";
import { Button, Field } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { FaultNote } from "../../ui/states";
import { useUndo } from "../../ui/undo";
import { bytes, CAPTION_BYTES, changesOf, tagsOf, type Words, wordsShape } from "./edits";
import styles from "./photographs.module.css";

export function EditPhoto({ photo, onClose }: { photo: PhotoView; onClose: () => void }) {
  const { t } = useTranslation();
  const { tell } = useUndo();
  const write = useAct("write");
  const { register, handleSubmit, formState } = useForm<Words>({
    resolver: zodResolver(wordsShape),
    defaultValues: { caption: photo.caption ?? "", tags: photo.tags.join(", ") },
  });
  const save = handleSubmit(({ caption, tags }) => {
    const after = { caption, tags: tagsOf(tags) };
    const fields = changesOf(photo, after);
    if (Object.keys(fields).length === 0) return onClose();
    const back = changesOf({ caption: after.caption.trim() || null, tags: after.tags }, { caption: photo.caption ?? "", tags: photo.tags });
    write.mutate(
      { kind: "photo", record: photo.id, fields, as_of: photo.as_of },
      {
        onSuccess: ({ as_of }) => {
          onClose();
          tell(t("photographs:edit.done"), () => call("write", { kind: "photo", record: photo.id, fields: back, as_of }));
        },
      },
    );
  });
  const { errors } = formState;
  return (
    <Dialog
      title={t("photographs:edit.do")}
      open
      firm={formState.isDirty}
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" isDisabled={write.isPending} onPress={() => void save()}>
            {t("action.save")}
          </Button>
        </>
      }
    >
      <form className={styles.form} onSubmit={(event) => void save(event)}>
        <Field
          label={t("fields:caption")}
          error={errors.caption && t("photographs:edit.long")}
          control={(ids) => <textarea {...ids} rows={3} autoFocus {...register("caption")} onKeyDown={(e) => e.key === "Enter" && (e.ctrlKey || e.metaKey) && void save()} />}
        />
        <Field
          label={t("fields:tags")}
          hint={t("photographs:edit.tagsHint")}
          error={errors.tags && t("photographs:edit.tagLong")}
          control={(ids) => <input {...ids} {...register("tags")} />}
        />
        <p className={styles.words}>{t("photographs:edit.history")}</p>
        {write.error && <FaultNote fault={write.error} />}
      </form>
    </Dialog>
  );
}

const reasonShape = z.object({ reason: z.string().trim().min(1, "missing").refine((text) => bytes(text) <= CAPTION_BYTES, "long") });

export function WithdrawPhoto({ photo, onClose }: { photo: PhotoView; onClose: () => void }) {
  const { t } = useTranslation();
  const { tell } = useUndo();
  const withdraw = useAct("withdraw");
  const { register, handleSubmit, formState } = useForm({ resolver: zodResolver(reasonShape), defaultValues: { reason: "" } });
  const act = handleSubmit(({ reason }) =>
    withdraw.mutate(
      { record: photo.id, withdrawn: true, reason, as_of: photo.as_of },
      {
        onSuccess: ({ as_of }) => {
          onClose();
          tell(t("photographs:withdraw.done"), () => call("withdraw", { record: photo.id, withdrawn: false, reason: t("photographs:withdraw.undone"), as_of }));
        },
      },
    ),
  );
  const error = formState.errors.reason?.message;
  return (
    <Dialog
      title={t("photographs:withdraw.title")}
      open
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" isDisabled={withdraw.isPending} onPress={() => void act()}>
            {t("photographs:withdraw.do")}
          </Button>
        </>
      }
    >
      <form className={styles.form} onSubmit={(event) => void act(event)}>
        <p className={styles.words}>{t("photographs:withdraw.means")}</p>
        <Field
          label={t("fields:reason")}
          error={error && t(error === "long" ? "photographs:edit.long" : "photographs:withdraw.missing")}
          control={(ids) => <input {...ids} autoFocus {...register("reason")} />}
        />
        {withdraw.error && <FaultNote fault={withdraw.error} />}
      </form>
    </Dialog>
  );
}
