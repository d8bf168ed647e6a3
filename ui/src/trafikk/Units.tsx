import { BodyShort, Heading } from "@navikt/ds-react";
import { memo } from "react";

import type { UnitRow } from "../api/types";
import { useFormat, useText } from "../common/settings";
import { AdviserBar } from "./AdviserBar";

/** The units as small cells: counts and never names; small groups are not broken down. */
export function Units({ units }: { units: UnitRow[] }) {
  const t = useText();
  return (
    <section className="panel" aria-labelledby="units-title">
      <div className="panel__head">
        <Heading level="2" size="small" id="units-title">
          {t.traffic.units.title}
        </Heading>
        <BodyShort size="small" className="subtle">
          {t.traffic.units.text}
        </BodyShort>
      </div>
      {units.length === 0 ? (
        <BodyShort className="empty">{t.traffic.units.empty}</BodyShort>
      ) : (
        <ul className="units">
          {units.map((unit) => (
            <Unit key={unit.id} unit={unit} />
          ))}
        </ul>
      )}
    </section>
  );
}

const Unit = memo(function Unit({ unit }: { unit: UnitRow }) {
  const t = useText();
  const format = useFormat();
  return (
    <li className="unit">
      <span className="unit__name">{unit.name}</span>
      <UnitCounts unit={unit} t={t} format={format} />
    </li>
  );
});

function UnitCounts({ unit, t, format }: { unit: UnitRow; t: ReturnType<typeof useText>; format: ReturnType<typeof useFormat> }) {
  const { ready, busy, wrap_up, away, signed_in } = unit;
  if (ready === null || busy === null || wrap_up === null || away === null) {
    return (
      <span className="unit__text">
        {signed_in === 0 ? t.traffic.units.none : t.traffic.units.few(format.number(signed_in))}
      </span>
    );
  }
  return (
    <>
      <AdviserBar counts={{ ready, busy, wrap_up, away }} />
      <span className="unit__text">
        {t.traffic.units.cell(format.number(ready), format.number(busy + wrap_up))}
      </span>
    </>
  );
}
