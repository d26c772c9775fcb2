// A number in a field, in the person's own notation, within bounds.
import { Input, Label, NumberField } from "react-aria-components";
import ui from "../../ui/ui.module.css";

export function Figure({ label, value, onChange, least, most, digits, bare = false }: { label: string; value: number; onChange: (value: number) => void; least: number; most: number; digits: number; bare?: boolean }) {
  return (
    <NumberField
      value={value}
      onChange={(to) => !Number.isNaN(to) && onChange(to)}
      minValue={least}
      maxValue={most}
      formatOptions={{ maximumFractionDigits: digits, useGrouping: false }}
      className={ui.field ?? ""}
      {...(bare && { "aria-label": label })}
    >
      {!bare && <Label className={ui.label ?? ""}>{label}</Label>}
      <Input className={`${ui.input ?? ""} tabular`} />
    </NumberField>
  );
}
