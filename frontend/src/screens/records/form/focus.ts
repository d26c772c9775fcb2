// Where the focus goes when a form opens beside a list, and when it closes.
import { type RefObject, useEffect } from "react";

const FIRST = "input:not([type=hidden]), textarea, button, [tabindex='0']";

/** Puts the focus on the first control in `form`; when that goes, back to where it was, or to the list beside it. */
export function useFocusIn(form: RefObject<HTMLElement | null>) {
  useEffect(() => {
    const before = document.activeElement;
    form.current?.querySelector<HTMLElement>(FIRST)?.focus();
    return () => {
      const back = before instanceof HTMLElement && before !== document.body && before.isConnected ? before : document.querySelector<HTMLElement>("main [role=listbox], main");
      // What takes the form's place is drawn first.
      queueMicrotask(() => document.activeElement === document.body && back?.focus());
    };
  }, [form]);
}
