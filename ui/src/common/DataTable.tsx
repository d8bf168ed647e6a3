import { Button, Table } from "@navikt/ds-react";
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";

import { useFormat, useMedia, useText } from "./settings";
import { useWidth } from "./useWidth";

/** Cards take much room, so few are shown before they are asked for. */
const CARDS_FIRST = 6;

export interface Column<Row> {
  id: string;
  name: string;
  value(row: Row): ReactNode;
  align?: "right";
}

interface Props<Row> {
  rows: Row[];
  /** The first one names the row. */
  columns: Column<Row>[];
  keyOf(row: Row): string;
  /** What a screen reader calls the table where it scrolls. */
  region: string;
  /** Scrolls within itself when it is long. */
  isTall?: boolean;
  className?(row: Row): string | undefined;
  /** Cards where the columns do not fit beside each other, instead of a table that is cut off. */
  isWhole?: boolean;
}

/** Rows as a table where there is room, as cards on a telephone. */
export function DataTable<Row>(props: Props<Row>) {
  const narrow = useMedia("(max-width: 47.99rem)");
  if (narrow) return <Cards {...props} />;
  return props.isWhole ? <Whole {...props} /> : <Wide {...props} />;
}

/** Measures whether the table fits where it stands; remembers how wide it was, so that it comes back with more room. */
function Whole<Row>(props: Props<Row>) {
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const [needs, setNeeds] = useState(0);
  const asCards = needs > 0 && width > 0 && width < needs;
  useLayoutEffect(() => {
    const scroll = host.current?.querySelector(".scroll");
    if (scroll && scroll.scrollWidth > scroll.clientWidth + 1) setNeeds(scroll.scrollWidth);
  }, [width, props.rows, asCards]);
  return <div ref={host}>{asCards ? <Cards {...props} /> : <Wide {...props} />}</div>;
}

function Wide<Row>({ rows, columns, keyOf, region, isTall, className }: Props<Row>) {
  return (
    <div className={isTall ? "scroll scroll--long" : "scroll"} tabIndex={0} role="region" aria-label={region}>
      <Table size="small" stickyHeader={isTall}>
        <Table.Header>
          <Table.Row>
            {columns.map(({ id, name, align }) => (
              <Table.HeaderCell key={id} scope="col" align={align}>
                {name}
              </Table.HeaderCell>
            ))}
          </Table.Row>
        </Table.Header>
        <Table.Body>
          {rows.map((row) => (
            <Table.Row key={keyOf(row)} className={className?.(row)}>
              {columns.map(({ id, value, align }, index) =>
                index === 0 ? (
                  <Table.HeaderCell key={id} scope="row">
                    {value(row)}
                  </Table.HeaderCell>
                ) : (
                  <Table.DataCell key={id} align={align} className="figure">
                    {value(row)}
                  </Table.DataCell>
                ),
              )}
            </Table.Row>
          ))}
        </Table.Body>
      </Table>
    </div>
  );
}

function Cards<Row>({ rows, columns, keyOf, region, className }: Props<Row>) {
  const t = useText();
  const format = useFormat();
  const [all, setAll] = useState(false);
  const [first, ...rest] = columns;
  const shown = all ? rows : rows.slice(0, CARDS_FIRST);
  return (
    <>
      <ul className="data-cards" aria-label={region}>
        {shown.map((row) => (
          <li key={keyOf(row)} className={className?.(row)}>
            <strong>{first?.value(row)}</strong>
            <dl className="facts facts--narrow">
              {rest.map(({ id, name, value }) => (
                <div key={id}>
                  <dt>{name}</dt>
                  <dd className="figure">{value(row)}</dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
      {rows.length > CARDS_FIRST && (
        <Button size="small" variant="tertiary" data-color="neutral" onClick={() => setAll(!all)}>
          {all ? t.showFewer : t.showAll(format.number(rows.length))}
        </Button>
      )}
    </>
  );
}
