import { useQuery } from "@tanstack/react-query";

import { next } from "../api/next";
import { useFormat, useText } from "../common/settings";
import { useExpectedText } from "../common/useExpectedText";

const RENEW_MS = 10_000;

/** What one who comes to a queue now may expect, as an interval, and how well such estimates have hit lately. */
export function ExpectedFacts({ queue }: { queue: string }) {
  const t = useText();
  const format = useFormat();
  const expectedText = useExpectedText();
  const { data } = useQuery({
    queryKey: ["expected-wait", queue],
    queryFn: () => next.expectedWait(queue),
    refetchInterval: RENEW_MS,
  });
  if (!data) return null;
  const { accuracy } = data;
  const isKnown = accuracy !== null && accuracy.p50_error_s !== null && accuracy.p90_error_s !== null;
  return (
    <>
      <div>
        <dt>{t.control.expected.title}</dt>
        <dd className="figure">{expectedText(data)}</dd>
      </div>
      <div>
        <dt>{t.control.expected.accuracy}</dt>
        <dd className="figure">
          {isKnown
            ? t.control.expected.off(
                format.duration(accuracy.p50_error_s ?? 0),
                format.duration(accuracy.p90_error_s ?? 0),
                format.number(accuracy.counted),
              )
            : t.control.expected.notYet}
        </dd>
      </div>
    </>
  );
}
