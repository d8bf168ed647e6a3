import { BodyLong, BodyShort, Heading, ReadMore, Select } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";

import { guideApi, type RepeatRow, type Repeats } from "../api/guide";
import { DataTable } from "../common/DataTable";
import { Loaded } from "../common/Loaded";
import { useFormat, useSettings, useText } from "../common/settings";

import "./guide.css";

/** How many contacts exist because an earlier one did not help. */
export function RepeatsPanel() {
  const t = useText();
  const { language } = useSettings();
  const title = useId();
  const [by, setBy] = useState("topic");
  const query = useQuery({
    queryKey: ["repeats", by, language],
    queryFn: () => guideApi.repeats(by),
    placeholderData: (before) => before,
  });
  return (
    <section className="panel guide" aria-labelledby={title} data-repeats>
      <div className="panel__head">
        <Heading level="2" size="small" id={title}>
          {t.guide.repeats.title}
        </Heading>
        <BodyShort size="small" className="subtle">
          {t.guide.repeats.days}
        </BodyShort>
      </div>
      <BodyLong size="small">{t.guide.repeats.lead}</BodyLong>
      <Select size="small" className="guide__narrow" label={t.guide.repeats.by} value={by} onChange={(event) => setBy(event.target.value)}>
        {Object.entries(t.guide.repeats.bys).map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
      <Loaded query={query} source={t.guide.source.repeats}>
        {(repeats) => <Shown repeats={repeats} />}
      </Loaded>
    </section>
  );
}

function Shown({ repeats }: { repeats: Repeats }) {
  const t = useText();
  const format = useFormat();
  const { total, rows } = repeats;
  if (total.contacts === 0) return <BodyShort size="small">{t.guide.repeats.none}</BodyShort>;
  const share = (row: RepeatRow, id: string) => {
    const value = row.figures[id];
    return value === null || value === undefined ? "–" : format.percentFine(value);
  };
  return (
    <>
      <p className="guide__big">
        <span className="figure">{share(total, "repeat_share_7d")}</span>{" "}
        <span className="subtle">{t.guide.repeats.of(format.number(total.repeats), format.number(total.keyed))}</span>
      </p>
      {rows.length > 0 && (
        <DataTable
          rows={rows}
          keyOf={(row) => row.group?.id ?? ""}
          region={`${t.guide.repeats.title}: ${t.guide.repeats.bys[repeats.by] ?? ""}`}
          columns={[
            { id: "name", name: t.guide.repeats.bys[repeats.by] ?? "", value: (row) => row.group?.name },
            { id: "contacts", name: t.guide.repeats.contacts, align: "right", value: (row) => format.number(row.contacts) },
            { id: "repeats", name: t.guide.repeats.repeatsCol, align: "right", value: (row) => format.number(row.repeats) },
            { id: "share", name: t.guide.repeats.share, align: "right", value: (row) => share(row, "repeat_share_7d") },
            { id: "solved", name: t.guide.repeats.solved, align: "right", value: (row) => share(row, "solved_share") },
          ]}
        />
      )}
      {repeats.withheld > 0 && (
        <BodyShort size="small" className="subtle">
          {t.guide.repeats.withheld(format.number(repeats.withheld))}
        </BodyShort>
      )}
      <BodyShort size="small" className="subtle">
        {t.guide.repeats.noLog}
      </BodyShort>
      {repeats.definitions.map((definition) => (
        <ReadMore key={definition.id} size="small" header={`${definition.name}: ${share(total, definition.id)}`}>
          <p>{definition.text}</p>
          <p className="figure">{definition.formula}</p>
          <p className="subtle">{definition.source}</p>
        </ReadMore>
      ))}
    </>
  );
}
