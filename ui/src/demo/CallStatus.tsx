import { PhoneIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading, Link as AkselLink } from "@navikt/ds-react";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { ContactStateTag } from "../common/ContactStateTag";
import type { CallState, ContactState } from "../api/types";
import { useFormat, useText } from "../common/settings";
import type { Line } from "./useCall";

const AS_CONTACT: Record<CallState, ContactState> = {
  ringing: "created",
  menu: "in_ivr",
  queued: "queued",
  offered: "offered",
  active: "active",
  held: "held",
  consulting: "consulting",
  wrap_up: "closed",
  closed: "closed",
};

/** Where the call is now: state, place in the queue, expected wait, who answered. */
export function CallStatus({ line }: { line: Line }) {
  const t = useText();
  const format = useFormat();
  const { call, on } = line;
  const text = call ? t.demo.phone.state[call.state] : on ? t.demo.phone.state.dialling : t.demo.phone.idle;
  const waiting = call?.state === "queued" || call?.state === "offered";
  const over = call !== null && !on;
  const waited_s = useTickingWait(call?.waited_s ?? null, call?.at ?? "", waiting);

  return (
    <section className="call-status" aria-labelledby="call-status-title" data-state={call?.state ?? ""} data-contact={call?.contact ?? ""}>
      <Heading level="3" size="xsmall" id="call-status-title">
        {t.demo.phone.status}
      </Heading>
      <div className="call-status__line">
        <p className="call-status__state" role="status">
          {text}
        </p>
        {call && <ContactStateTag state={AS_CONTACT[call.state]} />}
      </div>
      {over && call.reason && <BodyShort>{t.demo.phone.reason[call.reason] ?? call.reason}</BodyShort>}
      {call && (
        <dl className="facts facts--wide">
          {waiting && (
            <>
              <div>
                <dt>{t.demo.phone.position}</dt>
                <dd className="figure">{call.position === null ? "–" : format.number(call.position)}</dd>
              </div>
              <div>
                <dt>{t.demo.phone.expected}</dt>
                <dd className="figure">
                  {call.expected_wait_s === null
                    ? t.demo.phone.unknown
                    : call.expected_wait_s < 1
                      ? t.demo.phone.soon
                      : format.duration(call.expected_wait_s)}
                </dd>
              </div>
            </>
          )}
          {waited_s !== null && (
            <div>
              <dt>{t.demo.phone.waited}</dt>
              <dd className="figure">{format.duration(waited_s)}</dd>
            </div>
          )}
          {call.answered_by && (
            <div>
              <dt>{t.demo.phone.answeredBy}</dt>
              <dd>
                {call.answered_by}
                {call.synthetic && ` (${t.demo.phone.syntheticAdviser})`}
              </dd>
            </div>
          )}
        </dl>
      )}
      {waiting && on && call.keys.length > 0 && (
        <div className="call-status__keys">
          <BodyShort size="small">{t.demo.phone.insteadOfWaiting}</BodyShort>
          {call.keys.map(({ key, label }) => (
            <Button key={key} size="small" variant="secondary" icon={<PhoneIcon aria-hidden />} onClick={() => line.press(key)}>
              {label} <kbd>{key}</kbd>
            </Button>
          ))}
        </div>
      )}
      {call?.contact && (
        <BodyShort size="small">
          <AkselLink as={Link} to="/trafikk" target="_blank">
            {t.demo.phone.see}
          </AkselLink>
        </BodyShort>
      )}
    </section>
  );
}

/** The server tells the wait now and then; between, it ticks here. */
function useTickingWait(told_s: number | null, at: string, ticking: boolean): number | null {
  const [extra_s, setExtra] = useState(0);
  useEffect(() => {
    setExtra(0);
    if (told_s === null || !ticking) return;
    const started = performance.now();
    const timer = window.setInterval(() => setExtra((performance.now() - started) / 1000), 500);
    return () => window.clearInterval(timer);
  }, [told_s, at, ticking]);
  return told_s === null ? null : told_s + extra_s;
}
