// The log: how far it was read and proved here, who else has verified it up to where, what disagreed, what was repaired, and a copy
// that a stranger can check.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useAct, useCall } from "../../api/client";
import { desk } from "../../api/desk";
import { useNames } from "../../api/names";
import type { AlarmView, DeviceView, LogView, RepairView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { TextArea } from "../../ui/form";
import { Facts } from "../../ui/Page";
import { FaultNote, Note, Read } from "../../ui/states";
import { CustodyMark, NeedMark, Status } from "../../ui/status";
import { Fingerprint, labelOf, useChecked } from "./Devices";
import { Frame } from "./Frame";
import styles from "./organization.module.css";

export function Log() {
  const { t } = useTranslation();
  const format = useFormat();
  const log = useCall("log");
  const alarms = useCall("alarms");
  const repairs = useCall("repairs");
  return (
    <Frame part="log" sub={log.data && t("organization:log.size", { count: log.data.size, n: format.number(log.data.size) })}>
      <div className={styles.sheets}>
        <Read query={alarms} what={t("organization:log.alarms")}>
          {(all) => <Alarms alarms={all} />}
        </Read>
        <Read query={log} what={t("organization:parts.log")}>
          {(data) => (
            <>
              <State log={data} />
              <Copy log={data} />
            </>
          )}
        </Read>
        <Verified />
        <Read query={repairs} what={t("organization:log.repairs")}>
          {(all) => <Repairs repairs={all} />}
        </Read>
      </div>
    </Frame>
  );
}

function State({ log }: { log: LogView }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section className={styles.sheet}>
      <h2>{t("organization:log.here")}</h2>
      <p className={styles.quiet}>{t(log.all ? "organization:log.judgedAll" : "organization:log.judgedSome")}</p>
      <Facts
        facts={[
          [t("organization:log.entries"), format.number(log.size)],
          [t("organization:log.origin"), <span key="origin" className="mono">{log.origin}</span>],
          [t("fields:generation"), format.number(log.generation)],
        ]}
      />
      <h3>{t("organization:log.root")}</h3>
      <Fingerprint value={log.root} />
      {log.checkpoint ? (
        <TextArea label={t("organization:log.checkpoint")} hint={t("organization:log.checkpointHint")} value={log.checkpoint} readOnly mono rows={6} onFocus={(e) => e.target.select()} />
      ) : (
        <Note tone="attention" cause={t("organization:log.unread")} wayOn={t("organization:log.unreadWay")} />
      )}
    </section>
  );
}

/** A folder that the person picks, written by the core. */
function useExport(name: string) {
  const [place, setPlace] = useState<string | null>(null);
  const [fault, setFault] = useState<Error | null>(null);
  const pick = async (write: (path: string) => Promise<unknown>) => {
    setFault(null);
    setPlace(null);
    try {
      const path = await desk.pickFolder(name);
      if (path === null) return;
      await write(path);
      setPlace(path);
    } catch (thrown) {
      setFault(thrown as Error);
    }
  };
  return { place, fault, pick };
}

function Copy({ log }: { log: LogView }) {
  const { t } = useTranslation();
  const write = useAct("export_log");
  const { place, fault, pick } = useExport("plumbline-log");
  return (
    <section className={styles.sheet}>
      <h2>{t("organization:log.copy")}</h2>
      <p>{t("organization:log.copyWhat")}</p>
      {!log.all && <Note cause={t("organization:log.copyNotAll")} />}
      {fault && <FaultNote fault={fault} />}
      {place && <Note tone="ok" cause={t("organization:log.copied")} wayOn={<span className="mono selectable">{place}</span>} />}
      {place && (
        <p>
          {t("organization:log.verify")} <code className="mono selectable">plumbline-verify {place}</code>
        </p>
      )}
      <div className={styles.row}>
        <Button isDisabled={write.isPending || !log.all} onPress={() => void pick((path) => write.mutateAsync({ path }))}>
          {t(write.isPending ? "organization:log.copying" : "organization:log.copyAct")}
        </Button>
      </div>
    </section>
  );
}

