/** The scenario clock: what time it is in the centre, which in the demo is not what time it is outside. */
import { useSyncExternalStore } from "react";

import type { ClockNow } from "../api/types";

interface Anchor {
  scenario: number;
  real: number;
  speed: number;
}

let anchor: Anchor = { scenario: Date.now(), real: performance.now(), speed: 1 };
let known = false;
const listeners = new Set<() => void>();
let timer: number | undefined;
let second = 0;

/** Milliseconds since 1970, scenario time. */
export function scenarioNow(): number {
  return anchor.scenario + (performance.now() - anchor.real) * anchor.speed;
}

export function isClockKnown(): boolean {
  return known;
}

/** Takes the server's word for the time; jumps only when it differs by more than a second. */
export function setClock(clock: Pick<ClockNow, "now" | "speed">): void {
  const told = Date.parse(clock.now);
  const speed = clock.speed || 1;
  if (known && speed === anchor.speed && Math.abs(told - scenarioNow()) < 1000 * speed) return;
  anchor = { scenario: told, real: performance.now(), speed };
  known = true;
  tick();
}

function tick() {
  const now = Math.floor(scenarioNow() / 1000);
  if (now === second) return;
  second = now;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  timer ??= window.setInterval(tick, 250);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

/** Scenario time in whole seconds, as milliseconds; renders anew each second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(scenarioNow() / 1000) * 1000);
}

/** As `useNow`, by the minute. */
export function useMinute(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(scenarioNow() / 60_000) * 60_000);
}
