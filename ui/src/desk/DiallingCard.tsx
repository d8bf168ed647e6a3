import { PhoneIcon, PhoneSlashIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading } from "@navikt/ds-react";

import { api } from "../api/client";
import type { Adviser, DeskContact } from "../api/types";
import { useFormat, useText } from "../common/settings";
import { WhyLink } from "../hvorfor/WhyLink";
import type { Doing } from "./Desk";
import { History } from "./History";

/** The citizen is being rung, because they asked for it (*Bli ringt opp*) or because the adviser rings out. */
export function DiallingCard({ contact, adviser, run, busy }: Doing & { contact: DeskContact; adviser: Adviser }) {
  const t = useText();
  const format = useFormat();
  const { callback } = contact;
  return (
    <section className="call call--dialling" aria-labelledby="dialling-title" data-contact={contact.id}>
      <div className="call__head">
        <div>
          <Heading level="2" size="medium" id="dialling-title" className="offer__title">
            <PhoneIcon aria-hidden /> {contact.called_out ? t.beside.callOut.ringing : t.work.callback.dialling}
          </Heading>
          <BodyShort className="subtle">
            {contact.called_out
              ? contact.queue?.name
              : `${contact.queue?.name} · ${contact.caller} · ${t.desk.call.waited(format.duration(contact.waited_s))}`}
          </BodyShort>
          {callback && (
            <BodyShort>
              <strong>
                {t.work.callback.attempt(format.number(callback.attempts))}
              </strong>{" "}
              · {t.work.callback.promised(format.promised(callback.until))}
            </BodyShort>
          )}
        </div>
      </div>
      <BodyShort size="small" className="subtle">
        {contact.called_out ? t.beside.callOut.ringingSays : t.work.callback.missed}
      </BodyShort>
      {contact.called_out && (
        <div className="call__buttons">
          <Button
            data-color="danger"
            icon={<PhoneSlashIcon aria-hidden />}
            loading={busy === "end"}
            onClick={() => void run("end", () => api.end(contact.id))}
          >
            {t.beside.callOut.stop}
          </Button>
        </div>
      )}
      <WhyLink contact={contact.id} about={contact.queue?.name ?? contact.caller} reader={adviser.id} />
      <History events={contact.events} />
    </section>
  );
}
