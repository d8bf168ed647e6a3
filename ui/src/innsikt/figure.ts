/** Figures as people read them, and what belongs together. */
import type { FigureRow, MeasureDefinition } from "../api/types";
import type { Format } from "../common/format";
import { verdict } from "../common/goal";

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

/**
 * The share that a goal is held against: whoever waits and still has time is neither a hit nor a miss. By the strict
 * definition only, which alone counts all who came; null while nobody's time is over.
 */
export function judged(row: FigureRow, level: string): number | null {
  const value = row.values[level] ?? null;
  const pending = row.goal?.pending ?? 0;
  if (level !== "sl_offered" || pending === 0) return value;
  return verdict({ answered_within: row.counts.answered_within ?? 0, offered: row.counts.offered ?? 0, pending });
}

/** The goals of a row as one set; what has no figure yet is not counted. */
export function goalResult(row: FigureRow, level: string): GoalResult | null {
  if (!row.goal) return null;
  const results = [
    [judged(row, level), row.goal.share],
    [row.values.first_contact_end, row.goal.first_contact_end],
  ].flatMap(([value, goal]) =>
    value === null || value === undefined || goal === null || goal === undefined ? [] : [value >= goal],
  );
  return results.length === 0 ? null : { missed: results.filter((met) => !met).length, of: results.length };
}
