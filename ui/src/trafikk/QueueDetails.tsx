import { BodyShort, Heading, Skeleton } from "@navikt/ds-react";
import { FlagCrossIcon } from "@navikt/aksel-icons";
import { useQuery } from "@tanstack/react-query";

import { api } from "../api/client";
import type { QueueDetail, QueueRow } from "../api/types";
import { LoadFailed } from "../common/LoadFailed";
import { useFormat, useText } from "../common/settings";
import { Waiting } from "../common/Waiting";
import { ExpectedFacts } from "./ExpectedFacts";
import { HourChart } from "./HourChart";
import { HourTable } from "./HourTable";
import { OldestWhy } from "./OldestWhy";

const HOUR_RENEW_MS = 10_000;

/** What stands behind one queue's row: hours, requirement, differences, the last hour. */
export function QueueDetails({ row }: { row: QueueRow }) {
  const t = useText();
  const detail = useQuery({ queryKey: ["queue", row.id], queryFn: () => api.queue(row.id), refetchInterval: HOUR_RENEW_MS });
  return (
    <div className="queue-details">
      {detail.isPending && (
        <Waiting>
          <Skeleton variant="rounded" height="8rem" />
        </Waiting>
      )}
      {detail.isError && (
        <LoadFailed source={t.source.queue} error={detail.error} onRetry={() => void detail.refetch()} />
      )}
      {detail.data && <Facts row={row} detail={detail.data} />}
      {row.waiting > 0 && <OldestWhy queue={row.id} />}
      <QueueHour row={row} />
    </div>
  );
}

function Facts({ row, detail }: { row: QueueRow; detail: QueueDetail }) {
  const t = useText();
  const format = useFormat();
  const parts = t.traffic.detail.assumedParts;
  const assumed = (detail.differences ?? []).flatMap((each) => parts[each] ?? []);
  const differences = (detail.differences ?? []).filter((each) => parts[each] === undefined);
  const skills = detail.skills ?? [];
  return (
    <dl className="facts">
      <div>
        <dt>{t.traffic.queues.within(format.span(row.sl.threshold_s))}</dt>
        <dd>
          {row.sl.value === null ? t.goal.none : format.percent(row.sl.value)} (
          {t.traffic.tiles.goal(format.percent(row.sl.goal))}),{" "}
          {t.traffic.detail.of(format.number(row.sl.answered_within), format.number(row.sl.offered))}
        </dd>
      </div>
      <div>
        <dt>{t.traffic.detail.advisers}</dt>
        <dd>
          {(["ready", "busy", "wrap_up", "away"] as const)
            .map((state) => `${format.number(row.advisers[state])} ${t.traffic.adviserState[state]}`)
            .join(" · ")}
        </dd>
      </div>
      <div>
        <dt>{t.traffic.detail.hours}</dt>
        <dd>
          {(detail.hours ?? []).length === 0
            ? t.traffic.detail.noHours
            : detail.hours.map((span) => `${span.days} ${span.from}–${span.to}`).join(", ")}
          {detail.next_change && <span className="facts__more">{t.traffic.detail.nextChange(when(detail.next_change, format))}</span>}
        </dd>
      </div>
      <div>
        <dt>{t.traffic.detail.requirement}</dt>
        <dd>
          {skills.length > 0
            ? skills.map((skill) => t.traffic.detail.skill(skill.name, skill.level)).join(", ")
            : detail.requirement || t.traffic.detail.noRequirement}
        </dd>
      </div>
      <ExpectedFacts queue={row.id} />
      {detail.expected_basis && (
        <div>
          <dt>{t.traffic.detail.basis}</dt>
          <dd>{detail.expected_basis}</dd>
        </div>
      )}
      <div>
        <dt>{t.traffic.detail.differences}</dt>
        <dd>
          {differences.length === 0
            ? t.traffic.detail.noDifferences
            : differences.map((difference) => (
                <span key={difference} className="facts__difference">
                  <FlagCrossIcon aria-hidden /> {difference}
                </span>
              ))}
        </dd>
      </div>
      {assumed.length > 0 && (
        <div>
          <dt>{t.traffic.detail.assumed}</dt>
          <dd>{assumed.join(", ")}</dd>
        </div>
      )}
    </dl>
  );
}

/** The server says either a time or a sentence. */
function when(text: string, format: ReturnType<typeof useFormat>): string {
  return /^\d{4}-\d\d-\d\dT/.test(text) ? format.dayAndTime(text) : text;
}

function QueueHour({ row }: { row: QueueRow }) {
  const t = useText();
  const hour = useQuery({
    queryKey: ["queue-hour", row.id],
    queryFn: () => api.queueHour(row.id),
    refetchInterval: HOUR_RENEW_MS,
  });
  const minutes = hour.data?.items ?? [];
  return (
    <div>
      <Heading level="3" size="xsmall" spacing>
        {t.traffic.detail.lastHour}
      </Heading>
      {hour.isError && (
        <LoadFailed source={t.source.queue} error={hour.error} onRetry={() => void hour.refetch()} />
      )}
      {hour.data && minutes.length === 0 && <BodyShort className="empty">{t.traffic.hour.empty}</BodyShort>}
      {minutes.length > 0 && (
        <div className="queue-hour">
          <HourChart minutes={minutes} height={180} />
          <HourTable minutes={minutes} threshold={row.sl.threshold_s} queue={row} />
        </div>
      )}
    </div>
  );
}
