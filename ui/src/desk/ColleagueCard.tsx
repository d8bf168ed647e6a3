import { CheckmarkIcon, PersonHeadsetIcon, PersonGroupIcon, PhoneSlashIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading } from "@navikt/ds-react";
import { useEffect, useRef } from "react";

import { api } from "../api/client";
import type { Adviser, AskedBy, DeskContact } from "../api/types";
import { ContactStateTag } from "../common/ContactStateTag";
import { useNow } from "../common/clock";
import { useFormat, useText } from "../common/settings";
import { isTyping } from "../common/typing";
import type { Doing } from "./Desk";
import { History } from "./History";

import "../beside/beside.css";

/** A colleague asks: who, from where, about what. The person is theirs, so nothing here opens or moves one. */
export function ColleagueCard({ contact, run, busy }: Doing & { contact: DeskContact }) {
  const t = useText();
  const format = useFormat();
  const now = useNow();
  const words = t.colleague;
  const asked = contact.asked_by ?? null;
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!isTyping()) card.current?.focus({ preventScroll: true });
  }, []);
  const joined = asked?.conference === true;
  const since = contact.answered ?? contact.arrived;
  return (
    <section
      className="call"
      aria-labelledby="call-title"
      ref={card}
      tabIndex={-1}
      data-contact={contact.id}
      data-colleague={joined ? "together" : "alone"}
    >
      <div className="call__head">
        <Who contact={contact} />
        <span className="call__timer figure">{format.duration((now - Date.parse(since)) / 1000)}</span>
      </div>
      <div role="status" className={joined ? "beside" : undefined}>
        <BodyShort weight={joined ? "semibold" : "regular"} className="beside__text">
          {joined ? <PersonGroupIcon aria-hidden /> : <PersonHeadsetIcon aria-hidden />} {joined ? words.together : words.alone}
        </BodyShort>
      </div>
      <BodyShort size="small">{words.whom}</BodyShort>
      <div className="call__buttons">
        <Button
          data-color="danger"
          icon={<PhoneSlashIcon aria-hidden />}
          loading={busy === "end"}
          onClick={() => void run("end", () => api.end(contact.id))}
        >
          {words.end}
        </Button>
      </div>
      <BodyShort size="small" className="subtle">
        {words.says}
      </BodyShort>
      <History events={contact.events} />
    </section>
  );
}

function Who({ contact }: { contact: DeskContact }) {
  const t = useText();
  const words = t.colleague;
  const asked = contact.asked_by ?? null;
  return (
    <div>
      <div className="consulting__head">
        <Heading level="2" size="medium" id="call-title">
          {words.asks(asked?.adviser.name ?? words.somebody)}
        </Heading>
        <ContactStateTag state={contact.state} />
      </div>
      <BodyShort className="subtle">
        {[asked?.unit && words.from(asked.unit.name), contact.queue?.name].filter(Boolean).join(" · ")}
      </BodyShort>
      <About asked={asked} />
    </div>
  );
}

/** The queue and the topic of the contact that the question is about. */
function About({ asked }: { asked: AskedBy | null }) {
  const t = useText();
  const about = [asked?.queue?.name, asked?.topic?.name].filter(Boolean).join(" · ");
  if (about === "") return null;
  return (
    <BodyShort>
      {t.colleague.about}: <strong>{about}</strong>
    </BodyShort>
  );
}

/** After a colleague's question there is nothing to write: one key and one is free. */
export function ColleagueAfter({ contact, adviser, run, busy }: Doing & { contact: DeskContact; adviser: Adviser }) {
  const t = useText();
  const words = t.colleague;
  const asked = contact.asked_by ?? null;
  const done = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isTyping()) done.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section className="call call--wrap" aria-labelledby="wrap-title" data-contact={contact.id} data-colleague="over">
      <div>
        <Heading level="2" size="medium" id="wrap-title">
          {words.after}
        </Heading>
        <BodyShort className="subtle">
          {[asked?.adviser.name, asked?.unit?.name, contact.queue?.name].filter(Boolean).join(" · ")}
        </BodyShort>
        <About asked={asked} />
        <BodyShort>{words.afterSays}</BodyShort>
      </div>
      <div className="call__buttons">
        <Button
          ref={done}
          icon={<CheckmarkIcon aria-hidden />}
          loading={busy === "done"}
          onClick={() => void run("done", () => api.wrapUp(adviser.id, { done: true }))}
        >
          {t.desk.wrap.done} <kbd>{t.desk.offer.answerKey}</kbd>
        </Button>
      </div>
      <History events={contact.events} />
    </section>
  );
}
