/**
 * Requests whose shapes the generated document does not have yet. Each moves to `client.ts`, and its types to
 * `types.ts`, as soon as `schema.d.ts` knows it; nothing else may be added here.
 */
import { Refusal } from "./client";
import { language } from "./language";
import type { Activity, GoalSet, Instant, Named, Problem } from "./types";

/** Half wait less than `p50_s`, nine of ten less than `p90_s`; null when it cannot be said. */
export interface Interval {
  p50_s: number | null;
  p90_s: number | null;
}

/** What a step of an explanation may say beyond the document: the place in line, and who could be asked. */
export interface StepMore {
  position?: number | null;
  candidates?: number | null;
}

/** What an agreed callback may say beyond the document: when the attempt that goes on ends, and how many there are. */
export interface AgreedMore {
  expires_at?: Instant | null;
  of?: number | null;
}

// --- the traffic controller ---

export interface Plan {
  id: string;
  name: string;
  on: boolean;
  since: Instant | null;
  by: string | null;
  why: string | null;
  steps: string[];
  callback_only: Named[];
  message: string | null;
  asked: { activity: Activity; wanted: number; unit: Named | null }[];
}

export type CallbackState = "pending" | "dialling" | "done" | "failed" | "cancelled";

export interface Callback {
  id: string;
  queue: Named | null;
  state: CallbackState;
  place: number | null;
  asked: Instant;
  from: Instant | null;
  until: Instant | null;
  attempts: number;
  expected: Interval | null;
}

export interface Callbacks {
  counts: Record<CallbackState, number>;
  oldest_until: Instant | null;
  items: Callback[];
}

export interface HoursDifference {
  queue: Named;
  rule: string;
  here: string;
  since: string | null;
  why: string;
}

export interface HoursPicture {
  rule: string;
  items: HoursDifference[];
}

// --- the centre description ---

export interface Fault {
  line: number;
  column: number;
  code: string;
  severity: "error" | "warning";
  what: string;
  /** How to mend it. */
  mend: string | null;
}

export interface Change {
  /** The section and the id: `queue.pensjon`. */
  where: string;
  text: string;
  /** What that means for those who call and answer. */
  meaning: string | null;
}

export interface Ring {
  after_s: number;
  who: string;
  words: string;
}

export interface OutlineQueue {
  id: string;
  name: string;
  channel: string;
  line: number;
  hours: string;
  goal: GoalSet;
  rings: Ring[];
}

export interface OutlineMenu {
  flow: string;
  name: string;
  step: string;
  line: number;
  keys: { key: string; to: string; label: string }[];
  targets: { id: string; label: string }[];
}

export interface OutlineHours {
  id: string;
  name: string;
  line: number;
  open: { days: string[]; from: string; to: string }[];
  base: string | null;
  reason: string | null;
}

export interface Outline {
  version: string;
  queues: OutlineQueue[];
  menus: OutlineMenu[];
  hours: OutlineHours[];
}

export interface CentreVersion {
  version: string;
  at: Instant;
  who: string;
  why: string;
  current: boolean;
}

export interface Checked {
  faults: Fault[];
  changes: Change[];
  /** Why it cannot be published while the service runs; null when it can. */
  misfit: string | null;
  /** Null when it cannot be read. */
  outline: Outline | null;
}

export interface Edited extends Checked {
  toml: string;
}

export interface Edit {
  path: string;
  value: string | number;
}

export interface DayFigures {
  offered: number;
  answered: number;
  abandoned: number;
  sl_offered: number | null;
  mean_wait_s: number | null;
  p90_wait_s: number | null;
}

export interface TriedContact {
  contact: string;
  wait_before_s: number;
  wait_after_s: number;
  /** answered, abandoned .. */
  end_before: string;
  end_after: string;
}

export interface Tried {
  day: string;
  /** Whether the day is over; otherwise it is lived as far as it has come. */
  whole: boolean;
  seconds: number;
  contacts: number;
  identical: boolean;
  /** The day lived again under its own rules was itself, to the bit. */
  proven: boolean;
  total: { before: DayFigures; after: DayFigures };
  queues: { queue: string; name: string; before: DayFigures; after: DayFigures }[];
  occupancy: { before: number | null; after: number | null };
  /** Who would have waited more than a second longer, or left; and the other way. */
  worse: number;
  better: number;
  most_affected: TriedContact[];
  /** What the trial takes for granted, and what it cannot see. */
  assumed: string[];
}

// --- requests ---

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { "accept-language": language() };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (method === "POST") headers["idempotency-key"] = crypto.randomUUID();
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Refusal({ title: "", status: 0 });
  }
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  if (response.ok) return (isJson && text !== "" ? JSON.parse(text) : text) as T;
  const said = isJson ? (JSON.parse(text) as Partial<Problem>) : {};
  throw new Refusal({ ...said, title: said.title ?? response.statusText, status: response.status });
}

const id = encodeURIComponent;

export const next = {
  request: (activity: Activity, wanted: number, unit: string | null) =>
    ask("POST", "/requests", { activity, wanted, unit }),
  closeRequest: (request: string) => ask("POST", `/requests/${id(request)}/close`),
  plans: () => ask<{ items: Plan[] }>("GET", "/plans"),
  switchPlan: (plan: string, on: boolean, why: string) => ask("POST", `/plans/${id(plan)}/switch`, { on, why }),
  callbacks: () => ask<Callbacks>("GET", "/callbacks"),
  hoursDifferences: () => ask<HoursPicture>("GET", "/hours/differences"),

  source: () => ask<string>("GET", "/centre/source"),
  outline: () => ask<Outline>("GET", "/centre/outline"),
  versions: () => ask<{ items: CentreVersion[] }>("GET", "/centre/versions"),
  check: (toml: string) => ask<Checked>("POST", "/centre/check", { toml }),
  edit: (toml: string | null, edits: Edit[]) =>
    ask<Edited>("POST", "/centre/edit", toml === null ? { edits } : { toml, edits }),
  tryOn: (toml: string, day: string | null) =>
    ask<Tried>("POST", "/centre/try", day === null ? { toml } : { toml, day }),
  publish: (toml: string, base: string, who: string, why: string) =>
    ask<{ version: string }>("POST", "/centre/publish", { toml, base, who, why }),
  undo: (who: string, why: string) => ask<{ version: string }>("POST", "/centre/undo", { who, why }),
};
