// What a screen shows where there is nothing, not yet, or not any more: designed states, each with its way on.
import { CircleCheck, ImageOff, Info, TriangleAlert } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { picture } from "#transport";
import { faultOf } from "../api/client";
import { wordsOf } from "../faults";
import type { Fault } from "../generated/client";
import { useFormat } from "../i18n/format";
import { Button, join } from "./controls";
import { NeedMark } from "./status";
import styles from "./ui.module.css";

/** Nothing here: what that means and what can be done. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <strong>{title}</strong>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

/** Past 300 ms it says for what one waits; before, it keeps the place. */
export function Loading({ what }: { what: string }) {
  const { t } = useTranslation();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles.loading} role="status">
      {late && t("loading", { what })}
    </div>
  );
}

/** A remark with its tone, in shape and words. */
export function Note({ tone, cause, wayOn, action }: { tone?: "ok" | "attention" | "wrong"; cause: ReactNode; wayOn?: ReactNode; action?: ReactNode }) {
  const looks = { ok: styles.noteOk, attention: styles.noteAttention, wrong: styles.noteWrong };
  const marks = {
    ok: <CircleCheck size={18} strokeWidth={1.75} aria-hidden className={styles.ok ?? ""} />,
    attention: <TriangleAlert size={18} strokeWidth={1.75} aria-hidden className={styles.attention ?? ""} />,
    wrong: <NeedMark need="octagon" size={18} />,
  };
  return (
    <div className={join(styles.note, tone && looks[tone])} role={tone === "wrong" ? "alert" : "status"}>
      {tone ? marks[tone] : <Info size={18} strokeWidth={1.75} aria-hidden />}
      <div className={styles.noteBody}>
        <p className={styles.noteCause}>{cause}</p>
        {wayOn && <p className={styles.noteWay}>{wayOn}</p>}
      </div>
      {action}
    </div>
  );
}

/** A fault in words, with its way on. What needs no deed of the person is calm. */
export function FaultNote({ fault, onRetry }: { fault: Fault | Error; onRetry?: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const known = faultOf(fault);
  const { cause, wayOn } = wordsOf(known, t, format);
  const calm = known.fault === "offline" || known.fault === "busy" || known.fault === "cancelled";
  return (
    <Note
      tone={calm ? "attention" : "wrong"}
      cause={cause}
      wayOn={wayOn}
      action={onRetry && <Button onPress={onRetry}>{t("action.tryAgain")}</Button>}
    />
  );
}

/** What a read gave: its answer, the wait, or the fault. */
export function Read<T>(props: {
  query: { data: T | undefined; error: Error | null; refetch: () => unknown };
  what: string;
  children: (data: T) => ReactNode;
}) {
  const { data, error, refetch } = props.query;
  if (data !== undefined) return <>{props.children(data)}</>;
  if (error) return <FaultNote fault={error} onRetry={() => void refetch()} />;
  return <Loading what={props.what} />;
}

/** A photograph's thumbnail. Where there is none here, its place says so. `version` changes when it may have come. */
export function Thumb({ photo, alt, version }: { photo: string; alt: string; version?: string | number | boolean }) {
  const [failed, setFailed] = useState<string | null>(null);
  const src = `${picture("thumbnail", photo)}${version === undefined ? "" : `?${String(version)}`}`;
  if (failed === src)
    return (
      <div className={styles.thumbEmpty} {...(alt === "" ? { "aria-hidden": true } : { role: "img", "aria-label": alt })}>
        <ImageOff size={20} strokeWidth={1.75} aria-hidden />
      </div>
    );
  return <img src={src} alt={alt} className={styles.thumb} loading="lazy" decoding="async" onError={() => setFailed(src)} />;
}
