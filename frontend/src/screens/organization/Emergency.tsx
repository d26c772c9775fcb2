// What an administrator does when a server or a key is lost, in plain words; and how anyone with the printed key comes back.
import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { type Failure, useAct, useCall } from "../../api/client";
import { useNames } from "../../api/names";
import type { LostView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Input, useFaults } from "../../ui/form";
import { Facts } from "../../ui/Page";
import { FaultNote, Note, Read } from "../../ui/states";
import { useUndo } from "../../ui/undo";
import { Frame } from "./Frame";
import styles from "./organization.module.css";
import { REASON } from "./reason";
import { useRights } from "./rights";

/** A printed recovery key as people type it: groups, capitals and line ends are no matter. */
const KEY = z
  .string()
  .transform((text) => text.replaceAll(/[\s-]/g, "").toLowerCase())
  .pipe(z.string().regex(/^[0-9a-f]{64}$/));

export function Emergency() {
  const { t } = useTranslation();
  const rights = useRights();
  return (
    <Frame part="emergency" sub={t("organization:emergency.sub")}>
      <div className={styles.sheets}>
        {rights.admin && rights.administrators === 1 && <Note tone="attention" cause={t("organization:members.oneAdmin.cause")} wayOn={t("organization:members.oneAdmin.wayOn")} />}
        {rights.admin && (
          <>
            <Restore />
            <Lost />
            <Rotate />
          </>
        )}
        <Recover />
      </div>
    </Frame>
  );
}

/** A deed of weight: what it is for, then a dialog that says what happens and acts on the second press. */
function Deed(props: { name: "restore" | "rotate" | "recover"; busy: boolean; error: Failure | null; fields: string[]; onAct: () => Promise<boolean>; children?: ReactNode }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const faults = useFaults(props.error);
  const act = async () => {
    if (await props.onAct()) setOpen(false);
  };
  const words = (key: string) => t(`organization:emergency.${props.name}.${key}`);
  return (
    <section className={styles.sheet}>
      <h2>{words("title")}</h2>
      <p>{words("when")}</p>
      <div className={styles.row}>
        <Button onPress={() => setOpen(true)}>{words("begin")}</Button>
      </div>
      <Dialog
        open={open}
        firm
        title={words("title")}
        onClose={() => setOpen(false)}
        foot={
          <>
            <Button onPress={() => setOpen(false)}>{t("action.cancel")}</Button>
            <Button look="danger" isDisabled={props.busy} onPress={() => void act()}>
              {words(props.busy ? "busy" : "act")}
            </Button>
          </>
        }
      >
        <form
          className={styles.form}
          noValidate
          onSubmit={(e) => {
            e.preventDefault();
            void act();
          }}
        >
          <ul className={styles.points}>
            {[1, 2, 3].map((n) => (
              <li key={n}>{words(`effect${n}`)}</li>
            ))}
          </ul>
          {props.children}
          <button type="submit" hidden />
          {props.error && faults.besides(...props.fields) && <FaultNote fault={props.error} />}
        </form>
      </Dialog>
    </section>
  );
}

const RESTORE = REASON.extend({ key: z.union([z.literal(""), KEY]) });

function Restore() {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const { tell } = useUndo();
  const restore = useAct("restore");
  const form = useForm({ resolver: zodResolver(RESTORE), defaultValues: { reason: "", key: "" } });
  const faults = useFaults(restore.error);
  const { errors } = form.formState;
  const act = async () => {
    let done = false;
    await form.handleSubmit(async ({ reason, key }) => {
      const made = await restore.mutateAsync({ reason, recovery_key: key || null }).catch(() => null);
      if (!made) return;
      done = true;
      tell(t("organization:emergency.restore.done", { generation: made.generation, base: format.number(made.base), known: format.number(made.known) }));
      form.reset();
      await client.invalidateQueries();
    })();
    return done;
  };
  return (
    <Deed name="restore" busy={restore.isPending} error={restore.error} fields={["reason", "recovery_key"]} onAct={act}>
      <Input label={t("fields:reason")} hint={t("organization:reasonHint")} error={errors.reason ? t("organization:reasonNeeded") : faults.at("reason")} {...form.register("reason")} />
      <Input
        label={`${t("fields:recovery_key")} (${t("optional")})`}
        hint={t("organization:emergency.restore.keyHint")}
        error={errors.key ? t("faults:invalid.exact.recovery_key-form") : faults.at("recovery_key")}
        mono
        {...form.register("key")}
      />
    </Deed>
  );
}

