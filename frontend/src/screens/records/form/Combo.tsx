// A text field that offers what there is, for a choice among many: people, projects, time zones. Only what matches is drawn.
import { ChevronDown } from "lucide-react";
import { useMemo, useState } from "react";
import { Button as AriaButton, ComboBox, FieldError, Input, Label, ListBox, ListBoxItem, Popover } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { type Option, join } from "../../../ui/controls";
import ui from "../../../ui/ui.module.css";
import styles from "../records.module.css";

const SHOWN = 60;
const bare = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function Combo(props: {
  label: string;
  options: Option[];
  value: string | null;
  onChange: (id: string | null) => void;
  error?: string | undefined;
  hint?: string | undefined;
  /** Empties the text after a choice: for adding to a list. */
  adds?: boolean;
}) {
  const { t } = useTranslation();
  const chosen = props.options.find((option) => option.id === props.value);
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? chosen?.text ?? props.value ?? "";
  const matches = useMemo(() => {
    const wanted = bare(typed ?? "");
    return props.options.filter((option) => bare(`${option.text} ${option.detail ?? ""}`).includes(wanted)).slice(0, SHOWN);
  }, [props.options, typed]);
  return (
    <ComboBox
      className={ui.field ?? ""}
      items={matches}
      inputValue={text}
      onInputChange={(next) => {
        setTyped(next);
        if (next === "" && !props.adds) props.onChange(null);
      }}
      value={props.adds ? null : props.value}
      onChange={(key) => {
        if (key === null) return;
        props.onChange(String(key));
        setTyped(props.adds ? "" : null);
      }}
      // What was typed and not chosen goes back to what was chosen.
      onBlur={() => setTyped(null)}
      isInvalid={Boolean(props.error)}
      menuTrigger="focus"
      allowsEmptyCollection
    >
      <Label className={ui.label ?? ""}>{props.label}</Label>
      <div className={styles.combo}>
        <Input className={join(ui.input)} />
        <AriaButton className={join(ui.button, ui.quiet, ui.icon, ui.small)} aria-label={t("records:form.show")}>
          <ChevronDown size={14} strokeWidth={1.75} aria-hidden />
        </AriaButton>
      </div>
      {props.hint && <span className={ui.hint}>{props.hint}</span>}
      <FieldError className={ui.error ?? ""}>{props.error}</FieldError>
      <Popover className={ui.popover ?? ""}>
        <ListBox renderEmptyState={() => <p className={styles.nothing}>{t("records:form.noMatch")}</p>}>
          {(option: Option) => (
            <ListBoxItem id={option.id} textValue={option.text} className={ui.item ?? ""}>
              <span>{option.text}</span>
              {option.detail && <span className={ui.muted}>{option.detail}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
