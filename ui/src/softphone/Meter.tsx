/** How loud the microphone is: a bar that moves with the voice. */
export function Meter({ level, labelledBy }: { level: number; labelledBy: string }) {
  return (
    <div
      className="sound-level"
      role="meter"
      aria-labelledby={labelledBy}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(level * 100)}
    >
      <div className="sound-level__bar" style={{ transform: `scaleX(${level})` }} />
    </div>
  );
}
