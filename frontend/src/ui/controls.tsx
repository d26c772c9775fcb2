// Buttons, fields and menus over React Aria's primitives: each a target of at least 24 px, labelled, reachable by keyboard.
import { Check, ChevronDown } from "lucide-react";
import { type ReactNode, type Ref, useId } from "react";
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Checkbox as AriaCheckbox,
  type CheckboxProps,
  Label,
  ListBox,
  ListBoxItem,
  Menu as AriaMenu,
  MenuItem,
  MenuTrigger,
  Popover,
  Radio as AriaRadio,
  RadioGroup as AriaRadioGroup,
  Select as AriaSelect,
  SelectValue,
  Tooltip as AriaTooltip,
  TooltipTrigger,
} from "react-aria-components";
import styles from "./ui.module.css";

export const join = (...names: (string | false | null | undefined)[]) => names.filter(Boolean).join(" ");

/** One filled (`primary`) button a view: it means "act here". */
export interface ButtonProps extends Omit<AriaButtonProps, "className" | "style"> {
  look?: "plain" | "primary" | "quiet" | "danger" | "link";
  small?: boolean;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ look = "plain", small = false, ...rest }: ButtonProps) {
  return <AriaButton {...rest} className={join(styles.button, look !== "plain" && styles[look], small && styles.small)} />;
}

/** A button that shows only a glyph: its label is spoken, and shown by a tooltip. */
export function IconButton({ label, children, ...rest }: Omit<AriaButtonProps, "className" | "style"> & { label: string; children: ReactNode }) {
  return (
    <Hint text={label}>
      <AriaButton {...rest} aria-label={label} className={join(styles.button, styles.quiet, styles.icon)}>
        {children}
      </AriaButton>
    </Hint>
  );
}

/** Shows `text` beside what it holds when that has the pointer or the focus. What it holds can be focused. */
export function Hint({ text, children }: { text: string; children: ReactNode }) {
  return (
    <TooltipTrigger delay={500}>
      {children as never}
      <AriaTooltip className={styles.tooltip ?? ""} offset={6}>
        {text}
      </AriaTooltip>
    </TooltipTrigger>
  );
}

export function KeyCap({ children }: { children: ReactNode }) {
  return <kbd className={styles.keycap}>{children}</kbd>;
}

/** A label, a control, a hint, an error: the control gets its ids by `control(ids)`. */
export function Field(props: {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  control: (ids: { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean; className: string }) => ReactNode;
}) {
  const id = useId();
  const described = [props.hint && `${id}-hint`, props.error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {props.label}
      </label>
      {props.control({ id, "aria-describedby": described, "aria-invalid": Boolean(props.error), className: styles.input ?? "" })}
      {props.hint && (
        <span className={styles.hint} id={`${id}-hint`}>
          {props.hint}
        </span>
      )}
      {props.error && (
        <span className={styles.error} id={`${id}-error`} role="alert">
          {props.error}
        </span>
      )}
    </div>
  );
}

export interface Option<K extends string = string> {
  id: K;
  text: string;
  /** A second line or a mark before the text. */
  detail?: string;
  mark?: ReactNode;
}

/** A choice of one, as a button that opens a list. `filter`: quiet until something is chosen. */
export function Select<K extends string>(props: {
  label: string;
  options: Option<K>[];
  value: K | null;
  onChange: (value: K) => void;
  filter?: boolean;
  disabled?: boolean;
  /** Shows the label above; otherwise it is only spoken. */
  labelled?: boolean;
  /** Shown until something is chosen; the label where there is none. */
  placeholder?: string;
}) {
  const name = useId();
  return (
    <AriaSelect
      aria-labelledby={props.labelled ? name : undefined}
      aria-label={props.labelled ? undefined : props.label}
      value={props.value}
      onChange={(key) => key !== null && props.onChange(key as K)}
      isDisabled={props.disabled ?? false}
      className={styles.field ?? ""}
    >
      {props.labelled && (
        <span className={styles.label} id={name}>
          {props.label}
        </span>
      )}
      <AriaButton className={join(styles.button, props.labelled && styles.choice, props.filter && styles.filter, props.filter && props.value && styles.filterSet)}>
        <SelectValue>{({ selectedText }) => selectedText || props.placeholder || props.label}</SelectValue>
        <ChevronDown size={14} strokeWidth={1.75} aria-hidden />
      </AriaButton>
      <Popover className={styles.popover ?? ""}>
        <ListBox items={props.options}>
          {(option) => (
            <ListBoxItem id={option.id} textValue={option.text} className={styles.item ?? ""}>
              {option.mark}
              <span>{option.text}</span>
              {option.detail && <span className={styles.muted}>{option.detail}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

/** A button that opens a list of commands. */
export function Menu(props: { button: ReactNode; label?: string; items: (Option & { onAction: () => void; disabled?: boolean })[]; small?: boolean }) {
  return (
    <MenuTrigger>
      <AriaButton className={join(styles.button, styles.quiet, props.small && styles.small)} aria-label={props.label}>
        {props.button}
      </AriaButton>
      <Popover className={styles.popover ?? ""}>
        <AriaMenu items={props.items} disabledKeys={props.items.filter((i) => i.disabled).map((i) => i.id)}>
          {(item) => (
            <MenuItem id={item.id} textValue={item.text} onAction={item.onAction} className={styles.item ?? ""}>
              {item.mark}
              {item.text}
            </MenuItem>
          )}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

export function Checkbox({ children, ...rest }: Omit<CheckboxProps, "className" | "style" | "children"> & { children: ReactNode }) {
  return (
    <AriaCheckbox {...rest} className={styles.check ?? ""}>
      <span className={styles.box}>
        <Check size={14} strokeWidth={2.5} aria-hidden />
      </span>
      {children}
    </AriaCheckbox>
  );
}

/** A choice of one among few, all shown. */
export function Radios<K extends string>(props: { label: string; options: Option<K>[]; value: K; onChange: (value: K) => void }) {
  return (
    <AriaRadioGroup value={props.value} onChange={(value) => props.onChange(value as K)} className={styles.field ?? ""}>
      <Label className={styles.label ?? ""}>{props.label}</Label>
      {props.options.map((option) => (
        <AriaRadio key={option.id} value={option.id} className={styles.check ?? ""}>
          <span className={join(styles.box, styles.round)} />
          <span>
            {option.text} {option.detail && <span className={styles.muted}>{option.detail}</span>}
          </span>
        </AriaRadio>
      ))}
    </AriaRadioGroup>
  );
}
