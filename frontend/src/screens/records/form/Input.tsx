// The control of a field, by its form: one table for every kind.
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useCall } from "../../../api/client";
import { text, useNames } from "../../../api/names";
import type { GeofenceView } from "../../../generated/client";
import { Checkbox, Field, type Option, Radios, Select } from "../../../ui/controls";
import ui from "../../../ui/ui.module.css";
import { Fence } from "../Fence";
import styles from "../records.module.css";
import { useWords } from "../words";
import { Combo } from "./Combo";
import { type Asked, datumOf, type Draft, type FenceDraft, type PlaceDraft } from "./drafts";
import { RecordTokens, TextTokens } from "./Tokens";
import { Day, When } from "./When";

/** Text of which more than this many bytes may be typed gets several lines. */
const ONE_LINE = 300;
const OTHER = 500;

/** What was found wrong, by part of the draft; "" is the whole. */
export type Wrong = Record<string, string | undefined>;

interface Props {
  field: Asked;
  label: string;
  value: Draft;
  onChange: (draft: Draft) => void;
  wrong: Wrong;
  zone: string | undefined;
  /** The record's project, where it has one. */
  project: string | null;
}

export function FieldInput(props: Props) {
  const { field, value } = props;
  if (field.merge === "set") return <SetInput {...props} value={Array.isArray(value) ? value : []} />;
  if (typeof value === "object" && !Array.isArray(value)) {
    return "shape" in value ? <FenceInput {...props} value={value} /> : <PlaceInput {...props} value={value} />;
  }
  return <OneInput {...props} value={typeof value === "string" ? value : ""} />;
}

function OneInput({ field, label, value, onChange, wrong, zone, project }: Omit<Props, "value"> & { value: string }) {
  const { t } = useTranslation();
  const words = useWords();
  const error = wrong[""];
  const named = useOptions(field.named);
  const zones = useZones(field.form === "zone");
  const listed = useListed(project, field.listed);
  if (listed) return <Combo label={label} options={listed} value={value || null} onChange={(id) => onChange(id ?? "")} error={error} />;
  if (field.named) return <Combo label={label} options={named} value={value || null} onChange={(id) => onChange(id ?? "")} error={error} />;
  switch (field.form) {
    case "choice":
      return (
        <div className={ui.field}>
          <Select
            label={label}
            labelled
            placeholder={t("records:form.choose")}
            options={field.choices.map((word) => ({ id: word, text: words.choice(word) }))}
            value={value || null}
            onChange={onChange}
          />
          <Wrongly error={error} />
        </div>
      );
    case "bool":
      return (
        <Radios
          label={label}
          options={[
            { id: "true", text: t("yes") },
            { id: "false", text: t("no") },
          ]}
          value={value}
          onChange={onChange}
        />
      );
    case "zone":
      return <Combo label={label} options={zones} value={value || null} onChange={(id) => onChange(id ?? "")} error={error} />;
    case "day":
      return <Day label={label} value={value} onChange={onChange} error={error} />;
    case "moment":
      return <When label={label} value={value} onChange={onChange} error={error} zone={zone} hint={value === "" ? t("records:form.now") : undefined} />;
    default: {
      const several = field.form === "text" && (field.max ?? 0) > ONE_LINE;
      const change = (event: { target: { value: string } }) => onChange(event.target.value);
      const hint = field.unit === "clock" ? t("records:form.clock") : undefined;
      return (
        <Field
          label={label}
          hint={hint}
          error={error}
          control={(ids) => (several ? <textarea {...ids} value={value} onChange={change} /> : <input {...ids} value={value} onChange={change} />)}
        />
      );
    }
  }
}

function SetInput({ field, label, value, onChange, wrong }: Omit<Props, "value"> & { value: string[] }) {
  const words = useWords();
  const options = useOptions(field.named);
  const error = wrong[""];
  if (field.named) return <RecordTokens label={label} options={options} value={value} onChange={onChange} error={error} />;
  if (field.form !== "choice") return <TextTokens label={label} value={value} onChange={onChange} error={error} />;
  return (
    <fieldset className={styles.choices}>
      <legend className={ui.label}>{label}</legend>
      {field.choices.map((word) => (
        <Checkbox
          key={word}
          isSelected={value.includes(word)}
          onChange={(on) => onChange(field.choices.filter((other) => (other === word ? on : value.includes(other))))}
        >
          {words.choice(word)}
        </Checkbox>
      ))}
      <Wrongly error={error} />
    </fieldset>
  );
}

