import { BodyShort, Heading, InlineMessage, ReadMore } from "@navikt/ds-react";

import type { DayFigures, Tried } from "../api/types";
import type { Format } from "../common/format";
import { type Column, DataTable } from "../common/DataTable";
import { useFormat, useText } from "../common/settings";
import { WhyLink } from "../hvorfor/WhyLink";
import { QueuePicture } from "./QueuePicture";

const MOST_SHOWN = 10;

/** How yesterday would have been: in people first, then figures, then who notices it most. */
export function TryResult({ tried }: { tried: Tried }) {
  const t = useText();
  const format = useFormat();
  const words = t.admin.try;
  const inPeople = useInPeople(tried);
  const day = format.weekdayDate(tried.day);
  // A goal decides nothing about who gets an answer when, but the day is held against it.
  const measured = tried.queues.some(({ before, after }) => before.sl_offered !== after.sl_offered);
  return (
    <div className="try__result" data-identical={tried.identical}>
      {tried.identical ? (
        <InlineMessage status="info" role="status">
          <strong>{words.identical}.</strong> {measured ? words.identicalMeasured : words.identicalText}
        </InlineMessage>
      ) : (
        <p className="try__people" role="status">
          {inPeople}
        </p>
      )}
      <BodyShort size="small" className="subtle figure">
        {words.took(format.number(tried.contacts), day, format.decimal(tried.seconds))} {!tried.whole && words.part}{" "}
        {tried.proven ? words.proven : words.unproven}
      </BodyShort>
      {!tried.identical && (
        <BodyShort className="figure">{words.persons(format.number(tried.better), format.number(tried.worse))}</BodyShort>
      )}
      {(!tried.identical || measured) && (
        <>
          <WholeDay tried={tried} />
          <QueuePicture queues={tried.queues} />
        </>
      )}
      {!tried.identical && <Most tried={tried} />}
      {tried.assumed.length > 0 && (
        <ReadMore header={words.assumed} size="small">
          <ul className="changes">
            {tried.assumed.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </ReadMore>
      )}
    </div>
  );
}

/** `682 flere fikk svar innen fristen, 330 færre la på.` */
function useInPeople({ total: { before, after } }: Tried): string {
  const t = useText();
  const format = useFormat();
  const words = t.admin.try;
  const within = Math.round((after.sl_offered ?? 0) * after.offered) - Math.round((before.sl_offered ?? 0) * before.offered);
  const left = after.abandoned - before.abandoned;
  const count = (value: number) => format.number(Math.abs(value));
  const first = within === 0 ? words.same : within > 0 ? words.more(count(within)) : words.fewer(count(within));
  const second = left === 0 ? words.leftSame : left < 0 ? words.left(count(left)) : words.leftMore(count(left));
  return `${first}, ${second}.`;
}

interface Line {
  id: keyof ReturnType<typeof useText>["admin"]["try"]["rows"];
  before: number | null;
  after: number | null;
  kind: "count" | "share" | "seconds";
}

function linesOf({ total, occupancy }: Tried): Line[] {
  const line = (id: Line["id"], kind: Line["kind"], pick: (day: DayFigures) => number | null): Line => ({
    id,
    kind,
    before: pick(total.before),
    after: pick(total.after),
  });
  return [
    line("offered", "count", ({ offered }) => offered),
    line("answered", "count", ({ answered }) => answered),
    line("level", "share", ({ sl_offered }) => sl_offered),
    line("abandoned", "count", ({ abandoned }) => abandoned),
    line("mean", "seconds", ({ mean_wait_s }) => mean_wait_s),
    line("p90", "seconds", ({ p90_wait_s }) => p90_wait_s),
    { id: "occupancy", kind: "share", ...occupancy },
  ];
}

function WholeDay({ tried }: { tried: Tried }) {
  const t = useText();
  const format = useFormat();
  const words = t.admin.try;
  const columns: Column<Line>[] = [
    { id: "figure", name: words.figure, value: ({ id }) => words.rows[id] },
    { id: "before", name: words.before, align: "right", value: ({ before, kind }) => said(before, kind, format) },
    { id: "after", name: words.after, align: "right", value: ({ after, kind }) => said(after, kind, format) },
    {
      id: "change",
      name: words.change,
      align: "right",
      value: (line) => changeOf(line, format, words.points),
    },
  ];
  return <DataTable rows={linesOf(tried)} columns={columns} keyOf={({ id }) => id} region={words.table} />;
}

function said(value: number | null, kind: Line["kind"], format: Format): string {
  if (value === null) return "–";
  if (kind === "share") return format.percentFine(value);
  return kind === "seconds" ? format.duration(value) : format.number(value);
}

function changeOf({ before, after, kind }: Line, format: Format, points: (value: string) => string): string {
  if (before === null || after === null) return "–";
  const change = after - before;
  const sign = change > 0 ? "+" : change < 0 ? "−" : "";
  const size = Math.abs(change);
  if (kind === "share") return points(`${sign}${format.decimal(Math.round(size * 1000) / 10)}`);
  return `${sign}${kind === "seconds" ? format.duration(size) : format.number(size)}`;
}

function Most({ tried }: { tried: Tried }) {
  const t = useText();
  const format = useFormat();
  const words = t.admin.try;
  if (tried.most_affected.length === 0) return null;
  const fate = (seconds: number, end: string) => words.fate(format.duration(seconds), t.admin.ends[end] ?? end);
  return (
    <div>
      <Heading level="3" size="xsmall" spacing>
        {words.most}
      </Heading>
      <ol className="changes">
        {tried.most_affected.slice(0, MOST_SHOWN).map((each, index) => (
          <li key={`${each.contact}-${index}`} className="figure">
            {words.mostRow(fate(each.wait_before_s, each.end_before), fate(each.wait_after_s, each.end_after))}{" "}
            <WhyLink contact={each.contact} about={words.contact(format.number(index + 1))} isAside />
          </li>
        ))}
      </ol>
    </div>
  );
}
