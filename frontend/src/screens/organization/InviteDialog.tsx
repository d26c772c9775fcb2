// Makes an invite. Its link holds a secret: it is shown this once, to be scanned, copied or printed, and kept nowhere.
import { zodResolver } from "@hookform/resolvers/zod";
import { Printer } from "lucide-react";
import { useMemo } from "react";
import { Controller, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { encode } from "uqr";
import { z } from "zod";
import { useAct, useCall } from "../../api/client";
import { useNames } from "../../api/names";
import type { InviteView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button, Select } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Input, TextArea, useFaults } from "../../ui/form";
import { Facts } from "../../ui/Page";
import { Sheet } from "../../ui/Sheet";
import { FaultNote, Note } from "../../ui/states";
import styles from "./organization.module.css";
import { useRights } from "./rights";

/** Longest life of an invite, in hours: what the core allows. */
const MOST_HOURS = 744;
const FORM = z.object({ member: z.string().min(1), hours: z.coerce.number<string>().int().min(1).max(MOST_HOURS) });

export function InviteDialog({ member, onClose }: { member?: string; onClose: () => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const rights = useRights();
  const invite = useAct("invite");
  const form = useForm({ resolver: zodResolver(FORM), defaultValues: { member: member ?? "", hours: "72" } });
  const faults = useFaults(invite.error);
  const make = form.handleSubmit(({ member: whom, hours }) => invite.mutate({ member: whom, hours_valid: hours }));
  const { errors } = form.formState;
  if (invite.data) return <Made made={invite.data} member={form.getValues("member")} onClose={onClose} />;
  return (
    <Dialog
      open
      title={t("organization:invites.make")}
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" isDisabled={invite.isPending} onPress={() => void make()}>
            {t("organization:invites.makeLink")}
          </Button>
        </>
      }
    >
      <form className={styles.form} onSubmit={(e) => void make(e)} noValidate>
        <p>{t("organization:invites.what")}</p>
        <Controller
          control={form.control}
          name="member"
          render={({ field }) => (
            <Select
              label={t("organization:invites.for")}
              labelled
              value={field.value || null}
              onChange={field.onChange}
              options={names.members.filter(rights.invite).map((m) => ({ id: m.id, text: names.member(m.id) }))}
            />
          )}
        />
        {errors.member && <p className={styles.error} role="alert">{t("organization:invites.whom")}</p>}
        <Input
          label={t("organization:invites.hours")}
          hint={t("organization:invites.hoursHint", { most: MOST_HOURS })}
          error={errors.hours ? t("organization:invites.hoursWrong", { most: MOST_HOURS }) : faults.at("hours_valid")}
          inputMode="numeric"
          {...form.register("hours")}
        />
        <button type="submit" hidden />
        {invite.error && faults.besides("hours_valid") && <FaultNote fault={invite.error} />}
      </form>
    </Dialog>
  );
}

function Made({ made, member, onClose }: { made: InviteView; member: string; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const { data: status } = useCall("status");
  const name = names.member(member);
  const facts: [string, string][] = [
    [t("organization:invites.for"), name],
    [t("fields:expires"), format.evidence(made.expires)],
  ];
  const offline = status && status.connection !== "online";
  return (
    <Dialog
      open
      firm
      wide
      title={t("organization:invites.madeTitle", { name })}
      onClose={onClose}
      foot={
        <>
          <Button onPress={() => window.print()}>
            <Printer size={16} strokeWidth={1.75} aria-hidden />
            {t("organization:invites.print")}
          </Button>
          <Button look="primary" onPress={onClose}>
            {t("organization:invites.done")}
          </Button>
        </>
      }
    >
      <div className={styles.made}>
        <Code text={made.link} label={t("organization:invites.code", { name })} />
        <div className={styles.form}>
          <Facts facts={facts} />
          <Note tone="attention" cause={t("organization:invites.once.cause")} wayOn={t("organization:invites.once.wayOn")} />
          <TextArea label={t("fields:link")} hint={t("organization:invites.copy")} value={made.link} readOnly rows={6} mono onFocus={(e) => e.target.select()} />
          {offline && <Note tone="attention" cause={t("organization:invites.offline.cause")} wayOn={t("organization:invites.offline.wayOn")} />}
        </div>
      </div>
      <Sheet>
        <h1>{t("organization:invites.paper", { name: status?.organisation_name ?? "" })}</h1>
        <Facts facts={facts} />
        <Code text={made.link} label="" />
        <p className="mono">{made.link}</p>
        <p>{t("organization:invites.paperHow")}</p>
      </Sheet>
    </Dialog>
  );
}

/** A QR code as one path; black on white in every theme, for cameras. */
function Code({ text, label }: { text: string; label: string }) {
  const { path, size } = useMemo(() => {
    const { data, size: modules } = encode(text, { ecc: "M", border: 4 });
    return { path: data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join(""), size: modules };
  }, [text]);
  return (
    <svg className={styles.code} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} className={styles.light} />
      <path d={path} className={styles.dark} />
    </svg>
  );
}
