import type { Interval } from "../api/types";
import { useFormat, useText } from "./settings";

/** An expected wait in words, from its interval or from one figure: `om lag 2:10, sjelden over 5:00`. */
export function useExpectedText(): (expected: Interval | number | null) => string {
  const t = useText();
  const format = useFormat();
  return (expected) => {
    const { p50_s, p90_s } = typeof expected === "number" ? { p50_s: expected, p90_s: null } : (expected ?? NOTHING);
    if (p50_s === null) return t.why.now.unknown;
    if (p50_s < SOON_S && (p90_s ?? 0) < 3 * SOON_S) return t.why.now.soon;
    if (p90_s === null) return t.why.now.about(format.duration(p50_s));
    return t.why.now.interval(format.duration(p50_s), format.duration(p90_s));
  };
}

/** What it takes to answer is no wait. */
const SOON_S = 5;
const NOTHING: Interval = { p50_s: null, p90_s: null };
