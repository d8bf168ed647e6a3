import { BellFillIcon, PhoneFillIcon, XMarkIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading, ReadMore } from "@navikt/ds-react";
import { useEffect, useRef, useState } from "react";

import { api } from "../api/client";
import type { Offer } from "../api/types";
import { useNow } from "../common/clock";
import { Ring } from "../common/Ring";
import { useFormat, useText } from "../common/settings";
import { isOnControl, isTyping } from "../common/typing";
import { WhyLink } from "../hvorfor/WhyLink";
import { OfferPerson } from "../person/OfferPerson";
import type { Doing } from "./Desk";

/** Keys pressed as the offer appears were meant for something else. */
const KEY_GUARD_MS = 350;

/** *Henvendelse til deg*: who, from where, why you, and how long there is to answer. */
export function OfferCard({ offer, adviser, run, busy }: Doing & { offer: Offer; adviser: string }) {
  const t = useText();
  const format = useFormat();
  const answer = useRef<HTMLButtonElement>(null);
  const [typing] = useState(isTyping);
  const accept = () => void run("accept", () => api.acceptOffer(offer.id));
  const decline = () => void run("decline", () => api.declineOffer(offer.id));
  useOfferKeys(accept, decline);
  const rings = offer.callback != null && offer.callback.reached === null;
  const asked = offer.asked_by ?? null;
  const topic = asked?.topic ?? offer.topic;
  const note = asked ? t.colleague.offered(asked.adviser.name) : offer.note;
  const title = rings
    ? t.work.callback.title
    : offer.consult
      ? t.work.consult.askedTitle
      : t.desk.offer.title;

  useEffect(() => {
    if (!isTyping()) answer.current?.focus();
  }, []);

  return (
    <section className="offer" aria-labelledby="offer-title" data-offer={offer.id}>
      <div className="offer__head">
        <div>
          <Heading level="2" size="medium" id="offer-title" className="offer__title">
            <BellFillIcon aria-hidden /> {title}
          </Heading>
          <BodyShort className="offer__what">
            <strong>{offer.queue?.name}</strong>
            {topic && <> · {topic.name}</>}
            {!offer.consult && <> · {offer.caller}</>} ·{" "}
            {t.desk.offer.waited(format.duration(offer.waited_s))}
          </BodyShort>
          {note && <BodyShort weight="semibold">{note}</BodyShort>}
          {asked?.unit && (
            <BodyShort>
              {t.colleague.from(asked.unit.name)}
              {asked.queue && <> · {asked.queue.name}</>}
            </BodyShort>
          )}
          <p className="offer__why">{offer.why.text}</p>
        </div>
        <Countdown offer={offer} />
      </div>
      {!offer.consult && <OfferPerson contact={offer.contact} />}
      <div className="offer__buttons">
        <Button ref={answer} icon={<PhoneFillIcon aria-hidden />} loading={busy === "accept"} onClick={accept}>
          {rings ? t.work.callback.answer : t.desk.offer.answer} <kbd>{t.desk.offer.answerKey}</kbd>
        </Button>
        <Button
          variant="secondary"
          data-color="neutral"
          icon={<XMarkIcon aria-hidden />}
          loading={busy === "decline"}
          onClick={decline}
        >
          {t.desk.offer.decline} <kbd>{t.desk.offer.declineKey}</kbd>
        </Button>
      </div>
      {typing && <BodyShort size="small">{t.desk.offer.typing}</BodyShort>}
      <BodyShort size="small" className="subtle">
        {t.desk.offer.declineSays}
      </BodyShort>
      <ReadMore header={t.desk.offer.figures} size="small">
        <WhyFigures offer={offer} />
        <WhyLink contact={offer.contact} about={offer.queue?.name ?? offer.caller} reader={adviser} />
      </ReadMore>
    </section>
  );
}

/** Enter answers and Esc declines, unless the person is typing or is on a control that wants the key. */
function useOfferKeys(accept: () => void, decline: () => void) {
  const actions = useRef({ accept, decline });
  actions.current = { accept, decline };
  useEffect(() => {
    const shown = performance.now();
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || isTyping()) return;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key !== "Enter" && event.key !== "Escape") return;
      if (performance.now() - shown < KEY_GUARD_MS) {
        event.preventDefault();
        return;
      }
      if (event.key === "Enter" && !isOnControl()) actions.current.accept();
      if (event.key === "Escape" && !isPopupOpen()) actions.current.decline();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

function isPopupOpen(): boolean {
  return document.querySelector("[role='menu'], [role='dialog'], [aria-haspopup='menu'][aria-expanded='true']") !== null;
}

function Countdown({ offer }: { offer: Offer }) {
  const t = useText();
  const format = useFormat();
  const now = useNow();
  if (offer.expires_at === null) return null;
  const left_s = Math.max(0, Math.floor((Date.parse(offer.expires_at) - now) / 1000));
  const shown = Math.min(left_s, offer.ring_s);
  return (
    <div className="offer__clock">
      <Ring left={shown / offer.ring_s} label={t.desk.offer.ring(format.number(shown))}>
        {shown}
      </Ring>
      <BodyShort size="small">{t.desk.offer.within(format.number(shown))}</BodyShort>
    </div>
  );
}

function WhyFigures({ offer }: { offer: Offer }) {
  const t = useText();
  const format = useFormat();
  const { why } = offer;
  const rows: [string, string][] = [
    [t.desk.offer.rule, t.desk.offer.rules[why.rule] ?? why.rule],
    [t.desk.offer.queue, offer.queue?.name ?? "–"],
    [t.desk.offer.waitedLabel, format.duration(why.waited_s ?? offer.waited_s)],
    [t.desk.offer.able, format.number(why.able)],
    [t.desk.offer.idle, format.duration(why.idle_s)],
    [
      t.desk.offer.runnerUp,
      why.runner_up_idle_s === null ? t.desk.offer.runnerUpNone : format.duration(why.runner_up_idle_s),
    ],
  ];
  return (
    <dl className="facts facts--narrow">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="figure">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
