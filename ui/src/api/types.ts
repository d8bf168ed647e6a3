/**
 * What the server says, by hand from the HTTP contract.
 * Replaced by aliases of `schema.d.ts` (`npm run types`) where the OpenAPI document has the shape.
 * Times are RFC 3339 in scenario time, durations seconds, ids opaque.
 */
export type Instant = string;

export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  code?: string;
}

export interface ClockNow {
  now: Instant;
  offset_s: number;
  speed: number;
  mode: "demo" | "serve";
  population: boolean;
}

export interface Clock extends ClockNow {
  centre: { id: string; name: { nb: string; en: string }; version: string | number; assumed: string[] };
}

export interface ServiceLevel {
  value: number | null;
  answered_within: number;
  offered: number;
  threshold_s: number;
  goal: number;
  definition: string;
  formula: string;
}

export interface Abandoned {
  count: number;
  share: number | null;
  offered: number;
}

export interface AdviserCounts {
  ready: number;
  busy: number;
  wrap_up: number;
  away: number;
}

export interface Totals {
  channel?: string;
  waiting: number;
  oldest_at: Instant | null;
  longest_wait_s: number;
  expected_wait_s: number | null;
  sl: ServiceLevel;
  abandoned: Abandoned;
  first_contact_end: { value: number | null; goal: number | null; assumed: boolean } | null;
  advisers: AdviserCounts;
  calls_today: number;
  open: boolean;
}

export interface QueueRow {
  id: string;
  name: string;
  group: Named | null;
  key: string | null;
  channel: string;
  open: boolean;
  opens_text: string | null;
  waiting: number;
  oldest_at: Instant | null;
  longest_wait_s: number;
  expected_wait_s: number | null;
  expected_basis: string;
  sl: ServiceLevel;
  abandoned: Abandoned;
  advisers: AdviserCounts;
  spark: number[];
}

export interface UnitRow {
  id: string;
  name: string;
  ready: number | null;
  busy: number | null;
  wrap_up: number | null;
  away: number | null;
  signed_in: number;
}

export interface Minute {
  at: Instant;
  offered: number;
  answered: number;
  answered_within: number;
  abandoned: number;
  waiting: number;
}

export type ContactState =
  | "created"
  | "in_ivr"
  | "queued"
  | "offered"
  | "active"
  | "held"
  | "wrap_up"
  | "closed";

export interface RecentContact {
  seq: number;
  at: Instant;
  kind: string;
  contact: string;
  queue: string | null;
  state: ContactState;
}

export interface TrafficView {
  seq: number;
  at: Instant;
  clock: ClockNow;
  totals: Totals;
  queues: QueueRow[];
  units: UnitRow[];
  hour: Minute[];
  store: { ok: boolean; detail: string | null };
  recent?: RecentContact[];
}

export interface TrafficChange {
  seq: number;
  at: Instant;
  totals?: Totals;
  queues?: QueueRow[];
  units?: UnitRow[];
  hour?: Minute[];
  recent?: RecentContact[];
  store?: { ok: boolean; detail: string | null };
}

export interface QueueDetail extends QueueRow {
  requirement: string;
  hours: { days: string; from: string; to: string }[];
  next_change: Instant | string | null;
  differences: string[];
  skills: { id: string; name: string; level: number }[];
}

export type Activity =
  | "phone"
  | "chat"
  | "written"
  | "tasks"
  | "learning"
  | "fagprat"
  | "lunch"
  | "break"
  | "meeting";

export type AdviserState = "ready" | "offered" | "busy" | "wrap_up" | "away" | "not_ready" | "signed_out";

export interface Adviser {
  id: string;
  name: string;
  unit: Named | null;
  synthetic: boolean;
  signed_in: boolean;
  activity: Activity | null;
  state: AdviserState;
  not_ready_reason: string | null;
  since: Instant;
  phone: boolean;
  free: boolean;
  serves_synthetic: boolean;
}

export interface Why {
  text: string;
  rule: string;
  able: number;
  idle_s: number;
  runner_up_idle_s: number | null;
  waited_s?: number;
  queue?: string;
}

export interface Named {
  id: string;
  name: string;
}

export interface Offer {
  id: string;
  contact: string;
  channel: string;
  queue: Named | null;
  topic: { code: string; name: string } | null;
  caller: string;
  synthetic: boolean;
  waited_s: number;
  arrived: Instant;
  expires_at: Instant | null;
  ring_s: number;
  why: Why;
}

export interface ContactEvent {
  seq: number;
  at: Instant;
  kind: string;
  why?: Why | null;
  detail?: string;
}

export interface DeskContact {
  id: string;
  state: "active" | "held" | "wrap_up";
  channel: string;
  queue: Named | null;
  topic: { code: string; name: string } | null;
  caller: string;
  synthetic: boolean;
  arrived: Instant;
  answered: Instant | null;
  ended: Instant | null;
  wrap_up_until: Instant | null;
  clock_stopped: boolean;
  waited_s: number;
  events: ContactEvent[];
}

export interface DeskView {
  at: Instant;
  seq: number;
  adviser: Adviser;
  offer: Offer | null;
  contacts: DeskContact[];
  today: { answered: number; mean_talk_s: number | null };
  queues: { id: string; name: string; waiting: number; longest_wait_s: number }[];
}

export interface Demo {
  numbers: Record<string, string>;
  sip: string;
  phones: { adviser: string; user: string; password: string }[];
  advisers_free: Adviser[];
}

export type CallState =
  | "ringing"
  | "menu"
  | "queued"
  | "offered"
  | "active"
  | "held"
  | "wrap_up"
  | "closed";

export interface DemoCall {
  at: Instant;
  id: string;
  contact: string | null;
  state: CallState;
  reason: string | null;
  playing: { seq: number; items: { prompt: string; url: string; text: string }[]; music: boolean } | null;
  keys: { key: string; label: string }[];
  language: "nb" | "en";
  position: number | null;
  expected_wait_s: number | null;
  waited_s: number | null;
  answered_by: string | null;
  synthetic: boolean;
}

export interface MeasureDefinition {
  id: string;
  name: string;
  formula: string;
  text: string;
  source: string;
}

export interface List<T> {
  items: T[];
  next: string | null;
}
