import { BodyLong, BodyShort, Button, Heading, Select, Tag } from "@navikt/ds-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { guideApi, type Team } from "../api/guide";
import { useTraffic } from "../api/traffic";
import { Attend } from "../beside/Attend";
import { Recordings } from "../beside/Recordings";
import { DataTable } from "../common/DataTable";
import { Loaded } from "../common/Loaded";
import { useFormat, useText } from "../common/settings";
import { useTitle } from "../common/title";
import { useSessionQuery } from "../identity/session";

const EVERY_MS = 15_000;

import "./guide.css";

/** How a team keeps its promises, and whether somebody was threatened. No names of citizens. */
export function TeamPage() {
  const t = useText();
  useTitle(t.guide.team.title);
  const traffic = useTraffic();
  const units = traffic?.units ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const { data: session } = useSessionQuery();
  const own = units.find(({ id }) => id === session?.who?.unit);
  const unit = chosen ?? own?.id ?? units[0]?.id ?? null;
  const query = useQuery({
    queryKey: ["team", unit],
    queryFn: () => guideApi.team(unit ?? ""),
    enabled: unit !== null,
    refetchInterval: EVERY_MS,
    retry: false,
  });
  const threats = query.data?.threats ?? [];
  return (
    <div className="page">
      <Heading level="1" size="large">
        {t.guide.team.title}
      </Heading>
      <BodyLong className="lead">{t.guide.team.lead}</BodyLong>
      <Select size="small" className="guide__narrow" label={t.guide.team.unit} value={unit ?? ""} onChange={(event) => setChosen(event.target.value)}>
        {units.map((each) => (
          <option key={each.id} value={each.id}>
            {each.name}
          </option>
        ))}
      </Select>
      {threats.length > 0 && (
        <div className="guide__first">
          <Threats threats={threats} />
        </div>
      )}
      <div className="guide__columns">
        <Attend />
        <Recordings />
      </div>
      {unit !== null && (
        <Loaded query={query} source={t.guide.source.team}>
          {(team) => <Shown team={team} />}
        </Loaded>
      )}
    </div>
  );
}

function Shown({ team }: { team: Team }) {
  const t = useText();
  const format = useFormat();
  const { counts } = team;
  return (
    <div className="guide__columns">
      <section className="panel guide" aria-labelledby="team-promises">
        <Heading level="2" size="small" id="team-promises">
          {t.guide.team.promises}
        </Heading>
        <dl className="facts facts--narrow">
          {(["open", "kept", "late", "broken"] as const).map((state) => (
            <div key={state}>
              <dt>{t.guide.team[state]}</dt>
              <dd className="figure">{format.number(counts[state])}</dd>
            </div>
          ))}
        </dl>
        {team.promises.length === 0 ? (
          <BodyShort size="small">{t.guide.team.empty}</BodyShort>
        ) : (
          <DataTable
            rows={team.promises.map((promise, index) => ({ ...promise, key: String(index) }))}
            keyOf={(row) => row.key}
            region={t.guide.team.list}
            columns={[
              { id: "owner", name: t.guide.team.owner, value: (row) => row.owner.name },
              { id: "due", name: t.guide.team.due, value: (row) => format.date(`${row.due}T12:00:00`) },
              { id: "state", name: t.guide.team.state, value: (row) => t.guide.afterwards.state[row.state] },
            ]}
          />
        )}
      </section>
      {team.threats.length === 0 && <Threats threats={[]} />}
    </div>
  );
}

function Threats({ threats }: { threats: Team["threats"] }) {
  const t = useText();
  const format = useFormat();
  const queries = useQueryClient();
  const take = async (threat: string) => {
    await guideApi.threatSeen(threat);
    void queries.invalidateQueries({ queryKey: ["team"] });
  };
  return (
    <section className="panel guide" aria-labelledby="team-threats" aria-live="polite">
      <Heading level="2" size="small" id="team-threats">
        {t.guide.team.threats}
      </Heading>
      {threats.length === 0 && <BodyShort size="small">{t.guide.team.noThreats}</BodyShort>}
      <ul className="guide__left">
        {threats.map((threat) => (
          <li key={threat.id}>
            <span>
              <strong>{threat.adviser.name}</strong> · {format.dayAndTime(threat.at)}
              {threat.queue && ` · ${threat.queue.name}`}
            </span>
            <span>{threat.text ?? t.guide.team.noText}</span>
            {threat.seen === null ? (
              <Button size="xsmall" variant="secondary" data-color="neutral" onClick={() => void take(threat.id)}>
                {t.guide.team.take}
              </Button>
            ) : (
              <Tag size="xsmall" variant="outline" data-color="success">
                {t.guide.team.seen(threat.seen_by ?? "")}
              </Tag>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
