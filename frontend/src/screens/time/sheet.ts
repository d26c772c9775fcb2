// The grid as a table of values, for a spreadsheet: one line per worker, project and classification.
import { csv } from "./csv";
import { cellOf, DAYS, type Group, lineOvertime, type Week } from "./week";

export interface SheetWords {
  head: { project: string; crew: string; worker: string; classification: string; total: string; overtime: string; state: string; corrected: string; off: string };
  member: (id: string) => string;
  project: (id: string) => string;
  crew: (id: string | null) => string;
  state: (state: Week["people"][number]["state"]) => string;
}

const hours = (value: number) => (value / 100).toFixed(2);

export function sheet(week: Week, groups: Group[], words: SheetWords): string {
  const { head } = words;
  const rows: (string | number)[][] = [
    [head.project, head.crew, head.worker, head.classification, ...week.days, head.total, head.overtime, head.state, head.corrected, head.off],
  ];
  for (const group of groups)
    for (const line of group.lines) {
      const cells = DAYS.map((day) => cellOf(line, day));
      const days = (has: (cell: (typeof cells)[number]) => boolean) => week.days.filter((_, day) => cells[day] && has(cells[day])).join(" ");
      line.rows.forEach((row, index) => {
        const counted = cells.map((cell) => cell.hours[index] ?? 0);
        rows.push([
          words.project(group.project),
          words.crew(group.crew),
          words.member(line.person.worker),
          row?.classification ?? "",
          ...counted.map((value) => hours(value)),
          hours(counted.reduce((a, b) => a + b, 0)),
          // Overtime is a person's, not a classification's: it stands in their first line, so that the column can be added up.
          index === 0 ? hours(lineOvertime(line)) : "",
          words.state(line.person.state),
          index === 0 ? days((cell) => cell.corrected) : "",
          index === 0 ? days((cell) => cell.off) : "",
        ]);
      });
    }
  return csv(rows);
}
