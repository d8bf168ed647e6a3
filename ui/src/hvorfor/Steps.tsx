import { BodyShort } from "@navikt/ds-react";

import type { WhyStep } from "../api/types";
import { useFormat, useText } from "../common/settings";

/** What happened, oldest first; the numbers are those of the picture. */
export function Steps({ steps }: { steps: WhyStep[] }) {
  const t = useText();
  const format = useFormat();
  if (steps.length === 0) return <BodyShort className="empty">{t.why.steps.empty}</BodyShort>;
  return (
    <ol className="why-steps">
      {steps.map((step, index) => (
        <li key={index}>
          <span className="why-steps__number" aria-hidden="true">
            {index + 1}
          </span>
          <span className="figure subtle">{format.timeExact(step.at)}</span>
          <div>
            <strong>{t.event[step.kind] ?? step.kind.replaceAll("_", " ")}</strong>
            <span className="why-steps__text">{step.text}</span>
            <Figures step={step} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function Figures({ step }: { step: WhyStep }) {
  return step.ring_condition ? <span className="why-steps__figures figure">{step.ring_condition}</span> : null;
}
