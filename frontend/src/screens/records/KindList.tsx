// The kinds of record that this member may see, each with what it is for.
import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { KindView } from "../../generated/client";
import { Rows } from "../../ui/Rows";
import styles from "./records.module.css";
import { useWords } from "./words";

/** Time and site first: what people look for; then what the organization keeps of itself. */
const ORDER = ["time", "site", "organisation"];

export function KindList({ kinds, onOpen }: { kinds: KindView[]; onOpen: (name: string) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const sorted = kinds.toSorted((a, b) => ORDER.indexOf(a.access) - ORDER.indexOf(b.access));
  const about = (name: string) => t(`records:about.${name}`, { defaultValue: "" });
  return (
    <Rows
      label={t("records:kinds")}
      items={sorted}
      keyOf={(kind) => kind.name}
      open={null}
      onOpen={(kind) => onOpen(kind.name)}
      row={40}
    >
      {(kind) => (
        <>
          <strong className={styles.kindName}>{words.kind(kind.name, true)}</strong>
          <span className={styles.about}>{about(kind.name)}</span>
          <ChevronRight size={16} strokeWidth={1.75} aria-hidden />
        </>
      )}
    </Rows>
  );
}
