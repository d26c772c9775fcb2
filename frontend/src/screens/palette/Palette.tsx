// The palette (Ctrl K): one text field that goes anywhere and does things. Empty: what was opened lately, and commands. Typed:
// people, projects, records and commands. All by the keyboard; Enter goes.
import { keepPreviousData } from "@tanstack/react-query";
import {
  BookOpenCheck,
  Building2,
  CalendarClock,
  Clock,
  Contrast,
  FilePlus2,
  GitFork,
  HardHat,
  Image,
  Languages,
  type LucideIcon,
  RefreshCw,
  Search,
  Send,
  Settings as Gear,
  UserRound,
} from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { Autocomplete, Dialog, Header, Input, ListBox, ListBoxItem, ListBoxSection, Modal, ModalOverlay, SearchField } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { call, useCall } from "../../api/client";
import { useNames } from "../../api/names";
import { LANGUAGES, THEMES, useSettings } from "../../app/settings";
import type { RecordView } from "../../generated/client";
import { faultOf } from "../../api/client";
import { wordsOf } from "../../faults";
import { useFormat } from "../../i18n/format";
import { join, KeyCap } from "../../ui/controls";
import ui from "../../ui/ui.module.css";
import { useUndo } from "../../ui/undo";
import { pathOf } from "../records/kinds";
import { useWords } from "../records/words";
import styles from "./palette.module.css";
import { recents } from "./recents";

interface Entry {
  id: string;
  text: string;
  detail?: string | undefined;
  Glyph: LucideIcon;
  keys?: string[];
  act: () => void;
}

interface Part {
  id: string;
  title: string;
  entries: Entry[];
}

const QUIET_MS = 120;
const EACH = 6;
const RECORDS = 12;
const bare = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Every word of the query begins some word of the text. */
const matches = (text: string, query: string): boolean => {
  const words = bare(text).split(/\s+/);
  return bare(query)
    .split(/\s+/)
    .every((part) => words.some((word) => word.startsWith(part)));
};

/** What was typed, once it has been still for a moment. */
function useStill(text: string): string {
  const [still, setStill] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setStill(text), QUIET_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return still;
}

