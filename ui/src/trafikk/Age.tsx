import { useLostSince } from "../api/connection";
import type { Instant } from "../api/types";
import { useNow } from "../common/clock";
import { useFormat } from "../common/settings";

/** How long since, ticking by the scenario clock; stands still with the rest when contact is lost. */
export function Age({ since }: { since: Instant }) {
  const format = useFormat();
  const now = useNow();
  const lostSince = useLostSince();
  return <span className="age">{format.duration(((lostSince ?? now) - Date.parse(since)) / 1000)}</span>;
}
