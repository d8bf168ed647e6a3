import { InboxUpIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading } from "@navikt/ds-react";

import { api } from "../api/client";
import type { DeskContact } from "../api/types";
import { ContactStateTag } from "../common/ContactStateTag";
import { useText } from "../common/settings";
import type { Doing } from "./Desk";

/** Work that was laid aside for a call: still the adviser's own, and can be given back. */
export function AsideCard({ contact, run, busy }: Doing & { contact: DeskContact }) {
  const t = useText();
  const title = `aside-${contact.id}`;
  return (
    <section className="call call--aside" aria-labelledby={title} data-contact={contact.id}>
      <div className="consulting__head">
        <Heading level="2" size="small" id={title}>
          {contact.queue?.name ?? t.channel[contact.channel]}
        </Heading>
        <ContactStateTag state="set_aside" />
      </div>
      <BodyShort>{t.work.aside.text}</BodyShort>
      <GiveBack contact={contact} run={run} busy={busy} />
    </section>
  );
}

export function GiveBack({ contact, run, busy }: Doing & { contact: DeskContact }) {
  const t = useText();
  return (
    <>
      <Button
        size="small"
        variant="secondary"
        data-color="neutral"
        icon={<InboxUpIcon aria-hidden />}
        loading={busy === `return-${contact.id}`}
        onClick={() => void run(`return-${contact.id}`, () => api.giveBack(contact.id))}
      >
        {t.work.aside.giveBack}
      </Button>
      <BodyShort size="small" className="subtle">
        {t.work.aside.giveBackSays}
      </BodyShort>
    </>
  );
}
