import { ArrowUndoIcon, TrashIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading, InlineMessage } from "@navikt/ds-react";
import { useEffect, useRef, useState } from "react";

import type { Change } from "../api/types";
import { useFormat, useText } from "../common/settings";
import type { Draft } from "./useDraft";

/** The difference from what is in force, in words, with what it means. */
export function Changes({ draft }: { draft: Draft }) {
  const t = useText();
  const format = useFormat();
  const [thrown, setThrown] = useState<string | null>(null);
  const undo = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (draft.isChanged) setThrown(null);
    else undo.current?.focus();
  }, [draft.isChanged]);
  return (
    <section className="panel" aria-labelledby="changes-title" aria-busy={draft.busy || undefined}>
      <div className="panel__head">
        <Heading level="2" size="small" id="changes-title">
          {t.admin.changes.title}
        </Heading>
        {draft.isChanged && (
          <Button
            size="xsmall"
            variant="tertiary"
            data-color="neutral"
            icon={<TrashIcon aria-hidden />}
            onClick={() => {
              setThrown(draft.toml);
              draft.discard();
            }}
          >
            {t.admin.changes.discard}
          </Button>
        )}
        {!draft.isChanged && thrown !== null && (
          <Button
            ref={undo}
            size="xsmall"
            variant="secondary"
            data-color="neutral"
            icon={<ArrowUndoIcon aria-hidden />}
            onClick={() => draft.write(thrown)}
          >
            {t.admin.changes.bringBack}
          </Button>
        )}
      </div>
      <span role="status" className="sr-only">
        {draft.isChanged && !draft.busy
          ? t.admin.changes.announce(draft.changes.length, format.number(draft.changes.length))
          : ""}
      </span>
      {draft.isFromBefore && <InlineMessage status="info">{t.admin.changes.fromBefore}</InlineMessage>}
      {!draft.isReadable ? (
        <BodyShort className="empty">{draft.busy ? t.admin.changes.busy : t.admin.changes.unreadable}</BodyShort>
      ) : draft.changes.length > 0 ? (
        <ChangeList changes={draft.changes} />
      ) : (
        <BodyShort className="empty">{draft.busy ? t.admin.changes.busy : t.admin.changes.empty}</BodyShort>
      )}
    </section>
  );
}

/** The server leaves out the full stop. */
export function sentence(text: string): string {
  const begun = text.charAt(0).toLocaleUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

export function ChangeList({ changes }: { changes: Change[] }) {
  return (
    <ul className="changes">
      {changes.map(({ where, text, meaning }, index) => (
        <li key={`${where}.${index}`}>
          <strong>{sentence(text)}</strong>
          {meaning && <span className="subtle"> {sentence(meaning)}</span>}
        </li>
      ))}
    </ul>
  );
}
