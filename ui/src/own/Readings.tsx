import { BodyShort, Button } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type MyReading, own } from "../api/own";
import { useFormat } from "../common/settings";
import type { OwnText } from "../i18n/own";
import { together } from "./together";
import { useOwnText } from "./language";
import { Listed, Part } from "./Part";

const FIRST = 10;

/** Who looked at my data, when, why and at what. What one reader saw in one go is one line. */
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
  const looks = together(readings);
  const shown = all ? looks : looks.slice(0, FIRST);
  return (
    <>
      <ul className="own__list">
        {shown.map((look) => (
          <li key={`${look.first.at} ${look.first.what}`}>
            <BodyShort>
              {format.date(look.first.at)} {format.time(look.first.at)}: {who(look.first, text)}, {why(look.first, text)}.
            </BodyShort>
            <BodyShort size="small">{text.readings.saw(look.whats.map((what) => text.readings.whats[what] ?? what).join(", "))}</BodyShort>
          </li>
        ))}
      </ul>
      {looks.length > shown.length && (
        <Button size="small" variant="secondary" onClick={() => setAll(true)}>
          {text.readings.more(format.number(looks.length - shown.length))}
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
  return reading.by_contact ? text.readings.byContact : text.readings.byReason;
}
