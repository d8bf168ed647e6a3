import { TextField, type TextFieldProps } from "@navikt/ds-react";
import { useEffect, useRef, useState } from "react";

interface Props extends Pick<TextFieldProps, "label" | "description" | "type" | "inputMode" | "htmlSize" | "hideLabel" | "className"> {
  value: string;
  /** What is wrong with a text, before it is sent. */
  check?(value: string): string | null;
  onCommit(value: string): void;
}

/** A field whose change counts when one leaves it or presses Enter; Escape takes it back. */
export function CommitField({ value, check, onCommit, ...field }: Props) {
  const [text, setText] = useState(value);
  // What was sent last: after a fault the value may be the old one still, and writing that again mends it.
  const sent = useRef(value);
  useEffect(() => {
    setText(value);
    sent.current = value;
  }, [value]);
  const wrong = check?.(text) ?? null;
  const commit = () => {
    if (text === sent.current || wrong !== null) return;
    sent.current = text;
    onCommit(text);
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
        if (event.key === "Escape") setText(sent.current);
      }}
    />
  );
}
