import { ArrowCirclepathIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading, InlineMessage, ProgressBar } from "@navikt/ds-react";
import { useState } from "react";

import { api } from "../api/client";
import type { Tried } from "../api/types";
import { explain } from "../common/LoadFailed";
import { useText } from "../common/settings";
import { TryResult } from "./TryResult";
import type { Draft } from "./useDraft";

/** About how long it takes; the bar then stays at nearly full until the answer is here. */
const ABOUT_S = 3;

interface Props {
  draft: Draft;
  hasErrors: boolean;
  onTried(toml: string): void;
}

/** *Prøv på gårsdagen*: yesterday's people under the changed rules. */
export function TryOn({ draft, hasErrors, onTried }: Props) {
  const t = useText();
  const words = t.admin.try;
  const [state, setState] = useState<"idle" | "running">("idle");
  const [result, setResult] = useState<{ toml: string; tried: Tried } | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const tryIt = async () => {
    const { toml } = draft;
    setState("running");
    setFailure(null);
    try {
      setResult({ toml, tried: await api.tryOn(toml, null) });
      onTried(toml);
    } catch (error) {
      setFailure(explain(error) ?? t.problem.unreachableDetail);
    } finally {
      setState("idle");
    }
  };
  return (
    <section className="panel try" aria-labelledby="try-title">
      <Heading level="2" size="small" id="try-title">
        {words.title}
      </Heading>
      <BodyShort size="small">{words.lead}</BodyShort>
      {state === "running" ? (
        <div className="try__bar">
          <BodyShort id="try-running" role="status">
            {words.running}
          </BodyShort>
          <ProgressBar size="small" simulated={{ seconds: ABOUT_S, onTimeout: () => undefined }} aria-labelledby="try-running" />
        </div>
      ) : (
        <Button
          size="small"
          variant="secondary"
          icon={<ArrowCirclepathIcon aria-hidden />}
          disabled={hasErrors}
          onClick={() => void tryIt()}
        >
          {result ? words.again : words.do}
        </Button>
      )}
      {hasErrors && <BodyShort size="small">{t.admin.faults.blocked}</BodyShort>}
      {failure && (
        <InlineMessage status="error" role="alert">
          {failure}
        </InlineMessage>
      )}
      {result && state === "idle" && (
        <>
          {result.toml !== draft.toml && <InlineMessage status="warning">{words.stale}</InlineMessage>}
          <TryResult tried={result.tried} />
        </>
      )}
    </section>
  );
}
