// Waiting: is anything stuck, and is it safe. What was refused first, then what waits, the photographs' bytes, what is held in
// the log, and what a repair could not save. Each with its honest state and what can be done.
import { useTranslation } from "react-i18next";
import { useAct, useCall } from "../../api/client";
import type { StatusView, UploadView, WaitingView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { Page } from "../../ui/Page";
import { Empty, FaultNote, Loading, Read } from "../../ui/states";
import { HeldList } from "./Held";
import { Losses } from "./Losses";
import styles from "./outbox.module.css";
import { Uploads } from "./Uploads";
import { isStuck, WaitingList } from "./Waiting";

export default function Outbox() {
  const { t } = useTranslation();
  const status = useCall("status");
  const waiting = useCall("waiting");
  const uploads = useCall("uploads");
  const held = useCall("held");
  const sync = useAct("sync");
  const stuck = waiting.data?.filter(isStuck) ?? [];
  const moving = waiting.data?.filter((item) => !isStuck(item)) ?? [];
  const heldHere = held.data ?? [];
  const sent = waiting.data?.length === 0 && (uploads.data ?? []).length === 0;
  return (
    <Page
      title={t("nav.outbox")}
      sub={status.data && <Sub status={status.data} waiting={moving} uploads={uploads.data ?? []} />}
      actions={
        <Button look="primary" onPress={() => sync.mutate(undefined)} isPending={sync.isPending}>
          {t("action.tryNow")}
        </Button>
      }
      foot={status.data && <LastSent />}
    >
      <div className={styles.page}>
        <div role="status" aria-live="polite" className={styles.live}>
          {sync.isPending && <p className={styles.progress}>{progress(moving, uploads.data ?? [], t)}</p>}
          {sync.data && !sync.isPending && (
            <p className={styles.progress}>
              {t("outbox:round", { sent: sync.data.pushed, read: sync.data.pulled, photos: sync.data.uploaded })}
            </p>
          )}
        </div>
        {sync.error && <FaultNote fault={sync.error} onRetry={() => sync.mutate(undefined)} />}
        <Read query={waiting} what={t("nav.outbox")}>
          {() => (
            <>
              <WaitingList title={t("outbox:refused")} items={stuck} />
              <WaitingList title={t("outbox:waiting")} items={moving} safe />
            </>
          )}
        </Read>
        {uploads.error ? <FaultNote fault={uploads.error} onRetry={() => void uploads.refetch()} /> : <Uploads uploads={uploads.data ?? []} />}
        {held.error ? <FaultNote fault={held.error} onRetry={() => void held.refetch()} /> : <HeldList held={heldHere} admits={status.data?.role === "administrator"} />}
        <Losses />
        {sent && heldHere.length === 0 && (status.data ? <AllSent status={status.data} /> : <Loading what={t("nav.outbox")} />)}
      </div>
    </Page>
  );
}

type Say = (key: string, values?: Record<string, unknown>) => string;

/** What a round is doing, as far as it is known before it answers. */
function progress(waiting: WaitingView[], uploads: UploadView[], t: Say): string {
  if (waiting.length > 0) return t("outbox:sending", { count: waiting.length });
  if (uploads.length > 0) return t("outbox:sendingPhotos", { count: uploads.length });
  return t("outbox:asking");
}

function Sub({ status, waiting, uploads }: { status: StatusView; waiting: WaitingView[]; uploads: UploadView[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const bytes = uploads.reduce((sum, upload) => sum + upload.bytes, 0);
  const parts = [
    waiting.length > 0 && t("outbox:count", { count: waiting.length }),
    uploads.length > 0 && t("outbox:photos", { count: uploads.length, size: format.bytes(bytes) }),
  ].filter(Boolean);
  const since = status.contact === null ? t("foot.never") : t("outbox:since", { time: format.when(status.contact) });
  if (parts.length === 0) return status.connection === "online" ? null : <span>{since}</span>;
  return (
    <span>
      {parts.join(", ")}. {t("outbox:safe")} {status.connection !== "online" && since}
    </span>
  );
}

function AllSent({ status }: { status: StatusView }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Empty title={status.contact === null ? t("outbox:nothing") : t("outbox:allSent", { time: format.when(status.contact) })}>
      {status.connection === "online" ? t("outbox:allSentWay") : t("outbox:allSentOffline")}
    </Empty>
  );
}

/** When the server last received something signed here, by the log. */
function LastSent() {
  const { t } = useTranslation();
  const format = useFormat();
  const devices = useCall("devices");
  const heard = devices.data?.find((device) => device.this)?.heard ?? null;
  return <span>{heard === null ? t("outbox:neverSent") : t("outbox:lastSent", { time: format.when(heard) })}</span>;
}
