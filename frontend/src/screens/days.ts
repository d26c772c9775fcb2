// Civil days, `2026-12-10`: which is today, which comes before, which week it belongs to, and times typed for them.
import { CalendarDateTime, fromAbsolute, parseDate, toCalendarDate, toZoned } from "@internationalized/date";

export function isDay(text: string | null): text is string {
  if (text === null || !/^2[01]\d\d-\d\d-\d\d$/.test(text)) return false;
  try {
    return parseDate(text).toString() === text;
  } catch {
    return false;
  }
}

/** The day of a moment in `zone`: of a project, or `dayZone` over all of them. */
export const dayOf = (at: number, zone: string): string => toCalendarDate(fromAbsolute(at, zone)).toString();

/** So many days after, or before. */
export const addDays = (date: string, days: number): string => parseDate(date).add({ days }).toString();

/** The Monday of its week. */
export const mondayOf = (date: string): string => addDays(date, -((parseDate(date).toDate("UTC").getUTCDay() + 6) % 7));

/** Minutes after midnight of `7:02`, `07:02` or `0702`; none where that is no time. */
export function minutesOf(text: string): number | null {
  const [, hours = "", minutes = ""] = /^\s*(\d{1,2})[:.]?(\d{2})\s*$/.exec(text) ?? [];
  if (hours === "" || Number(hours) > 23 || Number(minutes) > 59) return null;
  return Number(hours) * 60 + Number(minutes);
}

/** The moment at which the clocks of `zone` show this time on this day. */
export function momentOf(date: string, minutes: number, zone: string): number {
  const { year, month, day } = parseDate(date);
  return toZoned(new CalendarDateTime(year, month, day, Math.floor(minutes / 60), minutes % 60), zone).toDate().getTime();
}
