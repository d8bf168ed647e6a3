import { TextField, type TextFieldProps } from "@navikt/ds-react";
import { useEffect, useRef, useState } from "react";

import { useText } from "../common/settings";

interface Props extends Pick<TextFieldProps, "label" | "description" | "type" | "inputMode" | "htmlSize" | "hideLabel" | "className"> {
  value: string;
  /** What is wrong with a text, before it is sent. */
  check?(value: string): string | null;
  onCommit(value: string): void;
}

/**
 * A field whose change counts when one leaves it or presses Enter; Escape takes it back. What cannot be used is taken
 * back too when one leaves it, and that is said: what stands in the field is what would be published.
 */
export function CommitField({ value, check, onCommit, ...field }: Props) {
  const t = useText();
  const [text, setText] = useState(value);
  const [takenBack, setTakenBack] = useState<string | null>(null);
  // What was sent last: after a fault the value may be the old one still, and writing that again mends it.
  const sent = useRef(value);
  useEffect(() => {
    setText(value);
    setTakenBack(null);
    sent.current = value;
  }, [value]);
  const wrong = check?.(text) ?? null;
  const leave = () => {
    if (wrong === null) return commit();
    setTakenBack(t.admin.takenBack(text, sent.current, wrong));
    setText(sent.current);
  };
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
      error={wrong ?? takenBack}
      onChange={(event) => {
        setText(event.target.value);
        setTakenBack(null);
      }}
      onBlur={leave}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
        if (event.key === "Escape") setText(sent.current);
      }}
    />
  );
}
