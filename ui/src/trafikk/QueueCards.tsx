import { ExpansionCard } from "@navikt/ds-react";

import type { QueueRow } from "../api/types";
import { GoalTag } from "../common/GoalTag";
import { Meter } from "../common/Meter";
import { useFormat, useText } from "../common/settings";
import { Age } from "./Age";
import { QueueDetails } from "./QueueDetails";
import { type Opened, QueueOrigin } from "./QueueTable";
import { isVoice, queueState } from "./order";

/** The queue table on a telephone: one card per queue. */
export function QueueCards({ rows, opened }: { rows: QueueRow[]; opened: Opened }) {
  return (
    <ul className="queue-cards">
      {rows.map((row) => (
        <li key={row.id}>
          <Card row={row} open={opened.has(row.id)} onOpen={opened.set} />
        </li>
      ))}
    </ul>
  );
}

interface CardProps {
  row: QueueRow;
  open: boolean;
  onOpen: Opened["set"];
}

function Card({ row, open, onOpen }: CardProps) {
  const t = useText();
  const format = useFormat();
  const state = queueState(row);
  return (
    <ExpansionCard size="small" open={open} onToggle={(isOpen) => onOpen(row.id, isOpen)} aria-label={t.traffic.queues.open(row.name)}>
      <ExpansionCard.Header>
        <ExpansionCard.Title as="h3" size="small">
          {row.name}
        </ExpansionCard.Title>
        <ExpansionCard.Description>
          <QueueOrigin row={row} limit={!isVoice(row)} />
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
