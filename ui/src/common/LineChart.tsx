import { useEffect, useRef } from "react";
import uPlot from "uplot";

import type { Format } from "./format";
import { useFormat, useSettings } from "./settings";

const LABEL_HEIGHT = 16;
const COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];
const SHARES = [0.1, 0.2, 0.25, 0.5];
const TIMES = [300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 86_400, 172_800, 604_800];
const DAY_S = 86_400;

export interface Line {
  label: string;
  /** Aksel's token of its colour. */
  token: string;
  dash?: number[];
  /** The token of the area under it. */
  area?: string;
  width?: number;
  /** One value per point; null is a gap. */
  values: (number | null)[];
}

interface Props {
  /** Milliseconds since 1970, one per point. */
  at: number[];
  lines: Line[];
  height: number;
  /** What a screen reader says in its place. */
  label: string;
  /** Shares are drawn from 0 to 100 per cent. */
  isShare?: boolean;
  /** Pixels to the right for the names of the lines. */
  labelRoom?: number;
}

/** Few lines over time, each labelled at its end. Drawn anew when theme or language changes. */
export function LineChart({ at, lines, height, label, isShare = false, labelRoom = 92 }: Props) {
  const format = useFormat();
  const { theme, language } = useSettings();
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const drawn = useRef(lines);
  drawn.current = lines;
  const points: uPlot.AlignedData = [at.map((each) => each / 1000), ...lines.map(({ values }) => values)];
  const newest = useRef(points);
  newest.current = points;
  const names = lines.map((line) => line.label).join("|");
  const spans = (at.at(-1) ?? 0) - (at[0] ?? 0) > DAY_S * 1000 * 1.5;

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const look = { format, isShare, labelRoom, spans, height, width: element.clientWidth };
    const made = new uPlot(options(element, drawn.current, look), newest.current, element);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [theme, language, height, format, isShare, labelRoom, spans, names]);

  const content = JSON.stringify(points);
  useEffect(() => {
    plot.current?.setData(newest.current);
  }, [content]);

  return (
    <div className="chart" role="img" aria-label={label}>
      <div ref={frame} style={{ height }} />
    </div>
  );
}

interface Look {
  format: Format;
  isShare: boolean;
  labelRoom: number;
  /** Over more than a day, the axis says days. */
  spans: boolean;
  width: number;
  height: number;
}

function options(element: HTMLElement, lines: Line[], look: Look): uPlot.Options {
  const { format, isShare } = look;
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const font = `13px ${style.fontFamily}`;
  const axis = {
    stroke: token("--ax-text-neutral-subtle"),
    font,
    grid: { stroke: token("--ax-border-neutral-subtle"), width: 1 },
    ticks: { show: false },
  };
  const said = (value: number) => (isShare ? format.percent(value) : format.number(value));
  const timeSaid = (second: number) => (look.spans ? format.dayMonth(second * 1000) : format.timeShort(second * 1000));
  return {
    width: look.width,
    height: look.height,
    padding: [8, look.labelRoom, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true },
      y: { range: (_plot, _low, high) => [0, isShare ? 1 : Math.max(5, high * 1.08)] },
    },
    axes: [
      { ...axis, grid: { show: false }, incrs: TIMES, space: 60, values: (_plot, splits) => splits.map(timeSaid) },
      { ...axis, size: isShare ? 56 : 48, incrs: isShare ? SHARES : COUNTS, values: (_plot, splits) => splits.map(said) },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.label,
        stroke: token(line.token),
        width: line.width ?? 2,
        dash: line.dash,
        fill: line.area ? token(line.area) : undefined,
        points: { show: false },
      })),
    ],
    hooks: {
      draw: [(plot) => drawLabels(plot, lines.map((line) => ({ label: line.label, color: token(line.token) })), said, font)],
    },
  };
}

interface Name {
  label: string;
  color: string;
}

/** Writes each line's name and last value at its end, pushed apart where they would meet. */
function drawLabels(plot: uPlot, lines: Name[], said: (value: number) => string, font: string) {
  const scale = devicePixelRatio || 1;
  const placed = lines
    .flatMap((line, index) => {
      const values = plot.data[index + 1] as (number | null)[];
      const value = values.findLast((each) => each !== null);
      if (value === undefined || value === null) return [];
      return { text: `${line.label} ${said(value)}`, color: line.color, y: plot.valToPos(value, "y", true) };
    })
    .sort((a, b) => a.y - b.y);
  const gap = LABEL_HEIGHT * scale;
  for (let index = 1; index < placed.length; index++) {
    const above = placed[index - 1];
    const here = placed[index];
    if (above && here && here.y - above.y < gap) here.y = above.y + gap;
  }
  const bottom = plot.bbox.top + plot.bbox.height;
  for (let index = placed.length - 1; index >= 0; index--) {
    const here = placed[index];
    const limit = bottom - (placed.length - 1 - index) * gap;
    if (here && here.y > limit) here.y = limit;
  }
  const { ctx } = plot;
  ctx.save();
  ctx.font = font.replace("13px", `600 ${13 * scale}px`);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const label of placed) {
    ctx.fillStyle = label.color;
    ctx.fillText(label.text, plot.bbox.left + plot.bbox.width + 8 * scale, label.y);
  }
  ctx.restore();
}
