// Says what is wrong with one's own week; what was signed and what is counted both stay.
import { useTranslation } from "react-i18next";
import { Button } from "../../ui/controls";
import type { useWeekActs } from "./acts";
import type { Person } from "./week";
import { ReasonDialog } from "./ReasonDialog";

export function Dispute({ person, acts, onClose }: { person: Person; acts: ReturnType<typeof useWeekActs>; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <ReasonDialog
      title={t("time:disputeTitle")}
      label={t("time:disputeLabel")}
      hint={t("time:disputeHint")}
      verb={t("time:dispute")}
      field="disputed"
      initial={person.disputed ?? ""}
      busy={acts.busy}
      act={(text) => acts.dispute(person, text)}
      extra={
        person.disputed !== null && (
          <Button look="quiet" onPress={() => void acts.dispute(person, null).then(onClose)}>
            {t("time:settle")}
          </Button>
        )
      }
      onClose={onClose}
    />
  );
}
