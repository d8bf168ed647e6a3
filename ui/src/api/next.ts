/**
 * Requests whose shapes the generated document does not have yet. Each moves to `client.ts`, and its types to
 * `types.ts`, as soon as `schema.d.ts` knows it; nothing else may be added here.
 */
import { Refusal } from "./client";
import { language } from "./language";
import type { Activity, ContactState, Instant, Named, Problem } from "./types";

/** Where a contact may be beyond what the document lists. */
export type Place = ContactState | "set_aside" | "dialling" | "callback";

/** Half wait less than `p50_s`, nine of ten less than `p90_s`; null when it cannot be said. */
export interface Interval {
  p50_s: number | null;
  p90_s: number | null;
}

// --- why ---

export interface WhyStep {
  at: Instant;
  kind: string;
  text: string;
  rule?: string | null;
  ring?: number | null;
  ring_condition?: string | null;
  able?: number | null;
  idle_s?: number | null;
  runner_up_idle_s?: number | null;
  waited_s?: number | null;
  position?: number | null;
  candidates?: number | null;
  class?: string | null;
  guarantee_s?: number | null;
  expected_wait_s?: number | null;
}

export interface ContactWhy {
  contact: string;
  sentence: string;
  steps: WhyStep[];
  now: {
    state: Place;
    queue: Named | null;
    position: number | null;
    ahead: number | null;
    ring: number | null;
    who_can: number | null;
    free: number | null;
    next_step: { at: Instant; text: string } | null;
    expected: Interval | null;
  };
  rule_text: string | null;
}

// --- the desk ---

export interface Consult {
  contact: string;
  queue: Named;
  state: Place;
  since: Instant;
  expected: Interval | null;
}

/** What a contact on the desk has beyond the document. */
export interface DeskContactMore {
  consult?: Consult | null;
  callback?: { attempt: number; of: number; until: Instant | null; promised_until: Instant | null } | null;
  transfers?: { queue: Named }[] | null;
  can_return?: boolean;
}

export interface OfferMore {
  callback?: boolean;
  consult?: { from: Named | null } | null;
}

export interface DeskMore {
  requests?: HelpRequest[];
  also_can?: string[];
}

export interface AdviserMore {
  also?: string[];
}

export interface ConsultQueue {
  queue: string;
  name: string;
  open?: boolean;
  free: number;
  waiting: number;
  expected: Interval | null;
}

// --- the traffic controller ---

export interface HelpRequest {
  id: string;
  activity: Activity;
  wanted: number;
  unit: Named | null;
  accepted: number;
  declined: number;
  of?: number | null;
  at: Instant;
  open?: boolean;
  mine: boolean | null;
}

