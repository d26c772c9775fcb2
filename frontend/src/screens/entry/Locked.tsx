// The store does not open: what stands in its way, and the way on. Nothing here ever makes a key over data that exists.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { DESK, desk } from "../../api/desk";
import { faultOf } from "../../api/client";
import { wordsOf } from "../../faults";
import type { Fault } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { FaultNote, Note } from "../../ui/states";
import styles from "./entry.module.css";
import { Frame } from "./Frame";
import { Choose, Unlock } from "./Passphrase";

/** Faults of the store that the server can have too: said here, they mean something else. */
const OWN: Partial<Record<Fault["fault"], string>> = { busy: "busy", corrupt: "corrupt", storage_full: "full", outdated: "outdated" };

export default function Locked({ fault, passphrase }: { fault: Fault; passphrase: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Fault | null>(null);
  const open = async (way: typeof desk.openAgain) => {
    setBusy(true);
    setFailed(null);
    try {
      client.setQueryData(DESK, await way());
    } catch (thrown) {
      setFailed(faultOf(thrown));
    } finally {
      setBusy(false);
    }
  };
  const use = (typed: string) => void open(() => desk.usePassphrase(typed));
  const keystore = fault.fault === "locked" ? fault.why : null;
  if (passphrase && (keystore === "locked" || keystore === "invalidated"))
    return (
      <Frame title={t("entry:locked.title")} sub={t("entry:passphrase.sub")}>
        <Unlock busy={busy} wrong={keystore === "invalidated"} onUse={use} />
        {failed && <FaultNote fault={failed} />}
      </Frame>
    );
  const own = OWN[fault.fault];
  const words = own ? { cause: t(`entry:locked.${own}.cause`), wayOn: t(`entry:locked.${own}.wayOn`) } : wordsOf(fault, t, format);
  return (
    <Frame title={t(keystore ? "entry:locked.title" : "entry:locked.titleStore")}>
      <Note tone={fault.fault === "corrupt" || fault.fault === "internal" ? "wrong" : "attention"} cause={words.cause} wayOn={words.wayOn} />
      {keystore && (
        <ul className={styles.hints}>
          {[1, 2].map((n) => (
            <li key={n}>{t(`entry:locked.${keystore}.hint${n}`)}</li>
          ))}
        </ul>
      )}
      {failed && <FaultNote fault={failed} />}
      <div className={styles.actions}>
        <Button look="primary" isDisabled={busy} onPress={() => void open(desk.openAgain)}>
          {t("entry:locked.again")}
        </Button>
      </div>
      {keystore === "missing" && !passphrase && <Choose busy={busy} onUse={use} />}
    </Frame>
  );
}
