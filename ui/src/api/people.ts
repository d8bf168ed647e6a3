/** What the server says and is asked about people. Identity numbers are in bodies, never in addresses. */
import { server, told } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Level = Schemas["Level"];
export type Represented = NonNullable<PersonView["represented"]>;
export type PersonView = Schemas["PersonView"];
export type TabView = Schemas["TabView"];
export type Failed = Schemas["Failed"];
export type ContactPerson = Schemas["ContactPerson"];
export type FoundPerson = Schemas["FoundPerson"];
export type Organisation = Schemas["Organisation"];
export type Question = Schemas["Question"];
export type ReadingRow = Schemas["ReadingRow"];
export type PatternRow = Schemas["PatternRow"];
export type ControlMeasure = Schemas["ControlMeasure"];
export type Receipt = Schemas["Receipt"];
export type DemoPerson = Schemas["Persona"];

/** On what ground somebody is read: a contact in hand, or a reason. */
export interface Ground {
  contact?: string;
  reason?: string;
}

export interface Asked extends Ground {
  /** Left out: whoever the contact is said to be about. */
  fnr?: string;
  /** Why all the same, over a denial. */
  over?: string;
  /** Whoever rings speaks for this person. */
  represented?: boolean;
}

export const TABS = ["overview", "communication", "follow_up", "payments", "benefits", "cases", "notices"] as const;
export type Tab = (typeof TABS)[number];

const at = (id: string) => ({ params: { path: { id } } });

export const people = {
  open: (asked: Asked) => told<PersonView>(server.POST("/api/v1/persons/open", { body: asked })),
  tab: (tab: Tab, asked: Asked) =>
    told<TabView>(server.POST("/api/v1/persons/tabs/{tab}", { params: { path: { tab } }, body: asked })),
  search: (search: Ground & { name?: string; born?: string; phone?: string }) =>
    told<{ people: FoundPerson[]; more: boolean }>(server.POST("/api/v1/persons/search", { body: search })),
  organisation: (asked: Ground & { orgnr: string }) =>
    told<Organisation>(server.POST("/api/v1/organisations/open", { body: asked })),
  ofContact: (contact: string) => told<ContactPerson>(server.GET("/api/v1/contacts/{id}/person", at(contact))),
  link: (contact: string, link: { fnr?: string; level: "hint" | "questions"; right?: number[] }) =>
    told<{ fnr: string; level: Level }>(server.POST("/api/v1/contacts/{id}/person", { ...at(contact), body: link })),
  /** How sure it is that a contact is about this person; nothing of the person is read. */
  level: (contact: string, fnr: string) =>
    told<{ level: Level | null }>(server.POST("/api/v1/contacts/{id}/person/level", { ...at(contact), body: { fnr } })),
  questions: (contact: string, fnr: string) =>
    told<{ questions: Question[]; wanted: number }>(
      server.POST("/api/v1/contacts/{id}/person/questions", { ...at(contact), body: { fnr } }),
    ),

  personas: () => told<{ items: DemoPerson[] }>(server.GET("/api/v1/demo/people")),

  readings: (query: { who?: string; whom?: string; signs?: string; permit?: boolean; cursor?: number }) =>
    told<{ items: ReadingRow[]; next: string | null }>(server.GET("/api/v1/access/readings", { params: { query } })),
  patterns: () => told<{ items: PatternRow[] }>(server.GET("/api/v1/access/patterns")),
  chain: () => told<Schemas["ChainView"]>(server.GET("/api/v1/access/chain")),
  whose: (fnr: string) => told<{ whom: string }>(server.POST("/api/v1/access/whose", { body: { fnr } })),
  erase: (asked: { fnr: string; again: string; reason: string }) => told<Receipt>(server.POST("/api/v1/access/erase", { body: asked })),
  erasures: () => told<{ items: Receipt[] }>(server.GET("/api/v1/access/erasures")),
  measures: () => told<{ items: ControlMeasure[] }>(server.GET("/api/v1/control-measures")),
};

export const CEF = "/api/v1/access/cef";
