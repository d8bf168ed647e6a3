/** The live picture: one snapshot, then changes merged into it in place. */
import { useEffect, useSyncExternalStore } from "react";

import { setClock } from "../common/clock";
import { useSettings } from "../common/settings";
import { api, liveUrl } from "./client";
import { openStream } from "./stream";
import type { QueueRow, RecentContact, TrafficChange, TrafficView } from "./types";

const RECENT_MAX = 12;
const HOUR_MINUTES = 60;

let view: TrafficView | null = null;
let names = new Map<string, Pick<QueueRow, "name" | "group">>();
const listeners = new Set<() => void>();

function publish(next: TrafficView) {
  view = next;
  for (const listener of listeners) listener();
}

/** Changes are told to all in one language; the names in the chosen one are asked for once. */
async function learnNames() {
  try {
    const { items } = await api.queues();
    names = new Map(items.map(({ id, name, group }) => [id, { name, group }]));
  } catch {
    return;
  }
  if (view) publish({ ...view, queues: view.queues.map(named) });
}

function named(row: QueueRow): QueueRow {
  return { ...row, ...names.get(row.id) };
}

function onSnapshot(snapshot: TrafficView) {
  setClock(snapshot.clock);
  publish({ ...snapshot, queues: snapshot.queues.map(named), recent: newestPerContact([...(snapshot.recent ?? []), ...(view?.recent ?? [])]) });
}

function onChange(change: TrafficChange) {
  if (!view) return;
  publish({
    ...view,
    seq: change.seq,
    at: change.at,
    totals: change.totals ?? view.totals,
    store: change.store ?? view.store,
    queues: merge(view.queues, change.queues?.map(named), (row) => row.id),
    units: merge(view.units, change.units, (row) => row.id),
    hour: merge(view.hour, change.hour, (minute) => minute.at).slice(-HOUR_MINUTES),
    recent: change.recent?.length
      ? newestPerContact([...change.recent, ...(view.recent ?? [])])
      : view.recent,
  });
}

/** Replaces rows by key, keeps the order and the identity of what did not change, adds what is new at the end. */
function merge<T>(rows: T[], changed: T[] | undefined, key: (row: T) => string): T[] {
  if (!changed?.length) return rows;
  const byKey = new Map(changed.map((row) => [key(row), row]));
  const merged = rows.map((row) => {
    const next = byKey.get(key(row));
    byKey.delete(key(row));
    return next ?? row;
  });
  return [...merged, ...byKey.values()];
}

function newestPerContact(recent: RecentContact[]): RecentContact[] {
  const newest = new Map<string, RecentContact>();
  for (const entry of recent) {
    const seen = newest.get(entry.contact);
    if (!seen || entry.seq > seen.seq) newest.set(entry.contact, entry);
  }
  return [...newest.values()].sort((a, b) => b.seq - a.seq).slice(0, RECENT_MAX);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The live picture, null until the first snapshot. The stream is open while a page uses it. */
export function useTraffic(): TrafficView | null {
  const { language } = useSettings();
  useEffect(() => {
    void learnNames();
    const stream = openStream("traffic", liveUrl.traffic, {
      snapshot: (message) => onSnapshot(message as TrafficView),
      change: (message) => onChange(message as TrafficChange),
    });
    return () => stream.close();
  }, [language]);
  return useSyncExternalStore(subscribe, () => view);
}
