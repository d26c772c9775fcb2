// Adds this computer by an invite link: where it leads, what this computer is called, what is collected, and each step in words.
import { zodResolver } from "@hookform/resolvers/zod";
import { useEffect } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { useAct } from "../../api/client";
import type { StatusView } from "../../generated/client";
import { Button } from "../../ui/controls";
import { Input, useFaults } from "../../ui/form";
import { Facts } from "../../ui/Page";
import { FaultNote, Note } from "../../ui/states";
import styles from "./entry.module.css";
import { type Link, short } from "./link";
import { Steps } from "./Steps";

const FORM = z.object({ label: z.string().trim().min(1).max(60) });

/** How long until the server is asked again where it could not be reached. */
const AGAIN_MS = 15_000;

export interface Way<K extends Link["kind"]> {
  link: Extract<Link, { kind: K }>;
  text: string;
  status: StatusView;
  /** What the core said about the link. */
  onRefused: (words: string | undefined) => void;
  onEntering: (entering: boolean) => void;
}

export function AddComputer({ link, text, status, onRefused, onEntering }: Way<"invite">) {
  const { t } = useTranslation();
  const enrol = useAct("enrol");
  const form = useForm({ resolver: zodResolver(FORM), defaultValues: { label: t(`entry:computer.${system()}`) } });
  const foreign = Boolean(status.organisation) && status.organisation !== link.organisation;
  const faults = useFaults(enrol.error);
  const refused = faults.at("link", "invite", "organisation", "device", "member");
  useEffect(() => onRefused(foreign ? `${t("faults:invalid.exact.organisation-other")} ${t("faults:invalid.exactWayOn.organisation-other")}` : refused), [foreign, onRefused, refused, t]);

  const { mutate, variables, isPending } = enrol;
  const add = form.handleSubmit(({ label }) => {
    onEntering(true);
    mutate({ link: text.trim(), device_label: label }, { onSettled: () => onEntering(false) });
  });
  const offline = enrol.error?.fault.fault === "offline";
  // The link is kept while this is shown, and tried again: by the clock, and when the system says that there is a network.
  useEffect(() => {
    if (!offline || isPending || !variables) return;
    const again = () => mutate(variables, { onSettled: () => onEntering(false) });
    const timer = setTimeout(again, AGAIN_MS);
    window.addEventListener("online", again);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("online", again);
    };
  }, [offline, isPending, variables, mutate, onEntering]);

  const rest = faults.besides("link", "invite", "organisation", "device", "member", "device_label");
  return (
    <form onSubmit={(e) => void add(e)} className={styles.form} noValidate>
      <section aria-label={t("entry:leads")} className={styles.leads}>
        <Facts
          facts={[
            [t("entry:server"), <strong key="host">{link.host}</strong>],
            [t("entry:organization"), <span className="mono" key="organisation">{short(link.organisation)}</span>],
            [t("entry:invite"), <span className="mono" key="invite">{short(link.invite)}</span>],
          ]}
        />
        {!isPending && !enrol.error && <p className={styles.quiet}>{t("entry:notSent")}</p>}
      </section>
      <Input
        label={t("entry:label.label")}
        hint={t("entry:label.hint")}
        error={form.formState.errors.label ? t("entry:label.needed") : faults.at("device_label")}
        readOnly={isPending}
        maxLength={60}
        {...form.register("label")}
      />
      <p className={styles.quiet}>{t("entry:collected")}</p>
      {offline && !isPending && <Note tone="attention" cause={t("entry:saved.cause")} wayOn={t("entry:saved.wayOn")} action={<Button onPress={() => void add()}>{t("action.tryNow")}</Button>} />}
      {rest && !offline && !isPending && <FaultNote fault={rest} />}
      {isPending ? (
        <Steps host={link.host} status={status} what="add" />
      ) : (
        <div className={styles.actions}>
          <Button type="submit" look="primary" isDisabled={foreign}>
            {t("entry:add")}
          </Button>
        </div>
      )}
    </form>
  );
}

/** Which kind of computer this is, for a first name. */
export function system(): "windows" | "mac" | "linux" {
  if (navigator.userAgent.includes("Windows")) return "windows";
  return navigator.userAgent.includes("Mac OS") ? "mac" : "linux";
}
