import { ArrowUndoIcon, HandshakeIcon, PauseIcon, PersonGroupIcon, PersonHeadsetIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading } from "@navikt/ds-react";

import { api } from "../api/client";
import type { Consult, DeskContact } from "../api/types";
import { ContactStateTag } from "../common/ContactStateTag";
import { useNow } from "../common/clock";
import { useFormat, useText } from "../common/settings";
import { useExpectedText } from "../common/useExpectedText";
import type { Doing } from "./Desk";

/** While an expert is asked: where that stands, and the two ways out. */
export function Consulting({ contact, consult, run, busy }: Doing & { contact: DeskContact; consult: Consult }) {
  const t = useText();
  const format = useFormat();
  const now = useNow();
  const expectedText = useExpectedText();
  const talks = consult.answered;
  const target = contact.consults.find(({ queue }) => queue === consult.queue?.id);
  return (
    <div className="consulting" data-consult={consult.state} data-conference={contact.conference}>
      <div className="consulting__head">
        <Heading level="3" size="small" className="consulting__title">
          <PersonHeadsetIcon aria-hidden /> {t.work.consult.with(consult.queue?.name ?? "")}
        </Heading>
        <ContactStateTag state={consult.state} />
        <span className="figure subtle">{format.duration((now - Date.parse(consult.since)) / 1000)}</span>
      </div>
      <BodyShort>
        {contact.conference ? t.beside.conference.joined : (t.work.consult.state[consult.state] ?? "")}
        {!talks && target && <> {t.work.consult.expected(expectedText(target.expected_wait_s))}.</>}
      </BodyShort>
      <div className="call__buttons">
        <Button
          icon={<ArrowUndoIcon aria-hidden />}
          loading={busy === "take_back"}
          onClick={() => void run("take_back", () => api.endConsult(contact.id, "take_back"))}
        >
          {t.work.consult.takeBack}
        </Button>
        <Button
          variant="secondary"
          data-color="neutral"
          icon={contact.conference ? <PauseIcon aria-hidden /> : <PersonGroupIcon aria-hidden />}
          disabled={!talks}
          loading={busy === "conference"}
          onClick={() => void run("conference", () => api.conference(contact.id, !contact.conference))}
        >
          {contact.conference ? t.beside.conference.part : t.beside.conference.join}
        </Button>
        <Button
          variant="secondary"
          data-color="neutral"
          icon={<HandshakeIcon aria-hidden />}
          disabled={!talks}
          loading={busy === "hand_over"}
          onClick={() => void run("hand_over", () => api.endConsult(contact.id, "hand_over"))}
        >
          {t.work.consult.handOver}
        </Button>
      </div>
      <BodyShort size="small" className="subtle">
        {talks && !contact.conference && `${t.beside.conference.joinSays} `}
        {t.work.consult.takeBackSays} {talks ? t.work.consult.handOverSays : t.work.consult.handOverNot}
      </BodyShort>
    </div>
  );
}
