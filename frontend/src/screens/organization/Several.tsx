// A choice of several among few, all shown.
import { CheckboxGroup, Label } from "react-aria-components";
import { Checkbox, type Option } from "../../ui/controls";
import ui from "../../ui/ui.module.css";
import styles from "./organization.module.css";

export function Several({ label, options, value, onChange, empty }: { label: string; options: Option[]; value: string[]; onChange: (value: string[]) => void; empty?: string }) {
  return (
    <CheckboxGroup value={value} onChange={onChange} className={ui.field ?? ""}>
      <Label className={ui.label ?? ""}>{label}</Label>
      {options.length === 0 && empty && <span className={ui.hint}>{empty}</span>}
      <div className={styles.several}>
        {options.map((option) => (
          <Checkbox key={option.id} value={option.id}>
            <span>{option.text}</span>
          </Checkbox>
        ))}
      </div>
    </CheckboxGroup>
  );
}
