// What Plumbline keeps on this computer's disk, in bars and words.
import { useTranslation } from "react-i18next";
import { useCall } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Read } from "../../ui/states";
import { Bar } from "../../ui/status";
import { Part } from "./Settings";
import styles from "./settings.module.css";

const SHARES = ["store", "originals", "thumbnails", "aside"] as const;

export function Storage() {
  const { t } = useTranslation();
  const format = useFormat();
  const storage = useCall("storage");
  return (
    <Part title={t("settings:storage.title")} hint={t("settings:storage.hint")}>
      <Read query={storage} what={t("settings:storage.title")}>
        {(data) => {
          const used = SHARES.reduce((sum, share) => sum + data[share], 0);
          return (
            <>
              <p>
                <strong>{t("settings:storage.used", { used: format.bytes(used) })}</strong> {t("settings:storage.free", { free: format.bytes(data.free) })}
              </p>
              <ul className={styles.shares}>
                {SHARES.filter((share) => share !== "aside" || data.aside > 0).map((share) => (
                  <li key={share}>
                    <span>{t(`settings:storage.shares.${share}`, { count: data.photos, n: format.number(data.photos) })}</span>
                    <Bar done={data[share]} of={used} />
                    <span className={`tabular ${styles.size}`}>{format.bytes(data[share])}</span>
                  </li>
                ))}
              </ul>
            </>
          );
        }}
      </Read>
    </Part>
  );
}
