// Hours of each day over its column: straight time below, overtime on it.
import { scaleLinear } from "d3-scale";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { join } from "../../ui/controls";
import { DAYS, dayTotals, type Line, type Week } from "./week";
import styles from "./time.module.css";

const HEIGHT = 44;
const WIDTH = 28;

export function Bars({ week, lines, filtered }: { week: Week; lines: Line[]; filtered: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const shown = dayTotals(lines);
  // Overtime is reckoned over the whole week of a worker: of a part that is picked out, only its hours are known.
  const parts = DAYS.map((day) => {
    const total = week.totals[day];
    return filtered || !total ? { straight: (shown[day] ?? 0) * 36, overtime: 0 } : { straight: total.straight, overtime: total.overtime };
  });
  const most = Math.max(1, ...parts.map(({ straight, overtime }) => straight + overtime));
  const y = scaleLinear().domain([0, most]).range([0, HEIGHT]);
  const spoken = week.days.map((date, day) => `${format.day(date)} ${format.number((shown[day] ?? 0) / 100, 2)}`).join("; ");
  return (
    <div className={join(styles.row, styles.bars)} role="img" aria-label={t("time:barsSpoken", { days: spoken })}>
      <div className={styles.barsHead}>
        <strong>{t("time:perDay")}</strong>
        <span className={styles.barsLegend}>
          <i className={styles.straight} /> {filtered ? t("time:hoursShown") : t("time:straight")}
          {!filtered && (
            <>
              <i className={styles.over} /> {t("time:overtime")}
            </>
          )}
        </span>
      </div>
      {parts.map(({ straight, overtime }, day) => {
        const [low, high] = [Math.round(y(straight)), Math.round(y(straight + overtime))];
        const over = overtime > 0 ? Math.max(2, high - low) : 0;
        const top = low + over;
        return (
          <div key={week.days[day]} className={styles.barCell}>
            {(shown[day] ?? 0) > 0 && <span className="tabular">{format.number((shown[day] ?? 0) / 100, 2)}</span>}
            <svg width={WIDTH} height={Math.max(top, 0)}>
              {low > 0 && <rect className={styles.straightBar} x="0" y={over} width={WIDTH} height={low} />}
              {low > 0 && <line className={styles.straightEdge} x1="0" x2={WIDTH} y1={over + 0.5} y2={over + 0.5} />}
              {over > 0 && <rect className={styles.overBar} x="0" y="0" width={WIDTH} height={over} />}
            </svg>
          </div>
        );
      })}
    </div>
  );
}
