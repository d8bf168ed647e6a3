import { BodyLong, BodyShort, Tag } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";

import { type MyPromise, own } from "../api/own";
import { useFormat } from "../common/settings";
import { useOwnText } from "./language";
import { Listed, Part } from "./Part";

const COLOUR = { open: "info", kept: "success", late: "warning", broken: "warning" } as const;
/** What is not settled comes first. */
const ORDER = ["broken", "open", "late", "kept"];

/** What was promised, by whom and until when, kept or not. */
export function Promises() {
  const text = useOwnText();
  const query = useQuery({ queryKey: ["own", "promises"], queryFn: own.promises });
  return (
    <Part title={text.promises.title}>
      <Listed query={query} empty={text.promises.none}>
        {(items) => (
          <ul className="own__list">
            {[...items]
              .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
              .map((promise) => (
                <One key={`${promise.made} ${promise.due} ${promise.text}`} promise={promise} />
              ))}
          </ul>
        )}
      </Listed>
    </Part>
  );
}

function One({ promise }: { promise: MyPromise }) {
  const text = useOwnText();
  const format = useFormat();
  const words = text.promises;
  return (
    <li>
      <BodyLong className="own__words">{promise.text}</BodyLong>
      <p className="own__facts">
        <Tag size="small" variant="moderate" data-color={COLOUR[promise.state as keyof typeof COLOUR] ?? "neutral"}>
          {words.state[promise.state] ?? promise.state}
        </Tag>
        <span>{words.due(format.date(`${promise.due}T12:00:00Z`))}</span>
        <span>{words.by(promise.unit, format.date(promise.made))}</span>
      </p>
      {promise.state === "broken" && <BodyShort size="small">{words.broken}</BodyShort>}
    </li>
  );
}
