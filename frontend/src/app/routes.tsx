// The screens and their addresses. Each is loaded when it is first opened.
import { type ComponentType, lazy } from "react";

const screen = (load: () => Promise<{ default: ComponentType }>) => lazy(load);

export const ROUTES: { path: string; Screen: ComponentType }[] = [
  { path: "/today", Screen: screen(() => import("../screens/today/Today")) },
  { path: "/time", Screen: screen(() => import("../screens/time/Time")) },
  { path: "/photographs", Screen: screen(() => import("../screens/photographs/Photographs")) },
  { path: "/records/:kind?/:id?", Screen: screen(() => import("../screens/records/Records")) },
  { path: "/conflicts", Screen: screen(() => import("../screens/conflicts/Conflicts")) },
  { path: "/outbox", Screen: screen(() => import("../screens/outbox/Outbox")) },
  { path: "/organization/:part?", Screen: screen(() => import("../screens/organization/Organization")) },
  { path: "/settings", Screen: screen(() => import("../screens/settings/Settings")) },
];
