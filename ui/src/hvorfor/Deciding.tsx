import { BodyShort, Heading } from "@navikt/ds-react";

import type { WhyStep } from "../api/types";
import { useFormat, useText } from "../common/settings";

/** The figures of the newest choice of an adviser, each with what it is. */
export function Deciding({ steps }: { steps: WhyStep[] }) {
  const t = useText();
  const chosen = steps.findLast((step) => step.rule);
  const rows = useRows(chosen);
  return (
    <section className="panel" aria-labelledby="deciding-title">
      <Heading level="2" size="small" id="deciding-title" spacing>
        {t.why.figures.title}
      </Heading>
      {rows.length === 0 ? (
        <BodyShort className="empty">{t.why.figures.none}</BodyShort>
      ) : (
        <dl className="facts facts--narrow">
          {rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="figure">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function useRows(step: WhyStep | undefined): [string, string][] {
  const t = useText();
  const format = useFormat();
  if (!step?.rule) return [];
  const words = t.why.figures;
  const known = (value: number | null | undefined): value is number => value !== null && value !== undefined;
  const rows: [string, string][] = [[words.rule, t.why.rules[step.rule] ?? step.rule]];
  if (known(step.waited_s)) rows.push([words.waited, format.duration(step.waited_s)]);
  if (known(step.able)) {
    const isLines = step.rule === "first_in_line" || step.rule === "overdue" || step.rule === "goal_share";
    rows.push([isLines ? words.ableLines : words.able, format.number(step.able)]);
  }
  if (known(step.idle_s)) {
    rows.push([words.idle, format.duration(step.idle_s)]);
    rows.push([
      words.runnerUp,
      known(step.runner_up_idle_s) ? format.duration(step.runner_up_idle_s) : words.runnerUpNone,
    ]);
  }
  if (known(step.ring)) rows.push([words.ring, format.number(step.ring + 1)]);
  if (step.class) rows.push([words.class, step.class]);
  if (known(step.guarantee_s)) rows.push([words.guarantee, format.span(step.guarantee_s)]);
  return rows;
}
