// A word to filter a list by; `/` goes to it.
import { useRef } from "react";
import { useKeys } from "../../app/keys";
import ui from "../../ui/ui.module.css";
import styles from "./organization.module.css";
import { join } from "../../ui/controls";

export function Filter({ value, onChange, label }: { value: string; onChange: (value: string) => void; label: string }) {
  const field = useRef<HTMLInputElement>(null);
  useKeys({ "/": () => field.current?.focus() });
  return (
    <input
      ref={field}
      type="search"
      className={join(ui.input, styles.filter)}
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(e) => onChange(e.target.value)}
      autoComplete="off"
      spellCheck={false}
    />
  );
}
