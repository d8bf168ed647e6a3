import { PhoneIcon } from "@navikt/aksel-icons";
import { BodyShort, Heading } from "@navikt/ds-react";

import type { Adviser, DeskContact } from "../api/types";
import { useFormat, useText } from "../common/settings";
import { WhyLink } from "../hvorfor/WhyLink";
import { History } from "./History";

/** *Bli ringt opp*: the citizen is being rung; nothing for the adviser to do but to wait. */
export function DiallingCard({ contact, adviser }: { contact: DeskContact; adviser: Adviser }) {
  const t = useText();
  const format = useFormat();
  const { callback } = contact;
  return (
    <section className="call call--dialling" aria-labelledby="dialling-title" data-contact={contact.id}>
      <div className="call__head">
        <div>
          <Heading level="2" size="medium" id="dialling-title" className="offer__title">
            <PhoneIcon aria-hidden /> {t.work.callback.dialling}
          </Heading>
          <BodyShort className="subtle">
            {contact.queue?.name} · {contact.caller} · {t.desk.call.waited(format.duration(contact.waited_s))}
          </BodyShort>
          {callback && (
            <BodyShort>
              <strong>
                {t.work.callback.attempt(format.number(callback.attempts))}
              </strong>{" "}
              · {t.work.callback.promised(format.dayAndTime(callback.until))}
            </BodyShort>
          )}
        </div>
      </div>
      <BodyShort size="small" className="subtle">
        {t.work.callback.missed}
      </BodyShort>
      <WhyLink contact={contact.id} about={contact.queue?.name ?? contact.caller} reader={adviser.id} />
      <History events={contact.events} />
    </section>
  );
}
