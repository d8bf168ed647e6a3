/**
 * What is said of a matter while it lasts: facts that advice is given on. Kept in this tab, so that a page
 * that is loaded again goes on; nothing of it names anybody, and the server keeps none of it.
 */
import { useCallback, useEffect, useSyncExternalStore } from "react";

import type { Facts } from "../api/guide";

const KEY = "linje.matter.";
const NOTHING: Facts = {};
const matters = new Map<string, Facts>();
const listeners = new Set<() => void>();

function read(contact: string): Facts {
  const known = matters.get(contact);
  if (known !== undefined) return known;
  let facts = NOTHING;
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY + contact) ?? "null");
    if (typeof kept === "object" && kept !== null) facts = kept as Facts;
  } catch {
    // A browser that keeps nothing still works, until the page is loaded again.
  }
  matters.set(contact, facts);
  return facts;
}

function write(contact: string, facts: Facts) {
  matters.set(contact, facts);
  try {
    // One matter at a time: what was said of others is not needed any more.
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(KEY) && key !== KEY + contact) sessionStorage.removeItem(key);
    sessionStorage.setItem(KEY + contact, JSON.stringify(facts));
  } catch {
    // As above.
  }
  for (const listener of listeners) listener();
}

/** The facts of a contact's matter, and how they are changed. */
export function useMatter(contact: string): [Facts, (facts: Facts) => void] {
  const facts = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    () => read(contact),
  );
  return [facts, useCallback((next: Facts) => write(contact, next), [contact])];
}

const DIGITAL: Record<string, string> = { digital: "digital", possibly_digital: "possibly", not_digital: "not" };

/** What the registers tell of whoever a contact is about; what the adviser has said already stands. */
export function useLearn(contact: string | undefined, digital: string | undefined, level: string | null) {
  useEffect(() => {
    if (contact === undefined) return;
    const facts = read(contact);
    const told: Facts = {};
    const known = digital === undefined ? undefined : DIGITAL[digital];
    if (facts.digital === undefined && known !== undefined) told.digital = known;
    if (facts.identified === undefined && (level === "questions" || level === "logged_in")) told.identified = true;
    if (Object.keys(told).length > 0) write(contact, { ...facts, ...told });
  }, [contact, digital, level]);
}
