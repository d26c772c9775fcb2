// A time zone by its IANA name: type a city, choose from the list.
import { ChevronDown } from "lucide-react";
import { useMemo } from "react";
import { Button, ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { join } from "../../ui/controls";
import ui from "../../ui/ui.module.css";
import styles from "./organization.module.css";

export function ZoneField({ value, onChange, error }: { value: string; onChange: (zone: string) => void; error?: string | undefined }) {
  const { t } = useTranslation();
  const zones = useMemo(() => {
    const known = Intl.supportedValuesOf("timeZone");
    return (value && !known.includes(value) ? [value, ...known] : known).map((id) => ({ id, name: id.replaceAll("_", " ") }));
  }, [value]);
  return (
    <ComboBox
      className={ui.field ?? ""}
      defaultItems={zones}
      value={value || null}
      onChange={(key) => onChange(key === null ? "" : String(key))}
      isInvalid={Boolean(error)}
      menuTrigger="focus"
    >
      <Label className={ui.label ?? ""}>{t("fields:zone")}</Label>
      <div className={styles.combo}>
        <Input className={ui.input ?? ""} />
        <Button className={join(ui.button, ui.quiet, ui.icon)} aria-label={t("organization:projects.zones")}>
          <ChevronDown size={14} strokeWidth={1.75} aria-hidden />
        </Button>
      </div>
      <span className={ui.hint}>{t("organization:projects.zoneHint")}</span>
      {error && (
        <span className={ui.error} role="alert">
          {error}
        </span>
      )}
      <Popover className={ui.popover ?? ""}>
        <ListBox<{ id: string; name: string }>>
          {(zone) => (
            <ListBoxItem id={zone.id} textValue={zone.name} className={ui.item ?? ""}>
              {zone.name}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
