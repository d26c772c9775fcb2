// Beside the lanes: what needs somebody, the last photographs, what is still on its way.
import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCall } from "../../api/client";
import { useNames } from "../../api/names";
import { HERE, useFormat } from "../../i18n/format";
import { join } from "../../ui/controls";
import { Section } from "../../ui/Page";
import { Thumb } from "../../ui/states";
import { CustodyMark, CustodyStatus, NeedMark } from "../../ui/status";
import ui from "../../ui/ui.module.css";
import { addDays, dayOf, momentOf } from "../days";
import { type Need, needs } from "./needs";
import styles from "./today.module.css";
import { useNeedWords } from "./words";

const SHOWN_PHOTOS = 4;
const SHOWN_NEEDS = 8;
/** As many photographs still on phones are counted by project; beyond that it says "more than". */
const COUNTED = 500;

export function Side({ date, today, project }: { date: string; today: string; project: string | null }) {
  const { t } = useTranslation();
  return (
    <aside className={styles.side} aria-label={t("today:side")} data-pane="detail" tabIndex={-1}>
      <Needs date={addDays(today, -7)} />
      <Photographs date={date} project={project} />
      <OnTheWay project={project} />
    </aside>
  );
}

function Needs({ date }: { date: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [alarms, conflicts, held, waiting, week] = [useCall("alarms"), useCall("conflicts"), useCall("held"), useCall("waiting"), useCall("week", { date, project: null })];
  const list = needs({ alarms: alarms.data, conflicts: conflicts.data, held: held.data, waiting: waiting.data, week: week.data });
  const read = alarms.data && conflicts.data && waiting.data;
  return (
    <Section
      title={
        <>
          {t("nav.needsYou")} {list.length > 0 && <span className={styles.number}>{format.number(list.length)}</span>}
        </>
      }
    >
      {list.length === 0 ? (
        read && <p className={styles.quiet}>{t("today:needsNothing")}</p>
      ) : (
        <ul className={styles.needs}>
          {list.slice(0, SHOWN_NEEDS).map((need) => (
            <li key={need.id}>
              <NeedLink need={need} date={date} />
            </li>
          ))}
          {list.length > SHOWN_NEEDS && <li className={styles.quiet}>{t("today:moreNeeds", { count: list.length - SHOWN_NEEDS })}</li>}
        </ul>
      )}
    </Section>
  );
}

function NeedLink({ need, date }: { need: Need; date: string }) {
  const { title, text, to, mark } = useNeedWords()(need, date);
  return (
    <Link className={styles.need} to={to}>
      <NeedMark need={mark} size={16} />
      <span className={styles.needText}>
        <strong>{title}</strong>
        <span>{text}</span>
      </span>
      <ChevronRight size={14} strokeWidth={1.75} aria-hidden />
    </Link>
  );
}

function Photographs({ date, project }: { date: string; project: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const zone = names.dayZone(project);
  const to = momentOf(addDays(date, 1), 0, zone);
  const photos = useCall("photos", { project, to, limit: SHOWN_PHOTOS }, { placeholderData: (before) => before });
  const days = useCall("photo_days", { project, from: momentOf(date, 0, zone), to, zone }, { placeholderData: (before) => before });
  const count = days.data?.reduce((sum, day) => sum + day.count, 0);
  const shown = photos.data?.photos ?? [];
  const here = useCall("status").data?.member;
  // Of the day that is shown the hour says more, of another the day.
  const taken = (at: number, of: string) => (dayOf(at, of) === date ? format.time(at, of) : format.day(at, of));
  const filter = project ? `?project=${project}` : "";
  return (
    <Section
      title={
        <>
          {t("today:lastPhotographs")} {count !== undefined && <span className={styles.number}>{t("today:thatDay", { count, n: format.number(count) })}</span>}
        </>
      }
      aside={<Link to={`/photographs${filter}`}>{t("today:all")}</Link>}
    >
      {shown.length === 0 ? (
        <p className={styles.quiet}>{photos.error ? t("today:photosUnread") : photos.data && t("today:noPhotographs")}</p>
      ) : (
        <ul className={styles.photos}>
          {shown.map((photo) => {
            const caption = photo.caption ?? t("today:photoBy", { name: names.member(photo.by) });
            return (
              <li key={photo.id}>
                <Link to={`/photographs${filter}${filter ? "&" : "?"}photo=${photo.id}`} className={styles.photo}>
                  <span className={styles.picture}>
                    <Thumb photo={photo.id} alt={caption} version={photo.thumbnail} />
                  </span>
                  <span className={styles.caption}>{caption}</span>
                  <span className={styles.custody}>
                    <CustodyStatus state={photo.state} here={photo.here && photo.by === here} of={names.short(photo.by)} />
                    <span className="tabular">{taken(photo.at.stated, names.zone(photo.project) ?? HERE)}</span>
                  </span>
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}

/** Photographs whose bytes the server does not have, as far as phones have said so; and what waits on this computer. */
function OnTheWay({ project }: { project: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const local = useCall("photos", { project, state: "local", limit: COUNTED });
  const uploads = useCall("uploads");
  const waiting = useCall("status").data?.waiting ?? 0;
  const counts = new Map<string, number>();
  for (const photo of local.data?.photos ?? []) if (!photo.here) counts.set(photo.project ?? "", (counts.get(photo.project ?? "") ?? 0) + 1);
  const more = local.data?.next !== null && local.data !== undefined;
  const unsent = uploads.data?.length ?? 0;
  const mine = [
    waiting > 0 && t("today:waiting", { count: waiting, n: format.number(waiting) }),
    unsent > 0 && t("today:photos", { count: unsent, n: format.number(unsent) }),
  ].filter(Boolean);
  return (
    <Section
      title={
        <>
          {t("today:onPhones")} <span className={styles.number}>{t("today:asHeard")}</span>
        </>
      }
    >
      <ul className={styles.way}>
        {[...counts].map(([id, count]) => (
          <li key={id}>
            <Link to={`/photographs?state=local&project=${id}`}>
              <CustodyMark state="local" />
              <span>{names.project(id)}</span>
              <span className={join(styles.amount, "tabular")}>
                {more ? t("today:photosAtLeast", { count, n: format.number(count) }) : t("today:photos", { count, n: format.number(count) })}
              </span>
            </Link>
          </li>
        ))}
        {local.error && <li className={styles.quiet}>{t("today:photosUnread")}</li>}
        {counts.size === 0 && local.data && <li className={styles.quiet}>{t("today:nothingOnPhones")}</li>}
        {mine.length > 0 && (
          <li>
            <Link to="/outbox">
              <span className={ui.attention}>
                <CustodyMark state="local" />
              </span>
              <span>{t("today:here")}</span>
              <span className={join(styles.amount, "tabular")}>{mine.join(", ")}</span>
            </Link>
          </li>
        )}
      </ul>
    </Section>
  );
}