export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const query = typed.trim();
  const still = useStill(query);
  const found = useCall("search", { text: still, limit: RECORDS }, { enabled: still !== "", placeholderData: keepPreviousData });
  const parts = useParts(query, query === "" ? [] : (found.data ?? []), onClose);
  const settled = still === query && !found.isFetching;
  return (
    <ModalOverlay isOpen onOpenChange={(open) => !open && onClose()} isDismissable className={join(ui.overlay, styles.overlay)}>
      <Modal className={styles.palette ?? ""}>
        <Dialog aria-label={t("nav.search")} className={styles.dialog ?? ""}>
          <Autocomplete inputValue={typed} onInputChange={setTyped}>
            <SearchField aria-label={t("nav.search")} autoFocus className={styles.field ?? ""}>
              <Search size={18} strokeWidth={1.75} aria-hidden />
              <Input className={styles.input ?? ""} placeholder={t("palette:placeholder")} maxLength={200} />
              <KeyCap>Esc</KeyCap>
            </SearchField>
            <div className={styles.scroll} tabIndex={0}>
            <ListBox
              aria-label={t("palette:results")}
              items={parts}
              className={styles.list ?? ""}
              selectionMode="none"
              renderEmptyState={() =>
                query !== "" && settled ? (
                  <div className={styles.nothing}>
                    <strong>{t("palette:nothing")}</strong>
                    <p>{t("palette:nothingWay")}</p>
                  </div>
                ) : null
              }
            >
              {(part: Part) => (
                <ListBoxSection id={part.id}>
                  <Header className={styles.heading ?? ""}>{part.title}</Header>
                  {part.entries.map((entry) => (
                    <ListBoxItem key={entry.id} id={entry.id} textValue={entry.text} className={join(ui.item, styles.item)} onAction={entry.act}>
                      <entry.Glyph size={16} strokeWidth={1.75} aria-hidden />
                      <span className={styles.text}>{entry.text}</span>
                      {entry.detail && <span className={styles.detail}>{entry.detail}</span>}
                      {entry.keys && (
                        <span className={styles.keys}>
                          {entry.keys.map((key) => (
                            <KeyCap key={key}>{key}</KeyCap>
                          ))}
                        </span>
                      )}
                    </ListBoxItem>
                  ))}
                </ListBoxSection>
              )}
            </ListBox>
            </div>
          </Autocomplete>
          <p className="spoken" role="status">
            {query !== "" && settled && t("palette:count", { count: parts.reduce((n, part) => n + part.entries.length, 0) })}
          </p>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function useParts(query: string, found: RecordView[], onClose: () => void): Part[] {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const go = useNavigate();
  const commands = useCommands(onClose);
  const known = useRecents();
  return useMemo(() => {
    const to = (path: string) => () => {
      onClose();
      void go(path);
    };
    const record = (of: RecordView): Entry => ({
      id: of.id,
      text: words.title(of),
      detail: [words.kind(of.kind), words.summary(of)].filter(Boolean).join(" · "),
      Glyph: of.kind === "photo" ? Image : of.kind === "punch" ? Clock : of.kind === "member" ? UserRound : of.kind === "project" ? HardHat : BookOpenCheck,
      act: to(pathOf(of)),
    });
    const parts: Part[] =
      query === ""
        ? [
            { id: "recents", title: t("palette:recents"), entries: known.map(record) },
            { id: "commands", title: t("palette:commands"), entries: commands },
          ]
        : [
            { id: "commands", title: t("palette:commands"), entries: commands.filter((c) => matches(c.text, query)).slice(0, EACH) },
            { id: "people", title: t("palette:people"), entries: names.members.filter((m) => matches(names.member(m.id), query)).slice(0, EACH).map(record) },
            {
              id: "projects",
              title: t("nav.projects"),
              entries: names.projects.filter((p) => matches(`${names.project(p.id)} ${names.code(p.id)}`, query)).slice(0, EACH).map(record),
            },
            { id: "records", title: t("nav.records"), entries: found.filter((of) => of.kind !== "member" && of.kind !== "project").map(record) },
          ];
    const everything: Entry = { id: "everything", text: t("palette:everything", { text: query }), Glyph: Search, act: to(`/records?q=${encodeURIComponent(query)}`) };
    const shown = parts.filter((part) => part.entries.length > 0);
    // A whole list for what the palette shows the beginning of.
    if (query !== "" && found.length > 0) shown.push({ id: "more", title: t("action.more"), entries: [everything] });
    return shown;
  }, [query, found, known, commands, names, words, t, go, onClose]);
}

/** What was opened lately, as it is now. */
function useRecents(): RecordView[] {
  const [list, setList] = useState<RecordView[]>([]);
  useEffect(() => {
    let open = true;
    void Promise.allSettled(recents().map(({ id }) => call("record", { id }))).then((answers) => {
      if (open) setList(answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : [])));
    });
    return () => {
      open = false;
    };
  }, []);
  return list;
}

function useCommands(onClose: () => void): Entry[] {
  const { t } = useTranslation();
  const format = useFormat();
  const go = useNavigate();
  const { tell } = useUndo();
  const [, set] = useSettings();
  return useMemo(() => {
    const then = (act: () => void) => () => {
      onClose();
      act();
    };
    const room = (id: string, path: string, Glyph: LucideIcon, text: string, keys?: string[]): Entry => ({ id, text, Glyph, act: then(() => void go(path)), ...(keys && { keys }) });
    const sync = () =>
      void call("sync").then(
        (done) => tell(done.waiting === 0 ? t("palette:synced") : t("palette:syncedPart", { count: done.waiting })),
        (thrown: unknown) => tell(wordsOf(faultOf(thrown), t, format).cause),
      );
    return [
      room("today", "/today", CalendarClock, t("shortcuts.today"), ["G", "T"]),
      room("time", "/time", Clock, t("shortcuts.time"), ["G", "H"]),
      room("photographs", "/photographs", Image, t("shortcuts.photographs"), ["G", "P"]),
      room("all-records", "/records", BookOpenCheck, t("shortcuts.records"), ["G", "R"]),
      room("conflicts", "/conflicts", GitFork, t("shortcuts.conflicts"), ["G", "X"]),
      room("outbox", "/outbox", Send, t("shortcuts.outbox"), ["G", "O"]),
      room("organization", "/organization", Building2, t("palette:goOrganization")),
      room("settings", "/settings", Gear, t("palette:goSettings")),
      room("new", "/records?new", FilePlus2, t("shortcuts.new"), ["N"]),
      { id: "sync", text: t("palette:sync"), Glyph: RefreshCw, act: then(sync) },
      ...THEMES.map((theme): Entry => ({ id: `theme-${theme}`, text: t(`palette:theme.${theme}`), Glyph: Contrast, act: then(() => set({ theme })) })),
      ...LANGUAGES.map((language): Entry => ({ id: `language-${language}`, text: t(`palette:language.${language}`), Glyph: Languages, act: then(() => set({ language })) })),
    ];
  }, [t, format, go, tell, set, onClose]);
}
