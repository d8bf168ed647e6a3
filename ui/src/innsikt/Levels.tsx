import { BodyLong, BodyShort, Heading } from "@navikt/ds-react";
import { useId } from "react";

import type { Figures, MeasureDefinition } from "../api/types";
import { useFormat, useText } from "../common/settings";
import { figureText, levels, spread } from "./figure";
import type { Wanted } from "./useFigures";

/** The goal that all rows share; null when each queue has its own, or when the rows are not queues. */
function useOneGoal(figures: Figures): { share: number; within_s: number } | null {
  const goals = figures.rows.map(({ goal }) => goal);
  const [first] = goals;
  const isShared = first != null && goals.every((goal) => goal?.share === first.share && goal.within_s === first.within_s);
  return isShared ? first : null;
}

/** The same time by each definition of the service level, side by side; the choice rules the rest of the page. */
export function Levels({ figures, wanted }: { figures: Figures; wanted: Wanted }) {
  const t = useText();
  const format = useFormat();
  const title = useId();
  const goal = useOneGoal(figures);
  const { counts, values } = figures.total;
  const shown = levels(figures.definitions, values);
  const count = (id: string) => format.number(counts[id] ?? 0);
  return (
    <section className="panel" aria-labelledby={title}>
      <Heading level="2" size="small" id={title} spacing>
        {t.figures.level.title}
      </Heading>
      <BodyLong size="small">{useSpreadText(shown, values)}</BodyLong>
      <BodyShort size="small" className="subtle figure" spacing>
        {t.figures.level.counts(count("offered"), count("answered_within"), count("abandoned"))}{" "}
        {goal === null
          ? t.figures.level.ownGoals
          : t.figures.level.strict(format.percent(goal.share), format.span(goal.within_s))}
      </BodyShort>
      <fieldset className="levels">
        <legend className="sr-only">{t.figures.level.legend}</legend>
        {shown.map((definition) => (
          <Level
            key={definition.id}
            definition={definition}
            value={values[definition.id] ?? null}
            goal={goal?.share ?? null}
            isChosen={definition.id === wanted.level}
            onChoose={() => wanted.set({ def: definition.id })}
          />
        ))}
      </fieldset>
    </section>
  );
}

function useSpreadText(shown: MeasureDefinition[], values: Record<string, number | null>): string {
  const t = useText();
  const format = useFormat();
  // The share of answers has no time in it: it says nothing of how many were answered in time.
  const timed = shown.filter(({ id }) => id.startsWith("sl_"));
  const found = spread(timed, values);
  if (found === null) return t.figures.level.one;
  const [low, high] = found;
  // The difference of the figures as they are shown, with the decimal that they are shown with.
  const tenths = Math.round(high * 1000) - Math.round(low * 1000);
  if (tenths === 0) return t.figures.level.same;
  return t.figures.level.lead(format.percentFine(low), format.percentFine(high), format.decimal(tenths / 10));
}

interface LevelProps {
  definition: MeasureDefinition;
  value: number | null;
  goal: number | null;
  isChosen: boolean;
  onChoose(): void;
}

function Level({ definition, value, goal, isChosen, onChoose }: LevelProps) {
  const t = useText();
  const format = useFormat();
  const width = `${Math.max(0, Math.min(1, value ?? 0)) * 100}%`;
  return (
    <label className={isChosen ? "level level--chosen" : "level"} data-definition={definition.id}>
      <input type="radio" name="definition" checked={isChosen} onChange={onChoose} />
      <span className="level__name">
        {definition.name}
        <span className="formula">{definition.formula}</span>
      </span>
      <span className="level__bar" aria-hidden="true">
        <span className="level__fill" style={{ width }} />
        {goal !== null && <span className="meter__goal" style={{ left: `${goal * 100}%` }} />}
      </span>
      <span className="level__value figure">
        {value === null ? t.figures.level.noFigure : figureText(value, definition.unit, format)}
      </span>
    </label>
  );
}
