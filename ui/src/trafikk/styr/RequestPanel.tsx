import { MegaphoneSpeakingIcon, ThumbDownIcon, ThumbUpIcon } from "@navikt/aksel-icons";
import { BodyLong, BodyShort, Button, Heading, InlineMessage, Select, Tag, TextField } from "@navikt/ds-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { api } from "../../api/client";
import type { Activity, HelpRequest, UnitRow } from "../../api/types";
import { useNow } from "../../common/clock";
import { Loaded } from "../../common/Loaded";
import { useFormat, useText } from "../../common/settings";
import { useQuestion } from "../../desk/Requests";
import { type Run, useAction } from "../../desk/useAction";

const ASKED: Activity[] = ["phone", "chat", "written", "tasks", "learning", "lunch", "break"];
const WANTED_MAX = 1000;
/** How long a request may be answered: minutes. The second is what the server takes when nothing is said. */
const MINUTES = [15, 30, 60, 120];
const SHOWN_MAX = 8;

/** Can six of you take phone? Asked here, answered on the desks, counted here. */
export function RequestPanel({ units }: { units: UnitRow[] }) {
  const t = useText();
  const { run, busy, failure } = useAction();
  const queries = useQueryClient();
  const requests = useQuery({ queryKey: ["requests"], queryFn: api.requests });
  const changed = () => queries.invalidateQueries({ queryKey: ["requests"] });
  return (
    <div className="control__columns">
      <AskForm units={units} run={run} busy={busy} onAsked={changed} />
      <div>
        <Heading level="3" size="xsmall" spacing>
          {t.control.requests.open}
        </Heading>
        {failure && (
          <InlineMessage status="error" role="alert">
            {failure}
          </InlineMessage>
        )}
        <Loaded query={requests} source={t.control.requests.source}>
          {({ items }) => {
            const open = items.filter((request) => request.closed_at === null);
            const over = items.filter((request) => request.closed_at !== null).slice(0, SHOWN_MAX);
            const list = (requests: HelpRequest[]) => (
              <ul className="request-list">
                {requests.map((request) => (
                  <Row key={request.id} request={request} run={run} busy={busy} onClosed={changed} />
                ))}
              </ul>
            );
            return (
              <>
                {open.length === 0 ? <BodyShort className="empty">{t.control.requests.empty}</BodyShort> : list(open)}
                {over.length > 0 && (
                  <>
                    <Heading level="3" size="xsmall" spacing>
                      {t.control.requests.lastDay}
                    </Heading>
                    {list(over)}
                  </>
                )}
              </>
            );
          }}
        </Loaded>
      </div>
    </div>
  );
}

interface FormProps {
  units: UnitRow[];
  run: Run;
  busy: string | null;
  onAsked(): Promise<void>;
}

function AskForm({ units, run, busy, onAsked }: FormProps) {
  const t = useText();
  const [wanted, setWanted] = useState("6");
  const [activity, setActivity] = useState<Activity>("phone");
  const [unit, setUnit] = useState("");
  const [minutes, setMinutes] = useState("30");
  const [wrong, setWrong] = useState(false);
  const format = useFormat();
  const now = useNow();
  const ask = (event: FormEvent) => {
    event.preventDefault();
    const count = Number(wanted);
    const isRight = Number.isInteger(count) && count >= 1 && count <= WANTED_MAX;
    setWrong(!isRight);
    if (!isRight) return;
    void run("ask", async () => {
      const until = new Date(now + Number(minutes) * 60_000).toISOString();
      await api.request(activity, count, unit === "" ? null : unit, until);
      await onAsked();
    });
  };
  return (
    <form onSubmit={ask} className="control__form">
      <BodyLong size="small">{t.control.requests.lead}</BodyLong>
      <div className="control__fields">
        <TextField
          label={t.control.requests.wanted}
          size="small"
          inputMode="numeric"
          htmlSize={6}
          value={wanted}
          error={wrong && t.control.requests.wantedWrong}
          onChange={(event) => setWanted(event.target.value)}
        />
        <Select
          label={t.control.requests.activity}
          size="small"
          value={activity}
          onChange={(event) => setActivity(event.target.value as Activity)}
        >
          {ASKED.map((each) => (
            <option key={each} value={each}>
              {t.desk.activity[each]}
            </option>
          ))}
        </Select>
        <Select label={t.control.requests.unit} size="small" value={unit} onChange={(event) => setUnit(event.target.value)}>
          <option value="">{t.control.requests.everybody}</option>
          {units.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
        <Select
          label={t.control.requests.howLong}
          size="small"
          value={minutes}
          onChange={(event) => setMinutes(event.target.value)}
        >
          {MINUTES.map((each) => (
            <option key={each} value={each}>
              {t.control.requests.minutes(format.number(each))}
            </option>
          ))}
        </Select>
      </div>
      <Button size="small" type="submit" icon={<MegaphoneSpeakingIcon aria-hidden />} loading={busy === "ask"}>
        {t.control.requests.ask}
      </Button>
    </form>
  );
}

interface RowProps {
  request: HelpRequest;
  run: Run;
  busy: string | null;
  onClosed(): Promise<void>;
}

function Row({ request, run, busy, onClosed }: RowProps) {
  const t = useText();
  const format = useFormat();
  const now = useNow();
  const question = useQuestion();
  const isOver = request.closed_at !== null;
  const share = Math.min(1, request.accepted / request.wanted);
  return (
    <li data-request={request.id}>
      <div className="request-list__head">
        <BodyShort weight="semibold" className={isOver ? "subtle" : undefined}>
          {question(request)}
        </BodyShort>
        <BodyShort size="small" className="subtle">
          {[
            request.unit?.name,
            format.ago(request.at, now),
            isOver ? null : t.control.requests.until(format.soon(request.until, now)),
            request.by && t.control.requests.by(request.by),
          ]
            .filter(Boolean)
            .join(" · ")}
        </BodyShort>
      </div>
      <span className="meter" aria-hidden="true">
        <span className="meter__fill meter__fill--yes" style={{ width: `${share * 100}%` }} />
      </span>
      <div className="request-list__foot">
        <BodyShort size="small" className="request-list__counts figure">
          <span>
            <ThumbUpIcon aria-hidden /> {t.control.requests.yes(format.number(request.accepted), format.number(request.wanted))}
          </span>
          <span>
            <ThumbDownIcon aria-hidden /> {t.control.requests.declined(format.number(request.declined))}
          </span>
        </BodyShort>
        {isOver ? (
          <Tag size="xsmall" variant="outline" data-color="neutral">
            {t.control.requests.ended[request.outcome ?? "withdrawn"]}
          </Tag>
        ) : (
          <Button
            size="xsmall"
            variant="tertiary"
            data-color="neutral"
            loading={busy === `close-${request.id}`}
            onClick={() =>
              void run(`close-${request.id}`, async () => {
                await api.closeRequest(request.id);
                await onClosed();
              })
            }
          >
            {t.control.requests.close}
          </Button>
        )}
      </div>
    </li>
  );
}
