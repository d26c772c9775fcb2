// A long list of rows of one height: only what is in view is drawn. Arrows, J and K, Home and End move; Enter opens; reaching
// the end asks for more.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useKeys } from "../app/keys";
import { join } from "./controls";
import styles from "./rows.module.css";

const ROW = 34;

export function Rows<T>(props: {
  label: string;
  items: T[];
  keyOf: (item: T) => string;
  children: (item: T) => ReactNode;
  /** Key of the row that is open beside the list. */
  open: string | null;
  onOpen: (item: T) => void;
  /** The end is near: more may be asked for. */
  onEnd?: () => void;
  /** Height of a row in px at text size 1. */
  row?: number;
}) {
  const { items, keyOf, onOpen, onEnd, open } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const opened = items.findIndex((item) => keyOf(item) === open);
  const [at, setAt] = useState(Math.max(0, opened));
  const active = Math.min(at, items.length - 1);
  const scale = Number(getComputedStyle(document.documentElement).getPropertyValue("--scale")) || 1;
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => (props.row ?? ROW) * scale,
    overscan: 12,
  });
  const rows = virtual.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (items.length > 0 && last >= items.length - 20) onEnd?.();
  }, [last, items.length, onEnd]);
  useEffect(() => {
    if (opened >= 0) setAt(opened);
  }, [opened]);
  // Whoever came here by the keyboard goes on in the list.
  useEffect(() => {
    if (document.activeElement === document.body) box.current?.focus({ preventScroll: true });
  }, []);

  const move = (to: number) => {
    const next = Math.max(0, Math.min(items.length - 1, to));
    const item = items[next];
    if (!item) return;
    setAt(next);
    virtual.scrollToIndex(next);
    // Where something is open already, it follows.
    if (open !== null) onOpen(item);
  };
  const enter = () => {
    const item = items[active];
    if (item) onOpen(item);
  };
  useKeys({ j: () => move(active + 1), k: () => move(active - 1) });
  const keys: Record<string, () => void> = {
    ArrowDown: () => move(active + 1),
    ArrowUp: () => move(active - 1),
    PageDown: () => move(active + 12),
    PageUp: () => move(active - 12),
    Home: () => move(0),
    End: () => move(items.length - 1),
    Enter: enter,
    " ": enter,
  };
  return (
    <div
      ref={box}
      className={styles.rows}
      role="listbox"
      aria-label={props.label}
      tabIndex={0}
      aria-activedescendant={items.length > 0 ? `${id}-${active}` : undefined}
      onKeyDown={(event) => {
        const act = keys[event.key];
        if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        act();
      }}
    >
      <div className={styles.all} role="presentation" style={{ height: virtual.getTotalSize() }}>
        {rows.map(({ index, start, size }) => {
          const item = items[index];
          if (!item) return null;
          return (
            <div
              key={keyOf(item)}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === opened}
              aria-posinset={index + 1}
              aria-setsize={onEnd ? -1 : items.length}
              className={join(styles.row, index === opened && styles.open, index === active && styles.active)}
              style={{ transform: `translateY(${start}px)`, height: size }}
              onClick={() => {
                setAt(index);
                onOpen(item);
              }}
            >
              {props.children(item)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
