// Photographs: find a shot. Days in a grid or on the plan of a site, filters, and beside them the photograph that is open.
import { FolderInput, LayoutGrid, Map as MapGlyph } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useCall } from "../../api/client";
import { desk, useDrop } from "../../api/desk";
import { useNames } from "../../api/names";
import { useKeys } from "../../app/keys";
import type { PhotoDay, PhotoView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button, join } from "../../ui/controls";
import { Page } from "../../ui/Page";
import { Empty, Read } from "../../ui/states";
import ui from "../../ui/ui.module.css";
import { usePhotoAt, usePlaceOf, useSettled } from "./day";
import { DropZone } from "./DropZone";
import { asked, isFiltered, NONE, useFilter } from "./filter";
import { Filters, Legend } from "./Filters";
import { Grid } from "./Grid";
import { Import } from "./Import";
import { Peek } from "./Peek";
import { PhotoDetail } from "./PhotoDetail";
import styles from "./photographs.module.css";
import { layout, type Move, moved } from "./rows";
import { SitePlan } from "./SitePlan";

const NO_DAYS: PhotoDay[] = [];

export default function Photographs() {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const [filter, change] = useFilter();
  const [params, setParams] = useSearchParams();
  const zone = names.dayZone(filter.project);
  const request = useMemo(() => asked(filter, zone), [filter, zone]);
  const filtered = isFiltered(filter);
  const days = useCall("photo_days", { ...request, zone }, { placeholderData: (before: PhotoDay[] | undefined) => before });
  const connection = useCall("status").data?.connection ?? "unknown";
  const everything = useCall("photo_days", { zone }, { enabled: filtered });
  const list = days.data ?? NO_DAYS;
  const grid = useMemo(() => layout(list, 1), [list]);
  const all = filtered ? (everything.data?.reduce((sum, day) => sum + day.count, 0) ?? null) : null;

  const [at, setAt] = useState(0);
  const [opened, setOpened] = useState<string | null>(null);
  const [peeking, setPeeking] = useState(false);
  const [importing, setImporting] = useState<string[] | null>(null);
  const element = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const plan = params.get("view") === "plan";

  // Another screen may lead to a photograph.
  const led = params.get("photo");
  useEffect(() => {
    if (!led) return;
    setOpened(led);
    setParams((before) => { before.delete("photo"); return before; }, { replace: true });
  }, [led, setParams]);

  // What is open follows the keys; where it stands follows what comes and goes around it.
  const current = usePhotoAt(request, grid, grid.total > 0 ? Math.min(at, grid.total - 1) : null);
  const place = usePlaceOf(request, grid, opened);
  const moving = useRef(false);
  useEffect(() => {
    if (!moving.current || !current) return;
    moving.current = false;
    setOpened((before) => before && current.id);
  }, [current]);
  useEffect(() => {
    // Other photographs: from the top.
    moving.current = false;
    setAt(0);
    element.current?.scrollTo({ top: 0 });
  }, [request]);
  useEffect(() => {
    if (!moving.current && place !== null) setAt(place);
  }, [place, opened, request]);
  useEffect(() => {
    if (grid.total > 0 && at >= grid.total) setAt(grid.total - 1);
  }, [at, grid.total]);

  const goTo = useCallback((index: number) => {
    moving.current = true;
    setAt(index);
  }, []);
  const open = useCallback((photo: PhotoView, index: number) => {
    setAt(index);
    setOpened(photo.id);
  }, []);
  const close = useCallback(() => {
    setOpened(null);
    element.current?.focus();
  }, []);
  const move = (to: Move) => () => goTo(moved(grid, at, to));
  const enter = () => current && setOpened(current.id);
  useKeys({
    j: plan ? undefined : move("right"),
    k: plan ? undefined : move("left"),
    "[": plan ? undefined : move("older"),
    "]": plan ? undefined : move("newer"),
    "/": () => search.current?.focus(),
    Escape: opened && !peeking ? close : undefined,
  });
  const count = grid.total;
  useEffect(() => {
    if (count > 0 && document.activeElement === document.body) element.current?.focus({ preventScroll: true });
  }, [count]);

  useDrop(useCallback((paths: string[]) => paths.length > 0 && setImporting(paths), []));
  const pick = () => void desk.pickPictures().then((paths) => paths.length > 0 && setImporting(paths));
  // Keys held down fly over photographs that nobody wants to read about.
  const shown = useSettled(opened, 80);
  // A plan is of one site.
  const site = names.projects.find(({ fields }) => fields.geofence || fields.outline) ?? names.projects[0];
  const show = (view: "plan" | null) => change({ view, ...(view && !filter.project && { project: site?.id ?? null }) });
  const clear = <Button onPress={() => change(NONE)}>{t("action.clear")}</Button>;
  return (
    <>
      <Page
        title={t("nav.photographs")}
        sub={!plan && days.data && <span className="tabular">{all === null ? format.number(count) : t("selectedOf", { n: format.number(count), total: format.number(all) })}</span>}
        bare
        actions={
          <>
            <ToggleButtonGroup
              aria-label={t("photographs:views")}
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={[plan ? "plan" : "grid"]}
              onSelectionChange={([view]) => show(view === "plan" ? "plan" : null)}
              className={styles.views ?? ""}
            >
              <ToggleButton id="grid" className={join(ui.button, styles.view)}>
                <LayoutGrid size={16} strokeWidth={1.75} aria-hidden />
                {t("photographs:view.grid")}
              </ToggleButton>
              <ToggleButton id="plan" className={join(ui.button, styles.view)}>
                <MapGlyph size={16} strokeWidth={1.75} aria-hidden />
                {t("photographs:view.plan")}
              </ToggleButton>
            </ToggleButtonGroup>
            <Button onPress={pick}>
              <FolderInput size={16} strokeWidth={1.75} aria-hidden />
              {t("photographs:import.do")}
            </Button>
          </>
        }
        filters={<Filters filter={filter} change={change} names={names} zone={zone} plan={plan} search={search} onLeave={() => element.current?.focus()} />}
        summary={!plan && <Legend />}
        detail={
          shown && (
            <PhotoDetail
              key={shown}
              id={shown}
              known={current?.id === shown ? current : undefined}
              position={place === null || plan ? null : { n: format.number(place + 1), total: format.number(count) }}
              onClose={close}
            />
          )
        }
      >
        {plan ? (
          <SitePlan filter={filter} zone={zone} names={names} onOpen={setOpened} opened={opened} onProject={(project) => change({ project })} />
        ) : (
          <Read query={days} what={t("nav.photographs")}>
            {(read) =>
              count > 0 ? (
                <Grid
                  days={read}
                  {...{ request, zone, names, format, at, opened, connection }}
                  onAt={goTo}
                  onOpen={open}
                  onEnter={enter}
                  onPeek={() => setPeeking(true)}
                  onEscape={close}
                  grid={element}
                />
              ) : filtered ? (
                <Empty title={t("photographs:none")} action={clear} />
              ) : (
                <Empty title={t("photographs:nothing")} action={<Button onPress={pick}>{t("photographs:import.do")}</Button>}>
                  {t("photographs:nothingWayOn")}
                </Empty>
              )
            }
          </Read>
        )}
      </Page>
      {peeking && <Peek photo={current} zone={zone} names={names} onMove={(to) => goTo(moved(grid, at, to))} onClose={() => setPeeking(false)} onEnter={() => { setPeeking(false); enter(); }} />}
      <DropZone />
      {importing && <Import paths={importing} project={filter.project} names={names} onClose={() => setImporting(null)} />}
    </>
  );
}
