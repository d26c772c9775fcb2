// While pictures are dragged over the window it says what dropping them would do. What is dropped comes from the window
// itself (`useDrop`), never from the page: a page learns no paths.
import { FolderInput } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDragging } from "../../api/desk";
import styles from "./photographs.module.css";

export function DropZone() {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  useDragging(setOver);
  useEffect(() => {
    // Where the window leaves a drag to the page, the web view would open the file in the page's place.
    const drag = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    };
    for (const name of ["dragenter", "dragover", "drop"] as const) window.addEventListener(name, drag);
    return () => {
      for (const name of ["dragenter", "dragover", "drop"] as const) window.removeEventListener(name, drag);
    };
  }, []);
  if (!over) return null;
  return (
    <div className={styles.drop} role="status">
      <p>
        <FolderInput size={24} strokeWidth={1.75} aria-hidden />
        {t("photographs:import.drop")}
      </p>
    </div>
  );
}
