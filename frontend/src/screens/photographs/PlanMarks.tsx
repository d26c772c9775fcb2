// The marks of the plan: each what it is by its shape. A square is a photograph; a punch is a ring, with a dot where work
// begins, empty where it ends, with a stroke through a break or a switch.
import type { PlacePoint } from "../../generated/client";
import styles from "./plan.module.css";

export function MarkOf({ point }: { point: Pick<PlacePoint, "kind" | "what"> }) {
  if (point.kind === "photo") return <rect x="-5.5" y="-5.5" width="11" height="11" rx="2" className={styles.photo} />;
  return (
    <>
      <circle r="5" className={styles.punch} />
      {point.what === "in" && <circle r="2.2" className={styles.dot} />}
      {point.what !== "in" && point.what !== "out" && <path d="M-2.4 0h4.8" className={styles.stroke} />}
    </>
  );
}

/** A mark by itself, in a list or a legend. */
export function LoneMark({ point }: { point: Pick<PlacePoint, "kind" | "what"> }) {
  return (
    <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden className={styles.lone}>
      <MarkOf point={point} />
    </svg>
  );
}
