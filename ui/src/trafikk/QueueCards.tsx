import { ExpansionCard } from "@navikt/ds-react";
import { useState } from "react";

import type { QueueRow } from "../api/types";
import { GoalTag } from "../common/GoalTag";
import { Meter } from "../common/Meter";
import { useFormat, useText } from "../common/settings";
import { Age } from "./Age";
import { QueueDetails } from "./QueueDetails";
import { QueueOrigin } from "./QueueTable";
import { queueState } from "./order";

/** The queue table on a telephone: one card per queue. */
export function QueueCards({ rows }: { rows: QueueRow[] }) {
  return (
    <ul className="queue-cards">
      {rows.map((row) => (
        <li key={row.id}>
          <Card row={row} />
        </li>
      ))}
    </ul>
  );
}

function Card({ row }: { row: QueueRow }) {
  const t = useText();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const state = queueState(row);
  return (
    <ExpansionCard size="small" open={open} onToggle={setOpen} aria-label={t.traffic.queues.open(row.name)}>
      <ExpansionCard.Header>
        <ExpansionCard.Title as="h3" size="small">
          {row.name}
        </ExpansionCard.Title>
        <ExpansionCard.Description>
          <QueueOrigin row={row} />
          <span className="queue-card__line">
            <GoalTag state={state} size="xsmall" />
            <span className="figure">{row.sl.value === null ? "–" : format.percent(row.sl.value)}</span>
            <Meter value={row.sl.value} goal={row.sl.goal} state={state} />
          </span>
          <span className="queue-card__line">
            <span>
              {t.traffic.queues.waiting} <strong className="figure">{format.number(row.waiting)}</strong>
            </span>
            <span>
              {t.traffic.queues.oldest}{" "}
              <strong className="figure">
                {row.oldest_at ? <Age since={row.oldest_at} /> : t.traffic.queues.nobody}
              </strong>
            </span>
            <span>
              {t.traffic.queues.ready} <strong className="figure">{format.number(row.advisers.ready)}</strong>
            </span>
          </span>
        </ExpansionCard.Description>
      </ExpansionCard.Header>
      <ExpansionCard.Content>{open && <QueueDetails row={row} />}</ExpansionCard.Content>
    </ExpansionCard>
  );
}
