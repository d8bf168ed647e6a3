import type { AdviserCounts } from "../api/types";

const STATES = ["ready", "busy", "wrap_up", "away"] as const;

/** How the advisers are shared between states, as one bar. The counts stand beside it in text. */
export function AdviserBar({ counts }: { counts: AdviserCounts }) {
  const all = STATES.reduce((sum, state) => sum + counts[state], 0);
  if (all === 0) return null;
  return (
    <span className="adviser-bar" aria-hidden="true">
      {STATES.map((state) => (
        <span key={state} className={`swatch--${state}`} style={{ flexGrow: counts[state] }} />
      ))}
    </span>
  );
}
