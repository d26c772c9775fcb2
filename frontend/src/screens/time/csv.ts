// Comma-separated values that a spreadsheet opens without running anything (OWASP, CSV injection; RFC 4180).

/** What a spreadsheet may take as the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** A value as a quoted field. What would begin a formula begins with an apostrophe instead: it is shown and not run. */
export function field(value: string | number): string {
  const text = typeof value === "number" ? String(value) : FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n\t']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lines end as RFC 4180 wants, and the mark at the beginning says that this is UTF-8. */
export const csv = (rows: (string | number)[][]): string => `\uFEFF${rows.map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
