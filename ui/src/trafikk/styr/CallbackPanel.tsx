import { BodyLong, BodyShort, InlineMessage } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { Callback, CallbackState, Callbacks } from "../../api/types";
import { useMinute } from "../../common/clock";
import { type Column, DataTable } from "../../common/DataTable";
import { Loaded } from "../../common/Loaded";
import { useFormat, useText } from "../../common/settings";

const STATES: CallbackState[] = ["pending", "dialling", "done", "failed", "cancelled"];
const SHOWN_MAX = 50;

/** *Bli ringt opp*: how many wait, until when each is promised; never a number. */
export function CallbackPanel() {
  const t = useText();
  const callbacks = useQuery({ queryKey: ["callbacks"], queryFn: api.callbacks });
  return (
    <>
      <BodyLong size="small" spacing>
        {t.control.callbacks.lead}
      </BodyLong>
      <Loaded query={callbacks} source={t.control.callbacks.source}>
        {(data) => <Told data={data} />}
      </Loaded>
    </>
  );
}

function Told({ data }: { data: Callbacks }) {
  const t = useText();
  const format = useFormat();
  const columns = useColumns();
  const open = data.items.filter(({ state }) => state === "pending" || state === "dialling");
  return (
    <div className="callbacks">
      {!data.line_out && <InlineMessage status="warning">{t.control.callbacks.noLine}</InlineMessage>}
      {data.counts.fault > 0 && (
        <InlineMessage status="error">{t.control.callbacks.fault(format.number(data.counts.fault))}</InlineMessage>
      )}
      <dl className="facts facts--wide">
        {STATES.map((state) => (
          <div key={state}>
            <dt>{t.control.callbacks[state]}</dt>
            <dd className="figure">{format.number(data.counts[state])}</dd>
          </div>
        ))}
      </dl>
      {open.length === 0 ? (
        <BodyShort className="empty">{t.control.callbacks.empty}</BodyShort>
      ) : (
        <DataTable
          rows={open.slice(0, SHOWN_MAX)}
          columns={columns}
          keyOf={({ id }) => id}
          region={t.control.callbacks.region}
          isTall
        />
      )}
      {open.length > SHOWN_MAX && (
        <BodyShort size="small" className="subtle">
          {t.control.callbacks.more(format.number(open.length - SHOWN_MAX))}
        </BodyShort>
      )}
    </div>
  );
}

function useColumns(): Column<Callback>[] {
  const t = useText();
  const format = useFormat();
  const now = useMinute();
  const words = t.control.callbacks;
  return [
    { id: "queue", name: words.queue, value: ({ queue }) => queue?.name ?? "–" },
    { id: "state", name: words.state, value: ({ state }) => words[state] },
    {
      id: "promised",
      name: words.promised,
      value: ({ from, until }) => (
        <>
          {until === null ? "–" : format.promised(until)}
          {from && <span className="subtle"> {words.from(format.soon(from, now))}</span>}
        </>
      ),
    },
    { id: "asked", name: words.asked, value: ({ asked }) => format.ago(asked, now) },
    {
      id: "place",
      name: words.place,
      align: "right",
      value: ({ place }) => (place === null ? "–" : format.number(place)),
    },
    { id: "attempts", name: words.attempts, align: "right", value: ({ attempts }) => format.number(attempts) },
  ];
}
