// The house around every screen: the sidebar with its rooms, the palette, the keys, and at the foot the connection in words.
import {
  BookOpenCheck,
  Building2,
  CalendarClock,
  ChevronsUpDown,
  Clock,
  CloudCheck,
  CloudOff,
  GitFork,
  Image,
  Search,
  Send,
  Settings as Gear,
  ShieldAlert,
} from "lucide-react";
import { type ComponentType, type ReactNode, useEffect, useState } from "react";
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { NavLink, useLocation, useNavigate } from "react-router";
import { useCall } from "../api/client";
import { text, useNames } from "../api/names";
import type { StatusView } from "../generated/client";
import { useFormat } from "../i18n/format";
import Palette from "../screens/palette/Palette";
import { join, KeyCap } from "../ui/controls";
import ui from "../ui/ui.module.css";
import { useUndo } from "../ui/undo";
import { KeyList } from "./KeyList";
import { nextPane, useKeys } from "./keys";
import { Mark } from "./Mark";
import styles from "./shell.module.css";

type Glyph = ComponentType<{ size?: number; strokeWidth?: number; "aria-hidden"?: boolean }>;

export function Shell({ status, children }: { status: StatusView; children: ReactNode }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const { undo } = useUndo();
  const names = useNames();
  const conflicts = useCall("conflicts");
  const [palette, setPalette] = useState(false);
  const [keys, setKeys] = useState(false);
  useKeys({
    "mod+k": () => setPalette(true),
    "g t": () => void go("/today"),
    "g h": () => void go("/time"),
    "g p": () => void go("/photographs"),
    "g r": () => void go("/records"),
    "g x": () => void go("/conflicts"),
    "g o": () => void go("/outbox"),
    n: () => void go("/records?new"),
    F6: nextPane,
    "mod+z": undo,
    "?": () => setKeys(true),
  });
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content" onClick={(e) => { e.preventDefault(); document.getElementById("content")?.focus(); }}>
        {t("skip")}
      </a>
      <nav className={styles.sidebar} aria-label={t("sidebar")} data-pane="sidebar" tabIndex={-1}>
        <Organization status={status} />
        <AriaButton className={styles.search ?? ""} onPress={() => setPalette(true)} aria-label={`${t("nav.search")} Ctrl K`}>
          <Search size={16} strokeWidth={1.75} aria-hidden />
          <span className={styles.text}>{t("nav.search")}</span>{" "}
          <span className={styles.text}>
            <KeyCap>Ctrl K</KeyCap>
          </span>
        </AriaButton>
        <ul className={styles.rooms}>
          <Room to="/today" glyph={CalendarClock} name={t("nav.today")} />
          <Room to="/time" glyph={Clock} name={t("nav.time")} />
          <Room to="/photographs" glyph={Image} name={t("nav.photographs")} />
          <Room to="/records" glyph={BookOpenCheck} name={t("nav.records")} />
        </ul>
        <h2 className={styles.heading}>{t("nav.needsYou")}</h2>
        <ul className={styles.rooms}>
          <Room to="/conflicts" glyph={GitFork} name={t("nav.conflicts")} count={conflicts.data?.length ?? 0} attention />
          <Room to="/outbox" glyph={Send} name={t("nav.outbox")} count={status.waiting} />
        </ul>
        {names.projects.length > 0 && (
          <>
            <h2 className={styles.heading}>{t("nav.projects")}</h2>
            <ul className={join(styles.rooms, styles.projects)}>
              {names.projects.map((project) => (
                <li key={project.id}>
                  <NavLink className={styles.room ?? ""} to={`/records/project/${project.id}`} title={names.project(project.id)}>
                    <span className={join("mono", styles.code)}>{names.code(project.id) || text(project, "name")?.slice(0, 3)}</span>
                    <span className={styles.text}>{names.project(project.id)}</span>
                  </NavLink>
                </li>
              ))}
            </ul>
          </>
        )}
        <ul className={join(styles.rooms, styles.last)}>
          <Room to="/organization" glyph={Building2} name={t("nav.organization")} />
          <Room to="/settings" glyph={Gear} name={t("nav.settings")} />
        </ul>
        <Foot status={status} />
      </nav>
      {children}
      {palette && <Palette onClose={() => setPalette(false)} />}
      <KeyList open={keys} onClose={() => setKeys(false)} />
    </div>
  );
}

