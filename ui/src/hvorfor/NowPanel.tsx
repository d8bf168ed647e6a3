import { BodyShort, Heading } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";

import { api } from "../api/client";
import type { WhyNow } from "../api/types";
import { useNow } from "../common/clock";
import { useFormat, useText } from "../common/settings";
import { useExpectedText } from "../common/useExpectedText";

const RENEW_MS = 5_000;

/** Where it stands while it waits: place, who can take it, what changes next, how long it may take. */
export function NowPanel({ contact, now }: { contact: string; now: WhyNow }) {
  const t = useText();
  const format = useFormat();
  const clock = useNow();
  const expectedText = useExpectedText();
  const waits = now.state === "queued" || now.state === "offered";
  const expected = useQuery({
    queryKey: ["expected-wait-of", contact],
    queryFn: () => api.expectedWaitOf(contact),
    refetchInterval: RENEW_MS,
    enabled: waits,
  });
  const { position, ahead, who_can, free, next_step } = now;
  const left_s = next_step ? Math.max(0, (Date.parse(next_step.at) - clock) / 1000) : 0;
  return (
    <section className="panel" aria-labelledby="now-title">
      <Heading level="2" size="small" id="now-title" spacing>
        {t.why.now.title}
      </Heading>
      <dl className="facts facts--narrow">
        {position !== null && (
          <div>
            <dt>{t.why.now.position}</dt>
            <dd className="figure">
              <strong>{format.number(position)}</strong>
              <span className="facts__more">
                {ahead ? t.why.now.ahead(format.number(ahead)) : t.why.now.aheadNobody}
              </span>
            </dd>
          </div>
        )}
        <div>
          <dt>{t.why.now.who}</dt>
          <dd className="figure">
            <strong>{format.number(who_can)}</strong>
            <span className="facts__more">{free ? t.why.now.free(format.number(free)) : t.why.now.freeNobody}</span>
          </dd>
        </div>
        <div>
          <dt>{t.why.now.ring}</dt>
          <dd className="figure">
            {format.number(now.ring + 1)}
            {now.ring_condition && <span className="facts__more">{now.ring_condition}</span>}
          </dd>
        </div>
        <div>
          <dt>{t.why.now.next}</dt>
          <dd>
            {next_step ? (
              <>
                {next_step.text}
                <span className="facts__more figure">{t.why.now.inTime(format.duration(left_s))}</span>
              </>
            ) : (
              t.why.now.nextNone
            )}
          </dd>
        </div>
        {waits && (
          <div>
            <dt>{t.why.now.expected}</dt>
            <dd className="figure">{expectedText(expected.data ?? now.expected_wait_s)}</dd>
          </div>
        )}
      </dl>
      {now.overdue && <BodyShort className="why__overdue">{t.why.now.overdue}</BodyShort>}
    </section>
  );
}
