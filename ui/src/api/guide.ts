/** Requests and shapes of guidance, knowledge and wrap-up, as `openapi.json` has them. */
import { OUTLIVES, server, told } from "./client";
import type { Instant, Named } from "./types";

const at = (id: string) => ({ params: { path: { id } } });

export interface Topic {
  code: string;
  name: string;
}

export interface Fit {
  id: string;
  name: string;
  ways: Named[];
  because: string;
}

export interface Agency {
  id: string;
  name: string;
  answers: string;
  web: string;
  phone: string | null;
}

export interface GuidanceWords {
  questions: Named[];
  digital: Named[];
  needs: Fit[];
  agencies: Agency[];
  causes: Named[];
  topics: Topic[];
  units: Named[];
}

export interface Facts {
  digital?: string;
  way?: string;
  topic?: string;
  needs?: string[];
  question?: string;
  agency?: string;
  language?: string;
  been_to_web?: boolean;
  identified?: boolean;
}

export interface Advice {
  id: string;
  do: string | null;
  not: string | null;
  because: string;
  grounds: string[];
}

export interface Counsel {
  advice: Advice[];
  ask: Named[];
  signpost: Agency | null;
  fits: Fit[];
  ways: Named[];
}

export interface Proposal {
  contact: string;
  adviser: Named;
  unit: Named;
  topic: Topic | null;
  topic_by: string;
  topics: Topic[];
  cause: string | null;
  causes: Named[];
  /** What everything would be kept on: person, number, contact, or nobody where nothing may be kept. */
  kept_on: string;
  came_before: number;
  task: { unit: Named; kind: Named; due: string; working_days: number; because: string } | null;
  kinds: Named[];
  units: Named[];
  promise_due: string;
  templates: { id: string; name: string; text: string }[];
  draft: KeptDraft | null;
  no_log: boolean;
  no_log_works: string[];
}

/** A draft as the server has it. */
export interface KeptDraft {
  text: string;
  at: Instant;
  /** Names the text, so that whoever writes over it can say that they have seen it. */
  version: string;
}

export interface Task {
  unit: string;
  kind: string;
  due: string;
  text: string;
}

export interface WrapUp {
  topic: string;
  solved: boolean;
  cause?: string;
  note?: string;
  /** The version of the draft that was seen. */
  draft?: string;
  task?: Task;
  promises: { due: string; text: string }[];
}

export interface PromiseRow {
  id: string;
  contact: string | null;
  made: Instant;
  due: string;
  state: string;
  can_end: boolean;
  text: string | null;
}

export interface Afterwards {
  promises: PromiseRow[];
  tasks: { id: string; contact: string; kind: Named; topic: Topic | null; unit: Named; due: string; done: Instant | null; text: string }[];
  /** Registers that did not answer: what they know is missing here. */
  failed: { register: string }[];
  drafts: LeftDraft[];
  /** What went because a person was erased, the newest first; not told by a server that does not know of it. */
  erased?: { what: "task" | "promise"; made: Instant }[];
  /** The conversation that broke off last, while its wrap-up is neither done nor left. */
  broken: Broken | null;
  counts: Counts;
}

/** A draft of one's own whose conversation is over. */
export interface LeftDraft extends KeptDraft {
  contact: string;
}

/** A conversation that broke off before it could be wrapped up. */
export interface Broken {
  contact: string;
  at: Instant;
  /** Whether the service itself stopped. */
  by_stop: boolean;
  queue: Named | null;
  rung: "asked" | "rang_again" | "done" | null;
}

export interface Counts {
  open: number;
  kept: number;
  late: number;
  broken: number;
}

export interface Team {
  unit: Named;
  counts: Counts;
  promises: { owner: Named; due: string; state: string }[];
  threats: {
    id: string;
    at: Instant;
    adviser: Named;
    queue: Named | null;
    text: string | null;
    seen: Instant | null;
    seen_by: string | null;
  }[];
}

export interface Article {
  id: string;
  kind: string;
  topic: Topic | null;
  language: string;
  owner: string;
  title: string;
  body: string;
  review_by: string | null;
  stale: boolean;
  until: Instant | null;
  pinned: boolean;
  withdrawn: boolean;
  example: boolean;
  version: number;
  changed: Instant;
  changed_by: string;
}