function Verified() {
  const { t } = useTranslation();
  const names = useNames();
  const checked = useChecked();
  const devices = useCall("devices");
  const known = (device: DeviceView) => (device.this ? Number.MAX_SAFE_INTEGER : (device.seen_size ?? -1));
  return (
    <section className={styles.sheet}>
      <h2>{t("organization:log.verified")}</h2>
      <p className={styles.quiet}>{t("organization:devices.checkedMeans")}</p>
      <Read query={devices} what={t("organization:parts.devices")}>
        {(all) => (
          <ul className={styles.lines}>
            {all
              .filter((device) => !device.revoked)
              .sort((a, b) => known(b) - known(a))
              .slice(0, 100)
              .map((device) => (
                <li key={device.id}>
                  <Status mark={<CustodyMark state={device.this || (device.seen_size ?? 0) > 0 ? "verified" : "local"} />}>
                    <Link to={`/organization/devices?id=${device.id}`}>
                      {labelOf(device)}, {names.member(device.member)}
                    </Link>
                  </Status>
                  <span className={styles.quiet}>{checked(device)}</span>
                </li>
              ))}
          </ul>
        )}
      </Read>
    </section>
  );
}

function Alarms({ alarms }: { alarms: AlarmView[] }) {
  const { t } = useTranslation();
  if (alarms.length === 0)
    return (
      <section className={styles.sheet}>
        <h2>{t("organization:log.alarms")}</h2>
        <Status mark={<CustodyMark state="verified" />}>{t("organization:log.noAlarms")}</Status>
      </section>
    );
  return (
    <section className={styles.sheet}>
      <h2>{t("organization:log.alarms")}</h2>
      <Note tone="wrong" cause={t("organization:log.alarmed.cause")} wayOn={t("organization:log.alarmed.wayOn")} />
      <ul className={styles.lines}>
        {alarms.map((alarm) => (
          <Alarm key={alarm.alarm} alarm={alarm} />
        ))}
      </ul>
    </section>
  );
}

function Alarm({ alarm }: { alarm: AlarmView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const write = useAct("export_alarm");
  const { place, fault, pick } = useExport(`plumbline-alarm-${alarm.alarm}`);
  return (
    <li className={styles.block}>
      <Status mark={<NeedMark need="octagon" />}>
        <strong>{t(`organization:log.codes.${alarm.code}`, { defaultValue: alarm.code })}</strong>
      </Status>
      <p className={styles.quiet}>
        {format.evidence(alarm.at)}
        {alarm.position !== null && `, ${t("organization:log.entry", { n: format.number(alarm.position) })}`}
      </p>
      <p className="selectable" lang="en">
        {alarm.text}
      </p>
      {fault && <FaultNote fault={fault} />}
      {place && <Note tone="ok" cause={t("organization:log.alarmKept")} wayOn={<span className="mono selectable">{place}</span>} />}
      <div className={styles.row}>
        <Button small isDisabled={write.isPending} onPress={() => void pick((path) => write.mutateAsync({ alarm: alarm.alarm, path }))}>
          {t("organization:log.alarmExport")}
        </Button>
      </div>
    </li>
  );
}

function Repairs({ repairs }: { repairs: RepairView[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (repairs.length === 0) return null;
  return (
    <section className={styles.sheet}>
      <h2>{t("organization:log.repairs")}</h2>
      <p className={styles.quiet}>{t("organization:log.repairsWhat")}</p>
      <ul className={styles.lines}>
        {repairs.map((repair) => (
          <li key={repair.at} className={styles.block}>
            <strong>{format.evidence(repair.at)}</strong>
            <Facts
              facts={[
                [t("organization:log.repair.pages"), format.number(repair.damaged_pages)],
                [t("organization:log.repair.saved"), t("organization:log.repair.savedWhat", { actions: format.number(repair.actions), photos: format.number(repair.photos) })],
                [t("organization:log.repair.lost"), repair.lost.length === 0 && repair.missing === 0 ? t("none") : t("organization:log.repair.lostWhat", { named: format.number(repair.lost.length), missing: format.number(repair.missing) })],
                !repair.end_known && [t("organization:log.repair.end"), t("organization:log.repair.endUnknown")],
                repair.unnamed_files > 0 && [t("organization:log.repair.files"), format.number(repair.unnamed_files)],
                [t("organization:log.repair.aside"), <span key="aside" className="mono">{repair.aside}</span>],
              ]}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
