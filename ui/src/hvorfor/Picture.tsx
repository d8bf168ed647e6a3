import { BodyShort } from "@navikt/ds-react";
import { useRef } from "react";

import type { WhyNow, WhyStep } from "../api/types";
import { useNow } from "../common/clock";
import { useFormat, useText } from "../common/settings";
import { useWidth } from "../common/useWidth";

const LEFT = 34;
const RIGHT = 18;
const RINGS_TOP = 26;
const RINGS_HEIGHT = 84;
const LINE_TOP = 148;
const LINE_HEIGHT = 78;
const AXIS_ROOM = 26;
const TEXT_ROOM = 34;
const MARK_GAP = 22;
const LETTER = 7.2;

/** The same steps as the list, over time: rings that widen, the place in line, and a numbered mark per step. */
export function Picture({ steps, now }: { steps: WhyStep[]; now: WhyNow | null }) {
  const t = useText();
  const format = useFormat();
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const clock = useNow();
  const first = steps[0];
  const last = steps.at(-1);
  if (!first || !last) return <BodyShort className="empty">{t.why.picture.empty}</BodyShort>;
  const from = Date.parse(first.at);
  const to = Math.max(now ? clock : Date.parse(last.at), from + 10_000);
  const places = placesOf(now, to);
  const axis = (places.length > 0 ? LINE_TOP + LINE_HEIGHT : RINGS_TOP + RINGS_HEIGHT) + AXIS_ROOM;
  const label = t.why.picture.label(format.number(steps.length), format.timeExact(from), format.timeExact(to));
  return (
    <>
      <BodyShort size="small" className="subtle" spacing>
        {t.why.picture.lead} {places.length > 0 && t.why.picture.leadPlace}
      </BodyShort>
      <div ref={frame} className="why-picture" style={{ height: axis + TEXT_ROOM }}>
        {width > 0 && <Drawn steps={steps} places={places} axis={axis} from={from} to={to} width={width} label={label} open={now !== null} />}
      </div>
    </>
  );
}

interface DrawnProps {
  steps: WhyStep[];
  places: Place[];
  /** Where the axis of time is, pixels from the top. */
  axis: number;
  from: number;
  to: number;
  width: number;
  label: string;
  open: boolean;
}

function Drawn({ steps, places, axis, from, to, width, label, open }: DrawnProps) {
  const t = useText();
  const x = (at: number) => LEFT + ((at - from) / (to - from)) * (width - LEFT - RIGHT);
  return (
    <svg width={width} height={axis + TEXT_ROOM} role="img" aria-label={label}>
      <text x={0} y={14} className="why-picture__name">
        {t.why.picture.who}
      </text>
      <Rings steps={steps} to={to} x={x} />
      {places.length > 0 && (
        <>
          <text x={0} y={LINE_TOP - 16} className="why-picture__name">
            {t.why.picture.position}
          </text>
          <Places places={places} end={answeredAt(steps) ?? to} x={x} />
        </>
      )}
      <TimeAxis from={from} to={to} width={width} x={x} open={open} axis={axis} />
      <Marks steps={steps} x={x} width={width} axis={axis} />
    </svg>
  );
}

type X = (at: number) => number;

function answeredAt(steps: WhyStep[]): number | null {
  const answered = steps.find((step) => step.kind === "offer_accepted");
  return answered ? Date.parse(answered.at) : null;
}

/** One band per step of the queue's rule, higher as the circle of those who are asked grows. */
function Rings({ steps, to, x }: { steps: WhyStep[]; to: number; x: X }) {
  const t = useText();
  const format = useFormat();
  const rings = ringsOf(steps, to);
  const most = Math.max(1, ...rings.map(({ ring }) => ring + 1));
  return rings.map((ring, index) => {
    const height = Math.max(6, ((ring.ring + 1) / most) * RINGS_HEIGHT);
    const left = x(ring.from);
    const wide = Math.max(2, x(ring.to) - left);
    const step = format.number(ring.ring + 1);
    const long = t.why.picture.ring(step);
    const shown = wide > long.length * LETTER + 12 ? long : wide > step.length * LETTER + 8 ? step : "";
    const y = RINGS_TOP + RINGS_HEIGHT - height;
    return (
      <g key={index}>
        <rect x={left} y={y} width={wide} height={height} className={`why-ring why-ring--${Math.min(ring.ring, 3)}`} />
        {shown !== "" && (
          <text x={left + 6} y={height > 22 ? y + 16 : y - 5} className="why-picture__text">
            {shown}
          </text>
        )}
      </g>
    );
  });
}

/** With these it comes in line, and the rule begins at its first step. */
const ENTERS = ["contact_queued", "contact_overflowed", "contact_transferred"];

