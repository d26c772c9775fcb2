// How a worker's week stands, in shape and word.
import { Check, CheckCheck, Minus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { NeedMark, Status } from "../../ui/status";
import ui from "../../ui/ui.module.css";
import { concerned, type Person } from "./week";

/** `running`: the week is not over, so that nobody is late in signing it. */
export function WeekStateMark({ person, running }: { person: Person; running: boolean }) {
  const { t } = useTranslation();
  switch (person.state) {
    case "signed":
      return <Status mark={<Check size={14} strokeWidth={1.75} aria-hidden />}>{t("time:state.signed")}</Status>;
    case "approved":
      return <Status mark={<CheckCheck size={14} strokeWidth={1.75} aria-hidden className={ui.ok ?? ""} />}>{t("time:state.approved")}</Status>;
    case "disputed":
      return (
        <Status mark={<NeedMark need="conflict" size={14} />} tone="attention">
          {t("time:state.disputed")}
        </Status>
      );
    case "changed":
      return (
        <Status mark={<NeedMark need="attention" size={14} />} tone="attention">
          {t("time:state.changed")}
        </Status>
      );
    case "open":
      if (!concerned({ person })) return null;
      if (running) return <Status mark={<Minus size={14} strokeWidth={1.75} aria-hidden />}>{t("time:state.running")}</Status>;
      return (
        <Status mark={<NeedMark need="attention" size={14} />} tone="attention">
          {t("time:state.open")}
        </Status>
      );
  }
}
