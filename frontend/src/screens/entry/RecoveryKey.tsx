// The recovery key, before the house opens: shown in groups, to be printed, until somebody types its end from the paper. The core
// then forgets it. Whoever has no printer at hand goes on, and meets it again at the next start.
import { useQueryClient } from "@tanstack/react-query";
import { Printer } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/client";
import type { StatusView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { Input } from "../../ui/form";
import { Sheet } from "../../ui/Sheet";
import { FaultNote, Note } from "../../ui/states";
import styles from "./entry.module.css";
import { Frame } from "./Frame";

export function RecoveryKey({ recoveryKey, status, onLater }: { recoveryKey: string; status: StatusView; onLater: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const printed = useAct("recovery_key_printed");
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const confirm = () => {
    const right = typed.trim().toLowerCase() === recoveryKey.slice(-4);
    setWrong(!right);
    if (right) printed.mutate(undefined, { onSuccess: () => client.resetQueries({ queryKey: ["recovery_key"] }) });
  };
  return (
    <Frame title={t("entry:key.title")} sub={t("entry:key.sub", { name: status.organisation_name })} wide>
      <Groups value={recoveryKey} />
      <Note tone="attention" cause={t("entry:key.cause")} wayOn={t("entry:key.wayOn")} />
      <form
        className={styles.confirm}
        onSubmit={(e) => {
          e.preventDefault();
          confirm();
        }}
      >
        <Input
          label={t("entry:key.confirm")}
          hint={t("entry:key.confirmHint")}
          error={wrong ? t("entry:key.wrong") : undefined}
          value={typed}
          onChange={(e) => setTyped(e.target.value)}
          maxLength={4}
          mono
        />
        <Button type="submit" isDisabled={printed.isPending}>
          {t("entry:key.printed")}
        </Button>
      </form>
      {printed.error && <FaultNote fault={printed.error} />}
      <div className={styles.actions}>
        <Button look="quiet" onPress={onLater}>
          {t("entry:key.later")}
        </Button>
        <Button look="primary" onPress={() => window.print()}>
          <Printer size={16} strokeWidth={1.75} aria-hidden />
          {t("entry:key.print")}
        </Button>
      </div>
      <Sheet>
        <h1>{t("entry:key.paper", { name: status.organisation_name })}</h1>
        <p>{t("entry:key.paperMade", { when: format.evidence(Date.now()), name: status.member_name, server: status.server })}</p>
        <Groups value={recoveryKey} />
        <p>{t("entry:key.wayOn")}</p>
        <p>{t("entry:key.cause")}</p>
      </Sheet>
    </Frame>
  );
}

/** 64 digits in groups of four, four groups a line. */
function Groups({ value }: { value: string }) {
  const { t } = useTranslation();
  const lines = value.match(/.{1,16}/g) ?? [];
  return (
    <ol className={styles.key} aria-label={t("fields:recovery_key")}>
      {lines.map((line, i) => (
        <li key={line + String(i)} className="mono selectable">
          {(line.match(/.{1,4}/g) ?? []).map((group, at) => (
            <span key={group + String(at)}>{group} </span>
          ))}
        </li>
      ))}
    </ol>
  );
}
