import { Button, LocalAlert } from "@navikt/ds-react";

import type { Failed } from "../api/people";
import { useText } from "../common/settings";

/** Names the registers that did not answer; the rest of the page is right. */
export function FailedRegisters({ failed, onRetry }: { failed: Failed[]; onRetry(): void }) {
  const t = useText();
  if (failed.length === 0) return null;
  const names = failed.map(({ register, why }) => `${t.person.failed.names[register] ?? register} (${t.person.failed.why[why] ?? why})`);
  return (
    <LocalAlert status="warning" size="small">
      <LocalAlert.Header>
        <LocalAlert.Title as="h4">{t.person.failed.title(names.join(", "))}</LocalAlert.Title>
      </LocalAlert.Header>
      <LocalAlert.Content>
        <p className="load-failed__text">{t.person.failed.says}</p>
        <Button size="small" variant="secondary" data-color="neutral" onClick={onRetry}>
          {t.person.failed.retry}
        </Button>
      </LocalAlert.Content>
    </LocalAlert>
  );
}
