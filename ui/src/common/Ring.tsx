import type { ReactNode } from "react";

interface Props {
  /** 0..=1, what is left. */
  left: number;
  /** What a screen reader says. */
  label: string;
  children: ReactNode;
}

const RADIUS = 27;
const LENGTH = 2 * Math.PI * RADIUS;

/** A countdown as a ring with the number inside it: never told by colour alone. */
export function Ring({ left, label, children }: Props) {
  const share = Math.max(0, Math.min(1, left));
  return (
    <span className="ring" role="img" aria-label={label}>
      <svg viewBox="0 0 64 64" aria-hidden="true">
        <circle className="ring__track" cx="32" cy="32" r={RADIUS} />
        <circle
          className="ring__left"
          cx="32"
          cy="32"
          r={RADIUS}
          strokeDasharray={LENGTH}
          strokeDashoffset={LENGTH * (1 - share)}
        />
      </svg>
      <span className="ring__text" aria-hidden="true">
        {children}
      </span>
    </span>
  );
}
