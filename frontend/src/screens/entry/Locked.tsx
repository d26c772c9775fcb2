// The store does not open: what stands in its way, and the way on. Nothing here ever makes a key over data that exists.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { desk, DESK } from "../../api/desk";
import { faultOf } from "../../api/client";
import { wordsOf } from "../../faults";
import type { Fault } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { Note } from "../../ui/states";
import styles from "./entry.module.css";
import { Frame } from "./Frame";
import { Passphrase } from "./Passphrase";

export default function Locked({ fault }: { fault: Fault }) {
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
  // A fault of the store is not one of the server: the words that differ stand here.
  const own = fault.fault === "busy" ? "busy" : fault.fault === "corrupt" ? "corrupt" : fault.fault === "storage_full" ? "full" : fault.fault === "outdated" ? "outdated" : null;
  const words = own ? { cause: t(`entry:locked.${own}.cause`), wayOn: t(`entry:locked.${own}.wayOn`) } : wordsOf(fault, t, format);
  const keystore = fault.fault === "locked" ? fault.why : null;
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
      {failed && <Note tone="wrong" cause={wordsOf(failed, t, format).cause} wayOn={wordsOf(failed, t, format).wayOn} />}
      <div className={styles.actions}>
        <Button look="primary" isDisabled={busy} onPress={() => void open(desk.openAgain)}>
          {t("entry:locked.again")}
        </Button>
      </div>
      {keystore && <Passphrase why={keystore} busy={busy} onUse={(passphrase) => void open(() => desk.usePassphrase(passphrase))} />}
    </Frame>
  );
}
