// Every change of a photograph's words: what, by whom, when, with which reason.
import { useTranslation } from "react-i18next";
import { useCall } from "../../api/client";
import { useNames } from "../../api/names";
import type { ChangeView, Datum, PhotoView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Read } from "../../ui/states";
import styles from "./detail.module.css";

/** Fields that a person changes; the rest is said above. */
const SAID = ["caption", "tags", "place", "at", "withdrawn"];

export function History({ photo, zone }: { photo: PhotoView; zone: string | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const history = useCall("history", { id: photo.id });
  const values = (change: ChangeView): string[] =>
    Object.entries(change.fields)
      .filter(([field]) => SAID.includes(field))
      .flatMap(([field, value]) => said(field, value, t, format.list) ?? []);
  return (
    <Read query={history} what={t("photographs:history.title")}>
      {(changes) => (
        <ol className={styles.history}>
          {[...changes].reverse().map((change, n) => {
            const first = n === changes.length - 1;
            return (
              <li key={change.action}>
                <span>
                  {names.short(change.by)}, {change.at === null ? t("unknown") : format.when(change.at, zone)}
                  {change.outcome !== "applied" && ` · ${change.outcome === "waiting" ? t("status.pending") : t("status.notAccepted")}`}
                </span>
                <span className="selectable">{[first && t(photo.source === "camera" ? "photographs:history.taken" : "photographs:history.imported"), ...values(change)].filter(Boolean).join(" ")}</span>
                {change.reason && <span className={styles.second}>{t("photographs:history.reason", { reason: change.reason })}</span>}
              </li>
            );
          })}
        </ol>
      )}
    </Read>
  );
}

function said(field: string, value: Datum, t: (key: string, values?: Record<string, unknown>) => string, list: (items: string[]) => string): string[] | undefined {
  switch (field) {
    case "caption":
      return [value ? t("photographs:history.caption", { caption: value }) : t("photographs:history.captionGone")];
    case "withdrawn":
      return [t(value === true ? "photographs:history.withdrawn" : "photographs:history.shown")];
    case "tags": {
      const { add = [], remove = [] } = (value ?? {}) as { add?: Datum[]; remove?: Datum[] };
      const texts = (items: Datum[]) => list(items.map(String));
      return [
        ...(add.length > 0 ? [t("photographs:history.tagged", { tags: texts(add) })] : []),
        ...(remove.length > 0 ? [t("photographs:history.untagged", { tags: texts(remove) })] : []),
      ];
    }
    case "place":
      return value === null ? undefined : [t("photographs:history.place")];
    case "at":
      return value === null ? undefined : [t("photographs:history.at")];
    default:
      return undefined;
  }
}
