import type { ReactNode } from "react";

/** Names and values; what is missing is left out. */
export function Facts({ rows }: { rows: [string, ReactNode | null | undefined][] }) {
  const known = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return (
    <dl className="facts facts--narrow">
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
