// The founder's first start: a setup link from the server's terminal, the organisation's name and one's own. The recovery key
// follows in RecoveryKey.tsx, before the house opens.
import { zodResolver } from "@hookform/resolvers/zod";
import { useEffect } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { call, useAct } from "../../api/client";
import { Button } from "../../ui/controls";
import { Input, useFaults } from "../../ui/form";
import { Facts } from "../../ui/Page";
import { FaultNote } from "../../ui/states";
import { system, type Way } from "./AddComputer";
import styles from "./entry.module.css";
import { Steps } from "./Steps";

const FORM = z.object({
  name: z.string().trim().min(1).max(100),
  founder: z.string().trim().min(1).max(100),
  label: z.string().trim().min(1).max(60),
});

export function Found({ link, text, status, onRefused, onEntering }: Way<"setup">) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const found = useAct("create_organisation");
  const form = useForm({ resolver: zodResolver(FORM), defaultValues: { name: "", founder: "", label: t(`entry:computer.${system()}`) } });
  const faults = useFaults(found.error);
  const refused = faults.at("link", "setup", "secret");
  useEffect(() => onRefused(refused), [onRefused, refused]);

  const create = form.handleSubmit(({ name, founder, label }) => {
    onEntering(true);
    found.mutate(
      { link: text.trim(), name, founder_name: founder },
      {
        // A founder's enrolment has no name for the device: it is written behind it, and can be in Settings where that fails.
        onSuccess: () => call("write", { kind: "device", record: status.device, fields: { label } }).catch(() => null),
        onSettled: async () => {
          await client.invalidateQueries({ queryKey: ["recovery_key"] });
          onEntering(false);
        },
      },
    );
  });
  const { errors } = form.formState;
  const rest = faults.besides("link", "setup", "secret", "name", "founder_name");
  return (
    <form onSubmit={(e) => void create(e)} className={styles.form} noValidate>
      <section aria-label={t("entry:leads")} className={styles.leads}>
        <Facts facts={[[t("entry:server"), <strong key="host">{link.host}</strong>]]} />
        <p className={styles.quiet}>{t("entry:found.founds")}</p>
      </section>
      <Input label={t("entry:found.name")} error={errors.name ? t("entry:found.needed") : faults.at("name")} readOnly={found.isPending} maxLength={100} {...form.register("name")} />
      <Input label={t("entry:found.founder")} hint={t("entry:found.founderHint")} error={errors.founder ? t("entry:found.needed") : faults.at("founder_name")} readOnly={found.isPending} maxLength={100} {...form.register("founder")} />
      <Input label={t("entry:label.label")} hint={t("entry:label.hint")} error={errors.label ? t("entry:label.needed") : undefined} readOnly={found.isPending} maxLength={60} {...form.register("label")} />
      <p className={styles.quiet}>{t("entry:collected")}</p>
      {rest && !found.isPending && <FaultNote fault={rest} />}
      {found.isPending ? (
        <Steps host={link.host} status={status} what="found" />
      ) : (
        <div className={styles.actions}>
          <Button type="submit" look="primary">
            {t("entry:found.act")}
          </Button>
        </div>
      )}
    </form>
  );
}
