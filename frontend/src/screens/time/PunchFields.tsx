// What is typed about a punch: day, time on the project's clock, what, classification.
import { Controller, type Control, type FieldErrors, type UseFormRegister } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { text, useNames } from "../../api/names";
import { useFormat } from "../../i18n/format";
import { Field, Select } from "../../ui/controls";
import type { CorrectForm } from "./punches";
import { WHATS } from "./punches";
import styles from "./cell.module.css";

export interface PunchFieldsProps {
  control: Control<CorrectForm>;
  register: UseFormRegister<CorrectForm>;
  errors: FieldErrors<CorrectForm>;
  days: string[];
  project: string;
  zone: string;
  /** The punch's own classification, which the project may no longer have. */
  own: string | null;
}

/** The words of a rule of the form, or of a fault of the core, which are words already. */
export function useErrorWords(): (message: string | undefined) => string | undefined {
  const { t } = useTranslation();
  return (message) => (message === undefined ? undefined : t(`time:error.${message}`, { defaultValue: message }));
}

export function PunchFields({ control, register, errors, days, project, zone, own }: PunchFieldsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const error = useErrorWords();
  const record = names.projects.find(({ id }) => id === project);
  const list = record?.fields.classifications;
  const known = Array.isArray(list) ? list.filter((name) => typeof name === "string") : [];
  const classifications = [...new Set([...(own ? [own] : []), ...known])];
  return (
    <>
      <div className={styles.pair}>
        <Field
          label={t("time:field.time")}
          hint={t("time:field.timeHint", { project: text(record, "name") ?? "", zone: zone.replace("_", " ") })}
          error={error(errors.time?.message)}
          control={(ids) => <input {...ids} {...register("time")} autoComplete="off" inputMode="numeric" placeholder="07:02" />}
        />
        <Controller
          control={control}
          name="day"
          render={({ field }) => (
            <Select label={t("time:field.day")} labelled value={field.value} onChange={field.onChange} options={days.map((day) => ({ id: day, text: format.day(day) }))} />
          )}
        />
      </div>
      <div className={styles.pair}>
        <Controller
          control={control}
          name="what"
          render={({ field }) => (
            <Select label={t("fields:what")} labelled value={field.value} onChange={field.onChange} options={WHATS.map((what) => ({ id: what, text: t(`time:noun.${what}`) }))} />
          )}
        />
        <div>
          <Controller
            control={control}
            name="classification"
            render={({ field }) => (
              <Select
                label={t("fields:classification")}
                labelled
                value={field.value || null}
                onChange={field.onChange}
                disabled={classifications.length === 0}
                options={classifications.map((name) => ({ id: name, text: name }))}
              />
            )}
          />
          {errors.classification && (
            <p className={styles.error} role="alert">
              {error(errors.classification.message)}
            </p>
          )}
        </div>
      </div>
    </>
  );
}
