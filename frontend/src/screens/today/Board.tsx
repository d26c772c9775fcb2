// The lanes: for every project its crews, for every crew how many are clocked in over the day, all on one axis.
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useNames } from "../../api/names";
import { HERE, useFormat } from "../../i18n/format";
import { join } from "../../ui/controls";
import { NeedMark } from "../../ui/status";
import ui from "../../ui/ui.module.css";
import { Axis, PlumbLine, scaleOf, StepChart } from "./chart";
import { axis, count, type Crew, type Day, everybody, type Gap, gaps, heard, hourIn, type Person, type Project, shownCrews } from "./lanes";
import styles from "./today.module.css";

/** On a working day this long without a word deserves an eye. */
const LONG_MS = 2 * 3_600_000;

export function Board({ day, today }: { day: Day; today: boolean }) {
  const { t } = useTranslation();
  const names = useNames();
  const { now, projects } = day;
  const zones = new Set(projects.map(({ project }) => names.zone(project) ?? HERE));
  const zone = zones.size === 1 ? ([...zones][0] ?? HERE) : HERE;
  const shown = projects.filter((project) => shownCrews(project).length > 0);
  const empty = projects.filter((project) => shownCrews(project).length === 0);
  const span = axis(shown, now, hourIn(zone));
  const [measured, width] = useWidth();
  const scale = scaleOf(span, width);
  const all = everybody(projects);
  return (
    <div className={styles.board}>
      <div className={styles.axis}>
        <span className={styles.zone}>{zones.size > 1 && t("today:axisZone")}</span>
        <div ref={measured}>
          <Axis axis={span} scale={scale} now={today ? now : null} zone={zone} />
        </div>
      </div>
      {shown.map((project) => (
        <Block key={project.project} project={project} all={all} now={now} today={today} axisZone={zone}>
          {(crew) => <StepChart crew={crew} heard={heard(crew, all)} axis={span} scale={scale} width={width} now={now} zone={zone} />}
        </Block>
      ))}
      {empty.length > 0 && shown.length > 0 && (
        <p className={styles.quiet}>{t("today:noneOn", { projects: empty.map(({ name }) => name).join(", ") })}</p>
      )}
      {today && <PlumbLine x={scale(now)} />}
    </div>
  );
}

function Block(props: {
  project: Project;
  all: Person[];
  now: number;
  today: boolean;
  axisZone: string;
  children: (crew: Crew) => React.ReactNode;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const { project, now, today } = props;
  const zone = names.zone(project.project) ?? HERE;
  const crews = shownCrews(project);
  const sum = count(crews.flatMap((crew) => crew.members));
  const here = sum.working;
  const words = today
    ? [
        t("today:clockedIn", { n: here, total: sum.full }),
        sum.on_break > 0 && t("today:onBreak", { count: sum.on_break }),
        sum.done > 0 && t("today:clockedOut", { count: sum.done }),
        sum.off > 0 && t("today:off", { count: sum.off }),
      ]
    : [t("today:worked", { n: sum.done + sum.working + sum.on_break, total: sum.full }), sum.off > 0 && t("today:offThen", { count: sum.off })];
  const long = today && sum.full > 0 && now - (project.heard ?? project.from) >= LONG_MS && sum.done < sum.full;
  const last = project.heard === null ? t("today:neverHeard") : t("today:heard", { time: format.when(project.heard, zone) });
  const otherClock = today && format.time(now, zone) !== format.time(now, props.axisZone);
  return (
    <section className={styles.project} aria-label={project.name}>
      <header className={styles.projectHead}>
        <span className={join("mono", styles.code)}>{names.code(project.project)}</span>
        <h2>
          <Link to={`/records/project/${project.project}`}>{project.name}</Link>
        </h2>
        <span className={styles.words}>{words.filter(Boolean).join(", ")}</span>
        {otherClock && <span className={styles.words}>{t("today:clockThere", { time: format.time(now, zone) })}</span>}
        <span className={join(styles.heard, long && ui.attention, long && styles.strong)}>
          {long && <NeedMark need="attention" size={14} />}
          {last}
        </span>
      </header>
      {crews.map((crew) => (
        <div key={crew.crew ?? "none"}>
          <div className={styles.lane}>
            <LaneName crew={crew} today={today} />
            {props.children(crew)}
          </div>
          {gaps(crew).map((gap) => (
            <GapRow key={gap.person.member} gap={gap} project={project} zone={zone} />
          ))}
        </div>
      ))}
    </section>
  );
}

function LaneName({ crew, today }: { crew: Crew; today: boolean }) {
  const { t } = useTranslation();
  const names = useNames();
  const sum = count(crew.members);
  const n = today ? sum.working : sum.working + sum.on_break + sum.done;
  return (
    <div className={styles.laneName}>
      <span className={styles.crew} title={crew.name}>
        <strong>{crew.crew === null ? t("today:noCrew") : crew.name}</strong>
        {crew.foreman && <span> {names.member(crew.foreman)}</span>}
      </span>
      <span className={join(styles.of, "tabular")}>
        <strong>{n}</strong> {t("today:of", { total: sum.full })}
      </span>
    </div>
  );
}

/** Somebody of whom something is missing: the way to their cell. */
function GapRow({ gap, project, zone }: { gap: Gap; project: Project; zone: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const { person, why, at } = gap;
  const date = new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format((project.from + project.to) / 2);
  const said = [
    why === "missing" ? (at === null ? t("today:expectedToday") : t("today:expectedAt", { time: format.time(at, zone) })) : t("today:noOut", { time: format.time(at ?? project.from, zone) }),
    person.heard === null ? t("today:personNever") : t("today:personHeard", { time: format.when(person.heard, zone) }),
  ];
  return (
    <div className={styles.gap}>
      <NeedMark need="attention" size={16} />
      <strong>{names.member(person.member)}</strong>
      <span className={styles.gapWords}>{said.join(" ")}</span>
      <Link className={styles.gapLink} to={`/time?date=${date}&worker=${person.member}&of=${project.project}`}>
        {t("today:openCell")}
      </Link>
    </div>
  );
}

/** The width of what `ref` is put on. */
function useWidth(): [ref: React.RefObject<HTMLDivElement | null>, width: number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
