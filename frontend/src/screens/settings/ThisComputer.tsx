// What this computer is: its name, whose it is, which server it trusts, by which key it signs.
import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { call, useAct, useCall } from "../../api/client";
import { text, useAll } from "../../api/names";
import type { StatusView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { Input, useFaults } from "../../ui/form";
import { Facts } from "../../ui/Page";
import { FaultNote, Note, Read } from "../../ui/states";
import { useUndo } from "../../ui/undo";
import { LinkDialog } from "../entry/LinkDialog";
import { Part } from "./Settings";
import styles from "./settings.module.css";

const FORM = z.object({ label: z.string().trim().min(1).max(60) });

export function ThisComputer() {
  const { t } = useTranslation();
  const status = useCall("status");
  return (
    <Part title={t("settings:computer.title")} hint={t("settings:computer.hint")}>
      <Read query={status} what={t("settings:computer.title")}>
        {(data) => <Computer status={data} />}
      </Read>
    </Part>
  );
}

function Computer({ status }: { status: StatusView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const devices = useAll("device");
  const [link, setLink] = useState(false);
  const device = devices.data?.find((record) => record.id === status.device);
  const contact = status.contact ?? null;
  return (
    <>
      {status.connection === "signed_out" && (
        <Note tone="attention" cause={t("faults:signed_out.cause")} wayOn={t("settings:computer.signedOut")} action={<Button onPress={() => setLink(true)}>{t("settings:computer.useLink")}</Button>} />
      )}
      {device && <Label key={text(device, "label")} label={text(device, "label") ?? ""} record={device.id} asOf={device.as_of} />}
      <Facts
        facts={[
          [t("fields:member"), status.member_name],
          [t("fields:role"), t(`organization:roles.${status.role}`, { defaultValue: status.role })],
          [t("entry:organization"), status.organisation_name],
          [t("entry:server"), status.server],
          [t("settings:computer.contact"), contact === null ? t("unknown") : format.evidence(contact)],
          [t("settings:computer.key"), <span key="key" className="mono">{(status.device.match(/.{1,4}/g) ?? []).join(" ")}</span>],
        ]}
      />
      <p className={styles.hint}>{t("settings:computer.keyHint")}</p>
      {status.connection !== "signed_out" && (
        <div>
          <Button look="link" onPress={() => setLink(true)}>
            {t("settings:computer.useLink")}
          </Button>
        </div>
      )}
      {link && <LinkDialog status={status} first="" onClose={() => setLink(false)} />}
    </>
  );
}

function Label({ label, record, asOf }: { label: string; record: string; asOf: string }) {
  const { t } = useTranslation();
  const { tell } = useUndo();
  const write = useAct("write");
  const form = useForm({ resolver: zodResolver(FORM), defaultValues: { label } });
  const faults = useFaults(write.error);
  const save = form.handleSubmit((now) => {
    if (now.label === label) return;
    write.mutate(
      { kind: "device", record, fields: { label: now.label }, as_of: asOf },
      { onSuccess: (done) => tell(t("settings:computer.renamed", { name: now.label }), () => call("write", { kind: "device", record, fields: { label }, as_of: done.as_of })) },
    );
  });
  return (
    <form className={styles.rename} onSubmit={(e) => void save(e)} noValidate>
      <Input label={t("entry:label.label")} error={form.formState.errors.label ? t("entry:label.needed") : faults.at("label")} maxLength={60} {...form.register("label")} />
      <Button type="submit" isDisabled={write.isPending}>
        {t("settings:computer.rename")}
      </Button>
      {write.error && faults.besides("label") && <FaultNote fault={write.error} />}
    </form>
  );
}
