// A set of short texts: typed one after the other, each removable by pointer or key.
import { X } from "lucide-react";
import { useState } from "react";
import { Button, Tag, TagGroup, TagList } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Input } from "../../ui/form";
import styles from "./organization.module.css";

/** Longest text, in bytes: what the core allows. */
const LONGEST = 100;

export function Tokens({ label, hint, value, onChange }: { label: string; hint: string; value: string[]; onChange: (value: string[]) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const add = () => {
    const fresh = text.split(",").map((part) => part.trim()).filter((part) => part !== "" && !value.includes(part));
    if (fresh.length > 0) onChange([...value, ...fresh]);
    setText("");
  };
  return (
    <div className={styles.tokens}>
      <Input
        label={label}
        hint={hint}
        value={text}
        maxLength={LONGEST}
        onChange={(e) => setText(e.target.value)}
        onBlur={add}
        onKeyDown={(e) => {
          if (e.key !== "Enter" && e.key !== ",") return;
          e.preventDefault();
          add();
        }}
      />
      {value.length > 0 && (
        <TagGroup aria-label={label} onRemove={(keys) => onChange(value.filter((token) => !keys.has(token)))}>
          <TagList className={styles.tokenList ?? ""}>
            {value.map((token) => (
              <Tag key={token} id={token} textValue={token} className={styles.token ?? ""}>
                {token}
                <Button slot="remove" className={styles.remove ?? ""} aria-label={t("organization:projects.removeToken", { name: token })}>
                  <X size={12} strokeWidth={2} aria-hidden />
                </Button>
              </Tag>
            ))}
          </TagList>
        </TagGroup>
      )}
    </div>
  );
}
