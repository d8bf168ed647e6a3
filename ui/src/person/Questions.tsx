import { BodyShort, Button, Checkbox, CheckboxGroup } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Level, people } from "../api/people";
import { Loaded } from "../common/Loaded";
import { useFormat, useText } from "../common/settings";
import { useAction } from "../desk/useAction";

/** Control questions with the answers, for the adviser's eyes. */
export function Questions({ contact, fnr, onDone }: { contact: string; fnr: string; onDone(level: Level): void }) {
  const t = useText();
  const format = useFormat();
  const { run, busy, failure } = useAction();
  const [right, setRight] = useState<number[]>([]);
  const query = useQuery({
    queryKey: ["person", "questions", contact, fnr],
    queryFn: () => people.questions(contact, fnr),
    staleTime: Infinity,
    retry: false,
  });
  const kinds = t.person.questions.kinds;
  return (
    <Loaded query={query} source={t.person.questions.heading} height="6rem">
      {({ questions, wanted }) => (
        <div className="questions">
          <CheckboxGroup
            legend={t.person.questions.heading}
            description={t.person.questions.says(format.count(wanted))}
            size="small"
            value={right}
            onChange={(value: number[]) => setRight(value)}
            error={failure}
          >
            {questions.map(({ number, kind, answer }) => (
              <Checkbox key={number} value={number} description={`${t.person.questions.answer}: ${answer}`}>
                {kinds[kind] ?? kind}
              </Checkbox>
            ))}
          </CheckboxGroup>
          <Button
            size="small"
            loading={busy === "confirm"}
            onClick={() =>
              void run("confirm", async () => {
                const { level } = await people.link(contact, { fnr, level: "questions", right });
                onDone(level);
              })
            }
          >
            {t.person.questions.done}
          </Button>
          <BodyShort size="small" className="sr-only" role="status">
            {right.length}
          </BodyShort>
        </div>
      )}
    </Loaded>
  );
}
