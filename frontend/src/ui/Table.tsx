// A table of things with named columns: arrows, J and K move and the detail follows, Escape closes it. For lists of hundreds;
// what is longer is narrowed by a filter, and says so.
import type { ReactNode } from "react";
import { Cell, Column, Row, Table as AriaTable, TableBody, TableHeader } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useKeys } from "../app/keys";
import { useFormat } from "../i18n/format";
import { join } from "./controls";
import styles from "./table.module.css";

/** Most rows that are drawn. */
const MOST = 300;

export interface TableColumn<T> {
  id: string;
  name: string;
  cell: (item: T) => ReactNode;
  /** Figures stand at the right. */
  figures?: boolean;
  /** Gives way first where room is short. */
  wide?: boolean;
}

export function Table<T>(props: {
  label: string;
  columns: TableColumn<T>[];
  items: T[];
  keyOf: (item: T) => string;
  /** What a row is called. */
  nameOf: (item: T) => string;
  open: string | null;
  onOpen: (key: string | null) => void;
  empty: ReactNode;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const { items, keyOf, open, onOpen } = props;
  const shown = items.slice(0, MOST);
  const step = (by: number) => () => {
    const at = shown.findIndex((item) => keyOf(item) === open);
    const next = shown[Math.max(0, Math.min(shown.length - 1, at + by))];
    if (next) onOpen(keyOf(next));
  };
  useKeys({ j: step(1), k: step(-1) });
  return (
    <>
      <AriaTable
        aria-label={props.label}
        selectionMode="single"
        selectionBehavior="replace"
        selectedKeys={open !== null ? [open] : []}
        onSelectionChange={(keys) => onOpen(keys === "all" ? null : ((keys.values().next().value as string | undefined) ?? null))}
        className={styles.table ?? ""}
      >
        <TableHeader columns={props.columns}>
          {(column) => (
            <Column isRowHeader={column.id === props.columns[0]?.id} className={join(styles.head, column.figures && styles.figures, column.wide && styles.wide)}>
              {column.name}
            </Column>
          )}
        </TableHeader>
        <TableBody items={shown.map((item) => ({ id: keyOf(item), item }))} dependencies={[props.columns]} renderEmptyState={() => props.empty}>
          {({ id, item }) => (
            <Row id={id} columns={props.columns} dependencies={[props.columns]} textValue={props.nameOf(item)} className={styles.row ?? ""}>
              {(column) => <Cell className={join(styles.cell, column.figures && styles.figures, column.figures && "tabular", column.wide && styles.wide)}>{column.cell(item)}</Cell>}
            </Row>
          )}
        </TableBody>
      </AriaTable>
      {items.length > MOST && (
        <p className={styles.more} role="status">
          {t("table.more", { shown: format.number(MOST), all: format.number(items.length) })}
        </p>
      )}
    </>
  );
}
