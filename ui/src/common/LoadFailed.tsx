import { Button, LocalAlert } from "@navikt/ds-react";

import { Refusal } from "../api/client";
import { useText } from "./settings";

/** Says which source failed, why if it is known, and offers another try. */
export function LoadFailed({ source, error, onRetry }: { source: string; error?: unknown; onRetry(): void }) {
  const t = useText();
  return (
    <LocalAlert status="error" aria-label={t.problem.unreachable(source)}>
      <LocalAlert.Header>
        <LocalAlert.Title>{t.problem.unreachable(source)}</LocalAlert.Title>
      </LocalAlert.Header>
      <LocalAlert.Content>
        <p className="load-failed__text">{explain(error) ?? t.problem.unreachableDetail}</p>
        <Button size="small" variant="secondary" data-color="neutral" onClick={onRetry}>
          {t.retry}
        </Button>
      </LocalAlert.Content>
    </LocalAlert>
  );
}

/** The server's own words for a refusal, null if it was never reached. */
export function explain(error: unknown): string | null {
  if (!(error instanceof Refusal) || error.problem.status === 0) return null;
  return error.problem.detail ?? error.problem.title;
}
