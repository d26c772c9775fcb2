// Projects: where the organisation works, by which days, behind which fence, in which crews.
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, useAct } from "../../api/client";
import { text, useAll, useNames } from "../../api/names";
import { useKeys } from "../../app/keys";
import type { RecordView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Input } from "../../ui/form";
import { Detail, Facts, Section } from "../../ui/Page";
import { Empty, FaultNote, Read } from "../../ui/states";
import { Table, type TableColumn } from "../../ui/Table";
import { useUndo } from "../../ui/undo";
import { Shape, WIDTH, HEIGHT } from "./Canvas";
import { CrewDialog, DAYS, startsOf } from "./CrewDialog";
import fenceStyles from "./fence.module.css";
import { centre, reach, shapeOf } from "./fence";
import { Frame, useOpen } from "./Frame";
import styles from "./organization.module.css";
import { ProjectDialog } from "./ProjectDialog";
import { ids, useRights } from "./rights";

export function Projects() {
  const { t } = useTranslation();
  const rights = useRights();
  const projects = useAll("project");
  const crews = useAll("crew");
  const [open, setOpen] = useOpen();
  const [dialog, setDialog] = useState<"add" | "edit" | null>(null);
  useKeys({ n: rights.office ? () => setDialog("add") : undefined });
  const live = projects.data?.filter((project) => !project.withdrawn);
  const chosen = live?.find((project) => project.id === open);
  const crewsOf = (id: string) => (crews.data ?? []).filter((crew) => crew.project === id && !crew.withdrawn);
  return (
    <Frame
      part="projects"
      bare
      sub={live && t("organization:projects.count", { count: live.length })}
      actions={
        rights.office && (
          <Button onPress={() => setDialog("add")}>
            <Plus size={16} strokeWidth={1.75} aria-hidden />
            {t("organization:projects.add")}
          </Button>
        )
      }
      detail={chosen && <ProjectDetail key={chosen.id} project={chosen} crews={crewsOf(chosen.id)} onClose={() => setOpen(null)} onEdit={() => setDialog("edit")} />}
    >
      <Read query={{ ...projects, data: live }} what={t("organization:parts.projects")}>
        {(all) => <ProjectTable projects={all} crewsOf={crewsOf} open={open} onOpen={setOpen} />}
      </Read>
      {dialog === "add" && <ProjectDialog onClose={() => setDialog(null)} onDone={setOpen} />}
      {dialog === "edit" && chosen && <ProjectDialog project={chosen} onClose={() => setDialog(null)} onDone={setOpen} />}
    </Frame>
  );
}

function ProjectTable({ projects, crewsOf, open, onOpen }: { projects: RecordView[]; crewsOf: (id: string) => RecordView[]; open: string | null; onOpen: (id: string | null) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const fence = useFenceWords();
  const columns: TableColumn<RecordView>[] = [
    { id: "name", name: t("fields:name"), cell: (p) => names.project(p.id) },
    { id: "number", name: t("fields:number"), cell: (p) => <span className="mono">{text(p, "number")}</span> },
    { id: "zone", name: t("fields:zone"), wide: true, cell: (p) => text(p, "zone")?.replaceAll("_", " ") },
    { id: "fence", name: t("fields:geofence"), cell: (p) => fence(p.fields.geofence) },
    { id: "people", name: t("organization:parts.members"), figures: true, cell: (p) => format.number(names.members.filter((m) => ids(m, "projects").includes(p.id)).length) },
    { id: "crews", name: t("organization:crews.title"), figures: true, cell: (p) => format.number(crewsOf(p.id).length) },
  ];
  return (
    <Table
      label={t("organization:parts.projects")}
      columns={columns}
      items={[...projects].sort((a, b) => names.project(a.id).localeCompare(names.project(b.id)))}
      keyOf={(p) => p.id}
      nameOf={(p) => names.project(p.id)}
      open={open}
      onOpen={onOpen}
      empty={<Empty title={t("organization:projects.none")}>{t("organization:projects.noneText")}</Empty>}
    />
  );
}

/** A fence in a few words. */
function useFenceWords(): (value: unknown) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (value) => {
    const shape = shapeOf(value);
    if (!shape) return t("none");
    return "circle" in shape ? t("organization:fence.circleOf", { radius: format.length(shape.circle.radius_cm) }) : t("organization:fence.polygonOf", { count: shape.polygon.length });
  };
}

