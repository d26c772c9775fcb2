// The application: opens the store, then shows the way in or the house.
import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { Suspense, useEffect } from "react";
import { I18nProvider } from "react-aria-components";
import { HashRouter, Navigate, Route, Routes } from "react-router";
import { useTranslation } from "react-i18next";
import { queries, useCall } from "../api/client";
import { desk, type DeskState } from "../api/desk";
import { follow } from "../api/events";
import Entry from "../screens/entry/Entry";
import Locked from "../screens/entry/Locked";
import { FaultNote, Loading } from "../ui/states";
import { UndoProvider } from "../ui/undo";
import { KeysProvider } from "./keys";
import { ROUTES } from "./routes";
import { Shell } from "./Shell";

export const DESK = ["desk"] as const;

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
  return opened.data.open ? <Book /> : <Locked fault={opened.data.fault} />;
}

/** The store is open: whoever is not enrolled yet gets in first. */
function Book() {
  const { t } = useTranslation();
  const status = useCall("status");
  useEffect(() => follow(queries), []);
  if (status.error) return <FaultNote fault={status.error} onRetry={() => void status.refetch()} />;
  if (!status.data) return <Loading what={t("nav.organization")} />;
  if (status.data.state !== "enrolled") return <Entry />;
  return (
    <Shell status={status.data}>
      <Suspense fallback={<Loading what="…" />}>
        <Routes>
          {ROUTES.map(({ path, Screen }) => (
            <Route key={path} path={path} element={<Screen />} />
          ))}
          <Route path="*" element={<Navigate to="/today" replace />} />
        </Routes>
      </Suspense>
    </Shell>
  );
}
