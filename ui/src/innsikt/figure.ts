/** Figures as people read them, and what belongs together. */
import type { FigureRow, MeasureDefinition } from "../api/types";
import type { Format } from "../common/format";

export const NOTHING = "–";

export function figureText(value: number | null | undefined, unit: string, format: Format): string {
  if (value === null || value === undefined) return NOTHING;
  if (unit === "share") return format.percentFine(value);
  if (unit === "seconds") return format.duration(value);
  return format.number(value);
}

/** Definitions of the service level, the strictest first; those that are equal keep their order. */
export function levels(definitions: MeasureDefinition[], values: Record<string, number | null>): MeasureDefinition[] {
  return definitions
    .filter(({ group }) => group === "service_level")
    .toSorted((a, b) => (values[a.id] ?? 2) - (values[b.id] ?? 2));
}

/** The lowest and highest value, null when fewer than two are known. */
export function spread(definitions: MeasureDefinition[], values: Record<string, number | null>): [number, number] | null {
  const known = definitions.flatMap(({ id }) => values[id] ?? []);
  return known.length < 2 ? null : [Math.min(...known), Math.max(...known)];
}

export interface GoalResult {
  missed: number;
  of: number;
}

/** The goals of a row as one set; what has no figure yet is not counted. */
export function goalResult(row: FigureRow, level: string): GoalResult | null {
  if (!row.goal) return null;
  const results = [
    [row.values[level], row.goal.share],
    [row.values.first_contact_end, row.goal.first_contact_end],
  ].flatMap(([value, goal]) =>
    value === null || value === undefined || goal === null || goal === undefined ? [] : [value >= goal],
  );
  return results.length === 0 ? null : { missed: results.filter((met) => !met).length, of: results.length };
}
