import type { Fault } from "../../generated/client";

export default function Locked(_: { fault: Fault }) {
  return null;
}
