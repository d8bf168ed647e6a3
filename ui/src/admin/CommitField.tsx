import { TextField, type TextFieldProps } from "@navikt/ds-react";
import { useEffect, useState } from "react";

interface Props extends Pick<TextFieldProps, "label" | "description" | "type" | "inputMode" | "htmlSize" | "hideLabel" | "className"> {
  value: string;
  /** What is wrong with a text, before it is sent. */
  check?(value: string): string | null;
  onCommit(value: string): void;
}

/** A field whose change counts when one leaves it or presses Enter; Escape takes it back. */
export function CommitField({ value, check, onCommit, ...field }: Props) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const wrong = check?.(text) ?? null;
  const commit = () => {
    if (text !== value && wrong === null) onCommit(text);
  };
  return (
    <TextField
      {...field}
      size="small"
      value={text}
      error={wrong}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
        if (event.key === "Escape") setText(value);
      }}
    />
  );
}