export interface Plan {
  id: string;
  name: string;
  on: boolean;
  since: Instant | null;
  by: string | null;
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

export interface ExpectedWait extends Interval {
  basis: string;
  /** How far off it was lately: half were off by less than p50, nine of ten by less than p90. */
  accuracy: { p50_error_s: number | null; p90_error_s: number | null; counted: number; inside_share?: number | null } | null;
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

// --- figures ---

export type Cut = "quarter" | "hour" | "day" | "queue" | "topic" | "unit" | "channel";

export interface FigureDefinition {
  id: string;
  version: number;
  group: string;
  unit: "share" | "seconds" | "number";
  name: string;
  formula: string;
  text: string;
  source: string;
  live: boolean;
  kept: boolean;
}

export interface FigureValues {
  counts: Record<string, number>;
  values: Record<string, number | null>;
}

export interface GoalSet {
  share: number;
  within_s: number;
  first_contact_end: number | null;
}

export interface FigureRow extends FigureValues {
  period: { from: Instant; to: Instant; complete: boolean } | null;
  queue: Named | null;
  channel: string | null;
  topic: { code: string; name: string } | null;
  unit: Named | null;
  units_together: number | null;
  goal: GoalSet | null;
}

export interface Figures {
  from: Instant;
  to: Instant;
  by: Cut[];
  definitions: FigureDefinition[];
  total: FigureValues;
  rows: FigureRow[];
  withheld: { units: number; fewest: number; text: string | null };
}

export interface FiguresAsked {
  from?: string;
  to?: string;
  by?: Cut[];
  definition?: string[];
}

// --- the centre description ---

export interface Fault {
  line: number;
  column: number;
  code: string;
  severity: "error" | "warning";
  what: string;
  mend: string | null;
}

export interface Change {
  where: string;
  before?: string | null;
  after?: string | null;
  text: string;
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
  outline: Outline | null;
}

export interface Edited {
  toml: string;
  changes: Change[];
  faults?: Fault[];
  outline: Outline | null;
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

export interface Tried {
  day?: string | null;
  seconds: number;
  contacts: number;
  identical: boolean;
  total: { before: DayFigures; after: DayFigures };
  queues: { queue: string; name: string; before: DayFigures; after: DayFigures }[];
  occupancy: { before: number | null; after: number | null } | null;
  most_affected: { contact: string; wait_before_s: number | null; wait_after_s: number | null }[];
  /** What the trial takes for granted, and what it cannot see. */
  assumed?: string[];
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

function query(asked: FiguresAsked): string {
  const parts = Object.entries(asked).flatMap(([name, value]) => {
    const text = Array.isArray(value) ? value.join(",") : value;
    return text ? [`${name}=${encodeURIComponent(text)}`] : [];
  });
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

export const next = {
  why: (contact: string) => ask<ContactWhy>("GET", `/contacts/${id(contact)}/why`),
  oldestIn: (queue: string) =>
    ask<{ items: { id: string; enqueued?: string | null }[] }>("GET", `/contacts?state=queued&queue=${id(queue)}&limit=200`),

  consults: (contact: string) => ask<{ items: ConsultQueue[] }>("GET", `/contacts/${id(contact)}/consults`),
  consult: (contact: string, queue: string) => ask("POST", `/contacts/${id(contact)}/consult`, { queue }),
  endConsult: (contact: string, action: "take_back" | "hand_over") =>
    ask("POST", `/contacts/${id(contact)}/consult/end`, { action }),
  giveBack: (contact: string) => ask("POST", `/contacts/${id(contact)}/return`, {}),
  also: (adviser: string, channels: string[]) => ask("POST", `/advisers/${id(adviser)}/also`, { channels }),

  requests: () => ask<{ items: HelpRequest[] }>("GET", "/requests"),
  request: (activity: Activity, wanted: number, unit: string | null) =>
    ask("POST", "/requests", unit === null ? { activity, wanted } : { activity, wanted, unit }),
  answerRequest: (request: string, adviser: string, yes: boolean) =>
    ask("POST", `/requests/${id(request)}/answer`, { adviser, yes }),
  closeRequest: (request: string) => ask("POST", `/requests/${id(request)}/close`, {}),

  plans: () => ask<{ items: Plan[] }>("GET", "/plans"),
  switchPlan: (plan: string, on: boolean, why: string) => ask("POST", `/plans/${id(plan)}/switch`, { on, why }),
  callbacks: () => ask<Callbacks>("GET", "/callbacks"),
  expectedWait: (queue: string) => ask<ExpectedWait>("GET", `/queues/${id(queue)}/expected-wait`),
  hoursDifferences: () => ask<HoursPicture>("GET", "/hours/differences"),

  definitions: () => ask<FigureDefinition[]>("GET", "/measures/definitions"),
  figures: (asked: FiguresAsked) => ask<Figures>("GET", `/measures${query(asked)}`),

  source: () => ask<string>("GET", "/centre/source"),
  outline: () => ask<Outline>("GET", "/centre/outline"),
  versions: () => ask<{ items: CentreVersion[] }>("GET", "/centre/versions"),
  check: (toml: string) => ask<Checked>("POST", "/centre/check", { toml }),
  edit: (toml: string | null, edits: Edit[]) =>
    ask<Edited>("POST", "/centre/edit", toml === null ? { edits } : { toml, edits }),
  tryOn: (toml: string, day: string | null) =>
    ask<Tried>("POST", "/centre/try", day === null ? { toml } : { toml, day }),
  publish: (toml: string, who: string, why: string) =>
    ask<{ version: string }>("POST", "/centre/publish", { toml, who, why }),
  undo: (who: string, why: string) => ask<{ version: string }>("POST", "/centre/undo", { who, why }),
};
