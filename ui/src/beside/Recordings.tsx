import { BodyLong, BodyShort, Button, Heading } from "@navikt/ds-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { besideApi, type RecordingView } from "../api/beside";
import { Loaded } from "../common/Loaded";
import { useFormat, useText } from "../common/settings";
import { useAction } from "../desk/useAction";

import "./beside.css";

const EVERY_MS = 10_000;

/** Recordings of the unit: played after a row that says by whom, and deleted for good. */
export function Recordings() {
  const t = useText();
  const text = t.beside.recordings;
  const queries = useQueryClient();
  const { run, busy, failure } = useAction();
  const query = useQuery({ queryKey: ["recordings"], queryFn: besideApi.recordings, refetchInterval: EVERY_MS, retry: false });
  const [heard, setHeard] = useState<{ id: string; url: string } | null>(null);
  useEffect(() => () => URL.revokeObjectURL(heard?.url ?? ""), [heard]);
  const play = (id: string) =>
    void run(`play ${id}`, async () => setHeard({ id, url: URL.createObjectURL(await besideApi.sound(id)) }));
  const destroy = (id: string) =>
    void run(`destroy ${id}`, async () => {
      await besideApi.destroy(id);
      setHeard(null);
      await queries.invalidateQueries({ queryKey: ["recordings"] });
    });
  return (
    <section className="panel guide" aria-labelledby="recordings-title">
      <Heading level="2" size="small" id="recordings-title">
        {text.title}
      </Heading>
      <BodyLong size="small">{text.lead}</BodyLong>
      {failure && (
        <BodyShort role="alert" className="beside__failure">
          {failure}
        </BodyShort>
      )}
      <Loaded query={query} source={text.title}>
        {({ items }) =>
          items.length === 0 ? (
            <BodyShort size="small">{text.none}</BodyShort>
          ) : (
            <ul className="beside__list">
              {items.map((each) => (
                <Row
                  key={each.id}
                  row={each}
                  busy={busy}
                  url={heard?.id === each.id ? heard.url : null}
                  play={() => play(each.id)}
                  destroy={() => destroy(each.id)}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}

interface RowProps {
  row: RecordingView;
  busy: string | null;
  url: string | null;
  play(): void;
  destroy(): void;
}

function Row({ row, busy, url, play, destroy }: RowProps) {
  const t = useText();
  const format = useFormat();
  const text = t.beside.recordings;
  const [sure, setSure] = useState(false);
  const when = format.dayAndTime(row.begun);
  return (
    <li data-recorded={row.id}>
      <span>
        <strong>{row.adviser.name}</strong> · {when}
        {row.ended == null && ` · ${text.running}`}
      </span>
      {row.destroyed != null ? (
        <span>{text.destroyed(format.dayAndTime(row.destroyed))}</span>
      ) : (
        <span className="call__buttons">
          <Button size="xsmall" variant="secondary" data-color="neutral" loading={busy === `play ${row.id}`} onClick={play}>
            {text.play}
          </Button>
          {!sure ? (
            <Button size="xsmall" variant="tertiary" data-color="danger" onClick={() => setSure(true)}>
              {text.destroy}
            </Button>
          ) : (
            <>
              <BodyShort size="small">{text.destroySays}</BodyShort>
              <Button size="xsmall" data-color="danger" loading={busy === `destroy ${row.id}`} onClick={destroy}>
                {text.destroySure}
              </Button>
              <Button size="xsmall" variant="secondary" data-color="neutral" onClick={() => setSure(false)}>
                {text.keep}
              </Button>
            </>
          )}
        </span>
      )}
      {url !== null && <audio controls autoPlay src={url} aria-label={text.playOf(when)} />}
    </li>
  );
}
