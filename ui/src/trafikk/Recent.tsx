import { BodyShort, Heading, Link as AkselLink } from "@navikt/ds-react";
import { Link } from "@tanstack/react-router";

import type { QueueRow, RecentContact } from "../api/types";
import { ContactStateTag } from "../common/ContactStateTag";
import { useMinute } from "../common/clock";
import { useFormat, useText } from "../common/settings";
import { WhyLink } from "../hvorfor/WhyLink";

/** Calls that people made themselves, each in the state it is in now. */
export function Recent({ recent, queues }: { recent: RecentContact[]; queues: QueueRow[] }) {
  const t = useText();
  const format = useFormat();
  useMinute();
  const nameOf = (queue: string | null) => queues.find((row) => row.id === queue)?.name ?? queue;
  return (
    <section className="panel" aria-labelledby="recent-title">
      <div className="panel__head">
        <Heading level="2" size="small" id="recent-title">
          {t.traffic.recent.title}
        </Heading>
      </div>
      <BodyShort size="small" className="subtle" spacing>
        {t.traffic.recent.text}
      </BodyShort>
      {recent.length === 0 ? (
        <BodyShort className="empty">
          {t.traffic.recent.empty}{" "}
          <AkselLink as={Link} to="/demo" hash="ring-inn">
            {t.traffic.recent.ring}
          </AkselLink>
        </BodyShort>
      ) : (
        <ul className="recent">
          {recent.map((contact) => (
            <li key={contact.contact} data-contact={contact.contact} data-state={contact.state}>
              <span className="figure subtle">{format.timeExact(contact.at)}</span>
              <span className="recent__queue">{nameOf(contact.queue) ?? "–"}</span>
              <ContactStateTag state={contact.state} />
              <WhyLink contact={contact.contact} about={`${nameOf(contact.queue) ?? "–"}, ${format.timeExact(contact.at)}`} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
