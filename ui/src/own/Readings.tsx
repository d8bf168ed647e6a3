import { BodyShort, Button, Heading } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type MyReading, own } from "../api/own";
import { useFormat } from "../common/settings";
import type { OwnText } from "../i18n/own";
import { useOwnText } from "./language";
import { Listed, Part } from "./Part";

const FIRST = 10;

/** Who looked at my data, when, why and at what: a line for each look, by day, the newest first. */
export function Readings() {
  const text = useOwnText();
  const query = useQuery({ queryKey: ["own", "readings"], queryFn: own.readings });
  return (
    <Part title={text.readings.title}>
      <BodyShort>{text.readings.lead}</BodyShort>
      <Listed query={query} empty={text.readings.none}>
        {(items) => <Lines readings={items} />}
      </Listed>
      <BodyShort size="small">{text.readings.wrong}</BodyShort>
    </Part>
  );
}

function Lines({ readings }: { readings: MyReading[] }) {
  const text = useOwnText();
  const format = useFormat();
  const [all, setAll] = useState(false);
  const newest = readings.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const shown = all ? newest : newest.slice(0, FIRST);
  const dayOf = (reading: MyReading) => format.date(reading.at);
  const days = [...new Set(shown.map(dayOf))];
  return (
    <>
      {days.map((day) => (
        <section key={day} className="own__day" aria-label={day}>
          <Heading level="3" size="xsmall">
            {day}
          </Heading>
          <ul className="own__list">
            {shown.filter((reading) => dayOf(reading) === day).map((reading, place) => (
              <li key={`${reading.at} ${reading.what} ${place}`} data-reading={reading.what}>
                <BodyShort>
                  {format.time(reading.at)}: {who(reading, text)}, {why(reading, text)}.
                </BodyShort>
                <BodyShort size="small">{text.readings.saw(text.readings.whats[reading.what] ?? reading.what)}</BodyShort>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {newest.length > shown.length && (
        <Button size="small" variant="secondary" onClick={() => setAll(true)}>
          {text.readings.more(format.number(newest.length - shown.length))}
        </Button>
      )}
    </>
  );
}

function who(reading: MyReading, text: OwnText): string {
  if (reading.reader === "auditor") return text.readings.auditor;
  if (reading.reader === "privacy") return text.readings.privacy;
  return reading.unit ? text.readings.adviser(reading.unit) : text.readings.someAdviser;
}

function why(reading: MyReading, text: OwnText): string {
  if (reading.reader === "auditor") return text.readings.toControl;
  if (reading.reader === "privacy") return text.readings.toErase;
  if (reading.by_other) return text.readings.byOther[reading.by_other](reading.other ?? null);
  return reading.by_contact ? text.readings.byContact : text.readings.byReason;
}
