// Which buttons make sense for whom. The core judges by the policy; this only keeps from offering what it would refuse.
import { useCall } from "../../api/client";
import { useNames } from "../../api/names";
import type { RecordView } from "../../generated/client";

export const ROLES = ["administrator", "manager", "foreman", "worker"] as const;
export type Role = (typeof ROLES)[number];

/** The ids in a set field. */
export const ids = (record: RecordView | undefined, field: string): string[] => {
  const value = record?.fields[field];
  return Array.isArray(value) ? value.filter((id): id is string => typeof id === "string") : [];
};

export const roleOf = (record: RecordView | undefined): Role => {
  const role = record?.fields.role;
  return ROLES.find((known) => known === role) ?? "worker";
};

export function useRights() {
  const { data: status } = useCall("status");
  const { members } = useNames();
  const role = ROLES.find((known) => known === status?.role) ?? "worker";
  const me = status?.member ?? "";
  const mine = new Set(ids(members.find((member) => member.id === me), "projects"));
  const admin = role === "administrator";
  const office = admin || role === "manager";
  /** True where a person is not out of reach: nobody but administrators acts on administrators. */
  const reaches = (member: RecordView | undefined) => admin || (office && roleOf(member) !== "administrator");
  return {
    me,
    role,
    admin,
    office,
    addMember: office || role === "foreman",
    /** Roles that a new or changed member may get. */
    roles: ROLES.filter((r) => admin || (office ? r !== "administrator" : r === "worker")),
    changeMember: reaches,
    revoke: (member: RecordView | undefined) => reaches(member) || member?.id === me,
    invite: (member: RecordView | undefined) =>
      reaches(member) || (role === "foreman" && roleOf(member) === "worker" && ids(member, "projects").length > 0 && ids(member, "projects").every((p) => mine.has(p))),
    crews: (project: string) => office || (role === "foreman" && mine.has(project)),
    /** Own projects, for whom it matters. */
    projects: office ? null : mine,
    administrators: members.filter((member) => roleOf(member) === "administrator").length,
  };
}
