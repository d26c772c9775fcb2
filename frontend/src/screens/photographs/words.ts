// What a photograph's facts are in words: where its original is, when and where it was taken.
import { useTranslation } from "react-i18next";
import { useCall } from "../../api/client";
import { useNames } from "../../api/names";
import type { MomentView, PhotoView, PlaceView, VerdictView } from "../../generated/client";
import type { Format } from "../../i18n/format";
import type { Verdict } from "../../ui/status";

type Translate = (key: string, values?: Record<string, unknown>) => string;

/** Where the original is that is not here; nothing where it is. */
export function useWhereabouts(photo: PhotoView): string | null {
  const { t } = useTranslation();
  const names = useNames();
  const me = useCall("status").data?.member;
  if (photo.here) return null;
  if (photo.state !== "local") return t("photographs:whereabouts.server");
  return photo.by === me ? t("photographs:whereabouts.own") : t("photographs:whereabouts.device", { name: firstName(names.member(photo.by)) });
}

/** The first name, where the whole name stands close by. */
export const firstName = (name: string): string => name.split(" ")[0] || name;

const [SECOND, MINUTE] = [1000, 60_000];

/** Whether the evidence leaves at most a minute open. */
export const isExact = (at: MomentView): boolean =>
  at.how !== "typed" && at.earliest !== null && at.latest !== null && at.latest - at.earliest <= MINUTE;

/** The minute in a tight place: a range only where the evidence leaves more than a minute open. */
export function minute(at: MomentView, zone: string | undefined, format: Format): string {
  return isExact(at) ? format.time(at.stated, zone) : format.moment(at, zone);
}

/** What the evidence says of a moment: how exact it is, and by whose clock. */
export function exactness(at: MomentView, zone: string | undefined, t: Translate, format: Format): string {
  if (at.how === "typed") return t("photographs:moment.typed");
  if (at.earliest === null || at.latest === null) return t("photographs:moment.unbounded");
  const seconds = Math.max(Math.ceil((at.latest - at.earliest) / SECOND), 1);
  if (isExact(at)) return t("photographs:moment.exact", { seconds: format.number(seconds) });
  return t("photographs:moment.between", { from: format.when(at.earliest, zone), to: format.when(at.latest, zone) });
}

/** The verdict on a place, then its accuracy; without a fence only that. */
export function placeWords(place: PlaceView, found: VerdictView | null, t: Translate, format: Format): string {
  const accuracy = t("place.accuracy", { accuracy: format.length(place.accuracy_cm) });
  if (place.source === "typed") return t("photographs:place.typed");
  if (!found) return t("photographs:place.unfenced", { accuracy });
  const fence = found.distance_cm === null ? null : t("place.fence", { distance: format.length(found.distance_cm) });
  switch (found.verdict as Verdict) {
    case "inside":
      return `${t("place.inside")}, ${accuracy}`;
    case "outside":
      return `${t("place.outside")}, ${[fence, accuracy].filter(Boolean).join(", ")}`;
    case "cannot_tell":
      return `${t("place.cannot_tell")}: ${[fence, accuracy].filter(Boolean).join(", ")}`;
    case "no_place":
      return t("place.no_place");
  }
}

/** Degrees and their half of the Earth. */
export function coordinates({ lat_e7, lon_e7 }: PlaceView, t: Translate, format: Format): string {
  const degrees = (e7: number, positive: string, negative: string) => `${format.number(Math.abs(e7) / 1e7, 5)}° ${t(e7 < 0 ? negative : positive)}`;
  return `${degrees(lat_e7, "photographs:place.north", "photographs:place.south")}, ${degrees(lon_e7, "photographs:place.east", "photographs:place.west")}`;
}
