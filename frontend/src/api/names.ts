// Who and where: members and projects by id, for every screen that names them.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { RecordView } from "../generated/client";
import { HERE } from "../i18n/format";
import { type Call, call, type Failure } from "./client";

/** Every record of a small kind: an organisation's people or projects, page by page. */
async function all(kind: string): Promise<RecordView[]> {
  const records: RecordView[] = [];
  let after: string | null = null;
  do {
    const page: { records: RecordView[]; next: string | null } = await call("list", { kind, after, limit: 500 });
    records.push(...page.records);
    after = page.next;
  } while (after !== null);
  return records;
}

/** All records of `kind`, for kinds of which an organisation has at most thousands. */
export function useAll(kind: "member" | "project" | "crew" | "device" | "invite") {
  const list: Call = "list";
  return useQuery<RecordView[], Failure>({ queryKey: [list, "all", kind], queryFn: () => all(kind) });
}

export function text(record: RecordView | undefined, field: string): string | null {
  const value = record?.fields[field];
  return typeof value === "string" && value !== "" ? value : null;
}

export interface Names {
  member: (id: string | null | undefined) => string;
  /** First name and initial, for tight places: "Teo R." */
  short: (id: string | null | undefined) => string;
  project: (id: string | null | undefined) => string;
  /** The project's short code. */
  code: (id: string | null | undefined) => string;
  zone: (id: string | null | undefined) => string | undefined;
  /** The zone by which days are counted: the project's; over all projects theirs, if they share one; or else this computer's. */
  dayZone: (project: string | null) => string;
  members: RecordView[];
  projects: RecordView[];
}

/** Names of members and projects. An id that nobody here knows is shown by its first digits. */
export function useNames(): Names {
  const { data: members = [] } = useAll("member");
  const { data: projects = [] } = useAll("project");
  return useMemo(() => {
    const people = new Map(members.map((m) => [m.id, m]));
    const sites = new Map(projects.map((p) => [p.id, p]));
    const of = (map: Map<string, RecordView>, id: string | null | undefined) => (id ? map.get(id) : undefined);
    const zone = (id: string | null | undefined) => text(of(sites, id), "zone") ?? undefined;
    const standing = projects.filter((p) => !p.withdrawn);
    const [shared, ...others] = new Set(standing.map((p) => zone(p.id)));
    const member = (id: string | null | undefined) => text(of(people, id), "name") ?? (id ? id.slice(0, 8) : "");
    return {
      member,
      short: (id) => {
        const [first = "", ...rest] = member(id).split(" ");
        const last = rest.at(-1);
        return last ? `${first} ${last.charAt(0)}.` : first;
      },
      project: (id) => text(of(sites, id), "name") ?? (id ? id.slice(0, 8) : ""),
      code: (id) => text(of(sites, id), "number")?.slice(0, 4) ?? "",
      zone,
      dayZone: (project) => zone(project) ?? (others.length === 0 ? shared : undefined) ?? HERE,
      members: members.filter((m) => !m.withdrawn),
      projects: standing,
    };
  }, [members, projects]);
}
