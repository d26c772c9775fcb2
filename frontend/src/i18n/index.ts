// The words, in English and Spanish. A namespace a room: `common` for what all share, one per screen. tests/catalogues.test.ts
// holds that both languages have the same keys with the same places in them, that each key is used and each use has a key.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { settings } from "../app/settings";

const files = import.meta.glob<Record<string, unknown>>("./*/*.json", { eager: true, import: "default" });

const resources: Record<string, Record<string, Record<string, unknown>>> = {};
for (const [path, words] of Object.entries(files)) {
  const [, language = "", namespace = ""] = /^\.\/(\w+)\/(\w+)\.json$/.exec(path) ?? [];
  (resources[language] ??= {})[namespace] = words;
}

void i18next.use(initReactI18next).init({
  lng: settings.get().language,
  fallbackLng: "en",
  defaultNS: "common",
  resources,
  // React escapes what it shows.
  interpolation: { escapeValue: false },
  returnNull: false,
});

settings.subscribe(() => {
  if (i18next.language !== settings.get().language) void i18next.changeLanguage(settings.get().language);
});

export { i18next };
