// What each need says, and where it is seen to.
import { useTranslation } from "react-i18next";
import { text, useNames } from "../../api/names";
import type { Datum } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { wordsOf } from "../../faults";
import type { Need, WeekSum } from "./needs";

interface NeedWords {
  title: string;
  text: string;
  to: string;
  mark: "attention" | "wrong" | "conflict";
}

export function useNeedWords(): (need: Need, date: string) => NeedWords {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const kind = (name: string) => t(`kinds:${name}`, { defaultValue: name });
  const field = (name: string) => t(`fields:${name}`, { defaultValue: name });
  const value = (datum: Datum): string => {
    if (datum === null) return t("none");
    if (typeof datum === "boolean") return t(datum ? "yes" : "no");
    if (typeof datum === "number") return format.number(datum);
    if (typeof datum === "string") {
      const person = names.member(datum);
      return person.startsWith(datum.slice(0, 8)) && datum.length === 36 ? names.project(datum) : datum.length === 36 ? person : datum;
    }
    if (typeof datum === "object" && "stated" in datum) return format.when(datum.stated);
    return "…";
  };
  const each = (sums: WeekSum[], of: "unsigned" | "changed") =>
    sums.map((sum) => t("today:needs.on", { count: sum[of], project: names.project(sum.project) })).join(", ");
  return (need, date) => {
    switch (need.need) {
      case "alarm":
        return { mark: "wrong", title: t("today:needs.alarm"), text: need.alarm.text, to: "/outbox" };
      case "conflict": {
        const [first] = need.fields;
        const name = text(need.record, "name") ?? text(need.record, "caption") ?? names.member(need.record.concerns) ?? "";
        const title = first ? t("today:needs.conflict", { what: name || kind(need.kind), field: field(first[0]), count: first[1].length }) : kind(need.kind);
        const values = (first?.[1] ?? []).map(value);
        return { mark: "conflict", title, text: t("today:needs.values", { values: values.join(` ${t("today:needs.or")} `) }), to: "/conflicts" };
      }
      case "held":
        return {
          mark: "wrong",
          title: t("today:needs.held", { kind: kind(need.action.kind) }),
          text: t("today:needs.heldBy", { name: names.member(need.action.by) || t("unknown"), why: wordsOf(need.action.fault, t, format).cause }),
          to: "/outbox",
        };
      case "refused":
        return {
          mark: "wrong",
          title: t("today:needs.refused", { kind: kind(need.action.kind) }),
          text: need.action.fault ? wordsOf(need.action.fault, t, format).cause : t("today:needs.kept"),
          to: "/outbox",
        };
      case "dispute":
        return {
          mark: "attention",
          title: t("today:needs.dispute", { name: names.member(need.person.worker) }),
          text: need.person.disputed ?? names.project(need.person.project),
          to: `/time?date=${date}&project=${need.person.project}&worker=${need.person.worker}&of=${need.person.project}`,
        };
      case "changed":
        return {
          mark: "attention",
          title: t("today:needs.changed", { count: total(need.sums, "changed") }),
          text: each(need.sums, "changed"),
          to: `/time?date=${date}${only(need.sums)}`,
        };
      case "unsigned":
        return {
          mark: "attention",
          title: t("today:needs.unsigned", { count: total(need.sums, "unsigned") }),
          text: each(need.sums, "unsigned"),
          to: `/time?date=${date}${only(need.sums)}`,
        };
    }
  };
}

const total = (sums: WeekSum[], of: "unsigned" | "changed") => sums.reduce((sum, one) => sum + one[of], 0);
const only = (sums: WeekSum[]) => (sums.length === 1 && sums[0] ? `&project=${sums[0].project}` : "");
