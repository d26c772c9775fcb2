// Days and moments: segments that are typed, and a calendar. A moment is typed by the clock of its project.
import { type DateValue, parseAbsolute, parseDate, toZoned, toCalendarDateTime } from "@internationalized/date";
import { CalendarDays, ChevronLeft, ChevronRight } from "lucide-react";
import {
  Button as AriaButton,
  Calendar,
  CalendarCell,
  CalendarGrid,
  DateInput,
  DatePicker,
  DateSegment,
  Dialog,
  FieldError,
  Group,
  Heading,
  Label,
  Popover,
} from "react-aria-components";
import { useTranslation } from "react-i18next";
import { HERE, useFormat } from "../../../i18n/format";
import { Button, join } from "../../../ui/controls";
import ui from "../../../ui/ui.module.css";
import styles from "../records.module.css";

interface Props {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

/** A civil day, as `2026-12-10`. */
export function Day(props: Props) {
  const format = useFormat();
  return (
    <Picker
      {...props}
      hint={props.value ? format.longDay(props.value) : props.hint}
      date={props.value ? parseDate(props.value) : null}
      granularity="day"
      onDate={(date) => props.onChange(date ? date.toString().slice(0, 10) : "")}
    />
  );
}

/** A moment, as milliseconds since 1970 in text; empty is the moment at which it is saved. */
export function When(props: Props & { zone: string | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const zone = props.zone ?? HERE;
  const at = props.value ? parseAbsolute(new Date(Number(props.value)).toISOString(), zone) : null;
  return (
    <Picker
      {...props}
      hint={props.value ? format.evidence(Number(props.value), zone) : (props.hint ?? t("records:form.zone", { zone }))}
      date={at && toCalendarDateTime(at)}
      granularity="minute"
      onDate={(date) => props.onChange(date ? String(toZoned(toCalendarDateTime(date), zone).toDate().getTime()) : "")}
    />
  );
}

function Picker(props: Props & { date: DateValue | null; granularity: "day" | "minute"; onDate: (date: DateValue | null) => void }) {
  const { t } = useTranslation();
  return (
    <DatePicker
      className={ui.field ?? ""}
      value={props.date}
      onChange={props.onDate}
      granularity={props.granularity}
      hourCycle={24}
      isInvalid={Boolean(props.error)}
    >
      <Label className={ui.label ?? ""}>{props.label}</Label>
      <div className={styles.adding}>
        <Group className={join(ui.input, styles.date)}>
          <DateInput className={styles.segments ?? ""}>{(segment) => <DateSegment segment={segment} className={styles.segment ?? ""} />}</DateInput>
          <AriaButton className={join(ui.button, ui.quiet, ui.icon, ui.small)} aria-label={t("records:form.calendar")}>
            <CalendarDays size={14} strokeWidth={1.75} aria-hidden />
          </AriaButton>
        </Group>
        {props.value && (
          <Button look="quiet" onPress={() => props.onChange("")}>
            {t("records:form.empty")}
          </Button>
        )}
      </div>
      {props.hint && <span className={ui.hint}>{props.hint}</span>}
      <FieldError className={ui.error ?? ""}>{props.error}</FieldError>
      <Popover className={ui.popover ?? ""}>
        <Dialog className={styles.calendar ?? ""}>
          <Calendar>
            <header>
              <AriaButton slot="previous" className={join(ui.button, ui.quiet, ui.icon)}>
                <ChevronLeft size={16} strokeWidth={1.75} aria-hidden />
              </AriaButton>
              <Heading />
              <AriaButton slot="next" className={join(ui.button, ui.quiet, ui.icon)}>
                <ChevronRight size={16} strokeWidth={1.75} aria-hidden />
              </AriaButton>
            </header>
            <CalendarGrid>{(date) => <CalendarCell date={date} className={styles.cell ?? ""} />}</CalendarGrid>
          </Calendar>
        </Dialog>
      </Popover>
    </DatePicker>
  );
}
