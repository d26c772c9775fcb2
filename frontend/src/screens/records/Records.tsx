// Records: whatever the organization keeps, by kind; a list, one record beside it, a search over all, and new records. All of it
// is drawn from the kinds' declarations.
import { Plus, Search } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate, useParams, useSearchParams } from "react-router";
import { useNames } from "../../api/names";
import { useKeys } from "../../app/keys";
import { Button, Checkbox, KeyCap, Select } from "../../ui/controls";
import { Detail, Page, Section } from "../../ui/Page";
import { Read } from "../../ui/states";
import { desk } from "./begun";
import { KindList } from "./KindList";
import { madeByForm, pathOf, ROOMS, useKinds } from "./kinds";
import { NewRecord } from "./NewRecord";
import { FoundList, RecordList } from "./RecordList";
import { RecordDetail } from "./RecordDetail";
import styles from "./records.module.css";
import { useWords } from "./words";

const ANY = "*";

export default function Records() {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const go = useNavigate();
  const { pathname } = useLocation();
  const { kind = null, id = null } = useParams();
  const [search, setSearch] = useSearchParams();
  const { query, byName } = useKinds();
  const field = useRef<HTMLInputElement>(null);
  const q = search.get("q") ?? "";
  const fresh = search.get("new");
  const project = search.get("project");
  const concerns = search.get("concerns");
  const withdrawn = search.get("withdrawn") !== null;
  const declared = kind === null ? undefined : byName.get(kind);
  const add = () => set("new", declared && madeByForm(declared) ? declared.name : "");
  useKeys({ "/": () => field.current?.focus(), n: add, Escape: id !== null || fresh !== null ? () => close() : undefined });

  const set = (name: string, value: string | null) =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === null) after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  /** The same list without what is beside it. */
  const close = () => {
    const after = new URLSearchParams(search);
    after.delete("new");
    void go({ pathname: kind === null ? "/records" : `/records/${kind}`, search: after.toString() });
  };
  const open = (record: { kind: string; id: string }) => {
    const after = new URLSearchParams(search);
    after.delete("new");
    void go({ pathname: pathOf(record), search: after.toString() }, { replace: id !== null });
  };
  const kinds = [...byName.values()];
  const writable = kinds.filter(madeByForm);
  const detail =
    fresh !== null ? (
      <NewRecord key={fresh} kinds={writable} kind={byName.get(fresh)} begun={desk.taken(fresh)} onKind={(name) => set("new", name)} onClose={close} onMade={open} />
    ) : id !== null ? (
      <RecordDetail id={id} onClose={close} />
    ) : undefined;
  const room = kind === null ? undefined : ROOMS[kind];
  return (
    <Page
      title={q ? t("records:found") : kind === null ? t("nav.records") : words.kind(kind, true)}
      bare
      actions={
        <>
          <label className={styles.search}>
            <Search size={16} strokeWidth={1.75} aria-hidden />
            <span className="spoken">{t("records:search")}</span>
            <input
              ref={field}
              type="search"
              value={q}
              placeholder={t("records:search")}
              maxLength={200}
              onChange={(event) => set("q", event.target.value || null)}
              onKeyDown={(event) => {
                if (event.key === "Escape") set("q", null);
              }}
            />
            <KeyCap>/</KeyCap>
          </label>
          {room && room !== pathname ? (
            <Button onPress={() => void go(room)}>{t(`records:room.${kind}`)}</Button>
          ) : (
            <Button look={detail ? "plain" : "primary"} onPress={add} isDisabled={writable.length === 0}>
              <Plus size={16} strokeWidth={1.75} aria-hidden />
              {t("shortcuts.new")}
            </Button>
          )}
        </>
      }
      filters={
        kind !== null &&
        !q && (
          <>
            <Select
              label={t("fields:kind")}
              options={kinds.map((k) => ({ id: k.name, text: words.kind(k.name, true) }))}
              value={kind}
              onChange={(name) => void go({ pathname: `/records/${name}` })}
              filter
            />
            {declared?.project && declared.name !== "project" && (
              <Select
                label={t("allProjects")}
                options={[{ id: ANY, text: t("allProjects") }, ...names.projects.map((p) => ({ id: p.id, text: names.project(p.id) }))]}
                value={project}
                onChange={(chosen) => set("project", chosen === ANY ? null : chosen)}
                filter
              />
            )}
            {declared?.concerns && (
              <Select
                label={t("anyone")}
                options={[{ id: ANY, text: t("anyone") }, ...names.members.map((m) => ({ id: m.id, text: names.member(m.id) }))]}
                value={concerns}
                onChange={(chosen) => set("concerns", chosen === ANY ? null : chosen)}
                filter
              />
            )}
            {declared?.access !== "organisation" && (
              <Checkbox isSelected={withdrawn} onChange={(on) => set("withdrawn", on ? "" : null)}>
                {t("records:withWithdrawn")}
              </Checkbox>
            )}
          </>
        )
      }
      detail={detail && query.data === undefined ? <Waiting onClose={close} /> : detail}
    >
      <Read query={query} what={t("nav.records")}>
        {() =>
          q ? (
            <FoundList text={q} open={id} onOpen={open} />
          ) : kind === null ? (
            <KindList kinds={kinds} onOpen={(name) => void go(`/records/${name}`)} />
          ) : (
            <RecordList kind={kind} project={project} concerns={concerns} withdrawn={withdrawn} open={id} onOpen={open} onClear={() => void go({ pathname: `/records/${kind}` })} />
          )
        }
      </Read>
    </Page>
  );
}

/** Beside the list until the declarations are read. */
function Waiting({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { query } = useKinds();
  return (
    <Detail label={t("records:detail")} title={t("records:one")} onClose={onClose}>
      <Section>
        <Read query={query} what={t("nav.records")}>
          {() => null}
        </Read>
      </Section>
    </Detail>
  );
}
