/**
 * What the server says: names of our own for the shapes of its OpenAPI document (`schema.d.ts`, `npm run types`).
 * Times are RFC 3339 in scenario time, durations seconds, ids opaque.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

/** The server writes what is missing as null and leaves no field out; the document says both. */
type Told<T> = T extends (infer Item)[]
  ? Told<Item>[]
  : T extends object
    ? { [Key in keyof T]-?: Told<Exclude<T[Key], undefined>> }
    : T;

/** A shape of the document, with words in place of plain strings where the contract lists them. */
type Worded<T, Words> = Omit<T, keyof Words> & Words;

export type Instant = string;
export type Named = Told<Schemas["Named"]>;
/** RFC 9457; written out, because the document lets it have any further field. */
export interface Problem {
  title: string;
  status: number;
  type?: string;
  code?: string;
  detail?: string | null;
}

export type ClockNow = Told<Schemas["ClockNow"]>;
export type Clock = Told<Schemas["ClockView"]>;

export type Totals = Told<Schemas["Totals"]>;
export type AdviserCounts = Told<Schemas["Counts"]>;
export type QueueRow = Told<Schemas["QueueRow"]>;
export type QueueDetail = Told<Schemas["QueueDetail"]>;
export type UnitRow = Told<Schemas["UnitRow"]>;
export type Minute = Told<Schemas["MinuteRow"]>;
export type RecentContact = Told<Schemas["RecentRow"]>;
export type TrafficView = Told<Schemas["TrafficView"]>;
export type TrafficChange = Told<Schemas["TrafficChange"]>;
export type MeasureDefinition = Told<Schemas["MeasureDefinition"]>;
export type ContactState = Schemas["Stage"];

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

export type Adviser = Worded<Told<Schemas["Adviser"]>, { activity: Activity | null; state: AdviserState }>;

/** A colleague who asks for advice, and about what: never whom. */
export type AskedBy = Told<Schemas["AskedBy"]>;

export type Offer = Told<Schemas["OfferView"]>;
export type ContactEvent = Told<Schemas["EventRow"]>;
export type Agreed = Told<Schemas["CallbackRow"]>;
export type DeskContact = Worded<Told<Schemas["DeskContact"]>, { callback: Agreed | null }>;
export type Consult = Told<Schemas["ConsultRow"]>;
export type Target = Told<Schemas["Target"]>;
export type HelpRequest = Worded<Told<Schemas["RequestRow"]>, { activity: Activity }>;
export type DeskView = Worded<Told<Schemas["DeskView"]>, { adviser: Adviser; contacts: DeskContact[]; requests: HelpRequest[] }>;

export type ContactRow = Told<Schemas["ContactView"]>;
export type ContactWhy = Worded<Told<Schemas["WhyAnswer"]>, { steps: WhyStep[] }>;
export type WhyNow = Told<Schemas["WhyNow"]>;
/** What does not belong to a step is left out. */
export type WhyStep = Partial<Told<Schemas["WhyStep"]>> &
  Pick<Told<Schemas["WhyStep"]>, "at" | "kind" | "text">;

export type ExpectedWait = Told<Schemas["ExpectedWait"]>;

export type Cut = "quarter" | "hour" | "day" | "queue" | "topic" | "unit" | "channel";
export type GoalSet = Told<Schemas["GoalSet"]>;
export type FigureValues = Told<Schemas["MeasureValues"]>;
export type FigureRow = Told<Schemas["MeasureRow"]>;
export type Figures = Told<Schemas["Measures"]>;

export type Demo = Told<Schemas["DemoView"]>;
export type CallState = Schemas["CallState"];
export type DemoCall = Told<Schemas["CallPage"]>;

/** Half wait less than `p50_s`, nine of ten less than `p90_s`; null when it cannot be said. */
export interface Interval {
  p50_s: number | null;
  p90_s: number | null;
}

export type Plan = Worded<Told<Schemas["PlanRow"]>, { asked: { activity: Activity; wanted: number; unit: Named | null }[] }>;
export type CallbackState = Exclude<keyof Schemas["CallbackCounts"], "fault">;
export type Callback = Worded<Told<Schemas["CallbackView"]>, { state: CallbackState }>;
export type Callbacks = Worded<Told<Schemas["CallbackList"]>, { items: Callback[] }>;
export type HoursPicture = Told<Schemas["HoursPicture"]>;
export type HoursDifference = Told<Schemas["HoursDifference"]>;

export type Fault = Worded<Told<Schemas["FaultRow"]>, { severity: "error" | "warning" }>;
export type Change = Told<Schemas["ChangeRow"]>;
export type Outline = Told<Schemas["Outline"]>;
export type OutlineQueue = Told<Schemas["OutlineQueue"]>;
export type OutlineMenu = Told<Schemas["OutlineMenu"]>;
export type OutlineHours = Told<Schemas["OutlineHours"]>;
export type CentreVersion = Told<Schemas["VersionRow"]>;
export type Checked = Worded<Told<Schemas["Checked"]>, { faults: Fault[]; outline: Outline | null }>;
export type Edited = Worded<Told<Schemas["Edited"]>, { faults: Fault[]; outline: Outline | null }>;
export interface Edit {
  path: string;
  value: string | number;
}
export type DayFigures = Told<Schemas["DayFigures"]>;
export type Tried = Told<Schemas["Tried"]>;
export type TriedContact = Told<Schemas["TriedContact"]>;
