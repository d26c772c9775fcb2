// Revokes a device, for ever: says what happens first, wants a reason, and acts on the second press only.
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/client";
import { useNames } from "../../api/names";
import type { DeviceView, StatusView } from "../../generated/client";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Input, useFaults } from "../../ui/form";
import { FaultNote, Note } from "../../ui/states";
import { useUndo } from "../../ui/undo";
import { labelOf } from "./Devices";
import styles from "./organization.module.css";
import { REASON, type Reasoned } from "./reason";
import { useRights } from "./rights";

export function RevokeDialog({ device, status, onClose }: { device: DeviceView; status: StatusView; onClose: () => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const rights = useRights();
  const { tell } = useUndo();
  const revoke = useAct("revoke_device");
  const form = useForm<Reasoned>({ resolver: zodResolver(REASON), defaultValues: { reason: "" } });
  const faults = useFaults(revoke.error);
  const act = form.handleSubmit(({ reason }) =>
    revoke.mutate(
      { device: device.id, reason },
      {
        onSuccess: () => {
          tell(t("organization:devices.wasRevoked", { name: labelOf(device) }));
          onClose();
        },
      },
    ),
  );
  const own = device.id === status.device;
  const last = own && rights.admin && rights.administrators === 1;
  return (
    <Dialog
      open
      firm
      title={t("organization:devices.revokeTitle", { name: labelOf(device) })}
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{t("action.cancel")}</Button>
          <Button look="danger" isDisabled={revoke.isPending || last} onPress={() => void act()}>
            {t("organization:devices.revokeAct")}
          </Button>
        </>
      }
    >
      <form className={styles.form} onSubmit={(e) => void act(e)} noValidate>
        <ul className={styles.points}>
          <li>{t("organization:devices.effect.log", { name: names.member(device.member) })}</li>
          <li>{t("organization:devices.effect.unsent")}</li>
          <li>{t("organization:devices.effect.ever")}</li>
        </ul>
        {own && <Note tone="attention" cause={t("organization:devices.own.cause")} wayOn={t(last ? "organization:oneAdmin" : "organization:devices.own.wayOn")} />}
        <Input label={t("fields:reason")} hint={t("organization:reasonHint")} autoFocus error={form.formState.errors.reason ? t("organization:reasonNeeded") : faults.at("reason")} {...form.register("reason")} />
        {revoke.error && faults.besides("reason") && <FaultNote fault={revoke.error} />}
      </form>
    </Dialog>
  );
}
