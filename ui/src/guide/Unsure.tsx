import { Button, InlineMessage } from "@navikt/ds-react";

import type { Proposal } from "../api/guide";
import { useText } from "../common/settings";
import { toQuestions } from "../person/toQuestions";

/** How far the conversation has come: after it nobody can be asked, but what was answered in it can still be said. */
export type Stage = "call" | "wrap_up" | "closed";

/** Says, while it can be mended, that what is written will be tied to nobody. */
export function Unsure({ proposal, stage }: { proposal: Proposal; stage: Stage }) {
  const words = useText().guide.note;
  const says = words.unsureOn[proposal.kept_on];
  if (says === undefined) return null;
  const mend = { call: words.unsureAsk, wrap_up: words.unsureAfter, closed: words.unsureGone }[stage];
  return (
    <div className="guide__unsure" data-kept-on={proposal.kept_on}>
      <InlineMessage status="warning" size="small">
        <strong>{words.unsure}.</strong> {stage !== "call" && says} {mend}
      </InlineMessage>
      <Button type="button" size="small" variant="secondary" data-color="neutral" onClick={toQuestions}>
        {words.confirm}
      </Button>
    </div>
  );
}
