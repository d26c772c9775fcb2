// A photograph: will it stand? The picture, by whom, when and where, its file and hash, its custody, and what a check of its
// bytes proves and what not.
import { Download, MapPin, Maximize2, Pencil, Trash2, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, useAct, useCall } from "../../api/client";
import { desk } from "../../api/desk";
import { useNames } from "../../api/names";
import { useKeys } from "../../app/keys";
import type { PhotoView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button, IconButton } from "../../ui/controls";
import { Detail, Facts, Section } from "../../ui/Page";
import { FaultNote, Note, Read } from "../../ui/states";
import { PlaceMark, type Verdict } from "../../ui/status";
import { useUndo } from "../../ui/undo";
import { Custody } from "./Custody";
import { useRested } from "./day";
import styles from "./detail.module.css";
import { History } from "./History";
import { EditPhoto, WithdrawPhoto } from "./PhotoForms";
import { Picture } from "./Picture";
import { Viewer } from "./Viewer";
import { coordinates, exactness, isExact, placeWords, useWhereabouts } from "./words";

/** What a photograph is read in full for only when one stays with it. */
const REST_MS = 300;

interface Props {
  id: string;
  /** As the list has it, until it was read by itself. */
  known: PhotoView | undefined;
  position: { n: string; total: string } | null;
  onClose: () => void;
}

export function PhotoDetail({ id, known, position, onClose }: Props) {
  const { t } = useTranslation();
  const photo = useCall("photo", { id }, known ? { placeholderData: known } : {});
  return (
    <Detail label={t("photographs:detail")} onClose={onClose} wide>
      <Read query={photo} what={t("photographs:detail")}>
        {(read) => <Photo photo={read} position={position} onClose={onClose} />}
      </Read>
    </Detail>
  );
}

