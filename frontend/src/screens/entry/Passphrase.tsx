// A passphrase instead of a keystore: an explicit choice where this computer has none, typed twice; at later starts typed once.
import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import type { Lock } from "../../generated/client";
import { Button, Radios } from "../../ui/controls";
import { Input } from "../../ui/form";
import styles from "./entry.module.css";

/** Fewest characters, as the core wants them. */
const FEWEST = 8;
const KNOWN = z.object({ passphrase: z.string().min(1), again: z.string() });
const NEW = z
  .object({ passphrase: z.string().min(FEWEST, "short").max(1000, "long"), again: z.string() })
  .refine(({ passphrase, again }) => passphrase === again, { path: ["again"], message: "differs" });

export function Passphrase({ why, busy, onUse }: { why: Lock; busy: boolean; onUse: (passphrase: string) => void }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(why === "invalidated");
  const [which, setWhich] = useState<"known" | "new">("known");
  const making = which === "new" && why === "missing";
  const form = useForm({ resolver: zodResolver(making ? NEW : KNOWN), defaultValues: { passphrase: "", again: "" } });
  const { errors } = form.formState;
  if (!shown)
    return (
      <div className={styles.instead}>
        <Button look="link" onPress={() => setShown(true)}>
          {t("entry:passphrase.instead")}
        </Button>
      </div>
    );
  const long = form.watch("passphrase").length;
  const strength = long < FEWEST ? "short" : long < 14 ? "weak" : long < 24 ? "fair" : "good";
  const error = (name: "passphrase" | "again") => errors[name] && t(`entry:passphrase.${errors[name].message === "differs" ? "differs" : long === 0 ? "needed" : "length"}`);
  return (
    <form className={styles.instead} onSubmit={(e) => void form.handleSubmit(({ passphrase }) => onUse(passphrase))(e)} noValidate aria-label={t("entry:passphrase.title")}>
      <h2>{t("entry:passphrase.title")}</h2>
      {why === "missing" && (
        <Radios
          label={t("entry:passphrase.which")}
          value={which}
          onChange={(id) => {
            setWhich(id);
            form.reset();
          }}
          options={[
            { id: "known", text: t("entry:passphrase.known") },
            { id: "new", text: t("entry:passphrase.new") },
          ]}
        />
      )}
      {making && <p className={styles.quiet}>{t("entry:passphrase.warning")}</p>}
      <Input
        type="password"
        label={t("fields:passphrase")}
        hint={making ? t(`entry:passphrase.strength.${strength}`) : undefined}
        error={error("passphrase")}
        autoComplete={making ? "new-password" : "current-password"}
        {...form.register("passphrase")}
      />
      {making && <Input type="password" label={t("entry:passphrase.again")} error={error("again")} autoComplete="new-password" {...form.register("again")} />}
      <div className={styles.actions}>
        <Button type="submit" isDisabled={busy}>
          {t(making ? "entry:passphrase.use" : "entry:passphrase.unlock")}
        </Button>
      </div>
    </form>
  );
}
