/** Drafts of notes: one per conversation, saved at the server while they are written, whatever shows them. */
import { useCallback, useEffect, useSyncExternalStore } from "react";

import { guideApi } from "../api/guide";

const WAIT_MS = 600;
const AGAIN_MS = 3_000;

export interface Draft {
  text: string;
  state: "clean" | "saving" | "saved" | "failed";
  at: string | null;
}

const CLEAN: Draft = { text: "", state: "clean", at: null };
const drafts = new Map<string, Draft>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const listeners = new Set<() => void>();

function put(contact: string, draft: Draft) {
  drafts.set(contact, draft);
  for (const listener of listeners) listener();
}

function later(contact: string, ms: number) {
  clearTimeout(timers.get(contact));
  timers.set(
    contact,
    setTimeout(() => void save(contact), ms),
  );
}

async function save(contact: string) {
  clearTimeout(timers.get(contact));
  timers.delete(contact);
  const draft = drafts.get(contact);
  if (!draft || draft.state === "saved" || draft.state === "clean") return;
  try {
    const { at } = await guideApi.saveDraft(contact, draft.text);
    const now = drafts.get(contact);
    if (now?.text === draft.text) put(contact, { text: draft.text, state: "saved", at });
  } catch {
    const now = drafts.get(contact);
    if (now?.text === draft.text) put(contact, { ...draft, state: "failed" });
    later(contact, AGAIN_MS);
  }
}

/** Forgets a draft that has become a note. */
export function dropDraft(contact: string) {
  clearTimeout(timers.get(contact));
  timers.delete(contact);
  drafts.delete(contact);
  for (const listener of listeners) listener();
}

/** The draft of a conversation; `kept` is what the server has, for a page that was loaded anew. */
export function useDraft(contact: string, kept: { text: string; at: string } | null | undefined) {
  const subscribe = useCallback((listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
  const draft = useSyncExternalStore(subscribe, () => drafts.get(contact) ?? CLEAN);
  useEffect(() => {
    if (kept && !drafts.has(contact)) put(contact, { text: kept.text, state: "saved", at: kept.at });
  }, [contact, kept]);
  useEffect(() => {
    const flush = () => void save(contact);
    window.addEventListener("pagehide", flush);
    return () => {
      window.removeEventListener("pagehide", flush);
      flush();
    };
  }, [contact]);
  const write = useCallback(
    (text: string) => {
      put(contact, { text, state: "saving", at: drafts.get(contact)?.at ?? null });
      later(contact, WAIT_MS);
    },
    [contact],
  );
  return { draft, write };
}
