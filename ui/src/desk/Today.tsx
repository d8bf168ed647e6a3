import { BodyShort, Heading } from "@navikt/ds-react";

import type { DeskView } from "../api/types";
import { useFormat, useText } from "../common/settings";

/** Own figures, for own eyes: no ranking, no goal on the person. */
export function Today({ today }: { today: DeskView["today"] }) {
  const t = useText();
  const format = useFormat();
  return (
    <section className="panel" aria-labelledby="today-title">
      <Heading level="2" size="xsmall" id="today-title">
        {t.desk.today.title}
      </Heading>
      <BodyShort size="small" className="subtle" spacing>
        {t.desk.today.text}
      </BodyShort>
      <dl className="facts facts--narrow">
        <div>
          <dt>{t.desk.today.answered}</dt>
          <dd className="figure">{format.number(today.answered)}</dd>
        </div>
        <div>
          <dt>{t.desk.today.meanTalk}</dt>
          <dd className="figure">
            {today.mean_talk_s === null ? t.desk.today.none : format.duration(today.mean_talk_s)}
          </dd>
        </div>
      </dl>
    </section>
  );
}
