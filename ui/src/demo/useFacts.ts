/** What the service says of the steps of whoever has logged in; each fact is ticked once it is so. */
import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useEffect } from "react";

import { useSessionQuery, type Who } from "../identity/session";
import { tick } from "./ticks";

const ASK_EVERY_MS = 3_000;

interface Named {
  items: unknown[];
}

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`/api/v1${path}`, { headers: { accept: "application/json" }, cache: "no-store" });
  if (!response.ok) throw new Error(`${response.status}`);
  return (await response.json()) as T;
}

/** Steps of `role` that the service itself shows to be done, as what to tick. */
async function done(role: string, who: Who): Promise<string[]> {
  if (role === "adviser" && who.has_desk) {
    const detail = await ask<{ adviser: { activity?: string | null; state?: string }; contacts: unknown[] }>(
      `/advisers/${encodeURIComponent(who.ident)}`,
    );
    const signedIn = detail.adviser.state !== undefined && detail.adviser.state !== "signed_out";
    return [
      ...(signedIn && detail.adviser.activity === "phone" ? ["adviser phone"] : []),
      ...(detail.contacts.length > 0 ? ["adviser answered"] : []),
    ];
  }
  if (role === "traffic_controller") {
    const [requests, plans] = await Promise.all([ask<Named>("/requests"), ask<{ items: { on: boolean }[] }>("/plans")]);
    return [
      ...(requests.items.length > 0 ? ["traffic_controller asked"] : []),
      ...(plans.items.some((plan) => plan.on) ? ["traffic_controller plan"] : []),
    ];
  }
  if (role === "administrator") {
    const versions = (await ask<Named>("/centre/versions")).items.length;
    return [...(versions > 1 ? ["administrator published"] : []), ...(versions > 2 ? ["administrator undone"] : [])];
  }
  return [];
}

/** Follows what is done on every page of the demo. */
export function useFacts() {
  const { data } = useSessionQuery();
  const { pathname } = useLocation();
  const demo = data?.demo === true;
  const who = data?.who ?? null;
  const roles = who?.roles.includes("program") ? [] : (who?.roles ?? []);
  const role = roles[0];
  useEffect(() => {
    if (!demo || role === undefined) return;
    tick(`${role} is`);
    tick(`${role} visit ${pathname}`);
  }, [demo, role, pathname]);
  const facts = useQuery({
    queryKey: ["demo-facts", role, who?.ident],
    queryFn: () => done(role ?? "", who as Who),
    enabled: demo && role !== undefined && who !== null,
    refetchInterval: ASK_EVERY_MS,
  });
  useEffect(() => {
    for (const what of facts.data ?? []) tick(what);
  }, [facts.data]);
}

