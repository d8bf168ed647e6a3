import type { MyReading } from "../api/own";

/** Readings further apart than this are two looks. */
const APART_MS = 30 * 60_000;

export interface Look {
  /** The first of them in time. */
  first: MyReading;
  /** What was seen, each once, in order of time. */
  whats: string[];
}

/** Readings of the same kind of reader, unit and reason that follow each other closely, as one. Newest first, as they come. */
export function together(readings: MyReading[]): Look[] {
  const looks: Look[] = [];
  for (const reading of readings) {
    const last = looks.at(-1);
    const same =
      last !== undefined &&
      last.first.reader === reading.reader &&
      last.first.unit === reading.unit &&
      last.first.by_contact === reading.by_contact &&
      new Date(last.first.at).getTime() - new Date(reading.at).getTime() < APART_MS;
    if (same) {
      last.first = reading;
      last.whats = [reading.what, ...last.whats.filter((what) => what !== reading.what)];
    } else {
      looks.push({ first: reading, whats: [reading.what] });
    }
  }
  return looks;
}
