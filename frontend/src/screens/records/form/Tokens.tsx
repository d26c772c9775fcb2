// A set as tokens: each can be taken out; a text field or a combo box adds to them.
import { X } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { Button as AriaButton, Label, Tag, TagGroup, TagList } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button, type Option } from "../../../ui/controls";
import ui from "../../../ui/ui.module.css";
import styles from "../records.module.css";
import { Combo } from "./Combo";

interface Props {
  label: string;
  value: string[];
  onChange: (value: string[]) => void;
  error?: string | undefined;
}

function List(props: Props & { name: (id: string) => string; children: ReactNode }) {
  const { t } = useTranslation();
  const { value, onChange, name } = props;
  return (
    <div className={ui.field}>
      <TagGroup onRemove={(keys) => onChange(value.filter((item) => !keys.has(item)))}>
        <Label className={ui.label ?? ""}>{props.label}</Label>
        <TagList className={styles.chips ?? ""} renderEmptyState={() => <span className={styles.nothing}>{t("none")}</span>}>
          {value.map((item) => (
            <Tag key={item} id={item} textValue={name(item)} className={styles.chip ?? ""}>
              {name(item)}
              <AriaButton slot="remove" className={styles.remove ?? ""} aria-label={t("records:form.remove", { name: name(item) })}>
                <X size={12} strokeWidth={1.75} aria-hidden />
              </AriaButton>
            </Tag>
          ))}
        </TagList>
      </TagGroup>
      {props.children}
      {props.error && (
        <span className={ui.error} role="alert">
          {props.error}
        </span>
      )}
    </div>
  );
}

/** Words of one's own. Enter or a comma adds one. */
export function TextTokens(props: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState("");
  const add = () => {
    const word = typed.trim();
    if (word !== "" && !props.value.includes(word)) props.onChange([...props.value, word]);
    setTyped("");
  };
  return (
    <List {...props} name={(word) => word}>
      <div className={styles.adding}>
        <input
          id={id}
          className={ui.input}
          aria-label={t("records:form.addTo", { field: props.label })}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" && event.key !== ",") return;
            event.preventDefault();
            add();
          }}
          onBlur={add}
        />
        <Button onPress={add}>{t("records:form.add")}</Button>
      </div>
    </List>
  );
}

/** Records by their names. */
export function RecordTokens(props: Props & { options: Option[] }) {
  const { t } = useTranslation();
  const { options, value, onChange } = props;
  return (
    <List {...props} name={(id) => options.find((option) => option.id === id)?.text ?? id.slice(0, 8)}>
      <Combo
        label={t("records:form.addTo", { field: props.label })}
        options={options.filter((option) => !value.includes(option.id))}
        value={null}
        adds
        onChange={(id) => id !== null && onChange([...value, id])}
      />
    </List>
  );
}
