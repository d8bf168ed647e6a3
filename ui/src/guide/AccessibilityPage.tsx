import { BodyLong, Heading, List } from "@navikt/ds-react";

import { useText } from "../common/settings";
import { useTitle } from "../common/title";

import "./guide.css";

/** The accessibility statement (*tilgjengelighetserklæring*): what holds, how it was tried, what is missing. */
export function AccessibilityPage() {
  const t = useText().guide.uu;
  useTitle(t.title);
  return (
    <div className="page guide__prose">
      <Heading level="1" size="large">
        {t.title}
      </Heading>
      <BodyLong className="lead">{t.lead}</BodyLong>
      <Heading level="2" size="small">
        {t.goalTitle}
      </Heading>
      <BodyLong>{t.goal}</BodyLong>
      <Heading level="2" size="small">
        {t.howTitle}
      </Heading>
      <Points points={t.how} />
      <Heading level="2" size="small">
        {t.gapsTitle}
      </Heading>
      <Points points={t.gaps} />
      <Heading level="2" size="small">
        {t.tellTitle}
      </Heading>
      <BodyLong>{t.tell}</BodyLong>
      <BodyLong size="small" className="subtle">
        {t.dated}
      </BodyLong>
    </div>
  );
}

function Points({ points }: { points: readonly string[] }) {
  return (
    <List>
      {points.map((point) => (
        <List.Item key={point}>{point}</List.Item>
      ))}
    </List>
  );
}
