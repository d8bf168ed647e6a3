import { BodyShort, Heading } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";

import { api } from "../api/client";
import type { Figures, MeasureDefinition } from "../api/types";
import { type Column, DataTable } from "../common/DataTable";
import { useFormat, useText } from "../common/settings";
import { figureText } from "./figure";

/** Every figure of the time with formula and source; what is not measured says so. */
export function AllFigures({ figures }: { figures: Figures }) {
  const t = useText();
  const format = useFormat();
  const words = t.figures.all;
  const known = useQuery({ queryKey: ["definitions"], queryFn: api.definitions, staleTime: Infinity });
  const columns: Column<MeasureDefinition>[] = [
    {
      id: "name",
      name: words.name,
      value: ({ name, id, version, group }) => (
        <>
          {name}
          <span className="queue-origin">
            {t.figures.group[group] ?? group} · <code>{words.version(id, format.number(version))}</code>
          </span>
        </>
      ),
    },
    {
      id: "value",
      name: words.value,
      align: "right",
      value: ({ id, unit, kept, live }) =>
        live ? words.live : kept ? figureText(figures.total.values[id], unit, format) : t.figures.tiles.notMeasured,
    },
    { id: "formula", name: words.formula, value: ({ formula }) => <span className="formula">{formula}</span> },
    { id: "source", name: words.from, value: ({ source }) => source },
  ];
  return (
    <section className="panel" aria-labelledby="all-title">
      <div className="panel__head">
        <Heading level="2" size="small" id="all-title">
          {words.title}
        </Heading>
        <BodyShort size="small" className="subtle">
          {words.lead}
        </BodyShort>
      </div>
      <DataTable rows={known.data ?? figures.definitions} columns={columns} keyOf={({ id }) => id} region={words.region} isTall />
    </section>
  );
}
