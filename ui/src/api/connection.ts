/** Which streams are lost, and since when (scenario time). One banner shows it on every page. */
import { useSyncExternalStore } from "react";

import { scenarioNow } from "../common/clock";

/** A line that is back within this time was never lost to anybody who looks. */
const PATIENCE_MS = 1_000;

const lost = new Map<string, number>();
const doubtful = new Map<string, number>();
const listeners = new Set<() => void>();
let lostSince: number | null = null;

function publish() {
  lostSince = lost.size === 0 ? null : Math.min(...lost.values());
  for (const listener of listeners) listener();
}

export const connection = {
  up(name: string) {
    window.clearTimeout(doubtful.get(name));
    doubtful.delete(name);
    if (lost.delete(name)) publish();
  },
  down(name: string) {
    if (lost.has(name) || doubtful.has(name)) return;
    const since = scenarioNow();
    const timer = window.setTimeout(() => {
      doubtful.delete(name);
      lost.set(name, since);
      publish();
    }, PATIENCE_MS);
    doubtful.set(name, timer);
  },
};

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Milliseconds since 1970 in scenario time when contact was lost, null while all is well. */
export function useLostSince(): number | null {
  return useSyncExternalStore(subscribe, () => lostSince);
}
