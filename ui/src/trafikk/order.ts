/** The order of the queue table: nearest the goal first, and calm while somebody reads. */
import { type RefObject, useEffect, useRef, useState } from "react";

import type { QueueRow } from "../api/types";
import { scenarioNow } from "../common/clock";
import { allowanceUsed, type GoalState, goalState, verdict } from "../common/goal";

const SORT_EVERY_MS = 30_000;

/** Whether people wait on the line in it; messages and tasks have deadlines of days. */
export function isVoice(row: QueueRow): boolean {
  return row.channel === "voice";
}

export function queueState(row: QueueRow): GoalState {
  if (!row.open) return "closed";
  return goalState(verdict(row.sl), row.sl.goal, row.sl.offered);
}

/** Queues with a say about the goal first, by used allowance; then those with few or none; closed last. */
export function nearestGoalFirst(rows: QueueRow[]): QueueRow[] {
  const rank = (row: QueueRow) => {
    const state = queueState(row);
    if (state === "closed") return -2;
    if (state === "none" || state === "few") return -1;
    return allowanceUsed(verdict(row.sl), row.sl.goal) ?? -1;
  };
  return [...rows].sort(
    (a, b) => rank(b) - rank(a) || b.waiting - a.waiting || a.name.localeCompare(b.name, "nb"),
  );
}

/** Rows in an order that is renewed now and then, never while the pointer or the focus is in the table. */
export function useCalmOrder(rows: QueueRow[], table: RefObject<HTMLElement | null>) {
  const [order, setOrder] = useState(() => sorted(rows));
  const isSameSet = rows.length === order.ids.length && rows.every((row) => order.ids.includes(row.id));
  if (!isSameSet) setOrder(sorted(rows));

  const newest = useRef(rows);
  newest.current = rows;
  useEffect(() => {
    const timer = window.setInterval(() => {
      const element = table.current;
      if (element?.matches(":hover") || element?.contains(document.activeElement)) return;
      setOrder(sorted(newest.current));
    }, SORT_EVERY_MS);
    return () => window.clearInterval(timer);
  }, [table]);

  const byId = new Map(rows.map((row) => [row.id, row]));
  const inOrder = order.ids.flatMap((id) => byId.get(id) ?? []);
  return { rows: inOrder, sortedAt: order.at };
}

function sorted(rows: QueueRow[]) {
  return { ids: nearestGoalFirst(rows).map((row) => row.id), at: scenarioNow() };
}
