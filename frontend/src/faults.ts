// What a fault says to a person: one table for every screen. Cause and way on stand in the catalogues under `faults`; a test
// holds that each fault and each reason that the core can give has words in both languages.
import type { TFunction } from "i18next";
import type { Fault } from "./generated/client";
import type { Format } from "./i18n/format";

/** What failed and what can be done, in two short sentences. */
export interface Words {
  cause: string;
  wayOn: string;
}

export function wordsOf(fault: Fault, t: TFunction, format: Format): Words {
  const words = (key: string, values: Record<string, unknown> = {}): Words => ({
    cause: t(`faults:${key}.cause`, values),
    wayOn: t(`faults:${key}.wayOn`, values),
  });
  switch (fault.fault) {
    case "locked":
      return words(`locked.${fault.why}`);
    case "invalid": {
      const { field, reason } = fault;
      const exact = `${field}-${reason}`;
      const known = t(`faults:invalid.exact.${exact}`, { defaultValue: "" });
      if (known) return { cause: known, wayOn: t(`faults:invalid.exactWayOn.${exact}`, { defaultValue: t("faults:invalid.wayOn") }) };
      const name = t(`fields:${field}`, { defaultValue: field });
      const why = t(`faults:invalid.reasons.${reason}`, { defaultValue: t("faults:invalid.reasons.other") });
      return { cause: t("faults:invalid.cause", { field: name, why }), wayOn: t("faults:invalid.wayOn") };
    }
    case "too_large":
      return words("too_large", { limit: format.bytes(fault.limit) });
    case "busy":
      return words("busy", { seconds: format.number(fault.retry_after) });
    case "corrupt":
      return words("corrupt", { what: t(`faults:corrupt.things.${fault.what}`, { defaultValue: fault.what }) });
    case "internal":
      return words("internal", { trace: fault.trace });
    default:
      return words(fault.fault);
  }
}
