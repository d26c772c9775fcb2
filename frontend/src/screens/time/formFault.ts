// A fault of the core at the field that it names, or under the form where it names none of it.
import { useState } from "react";
import type { FieldValues, Path, UseFormSetError } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { faultOf } from "../../api/client";
import { wordsOf } from "../../faults";
import type { Fault } from "../../generated/client";
import { useFormat } from "../../i18n/format";

/** `fields`: the core's names of the form's fields. */
export function useFormFault<T extends FieldValues>(setError: UseFormSetError<T>, fields: Record<string, Path<T>>) {
  const { t } = useTranslation();
  const format = useFormat();
  const [fault, setFault] = useState<Fault | null>(null);
  const told = (thrown: unknown) => {
    const known = faultOf(thrown);
    const at = known.fault === "invalid" ? fields[known.field] : undefined;
    if (at) setError(at, { message: wordsOf(known, t, format).cause }, { shouldFocus: true });
    else setFault(known);
  };
  return { fault, told, clear: () => setFault(null) };
}
