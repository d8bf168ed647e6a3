import { BodyShort, Button, LocalAlert } from "@navikt/ds-react";

import { useText } from "../common/settings";
import { ChangeList } from "./Changes";
import type { Draft } from "./useDraft";

/** What was put in force by others while one was changing it, and what became of one's own changes. */
export function Others({ draft }: { draft: Draft }) {
  const t = useText();
  const words = t.admin.others;
  if (!draft.others) return null;
  const { changes, isClash } = draft.others;
  return (
    <LocalAlert status="warning" role="status">
      <LocalAlert.Header>
        <LocalAlert.Title>{words.title}</LocalAlert.Title>
      </LocalAlert.Header>
      <LocalAlert.Content>
        <BodyShort>{changes.length > 0 ? words.lead : words.none}</BodyShort>
        <ChangeList changes={changes} />
        <BodyShort spacing>{isClash ? words.clash : words.kept}</BodyShort>
        <Button size="small" variant="secondary" data-color="neutral" onClick={draft.dismissOthers}>
          {words.seen}
        </Button>
      </LocalAlert.Content>
    </LocalAlert>
  );
}
