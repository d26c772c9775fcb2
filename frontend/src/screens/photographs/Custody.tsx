// The chain of custody on the plumb line, and what a check of the bytes says: what it proves and what it does not.
import { ScrollText } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Failure, useAct, useCall } from "../../api/client";
import { useNames } from "../../api/names";
import type { CustodyView, PhotoCheckView, PhotoView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button, join } from "../../ui/controls";
import { Section } from "../../ui/Page";
import { FaultNote, Note, Read } from "../../ui/states";
import { CustodyMark } from "../../ui/status";
import styles from "./detail.module.css";
import { firstName } from "./words";

interface Check {
  data: PhotoCheckView | undefined;
  error: Failure | null;
  isFetching: boolean;
  refetch: () => Promise<unknown>;
}

export function Custody({ photo, check, zone }: { photo: PhotoView; check: Check; zone: string | undefined }) {
  const { t } = useTranslation();
  const steps = useCall("custody", { id: photo.id });
  return (
    <Section
      title={t("photographs:custody.title")}
      aside={
        <Button look="link" onPress={() => void check.refetch()} isDisabled={check.isFetching}>
          {check.isFetching ? t("photographs:check.reading") : check.data ? t("photographs:check.again") : t("photographs:check.do")}
        </Button>
      }
    >
      <Read query={steps} what={t("photographs:custody.title")}>
        {(read) => <Chain photo={photo} steps={read} zone={zone} />}
      </Read>
      {check.error && <FaultNote fault={check.error} onRetry={() => void check.refetch()} />}
      {check.data && <Finding photo={photo} check={check.data} again={check.refetch} zone={zone} />}
    </Section>
  );
}

function Chain({ photo, steps, zone }: { photo: PhotoView; steps: CustodyView[]; zone: string | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const has = (state: CustodyView["state"]) => steps.some((step) => step.state === state);
  const entry = (step: CustodyView) => (step.position === null ? null : t("photographs:custody.entry", { position: format.number(step.position) }));
  const words = (step: CustodyView): [mark: ReactNode, title: string, detail: (string | null)[]] => {
    switch (step.state) {
      case "taken":
        return photo.source === "camera"
          ? [<CustodyMark key="m" state="local" />, t("photographs:custody.taken", { name: names.short(step.by) }), [t("photographs:custody.takenHow"), step.label]]
          : [<CustodyMark key="m" state="local" />, t("photographs:custody.imported", { name: names.short(step.by) }), [t("photographs:custody.importedHow"), step.label]];
      case "logged":
        return [<ScrollText key="m" size={14} strokeWidth={1.75} aria-hidden />, t("photographs:custody.logged"), [t("photographs:custody.loggedAt", { position: format.number(step.position ?? 0) }), step.label]];
      case "received":
        return [<CustodyMark key="m" state="received" />, t("custody.received"), [t("photographs:custody.receivedHow")]];
      case "verified":
        return [<CustodyMark key="m" state="verified" />, t("custody.verified"), [t("photographs:custody.verifiedHow"), entry(step)]];
    }
  };
  const planned = [
    !has("logged") && t("photographs:custody.notLogged"),
    !has("received") && !has("verified") && t("photographs:custody.notReceived"),
    !has("verified") && t("photographs:custody.notVerified"),
  ].filter((text) => text !== false);
  const taken = steps[0]?.at ?? photo.at.stated;
  const time = (at: number | null) => (at === null ? "" : format.day(at, zone) === format.day(taken, zone) ? format.time(at, zone) : `${format.date(format.civil(at, zone))}, ${format.time(at, zone)}`);
  return (
    <ol className={styles.chain}>
      {steps.map((step, n) => {
        const [mark, title, detail] = words(step);
        const next = n + 1 < steps.length ? styles.solid : planned.length > 0 ? styles.dotted : undefined;
        return (
          <li key={step.state} className={next}>
            <time className="tabular">{time(step.at)}</time>
            <span className={styles.mark}>{mark}</span>
            <span>
              <strong>{title}</strong>
              <span className={styles.second}>{detail.filter(Boolean).join(", ")}</span>
            </span>
          </li>
        );
      })}
      {planned.map((title, n) => (
        <li key={title} className={join(styles.planned, n + 1 < planned.length && styles.dotted)}>
          <time />
          <span className={styles.mark}>
            <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden>
              <circle cx="7" cy="7" r="2" fill="none" stroke="currentColor" strokeWidth="1.5" />
            </svg>
          </span>
          <span>
            <strong>{title}</strong>
            {n + 1 === planned.length && <span className={styles.second}>{t("photographs:custody.until")}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** What the check found. It says no more than it read. */
function Finding({ photo, check, again, zone }: { photo: PhotoView; check: PhotoCheckView; again: () => Promise<unknown>; zone: string | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const bring = useAct("original");
  const captioned = useCall("history", { id: photo.id }).data?.findLast((change) => change.outcome === "applied" && "caption" in change.fields)?.by ?? photo.by;
  const values = { name: firstName(names.member(photo.by)), time: format.time(photo.at.stated, zone) };
  const limits = [
    t("photographs:check.matches"),
    photo.source === "import" && t("photographs:check.importLimit"),
    check.position === null && t("photographs:check.notLogged"),
    photo.caption && t("photographs:check.caption", { name: firstName(names.member(captioned)) }),
  ];
  const log = t("photographs:check.at", { time: format.when(check.at), size: format.number(check.size) });
  return (
    <div className={styles.finding}>
      {check.bytes === "same" && (
        <Note tone="ok" cause={t(photo.source === "camera" ? "photographs:check.same" : "photographs:check.sameImport", values)} wayOn={limits.filter(Boolean).join(" ")} />
      )}
      {check.bytes === "differ" && <Note tone="wrong" cause={t("photographs:check.differ")} wayOn={t("photographs:check.kept")} />}
      {check.bytes === "not_here" && (
        <>
          <Note
            tone="attention"
            cause={t("photographs:check.notHere")}
            wayOn={t(photo.state === "local" ? "photographs:check.notHereLocal" : "photographs:check.notHereServer")}
            action={
              photo.state !== "local" && (
                <Button
                  isDisabled={bring.isPending}
                  onPress={() => bring.mutate({ photo: photo.id, from: 0, length: 1 }, { onSuccess: () => void again() })}
                >
                  {t("photographs:check.bring")}
                </Button>
              )
            }
          />
          {bring.error && <FaultNote fault={bring.error} />}
        </>
      )}
      <p className={styles.second}>{log}</p>
    </div>
  );
}

