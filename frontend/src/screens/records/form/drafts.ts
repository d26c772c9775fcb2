// What a person types for a field, as plain text and lists of text; the schema that holds it to the field's declaration; and
// the value that is written. One table by form: nothing here knows a kind.
import type { TFunction } from "i18next";
import { z } from "zod";
import type { Datum, FieldView, GeofenceView, KindView } from "../../../generated/client";
import { listedBy, namedBy, type Unit, unitOf } from "../kinds";
import { isFence, isMoment, isPlace } from "../words";

/** A field that a form asks for, with what its number means and what its id names. */
export interface Asked extends FieldView {
  unit: Unit | null;
  named: string | null;
  /** The field of its project that lists what it may say. */
  listed: string | null;
}

export const asked = (kind: KindView, field: FieldView): Asked => ({
  ...field,
  unit: unitOf(kind.name, field.name),
  named: namedBy(kind.name, field),
  listed: listedBy(kind.name, field.name),
});

/** Text of one value; a list of them for a set. Places and fences have parts. */
export type Draft = string | string[] | PlaceDraft | FenceDraft;

export interface PlaceDraft {
  at: string;
  accuracy: string;
}

export interface FenceDraft {
  shape: "none" | "circle" | "polygon";
  center: string;
  radius: string;
  points: string;
}

const FOOT_CM = 30.48;
/** A fence's least and greatest radius, and its corners, as the core holds them. */
const RADIUS_FT = [4, 328_000] as const;
const CORNERS = [3, 200] as const;
const E7 = 1e7;

/** `47.6061, -122.3328`, in degrees times 10^7; none where it is not such a pair. */
export function pair(text: string): [number, number] | null {
  const found = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text);
  const [lat, lon] = [Number(found?.[1]), Number(found?.[2])];
  if (!found || Math.abs(lat) > 90 || Math.abs(lon) > 180) return null;
  return [Math.round(lat * E7), Math.round(lon * E7)];
}

/** `06:30`, in minutes after midnight. */
const clock = (text: string): number | null => {
  const found = /^\s*(\d{1,2}):(\d{2})\s*$/.exec(text);
  const minutes = Number(found?.[1]) * 60 + Number(found?.[2]);
  return found && Number(found[2]) < 60 && minutes < 24 * 60 ? minutes : null;
};
const clockText = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

const written = (lat: number, lon: number) => `${(lat / E7).toFixed(6)}, ${(lon / E7).toFixed(6)}`;
const lines = (text: string) => text.split("\n").filter((line) => line.trim() !== "");
const whole = (text: string): number | null => (/^\s*-?\d{1,15}\s*$/.test(text) ? Number(text) : null);
const measure = (text: string): number | null => (/^\s*\d{1,7}([.,]\d+)?\s*$/.test(text) ? Number(text.replace(",", ".")) : null);

/** What the field holds now, as a person would type it. */
export function draftOf(field: Asked, datum: Datum | undefined): Draft {
  if (field.merge === "set") return Array.isArray(datum) ? datum.map(String) : [];
  // Something is added to what is there; what is there stays.
  if (field.merge === "append") return "";
  if (field.form === "place") return isPlace(datum) ? { at: written(datum.lat_e7, datum.lon_e7), accuracy: feet(datum.accuracy_cm) } : { at: "", accuracy: "" };
  if (field.form === "geofence") return fenceDraft(isFence(datum) ? datum : null);
  if (isMoment(datum)) return String(datum.stated);
  if (field.unit === "clock" && typeof datum === "number") return clockText(datum);
  return datum === undefined || datum === null ? "" : String(datum);
}

const feet = (cm: number) => String(Math.round(cm / FOOT_CM));

function fenceDraft(fence: GeofenceView | null): FenceDraft {
  const none = { shape: "none", center: "", radius: "", points: "" } as const;
  if (!fence) return none;
  if ("circle" in fence) return { ...none, shape: "circle", center: written(fence.circle.lat_e7, fence.circle.lon_e7), radius: feet(fence.circle.radius_cm) };
  return { ...none, shape: "polygon", points: fence.polygon.map(([lat, lon]) => written(lat, lon)).join("\n") };
}

/** What is written. Null clears the field, or stands for the moment of the action; undefined: nothing is written. */
export function datumOf(field: Asked, draft: Draft, before: Datum | undefined): Datum | undefined {
  if (Array.isArray(draft)) {
    const had = Array.isArray(before) ? before.map(String) : [];
    const add = draft.filter((item) => !had.includes(item));
    const remove = had.filter((item) => !draft.includes(item));
    return add.length + remove.length === 0 ? undefined : { add, remove };
  }
  if (typeof draft !== "string") return "shape" in draft ? fenceOf(draft) : placeOf(draft);
  const text = draft.trim();
  if (text === "") return field.merge === "append" ? undefined : null;
  switch (field.form) {
    case "int":
      return field.unit === "clock" ? clock(text) : whole(text);
    case "bool":
      return text === "true";
    case "moment":
      return { typed: Number(text) };
    default:
      return text;
  }
}