interface RingSpan {
  ring: number;
  from: number;
  to: number;
}

function ringsOf(steps: WhyStep[], end: number): RingSpan[] {
  const starts = steps.filter((step) => ENTERS.includes(step.kind) || step.kind === "ring_started");
  const over = steps.find((step) => step.kind === "contact_closed");
  const last = answeredAt(steps) ?? (over ? Date.parse(over.at) : end);
  return starts
    .map((step, index) => ({
      ring: step.ring ?? 0,
      from: Date.parse(step.at),
      to: Math.min(last, Date.parse(starts[index + 1]?.at ?? "") || last),
    }))
    .filter((ring) => ring.from < last);
}

interface Place {
  at: number;
  place: number;
}

/** The place in line of this moment, while it waits. */
function placesOf(now: WhyNow | null, clock: number): Place[] {
  return now?.position ? [{ at: clock, place: now.position }] : [];
}

/** The place in line as a stair; it ends where somebody answered. */
function Places({ places, end, x }: { places: Place[]; end: number; x: X }) {
  const format = useFormat();
  const most = Math.max(2, ...places.map(({ place }) => place));
  const y = (place: number) => LINE_TOP + LINE_HEIGHT * (1 - (place - 1) / (most - 1));
  const path = places
    .map(({ at, place }, index) =>
      index === 0 ? `M${x(at).toFixed(1)} ${y(place).toFixed(1)}` : `H${x(at).toFixed(1)}V${y(place).toFixed(1)}`,
    )
    .join("");
  return (
    <>
      <text x={0} y={y(most) + 5} className="why-picture__text">
        {format.number(most)}
      </text>
      <text x={0} y={y(1) + 5} className="why-picture__text">
        1
      </text>
      <line x1={LEFT} x2={x(end)} y1={y(1)} y2={y(1)} className="why-picture__grid" />
      <path d={`${path}H${x(end).toFixed(1)}`} className="why-place" />
      {places.map(({ at, place }, index) => (
        <circle key={index} cx={x(at)} cy={y(place)} r="3.5" className="why-place__dot" />
      ))}
    </>
  );
}

interface AxisProps {
  from: number;
  to: number;
  width: number;
  x: X;
  open: boolean;
  axis: number;
}

function TimeAxis({ from, to, width, x, open, axis }: AxisProps) {
  const t = useText();
  const format = useFormat();
  const count = width < 500 ? 1 : 3;
  const between = Array.from({ length: count }, (_, index) => from + ((to - from) * (index + 1)) / (count + 1));
  return (
    <>
      <line x1={LEFT} x2={width - RIGHT} y1={axis - 4} y2={axis - 4} className="why-picture__axis" />
      <text x={LEFT} y={axis + TEXT_ROOM - 2} className="why-picture__text">
        {format.timeExact(from)}
      </text>
      {between.map((at) => (
        <text key={at} x={x(at)} y={axis + TEXT_ROOM - 2} textAnchor="middle" className="why-picture__text">
          {format.timeExact(at)}
        </text>
      ))}
      <text x={width} y={axis + TEXT_ROOM - 2} textAnchor="end" className="why-picture__text">
        {open ? t.why.picture.now : format.timeExact(to)}
      </text>
    </>
  );
}

/** A numbered mark per step, pushed apart where they would meet. */
function Marks({ steps, x, width, axis }: { steps: WhyStep[]; x: X; width: number; axis: number }) {
  const wanted = steps.map((step) => x(Date.parse(step.at)));
  const gap = Math.min(MARK_GAP, (width - LEFT) / Math.max(1, steps.length));
  const places: number[] = [];
  wanted.forEach((place, index) => places.push(index === 0 ? place : Math.max(place, (places[index - 1] ?? 0) + gap)));
  for (let index = places.length - 1; index >= 0; index--) {
    places[index] = Math.min(places[index] ?? 0, width - 10 - (places.length - 1 - index) * gap);
  }
  return steps.map((step, index) => {
    const isOffer = step.kind === "offer_made" || step.kind === "contact_assigned";
    const isAnswer = step.kind === "offer_accepted";
    const look = isAnswer ? "why-mark why-mark--answer" : isOffer ? "why-mark why-mark--offer" : "why-mark";
    return (
      <g key={index} className={look}>
        {(isOffer || isAnswer) && <line x1={wanted[index]} x2={wanted[index]} y1={RINGS_TOP} y2={axis - 4} />}
        <circle cx={places[index]} cy={axis - 4} r="10" />
        <text x={places[index]} y={axis} textAnchor="middle">
          {index + 1}
        </text>
      </g>
    );
  });
}
