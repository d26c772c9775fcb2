// One step back, one step on, and the way home: days and weeks.
import { ChevronLeft, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { Button, IconButton } from "./controls";
import styles from "./ui.module.css";

export function Steps(props: {
  previous: string;
  next: string;
  onPrevious: () => void;
  onNext: () => void;
  /** Back to today, where one is somewhere else. */
  home?: { text: string; onPress: () => void } | null;
  children: ReactNode;
}) {
  return (
    <div className={styles.steps}>
      <IconButton label={props.previous} onPress={props.onPrevious}>
        <ChevronLeft size={16} strokeWidth={1.75} aria-hidden />
      </IconButton>
      <span className={styles.stepsAt} aria-live="polite">
        {props.children}
      </span>
      <IconButton label={props.next} onPress={props.onNext}>
        <ChevronRight size={16} strokeWidth={1.75} aria-hidden />
      </IconButton>
      {props.home && (
        <Button small onPress={props.home.onPress}>
          {props.home.text}
        </Button>
      )}
    </div>
  );
}
