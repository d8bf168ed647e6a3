import { DownloadIcon } from "@navikt/aksel-icons";
import { Button, Table } from "@navikt/ds-react";
import { memo } from "react";

import type { Minute } from "../api/types";
import { saveCsv } from "../common/csv";
import { useFormat, useText } from "../common/settings";

interface Props {
  minutes: Minute[];
  threshold: number;
  /** The queue that it is about; without one, the whole centre. */
  queue?: { id: string; name: string };
}

/** The same figures as the chart, newest first, and as a file. */
export function HourTable({ minutes, threshold, queue }: Props) {
  const t = useText();
  const format = useFormat();
  const heading = [
    t.traffic.hour.minute,
    t.traffic.hour.offered,
    t.traffic.hour.answered,
    t.traffic.hour.within(format.span(threshold)),
    t.traffic.hour.abandoned,
    t.traffic.hour.waiting,
  ];
  const save = () =>
    saveCsv(
      queue ? `${t.traffic.hour.csvFile}-${queue.id}` : t.traffic.hour.csvFile,
      heading,
      minutes.map((minute) => [minute.at, ...figuresOf(minute)]),
    );
  return (
    <div className="hour-table">
      <div className="scroll scroll--tall" tabIndex={0} role="region" aria-label={queue ? t.traffic.hour.tableOf(queue.name) : t.traffic.hour.table}>
        <Table size="small" stickyHeader>
          <Table.Header>
            <Table.Row>
              {heading.map((text, index) => (
                <Table.HeaderCell key={text} scope="col" align={index === 0 ? "left" : "right"}>
                  {text}
                </Table.HeaderCell>
              ))}
            </Table.Row>
          </Table.Header>
          <Table.Body>
            {[...minutes].reverse().map((minute) => (
              <MinuteRow key={minute.at} minute={minute} />
            ))}
          </Table.Body>
        </Table>
      </div>
      <Button
        size="xsmall"
        variant="tertiary"
        data-color="neutral"
        icon={<DownloadIcon aria-hidden />}
        onClick={save}
      >
        {t.traffic.hour.csv}
      </Button>
    </div>
  );
}

const MinuteRow = memo(function MinuteRow({ minute }: { minute: Minute }) {
  const format = useFormat();
  return (
    <Table.Row>
      <Table.HeaderCell scope="row" className="figure">
        {format.timeShort(minute.at)}
      </Table.HeaderCell>
      {figuresOf(minute).map((figure, index) => (
        <Table.DataCell key={index} align="right" className="figure">
          {format.number(figure)}
        </Table.DataCell>
      ))}
    </Table.Row>
  );
});

function figuresOf(minute: Minute): number[] {
  return [minute.offered, minute.answered, minute.answered_within, minute.abandoned, minute.waiting];
}
