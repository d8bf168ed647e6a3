/**
 * Drafts of notes: one per conversation, saved at the server while they are written, whatever shows them. Tabs write
 * the same draft: what one writes shows in the others, and where two wrote at once, in tabs or in different browsers, a
 * person chooses. Nothing typed is written over unseen.
 */
import { useCallback, useEffect, useSyncExternalStore } from "react";

import { guideApi, type KeptDraft } from "../api/guide";
import { tabs } from "../common/tabs";
import { type OtherText, otherText } from "./otherText";

const WAIT_MS = 600;
const AGAIN_MS = 3_000;
/** What another tab wrote is saved by that tab; by this one when that has not come to pass. */
const INSTEAD_MS = 5_000;

export interface Draft {
  text: string;
  state: "clean" | "saving" | "saved" | "failed";
  at: string | null;
  /** What was written elsewhere at the same time; null while there is nothing to choose. Nothing is saved meanwhile. */
  other: string | null;
  /** Where that was: in another tab, or in another browser. */
  where: "tab" | "browser";
}

/** What tabs say about a draft. `from` is the text that was changed: whoever has another one wrote meanwhile. */
type Said =
  | { is: "wrote"; contact: string; text: string; from: string }
  | { is: "chose"; contact: string; text: string }
  | { is: "saved"; contact: string; text: string; at: string; version: string }
  | { is: "dropped"; contact: string }
  | { is: "asks"; contact: string };

const SUBJECT = "drafts";
/** Texts of one draft that are remembered as seen. */
const SEEN = 50;

const CLEAN: Draft = { text: "", state: "clean", at: null, other: null, where: "tab" };
const drafts = new Map<string, Draft>();
/** Drafts that were changed here since another tab was last of the same mind. */
const changed = new Set<string>();
/** The versions that the server told of last: what is saved is saved over them. */
const versions = new Map<string, string>();
/** Texts that the tabs of this browser have had: what the server has of them is no news. */
const seen = new Map<string, string[]>();
/** Drafts that this tab shows, and how often. */
const shown = new Map<string, number>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const listeners = new Set<() => void>();

function put(contact: string, draft: Draft) {
  drafts.set(contact, draft);
  seen.set(contact, [...(seen.get(contact) ?? []).filter((text) => text !== draft.text), draft.text].slice(-SEEN));
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
    const { at, version } = await guideApi.saveDraft(contact, draft.text, versions.get(contact) ?? "");
    versions.set(contact, version);
    const now = drafts.get(contact);
    if (now?.text === draft.text && now.other === null) put(contact, { ...now, state: "saved", at });
    tell({ is: "saved", contact, text: draft.text, at, version });
  } catch (error) {
    const other = otherText(error);
    if (other) return meet(contact, other);
    const now = drafts.get(contact);
    if (now?.text === draft.text) put(contact, { ...draft, state: "failed" });
    later(contact, AGAIN_MS);
  }
}

/** The server has another text: a person chooses, unless there is nothing new in it. */
function meet(contact: string, other: OtherText) {
  const own = drafts.get(contact);
  if (!own) return;
  versions.set(contact, other.version);
  if (other.text === "" || other.text === own.text || seen.get(contact)?.includes(other.text)) {
    // What became a note elsewhere is not written again by a page that is on its way out.
    if (shown.has(contact)) later(contact, 0);
    return;
  }
  put(contact, { ...own, other: other.text, where: "browser" });
}

/** Whether a wrap-up was refused because of another text: then a person chooses, or it had been seen and counts now. */
export function meetRefusal(contact: string, error: unknown): "choose" | "again" | null {
  const other = otherText(error);
  if (!other) return null;
  meet(contact, other);
  return drafts.get(contact)?.other == null ? "again" : "choose";
}

/** The version that was seen last. */
export const versionOf = (contact: string) => versions.get(contact) ?? "";

function tell(said: Said) {
  tabs.tell(SUBJECT, said);
}

tabs.hear(SUBJECT, (message) => {
  const said = message as Said;
  const { contact } = said;
  const own = drafts.get(contact);
  const adopt = (text: string) => {
    changed.delete(contact);
    put(contact, { ...(own ?? CLEAN), text, state: "saving", other: null });
    later(contact, INSTEAD_MS);
  };
  if (!shown.has(contact) && said.is !== "dropped") return;
  switch (said.is) {
    case "asks":
      if (own && own.text !== "") tell({ is: "wrote", contact, text: own.text, from: own.text });
      return;
    case "wrote":
      if (own === undefined || !changed.has(contact) || own.text === said.from) return adopt(said.text);
      if (own.text !== said.text) put(contact, { ...own, other: said.text, where: "tab" });
      return;
    case "chose":
      return adopt(said.text);
    case "saved":
      versions.set(contact, said.version);
      if (own && own.text === said.text && own.other === null) {
        changed.delete(contact);
        put(contact, { ...own, state: "saved", at: said.at });
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
  versions.delete(contact);
  seen.delete(contact);
  for (const listener of listeners) listener();
}

/** The draft of a conversation; `kept` is what the server has, for a page that was loaded anew. */
export function useDraft(contact: string, kept: KeptDraft | null | undefined) {
  const subscribe = useCallback((listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
  const draft = useSyncExternalStore(subscribe, () => drafts.get(contact) ?? CLEAN);
  useEffect(() => {
    if (!kept) return;
    const own = drafts.get(contact);
    // Another browser wrote, and nothing was written here since: its text is the text.
    const isNews = own?.state === "saved" && own.other === null && own.at !== null && Date.parse(kept.at) > Date.parse(own.at);
    if (own && !isNews) return;
    versions.set(contact, kept.version);
    put(contact, { ...CLEAN, text: kept.text, state: "saved", at: kept.at });
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
      put(contact, { ...(drafts.get(contact) ?? CLEAN), text, state: "saving", other: null });
      tell({ is: "chose", contact, text });
      later(contact, 0);
    },
    [contact],
  );
  return { draft, write, choose };
}
