import { BodyLong, BodyShort, Heading } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";

import { own } from "../api/own";
import { useFormat } from "../common/settings";
import { useOwnText } from "./language";
import { Listed, Part } from "./Part";

/** What advisers wrote after conversations, one by one. */
export function Notes() {
  const text = useOwnText();
  const format = useFormat();
  const query = useQuery({ queryKey: ["own", "notes"], queryFn: own.notes });
  return (
    <Part title={text.notes.title}>
      <BodyShort>{text.notes.lead}</BodyShort>
      <Listed query={query} empty={text.notes.none}>
        {(items) => (
          <ul className="own__list">
            {items.map((note) => (
              <li key={`${note.at} ${note.topic?.code ?? ""}`}>
                {note.topic && (
                  <Heading level="3" size="xsmall">
                    {note.topic.name}
                  </Heading>
                )}
                <BodyShort size="small">{text.notes.by(format.date(note.at), note.unit)}</BodyShort>
                <BodyLong className="own__words">{note.text}</BodyLong>
              </li>
            ))}
          </ul>
        )}
      </Listed>
      <BodyShort size="small">{text.notes.noLog}</BodyShort>
    </Part>
  );
}
