// What a kind declares, and what its whole numbers and bare ids mean to a person: the declaration says "a number from 0 to
// 1439", and people read "06:30".
import { useMemo } from "react";
import { useCall } from "../../api/client";
import type { FieldView, KindView, RecordView } from "../../generated/client";

export type Unit = "bytes" | "clock" | "hours" | "moment";

/** Units of whole numbers, by kind and field. What is not here is a plain number. */
const UNITS: Record<string, Unit> = {
  "deposit.bytes": "bytes",
  "photo.bytes": "bytes",
  "crew.starts": "clock",
  "week.signed": "hours",
  "week.approved": "hours",
  "invite.expires": "moment",
};

/** What bare ids name, by kind and field. A reference says it itself. */
const NAMED: Record<string, string> = {
  "member.projects": "project",
  "crew.members": "member",
  "deposit.photo": "photo",
  "organisation.founder": "member",
  "organisation.restores": "restore",
};

/** Texts that have to be one of those that the record's project lists, by kind and field: the project's field. */
const LISTED: Record<string, string> = { "punch.classification": "classifications" };

/** Kinds that are made in a room of their own, and where. */
export const ROOMS: Record<string, string> = {
  photo: "/photographs",
  week: "/time",
  invite: "/organization",
  device: "/organization",
  organisation: "/organization",
};

export const unitOf = (kind: string, field: string): Unit | null => UNITS[`${kind}.${field}`] ?? null;

/** The kind of record that a field names, if it names one. */
export const namedBy = (kind: string, field: FieldView): string | null => field.of ?? NAMED[`${kind}.${field.name}`] ?? null;

/** The field of the project that lists what this one may say, if there is one. */
export const listedBy = (kind: string, field: string): string | null => LISTED[`${kind}.${field}`] ?? null;

/** Whether a form can make one: what needs keys, hashes or signatures is made elsewhere, and so is what follows from others. */
export const madeByForm = (kind: KindView): boolean =>
  kind.writes && !(kind.name in ROOMS) && !kind.fields.some((field) => field.first && (field.form === "bytes" || field.form === "device"));

/** Kinds of which every change has a call of its own: a week is signed, a device revoked. */
const OWN_CALLS = new Set(["week", "invite", "device", "organisation"]);

/** Whether a person may be asked for it: keys, signatures and what was fixed by the first action are not. */
export const editable = (kind: KindView, field: FieldView): boolean =>
  kind.writes &&
  !OWN_CALLS.has(kind.name) && !field.fixed && field.form !== "bytes" && field.form !== "device" && field.merge !== "max";

/** The kinds that this member may see, as declared. */
export function useKinds() {
  const query = useCall("kinds");
  const byName = useMemo(() => new Map(query.data?.map((kind) => [kind.name, kind])), [query.data]);
  return { query, byName };
}

/** The declaration of a record's field; `withdrawn` belongs to every kind that has it. */
export function fieldOf(kind: KindView | undefined, name: string): FieldView | undefined {
  return kind?.fields.find((field) => field.name === name);
}

/** Where a record is shown. */
export const pathOf = (record: Pick<RecordView, "kind" | "id">): string => `/records/${record.kind}/${record.id}`;
