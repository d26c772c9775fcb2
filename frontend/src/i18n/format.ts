// Dates, hours, distances and numbers in the person's language, as interface.md section 3 wants them: "Thu, Dec 10", never
// 12/10; 24 hours; hours as 8.00 h; an uncertain moment as a range rounded outward.
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

/** Time zone of this computer. */
export const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const FOOT_CM = 30.48;

export interface Moment {
  stated: number;
  earliest: number | null;
  latest: number | null;
  /** `typed`: a person's statement, which has no doubt of its own. */
  how?: string;
}

export interface Format {
  /** 07:02 */
  time: (at: number, zone?: string) => string;
  /** 07:02, or 07:02–07:05 where the evidence leaves that much open. */
  moment: (at: Moment, zone?: string) => string;
  /** Thu, Dec 10 */
  day: (at: number | string, zone?: string) => string;
  /** Dec 10 */
  date: (date: string) => string;
  /** Dec 9 to 10; a single day with its weekday. */
  days: (from: string, to: string, joint: string) => string;
  /** The civil day of a moment, `2026-12-10`. */
  civil: (at: number, zone?: string) => string;
  /** Thursday, December 10 */
  longDay: (at: number | string, zone?: string) => string;
  /** Mon 30 */
  weekday: (date: string) => string;
  /** Thu, Dec 10, 2026, 09:41 PST */
  evidence: (at: number, zone?: string) => string;
  /** Thu, Dec 10, 09:41; only the time where it is today. */
  when: (at: number, zone?: string) => string;
  /** 8.00, of seconds; rounded half away from zero in hundredths of an hour. */
  hours: (seconds: number) => string;
  number: (n: number, digits?: number) => string;
  /** 3,723,140 bytes are 3.7 MB. */
  bytes: (n: number) => string;
  /** Centimetres in the units of the project: feet in the United States. */
  length: (cm: number) => string;
  list: (items: string[]) => string;
}

/** A civil day as a moment that falls in it in UTC. */
const noon = (date: string) => Date.parse(`${date}T12:00:00Z`);

export function formats(language: string): Format {
  const locale = language === "es" ? "es-US" : "en-US";
  const kept = new Map<string, Intl.DateTimeFormat>();
  const date = (options: Intl.DateTimeFormatOptions, at: number, zone = HERE) => {
    const key = JSON.stringify([options, zone]);
    let format = kept.get(key);
    if (!format) {
      format = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone, hourCycle: "h23" });
      kept.set(key, format);
    }
    return format.format(at);
  };
  const spread = (at: number | string, zone?: string): [number, string | undefined] =>
    typeof at === "string" ? [noon(at), "UTC"] : [at, zone];
  const time = (at: number, zone?: string) => date({ hour: "2-digit", minute: "2-digit" }, at, zone);
  const day = (at: number | string, zone?: string) =>
    date({ weekday: "short", month: "short", day: "numeric" }, ...spread(at, zone));
  const decimal = (digits: number) =>
    new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const [whole, one, hundredths] = [decimal(0), decimal(1), decimal(2)];
  const MINUTE = 60_000;
  return {
    time,
    day,
    moment: ({ stated, earliest, latest, how }, zone) => {
      if (how === "typed") return time(stated, zone);
      const from = Math.floor((earliest ?? stated) / MINUTE) * MINUTE;
      const to = Math.ceil((latest ?? stated) / MINUTE) * MINUTE;
      return to - from <= MINUTE ? time(stated, zone) : `${time(from, zone)}–${time(to, zone)}`;
    },
    date: (of) => date({ month: "short", day: "numeric" }, noon(of), "UTC"),
    days: (from, to, joint) => {
      if (from === to) return day(from);
      const range = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", timeZone: "UTC" });
      // The dash is for what is uncertain (interface.md): between days stands a word.
      return range.formatRangeToParts(noon(from), noon(to)).map(({ type, source, value }) => (type === "literal" && source === "shared" ? value.replace(/\s*[–—-]\s*/, ` ${joint} `) : value)).join("");
    },
    civil: (at, zone = HERE) => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(at),
    longDay: (at, zone) => date({ weekday: "long", month: "long", day: "numeric" }, ...spread(at, zone)),
    weekday: (of) => `${date({ weekday: "short" }, noon(of), "UTC")} ${Number(of.slice(8))}`,
    evidence: (at, zone) =>
      date(
        {
          weekday: "short",
          month: "short",
          day: "numeric",
          year: "numeric",
          hour: "2-digit",
          minute: "2-digit",
          timeZoneName: "short",
        },
        at,
        zone,
      ),
    when: (at, zone) =>
      day(at, zone) === day(Date.now(), zone) ? time(at, zone) : `${day(at, zone)}, ${time(at, zone)}`,
    hours: (seconds) => hundredths.format(Math.sign(seconds) * Math.floor(Math.abs(seconds) / 36 + 0.5) / 100),
    number: (n, digits = 0) => (digits === 0 ? whole : decimal(digits)).format(n),
    bytes: (n) => {
      if (n < 1000) return `${whole.format(n)} B`;
      if (n < 1_000_000) return `${whole.format(n / 1000)} kB`;
      if (n < 1_000_000_000) return `${one.format(n / 1_000_000)} MB`;
      return `${one.format(n / 1_000_000_000)} GB`;
    },
    length: (cm) => `${whole.format(Math.round(cm / FOOT_CM))} ${language === "es" ? "pies" : "ft"}`,
    list: (items) => new Intl.ListFormat(locale, { type: "conjunction" }).format(items),
  };
}

/** The formats of the language that is shown. */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  return useMemo(() => formats(i18n.language), [i18n.language]);
}
