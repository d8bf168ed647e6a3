/** A small curve without axes. Scales from nought to its own highest, the last point marked. */
export function Sparkline({ values, label }: { values: number[]; label: string }) {
  if (values.length < 2) return null;
  const width = 120;
  const height = 28;
  const top = Math.max(1, ...values);
  const x = (index: number) => (index / (values.length - 1)) * (width - 6) + 1;
  const y = (value: number) => height - 3 - (value / top) * (height - 6);
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`);
  const last = values.length - 1;
  return (
    <svg className="sparkline" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <polygon
        className="sparkline__area"
        points={`${x(0)},${height - 1} ${points.join(" ")} ${x(last)},${height - 1}`}
      />
      <polyline className="sparkline__line" points={points.join(" ")} />
      <circle className="sparkline__now" cx={x(last)} cy={y(values[last] ?? 0)} r="2.5" />
    </svg>
  );
}