function Room(props: { to: string; glyph: Glyph; name: string; count?: number; attention?: boolean }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const here = pathname.startsWith(props.to);
  return (
    <li>
      <NavLink to={props.to} className={join(styles.room, here && styles.here)} title={props.name}>
        <props.glyph size={18} strokeWidth={1.75} aria-hidden />
        <span className={styles.text}>{props.name}</span>
        {props.count !== undefined && props.count > 0 && (
          <span className={join(styles.count, "tabular", props.attention && ui.attention)} aria-label={t("nav.open", { count: props.count })}>
            {props.count}
          </span>
        )}
      </NavLink>
    </li>
  );
}

function Organization({ status }: { status: StatusView }) {
  const { t } = useTranslation();
  const go = useNavigate();
  return (
    <MenuTrigger>
      <AriaButton className={styles.organization ?? ""} aria-label={status.organisation_name}>
        <Mark />
        <span className={join(styles.name, styles.text)}>{status.organisation_name}</span>
        <span className={styles.text}>
          <ChevronsUpDown size={14} strokeWidth={1.75} aria-hidden />
        </span>
      </AriaButton>
      <Popover className={ui.popover ?? ""}>
        <Menu>
          <MenuItem className={ui.item ?? ""} onAction={() => void go("/organization")}>
            {t("nav.organization")}
          </MenuItem>
          <MenuItem className={ui.item ?? ""} onAction={() => void go("/settings")} textValue={status.member_name}>
            {status.member_name}
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

/** The connection and the last contact, in words. Nothing is claimed that is not known. */
function Foot({ status }: { status: StatusView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const go = useNavigate();
  const seen = useSince(status.connection);
  // The last contact as the core knows it; else as far as this window saw it.
  const since = status.contact ?? seen;
  const time = since === null ? null : format.when(since);
  const online = status.connection === "online";
  const Glyph = online ? CloudCheck : status.connection === "alarm" || status.connection === "impostor" ? ShieldAlert : CloudOff;
  const words = () => {
    switch (status.connection) {
      case "online":
        if (status.waiting > 0) return t("foot.sending");
        return time ? t("foot.online", { time }) : t("foot.onlineNow");
      case "offline":
        return time ? t("foot.offline", { time }) : t("foot.offlineNow");
      case "unknown":
        return status.contact ? t("foot.contact", { time }) : t("foot.never");
      default:
        return t(`foot.${status.connection}`);
    }
  };
  const said = words();
  const detail =
    status.waiting > 0 ? t("foot.waiting", { count: status.waiting }) : t("foot.checked", { count: status.size, n: format.number(status.size) });
  return (
    <>
      <AriaButton className={styles.foot ?? ""} onPress={() => void go("/outbox")} aria-label={`${said} ${detail}. ${t("foot.openOutbox")}`}>
        <span className={online ? ui.ok : undefined}>
          <Glyph size={16} strokeWidth={1.75} aria-hidden />
        </span>
        <span className={styles.text}>
          <strong>{said}</strong>{" "}
          <span className={styles.detail}>{detail}</span>
        </span>
      </AriaButton>
      {/* What stands in a button is not told when it changes. */}
      <span className="spoken" role="status">
        {said}
      </span>
    </>
  );
}

/** Since when the connection is what it is, as far as this window saw it change. */
function useSince(connection: string): number | null {
  const [seen, setSeen] = useState<{ connection: string; at: number | null }>({ connection, at: null });
  useEffect(() => {
    setSeen((before) => (before.connection === connection ? before : { connection, at: Date.now() }));
  }, [connection]);
  return seen.at;
}
