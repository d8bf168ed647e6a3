import { DownloadIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading } from "@navikt/ds-react";

import type { Cut, FigureRow, Figures } from "../api/types";
import { saveCsv } from "../common/csv";
import { type Column, DataTable } from "../common/DataTable";
import { GoalTag } from "../common/GoalTag";
import { goalState } from "../common/goal";
import { Meter } from "../common/Meter";
import { useFormat, useText } from "../common/settings";
import { figureText, goalResult, judged } from "./figure";
import type { Wanted } from "./useFigures";

/** One row per queue, topic, unit, channel or time; small units never alone; everything as a file. */
export function Breakdown({ figures, wanted }: { figures: Figures; wanted: Wanted }) {
  const t = useText();
  const words = t.figures.table;
  const by = (figures.by[0] ?? wanted.by) as Cut;
  const nameOf = useRowName(by);
  const columns = useColumns(by, wanted.level);
  const rows = by === "queue" ? nearestFirst(figures.rows, wanted.level) : figures.rows;
  return (
    <section className="panel" aria-labelledby="breakdown-title">
      <div className="panel__head">
        <Heading level="2" size="small" id="breakdown-title">
          {words.title(words.words[by])}
        </Heading>
        <Button
          size="small"
          variant="tertiary"
          data-color="neutral"
          icon={<DownloadIcon aria-hidden />}
          onClick={() => save(figures, rows, nameOf, `${words.csvFile}-${wanted.from}-${wanted.to}-${by}`, t.figures.by[by])}
        >
          {words.csv}
        </Button>
      </div>
      {by === "unit" && (
        <BodyShort size="small" spacing>
          {words.unitNote} {figures.withheld.text && <strong>{words.few}</strong>} {figures.withheld.text}
        </BodyShort>
      )}
      {rows.length === 0 ? (
        <BodyShort className="empty">{words.empty}</BodyShort>
      ) : (
        <DataTable rows={rows} columns={columns} keyOf={nameOf} region={words.region(words.words[by])} isTall />
      )}
    </section>
  );
}

function nearestFirst(rows: FigureRow[], level: string): FigureRow[] {
  const over = (row: FigureRow) => (judged(row, level) ?? 2) - (row.goal?.share ?? 0);
  return rows.toSorted((a, b) => over(a) - over(b));
}

function useRowName(by: Cut): (row: FigureRow) => string {
  const t = useText();
  const format = useFormat();
  const words = t.figures.table;
  return (row) => {
    if (row.period) {
      const { from, to, complete } = row.period;
      const isDay = Date.parse(to) - Date.parse(from) > 4 * 3_600_000;
      const said = isDay
        ? format.weekdayDate(from)
        : `${format.weekdayDate(from)} ${format.timeShort(from)}–${format.timeShort(to)}${repeatedHour(from, words.summer, words.winter)}`;
      return complete ? said : `${said} (${words.running})`;
    }
    if (row.queue) return row.queue.name;
    if (row.topic) return row.topic.name;
    if (row.unit) return row.unit.name;
    if (row.channel) return t.channel[row.channel] ?? row.channel;
    if (row.units_together !== null) return words.together(format.number(row.units_together));
    return by === "topic" ? words.topicNone : words.nobody;
  };
}

/** The hour that comes twice when the clock is put back: which of the two. */
function repeatedHour(from: string, summer: string, winter: string): string {
  const offset = from.slice(-6);
  const beside = (hours: number) => offsetOf(Date.parse(from) + hours * 3_600_000);
  if (offset === "+02:00" && beside(1) === "+01:00") return ` (${summer})`;
  if (offset === "+01:00" && beside(-1) === "+02:00") return ` (${winter})`;
  return "";
}

function offsetOf(at: number): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone: "Europe/Oslo", timeZoneName: "longOffset" }).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value.replace("GMT", "") ?? "";
}

function useColumns(by: Cut, chosen: string): Column<FigureRow>[] {
  const t = useText();
  const format = useFormat();
  const nameOf = useRowName(by);
  const words = t.figures.table;
  // Who was not answered belongs to no unit, so only those who were can be divided by.
  const level = by === "unit" ? "sl_answered" : chosen;
  const figure = (id: string, name: string, unit: string): Column<FigureRow> => ({
    id,
    name,
    align: "right",
    value: (row) => figureText(row.values[id], unit, format),
  });
  const count = (id: string, name: string): Column<FigureRow> => ({
    id,
    name,
    align: "right",
    value: (row) => format.number(row.counts[id] ?? 0),
  });
  const columns: Column<FigureRow>[] = [
    { id: "name", name: t.figures.by[by], value: nameOf },
    ...(by === "unit" ? [] : [count("offered", words.offered)]),
    count("answered", words.answered),
    { id: "level", name: words.level, value: (row) => <Level row={row} level={level} /> },
    ...(by === "unit" ? [] : [figure("abandoned_share", words.abandoned, "share")]),
    figure("wait_p50_s", words.median, "seconds"),
    figure("wait_p90_s", words.p90, "seconds"),
    figure("aht_s", words.handle, "seconds"),
  ];
  if (by === "queue") columns.push({ id: "goals", name: words.goals, value: (row) => <Goals row={row} level={level} /> });
  return columns;
}

function Level({ row, level }: { row: FigureRow; level: string }) {
  const format = useFormat();
  const value = row.values[level] ?? null;
  const goal = row.goal?.share ?? null;
  return (
    <span className="sl-cell">
      <span className="figure">{figureText(value, "share", format)}</span>
      <Meter value={value} goal={goal} state={goalState(judged(row, level), goal, row.counts.offered ?? 0)} />
    </span>
  );
}

/** A queue's goals together: none of them means anything alone. */
function Goals({ row, level }: { row: FigureRow; level: string }) {
  const t = useText();
  const format = useFormat();
  const words = t.figures.goals;
  const result = goalResult(row, level);
  const { goal } = row;
  if (goal === null || result === null) return <span className="subtle">{words.none}</span>;
  const end = row.values.first_contact_end ?? null;
  const few = goalState(judged(row, level), goal.share, row.counts.offered ?? 0) === "few";
  return (
    <span className="goal-set">
      <GoalTag state={few ? "few" : result.missed > 0 ? "past" : "ok"} size="xsmall" />
      <span>
        {result.missed === 0 ? words.all : words.some(format.number(result.missed), format.number(result.of))}
      </span>
      <span className="subtle goal-set__parts">
        {words.share(figureText(judged(row, level), "share", format), format.percent(goal.share), format.span(goal.within_s))}
        {goal.pending > 0 && <> · {words.pending(format.number(goal.pending))}</>}
        {end !== null && goal.first_contact_end !== null && (
          <> · {words.end(figureText(end, "share", format), format.percent(goal.first_contact_end))}</>
        )}
      </span>
    </span>
  );
}

/** Every count and figure of every row, by the ids that never change, in full precision. */
function save(figures: Figures, rows: FigureRow[], nameOf: (row: FigureRow) => string, name: string, first: string) {
  const counts = Object.keys(figures.total.counts);
  const ids = figures.definitions.filter(({ kept, live }) => kept && !live).map(({ id }) => id);
  saveCsv(
    name,
    [first, ...counts, ...figures.definitions.filter(({ id }) => ids.includes(id)).map(({ id, version }) => `${id}@${version}`)],
    rows.map((row) => [nameOf(row), ...counts.map((id) => row.counts[id] ?? 0), ...ids.map((id) => row.values[id] ?? "")]),
  );
}