function placeOf({ at, accuracy }: PlaceDraft): Datum {
  const where = pair(at);
  if (!where) return null;
  return { lat_e7: where[0], lon_e7: where[1], accuracy_cm: Math.round((measure(accuracy) ?? 0) * FOOT_CM), mock: false, source: "typed" };
}

function fenceOf({ shape, center, radius, points }: FenceDraft): GeofenceView | null {
  if (shape === "polygon") return { polygon: lines(points).flatMap((line) => [pair(line)].filter((point) => point !== null)) };
  const at = pair(center);
  if (shape === "none" || !at) return null;
  return { circle: { lat_e7: at[0], lon_e7: at[1], radius_cm: Math.round((measure(radius) ?? 0) * FOOT_CM) } };
}

const bytes = (text: string) => new TextEncoder().encode(text).length;
const clean = (text: string) => ![...text].some((sign) => /\p{Cc}/u.test(sign) && sign !== "\n" && sign !== "\t");

/** The schema of one field's draft. `needed`: it may not be left empty. */
function schemaOf(field: Asked, needed: boolean, t: TFunction): z.ZodType<Draft> {
  const say = (reason: string, values: Record<string, unknown> = {}) => ({ error: t(`records:form.${reason}`, values) });
  const most = field.max ?? Number.MAX_SAFE_INTEGER;
  const fits = z.string().refine((text) => bytes(text) <= most, say("long", { most })).refine(clean, say("signs"));
  if (field.merge === "set") {
    const items = z.array(field.form === "text" ? fits : z.string()).max(500, say("many"));
    return needed ? items.min(1, say("missing")) : items;
  }
  const filled = (schema: z.ZodType<string>) => (needed ? schema.refine((text) => text.trim() !== "", say("missing")) : schema);
  const empty = (text: string) => text.trim() === "";
  switch (field.form) {
    case "text":
      return filled(fits);
    case "int": {
      if (field.unit === "clock") return filled(z.string().refine((text) => empty(text) || clock(text) !== null, say("clock")));
      const least = field.min ?? Number.MIN_SAFE_INTEGER;
      const inside = (text: string) => {
        const n = whole(text);
        return n !== null && n >= least && n <= most;
      };
      return filled(z.string().refine((text) => empty(text) || inside(text), say("range", { least, most })));
    }
    case "moment":
      // Empty is the moment of the action.
      return z.string();
    case "place":
      return z.object({ at: z.string(), accuracy: z.string() }).superRefine(({ at, accuracy }, context) => {
        const none = empty(at);
        if (none ? needed : pair(at) === null) context.addIssue({ code: "custom", path: ["at"], message: t("records:form.pair") });
        if (!none && measure(accuracy) === null) context.addIssue({ code: "custom", path: ["accuracy"], message: t("records:form.accuracy") });
      });
    case "geofence":
      return z
        .object({ shape: z.enum(["none", "circle", "polygon"]), center: z.string(), radius: z.string(), points: z.string() })
        .superRefine(({ shape, center, radius, points }, context) => {
          const wrong = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
          if (shape === "circle") {
            const reach = measure(radius);
            if (!pair(center)) wrong("center", t("records:form.pair"));
            if (reach === null || reach < RADIUS_FT[0] || reach > RADIUS_FT[1]) wrong("radius", t("records:form.radius"));
          }
          if (shape === "polygon") {
            const corners = lines(points);
            const bad = corners.findIndex((line) => pair(line) === null);
            if (bad >= 0) wrong("points", t("records:form.line", { n: bad + 1 }));
            else if (corners.length < CORNERS[0] || corners.length > CORNERS[1]) wrong("points", t("records:form.corners", { least: CORNERS[0], most: CORNERS[1] }));
          }
          if (shape === "none" && needed) wrong("shape", t("records:form.missing"));
        });
    default:
      return filled(z.string());
  }
}

/** The schema of a form over these fields, with a reason where one is owed. `owed` looks at what was typed. */
export function formSchema(fields: Asked[], fresh: boolean, owed: (drafts: Record<string, Draft>) => boolean, t: TFunction) {
  const shape: Record<string, z.ZodType<Draft>> = {};
  for (const field of fields) shape[field.name] = schemaOf(field, field.first && (fresh || field.merge === "last"), t);
  return z
    .object({ fields: z.object(shape), project: z.string(), reason: z.string().max(300, { error: t("records:form.long", { most: 300 }) }) })
    .superRefine(({ fields: drafts, reason }, context) => {
      if (owed(drafts) && reason.trim() === "") context.addIssue({ code: "custom", path: ["reason"], message: t("records:form.reasonMissing") });
    });
}

/** What a form holds. */
export interface Filled {
  fields: Record<string, Draft>;
  project: string;
  reason: string;
}
