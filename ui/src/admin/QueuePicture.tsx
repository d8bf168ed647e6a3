import { Button, Heading } from "@navikt/ds-react";
import { useState } from "react";

import type { Tried } from "../api/types";
import { useFormat, useText } from "../common/settings";

const SHOWN_FIRST = 8;

type Pair = Tried["queues"][number];

/** Each queue's share in time before and after, as two dots and the way between them; the most changed first. */
export function QueuePicture({ queues }: { queues: Tried["queues"] }) {
  const t = useText();
  const format = useFormat();
  const words = t.admin.try;
  const [all, setAll] = useState(false);
  const change = ({ before, after }: Pair) => Math.abs((after.sl_offered ?? 0) - (before.sl_offered ?? 0));
  const known = queues
    .filter(({ before, after }) => before.sl_offered !== null && after.sl_offered !== null)
    .toSorted((a, b) => change(b) - change(a));
  const shown = all ? known : known.slice(0, SHOWN_FIRST);
  const percent = (share: number | null) => format.percentFine(share ?? 0);
  const place = (share: number | null) => `${Math.max(0, Math.min(1, share ?? 0)) * 100}%`;
  return (
    <div>
      <Heading level="3" size="xsmall">
        {words.picture}
      </Heading>
      <p className="dumbbells__legend" aria-hidden="true">
        <span className="dumbbell__dot dumbbell__dot--before" /> {words.legendBefore}
        <span className="dumbbell__dot dumbbell__dot--after" /> {words.legendAfter}
      </p>
      <ul className="dumbbells">
        {shown.map(({ queue, name, before, after }) => (
          <li key={queue}>
            <span className="sr-only">
              {words.pictureLabel(name, percent(before.sl_offered), percent(after.sl_offered))}
            </span>
            <span aria-hidden="true" className="dumbbell__name">
              {name}
            </span>
            <span aria-hidden="true" className="dumbbell">
              <span
                className="dumbbell__way"
                style={{
                  left: place(Math.min(before.sl_offered ?? 0, after.sl_offered ?? 0)),
                  right: place(1 - Math.max(before.sl_offered ?? 0, after.sl_offered ?? 0)),
                }}
              />
              <span className="dumbbell__dot dumbbell__dot--before" style={{ left: place(before.sl_offered) }} />
              <span className="dumbbell__dot dumbbell__dot--after" style={{ left: place(after.sl_offered) }} />
            </span>
            <span aria-hidden="true" className="figure dumbbell__value">
              {percent(before.sl_offered)} → {percent(after.sl_offered)}
            </span>
          </li>
        ))}
      </ul>
      {known.length > SHOWN_FIRST && (
        <Button size="xsmall" variant="tertiary" data-color="neutral" onClick={() => setAll(!all)}>
          {all ? t.showFewer : t.showAll(format.number(known.length))}
        </Button>
      )}
    </div>
  );
}
