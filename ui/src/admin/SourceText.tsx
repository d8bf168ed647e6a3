import { Textarea } from "@navikt/ds-react";
import { type Ref, useImperativeHandle, useRef } from "react";

import { useText } from "../common/settings";
import type { Draft } from "./useDraft";

export interface TextHandle {
  /** Puts the cursor on a line, from 1, and shows it. */
  goTo(line: number): void;
}

/** The whole description as text, for those who read it so. */
export function SourceText({ draft, ref }: { draft: Draft; ref: Ref<TextHandle> }) {
  const t = useText();
  const area = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(ref, () => ({
    goTo: (line) => {
      const element = area.current;
      if (!element) return;
      const lines = element.value.split("\n");
      const start = lines.slice(0, line - 1).reduce((total, each) => total + each.length + 1, 0);
      element.focus();
      element.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
      element.scrollTop = (element.scrollHeight / lines.length) * Math.max(0, line - 6);
    },
  }));
  return (
    <Textarea
      ref={area}
      label={t.admin.text.label}
      description={t.admin.text.hint}
      size="small"
      rows={28}
      value={draft.toml}
      spellCheck={false}
      autoCorrect="off"
      wrap="off"
      className="source-text"
      onChange={(event) => draft.write(event.target.value)}
    />
  );
}
