/** Who has logged in in this browser, and what the pages ask about it. */
import { useQuery } from "@tanstack/react-query";

import { Refusal } from "../api/client";
import { language } from "../api/language";
import type { Problem } from "../api/types";
import { type Doing, may } from "./pages";

export interface Who {
  ident: string;
  name: string;
  unit: string | null;
  roles: string[];
  has_desk: boolean;
  issuer: string | null;
}

export interface Session {
  who: Who | null;
  issuers: { id: string; name: string; kind: "staff" | "citizens" }[];
  idle_s: number;
  ends_at: string | null;
  /** Null for a program's token. */
  idle_left_s: number | null;
  demo: boolean;
}

export const SESSION_KEY = ["session"];
/** Tabs tell each other that somebody logged in or out. */
export const CHANNEL = "linje.session";
const ASK_EVERY_MS = 30_000;
/** So long an answer serves whatever is drawn: a page that opens asks once. */
const FRESH_MS = 2_000;

async function ask<T>(method: string, path: string): Promise<T> {
  const headers: Record<string, string> = { "accept-language": language() };
  if (method === "POST") headers["idempotency-key"] = crypto.randomUUID();
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { method, headers, cache: "no-store" });
  } catch {
    throw new Refusal({ title: "", status: 0 });
  }
  const text = await response.text();
  const said = text === "" ? {} : (JSON.parse(text) as T & Partial<Problem>);
  if (!response.ok) throw new Refusal({ ...said, title: (said as Partial<Problem>).title ?? "", status: response.status });
  return said as T;
}

export const session = {
  ask: () => ask<Session>("GET", "/session"),
  goOn: () => ask<object>("POST", "/session/continue"),
  logOut: () => ask<{ end_session_url: string | null }>("DELETE", "/session"),
  logOutEverywhere: () => ask<{ ended: number }>("DELETE", "/sessions"),
};

export function useSessionQuery() {
  return useQuery({ queryKey: SESSION_KEY, queryFn: session.ask, refetchInterval: ASK_EVERY_MS, staleTime: FRESH_MS });
}

/** Who one is; null when nobody, undefined while it is not known yet. */
export function useWho(): Who | null | undefined {
  return useSessionQuery().data?.who;
}

/** Whether one may do something. */
export function useMay(doing: Doing): boolean {
  return may(doing, useWho()?.roles);
}

/** The address that begins a log-in and comes back to `back`. */
export function logInUrl(issuer: string, back: string, hint?: string): string {
  const query = new URLSearchParams({ issuer, back, ...(hint === undefined ? {} : { hint }) });
  return `/api/v1/session/login?${query.toString()}`;
}

/** Only a path of this service is a way back. */
export function wayBack(text: unknown): string {
  return typeof text === "string" && /^\/(?![/\\])[\x21-\x7e]*$/.test(text) ? text : "/";
}
