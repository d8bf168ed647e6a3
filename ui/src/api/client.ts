/** Every request the pages make, one function each, here and in the files beside it. Nothing else but `stream.ts` calls the server. */
import createClient, { type Middleware } from "openapi-fetch";

import { language } from "./language";
import { loggedOut } from "./loggedOut";
import type { paths } from "./schema";
import type {
  Activity,
  Adviser,
  Callbacks,
  CentreVersion,
  Checked,
  Clock,
  ContactRow,
  ContactWhy,
  Demo,
  Edit,
  Edited,
  ExpectedWait,
  Figures,
  HelpRequest,
  HoursPicture,
  MeasureDefinition,
  Minute,
  Outline,
  Plan,
  Problem,
  QueueDetail,
  QueueRow,
  TrafficView,
  Tried,
} from "./types";

/** A refusal from the server, in its own plain words; status 0 means that it was not reached. */
export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = "Refusal";
  }
}

/** Whether somebody else has put another description in force since this one was seen. */
export function isOtherVersion(error: unknown): boolean {
  return error instanceof Refusal && error.problem.status === 409 && error.problem.code === "other_version";
}

const spoken: Middleware = {
  onRequest({ request }) {
    request.headers.set("accept-language", language());
    if (request.method === "POST") request.headers.set("idempotency-key", crypto.randomUUID());
    return request;
  },
  onError: () => new Refusal({ title: "", status: 0 }),
};

export const server = createClient<paths>({ baseUrl: location.origin });
server.use(spoken);

interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** The answer's content, or the server's refusal thrown. */
export async function told<T>(asked: Promise<Answer>): Promise<T> {
  const { data, error, response } = await asked;
  if (response.ok) return data as T;
  if (response.status === 401) loggedOut.say();
  const said = typeof error === "object" && error !== null ? (error as Partial<Problem>) : {};
  throw new Refusal({ ...said, title: said.title ?? response.statusText, status: response.status });
}

const at = (id: string) => ({ params: { path: { id } } });

/** A request that gets through as its page closes. Only where it must: browsers refuse 64 KiB and more so. */
export const OUTLIVES = { keepalive: true } as const;

