import { ErrorMessage, Label } from "@navikt/ds-react";
import { useId } from "react";

interface Props {
  label: string;
  /** `2026-11-23` */
  value: string;
  error?: string | false;
  onChange(date: string): void;
}

/** A date by the browser's own field, which knows the keyboard and the language of whoever uses it. */
export function DateField({ label, value, error, onChange }: Props) {
  const id = useId();
  return (
    <div className="aksel-form-field aksel-form-field--small">
      <Label size="small" htmlFor={id}>
        {label}
      </Label>
      <input
        id={id}
        type="date"
        className="aksel-text-field__input aksel-body-short aksel-body-short--small"
        value={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        onChange={(event) => event.target.value !== "" && onChange(event.target.value)}
      />
      {error && (
        <ErrorMessage size="small" id={`${id}-error`}>
          {error}
        </ErrorMessage>
      )}
    </div>
  );
}
