// A link for a computer that is in already: a new key for a device that was revoked, or a link to somewhere else, which is said.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { StatusView } from "../../generated/client";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Link } from "./Entry";

export function LinkDialog({ status, first, onClose }: { status: StatusView; first: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [entering, setEntering] = useState(false);
  return (
    <Dialog title={t("entry:again.title")} open onClose={onClose} firm={entering} foot={<Button onPress={onClose}>{t("action.close")}</Button>}>
      <p>{t("entry:again.sub")}</p>
      <Link status={status} first={first} onEntering={setEntering} />
    </Dialog>
  );
}
