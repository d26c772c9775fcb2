// Forms: text fields for react-hook-form, and faults of the core at the field that they name.
import type { InputHTMLAttributes, ReactNode, Ref, TextareaHTMLAttributes } from "react";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import type { Failure } from "../api/client";
import { faultOf } from "../api/client";
import { wordsOf } from "../faults";
import { useFormat } from "../i18n/format";
import { Field, join } from "./controls";

// The page may not make code from text: zod would try, and be refused by the content policy.
z.config({ jitless: true });

interface Labelled {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
}

/** A line of text with its label. Spread `register(name)` into it. */
export function Input({ label, hint, error, mono, ...rest }: Labelled & { mono?: boolean; ref?: Ref<HTMLInputElement> } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Field
      label={label}
      hint={hint}
      error={error}
      control={({ className, ...ids }) => <input autoComplete="off" spellCheck={false} {...rest} {...ids} className={join(className, mono && "mono")} />}
    />
  );
}

/** Several lines of text with their label. */
export function TextArea({ label, hint, error, mono, ...rest }: Labelled & { mono?: boolean; ref?: Ref<HTMLTextAreaElement> } & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <Field
      label={label}
      hint={hint}
      error={error}
      control={({ className, ...ids }) => <textarea autoComplete="off" spellCheck={false} {...rest} {...ids} className={join(className, mono && "mono")} />}
    />
  );
}

/** A fault in words at the field that it names; what names no field of the form stands below it. */
export function useFaults(error: Failure | null | undefined) {
  const { t } = useTranslation();
  const format = useFormat();
  const fault = error ? faultOf(error) : null;
  const names = (fields: string[]) => fault?.fault === "invalid" && fields.includes(fault.field);
  return {
    at(...fields: string[]): string | undefined {
      if (!fault || !names(fields)) return undefined;
      const { cause, wayOn } = wordsOf(fault, t, format);
      return `${cause} ${wayOn}`;
    },
    /** The fault where it names none of `fields`. */
    besides: (...fields: string[]): Failure | null => (error && !names(fields) ? error : null),
  };
}
