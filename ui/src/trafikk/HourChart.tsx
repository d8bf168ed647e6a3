import type { Minute } from "../api/types";
import { type Line, LineChart } from "../common/LineChart";
import { useFormat, useText } from "../common/settings";

/** An hour, minute by minute: came, answered, waiting. */
export function HourChart({ minutes, height }: { minutes: Minute[]; height: number }) {
  const t = useText();
  const format = useFormat();
  const last = minutes.length - 1;
  // The minute that is still running would look like a fall, so its flows are left out; waiting is a state and stays.
  const flow = (pick: (minute: Minute) => number) =>
    minutes.map((minute, index) => (index === last ? null : pick(minute)));
  const lines: Line[] = [
    {
      label: t.traffic.hour.waiting,
      token: "--ax-meta-purple-600",
      area: "--ax-meta-purple-100",
      values: minutes.map((minute) => minute.waiting),
    },
    { label: t.traffic.hour.answered, token: "--ax-accent-600", values: flow((minute) => minute.answered) },
    {
      label: t.traffic.hour.offered,
      token: "--ax-text-neutral",
      dash: [5, 4],
      values: flow((minute) => minute.offered),
    },
  ];
  const sum = (pick: (minute: Minute) => number) =>
    format.number(minutes.reduce((total, minute) => total + pick(minute), 0));
  return (
    <LineChart
      at={minutes.map(({ at }) => Date.parse(at))}
      lines={lines}
      height={height}
      label={t.traffic.hour.chart(
        sum((minute) => minute.offered),
        sum((minute) => minute.answered),
        format.number(minutes.at(-1)?.waiting ?? 0),
      )}
    />
  );
}
