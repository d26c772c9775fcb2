// Withdraws a punch, or takes that back: with a reason, and the punch stays in sight.
import { useTranslation } from "react-i18next";
import { call, useAct } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useUndo } from "../../ui/undo";
import { momentOfPunch, type Punch, shownMoment, whatOf } from "./punches";
import { ReasonDialog } from "./ReasonDialog";

export function WithdrawPunch({ punch, zone, onClose }: { punch: Punch; zone: string; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { tell } = useUndo();
  const withdrawing = useAct("withdraw");
  const { id, as_of, withdrawn } = punch.record;
  const at = momentOfPunch(punch);
  const what = `${t(`time:noun.${whatOf(punch)}`)} ${at ? format.moment(shownMoment(at), zone) : ""}`;
  return (
    <ReasonDialog
      title={withdrawn ? t("time:restoreTitle", { what }) : t("time:withdrawTitle", { what })}
      label={t("fields:reason")}
      hint={withdrawn ? t("time:restoreHint") : t("time:withdrawHint")}
      verb={withdrawn ? t("time:restore") : t("time:withdraw")}
      field="reason"
      busy={withdrawing.isPending}
      act={async (reason) => {
        const record = await withdrawing.mutateAsync({ record: id, withdrawn: !withdrawn, reason, as_of });
        tell(withdrawn ? t("time:did.restored", { what }) : t("time:did.withdrawn", { what }), () =>
          call("withdraw", { record: id, withdrawn, reason: t("time:undoReason"), as_of: record.as_of }),
        );
      }}
      onClose={onClose}
    />
  );
}
