import { BodyShort, Heading, Table } from "@navikt/ds-react";
import { memo, useCallback, useId, useRef, useState } from "react";

import type { QueueRow } from "../api/types";
import { GoalTag } from "../common/GoalTag";
import { Meter } from "../common/Meter";
import { useFormat, useMedia, useText } from "../common/settings";
import { Age } from "./Age";
import { QueueCards } from "./QueueCards";
import { QueueDetails } from "./QueueDetails";
import { isVoice, queueState, useCalmOrder } from "./order";

interface Props {
  queues: QueueRow[];
  title: string;
  region: string;
  /** Heading of the service level, with the limit where all rows share it. */
  level: string;
  /** Whether each row says its own limit. */
  ownLimits?: boolean;
}

/** Queues, nearest their goal first. A row opens its details. */
export function QueueTable({ queues, title, region, level, ownLimits = false }: Props) {
  const t = useText();
  const format = useFormat();
  const id = useId();
  const narrow = useMedia("(max-width: 47.99rem)");
  const frame = useRef<HTMLElement>(null);
  const { rows, sortedAt } = useCalmOrder(queues, frame);
  const opened = useOpened();
  return (
    <section className="panel queues" ref={frame} aria-labelledby={id}>
      <div className="panel__head">
        <Heading level="2" size="small" id={id}>
          {title}
        </Heading>
        <BodyShort size="small" className="subtle">
          {t.traffic.queues.sorted(format.time(sortedAt))}
        </BodyShort>
      </div>
      {rows.length === 0 && <BodyShort className="empty">{t.traffic.queues.empty}</BodyShort>}
      {rows.length > 0 &&
        (narrow ? (
          <QueueCards rows={rows} opened={opened} />
        ) : (
          <Rows rows={rows} opened={opened} region={region} level={level} ownLimits={ownLimits} />
        ))}
    </section>
  );
}

export interface Opened {
  has(queue: string): boolean;
  set(queue: string, open: boolean): void;
}

/** Which rows are open; kept here so that a turned telephone does not close them. */
function useOpened(): Opened {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const set = useCallback((queue: string, isOpen: boolean) => {
    setOpen((before) => {
      const after = new Set(before);
      if (isOpen) after.add(queue);
      else after.delete(queue);
      return after;
    });
  }, []);
  return { has: (queue) => open.has(queue), set };
}

interface RowsProps {
  rows: QueueRow[];
  opened: Opened;
  region: string;
  level: string;
  ownLimits: boolean;
}

function Rows({ rows, opened, region, level, ownLimits }: RowsProps) {
  const t = useText();
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={region}>
      <Table size="small" className="queue-table">
        <Table.Header>
          <Table.Row>
            <Table.HeaderCell scope="col">{t.traffic.queues.name}</Table.HeaderCell>
            <Table.HeaderCell scope="col" align="right">
              {t.traffic.queues.waiting}
            </Table.HeaderCell>
            <Table.HeaderCell scope="col" align="right">
              {t.traffic.queues.oldest}
            </Table.HeaderCell>
            <Table.HeaderCell scope="col" align="right">
              {t.traffic.queues.expected}
            </Table.HeaderCell>
            <Table.HeaderCell scope="col">{level}</Table.HeaderCell>
            <Table.HeaderCell scope="col">{t.traffic.queues.state}</Table.HeaderCell>
            <Table.HeaderCell scope="col" align="right">
              {t.traffic.queues.abandoned}
            </Table.HeaderCell>
            <Table.HeaderCell scope="col" align="right">
              {t.traffic.queues.ready}
            </Table.HeaderCell>
            <Table.HeaderCell scope="col">
              <span className="sr-only">{t.traffic.queues.details}</span>
            </Table.HeaderCell>
          </Table.Row>
        </Table.Header>
        <Table.Body>
          {rows.map((row) => (
            <Row key={row.id} row={row} open={opened.has(row.id)} onOpen={opened.set} ownLimit={ownLimits} />
          ))}
        </Table.Body>
      </Table>
    </div>
  );
}

interface RowProps {
  row: QueueRow;
  open: boolean;
  onOpen: Opened["set"];
  ownLimit: boolean;
}

const Row = memo(function Row({ row, open, onOpen, ownLimit }: RowProps) {
  const t = useText();
  const format = useFormat();
  const state = queueState(row);
  return (
    <Table.ExpandableRow
      content={open && <QueueDetails row={row} />}
      open={open}
      onOpenChange={(isOpen) => onOpen(row.id, isOpen)}
      togglePlacement="right"
      expandOnRowClick
      contentGutter="none"
      className={`queue-row queue-row--${state}`}
    >
      <Table.HeaderCell scope="row">
        <span className="queue-name">{row.name}</span>
        <QueueOrigin row={row} limit={ownLimit} />
      </Table.HeaderCell>
      <Table.DataCell align="right" className="figure figure--strong">
        {format.number(row.waiting)}
      </Table.DataCell>
      <Table.DataCell align="right" className="figure">
        {row.oldest_at ? <Age since={row.oldest_at} /> : t.traffic.queues.nobody}
      </Table.DataCell>
      <Table.DataCell align="right" className="figure">
        {row.expected_wait_s === null ? t.traffic.queues.unknown : format.duration(row.expected_wait_s)}
      </Table.DataCell>
      <Table.DataCell>
        <span className="sl-cell">
          <span className="figure">{row.sl.value === null ? "–" : format.percent(row.sl.value)}</span>
          <Meter value={row.sl.value} goal={row.sl.goal} state={state} />
        </span>
      </Table.DataCell>
      <Table.DataCell>
        <GoalTag state={state} size="xsmall" />
      </Table.DataCell>
      <Table.DataCell align="right" className="figure">
        {row.abandoned.share === null ? "–" : format.percent(row.abandoned.share)}
      </Table.DataCell>
      <Table.DataCell align="right" className="figure">
        {format.number(row.advisers.ready)}
      </Table.DataCell>
    </Table.ExpandableRow>
  );
});

/** Where the queue is reached: number and key, or channel; and when it opens if it is closed. */
export function QueueOrigin({ row, limit = false }: { row: QueueRow; limit?: boolean }) {
  const t = useText();
  const format = useFormat();
  const origin =
    row.group && row.key
      ? t.traffic.queues.key(row.group.name, row.key)
      : (row.group?.name ?? (isVoice(row) ? null : (t.channel[row.channel] ?? row.channel)));
  const parts = [
    origin,
    limit && t.traffic.queues.limit(format.span(row.sl.threshold_s)),
    !row.open && row.opens_text,
  ].filter(Boolean);
  return parts.length === 0 ? null : <span className="queue-origin">{parts.join(" · ")}</span>;
}
