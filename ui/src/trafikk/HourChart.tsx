import { useEffect, useRef } from "react";
import uPlot from "uplot";

import type { Minute } from "../api/types";
import { type Format } from "../common/format";
import { useFormat, useSettings, useText } from "../common/settings";

const LABEL_ROOM = 92;
const LABEL_HEIGHT = 16;

interface Line {
  label: string;
  token: string;
  dash?: number[];
  area?: string;
}

/** Three lines over an hour, each labelled at its end. Drawn anew when theme or language changes. */
export function HourChart({ minutes, height }: { minutes: Minute[]; height: number }) {
  const t = useText();
  const format = useFormat();
  const { theme, language } = useSettings();
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const points = toPoints(minutes);
  const newest = useRef(points);
  newest.current = points;

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const lines: Line[] = [
      { label: t.traffic.hour.waiting, token: "--ax-meta-purple-600", area: "--ax-meta-purple-100" },
      { label: t.traffic.hour.answered, token: "--ax-accent-600" },
      { label: t.traffic.hour.offered, token: "--ax-text-neutral", dash: [5, 4] },
    ];
    const width = element.clientWidth;
    const made = new uPlot(options(element, lines, format, width, height), newest.current, element);
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
  }, [theme, language, height, t, format]);

  useEffect(() => {
    plot.current?.setData(newest.current);
  }, [minutes]);

  const sum = (pick: (minute: Minute) => number) =>
    format.number(minutes.reduce((total, minute) => total + pick(minute), 0));
  return (
    <div
      className="chart"
      role="img"
      aria-label={t.traffic.hour.chart(
        sum((minute) => minute.offered),
        sum((minute) => minute.answered),
        format.number(minutes.at(-1)?.waiting ?? 0),
      )}
    >
      <div ref={frame} style={{ height }} />
    </div>
  );
}

/** The minute that is still running would look like a fall, so its flows are left out; waiting is a state and stays. */
function toPoints(minutes: Minute[]): uPlot.AlignedData {
  const last = minutes.length - 1;
  const flow = (pick: (minute: Minute) => number) =>
    minutes.map((minute, index) => (index === last ? null : pick(minute)));
  return [
    minutes.map((minute) => Date.parse(minute.at) / 1000),
    minutes.map((minute) => minute.waiting),
    flow((minute) => minute.answered),
    flow((minute) => minute.offered),
  ];
}

function options(
  element: HTMLElement,
  lines: Line[],
  format: Format,
  width: number,
  height: number,
): uPlot.Options {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const font = `13px ${style.fontFamily}`;
  const axis = {
    stroke: token("--ax-text-neutral-subtle"),
    font,
    grid: { stroke: token("--ax-border-neutral-subtle"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    padding: [8, LABEL_ROOM, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: true }, y: { range: (_plot, _low, high) => [0, Math.max(5, high * 1.08)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        incrs: [300, 600, 900, 1200, 1800],
        space: 60,
        values: (_plot, splits) => splits.map((at) => format.timeShort(at * 1000)),
      },
      { ...axis, size: 42, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], values: (_plot, splits) => splits.map((value) => format.number(value)) },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.label,
        stroke: token(line.token),
        width: 2,
        dash: line.dash,
        fill: line.area ? token(line.area) : undefined,
        points: { show: false },
      })),
    ],
    hooks: { draw: [(plot) => drawLabels(plot, lines.map((line) => ({ ...line, color: token(line.token) })), font)] },
  };
}

/** Writes each line's name and last value at its end, pushed apart where they would meet. */
function drawLabels(plot: uPlot, lines: (Line & { color: string })[], font: string) {
  const scale = devicePixelRatio || 1;
  const placed = lines
    .flatMap((line, index) => {
      const values = plot.data[index + 1] as (number | null)[];
      const value = values.findLast((each) => each !== null);
      if (value === undefined || value === null) return [];
      return { text: `${line.label} ${value}`, color: line.color, y: plot.valToPos(value, "y", true) };
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
