import type { Interval } from "../api/next";
import { useFormat, useText } from "./settings";

/** An expected wait in words: `om lag 2:10, sjelden over 5:00`. */
export function useExpectedText(): (interval: Interval | null | undefined) => string {
  const t = useText();
  const format = useFormat();
  return (interval) => {
    if (!interval || interval.p50_s === null) return t.why.now.unknown;
    if (interval.p50_s < 1 && (interval.p90_s ?? 0) < 1) return t.why.now.soon;
    if (interval.p90_s === null) return format.duration(interval.p50_s);
    return t.why.now.interval(format.duration(interval.p50_s), format.duration(interval.p90_s));
  };
}
