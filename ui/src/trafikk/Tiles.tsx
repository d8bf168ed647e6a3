import { BodyShort, Heading } from "@navikt/ds-react";
import type { ReactNode } from "react";

import type { Minute, Totals } from "../api/types";
import { Definition } from "../common/Definition";
import { GoalTag } from "../common/GoalTag";
import { goalState, verdict } from "../common/goal";
import { Meter } from "../common/Meter";
import { useFormat, useText } from "../common/settings";
import { Sparkline } from "../common/Sparkline";
import { AdviserBar } from "./AdviserBar";
import { Age } from "./Age";

/** The five figures that the day is steered by. */
export function Tiles({ totals, hour }: { totals: Totals; hour: Minute[] }) {
  const t = useText();
  return (
    <section aria-label={t.traffic.tiles.label}>
      <ul className="tiles">
        <WaitingTile totals={totals} hour={hour} />
        <ServiceLevelTile totals={totals} />
        <FirstContactTile totals={totals} />
        <AbandonedTile totals={totals} />
        <AdvisersTile totals={totals} />
      </ul>
    </section>
  );
}

function Tile({ name, definition, children }: { name: string; definition: ReactNode; children: ReactNode }) {
  return (
    <li className="tile">
      <div className="tile__head">
        <Heading level="2" size="xsmall">
          {name}
        </Heading>
        {definition}
      </div>
      {children}
    </li>
  );
}

function WaitingTile({ totals, hour }: { totals: Totals; hour: Minute[] }) {
  const t = useText();
  const format = useFormat();
  const waiting = hour.map((minute) => minute.waiting);
  return (
    <Tile
      name={t.traffic.tiles.waiting}
      definition={
        <Definition name={t.traffic.tiles.waiting} measure="waiting" text={t.definitions.waiting} />
      }
    >
      <div className="tile__row">
        <span className="tile__value">{format.number(totals.waiting)}</span>
        <Sparkline
          values={waiting}
          label={t.traffic.tiles.sparkline(
            format.number(waiting[0] ?? 0),
            format.number(waiting.at(-1) ?? 0),
            format.number(Math.max(0, ...waiting)),
          )}
        />
      </div>
      <BodyShort size="small" className="tile__sub">
        {totals.oldest_at ? (
          <>
            {t.traffic.tiles.oldest} <Age since={totals.oldest_at} />
          </>
        ) : (
          t.traffic.tiles.nobody
        )}
        {totals.expected_wait_s !== null && (
          <> · {t.traffic.tiles.expected(format.duration(totals.expected_wait_s))}</>
        )}
      </BodyShort>
    </Tile>
  );
}

function ServiceLevelTile({ totals }: { totals: Totals }) {
  const t = useText();
  const format = useFormat();
  const { sl } = totals;
  const name = t.traffic.tiles.sl(sl.threshold_s);
  const state = goalState(verdict(sl), sl.goal, sl.offered);
  return (
    <Tile
      name={name}
      definition={
        <Definition
          name={name}
          measure={sl.definition}
          text={t.definitions.sl}
          formula={sl.formula}
          extra={t.goal.explain}
        />
      }
    >
      <div className="tile__row">
        <span className="tile__value">{sl.value === null ? "–" : format.percent(sl.value)}</span>
        <GoalTag state={state} />
      </div>
      <Meter value={sl.value} goal={sl.goal} state={state} />
      <BodyShort size="small" className="tile__sub">
        {t.traffic.tiles.goal(format.percent(sl.goal))} ·{" "}
        {t.traffic.tiles.ofToday(format.number(sl.answered_within), format.number(sl.offered))}
      </BodyShort>
    </Tile>
  );
}

function FirstContactTile({ totals }: { totals: Totals }) {
  const t = useText();
  const format = useFormat();
  const end = totals.first_contact_end;
  const value = end?.value ?? null;
  const goal = end?.goal ?? null;
  return (
    <Tile
      name={t.traffic.tiles.end}
      definition={
        <Definition name={t.traffic.tiles.end} measure="first_contact_end" text={t.definitions.end} />
      }
    >
      {value === null ? (
        <>
          <span className="tile__value tile__value--words">{t.traffic.tiles.endMissing}</span>
          <BodyShort size="small" className="tile__sub">
            {goal !== null && (
              <>
                {t.traffic.tiles.goal(format.percent(goal))}
                {end?.assumed && ` (${t.traffic.tiles.assumed})`}.{" "}
              </>
            )}
            {t.traffic.tiles.endMissingText}
          </BodyShort>
        </>
      ) : (
        <>
          <div className="tile__row">
            <span className="tile__value">{format.percent(value)}</span>
            <GoalTag state={goalState(value, goal, 10)} />
          </div>
          <Meter value={value} goal={goal} state={goalState(value, goal, 10)} />
          <BodyShort size="small" className="tile__sub">
            {goal !== null && t.traffic.tiles.goal(format.percent(goal))}
            {end?.assumed && ` · ${t.traffic.tiles.assumed}`}
          </BodyShort>
        </>
      )}
    </Tile>
  );
}

function AbandonedTile({ totals }: { totals: Totals }) {
  const t = useText();
  const format = useFormat();
  const { count, share, offered } = totals.abandoned;
  return (
    <Tile
      name={t.traffic.tiles.abandoned}
      definition={
        <Definition name={t.traffic.tiles.abandoned} measure="abandoned_share" text={t.definitions.abandoned} />
      }
    >
      <span className="tile__value">{share === null ? "–" : format.percent(share)}</span>
      <BodyShort size="small" className="tile__sub">
        {offered === 0
          ? t.traffic.tiles.noneOffered
          : t.traffic.tiles.abandonedToday(format.number(count), format.number(offered))}
      </BodyShort>
    </Tile>
  );
}

function AdvisersTile({ totals }: { totals: Totals }) {
  const t = useText();
  const format = useFormat();
  const { ready, busy, wrap_up, away } = totals.advisers;
  return (
    <Tile
      name={t.traffic.tiles.advisers}
      definition={
        <Definition name={t.traffic.tiles.advisers} measure="advisers" text={t.definitions.advisers} />
      }
    >
      <ul className="adviser-counts">
        {(["ready", "busy", "wrap_up", "away"] as const).map((state) => (
          <li key={state}>
            <span className={`swatch swatch--${state}`} aria-hidden="true" />
            <strong>{format.number(totals.advisers[state])}</strong> {t.traffic.adviserState[state]}
          </li>
        ))}
      </ul>
      <AdviserBar counts={totals.advisers} />
      <BodyShort size="small" className="tile__sub">
        {t.traffic.tiles.signedIn(format.number(ready + busy + wrap_up + away))}
      </BodyShort>
    </Tile>
  );
}