function Rotate() {
  const { t } = useTranslation();
  const { tell } = useUndo();
  const rotate = useAct("rotate_server_key");
  const act = async () => {
    const done = await rotate.mutateAsync(undefined).catch(() => null);
    if (done) tell(t("organization:emergency.rotate.done"));
    return done !== null;
  };
  return <Deed name="rotate" busy={rotate.isPending} error={rotate.error} fields={[]} onAct={act} />;
}

function Recover() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const recover = useAct("recover");
  const form = useForm({ resolver: zodResolver(z.object({ key: KEY })), defaultValues: { key: "" } });
  const faults = useFaults(recover.error);
  const act = async () => {
    let done = false;
    await form.handleSubmit(async ({ key }) => {
      const made = await recover.mutateAsync({ recovery_key: key }).catch(() => null);
      if (!made) return;
      done = true;
      form.reset();
      // The key that replaces the printed one is shown before anything else.
      await client.invalidateQueries();
    })();
    return done;
  };
  return (
    <Deed name="recover" busy={recover.isPending} error={recover.error} fields={["recovery_key"]} onAct={act}>
      <Input label={t("fields:recovery_key")} hint={t("organization:emergency.recover.keyHint")} error={form.formState.errors.key ? t("faults:invalid.exact.recovery_key-form") : faults.at("recovery_key")} mono {...form.register("key")} />
    </Deed>
  );
}

function Lost() {
  const { t } = useTranslation();
  const lost = useCall("lost");
  return (
    <section className={styles.sheet}>
      <h2>{t("organization:emergency.lost.title")}</h2>
      <p>{t("organization:emergency.lost.when")}</p>
      <Read query={lost} what={t("organization:emergency.lost.title")}>
        {(all) => (all.length === 0 ? <p className={styles.quiet}>{t("organization:emergency.lost.none")}</p> : all.map((hole) => <Hole key={`${hole.device}-${hole.to}`} hole={hole} />))}
      </Read>
    </section>
  );
}

function Hole({ hole }: { hole: LostView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const pass = useAct("pass_hole");
  const [open, setOpen] = useState(false);
  const form = useForm({ resolver: zodResolver(REASON), defaultValues: { reason: "" } });
  const act = form.handleSubmit(({ reason }) => pass.mutate({ device: hole.device, to: hole.to, reason }, { onSuccess: () => setOpen(false) }));
  return (
    <div className={styles.block}>
      <Facts
        facts={[
          [t("fields:member"), names.member(hole.member)],
          [t("fields:device"), <span key="device" className="mono">{hole.device.slice(0, 16)}</span>],
          [t("organization:emergency.lost.missing"), t("organization:emergency.lost.range", { from: format.number(hole.from), to: format.number(hole.to - 1) })],
          [t("organization:emergency.lost.behind"), format.number(hole.waiting)],
        ]}
      />
      <div className={styles.row}>
        <Button look="danger" onPress={() => setOpen(true)}>
          {t("organization:emergency.lost.pass")}
        </Button>
      </div>
      <Dialog
        open={open}
        firm
        title={t("organization:emergency.lost.pass")}
        onClose={() => setOpen(false)}
        foot={
          <>
            <Button onPress={() => setOpen(false)}>{t("action.cancel")}</Button>
            <Button look="danger" isDisabled={pass.isPending} onPress={() => void act()}>
              {t("organization:emergency.lost.passAct")}
            </Button>
          </>
        }
      >
        <form className={styles.form} onSubmit={(e) => void act(e)} noValidate>
          <p>{t("organization:emergency.lost.effect")}</p>
          <Input label={t("fields:reason")} hint={t("organization:reasonHint")} error={form.formState.errors.reason ? t("organization:reasonNeeded") : undefined} {...form.register("reason")} />
          {pass.error && <FaultNote fault={pass.error} />}
        </form>
      </Dialog>
    </div>
  );
}
