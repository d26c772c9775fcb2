// The list of keys, opened by `?`.
import { useTranslation } from "react-i18next";
import { KeyCap } from "../ui/controls";
import { Dialog } from "../ui/Dialog";
import styles from "./shell.module.css";

const KEYS: [string, string[]][] = [
  ["palette", ["Ctrl", "K"]],
  ["today", ["G", "T"]],
  ["time", ["G", "H"]],
  ["photographs", ["G", "P"]],
  ["records", ["G", "R"]],
  ["conflicts", ["G", "X"]],
  ["outbox", ["G", "O"]],
  ["move", ["J", "K"]],
  ["open", ["Enter"]],
  ["peek", ["Space"]],
  ["close", ["Esc"]],
  ["new", ["N"]],
  ["correct", ["C"]],
  ["approve", ["A"]],
  ["previous", ["["]],
  ["next", ["]"]],
  ["filter", ["/"]],
  ["panes", ["F6"]],
  ["undo", ["Ctrl", "Z"]],
  ["help", ["?"]],
];

export function KeyList({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("shortcuts.title")} open={open} onClose={onClose}>
      <dl className={styles.keys}>
        {KEYS.map(([name, keys]) => (
          <div key={name}>
            <dt>{t(`shortcuts.${name}`)}</dt>
            <dd>
              {keys.map((key) => (
                <KeyCap key={key}>{key}</KeyCap>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className={styles.keysNote}>{t("shortcuts.single")}</p>
    </Dialog>
  );
}
