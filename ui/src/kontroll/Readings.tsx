import { BodyShort, Tag } from "@navikt/ds-react";

import type { ReadingRow } from "../api/people";
import { DataTable } from "../common/DataTable";
import { useFormat, useText } from "../common/settings";

/** One row for each reading. The person is an opaque number: the auditor need not know who it is. */
export function Readings({ rows }: { rows: ReadingRow[] }) {
  const t = useText();
  const format = useFormat();
  const words = t.person.control;
  if (rows.length === 0) return <BodyShort className="empty">{words.listNone}</BodyShort>;
  return (
    <DataTable
      rows={rows}
      keyOf={(row) => String(row.id)}
      region={words.list}
      columns={[
        { id: "at", name: words.at, value: (row) => `${format.date(row.at)} ${format.time(row.at)}` },
        { id: "who", name: words.who, value: (row) => (row.ground === "self" ? words.oneself : row.who) },
        { id: "unit", name: words.unit, value: (row) => row.unit ?? "–" },
        { id: "whom", name: words.whom, value: (row) => (row.whom ? row.whom.slice(0, 8) : "–") },
        { id: "what", name: words.what, value: (row) => words.whats[row.what] ?? row.what },
        {
          id: "why",
          name: words.why,
          value: (row) => (
            <>
              {words.grounds[row.ground] ?? row.ground}
              {row.reason && <span className="subtle">: {row.reason}</span>}
            </>
          ),
        },
        {
          id: "decision",
          name: words.decision,
          value: (row) => (
            <Tag size="small" variant="outline" data-color={row.permit ? "success" : "warning"}>
              {row.permit ? words.permit : words.deny}
              {row.code ? ` ${row.code}` : ""}
            </Tag>
          ),
        },
        { id: "signs", name: words.odd, value: (row) => row.signs.map((sign) => words.signs[sign] ?? sign).join(", ") || words.nothingOdd },
      ]}
    />
  );
}
