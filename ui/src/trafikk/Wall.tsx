import { useNavigate } from "@tanstack/react-router";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";

import type { QueueRow, TrafficView } from "../api/types";
import { type GoalState, goalState, verdict } from "../common/goal";
import { GoalTag } from "../common/GoalTag";
import { useFormat, useText } from "../common/settings";
import { ScenarioClock, SyntheticMark } from "../shell/Header";
import { AdviserBar } from "./AdviserBar";
import { Age } from "./Age";
import { isVoice, nearestGoalFirst, queueState } from "./order";

const QUEUES_SHOWN = 6;

/** Trafikkbilde on a wall: five figures and six queues, to be read from six metres. Esc leaves. */
export function Wall({ view }: { view: TrafficView }) {
  const t = useText();
  const navigate = useNavigate();
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      if (event.key === "Escape") void navigate({ to: "/trafikk" });
    };
    window.addEventListener("keydown", leave);
    return () => window.removeEventListener("keydown", leave);
  }, [navigate]);

  return (
    <div className="wall">
      <h1 className="sr-only">{t.traffic.wallTitle}</h1>
      <WallTiles view={view} />
      <section aria-label={t.traffic.wallNearest}>
        <ol className="wall__queues">
          {nearestGoalFirst(view.queues.filter(isVoice))
            .slice(0, QUEUES_SHOWN)
            .map((row) => (
              <WallQueue key={row.id} row={row} />
            ))}
        </ol>
      </section>
      <footer className="wall__foot">
        <ScenarioClock />
        <SyntheticMark />
        <Link to="/trafikk" className="wall__exit">
          {t.traffic.wallExit}
        </Link>
      </footer>
    </div>
  );
}

function WallTiles({ view }: { view: TrafficView }) {
  const t = useText();
  const format = useFormat();
  const { totals } = view;
  const { sl, abandoned, advisers, first_contact_end: end } = totals;
  const endValue = end?.value ?? null;
  return (
    <section aria-label={t.traffic.tiles.label}>
      <ul className="wall__tiles">
        <WallTile name={t.traffic.tiles.waiting} value={format.number(totals.waiting)}>
          {totals.oldest_at ? (
            <>
              {t.traffic.tiles.oldest} <Age since={totals.oldest_at} />
            </>
          ) : (
            t.traffic.tiles.nobody
          )}
        </WallTile>
        <WallTile
          name={t.traffic.tiles.sl(sl.threshold_s)}
          value={sl.value === null ? "–" : format.percent(sl.value)}
          state={goalState(verdict(sl), sl.goal, sl.offered)}
        >
          {t.traffic.tiles.goal(format.percent(sl.goal))}
        </WallTile>
        <WallTile
          name={t.traffic.tiles.end}
          value={endValue === null ? "–" : format.percent(endValue)}
          state={endValue === null ? undefined : goalState(endValue, end?.goal ?? null, 10)}
        >
          {endValue === null
            ? t.traffic.tiles.endMissing
            : end?.goal != null && t.traffic.tiles.goal(format.percent(end.goal))}
        </WallTile>
        <WallTile
          name={t.traffic.tiles.abandoned}
          value={abandoned.share === null ? "–" : format.percent(abandoned.share)}
        >
          {abandoned.offered > 0 &&
            t.traffic.tiles.abandonedToday(format.number(abandoned.count), format.number(abandoned.offered))}
        </WallTile>
        <WallTile name={t.traffic.tiles.advisers} value={format.number(advisers.ready)}>
          {t.traffic.adviserState.ready}
          <AdviserBar counts={advisers} />
        </WallTile>
      </ul>
    </section>
  );
}

interface WallTileProps {
  name: string;
  value: string;
  state?: GoalState;
  children: ReactNode;
}

function WallTile({ name, value, state = "ok", children }: WallTileProps) {
  return (
    <li className={`wall__tile wall__tile--${state}`}>
      <h2>{name}</h2>
      <span className="wall__value">{value}</span>
      <span className="wall__sub">{children}</span>
    </li>
  );
}

function WallQueue({ row }: { row: QueueRow }) {
  const t = useText();
  const format = useFormat();
  const state = queueState(row);
  return (
    <li className={`wall__queue wall__queue--${state}`}>
      <span className="wall__name">{row.name}</span>
      <span className="wall__figure">
        {format.number(row.waiting)} <small>{t.traffic.queues.waiting.toLowerCase()}</small>
      </span>
      <span className="wall__figure">
        {row.oldest_at && (
          <>
            <small>{t.traffic.tiles.oldest}</small> <Age since={row.oldest_at} />
          </>
        )}
      </span>
      <span className="wall__figure">{row.sl.value === null ? "–" : format.percent(row.sl.value)}</span>
      <GoalTag state={state} />
    </li>
  );
}
