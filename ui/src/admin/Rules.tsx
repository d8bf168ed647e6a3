import { BodyShort, Select } from "@navikt/ds-react";
import { useState } from "react";

import type { OutlineQueue } from "../api/types";
import { useFormat, useText } from "../common/settings";
import { CommitField } from "./CommitField";
import { DurationField } from "./DurationField";
import type { Draft } from "./useDraft";

/** Who is asked for a queue's contacts, step by step. */
export function Rules({ draft }: { draft: Draft }) {
  const t = useText();
  const { queues } = draft.outline;
  const [chosen, setChosen] = useState("");
  const queue = queues.find(({ id }) => id === chosen) ?? queues[0];
  if (!queue) return <BodyShort className="empty">{t.admin.rules.empty}</BodyShort>;
  return (
    <>
      <Select label={t.admin.rules.queue} size="small" value={queue.id} onChange={(event) => setChosen(event.target.value)}>
        {queues.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
      <BodyShort size="small">{t.admin.rules.lead}</BodyShort>
      <Rings queue={queue} draft={draft} />
    </>
  );
}

function Rings({ queue, draft }: { queue: OutlineQueue; draft: Draft }) {
  const t = useText();
  const format = useFormat();
  return (
    <ol className="rings">
      {queue.rings.map((ring, index) => (
        <li key={`${queue.id}-${index}`} data-ring={index}>
          <BodyShort weight="semibold">
            {t.admin.rules.step(format.number(index + 1))}
            {index === 0 && <span className="subtle"> · {t.admin.rules.first}</span>}
          </BodyShort>
          <BodyShort size="small">{ring.words}</BodyShort>
          <div className="admin__span">
            {index > 0 && (
              <DurationField
                label={t.admin.rules.after}
                seconds={ring.after_s}
                onCommit={(value) => draft.edit([{ path: `queue.${queue.id}.ring.${index}.after`, value }])}
              />
            )}
            <CommitField
              label={t.admin.rules.who}
              className="admin__who"
              value={ring.who}
              onCommit={(value) => draft.edit([{ path: `queue.${queue.id}.ring.${index}.who`, value }])}
            />
          </div>
        </li>
      ))}
      <li className="rings__hint">
        <BodyShort size="small" className="subtle">
          {t.admin.rules.whoHint}
        </BodyShort>
      </li>
    </ol>
  );
}
