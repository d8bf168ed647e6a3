import type { GoalState } from "./goal";

/** A share as a bar with the goal as a thin line. The figure always stands beside it in text. */
export function Meter({ value, goal, state }: { value: number | null; goal: number | null; state: GoalState }) {
  const percent = (share: number) => `${Math.max(0, Math.min(1, share)) * 100}%`;
  return (
    <span className={`meter meter--${state}`} aria-hidden="true">
      {value !== null && <span className="meter__fill" style={{ width: percent(value) }} />}
      {goal !== null && <span className="meter__goal" style={{ left: percent(goal) }} />}
    </span>
  );
}
