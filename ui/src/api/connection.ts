/** Which streams are lost, and since when (scenario time). One banner shows it on every page. */
import { useSyncExternalStore } from "react";

import { scenarioNow } from "../common/clock";

const lost = new Map<string, number>();
const listeners = new Set<() => void>();
let lostSince: number | null = null;

function publish() {
  lostSince = lost.size === 0 ? null : Math.min(...lost.values());
  for (const listener of listeners) listener();
}

export const connection = {
  up(name: string) {
    if (lost.delete(name)) publish();
  },
  down(name: string) {
    if (lost.has(name)) return;
    lost.set(name, scenarioNow());
    publish();
  },
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Milliseconds since 1970 in scenario time when contact was lost, null while all is well. */
export function useLostSince(): number | null {
  return useSyncExternalStore(
    (listener) => {
      const stop = connection.subscribe(listener);
      return () => void stop();
    },
    () => lostSince,
  );
}