export interface Found {
  article: Article;
  snippet: { text: string; hit: boolean }[];
}

export interface ArticleVersion {
  version: number;
  at: Instant;
  by: string;
  why: string;
  title: string;
  body: string;
  withdrawn: boolean;
}

export interface Written {
  kind?: string;
  version?: number;
  topic?: string;
  language: string;
  owner: string;
  title: string;
  body: string;
  review_by?: string;
  pinned: boolean;
  withdrawn: boolean;
  why: string;
}

export interface RepeatRow {
  group: Named | null;
  contacts: number;
  keyed: number;
  repeats: number;
  solved: number;
  figures: Record<string, number | null>;
}

export interface Repeats {
  by: string;
  window_days: number;
  definitions: { id: string; version: number; name: string; formula: string; text: string; source: string }[];
  total: RepeatRow;
  rows: RepeatRow[];
  withheld: number;
}

export interface Home {
  status: Article[];
  news: Article[];
  corner: Article[];
}

export const guideApi = {
  words: () => told<GuidanceWords>(server.GET("/api/v1/guidance")),
  advise: (facts: Facts) => told<Counsel>(server.POST("/api/v1/guidance/advice", { body: facts })),

  proposal: (contact: string, topic: string | null) =>
    told<Proposal>(
      server.GET("/api/v1/contacts/{id}/after", {
        params: { path: { id: contact }, query: topic === null ? {} : { topic } },
      }),
    ),
  /** `over` is the version that was seen, empty for none; another text there is refused with 409. */
  saveDraft: (contact: string, text: string, over: string) =>
    told<{ at: Instant; version: string }>(
      server.PUT("/api/v1/contacts/{id}/draft", { ...at(contact), body: { text, over }, ...OUTLIVES }),
    ),
  wrapUp: (contact: string, body: WrapUp) => told(server.POST("/api/v1/contacts/{id}/after", { ...at(contact), body })),
  /** Leaves the wrap-up of a conversation that broke off. */
  leave: (contact: string) => told(server.DELETE("/api/v1/contacts/{id}/after", at(contact))),
  threat: (contact: string, text: string) =>
    told(server.POST("/api/v1/contacts/{id}/threat", { ...at(contact), body: text === "" ? {} : { text } })),

  afterwards: (adviser: string) => told<Afterwards>(server.GET("/api/v1/advisers/{id}/after", at(adviser))),
  endPromise: (promise: string, kept: boolean) =>
    told(server.POST("/api/v1/promises/{id}/end", { ...at(promise), body: { kept } })),
  team: (unit: string) => told<Team>(server.GET("/api/v1/units/{id}/after", at(unit))),
  threatSeen: (threat: string) => told(server.POST("/api/v1/threats/{id}/seen", at(threat))),

  search: (words: string, topic: string | null, language: string | null, kind: string | null) =>
    told<{ items: Found[] }>(server.POST("/api/v1/knowledge/search", { body: { words, topic, language, kind } })),
  articles: (kind: string) =>
    told<{ items: Article[] }>(server.GET("/api/v1/knowledge", { params: { query: { kind } } })),
  article: (article: string) => told<Article>(server.GET("/api/v1/knowledge/{id}", at(article))),
  versions: (article: string) =>
    told<{ items: ArticleVersion[] }>(server.GET("/api/v1/knowledge/{id}/versions", at(article))),
  add: (written: Written) => told<Article>(server.POST("/api/v1/knowledge", { body: written })),
  change: (article: string, written: Written) =>
    told<Article>(server.PUT("/api/v1/knowledge/{id}", { ...at(article), body: written })),
  undo: (article: string, version: number, to: number, why: string) =>
    told<Article>(server.POST("/api/v1/knowledge/{id}/undo", { ...at(article), body: { version, to, why } })),
  home: () => told<Home>(server.GET("/api/v1/knowledge/home")),

  repeats: (by: string) => told<Repeats>(server.GET("/api/v1/measures/repeats", { params: { query: { by } } })),
};
