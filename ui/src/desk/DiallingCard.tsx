import { PhoneIcon } from "@navikt/aksel-icons";
import { BodyShort, Heading } from "@navikt/ds-react";
import { useState } from "react";

import type { Adviser, DeskContact } from "../api/types";
import { useNow } from "../common/clock";
import { Ring } from "../common/Ring";
import { useFormat, useText } from "../common/settings";
import { WhyLink } from "../hvorfor/WhyLink";
import { History } from "./History";

/** *Bli ringt opp*: the citizen is being rung; nothing for the adviser to do but to wait. */
export function DiallingCard({ contact, adviser }: { contact: DeskContact; adviser: Adviser }) {
  const t = useText();
  const format = useFormat();
  const now = useNow();
  const { callback } = contact;
  const ends = contact.state === "dialling" ? (callback?.expires_at ?? null) : null;
  const left_s = ends ? Math.max(0, Math.floor((Date.parse(ends) - now) / 1000)) : null;
  // The whole is the longest time seen left.
  const [whole, setWhole] = useState(left_s ?? 0);
  if (left_s !== null && left_s > whole) setWhole(left_s);
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
                {t.work.callback.attempt(format.number(callback.attempts), callback.of ? format.number(callback.of) : null)}
              </strong>{" "}
              · {t.work.callback.promised(format.dayAndTime(callback.until))}
            </BodyShort>
          )}
        </div>
        {left_s !== null && (
          <Ring left={whole === 0 ? 0 : left_s / whole} label={t.work.callback.left(format.duration(left_s))}>
            {format.number(left_s)}
          </Ring>
        )}
      </div>
      <BodyShort size="small" className="subtle">
        {t.work.callback.missed}
      </BodyShort>
      <WhyLink contact={contact.id} about={contact.queue?.name ?? contact.caller} reader={adviser.id} />
      <History events={contact.events} />
    </section>
  );
}
