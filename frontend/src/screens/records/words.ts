// Records and their values in words: the title and summary of a record, a value as one line of text. Lists, the palette,
// conflicts and the outbox say the same thing by the same words.
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type Names, useNames } from "../../api/names";
import type { Datum, FieldView, GeofenceView, KindView, MomentView, PlaceView, RecordView, SetChange, Typed } from "../../generated/client";
import { type Format, useFormat } from "../../i18n/format";
import { fieldOf, namedBy, unitOf, useKinds } from "./kinds";

const has = <K extends string>(datum: Datum | undefined, key: K): datum is Datum & Record<K, unknown> =>
  typeof datum === "object" && datum !== null && !Array.isArray(datum) && key in datum;
export const isMoment = (datum: Datum | undefined): datum is MomentView => has(datum, "stated");
export const isTyped = (datum: Datum | undefined): datum is Typed => has(datum, "typed");
export const isPlace = (datum: Datum | undefined): datum is PlaceView => has(datum, "accuracy_cm");
export const isFence = (datum: Datum | undefined): datum is GeofenceView => has(datum, "circle") || has(datum, "polygon");
export const isChange = (datum: Datum | undefined): datum is SetChange =>
  typeof datum === "object" && datum !== null && !Array.isArray(datum) && (Object.keys(datum).length === 0 || "add" in datum || "remove" in datum);

/** Nothing to show: absent, cleared, an empty list. */
export const isEmpty = (datum: Datum | undefined): boolean =>
  datum === undefined || datum === null || datum === "" || (Array.isArray(datum) && datum.length === 0);

const degrees = (e7: number) => (e7 / 1e7).toFixed(5);

export interface Words {
  /** The record's name: its declared title in words, else what it is. */
  title: (record: RecordView) => string;
  /** Whom it concerns and when, as far as that is not its title. */
  about: (record: RecordView) => string;
  /** The same, with its project. */
  summary: (record: RecordView) => string;
  /** A value as one line. `at`: when it was written, for a moment that is that of its action. */
  value: (kind: string, field: FieldView | undefined, datum: Datum | undefined, zone?: string, at?: number | null) => string;
  kind: (name: string, plural?: boolean) => string;
  field: (name: string) => string;
  choice: (word: string) => string;
}

function make(t: TFunction, format: Format, names: Names, kinds: Map<string, KindView>): Words {
  const kind = (name: string, plural = false) => t(plural ? `kinds:plural.${name}` : `kinds:${name}`, { defaultValue: name });
  const field = (name: string) => t(`fields:${name}`, { defaultValue: name });
  const choice = (word: string) => t(`choices:${word}`, { defaultValue: word });
  const moment = (datum: MomentView, zone?: string) => {
    const whole = format.evidence(datum.stated, zone);
    const range = format.moment(datum, zone);
    return range.includes("–") ? `${whole} (${range})` : whole;
  };
  const place = (datum: PlaceView) =>
    [`${degrees(datum.lat_e7)}, ${degrees(datum.lon_e7)}`, t("place.accuracy", { accuracy: format.length(datum.accuracy_cm) })].join(", ");
  const fence = (datum: GeofenceView) =>
    "circle" in datum
      ? t("records:fence.circle", { radius: format.length(datum.circle.radius_cm), at: `${degrees(datum.circle.lat_e7)}, ${degrees(datum.circle.lon_e7)}` })
      : t("records:fence.outline", { count: datum.polygon.length });
  const number = (n: number, of: string, name: string, zone?: string) => {
    switch (unitOf(of, name)) {
      case "bytes":
        return format.bytes(n);
      case "clock":
        return `${String(Math.floor(n / 60)).padStart(2, "0")}:${String(n % 60).padStart(2, "0")}`;
      case "hours":
        return `${format.hours(n)} h`;
      case "moment":
        return format.evidence(n, zone);
      case null:
        return format.number(n);
    }
  };
  const text = (of: string, declared: FieldView | undefined, written: string) => {
    if (declared?.form === "choice") return choice(written);
    if (declared?.form === "day") return format.day(written);
    const named = declared && namedBy(of, declared);
    if (named === "member") return names.member(written);
    if (named === "project") return names.project(written);
    return declared?.form === "id" || declared?.form === "ref" ? written.slice(0, 8) : written;
  };
  const value: Words["value"] = (of, declared, datum, zone, at) => {
    const one = (item: Datum | undefined): string => value(of, declared, item, zone, at);
    // A cleared moment is that of its action.
    if (declared?.form === "moment" && (datum === null || datum === undefined) && typeof at === "number") return format.evidence(at, zone);
    if (datum === null || datum === undefined || datum === "") return t("none");
    if (typeof datum === "boolean") return datum ? t("yes") : t("no");
    if (typeof datum === "number") return number(datum, of, declared?.name ?? "", zone);
    if (typeof datum === "string") return text(of, declared, datum);
    if (Array.isArray(datum)) return datum.length === 0 ? t("none") : format.list(datum.map(one));
    if (isMoment(datum)) return moment(datum, zone);
    if (isTyped(datum)) return format.evidence(datum.typed, zone);
    if (isPlace(datum)) return place(datum);
    if (isFence(datum)) return fence(datum);
    const { add = [], remove = [] } = datum;
    return [...add.map((item) => `+ ${one(item)}`), ...remove.map((item) => `− ${one(item)}`)].join(", ");
  };
  const title = (record: RecordView) => {
    const declared = kinds.get(record.kind);
    const field = fieldOf(declared, declared?.title ?? "");
    const datum = field && record.fields[field.name];
    if (!record.known || !field || isEmpty(datum)) return kind(record.kind);
    const line = value(record.kind, field, datum, names.zone(record.project)).split("\n", 1)[0] ?? "";
    // What is not a name of its own says what it is.
    return field.form === "text" || field.form === "choice" ? line : `${kind(record.kind)}: ${line}`;
  };
  const about = (record: RecordView) => {
    const declared = kinds.get(record.kind);
    if (!record.known || !declared) return "";
    const when = declared.fields.find((f) => f.name !== declared.title && (f.form === "moment" || f.form === "day") && !isEmpty(record.fields[f.name]));
    const at = when && record.fields[when.name];
    const zone = names.zone(record.project);
    const parts = [
      record.concerns && names.member(record.concerns),
      isMoment(at) ? `${format.day(at.stated, zone)}, ${format.moment(at, zone)}` : when && value(record.kind, when, at, zone),
    ];
    return parts.filter(Boolean).join(" · ");
  };
  const summary = (record: RecordView) =>
    [about(record), record.kind !== "project" && record.project && names.project(record.project)].filter(Boolean).join(" · ");
  return { title, about, summary, value, kind, field, choice };
}

/** The words of records in the language that is shown. */
export function useWords(): Words {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const { byName } = useKinds();
  return useMemo(() => make(t, format, names, byName), [t, format, names, byName]);
}
