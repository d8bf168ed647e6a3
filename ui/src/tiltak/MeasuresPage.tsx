import { BodyLong, BodyShort, Heading, Tag } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";

import { people, type ControlMeasure } from "../api/people";
import { Loaded } from "../common/Loaded";
import { useFormat, useSettings, useText } from "../common/settings";
import { useTitle } from "../common/title";
import { Facts } from "../person/Facts";

/** *Kontrolltiltak*: everything that records something about those who work here. */
export function MeasuresPage() {
  const t = useText();
  const words = t.person.measures;
  useTitle(words.title);
  const query = useQuery({ queryKey: ["control-measures"], queryFn: people.measures });
  return (
    <div className="page measures-page">
      <div>
        <Heading level="1" size="large">
          {words.title}
        </Heading>
        <BodyLong className="lead">{words.lead}</BodyLong>
      </div>
      <Loaded query={query} source={words.source} height="24rem">
        {({ items }) =>
          items.length === 0 ? (
            <BodyShort className="empty">{words.none}</BodyShort>
          ) : (
            <div className="measures-page__list">
              {items.map((measure) => (
                <Measure key={measure.id} measure={measure} />
              ))}
            </div>
          )
        }
      </Loaded>
    </div>
  );
}

function Measure({ measure }: { measure: ControlMeasure }) {
  const t = useText();
  const format = useFormat();
  const { language } = useSettings();
  const words = t.person.measures;
  return (
    <section aria-labelledby={`measure-${measure.id}`} className="measure">
      <Heading level="2" size="small" id={`measure-${measure.id}`}>
        {measure.name[language]}
      </Heading>
      <Tag size="small" variant="outline" data-color={measure.discussed ? "success" : "warning"}>
        {measure.discussed ? words.discussed(format.date(measure.discussed)) : words.notDiscussed}
      </Tag>
      <Facts
        rows={[
          [words.what, measure.what[language]],
          [words.purpose, measure.purpose[language]],
          [words.never, measure.never[language]],
          [words.basis, measure.basis[language]],
          [words.seenBy, measure.seen_by[language]],
          [words.kept, measure.kept[language]],
        ]}
      />
    </section>
  );
}
