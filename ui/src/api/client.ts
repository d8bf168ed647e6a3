/** Every request the pages make, one function each. Nothing else in the program calls `fetch`. */
import { language } from "./language";
import type {
  Activity,
  Adviser,
  Clock,
  Demo,
  List,
  MeasureDefinition,
  Minute,
  Problem,
  QueueDetail,
  QueueRow,
  TrafficView,
} from "./types";

const ROOT = "/api/v1";

/** A refusal from the server, in its own plain words; status 0 means that it was not reached. */
export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = "Refusal";
  }
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = {
    accept: "application/json",
    "accept-language": language(),
  };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (method === "POST") headers["idempotency-key"] = crypto.randomUUID();

  let response: Response;
  try {
    response = await fetch(ROOT + path, {
      method,
      headers,
      // Hanging up or leaving must get through even as the page closes.
      keepalive: method === "DELETE",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refusal({ title: "", status: 0 });
  }
  if (!response.ok) throw new Refusal(await problemOf(response));
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback = { title: response.statusText || String(response.status), status: response.status };
  if (!response.headers.get("content-type")?.includes("json")) return fallback;
  return { ...fallback, ...((await response.json()) as Partial<Problem>) };
}

const id = encodeURIComponent;
const get = <T>(path: string) => call<T>("GET", path);
const post = <T>(path: string, body: unknown = {}) => call<T>("POST", path, body);

export const api = {
  clock: () => get<Clock>("/clock"),
  traffic: () => get<TrafficView>("/traffic"),
  queue: (queue: string) => get<QueueDetail>(`/queues/${id(queue)}`),
  queueHour: (queue: string) => get<{ id: string; items: Minute[] }>(`/queues/${id(queue)}/hour`),
  queues: () => get<List<QueueRow>>("/queues"),
  definitions: () => get<MeasureDefinition[] | List<MeasureDefinition>>("/measures/definitions"),

  freeAdvisers: () => get<List<Adviser>>("/advisers?free=true"),
  setActivity: (adviser: string, activity: Activity) =>
    call<Adviser>("PUT", `/advisers/${id(adviser)}/activity`, { activity }),
  wrapUp: (adviser: string, change: { done: true } | { extend_s: number } | { stop_clock: true }) =>
    post(`/advisers/${id(adviser)}/wrap-up`, change),

  openDesk: (adviser: string) => post<{ session: string; adviser: Adviser }>("/desk/sessions", { adviser }),
  closeDesk: (session: string) => call("DELETE", `/desk/sessions/${id(session)}`),
  serveSynthetic: (session: string, serve: boolean) =>
    call("PUT", `/desk/sessions/${id(session)}/synthetic`, { serve }),
  acceptOffer: (offer: string) => post(`/offers/${id(offer)}/accept`),
  declineOffer: (offer: string) => post(`/offers/${id(offer)}/decline`),
  hold: (contact: string) => post(`/contacts/${id(contact)}/hold`),
  resume: (contact: string) => post(`/contacts/${id(contact)}/resume`),
  end: (contact: string) => post(`/contacts/${id(contact)}/end`),
  transfer: (contact: string, queue: string) => post(`/contacts/${id(contact)}/transfer`, { queue }),

  demo: () => get<Demo>("/demo"),
  ring: (number: string, answeredBy: "synthetic" | "me") =>
    post<{ id: string }>("/demo/calls", { number, answered_by: answeredBy }),
  press: (call: string, key: string) => post(`/demo/calls/${id(call)}/keys`, { key }),
  hangUp: (demoCall: string) => call("DELETE", `/demo/calls/${id(demoCall)}`),
};

export const liveUrl = {
  traffic: `${ROOT}/live`,
  desk: (session: string) => `${ROOT}/desk/sessions/${id(session)}/live`,
  call: (demoCall: string) => `${ROOT}/demo/calls/${id(demoCall)}/live`,
};
