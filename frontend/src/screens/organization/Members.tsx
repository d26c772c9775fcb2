// Members: who belongs to the organisation, in which role, on which projects, with which devices.
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCall } from "../../api/client";
import { text, useAll, useNames } from "../../api/names";
import { useKeys } from "../../app/keys";
import type { DeviceView, RecordView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { Detail, Facts, Section } from "../../ui/Page";
import { Empty, Note, Read } from "../../ui/states";
import { Status, NeedMark } from "../../ui/status";
import { Table, type TableColumn } from "../../ui/Table";
import { Filter } from "./Filter";
import { Frame, useOpen } from "./Frame";
import { InviteDialog } from "./InviteDialog";
import { MemberDialog } from "./MemberDialog";
import styles from "./organization.module.css";
import { ids, ROLES, roleOf, useRights } from "./rights";

export function Members() {
  const { t } = useTranslation();
  const rights = useRights();
  const members = useAll("member");
  const devices = useCall("devices");
  const [open, setOpen] = useOpen();
  const [dialog, setDialog] = useState<"add" | "edit" | "invite" | null>(null);
  const [filter, setFilter] = useState("");
  useKeys({ n: rights.addMember ? () => setDialog("add") : undefined });
  const chosen = members.data?.find((member) => member.id === open);
  return (
    <Frame
      part="members"
      bare
      sub={members.data && t("organization:members.count", { count: members.data.length })}
      summary={<Filter value={filter} onChange={setFilter} label={t("organization:members.filter")} />}
      actions={
        rights.addMember && (
          <Button onPress={() => setDialog("add")}>
            <Plus size={16} strokeWidth={1.75} aria-hidden />
            {t("organization:members.add")}
          </Button>
        )
      }
      detail={chosen && <MemberDetail member={chosen} devices={devices.data ?? []} onClose={() => setOpen(null)} onEdit={() => setDialog("edit")} onInvite={() => setDialog("invite")} />}
    >
      {rights.admin && rights.administrators === 1 && (
        <div className={styles.banner}>
          <Note tone="attention" cause={t("organization:members.oneAdmin.cause")} wayOn={t("organization:members.oneAdmin.wayOn")} />
        </div>
      )}
      <Read query={members} what={t("organization:parts.members")}>
        {(all) => <MemberTable members={all} devices={devices.data} filter={filter} open={open} onOpen={setOpen} />}
      </Read>
      {dialog === "add" && <MemberDialog onClose={() => setDialog(null)} onDone={setOpen} />}
      {dialog === "edit" && chosen && <MemberDialog member={chosen} onClose={() => setDialog(null)} onDone={setOpen} />}
      {dialog === "invite" && chosen && <InviteDialog member={chosen.id} onClose={() => setDialog(null)} />}
    </Frame>
  );
}

/** The newest contact of a member's devices, as the log knows it. */
const heardOf = (devices: DeviceView[] | undefined, member: string): number | null =>
  (devices ?? []).filter((d) => d.member === member).reduce<number | null>((newest, d) => (d.heard !== null && d.heard > (newest ?? 0) ? d.heard : newest), null);

function MemberTable({ members, devices, filter, open, onOpen }: { members: RecordView[]; devices: DeviceView[] | undefined; filter: string; open: string | null; onOpen: (id: string | null) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const word = filter.trim().toLocaleLowerCase();
  const shown = members
    .filter((m) => word === "" || names.member(m.id).toLocaleLowerCase().includes(word))
    .sort((a, b) => ROLES.indexOf(roleOf(a)) - ROLES.indexOf(roleOf(b)) || names.member(a.id).localeCompare(names.member(b.id)));
  const columns: TableColumn<RecordView>[] = [
    { id: "name", name: t("fields:name"), cell: (m) => (m.pending ? <Status mark={<NeedMark need="attention" size={14} />}>{names.member(m.id)}</Status> : names.member(m.id)) },
    { id: "role", name: t("fields:role"), cell: (m) => t(`organization:roles.${roleOf(m)}`) },
    { id: "projects", name: t("fields:projects"), wide: true, cell: (m) => ids(m, "projects").map((id) => names.code(id) || names.project(id)).join(", ") },
    {
      id: "devices",
      name: t("organization:parts.devices"),
      figures: true,
      cell: (m) => (devices ? format.number(devices.filter((d) => d.member === m.id && !d.revoked).length) : ""),
    },
    {
      id: "heard",
      name: t("organization:heard"),
      cell: (m) => {
        const heard = heardOf(devices, m.id);
        if (!devices) return t("unknown");
        return heard === null ? t("organization:never") : format.when(heard);
      },
    },
  ];
  return (
    <Table
      label={t("organization:parts.members")}
      columns={columns}
      items={shown}
      keyOf={(m) => m.id}
      nameOf={(m) => names.member(m.id)}
      open={open}
      onOpen={onOpen}
      empty={<Empty title={t("organization:members.none")} />}
    />
  );
}

function MemberDetail(props: { member: RecordView; devices: DeviceView[]; onClose: () => void; onEdit: () => void; onInvite: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const rights = useRights();
  const { member } = props;
  const name = names.member(member.id);
  const role = roleOf(member);
  const projects = ids(member, "projects");
  const devices = props.devices.filter((device) => device.member === member.id);
  const heard = heardOf(props.devices, member.id);
  const may = rights.changeMember(member);
  return (
    <Detail
      label={name}
      title={name}
      sub={t(`organization:roles.${role}`)}
      onClose={props.onClose}
      foot={
        (may || rights.invite(member)) && (
          <>
            {may && <Button onPress={props.onEdit}>{t("organization:members.edit")}</Button>}
            {rights.invite(member) && (
              <Button look="primary" onPress={props.onInvite}>
                {t("organization:invites.make")}
              </Button>
            )}
          </>
        )
      }
    >
      <Section>
        <Facts
          facts={[
            [t("fields:role"), t(`organization:roles.${role}What`)],
            [t("fields:projects"), projects.length > 0 ? format.list(projects.map(names.project)) : t(role === "foreman" || role === "worker" ? "organization:members.noProjects" : "organization:members.allProjects")],
            [t("organization:heard"), heard === null ? t("organization:never") : format.evidence(heard)],
            member.pending && [t("organization:state"), t("status.pending")],
          ]}
        />
      </Section>
      <Section title={t("organization:parts.devices")} aside={devices.length > 0 && format.number(devices.length)}>
        {devices.length === 0 ? (
          <p>{t("organization:members.noDevices")}</p>
        ) : (
          <Facts facts={devices.map((device) => [device.label || device.id.slice(0, 8), <Link key={device.id} to={`/organization/devices?id=${device.id}`}>{device.revoked ? t("organization:devices.revoked") : device.heard === null ? t("organization:never") : t("organization:heardAt", { when: format.when(device.heard) })}</Link>])}
          />
        )}
      </Section>
      {text(member, "name") === null && <p>{t("newer")}</p>}
    </Detail>
  );
}
