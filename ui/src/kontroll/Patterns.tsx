import { BodyShort, Button } from "@navikt/ds-react";

import type { PatternRow } from "../api/people";
import { DataTable } from "../common/DataTable";
import { useFormat, useText } from "../common/settings";

/** Readers whose readings should be explained come first. */
export function Patterns({ rows, onPick }: { rows: PatternRow[]; onPick(who: string): void }) {
  const t = useText();
  const format = useFormat();
  const words = t.person.control;
  if (rows.length === 0) return <BodyShort className="empty">{words.patternsNone}</BodyShort>;
  const figure = (id: keyof PatternRow & string, name: string) => ({
    id,
    name,
    align: "right" as const,
    value: (row: PatternRow) => format.number(Number(row[id])),
  });
  return (
    <DataTable
      rows={rows}
      keyOf={(row) => row.who}
      region={words.patterns}
      isTall
      columns={[
        {
          id: "who",
          name: words.who,
          value: (row) => (
            <Button size="small" variant="tertiary" onClick={() => onPick(row.who)}>
              {row.who}
            </Button>
          ),
        },
        { id: "unit", name: words.unit, value: (row) => row.unit ?? "–" },
        {
          id: "odd",
          name: words.odd,
          value: (row) => (row.odd.length === 0 ? words.nothingOdd : row.odd.map((odd) => words.oddNames[odd] ?? odd).join(", ")),
        },
        figure("readings", words.readings),
        figure("people", words.people),
        figure("without_contact", words.without),
        figure("same_name", words.sameName),
        figure("employees", words.employees),
        figure("at_night", words.atNight),
        figure("overridden", words.overridden),
        figure("denied", words.denied),
      ]}
    />
  );
}
