import { EarIcon } from "@navikt/aksel-icons";
import { BodyLong, BodyShort, Button, Heading, Radio, RadioGroup } from "@navikt/ds-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { besideApi, type Conversation, type How } from "../api/beside";
import { liveUrl } from "../api/client";
import { useNow } from "../common/clock";
import { Loaded } from "../common/Loaded";
import { useFormat, useText } from "../common/settings";
import { useAction } from "../desk/useAction";
import { useMicrophone } from "../softphone/microphone";
import { useSoftphone } from "../softphone/useSoftphone";

import "./beside.css";

const EVERY_MS = 2_000;
const HOWS: How[] = ["listen", "whisper", "join"];

/** A leader asks to attend a conversation of the unit. Nothing is heard before the adviser has said yes. */
export function Attend() {
  const t = useText();
  const text = t.beside.team;
  const queries = useQueryClient();
  const [on, setOn] = useState(false);
  const [how, setHow] = useState<How>("listen");
  const microphone = useMicrophone(on);
  const phone = useSoftphone(on ? liveUrl.listening : null, microphone.stream);
  const { run, busy, failure } = useAction();
  const query = useQuery({ queryKey: ["listening"], queryFn: besideApi.conversations, refetchInterval: EVERY_MS, retry: false });
  const doing = (name: string, action: () => Promise<unknown>) =>
    void run(name, async () => {
      await action();
      await queries.invalidateQueries({ queryKey: ["listening"] });
    });
  const ready = phone.state === "ready";
  return (
    <section className="panel guide" aria-labelledby="attend-title" data-attend={phone.line ? "on" : phone.state}>
      <Heading level="2" size="small" id="attend-title">
        <EarIcon aria-hidden /> {text.title}
      </Heading>
      <BodyLong size="small">{text.lead}</BodyLong>
      {!on ? (
        <div className="beside__start">
          <Button size="small" onClick={() => setOn(true)}>
            {text.start}
          </Button>
          <BodyShort size="small" className="subtle">
            {text.startSays}
          </BodyShort>
        </div>
      ) : (
        <BodyShort role="status">
          {microphone.trouble
            ? t.sound.failed[microphone.trouble]
            : phone.line?.answered
              ? text.inCall
              : ready
                ? text.ready
                : text.connecting}
        </BodyShort>
      )}
      {phone.blocked && (
        <Button size="small" onClick={phone.hear}>
          {t.sound.hear}
        </Button>
      )}
      <RadioGroup legend={text.choose} size="small" value={how} onChange={setHow}>
        {HOWS.map((each) => (
          <Radio key={each} value={each}>
            {text.how[each]}
          </Radio>
        ))}
      </RadioGroup>
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
                <Row key={each.contact} row={each} how={how} ready={ready} busy={busy} doing={doing} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}

interface RowProps {
  row: Conversation;
  how: How;
  ready: boolean;
  busy: string | null;
  doing(name: string, action: () => Promise<unknown>): void;
}

function Row({ row, how, ready, busy, doing }: RowProps) {
  const t = useText();
  const format = useFormat();
  const now = useNow();
  const text = t.beside.team;
  const { listening } = row;
  const lasted = row.answered == null ? null : format.duration((now - Date.parse(row.answered)) / 1000);
  return (
    <li data-conversation={row.contact} data-state={listening?.state ?? "none"}>
      <span>
        <strong>{row.adviser.name}</strong>
        {row.queue && ` · ${row.queue.name}`}
        {lasted !== null && <span className="figure"> · {lasted}</span>}
      </span>
      {listening && <span>{row.mine ? text.state[listening.state] : text.state.other}</span>}
      {!listening && (
        <Button
          size="xsmall"
          disabled={!ready}
          loading={busy === row.contact}
          onClick={() => doing(row.contact, () => besideApi.attend(row.contact, how))}
        >
          {text.ask(row.adviser.name)}
        </Button>
      )}
      {listening && row.mine && (
        <Button
          size="xsmall"
          variant="secondary"
          data-color="neutral"
          loading={busy === row.contact}
          onClick={() => doing(row.contact, () => besideApi.endAttending(row.contact))}
        >
          {listening.state === "asked" ? text.withdraw : text.end}
        </Button>
      )}
    </li>
  );
}
