// Photographs that the worker's crew took on that day.
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCall } from "../../api/client";
import { useAll, useNames } from "../../api/names";
import { useFormat } from "../../i18n/format";
import { Section } from "../../ui/Page";
import { Thumb } from "../../ui/states";
import { addDays, momentOf } from "../days";
import type { Opened } from "./place";
import styles from "./cell.module.css";

const SHOWN = 4;
/** As many of the project's day are looked through for those of the crew. */
const READ = 200;

export function CellPhotos({ opened, crew, zone }: { opened: Opened; crew: string | null; zone: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const crews = useAll("crew");
  const [from, to] = [momentOf(opened.date, 0, zone), momentOf(addDays(opened.date, 1), 0, zone)];
  const photos = useCall("photos", { project: opened.project, from, to, limit: READ });
  const members = crews.data?.find((record) => record.id === crew)?.fields.members;
  const people = new Set<unknown>([opened.worker, ...(Array.isArray(members) ? members : [])]);
  const shown = (photos.data?.photos ?? []).filter((photo) => people.has(photo.by));
  const name = crews.data?.find((record) => record.id === crew)?.fields.name;
  const whose = typeof name === "string" ? name : names.short(opened.worker);
  if (!photos.data) return null;
  return (
    <Section
      title={t("time:photographs")}
      aside={shown.length > 0 && t(photos.data.next === null ? "time:photosFrom" : "time:photosFromLeast", { count: shown.length, n: format.number(shown.length), name: whose })}
    >
      {shown.length === 0 ? (
        <p className={styles.quiet}>{t("time:noPhotographs", { name: whose })}</p>
      ) : (
        <ul className={styles.photos}>
          {shown.slice(0, SHOWN).map((photo) => (
            <li key={photo.id}>
              <Link to={`/photographs?project=${opened.project}&from=${opened.date}&to=${opened.date}&photo=${photo.id}`}>
                <Thumb photo={photo.id} alt={photo.caption ?? names.member(photo.by)} version={photo.thumbnail} />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
