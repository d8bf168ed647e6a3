/**
 * Which steps of the demo's roles are done. A step is ticked by what the service says, or by a page that was
 * opened; never by a click on the tick. Kept in this browser.
 */
import { useSyncExternalStore } from "react";

const KEY = "linje.demo.ticks";
const hearers = new Set<() => void>();
let known: readonly string[] = read();

function read(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((tick) => typeof tick === "string") : [];
  } catch {
    return [];
  }
}

function keep(next: readonly string[]) {
  known = next;
  localStorage.setItem(KEY, JSON.stringify(next));
  for (const hears of hearers) hears();
}

/** Something was done: `visit /trafikk as leader`, `citizen answered`. */
export function tick(what: string) {
  if (!known.includes(what)) keep([...known, what]);
}

export function forget(role: string) {
  keep(known.filter((what) => !what.startsWith(`${role} `)));
}

export function useTicks(): readonly string[] {
  return useSyncExternalStore(
    (hears) => {
      hearers.add(hears);
      return () => {
        hearers.delete(hears);
      };
    },
    () => known,
  );
}

// Another tab may have done it.
window.addEventListener("storage", (event) => {
  if (event.key !== KEY) return;
  known = read();
  for (const hears of hearers) hears();
});
