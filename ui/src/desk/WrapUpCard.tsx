import { CheckmarkIcon, PlusIcon, TimerPauseIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading } from "@navikt/ds-react";
import { useEffect, useRef, useState } from "react";

import { api } from "../api/client";
import type { Adviser, DeskContact } from "../api/types";
import { useNow } from "../common/clock";
import { Ring } from "../common/Ring";
import { useFormat, useText } from "../common/settings";
import { isTyping } from "../common/typing";
import { AfterForm } from "../guide/AfterForm";
import { WhyLink } from "../hvorfor/WhyLink";
import type { Doing } from "./Desk";
import { History } from "./History";
import { KeptRecordings } from "./KeptRecording";

/** Wrap-up: done with Enter, and a clock that can always be stopped or given more time. */
export function WrapUpCard({ contact, adviser, run, busy }: Doing & { contact: DeskContact; adviser: Adviser }) {
  const t = useText();
  const runs = contact.wrap_up_until !== null && !contact.clock_stopped;
  const plain = <Plain adviser={adviser} run={run} busy={busy} runs={runs} />;

  return (
    <section className="call call--wrap" aria-labelledby="wrap-title" data-contact={contact.id}>
      <div className="call__head">
        <div>
          <Heading level="2" size="medium" id="wrap-title">
            {t.desk.wrap.title}
          </Heading>
          <BodyShort className="subtle">
            {contact.queue?.name} · {contact.caller} ·{" "}
            <WhyLink contact={contact.id} about={contact.queue?.name ?? contact.caller} reader={adviser.id} />
          </BodyShort>
          <BodyShort>{t.desk.wrap.text}</BodyShort>
        </div>
        {runs ? (
          <WrapUpClock until={contact.wrap_up_until ?? ""} />
        ) : (
          <BodyShort className="wrap__stopped">
            <TimerPauseIcon aria-hidden />
            {contact.clock_stopped ? t.desk.wrap.stopped : t.desk.wrap.noClock}
          </BodyShort>
        )}
      </div>
      <AfterForm contact={contact.id} beside={runs && <ClockButtons adviser={adviser} run={run} busy={busy} />} plain={plain} />
      <KeptRecordings contact={contact} run={run} busy={busy} />
      <History events={contact.events} />
    </section>
  );
}

/** Finishes without a word, when there are no proposals to be had. */
function Plain({ adviser, run, busy, runs }: Doing & { adviser: Adviser; runs: boolean }) {
  const t = useText();
  const done = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isTyping()) done.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <div className="call__buttons">
        <Button
          ref={done}
          icon={<CheckmarkIcon aria-hidden />}
          loading={busy === "done"}
          onClick={() => void run("done", () => api.wrapUp(adviser.id, { done: true }))}
        >
          {t.desk.wrap.done} <kbd>{t.desk.offer.answerKey}</kbd>
        </Button>
        {runs && <ClockButtons adviser={adviser} run={run} busy={busy} />}
      </div>
      <BodyShort size="small" className="subtle">
        {t.desk.wrap.doneSays}
      </BodyShort>
    </>
  );
}

function ClockButtons({ adviser, run, busy }: Doing & { adviser: Adviser }) {
  const t = useText();
  return (
    <>
      <Button
        type="button"
        variant="secondary"
        data-color="neutral"
        icon={<TimerPauseIcon aria-hidden />}
        loading={busy === "stop"}
        onClick={() => void run("stop", () => api.wrapUp(adviser.id, { stop_clock: true }))}
      >
        {t.desk.wrap.stop}
      </Button>
      <Button
        type="button"
        variant="secondary"
        data-color="neutral"
        icon={<PlusIcon aria-hidden />}
        loading={busy === "extend"}
        onClick={() => void run("extend", () => api.wrapUp(adviser.id, { extend_s: 60 }))}
      >
        {t.desk.wrap.extend}
      </Button>
    </>
  );
}

function WrapUpClock({ until }: { until: string }) {
  const t = useText();
  const format = useFormat();
  const now = useNow();
  const left_s = Math.max(0, Math.floor((Date.parse(until) - now) / 1000));
  // The whole is the longest time seen left, so that more time fills the ring anew.
  const [whole, setWhole] = useState(left_s);
  if (left_s > whole) setWhole(left_s);
  const text = left_s === 0 ? t.desk.wrap.over : t.desk.wrap.left(format.duration(left_s));
  return (
    <Ring left={whole === 0 ? 0 : left_s / whole} label={text}>
      {format.duration(left_s)}
    </Ring>
  );
}
