import { FlagCrossIcon } from "@navikt/aksel-icons";
import { BodyLong, BodyShort } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { HoursDifference } from "../../api/types";
import { type Column, DataTable } from "../../common/DataTable";
import { Loaded } from "../../common/Loaded";
import { useFormat, useText } from "../../common/settings";

/** The national rule and each local difference, side by side, with the reason. */
export function HoursPanel() {
  const t = useText();
  const columns = useColumns();
  const hours = useQuery({ queryKey: ["hours"], queryFn: api.hoursDifferences });
  return (
    <Loaded query={hours} source={t.control.hours.source}>
      {({ rule, items }) => (
        <div className="callbacks">
          <BodyLong size="small">
            <strong>{t.control.hours.rule}:</strong> {rule}. {t.control.hours.lead}
          </BodyLong>
          {items.length === 0 ? (
            <BodyShort className="empty">{t.control.hours.empty}</BodyShort>
          ) : (
            <DataTable rows={items} columns={columns} keyOf={keyOf} region={t.control.hours.region} />
          )}
        </div>
      )}
    </Loaded>
  );
}

const keyOf = ({ queue, here }: HoursDifference) => `${queue.id} ${here}`;

function useColumns(): Column<HoursDifference>[] {
  const t = useText();
  const format = useFormat();
  return [
    { id: "queue", name: t.control.hours.queue, value: ({ queue }) => queue.name },
    { id: "national", name: t.control.hours.national, value: ({ rule }) => rule },
    {
      id: "here",
      name: t.control.hours.here,
      value: ({ here }) => (
        <>
          <FlagCrossIcon aria-hidden /> {here}
        </>
      ),
    },
    {
      id: "since",
      name: t.control.hours.since,
      value: ({ since }) => (since === null ? t.control.hours.always : format.date(since)),
    },
    { id: "why", name: t.control.hours.why, value: ({ why }) => why },
  ];
}
