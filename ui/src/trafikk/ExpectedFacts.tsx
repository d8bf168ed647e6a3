import { useQuery } from "@tanstack/react-query";

import { api } from "../api/client";
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
    queryFn: () => api.expectedWait(queue),
    refetchInterval: RENEW_MS,
  });
  if (!data) return null;
  const { accuracy } = data;
  return (
    <>
      <div>
        <dt>{t.control.expected.title}</dt>
        <dd className="figure">
          {expectedText(data)}
          <span className="facts__more subtle">{data.text}</span>
        </dd>
      </div>
      <div>
        <dt>{t.control.expected.accuracy}</dt>
        <dd className="figure">
          {accuracy.error_p50_s === null || accuracy.error_p90_s === null
            ? t.control.expected.notYet
            : t.control.expected.off(
                format.duration(accuracy.error_p50_s),
                format.duration(accuracy.error_p90_s),
                format.number(accuracy.count),
              )}
          {accuracy.within_p90 !== null && (
            <span className="facts__more">{t.control.expected.inside(format.percent(accuracy.within_p90))}</span>
          )}
        </dd>
      </div>
    </>
  );
}