function Photo({ photo, position, onClose }: { photo: PhotoView; position: Props["position"]; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const { tell } = useUndo();
  const withdraw = useAct("withdraw");
  const rested = useRested(REST_MS);
  const whereabouts = useWhereabouts(photo);
  const [size, setSize] = useState<[number, number] | null>(null);
  const [doing, setDoing] = useState<"view" | "edit" | "withdraw" | null>(null);
  const check = useCall("check_photo", { id: photo.id }, { enabled: rested && photo.here });
  const project = names.projects.find((p) => p.id === photo.project);
  const zone = names.zone(photo.project);
  const fenced = Boolean(photo.place && project?.fields.geofence);
  const found = useCall("verdict", { id: photo.id }, { enabled: fenced }).data ?? null;
  const [exporting, setExporting] = useState<unknown>(null);
  const done = () => setDoing(null);

  const exportIt = async () => {
    setExporting(null);
    const path = await desk.pickFolder(fileName(photo));
    if (path === null) return;
    try {
      await call("export_photo", { photo: photo.id, path });
      tell(t("photographs:export.done", { path }));
    } catch (thrown) {
      setExporting(thrown);
    }
  };
  const showAgain = () =>
    withdraw.mutate(
      { record: photo.id, withdrawn: false, reason: t("photographs:withdraw.shownAgain"), as_of: photo.as_of },
      { onSuccess: () => tell(t("photographs:withdraw.back")) },
    );
  useKeys({ c: () => setDoing("edit") });
  const [byWhom, byWhomFor] =
    photo.source === "camera" ? ["photographs:takenBy", "photographs:takenByFor"] : ["photographs:importedBy", "photographs:importedByFor"];
  return (
    <>
      <div className={styles.head}>
        <button type="button" className={styles.open} onClick={() => setDoing("view")} aria-label={t("photographs:original")}>
          <Picture photo={photo} original={photo.here && rested} onSize={(width, height) => setSize([width, height])} />
        </button>
        <span className={styles.close}>
          <IconButton label={t("action.close")} onPress={onClose}>
            <X size={16} strokeWidth={1.75} aria-hidden />
          </IconButton>
        </span>
        <span className={styles.tools}>
          <Button onPress={() => setDoing("view")}>
            <Maximize2 size={16} strokeWidth={1.75} aria-hidden />
            {t("photographs:original")}
          </Button>
          <Button onPress={() => void exportIt()}>
            <Download size={16} strokeWidth={1.75} aria-hidden />
            {t("photographs:export.do")}
          </Button>
        </span>
      </div>
      {whereabouts && <p className={styles.strip}>{whereabouts}</p>}
      <div className={styles.body}>
        <div className={styles.title}>
          <h2 className="selectable">{photo.caption ?? t("photographs:uncaptioned")}</h2>
          {position && <span className="tabular">{t("selectedOf", position)}</span>}
        </div>
        <p className={styles.by}>
          {photo.project
            ? t(byWhomFor ?? "", { name: names.member(photo.by), project: names.project(photo.project) })
            : t(byWhom ?? "", { name: names.member(photo.by) })}
        </p>
        <Facts
          facts={[
            [t(photo.source === "camera" ? "photographs:fact.taken" : "photographs:fact.imported"), <Taken key="taken" photo={photo} zone={zone} />],
            [
              t("photographs:fact.place"),
              photo.place ? (
                <>
                  <span className={styles.place}>
                    {found ? <PlaceMark verdict={found.verdict as Verdict} /> : <MapPin size={14} strokeWidth={1.75} aria-hidden />}
                    {placeWords(photo.place, found, t, format)}
                  </span>
                  <span className={styles.second}>{coordinates(photo.place, t, format)}</span>
                  {photo.place.mock && <span className={styles.second}>{t("place.mock")}</span>}
                </>
              ) : (
                <span className={styles.place}>
                  <PlaceMark verdict="no_place" />
                  {t("place.no_place")}
                </span>
              ),
            ],
            [
              t("photographs:fact.file"),
              [
                size && `${format.number(size[0])} × ${format.number(size[1])}`,
                photo.media.replace("image/", "").toUpperCase(),
                t("photographs:bytes", { count: photo.bytes, number: format.number(photo.bytes) }),
                check.data?.bytes === "same" && t("photographs:unaltered"),
                check.data?.bytes === "differ" && t("photographs:altered"),
              ]
                .filter(Boolean)
                .join(", "),
            ],
            ["SHA-256", <code key="sha" className={styles.hash}>{`${photo.sha256.slice(0, 32)}\u200b${photo.sha256.slice(32)}`}</code>],
            photo.tags.length > 0 && [t("fields:tags"), photo.tags.join(", ")],
          ]}
        />
        {photo.withdrawn && (
          <Note cause={t("photographs:withdraw.is")} wayOn={t("photographs:withdraw.isWayOn")} action={<Button onPress={showAgain}>{t("photographs:withdraw.showAgain")}</Button>} />
        )}
        {photo.fault && photo.state === "local" && <FaultNote fault={photo.fault} />}
        {withdraw.error && <FaultNote fault={withdraw.error} />}
        {exporting !== null && <FaultNote fault={exporting as Error} onRetry={() => void exportIt()} />}
      </div>
      <Custody photo={photo} check={check} zone={zone} />
      <Section title={t("photographs:history.title")}>
        <History photo={photo} zone={zone} />
      </Section>
      <Section>
        <div className={styles.deeds}>
          <Button onPress={() => setDoing("edit")}>
            <Pencil size={16} strokeWidth={1.75} aria-hidden />
            {t("photographs:edit.do")}
          </Button>
          {!photo.withdrawn && (
            <Button look="danger" onPress={() => setDoing("withdraw")}>
              <Trash2 size={16} strokeWidth={1.75} aria-hidden />
              {t("photographs:withdraw.do")}
            </Button>
          )}
        </div>
      </Section>
      {doing === "view" && <Viewer photo={photo} onClose={done} />}
      {doing === "edit" && <EditPhoto photo={photo} onClose={done} />}
      {doing === "withdraw" && <WithdrawPhoto photo={photo} onClose={done} />}
    </>
  );
}

function Taken({ photo, zone }: { photo: PhotoView; zone: string | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [when, how] = [format.evidence(photo.at.stated, zone), exactness(photo.at, zone, t, format)];
  return (
    <>
      {isExact(photo.at) ? `${when}, ${how}` : when}
      {!isExact(photo.at) && <span className={styles.second}>{how}</span>}
      {photo.source === "import" && <span className={styles.second}>{t("photographs:moment.import")}</span>}
    </>
  );
}

const ENDS: Record<string, string> = { "image/jpeg": "jpg", "image/png": "png", "image/heic": "heic" };

/** A name under which the original can be written: its caption, else its hash. */
export function fileName({ caption, sha256, media }: PhotoView): string {
  const words = (caption ?? "").normalize("NFKD").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60);
  return `${words || sha256.slice(0, 12)}.${ENDS[media] ?? "bin"}`;
}
