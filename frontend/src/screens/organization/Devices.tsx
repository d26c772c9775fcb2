// Devices: whose they are, when they were last heard of, how far each has checked the log; and revoking one, for ever.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCall } from "../../api/client";
import { useNames } from "../../api/names";
import type { DeviceView, StatusView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { Detail, Facts, Section } from "../../ui/Page";
import { Empty, Note, Read } from "../../ui/states";
import { NeedMark, Status } from "../../ui/status";
import { Table, type TableColumn } from "../../ui/Table";
import { Filter } from "./Filter";
import { Frame, useOpen } from "./Frame";
import styles from "./organization.module.css";
import { RevokeDialog } from "./RevokeDialog";
import { useRights } from "./rights";

export function Devices() {
  const { t } = useTranslation();
  const devices = useCall("devices");
  const [open, setOpen] = useOpen();
  const [filter, setFilter] = useState("");
  const chosen = devices.data?.find((device) => device.id === open);
  const active = devices.data?.filter((device) => !device.revoked).length ?? 0;
  return (
    <Frame
      part="devices"
      bare
      sub={devices.data && t("organization:devices.count", { count: active })}
      summary={<Filter value={filter} onChange={setFilter} label={t("organization:devices.filter")} />}
      detail={chosen && <DeviceDetail device={chosen} onClose={() => setOpen(null)} />}
    >
      <Read query={devices} what={t("organization:parts.devices")}>
        {(all) => <DeviceTable devices={all} filter={filter} open={open} onOpen={setOpen} />}
      </Read>
    </Frame>
  );
}

function DeviceTable({ devices, filter, open, onOpen }: { devices: DeviceView[]; filter: string; open: string | null; onOpen: (id: string | null) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const checked = useChecked();
  const word = filter.trim().toLocaleLowerCase();
  const shown = devices
    .filter((d) => word === "" || `${d.label} ${names.member(d.member)}`.toLocaleLowerCase().includes(word))
    .sort((a, b) => Number(b.this) - Number(a.this) || Number(a.revoked) - Number(b.revoked) || names.member(a.member).localeCompare(names.member(b.member)));
  const columns: TableColumn<DeviceView>[] = [
    {
      id: "label",
      name: t("organization:devices.device"),
      cell: (d) => (
        <span className={styles.named}>
          {labelOf(d)}
          {d.this && <span className={styles.badge}>{t("organization:devices.this")}</span>}
        </span>
      ),
    },
    { id: "member", name: t("fields:member"), cell: (d) => names.member(d.member) },
    { id: "enrolled", name: t("organization:devices.enrolled"), wide: true, cell: (d) => (d.enrolled === null ? t("unknown") : format.when(d.enrolled)) },
    { id: "heard", name: t("organization:heard"), cell: (d) => (d.heard === null ? t("organization:never") : format.when(d.heard)) },
    { id: "checked", name: t("organization:devices.checked"), cell: checked },
    {
      id: "state",
      name: t("organization:state"),
      cell: (d) => (d.revoked ? <Status mark={<NeedMark need="wrong" size={14} />}>{t("organization:devices.revoked")}</Status> : t("organization:devices.active")),
    },
  ];
  return (
    <Table label={t("organization:parts.devices")} columns={columns} items={shown} keyOf={(d) => d.id} nameOf={labelOf} open={open} onOpen={onOpen} empty={<Empty title={t("organization:devices.none")} />} />
  );
}

export const labelOf = (device: DeviceView): string => device.label || device.id.slice(0, 8);

/** How far a device has checked the log, in words: by what its newest action said that it had seen. */
export function useChecked(): (device: DeviceView) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: status } = useCall("status");
  return (device) => {
    // This computer knows of itself what it told nobody yet.
    const own = device.this && status;
    const size = own ? status.size : device.seen_size;
    const generation = own ? status.generation : device.seen_generation;
    if (size === null || generation === null) return t("unknown");
    // An enrolment is signed before anything was read.
    if (size === 0) return t("organization:devices.untold");
    const entry = t("organization:devices.upTo", { n: format.number(size) });
    if (!status) return entry;
    if (generation !== status.generation) return `${entry}, ${t("organization:devices.earlier", { n: generation })}`;
    const behind = Math.max(0, status.size - size);
    return `${entry}, ${behind === 0 ? t("organization:devices.all") : t("organization:devices.behind", { count: behind, n: format.number(behind) })}`;
  };
}

function DeviceDetail({ device, onClose }: { device: DeviceView; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const rights = useRights();
  const checked = useChecked();
  const { data: status } = useCall("status");
  const [revoking, setRevoking] = useState(false);
  const owner = names.members.find((member) => member.id === device.member);
  return (
    <Detail
      label={labelOf(device)}
      title={labelOf(device)}
      sub={device.this ? t("organization:devices.thisLong") : names.member(device.member)}
      onClose={onClose}
      foot={
        !device.revoked &&
        rights.revoke(owner) && (
          <Button look="danger" onPress={() => setRevoking(true)}>
            {t("organization:devices.revoke")}
          </Button>
        )
      }
    >
      {device.revoked && (
        <Section>
          <Note tone="wrong" cause={t("organization:devices.revokedCause")} wayOn={t("organization:devices.revokedWay")} />
        </Section>
      )}
      <Section>
        <Facts
          facts={[
            [t("fields:member"), <Link key="member" to={`/organization/members?id=${device.member ?? ""}`}>{names.member(device.member)}</Link>],
            [t("organization:devices.enrolled"), device.enrolled === null ? t("unknown") : format.evidence(device.enrolled)],
            [t("organization:heard"), device.heard === null ? t("organization:never") : format.evidence(device.heard)],
          ]}
        />
      </Section>
      <Section title={t("organization:devices.checked")}>
        <p>{checked(device)}</p>
        <p className={styles.quiet}>{t("organization:devices.checkedMeans")}</p>
      </Section>
      <Section title={t("organization:devices.key")}>
        <Fingerprint value={device.id} />
        <p className={styles.quiet}>{t("organization:devices.keyMeans")}</p>
      </Section>
      {revoking && status && <RevokeDialog device={device} status={status as StatusView} onClose={() => setRevoking(false)} />}
    </Detail>
  );
}

/** A key in groups of four, to be compared by eye. */
export function Fingerprint({ value }: { value: string }) {
  return <p className={`${styles.fingerprint} mono selectable`}>{(value.match(/.{1,4}/g) ?? []).join(" ")}</p>;
}
