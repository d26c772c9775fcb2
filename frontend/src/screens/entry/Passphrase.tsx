// A passphrase in the place of a keystore: an explicit choice where this computer has none, typed twice; at later starts typed once.
import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { Button } from "../../ui/controls";
import { Input } from "../../ui/form";
import styles from "./entry.module.css";

/** Fewest characters, as the core wants them; and from how many on a passphrase is fair, and strong. */
const [FEWEST, FAIR, STRONG] = [8, 14, 24];
const KNOWN = z.object({ passphrase: z.string().min(1) });
const NEW = z
  .object({ passphrase: z.string().min(FEWEST).max(1000), again: z.string() })
  .refine(({ passphrase, again }) => passphrase === again, { path: ["again"] });

interface Way {
  busy: boolean;
  onUse: (passphrase: string) => void;
}

export function Unlock({ busy, wrong, onUse }: Way & { wrong: boolean }) {
  const { t } = useTranslation();
  const form = useForm({ resolver: zodResolver(KNOWN), defaultValues: { passphrase: "" } });
  const missing = form.formState.errors.passphrase && t("entry:passphrase.needed");
  return (
    <form className={styles.form} onSubmit={(e) => void form.handleSubmit(({ passphrase }) => onUse(passphrase))(e)} noValidate>
      <Input
        type="password"
        label={t("fields:passphrase")}
        hint={wrong ? t("entry:passphrase.forgot") : undefined}
        error={missing ?? (wrong && !busy ? t("entry:passphrase.wrong") : undefined)}
        autoComplete="current-password"
        autoFocus
        {...form.register("passphrase")}
      />
      <div className={styles.actions}>
        <Button type="submit" look="primary" isDisabled={busy}>
          {t("entry:passphrase.unlock")}
        </Button>
      </div>
    </form>
  );
}

export function Choose({ busy, onUse }: Way) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const form = useForm({ resolver: zodResolver(NEW), defaultValues: { passphrase: "", again: "" } });
  const { errors } = form.formState;
  const long = form.watch("passphrase").length;
  const strength = long < FEWEST ? "short" : long < FAIR ? "weak" : long < STRONG ? "fair" : "good";
  if (!shown)
    return (
      <div className={styles.instead}>
        <Button look="link" onPress={() => setShown(true)}>
          {t("entry:passphrase.instead")}
        </Button>
      </div>
    );
  return (
    <form className={styles.instead} onSubmit={(e) => void form.handleSubmit(({ passphrase }) => onUse(passphrase))(e)} noValidate aria-labelledby="choose">
      <h2 id="choose">{t("entry:passphrase.title")}</h2>
      <p className={styles.quiet}>{t("entry:passphrase.warning")}</p>
      <Input
        type="password"
        label={t("fields:passphrase")}
        hint={t(`entry:passphrase.strength.${strength}`)}
        error={errors.passphrase && t("entry:passphrase.length")}
        autoComplete="new-password"
        autoFocus
        {...form.register("passphrase")}
      />
      <Input type="password" label={t("entry:passphrase.again")} error={errors.again && t("entry:passphrase.differs")} autoComplete="new-password" {...form.register("again")} />
      <div className={styles.actions}>
        <Button type="submit" isDisabled={busy}>
          {t("entry:passphrase.use")}
        </Button>
      </div>
    </form>
  );
}
