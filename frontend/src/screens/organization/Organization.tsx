// The organisation: who may do what, with which devices, where; and the log that holds it all.
import { Navigate, useParams } from "react-router";
import { Devices } from "./Devices";
import { Emergency } from "./Emergency";
import type { Part } from "./Frame";
import { Invites } from "./Invites";
import { Log } from "./Log";
import { Members } from "./Members";
import { Projects } from "./Projects";

const SCREENS: Record<Part, () => React.ReactNode> = {
  members: Members,
  devices: Devices,
  projects: Projects,
  invites: Invites,
  log: Log,
  emergency: Emergency,
};

export default function Organization() {
  const { part = "members" } = useParams();
  const Screen = Object.hasOwn(SCREENS, part) ? SCREENS[part as Part] : null;
  return Screen ? <Screen key={part} /> : <Navigate to="/organization/members" replace />;
}
