import { BodyShort, Button, LocalAlert } from "@navikt/ds-react";

import { useText } from "../common/settings";

interface Props {
  /** Where the other text was written. */
  where: "tab" | "browser";
  own: string;
  other: string;
  onChoose(text: string): void;
}

/** A note that was written in two places at once: both texts, and one of them, or both, is chosen. */
export function TwoTexts({ where, own, other, onChoose }: Props) {
  const t = useText();
  const words = where === "tab" ? t.tabs.note : t.tabs.noteElsewhere;
  return (
    <LocalAlert status="warning" size="small" className="two-texts">
      <LocalAlert.Header>
        <LocalAlert.Title as="h3">{words.title}</LocalAlert.Title>
      </LocalAlert.Header>
      <LocalAlert.Content>
        <BodyShort size="small" spacing>
          {words.says}
        </BodyShort>
        {[
          { name: words.here, text: own, take: words.takeHere },
          { name: words.there, text: other, take: words.takeThere },
        ].map((each) => (
          <div key={each.take} className="two-texts__one">
            <BodyShort size="small" weight="semibold">
              {each.name}
            </BodyShort>
            <p className="guide__body">{each.text}</p>
            <Button type="button" size="small" variant="secondary" data-color="neutral" onClick={() => onChoose(each.text)}>
              {each.take}
            </Button>
          </div>
        ))}
        <Button type="button" size="small" variant="tertiary" data-color="neutral" onClick={() => onChoose(`${own}\n\n${other}`)}>
          {words.both}
        </Button>
      </LocalAlert.Content>
    </LocalAlert>
  );
}
