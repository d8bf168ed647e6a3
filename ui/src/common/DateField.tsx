import { DatePicker, useDatepicker } from "@navikt/ds-react";
import { useEffect, useState } from "react";

import { useFormat, useSettings, useText } from "./settings";

interface Props {
  label: string;
  /** `2026-11-23`; empty when none is chosen. */
  value: string;
  error?: string | false;
  onChange(date: string): void;
}

/** A date, typed as `23.11.2026` or chosen from a calendar. What cannot be read as a date changes nothing, and says so. */
export function DateField({ label, value, error, onChange }: Props) {
  const t = useText();
  const format = useFormat();
  const { language } = useSettings();
  const [wrong, setWrong] = useState(false);
  const { datepickerProps, inputProps, selectedDay, setSelected } = useDatepicker({
    locale: language,
    defaultSelected: read(value),
    defaultMonth: read(value),
    onDateChange: (day) => {
      if (day !== undefined) onChange(written(day));
    },
    onValidate: ({ isValidDate }) => setWrong(!isValidDate),
  });
  // Proposed anew from outside: the field follows. What somebody is typing is left alone.
  useEffect(() => {
    const day = read(value);
    if (day === undefined || (selectedDay !== undefined && written(selectedDay) === value)) return;
    setSelected(day);
    setWrong(false);
  }, [value]);
  const stands = value === "" ? "" : ` ${t.dateStands(format.date(`${value}T12:00:00`))}`;
  return (
    <DatePicker {...datepickerProps}>
      <DatePicker.Input {...inputProps} label={label} size="small" error={wrong ? `${t.dateWrong}${stands}` : error} />
    </DatePicker>
  );
}

function read(value: string): Date | undefined {
  const [year, month, day] = value.split("-").map(Number);
  return year && month && day ? new Date(year, month - 1, day) : undefined;
}

function written(day: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
