// Settings of this computer: language, look, keys; what this computer is to the organisation, what it stores, and the ways out.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, type Language, SCALES, type Theme, THEMES, useSettings } from "../../app/settings";
import { useFormat } from "../../i18n/format";
import { Checkbox, KeyCap, Radios } from "../../ui/controls";
import { Page } from "../../ui/Page";
import { PlaceMark, Status } from "../../ui/status";
import { version } from "../../../package.json";
import { ExportAll } from "./ExportAll";
import styles from "./settings.module.css";
import { SignOut } from "./SignOut";
import { Storage } from "./Storage";
import { ThisComputer } from "./ThisComputer";

export default function Settings() {
  const { t } = useTranslation();
  return (
    <Page title={t("nav.settings")} sub={t("settings:sub")}>
      <div className={styles.settings}>
        <Look />
        <Keys />
        <ThisComputer />
        <Storage />
        <ExportAll />
        <SignOut />
        <About />
      </div>
    </Page>
  );
}

/** A part of the settings: its name at the left, what can be set at the right. */
export function Part({ title, hint, children }: { title: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.part}>
      <div>
        <h2>{title}</h2>
        {hint && <p className={styles.hint}>{hint}</p>}
      </div>
      <div className={styles.controls}>{children}</div>
    </section>
  );
}

function Look() {
  const { t } = useTranslation();
  const format = useFormat();
  const [settings, set] = useSettings();
  return (
    <>
      <Part title={t("settings:language.label")} hint={t("settings:language.hint")}>
        <Radios<Language> label={t("settings:language.label")} value={settings.language} onChange={(language) => set({ language })} options={LANGUAGES.map((id) => ({ id, text: t(`settings:language.${id}`) }))} />
      </Part>
      <Part title={t("settings:look.title")} hint={t("settings:look.hint")}>
        <div className={styles.two}>
          <Radios<Theme> label={t("settings:look.theme")} value={settings.theme} onChange={(theme) => set({ theme })} options={THEMES.map((id) => ({ id, text: t(`settings:look.themes.${id}`) }))} />
          <Radios label={t("settings:look.scale")} value={String(settings.scale)} onChange={(scale) => set({ scale: Number(scale) })} options={SCALES.map((scale) => ({ id: String(scale), text: `${format.number(scale * 100)} %` }))} />
        </div>
        <figure className={styles.preview} aria-label={t("settings:look.preview")}>
          <p className={styles.line}>
            <strong>{t("settings:look.sample.name")}</strong>
            <span className="tabular">{format.hours(28_800)} h</span>
          </p>
          <p className={styles.line}>
            <span>07:02–07:05 {t("settings:look.sample.in")}</span>
            <Status mark={<PlaceMark verdict="inside" />}>{t("place.inside")}</Status>
          </p>
        </figure>
      </Part>
    </>
  );
}

function Keys() {
  const { t } = useTranslation();
  const [settings, set] = useSettings();
  return (
    <Part title={t("settings:keys.title")} hint={t("settings:keys.hint")}>
      <Checkbox isSelected={settings.letters} onChange={(letters) => set({ letters })}>
        <span>{t("settings:keys.letters")}</span>
      </Checkbox>
      <p className={styles.hint}>
        {t("settings:keys.list")} <KeyCap>?</KeyCap>
      </p>
    </Part>
  );
}

function About() {
  const { t } = useTranslation();
  return (
    <Part title={t("settings:about.title")}>
      <p>{t("settings:about.version", { version })}</p>
      <p className={styles.hint}>{t("settings:about.licence")}</p>
      <p className={styles.hint}>{t("settings:about.parts")}</p>
    </Part>
  );
}