export const api = {
  clock: () => told<Clock>(server.GET("/api/v1/clock")),
  traffic: () => told<TrafficView>(server.GET("/api/v1/traffic")),
  queue: (queue: string) => told<QueueDetail>(server.GET("/api/v1/queues/{id}", at(queue))),
  queueHour: (queue: string) =>
    told<{ items: Minute[] }>(server.GET("/api/v1/queues/{id}/hour", at(queue))),
  queues: () => told<{ items: QueueRow[] }>(server.GET("/api/v1/queues")),
  definitions: () => told<MeasureDefinition[]>(server.GET("/api/v1/measures/definitions")),

  freeAdvisers: () =>
    told<{ items: Adviser[] }>(server.GET("/api/v1/advisers", { params: { query: { free: true } } })),
  setActivity: (adviser: string, activity: Activity) =>
    told(server.PUT("/api/v1/advisers/{id}/activity", { ...at(adviser), body: { activity } })),
  wrapUp: (adviser: string, change: { done: true } | { extend_s: number } | { stop_clock: true }) =>
    told(server.POST("/api/v1/advisers/{id}/wrap-up", { ...at(adviser), body: change })),

  openDesk: (adviser: string) =>
    told<{ session: string }>(server.POST("/api/v1/desk/sessions", { body: { adviser } })),
  closeDesk: (session: string) =>
    told(server.DELETE("/api/v1/desk/sessions/{session}", { params: { path: { session } }, ...OUTLIVES })),
  serveSynthetic: (session: string, serve: boolean) =>
    told(
      server.PUT("/api/v1/desk/sessions/{session}/synthetic", {
        params: { path: { session } },
        body: { serve },
      }),
    ),
  choosePhone: (session: string, where: "headset" | "phone" | "page") =>
    told(
      server.PUT("/api/v1/desk/sessions/{session}/phone", {
        params: { path: { session } },
        body: { where },
      }),
    ),
  acceptOffer: (offer: string) => told(server.POST("/api/v1/offers/{id}/accept", at(offer))),
  declineOffer: (offer: string) => told(server.POST("/api/v1/offers/{id}/decline", at(offer))),
  hold: (contact: string) => told(server.POST("/api/v1/contacts/{id}/hold", at(contact))),
  resume: (contact: string) => told(server.POST("/api/v1/contacts/{id}/resume", at(contact))),
  end: (contact: string) => told(server.POST("/api/v1/contacts/{id}/end", at(contact))),
  transfer: (contact: string, queue: string) =>
    told(server.POST("/api/v1/contacts/{id}/transfer", { ...at(contact), body: { queue } })),

  why: (contact: string, reader: string | undefined) =>
    told<ContactWhy>(
      server.GET("/api/v1/contacts/{id}/why", { params: { ...at(contact).params, query: { adviser: reader } } }),
    ),
  waitingIn: (queue: string) =>
    told<{ items: ContactRow[] }>(
      server.GET("/api/v1/contacts", { params: { query: { state: "queued", queue, limit: 1000 } } }),
    ),
  expectedWait: (queue: string) =>
    told<ExpectedWait>(server.GET("/api/v1/queues/{id}/expected-wait", at(queue))),
  expectedWaitOf: (contact: string) =>
    told<ExpectedWait>(server.GET("/api/v1/contacts/{id}/expected-wait", at(contact))),
  consult: (contact: string, queue: string) =>
    told(server.POST("/api/v1/contacts/{id}/consult", { ...at(contact), body: { queue } })),
  endConsult: (contact: string, action: "take_back" | "hand_over") =>
    told(server.POST("/api/v1/contacts/{id}/consult/end", { ...at(contact), body: { action } })),
  conference: (contact: string, joined: boolean) =>
    told(server.POST("/api/v1/contacts/{id}/conference", { ...at(contact), body: { joined } })),
  callOut: (adviser: string, number: string, queue: string | null) =>
    told(server.POST("/api/v1/advisers/{id}/calls", { ...at(adviser), body: { number, queue } })),
  giveBack: (contact: string) => told(server.POST("/api/v1/contacts/{id}/return", at(contact))),
  also: (adviser: string, channels: string[]) =>
    told(server.POST("/api/v1/advisers/{id}/also", { ...at(adviser), body: { channels } })),

  requests: () => told<{ items: HelpRequest[] }>(server.GET("/api/v1/requests")),
  answerRequest: (request: string, adviser: string, yes: boolean) =>
    told(server.POST("/api/v1/requests/{id}/answer", { ...at(request), body: { adviser, yes } })),

  figures: (query: FiguresAsked) => told<Figures>(server.GET("/api/v1/measures", { params: { query } })),

  request: (activity: Activity, wanted: number, unit: string | null, until: string) =>
    told(server.POST("/api/v1/requests", { body: { activity, wanted, unit, until } })),
  closeRequest: (request: string) => told(server.POST("/api/v1/requests/{id}/close", at(request))),
  plans: () => told<{ items: Plan[] }>(server.GET("/api/v1/plans")),
  switchPlan: (plan: string, on: boolean, why: string) =>
    told(server.POST("/api/v1/plans/{id}/switch", { ...at(plan), body: { on, why } })),
  callbacks: () => told<Callbacks>(server.GET("/api/v1/callbacks")),
  hoursDifferences: () => told<HoursPicture>(server.GET("/api/v1/hours/differences")),

  source: () => told<string>(server.GET("/api/v1/centre/source", { parseAs: "text" })),
  outline: () => told<Outline>(server.GET("/api/v1/centre/outline")),
  versions: () => told<{ items: CentreVersion[] }>(server.GET("/api/v1/centre/versions")),
  /** `from` is the version that the changes are told from; left out = the one in force. */
  check: (toml: string, from?: string) =>
    told<Checked>(server.POST("/api/v1/centre/check", { body: from === undefined ? { toml } : { toml, from } })),
  edit: (toml: string | null, edits: Edit[]) =>
    told<Edited>(server.POST("/api/v1/centre/edit", { body: toml === null ? { edits } : { toml, edits } })),
  tryOn: (toml: string, day: string | null) =>
    told<Tried>(server.POST("/api/v1/centre/try", { body: day === null ? { toml } : { toml, day } })),
  publish: (toml: string, base: string, who: string, why: string) =>
    told<{ version: string }>(server.POST("/api/v1/centre/publish", { body: { toml, base, who, why } })),
  /** `to` is the version to go back to; null = the one before. */
  undo: (base: string, to: string | null, who: string, why: string) =>
    told<{ version: string }>(
      server.POST("/api/v1/centre/undo", { body: to === null ? { base, who, why } : { base, to, who, why } }),
    ),

  demo: () => told<Demo>(server.GET("/api/v1/demo")),
  ring: (number: string, answeredBy: "synthetic" | "me") =>
    told<{ id: string }>(server.POST("/api/v1/demo/calls", { body: { number, answered_by: answeredBy } })),
  press: (call: string, key: string) =>
    told(server.POST("/api/v1/demo/calls/{id}/keys", { ...at(call), body: { key } })),
  hangUp: (call: string) => told(server.DELETE("/api/v1/demo/calls/{id}", { ...at(call), ...OUTLIVES })),
};

/** Lists with commas; what is left out is today so far, one row, every definition. */
export interface FiguresAsked {
  from?: string;
  to?: string;
  by?: string;
  definition?: string;
}

const id = encodeURIComponent;

export const liveUrl = {
  traffic: "/api/v1/live",
  desk: (session: string) => `/api/v1/desk/sessions/${id(session)}/live`,
  call: (call: string) => `/api/v1/demo/calls/${id(call)}/live`,
  phone: (session: string) => `/api/v1/desk/sessions/${id(session)}/phone`,
  own: "/api/v1/me/contacts/live",
  caller: "/api/v1/demo/phone",
  listening: "/api/v1/listening/phone",
};
