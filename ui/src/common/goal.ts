/**
 * How near a goal is to being missed, by how much of its allowance is used.
 * Neutral below half, warning from half, danger past it; nothing is said of fewer than ten.
 */
export type GoalState = "ok" | "near" | "past" | "few" | "none" | "closed";

const FEW = 10;

/** Used part of the allowance `1 - goal`; above 1 the goal is missed. None if nothing is counted. */
export function allowanceUsed(value: number | null, goal: number | null): number | null {
  if (value === null || goal === null || goal >= 1) return null;
  return (1 - value) / (1 - goal);
}

/**
 * The share that a goal is held against: `within / (offered - pending)`. Whoever waits and still has time is neither
 * a hit nor a miss; null of nothing.
 */
export function verdict(sl: { answered_within: number; offered: number; pending: number }): number | null {
  const over = sl.offered - sl.pending;
  return over > 0 ? Math.min(1, sl.answered_within / over) : null;
}

export function goalState(value: number | null, goal: number | null, counted: number): GoalState {
  const used = allowanceUsed(value, goal);
  if (used === null || counted === 0) return "none";
  if (counted < FEW) return "few";
  if (used > 1) return "past";
  return used >= 0.5 ? "near" : "ok";
}
