import { BodyShort, Heading } from "@navikt/ds-react";

import type { FigureRow, Figures } from "../api/types";
import { type Line, LineChart } from "../common/LineChart";
import { useFormat, useText } from "../common/settings";
import type { Wanted } from "./useFigures";
import { useGoal } from "./useGoal";

const HEIGHT = 200;

/** The chosen share and the counts over the time; the time that still runs is left out. */
export function Curves({ time, wanted }: { time: Figures | null; wanted: Wanted }) {
  const t = useText();
  const rows = (time?.rows ?? []).filter(({ period }) => period?.complete);
  return (
    <section className="panel figures__curves" aria-labelledby="curves-title">
      <Heading level="2" size="small" id="curves-title">
        {wanted.days <= 1 ? t.figures.chart.title : t.figures.chart.titleLong}
      </Heading>
      {rows.length < 2 ? (
        <BodyShort className="empty">{t.figures.chart.empty}</BodyShort>
      ) : (
        <Drawn rows={rows} level={wanted.level} name={nameOf(time, wanted.level)} />
      )}
    </section>
  );
}

function nameOf(time: Figures | null, id: string): string {
  return time?.definitions.find((each) => each.id === id)?.name ?? id;
}

function Drawn({ rows, level, name }: { rows: FigureRow[]; level: string; name: string }) {
  const t = useText();
  const format = useFormat();
  const words = t.figures.chart;
  const goal = useGoal();
  const at = rows.map(({ period }) => Date.parse(period?.from ?? ""));
  const ends = [at[0] ?? 0, at.at(-1) ?? 0].map((each) => format.dayAndTime(each)) as [string, string];
  const count = (id: string) => rows.map(({ counts }) => counts[id] ?? 0);
  const shares: Line[] = [
    ...(goal ? [{ label: words.goal, token: "--ax-text-neutral", width: 1, values: rows.map(() => goal.share) }] : []),
    { label: words.level, token: "--ax-accent-600", values: rows.map(({ values }) => values[level] ?? null) },
  ];
  const counts: Line[] = [
    { label: words.offered, token: "--ax-text-neutral", dash: [5, 4], values: count("offered") },
    { label: words.answered, token: "--ax-accent-600", values: count("answered") },
    { label: words.abandoned, token: "--ax-danger-600", values: count("abandoned") },
  ];
  return (
    <>
      <BodyShort size="small" className="subtle">
        {words.share(name)}
      </BodyShort>
      <LineChart at={at} lines={shares} height={HEIGHT} isShare labelRoom={126} label={words.aria(name, ...ends)} />
      <BodyShort size="small" className="subtle">
        {words.count}
      </BodyShort>
      <LineChart at={at} lines={counts} height={HEIGHT} labelRoom={126} label={words.aria(words.count, ...ends)} />
    </>
  );
}
