// The room before the house: one panel in the middle, with the choice of language.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Mark } from "../../app/Mark";
import { LANGUAGES, type Language, useSettings } from "../../app/settings";
import { Select } from "../../ui/controls";
import styles from "./entry.module.css";

export function Frame({ title, sub, children, wide = false }: { title: string; sub?: ReactNode; children: ReactNode; wide?: boolean }) {
  const { t } = useTranslation();
  const [settings, set] = useSettings();
  return (
    <div className={styles.room}>
      <header className={styles.head}>
        <Mark size={24} />
        <strong>Plumbline</strong>
        <div className={styles.language}>
          <Select<Language>
            label={t("settings:language.label")}
            filter
            value={settings.language}
            onChange={(language) => set({ language })}
            options={LANGUAGES.map((id) => ({ id, text: t(`settings:language.${id}`) }))}
          />
        </div>
      </header>
      <main className={wide ? `${styles.panel} ${styles.broad}` : styles.panel} id="content" tabIndex={-1}>
        <h1>{title}</h1>
        {sub && <p className={styles.sub}>{sub}</p>}
        {children}
      </main>
    </div>
  );
}
