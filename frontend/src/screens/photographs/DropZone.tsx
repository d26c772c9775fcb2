// While pictures are dragged over the window it says what dropping them would do. What is dropped comes from the window
// itself (`useDrop`), never from the page: a page learns no paths.
import { FolderInput } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./photographs.module.css";

export function DropZone() {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const files = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const enter = (event: DragEvent) => {
      if (!files(event)) return;
      // Or the web view would open the file in the page's place.
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
    };
    const heard = { dragenter: enter, dragover: enter, dragleave: leave, drop };
    for (const [name, hear] of Object.entries(heard)) window.addEventListener(name, hear as EventListener);
    return () => {
      for (const [name, hear] of Object.entries(heard)) window.removeEventListener(name, hear as EventListener);
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