function PlaceInput({ label, value, onChange, wrong }: Omit<Props, "value"> & { value: PlaceDraft }) {
  const { t } = useTranslation();
  return (
    <fieldset className={styles.parts}>
      <legend className={ui.label}>{label}</legend>
      <Field
        label={t("records:form.at")}
        hint={t("records:form.pairHint")}
        error={wrong.at}
        control={(ids) => <input {...ids} value={value.at} onChange={(event) => onChange({ ...value, at: event.target.value })} />}
      />
      <Field
        label={t("records:form.accuracyOf")}
        error={wrong.accuracy}
        control={(ids) => (
          <input {...ids} inputMode="decimal" value={value.accuracy} onChange={(event) => onChange({ ...value, accuracy: event.target.value })} />
        )}
      />
    </fieldset>
  );
}

function FenceInput({ field, label, value, onChange, wrong }: Omit<Props, "value"> & { value: FenceDraft }) {
  const { t } = useTranslation();
  const drawn = Object.keys(wrong).length === 0 ? (datumOf(field, value, undefined) as GeofenceView | null) : null;
  const ready = drawn && ("circle" in drawn ? drawn.circle.radius_cm > 0 : drawn.polygon.length > 2);
  return (
    <fieldset className={styles.parts}>
      <legend className="spoken">{label}</legend>
      <Radios
        label={label}
        options={(["none", "circle", "polygon"] as const).map((shape) => ({ id: shape, text: t(`records:form.shape.${shape}`) }))}
        value={value.shape}
        onChange={(shape) => onChange({ ...value, shape })}
      />
      {value.shape === "circle" && (
        <>
          <Field
            label={t("records:form.center")}
            hint={t("records:form.pairHint")}
            error={wrong.center}
            control={(ids) => <input {...ids} value={value.center} onChange={(event) => onChange({ ...value, center: event.target.value })} />}
          />
          <Field
            label={t("records:form.radiusOf")}
            error={wrong.radius}
            control={(ids) => (
              <input {...ids} inputMode="decimal" value={value.radius} onChange={(event) => onChange({ ...value, radius: event.target.value })} />
            )}
          />
        </>
      )}
      {value.shape === "polygon" && (
        <Field
          label={t("records:form.points")}
          hint={t("records:form.pointsHint")}
          error={wrong.points}
          control={(ids) => (
            <textarea {...ids} className={`${ids.className} mono`} value={value.points} onChange={(event) => onChange({ ...value, points: event.target.value })} />
          )}
        />
      )}
      <Wrongly error={wrong.shape} />
      {ready && <Fence fence={drawn} label={t("records:form.drawn")} />}
    </fieldset>
  );
}

function Wrongly({ error }: { error: string | undefined }) {
  return error ? (
    <span className={ui.error} role="alert">
      {error}
    </span>
  ) : null;
}

/** Records of a kind to choose among, by name. */
function useOptions(kind: string | null): Option[] {
  const names = useNames();
  const words = useWords();
  const small = kind === "member" || kind === "project";
  const list = useCall("list", { kind: kind ?? "", limit: OTHER }, { enabled: kind !== null && !small });
  return useMemo(() => {
    if (kind === "member") return names.members.map((m) => ({ id: m.id, text: names.member(m.id), detail: words.choice(text(m, "role") ?? "") }));
    if (kind === "project") return names.projects.map((p) => ({ id: p.id, text: names.project(p.id), detail: names.code(p.id) }));
    return (list.data?.records ?? []).map((record) => ({ id: record.id, text: words.title(record), detail: words.summary(record) }));
  }, [kind, names, words, list.data]);
}

/** What the project lists for a field; none where the field is free. */
function useListed(project: string | null, field: string | null): Option[] | null {
  const names = useNames();
  if (field === null) return null;
  const list = names.projects.find((p) => p.id === project)?.fields[field];
  return Array.isArray(list) ? list.map((item) => ({ id: String(item), text: String(item) })) : [];
}

function useZones(wanted: boolean): Option[] {
  return useMemo(() => (wanted ? Intl.supportedValuesOf("timeZone").map((zone) => ({ id: zone, text: zone })) : []), [wanted]);
}
