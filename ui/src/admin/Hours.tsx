import { BodyShort, Heading, Select } from "@navikt/ds-react";

import type { OutlineHours } from "../api/types";
import { useText } from "../common/settings";
import { CommitField } from "./CommitField";
import type { Draft } from "./useDraft";

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;

/** Opening hours, and which of them each queue follows. */
export function Hours({ draft }: { draft: Draft }) {
  const t = useText();
  const { hours, queues } = draft.outline;
  if (hours.length === 0) return <BodyShort className="empty">{t.admin.hours.empty}</BodyShort>;
  return (
    <>
      <BodyShort size="small">{t.admin.hours.lead}</BodyShort>
      {hours.map((each) => (
        <One key={each.id} hours={each} draft={draft} />
      ))}
      <section className="admin__group">
        <Heading level="2" size="xsmall">
          {t.admin.hours.queues}
        </Heading>
        <div className="admin__fields">
          {queues.map((queue) => (
            <Select
              key={queue.id}
              label={queue.name}
              size="small"
              value={queue.hours}
              onChange={(event) => draft.edit([{ path: `queue.${queue.id}.hours`, value: event.target.value }])}
            >
              {hours.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </Select>
          ))}
        </div>
      </section>
    </>
  );
}

function One({ hours, draft }: { hours: OutlineHours; draft: Draft }) {
  const t = useText();
  const path = `hours.${hours.id}.open`;
  const clock = (value: string) => (CLOCK.test(value) ? null : t.admin.hours.wrong);
  return (
    <section className="admin__group" data-hours={hours.id}>
      <Heading level="2" size="xsmall">
        {hours.name}
      </Heading>
      {hours.base !== null && (
        <BodyShort size="small" className="subtle">
          {t.admin.hours.local(hours.base, hours.reason ?? "")}
        </BodyShort>
      )}
      {hours.open.map((span, index) => (
        <div key={index} className="admin__span">
          <BodyShort className="admin__days">{span.days.map((day) => t.admin.hours.days[day] ?? day).join(", ")}</BodyShort>
          <CommitField
            label={t.admin.hours.from}
            inputMode="numeric"
            htmlSize={7}
            check={clock}
            value={span.from}
            onCommit={(value) => draft.edit([{ path: `${path}.${index}.from`, value }])}
          />
          <CommitField
            label={t.admin.hours.to}
            inputMode="numeric"
            htmlSize={7}
            check={clock}
            value={span.to}
            onCommit={(value) => draft.edit([{ path: `${path}.${index}.to`, value }])}
          />
        </div>
      ))}
    </section>
  );
}
