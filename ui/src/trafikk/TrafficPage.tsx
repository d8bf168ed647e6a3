import { Heading, HStack, Skeleton, Tag, VStack } from "@navikt/ds-react";
import { DoorIcon, DoorOpenIcon, ExclamationmarkTriangleIcon, MonitorIcon } from "@navikt/aksel-icons";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";

import { api } from "../api/client";
import { useLostSince } from "../api/connection";
import { useTraffic } from "../api/traffic";
import type { TrafficView } from "../api/types";
import { LoadFailed } from "../common/LoadFailed";
import { useFormat, useSettings, useText } from "../common/settings";
import { useTitle } from "../common/title";
import { Waiting } from "../common/Waiting";
import { useHealth } from "../shell/health";
import { LastHour } from "./LastHour";
import { isVoice } from "./order";
import { Control, usePlansOn } from "./styr/Control";
import { QueueTable } from "./QueueTable";
import { Recent } from "./Recent";
import { Tiles } from "./Tiles";
import { Units } from "./Units";
import { Wall } from "./Wall";

/** Trafikkbilde: is the country served within its goals right now, and where is it not? */
export function TrafficPage() {
  const t = useText();
  const { vegg } = useSearch({ from: "/trafikk" });
  const { report } = useHealth();
  const view = useTraffic();
  useTitle(t.traffic.title);

  const store = view?.store;
  useEffect(() => {
    if (store) report(store);
  }, [store, report]);

  if (!view) return <NotYet />;
  return vegg ? <Wall view={view} /> : <Picture view={view} />;
}

function Picture({ view }: { view: TrafficView }) {
  const t = useText();
  const voice = useMemo(() => view.queues.filter(isVoice), [view.queues]);
  const other = useMemo(() => view.queues.filter((row) => !isVoice(row)), [view.queues]);
  return (
    <div className="page traffic">
      <TrafficHead view={view} />
      <Tiles totals={view.totals} hour={view.hour} />
      <Control units={view.units} />
      <div className="traffic__columns">
        <div className="traffic__queues">
          <QueueTable
            queues={voice}
            title={t.traffic.queues.title}
            region={t.traffic.queues.region}
            level={t.traffic.tiles.sl(view.totals.sl.threshold_s)}
          />
          {other.length > 0 && (
            <QueueTable
              queues={other}
              title={t.traffic.queues.otherTitle}
              region={t.traffic.queues.otherRegion}
              level={t.traffic.queues.slOther}
              ownLimits
            />
          )}
        </div>
        <VStack gap="space-20" className="traffic__side">
          <LastHour hour={view.hour} threshold={view.totals.sl.threshold_s} />
          <Recent recent={view.recent ?? []} queues={view.queues} />
          <Units units={view.units} />
        </VStack>
      </div>
    </div>
  );
}

function TrafficHead({ view }: { view: TrafficView }) {
  const t = useText();
  const format = useFormat();
  const { language } = useSettings();
  const { clock } = useHealth();
  const lost = useLostSince() !== null;
  const plans = usePlansOn();
  return (
    <HStack justify="space-between" align="end" gap="space-12" className="traffic__head">
      <div>
        <HStack gap="space-12" align="center">
          <Heading level="1" size="large">
            {t.traffic.title}
          </Heading>
          <Tag
            size="small"
            variant="outline"
            data-color={view.totals.open ? "success" : "neutral"}
            icon={view.totals.open ? <DoorOpenIcon aria-hidden /> : <DoorIcon aria-hidden />}
          >
            {view.totals.open ? t.traffic.open : t.traffic.closed}
          </Tag>
          {plans.map((name) => (
            <Tag key={name} size="small" variant="moderate" data-color="warning" icon={<ExclamationmarkTriangleIcon aria-hidden />}>
              {t.control.plans.tag(name)}
            </Tag>
          ))}
          {lost && (
            <Tag size="small" variant="moderate" data-color="danger">
              {t.traffic.frozen}
            </Tag>
          )}
        </HStack>
        {clock && (
          <p className="lead">
            {t.traffic.lead(clock.centre.name[language])} {t.traffic.callsToday(format.number(view.totals.calls_today))}.{" "}
            {t.traffic.tilesAbout(
              view.totals.channels.map((channel) => (t.channel[channel] ?? channel).toLowerCase()),
            )}
          </p>
        )}
      </div>
      <Link to="/trafikk" search={{ vegg: true }} className="quiet-link">
        <MonitorIcon aria-hidden /> {t.traffic.wall}
      </Link>
    </HStack>
  );
}

/** Before the first snapshot: a skeleton, or what is wrong when the server refuses. */
function NotYet() {
  const t = useText();
  const probe = useQuery({ queryKey: ["traffic"], queryFn: api.traffic, refetchInterval: 5_000 });
  return (
    <div className="page traffic">
      <Heading level="1" size="large" spacing>
        {t.traffic.title}
      </Heading>
      {probe.isError ? (
        <LoadFailed source={t.source.traffic} error={probe.error} onRetry={() => void probe.refetch()} />
      ) : (
        <Waiting>
          <div className="tiles">
            {[1, 2, 3, 4, 5].map((tile) => (
              <Skeleton key={tile} variant="rounded" height="7.5rem" />
            ))}
          </div>
          <div className="traffic__columns">
            <Skeleton variant="rounded" height="32rem" />
            <Skeleton variant="rounded" height="32rem" />
          </div>
        </Waiting>
      )}
    </div>
  );
}
