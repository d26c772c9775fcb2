// What happens while this computer comes in, step by step, in words. Only what is known is ticked.
import { useTranslation } from "react-i18next";
import { useCall } from "../../api/client";
import type { StatusView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { CustodyMark } from "../../ui/status";
import styles from "./entry.module.css";

export function Steps({ host, status, what }: { host: string; status: StatusView; what: "add" | "found" }) {
  const { t } = useTranslation();
  const format = useFormat();
  // The log's size while it is read: the core says when records came.
  const size = useCall("status").data?.size ?? 0;
  const inside = status.state === "enrolled";
  const steps = [
    { done: true, words: t("entry:steps.link") },
    { done: inside, words: t(`entry:steps.${what}`, { host }) },
    { done: false, words: inside ? t("entry:steps.reading", { count: size, size: format.number(size) }) : t("entry:steps.read") },
  ];
  const now = steps.findIndex((step) => !step.done);
  return (
    <ol className={styles.steps} role="status" aria-label={t("entry:steps.title")}>
      {steps.map((step, i) => (
        <li key={step.words} aria-current={i === now ? "step" : undefined}>
          <CustodyMark state={step.done ? "verified" : i === now ? "received" : "local"} />
          <span>
            {step.words} <span className="spoken">{t(step.done ? "entry:steps.done" : i === now ? "entry:steps.now" : "entry:steps.later")}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
