import { BodyShort, Heading } from "@navikt/ds-react";

import type { Figures, MeasureDefinition } from "../api/types";
import { Definition } from "../common/Definition";
import { Sparkline } from "../common/Sparkline";
import { useFormat, useText } from "../common/settings";
import { figureText } from "./figure";

const MAIN = ["abandoned_share", "wait_p90_s", "aht_s", "occupancy", "first_contact_end"];

/** The few figures that are read first, each with its formula below and its way through the time. */
export function MainFigures({ figures, time, level }: { figures: Figures; time: Figures | null; level: string }) {
  const t = useText();
  const shown = [level, ...MAIN].flatMap((id) => figures.definitions.find((each) => each.id === id) ?? []);
  return (
    <section aria-label={t.figures.tiles.title}>
      <ul className="tiles tiles--figures">
        {shown.map((definition) => (
          <Tile key={definition.id} definition={definition} figures={figures} time={time} />
        ))}
      </ul>
    </section>
  );
}

function Tile({ definition, figures, time }: { definition: MeasureDefinition; figures: Figures; time: Figures | null }) {
  const t = useText();
  const format = useFormat();
  const { id, name, formula, unit, text } = definition;
  const values = (time?.rows ?? []).filter(({ period }) => period?.complete).flatMap((row) => row.values[id] ?? []);
  const value = figures.total.values[id];
  return (
    <li className="tile" data-figure={id}>
      <div className="tile__head">
        <Heading level="2" size="xsmall">
          {name}
        </Heading>
        <Definition name={name} text={text} measure={id} formula={formula} />
      </div>
      <div className="tile__row">
        <span className={definition.kept ? "tile__value" : "tile__value tile__value--words"}>
          {definition.kept ? figureText(value, unit, format) : t.figures.tiles.notMeasured}
        </span>
        <Sparkline values={values} label={t.figures.tiles.trend(name)} />
      </div>
      <BodyShort size="small" className="tile__sub formula">
        {formula}
      </BodyShort>
    </li>
  );
}