function ProjectDetail({ project, crews, onClose, onEdit }: { project: RecordView; crews: RecordView[]; onClose: () => void; onEdit: () => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const rights = useRights();
  const fence = useFenceWords();
  const [crew, setCrew] = useState<RecordView | "new" | null>(null);
  const [closing, setClosing] = useState(false);
  const may = rights.crews(project.id);
  const name = names.project(project.id);
  const classifications = ids(project, "classifications");
  return (
    <Detail
      label={name}
      title={name}
      sub={text(project, "number")}
      onClose={onClose}
      foot={
        rights.office && (
          <>
            <Button look="primary" onPress={onEdit}>
              {t("organization:projects.edit")}
            </Button>
            <Button look="quiet" onPress={() => setClosing(true)}>
              {t("organization:projects.hide")}
            </Button>
          </>
        )
      }
    >
      <Section>
        <Facts
          facts={[
            [t("fields:zone"), text(project, "zone")?.replaceAll("_", " ")],
            [t("fields:geofence"), fence(project.fields.geofence)],
            [t("fields:outline"), fence(project.fields.outline)],
            project.pending && [t("organization:state"), t("status.pending")],
          ]}
        />
        <Preview project={project} label={t("organization:fence.plan", { name })} />
      </Section>
      <Section title={t("fields:classifications")} aside={classifications.length === 0 && t("none")}>
        <ul>
          {classifications.map((token) => (
            <li key={token}>{token}</li>
          ))}
        </ul>
      </Section>
      <Section
        title={t("organization:crews.title")}
        aside={
          may && (
            <Button look="link" onPress={() => setCrew("new")}>
              {t("organization:crews.add")}
            </Button>
          )
        }
      >
        {crews.length === 0 && <p className={styles.quiet}>{t("organization:crews.none")}</p>}
        <ul className={styles.lines}>
          {crews.map((one) => (
            <CrewLine key={one.id} crew={one} may={may} onEdit={() => setCrew(one)} />
          ))}
        </ul>
      </Section>
      {crew && <CrewDialog project={project.id} {...(crew !== "new" && { crew })} onClose={() => setCrew(null)} />}
      {closing && <HideDialog record={project} name={name} onClose={() => setClosing(false)} onDone={onClose} />}
    </Detail>
  );
}

function CrewLine({ crew, may, onEdit }: { crew: RecordView; may: boolean; onEdit: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const [hiding, setHiding] = useState(false);
  const name = text(crew, "name") ?? "";
  const days = ids(crew, "days");
  const starts = startsOf(crew);
  const members = ids(crew, "members");
  const foreman = text(crew, "foreman");
  return (
    <li className={styles.block}>
      <p>
        <strong>{name}</strong> {foreman && <span className={styles.quiet}>{t("organization:crews.under", { name: names.member(foreman) })}</span>}
      </p>
      <p className={styles.quiet}>
        {t("organization:crews.count", { count: members.length })}
        {starts !== null && `, ${t("organization:crews.from", { time: `${String(Math.floor(starts / 60)).padStart(2, "0")}:${String(starts % 60).padStart(2, "0")}` })}`}
        {days.length > 0 && `, ${DAYS.filter((day) => days.includes(day)).map((day) => t(`organization:days.${day}`)).join(" ")}`}
      </p>
      <p>{format.list(members.map(names.short))}</p>
      {may && (
        <div className={styles.row}>
          <Button small onPress={onEdit} aria-label={t("organization:crews.editTitle", { name })}>
            {t("organization:crews.edit")}
          </Button>
          <Button small look="quiet" onPress={() => setHiding(true)} aria-label={t("organization:hide.title", { name })}>
            {t("organization:crews.hide")}
          </Button>
        </div>
      )}
      {hiding && <HideDialog record={crew} name={name} onClose={() => setHiding(false)} />}
    </li>
  );
}

/** Hides a record, with a reason; it can be shown again. */
function HideDialog({ record, name, onClose, onDone }: { record: RecordView; name: string; onClose: () => void; onDone?: () => void }) {
  const { t } = useTranslation();
  const { tell } = useUndo();
  const withdraw = useAct("withdraw");
  const [reason, setReason] = useState("");
  const [wanting, setWanting] = useState(false);
  const act = () => {
    if (reason.trim().length < 3) return setWanting(true);
    withdraw.mutate(
      { record: record.id, withdrawn: true, reason: reason.trim(), as_of: record.as_of },
      {
        onSuccess: (done) => {
          tell(t("organization:hide.done", { name }), () => call("withdraw", { record: record.id, withdrawn: false, reason: t("action.undo"), as_of: done.as_of }));
          onClose();
          onDone?.();
        },
      },
    );
  };
  return (
    <Dialog
      open
      firm
      title={t("organization:hide.title", { name })}
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{t("action.cancel")}</Button>
          <Button look="danger" isDisabled={withdraw.isPending} onPress={act}>
            {t("organization:hide.act")}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <p>{t("organization:hide.what")}</p>
        <Input label={t("fields:reason")} hint={t("organization:reasonHint")} autoFocus error={wanting ? t("organization:reasonNeeded") : undefined} value={reason} onChange={(e) => setReason(e.target.value)} maxLength={500} />
        {withdraw.error && <FaultNote fault={withdraw.error} />}
      </div>
    </Dialog>
  );
}

function Preview({ project, label }: { project: RecordView; label: string }) {
  const shapes = [shapeOf(project.fields.geofence), shapeOf(project.fields.outline)].filter((shape) => shape !== null);
  const widest = shapes.reduce<(typeof shapes)[number] | null>((wide, shape) => (wide && reach(wide) >= reach(shape) ? wide : shape), null);
  if (!widest) return null;
  const view = { middle: centre(widest), metres: (reach(widest) * 2.4) / HEIGHT };
  const [fence, outline] = [shapeOf(project.fields.geofence), shapeOf(project.fields.outline)];
  return (
    <svg className={`${fenceStyles.canvas ?? ""} ${fenceStyles.preview ?? ""}`} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {fence && <Shape shape={fence} view={view} className={fenceStyles.fence} />}
      {outline && <Shape shape={outline} view={view} className={fenceStyles.other} />}
    </svg>
  );
}
