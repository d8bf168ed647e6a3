import { ReadMore } from "@navikt/ds-react";

import type { ContactEvent } from "../api/types";
import { useFormat, useText } from "../common/settings";

/** What has happened to a contact, oldest first. */
export function History({ events }: { events: ContactEvent[] }) {
  const t = useText();
  const format = useFormat();
  if (events.length === 0) return null;
  return (
    <ReadMore header={t.desk.call.history} size="small" defaultOpen>
      <ol className="history">
        {events.map((event) => (
          <li key={event.seq}>
            <span className="figure subtle">{format.timeExact(event.at)}</span>
            <span>
              {t.event[event.kind] ?? event.kind.replaceAll("_", " ")}
              {event.detail && `, ${t.eventDetail[event.detail] ?? event.detail}`}
              {event.why?.text && <span className="history__why">{event.why.text}</span>}
            </span>
          </li>
        ))}
      </ol>
    </ReadMore>
  );
}
