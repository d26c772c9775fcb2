// The application: opens the store, then shows the way in or the house.
import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { Suspense, useCallback, useEffect, useState } from "react";
import { I18nProvider } from "react-aria-components";
import { HashRouter, Navigate, Route, Routes } from "react-router";
import { useTranslation } from "react-i18next";
import { queries, useCall } from "../api/client";
import { DESK, desk, type DeskState, useLink } from "../api/desk";
import { follow } from "../api/events";
import Entry from "../screens/entry/Entry";
import { LinkDialog } from "../screens/entry/LinkDialog";
import Locked from "../screens/entry/Locked";
import { RecoveryKey } from "../screens/entry/RecoveryKey";
import type { StatusView } from "../generated/client";
import { FaultNote, Loading } from "../ui/states";
import { UndoProvider } from "../ui/undo";
import { KeysProvider } from "./keys";
import { ROUTES } from "./routes";
import { Shell } from "./Shell";

export function App() {
  const { i18n } = useTranslation();
  return (
    <QueryClientProvider client={queries}>
      <I18nProvider locale={i18n.language === "es" ? "es-US" : "en-US"}>
        <KeysProvider>
          <UndoProvider>
            <HashRouter>
              <Gate />
            </HashRouter>
          </UndoProvider>
        </KeysProvider>
      </I18nProvider>
    </QueryClientProvider>
  );
}

function Gate() {
  const opened = useQuery<DeskState>({ queryKey: DESK, queryFn: desk.state });
  if (opened.error) return <FaultNote fault={opened.error} onRetry={() => void opened.refetch()} />;
  if (!opened.data) return <Loading what="…" />;
  return opened.data.open ? <Book /> : <Locked {...opened.data} />;
}

/** The store is open: whoever is not enrolled yet gets in first; a recovery key that nobody has printed is shown before the house. */
function Book() {
  const { t } = useTranslation();
  const status = useCall("status");
  const enrolled = status.data?.state === "enrolled";
  const key = useCall("recovery_key", undefined, { enabled: enrolled, gcTime: 0 });
  const [entering, setEntering] = useState(false);
  const [later, setLater] = useState(false);
  useEffect(() => follow(queries), []);
  if (status.error) return <FaultNote fault={status.error} onRetry={() => void status.refetch()} />;
  if (!status.data) return <Loading what={t("nav.organization")} />;
  if (!enrolled || entering) return <Entry status={status.data} onEntering={setEntering} />;
  if (key.isPending) return <Loading what={t("nav.organization")} />;
  if (key.data && !later) return <RecoveryKey recoveryKey={key.data.recovery_key} status={status.data} onLater={() => setLater(true)} />;
  return <House status={status.data} />;
}

function House({ status }: { status: StatusView }) {
  const [link, setLink] = useState<string | null>(null);
  useLink(useCallback((opened: string) => setLink(opened), []));
  // The way in has asked before, where there was one: what waits now was opened for this organization.
  const pending = useQuery({ queryKey: ["pending_link", "house"], queryFn: desk.pendingLink, gcTime: 0 });
  useEffect(() => {
    if (pending.data) setLink(pending.data);
  }, [pending.data]);
  return (
    <Shell status={status}>
      <Suspense fallback={<Loading what="…" />}>
        <Routes>
          {ROUTES.map(({ path, Screen }) => (
            <Route key={path} path={path} element={<Screen />} />
          ))}
          <Route path="*" element={<Navigate to="/today" replace />} />
        </Routes>
      </Suspense>
      {link !== null && <LinkDialog status={status} first={link} onClose={() => setLink(null)} />}
    </Shell>
  );
}
