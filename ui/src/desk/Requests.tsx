import { MegaphoneSpeakingIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading } from "@navikt/ds-react";

import { api } from "../api/client";
import type { Adviser, HelpRequest } from "../api/types";
import { useFormat, useText } from "../common/settings";
import type { Doing } from "./Desk";

/** What the traffic controller asks for. The adviser decides. */
export function Requests({ requests, adviser, run, busy }: Doing & { requests: HelpRequest[]; adviser: Adviser }) {
  const t = useText();
  const question = useQuestion();
  if (requests.length === 0) return null;
  return (
    <section className="requests" aria-labelledby="requests-title">
      <Heading level="2" size="xsmall" id="requests-title" className="consulting__title">
        <MegaphoneSpeakingIcon aria-hidden /> {t.work.request.title}
      </Heading>
      <ul>
        {requests.map((request) => (
          <li key={request.id} data-request={request.id}>
            <div>
              <BodyShort weight="semibold" id={`request-${request.id}`}>
                {question(request)}
              </BodyShort>
              <Counted request={request} />
            </div>
            {request.mine === null ? (
              <div className="requests__buttons" role="group" aria-labelledby={`request-${request.id}`}>
                {[true, false].map((yes) => (
                  <Button
                    key={String(yes)}
                    size="small"
                    variant={yes ? "primary" : "secondary"}
                    data-color={yes ? undefined : "neutral"}
                    loading={busy === `request-${request.id}-${yes}`}
                    onClick={() =>
                      void run(`request-${request.id}-${yes}`, () => api.answerRequest(request.id, adviser.id, yes))
                    }
                  >
                    {yes ? t.work.request.yes : t.work.request.no}
                  </Button>
                ))}
              </div>
            ) : (
              <BodyShort role="status">{request.mine ? t.work.request.saidYes : t.work.request.saidNo}</BodyShort>
            )}
          </li>
        ))}
      </ul>
      <BodyShort size="small" className="subtle">
        {t.work.request.says}
      </BodyShort>
    </section>
  );
}

function Counted({ request }: { request: HelpRequest }) {
  const t = useText();
  const format = useFormat();
  return (
    <BodyShort size="small">
      {request.unit && `${t.work.request.of(request.unit.name)} `}
      {request.accepted === 0 ? t.work.request.nobody : t.work.request.accepted(format.number(request.accepted))}{" "}
      {t.work.request.until(format.time(request.until))}
    </BodyShort>
  );
}

/** `Kan seks ta telefon?` */
export function useQuestion(): (request: Pick<HelpRequest, "wanted" | "activity">) => string {
  const t = useText();
  const format = useFormat();
  return ({ wanted, activity }) => t.work.request.question(format.count(wanted), t.work.request.doing[activity]);
}
