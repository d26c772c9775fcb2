// Importing pictures: what they are of, then one after another, with what became of each in words.
import { Ban, CircleCheck, CircleDashed, CopyX, Hourglass } from "lucide-react";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, faultOf } from "../../api/client";
import type { Names } from "../../api/names";
import { wordsOf } from "../../faults";
import { useFormat } from "../../i18n/format";
import { Button, Field, Select } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Bar, NeedMark, Status } from "../../ui/status";
import { useUndo } from "../../ui/undo";
import { tagsOf, wordsShape } from "./edits";
import { type Item, itemsOf, runImport, tally } from "./importing";
import styles from "./photographs.module.css";

interface Props {
  paths: string[];
  project: string | null;
  names: Names;
  onClose: () => void;
}

export function Import({ paths, project: chosen, names, onClose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { tell } = useUndo();
  const [project, setProject] = useState(chosen ?? (names.projects.length === 1 ? (names.projects[0]?.id ?? null) : null));
  const [caption, setCaption] = useState("");
  const [tags, setTags] = useState("");
  const [missing, setMissing] = useState(false);
  const [items, setItems] = useState<Item[] | null>(null);
  const [phase, setPhase] = useState<"asking" | "running" | "stopping" | "done">("asking");
  const stop = useRef(false);
  const first = useMemo(() => itemsOf(paths), [paths]);
  const shape = wordsShape.safeParse({ caption, tags });
  const long = (field: string) => !shape.success && shape.error.issues.some((issue) => issue.path[0] === field);

  const start = async () => {
    if (!project) return setMissing(true);
    if (!shape.success) return;
    setPhase("running");
    const request = { project, source: "import" as const, caption: caption.trim() || null, tags: tagsOf(tags) };
    const end = await runImport(first, {
      capture: (path) => call("capture", { ...request, path }),
      takeBack: (photo) => call("withdraw", { record: photo.id, withdrawn: true, reason: t("photographs:import.doubleReason"), as_of: photo.as_of }),
      faultOf,
      told: setItems,
      stopped: () => stop.current,
    });
    setPhase("done");
    if (tally(end).imported.length === end.length) close(end);
  };
  /** What came in is told where the way back can be reached: outside of the dialog. */
  const close = (end: Item[]) => {
    const { imported } = tally(end);
    const takeBack = async () => {
      for (const photo of imported) await call("withdraw", { record: photo.id, withdrawn: true, reason: t("photographs:import.undoReason"), as_of: photo.as_of });
    };
    tell(summary(end), imported.length > 0 ? takeBack : undefined);
    onClose();
  };
  const summary = (all: Item[]) => {
    const { imported, refused, double, stopped } = tally(all);
    const parts = [
      t("photographs:import.imported", { count: imported.length }),
      refused > 0 && t("photographs:import.refused", { count: refused }),
      double > 0 && t("photographs:import.doubles", { count: double }),
      stopped > 0 && t("photographs:import.notTried", { count: stopped }),
    ];
    return `${parts.filter(Boolean).join(", ")}.`;
  };
  const halt = () => {
    stop.current = true;
    setPhase("stopping");
  };
  const finish = () => (phase === "done" && items ? close(items) : onClose());
  const running = phase === "running" || phase === "stopping";
  const done = items ? tally(items).done : 0;
  return (
    <Dialog
      title={t("photographs:import.title", { count: first.length })}
      open
      firm={phase !== "done"}
      // While it runs, closing means stopping: it stays open until the one that is under way is done.
      onClose={running ? halt : finish}
      foot={
        phase === "asking" ? (
          <>
            <Button onPress={onClose}>{t("action.cancel")}</Button>
            <Button look="primary" onPress={() => void start()}>
              {t("photographs:import.do")}
            </Button>
          </>
        ) : running ? (
          <Button onPress={halt} isDisabled={phase === "stopping"}>
            {phase === "stopping" ? t("photographs:import.stopping") : t("action.cancel")}
          </Button>
        ) : (
          <Button look="primary" onPress={finish}>
            {t("action.done")}
          </Button>
        )
      }
    >
      {items === null ? (
        <div className={styles.form}>
          <p className={styles.words}>{t("photographs:import.claim")}</p>
          <div className={styles.choice}>
            <Select
              label={t("fields:project")}
              labelled
              options={names.projects.map((p) => ({ id: p.id, text: names.project(p.id) }))}
              value={project}
              onChange={(id) => {
                setProject(id);
                setMissing(false);
              }}
            />
            {missing && (
              <p role="alert" className={styles.error}>
                {t("photographs:import.projectMissing")}
              </p>
            )}
          </div>
          <Field
            label={`${t("fields:caption")} (${t("optional")})`}
            hint={first.length > 1 ? t("photographs:import.captionHint") : undefined}
            error={long("caption") ? t("photographs:edit.long") : undefined}
            control={(ids) => <input {...ids} value={caption} onChange={(e) => setCaption(e.target.value)} />}
          />
          <Field
            label={`${t("fields:tags")} (${t("optional")})`}
            hint={t("photographs:edit.tagsHint")}
            error={long("tags") ? t("photographs:edit.tagLong") : undefined}
            control={(ids) => <input {...ids} value={tags} onChange={(e) => setTags(e.target.value)} />}
          />
        </div>
      ) : (
        <div className={styles.progress}>
          <p role="status">
            <strong>{running ? t("photographs:import.progress", { n: format.number(Math.min(done + 1, first.length)), total: format.number(first.length) }) : summary(items)}</strong>
          </p>
          <Bar done={done} of={first.length} />
          <ul className={styles.items} tabIndex={0} aria-label={t("photographs:import.files")}>
            {items.map((item) => (
              <li key={item.path}>
                <span title={item.path}>{item.name}</span>
                <Result item={item} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </Dialog>
  );
}

function Result({ item: { outcome } }: { item: Item }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const mark = { size: 14, strokeWidth: 1.75, "aria-hidden": true } as const;
  switch (outcome.state) {
    case "waiting":
      return <Status mark={<CircleDashed {...mark} />}>{t("photographs:import.waits")}</Status>;
    case "running":
      return <Status mark={<Hourglass {...mark} />}>{t("photographs:import.reads")}</Status>;
    case "stopped":
      return <Status mark={<Ban {...mark} />}>{t("photographs:import.stopped")}</Status>;
    case "imported":
      return (
        <Status mark={<CircleCheck {...mark} />} tone="ok">
          {t("photographs:import.is", { size: format.bytes(outcome.photo.bytes) })}
        </Status>
      );
    case "double":
      return <Status mark={<CopyX {...mark} />}>{t("photographs:import.double", { name: outcome.of })}</Status>;
    case "refused": {
      const { cause, wayOn } = wordsOf(outcome.fault, t, format);
      return (
        <span className={styles.refusal}>
          <NeedMark need="octagon" size={14} />
          <span>
            {cause} <span className={styles.words}>{wayOn}</span>
          </span>
        </span>
      );
    }
  }
}
