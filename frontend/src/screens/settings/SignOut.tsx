// Signing out: what is only here is offered first, and given up only by a second, named press.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { type Failure, useAct } from "../../api/client";
import { DESK, desk } from "../../api/desk";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { FaultNote, Note } from "../../ui/states";
import { Part } from "./Settings";
import styles from "./settings.module.css";

export function SignOut() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Part title={t("settings:out.title")} hint={t("settings:out.hint")}>
      <div>
        <Button look="danger" onPress={() => setOpen(true)}>
          {t("settings:out.begin")}
        </Button>
      </div>
      {open && <Leave onClose={() => setOpen(false)} />}
    </Part>
  );
}

function Leave({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const go = useNavigate();
  const out = useAct("sign_out");
  const sync = useAct("sync");
  const [unsent, setUnsent] = useState<number | null>(null);
  const [fault, setFault] = useState<Failure | null>(null);
  const leave = async (discard: boolean) => {
    setFault(null);
    try {
      const { done, unsent: left } = await out.mutateAsync({ discard_unsent: discard });
      if (!done) return setUnsent(left);
      // A new store opens in the place of the old one, and with it the way in.
      const state = await desk.openAgain();
      void go("/today");
      client.setQueryData(DESK, state);
      await client.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== DESK[0] });
    } catch (thrown) {
      setFault(thrown as Failure);
    }
  };
  const send = async () => {
    setFault(null);
    try {
      await sync.mutateAsync(undefined);
      await leave(false);
    } catch (thrown) {
      setFault(thrown as Failure);
    }
  };
  const busy = out.isPending || sync.isPending;
  return (
    <Dialog
      open
      firm
      title={t("settings:out.title")}
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{t("action.cancel")}</Button>
          {unsent === null ? (
            <Button look="danger" isDisabled={busy} onPress={() => void leave(false)}>
              {t("settings:out.act")}
            </Button>
          ) : (
            <>
              <Button look="danger" isDisabled={busy} onPress={() => void leave(true)}>
                {t("settings:out.giveUp", { n: format.number(unsent) })}
              </Button>
              <Button look="primary" isDisabled={busy} onPress={() => void send()}>
                {t("settings:out.send")}
              </Button>
            </>
          )}
        </>
      }
    >
      <div className={styles.controls}>
        <p>{t("settings:out.what")}</p>
        {unsent !== null && <Note tone="attention" cause={t("settings:out.unsent.cause", { count: unsent, n: format.number(unsent) })} wayOn={t("settings:out.unsent.wayOn")} />}
        {fault && <FaultNote fault={fault} />}
      </div>
    </Dialog>
  );
}
