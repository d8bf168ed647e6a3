/**
 * Drafts of notes: one per conversation, saved at the server while they are written, whatever shows them. Tabs write
 * the same draft: what one writes shows in the others, and where two wrote at once a person chooses. Nothing typed is
 * written over unseen.
 */
import { useCallback, useEffect, useSyncExternalStore } from "react";

import { guideApi } from "../api/guide";
import { tabs } from "../common/tabs";

const WAIT_MS = 600;
const AGAIN_MS = 3_000;
/** What another tab wrote is saved by that tab; by this one when that has not come to pass. */
const INSTEAD_MS = 5_000;

export interface Draft {
  text: string;
  state: "clean" | "saving" | "saved" | "failed";
  at: string | null;
  /** What another tab wrote at the same time; null while there is nothing to choose. Nothing is saved meanwhile. */
  other: string | null;
}

/** What tabs say about a draft. `from` is the text that was changed: whoever has another one wrote meanwhile. */
type Said =
  | { is: "wrote"; contact: string; text: string; from: string }
  | { is: "chose"; contact: string; text: string }
  | { is: "saved"; contact: string; text: string; at: string }
  | { is: "dropped"; contact: string }
  | { is: "asks"; contact: string };

const SUBJECT = "drafts";

const CLEAN: Draft = { text: "", state: "clean", at: null, other: null };
const drafts = new Map<string, Draft>();
/** Drafts that were changed here since another tab was last of the same mind. */
const changed = new Set<string>();
/** Drafts that this tab shows, and how often. */
const shown = new Map<string, number>();
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
  if (!draft || draft.other !== null || draft.state === "saved" || draft.state === "clean") return;
  try {
    const { at } = await guideApi.saveDraft(contact, draft.text);
    const now = drafts.get(contact);
    if (now?.text === draft.text && now.other === null) put(contact, { text: draft.text, state: "saved", at, other: null });
    tell({ is: "saved", contact, text: draft.text, at });
  } catch {
    const now = drafts.get(contact);
    if (now?.text === draft.text) put(contact, { ...draft, state: "failed" });
    later(contact, AGAIN_MS);
  }
}

function tell(said: Said) {
  tabs.tell(SUBJECT, said);
}

tabs.hear(SUBJECT, (message) => {
  const said = message as Said;
  const { contact } = said;
  const own = drafts.get(contact);
  const adopt = (text: string) => {
    changed.delete(contact);
    put(contact, { text, state: "saving", at: own?.at ?? null, other: null });
    later(contact, INSTEAD_MS);
  };
  if (!shown.has(contact) && said.is !== "dropped") return;
  switch (said.is) {
    case "asks":
      if (own && own.text !== "") tell({ is: "wrote", contact, text: own.text, from: own.text });
      return;
    case "wrote":
      if (own === undefined || !changed.has(contact) || own.text === said.from) return adopt(said.text);
      if (own.text !== said.text) put(contact, { ...own, other: said.text });
      return;
    case "chose":
      return adopt(said.text);
    case "saved":
      if (own && own.text === said.text && own.other === null) {
        changed.delete(contact);
        put(contact, { text: said.text, state: "saved", at: said.at, other: null });
      }
      return;
    case "dropped":
      return forget(contact);
  }
});

/** Forgets a draft that has become a note, in every tab. */
export function dropDraft(contact: string) {
  forget(contact);
  tell({ is: "dropped", contact });
}

function forget(contact: string) {
  changed.delete(contact);
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
    if (kept && !drafts.has(contact)) put(contact, { text: kept.text, state: "saved", at: kept.at, other: null });
  }, [contact, kept]);
  useEffect(() => {
    shown.set(contact, (shown.get(contact) ?? 0) + 1);
    tell({ is: "asks", contact });
    return () => {
      const left = (shown.get(contact) ?? 1) - 1;
      if (left > 0) shown.set(contact, left);
      else shown.delete(contact);
    };
  }, [contact]);
  useEffect(() => {
    const flush = () => {
      const draft = drafts.get(contact);
      // Nobody chose: both are kept, one below the other.
      if (draft && draft.other !== null) put(contact, { ...draft, text: `${draft.text}\n\n${draft.other}`, state: "saving", other: null });
      void save(contact);
    };
    window.addEventListener("pagehide", flush);
    return () => {
      window.removeEventListener("pagehide", flush);
      flush();
    };
  }, [contact]);
  const write = useCallback(
    (text: string) => {
      const before = drafts.get(contact) ?? CLEAN;
      changed.add(contact);
      put(contact, { ...before, text, state: "saving" });
      tell({ is: "wrote", contact, text, from: before.text });
      later(contact, WAIT_MS);
    },
    [contact],
  );
  /** One of two texts that were written at once, for all tabs. */
  const choose = useCallback(
    (text: string) => {
      changed.add(contact);
      put(contact, { text, state: "saving", at: drafts.get(contact)?.at ?? null, other: null });
      tell({ is: "chose", contact, text });
      later(contact, 0);
    },
    [contact],
  );
  return { draft, write, choose };
}
