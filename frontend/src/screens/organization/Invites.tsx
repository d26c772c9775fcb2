// Invites: which links are open, for whom and until when. A link itself is shown only when it is made.
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../../api/client";
import { useAll, useNames } from "../../api/names";
import { useKeys } from "../../app/keys";
import type { RecordView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button, Checkbox } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Detail, Facts, Section } from "../../ui/Page";
import { Empty, FaultNote, Read } from "../../ui/states";
import { CustodyMark, NeedMark, Status } from "../../ui/status";
import { Table, type TableColumn } from "../../ui/Table";
import { useUndo } from "../../ui/undo";
import { Frame, useOpen } from "./Frame";
import { InviteDialog } from "./InviteDialog";
import { useRights } from "./rights";

type State = "pending" | "open" | "used" | "expired";
const expires = (invite: RecordView): number => (typeof invite.fields.expires === "number" ? invite.fields.expires : 0);
const stateOf = (invite: RecordView, now: number): State => {
  if (typeof invite.fields.used === "string") return "used";
  if (expires(invite) <= now) return "expired";
  return invite.pending ? "pending" : "open";
};

export function Invites() {
  const { t } = useTranslation();
  const rights = useRights();
  const invites = useAll("invite");
  const [open, setOpen] = useOpen();
  const [making, setMaking] = useState(false);
  const [past, setPast] = useState(false);
  const may = rights.addMember;
  useKeys({ n: may ? () => setMaking(true) : undefined });
  const now = Date.now();
  const chosen = invites.data?.find((invite) => invite.id === open);
  const live = (invite: RecordView) => ["open", "pending"].includes(stateOf(invite, now));
  const count = invites.data?.filter(live).length ?? 0;
  return (
    <Frame
      part="invites"
      bare
      sub={invites.data && t("organization:invites.count", { count })}
      summary={
        <Checkbox isSelected={past} onChange={setPast}>
          {t("organization:invites.past")}
        </Checkbox>
      }
      actions={
        may && (
          <Button onPress={() => setMaking(true)}>
            <Plus size={16} strokeWidth={1.75} aria-hidden />
            {t("organization:invites.make")}
          </Button>
        )
      }
      detail={chosen && <InviteDetail invite={chosen} state={stateOf(chosen, now)} onClose={() => setOpen(null)} />}
    >
      <Read query={invites} what={t("organization:parts.invites")}>
        {(all) => <InviteTable invites={past ? all : all.filter(live)} now={now} open={open} onOpen={setOpen} />}
      </Read>
      {making && <InviteDialog onClose={() => setMaking(false)} />}
    </Frame>
  );
}

function InviteState({ state }: { state: State }) {
  const { t } = useTranslation();
  const mark = state === "used" ? <CustodyMark state="verified" /> : state === "expired" ? <NeedMark need="attention" size={14} /> : <CustodyMark state={state === "open" ? "received" : "local"} />;
  return <Status mark={mark}>{t(`organization:invites.states.${state}`)}</Status>;
}

function InviteTable({ invites, now, open, onOpen }: { invites: RecordView[]; now: number; open: string | null; onOpen: (id: string | null) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const forWhom = (invite: RecordView) => names.member(typeof invite.fields.member === "string" ? invite.fields.member : null);
  const columns: TableColumn<RecordView>[] = [
    { id: "member", name: t("organization:invites.for"), cell: forWhom },
    { id: "state", name: t("organization:state"), cell: (invite) => <InviteState state={stateOf(invite, now)} /> },
    { id: "expires", name: t("fields:expires"), cell: (invite) => format.when(expires(invite)) },
  ];
  return (
    <Table
      label={t("organization:parts.invites")}
      columns={columns}
      items={[...invites].sort((a, b) => expires(a) - expires(b))}
      keyOf={(invite) => invite.id}
      nameOf={forWhom}
      open={open}
      onOpen={onOpen}
      empty={<Empty title={t("organization:invites.none.title")}>{t("organization:invites.none.text")}</Empty>}
    />
  );
}

function InviteDetail({ invite, state, onClose }: { invite: RecordView; state: State; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const rights = useRights();
  const { tell } = useUndo();
  const write = useAct("write");
  const [ending, setEnding] = useState(false);
  const member = typeof invite.fields.member === "string" ? invite.fields.member : null;
  const open = state === "open" || state === "pending";
  const end = () =>
    write.mutate(
      { kind: "invite", record: invite.id, fields: { expires: Date.now() }, as_of: invite.as_of },
      {
        onSuccess: () => {
          tell(t("organization:invites.ended"));
          setEnding(false);
        },
      },
    );
  return (
    <Detail
      label={t("kinds:invite")}
      title={names.member(member)}
      sub={t("kinds:invite")}
      onClose={onClose}
      foot={
        open &&
        rights.invite(names.members.find((m) => m.id === member)) && (
          <Button look="danger" onPress={() => setEnding(true)}>
            {t("organization:invites.end")}
          </Button>
        )
      }
    >
      <Section>
        <Facts
          facts={[
            [t("organization:state"), <InviteState key="state" state={state} />],
            [t("fields:expires"), format.evidence(expires(invite))],
            typeof invite.fields.used === "string" && [t("fields:used"), <span key="used" className="mono">{invite.fields.used.slice(0, 16)}</span>],
          ]}
        />
      </Section>
      {open && (
        <Section>
          <p>{t("organization:invites.gone")}</p>
        </Section>
      )}
      <Dialog
        open={ending}
        title={t("organization:invites.endTitle", { name: names.member(member) })}
        onClose={() => setEnding(false)}
        foot={
          <>
            <Button onPress={() => setEnding(false)}>{t("action.cancel")}</Button>
            <Button look="danger" isDisabled={write.isPending} onPress={end}>
              {t("organization:invites.end")}
            </Button>
          </>
        }
      >
        <p>{t("organization:invites.endWhat")}</p>
        {write.error && <FaultNote fault={write.error} />}
      </Dialog>
    </Detail>
  );
}
