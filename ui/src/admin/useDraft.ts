/**
 * The description as somebody is changing it: its text, what it has, what differs in words, and its faults.
 *
 * It is kept in the tab until it is published or thrown away, with the version that it is made from. When that is no
 * longer the one in force, the same changes are made again on the one that is.
 */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { api } from "../api/client";
import type { Change, Checked, Edit, Fault, Outline } from "../api/types";
import { explain } from "../common/LoadFailed";
import { useSettings, useText } from "../common/settings";
import { compacted, forget, type Kept, keep, kept as fromBefore, merged } from "./keptDraft";

const PAUSE_MS = 500;

/** What was put in force while one was changing it. */
export interface Others {
  changes: Change[];
  /** Both have changed the same lines of the text. */
  isClash: boolean;
}

export interface Draft {
  /** The text as it would be published. */
  toml: string;
  outline: Outline;
  /** The version that the change is made from. */
  base: string;
  changes: Change[];
  faults: Fault[];
  /** Why it cannot be published while the service runs. */
  misfit: string | null;
  isChanged: boolean;
  /** Whether it can be read at all; the outline is the last that could. */
  isReadable: boolean;
  /** Whether it was begun before this page was opened. */
  isFromBefore: boolean;
  others: Others | null;
  /** Another number when what is typed in the fields is to be forgotten. */
  origin: number;
  busy: boolean;
  /** Why the last change was not taken, in plain words. */
  failure: string | null;
  edit(edits: Edit[]): void;
  write(toml: string): void;
  discard(): void;
  /** Makes the same changes on what is in force now. */
  renewBase(): Promise<void>;
  dismissOthers(): void;
}

interface InForce {
  toml: string;
  outline: Outline;
  faults: Fault[];
}

/** What the server said of a text. */
interface Known extends Pick<Checked, "changes" | "misfit"> {
  toml: string;
  faults: Fault[];
  outline: Outline | null;
}

/** Null until the description in force is here; `query` says how that goes. */
export function useDraft() {
  const t = useText();
  const { language } = useSettings();
  const queries = useQueryClient();
  const source = useQuery({ queryKey: ["centre", "source", language], queryFn: inForce, refetchOnWindowFocus: false });
  const kept = useRef<Kept | null>(null);
  const [mine, setMine] = useState<Known | null>(null);
  const [seen, setSeen] = useState<Outline | null>(null);
  const [others, setOthers] = useState<Others | null>(null);
  const [isFromBefore, setFromBefore] = useState(false);
  const [origin, setOrigin] = useState(0);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const latest = useRef(0);
  const pause = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(pause.current), []);

  /** The newest answer wins; those that come late are dropped. */
  const take = useCallback(
    async (ask: () => Promise<Known>, undone?: () => void) => {
      const turn = ++latest.current;
      setBusy(true);
      setFailure(null);
      try {
        const known = await ask();
        if (turn === latest.current) {
          setMine(known);
          if (known.outline) setSeen(known.outline);
        }
      } catch (error) {
        undone?.();
        if (turn === latest.current) setFailure(explain(error) ?? t.problem.unreachableDetail);
      } finally {
        if (turn === latest.current) setBusy(false);
      }
    },
    [t],
  );

  const discard = useCallback(() => {
    latest.current++;
    window.clearTimeout(pause.current);
    kept.current = null;
    forget();
    setMine(null);
    setSeen(null);
    setOthers(null);
    setFromBefore(false);
    setBusy(false);
    setFailure(null);
    setOrigin((number) => number + 1);
  }, []);

  const rebase = useCallback(
    async (now: InForce) => {
      const was = kept.current;
      if (!was || was.base === now.outline.version) return;
      const base = now.outline.version;
      kept.current = { ...was, base, baseToml: now.toml, stem: was.isWritten ? was.stem : now.toml };
      const changed = await api.check(now.toml, was.base).catch(() => null);
      let isClash = false;
      await take(async () => {
        if (was.isWritten) {
          const text = was.edits.length > 0 ? (await api.edit(was.stem, was.edits)).toml : was.stem;
          const both = merged(was.baseToml, text, now.toml);
          isClash = both === null;
          kept.current = { base, baseToml: now.toml, stem: both ?? text, isWritten: true, edits: [] };
        }
        const { stem, edits } = kept.current ?? was;
        return known(stem, edits);
      });
      setOthers({ changes: changed?.changes ?? [], isClash });
      if (kept.current) keep(kept.current);
    },
    [take],
  );

  const { data } = source;
  useEffect(() => {
    if (!data) return;
    if (!kept.current) {
      const before = fromBefore();
      if (!before) return;
      kept.current = before;
      setFromBefore(true);
      if (before.base === data.outline.version) void take(() => known(before.stem, before.edits));
    }
    void rebase(data);
  }, [data, rebase, take]);

  // Words follow the language of the page.
  const spoken = useRef(language);
  useEffect(() => {
    if (spoken.current === language) return;
    spoken.current = language;
    const own = kept.current;
    if (own) void take(() => known(own.stem, own.edits));
  }, [language, take]);

  const toml = mine?.toml ?? data?.toml ?? "";
  const start = (): Kept =>
    kept.current ?? {
      base: data?.outline.version ?? "",
      baseToml: data?.toml ?? "",
      stem: data?.toml ?? "",
      isWritten: false,
      edits: [],
    };
  const edit = (edits: Edit[]) => {
    window.clearTimeout(pause.current);
    const before = start();
    const next = { ...before, edits: compacted([...before.edits, ...edits]) };
    kept.current = next;
    void take(
      async () => {
        const answer = await known(next.stem, next.edits);
        if (kept.current === next) keep(next);
        return answer;
      },
      () => {
        if (kept.current === next) kept.current = before;
      },
    );
  };
  const write = (text: string) => {
    const next: Kept = { ...start(), stem: text, isWritten: true, edits: [] };
    kept.current = next;
    setMine((before) => ({ ...(before ?? EMPTY), toml: text }));
    window.clearTimeout(pause.current);
    pause.current = window.setTimeout(() => {
      keep(next);
      void take(() => known(next.stem, next.edits));
    }, PAUSE_MS);
  };
  const isChanged = mine !== null && data !== undefined && mine.toml !== data.toml;
  useEffect(() => {
    if (!isChanged) return;
    // The draft outlives a reload, but not the tab.
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isChanged]);

  const renew = () => queries.invalidateQueries({ queryKey: ["centre"] });
  const renewBase = async () => {
    await queries.invalidateQueries({ queryKey: ["centre", "versions"] });
    const now = (await source.refetch()).data;
    if (now) await rebase(now);
  };

  const outline = mine?.outline ?? seen ?? data?.outline ?? null;
  const draft: Draft | null =
    data && outline
      ? {
          toml,
          outline,
          base: data.outline.version,
          changes: mine?.changes ?? [],
          faults: mine?.faults ?? data.faults,
          misfit: mine?.misfit ?? null,
          isChanged,
          isReadable: mine === null || mine.outline !== null,
          isFromBefore: isFromBefore && isChanged,
          others,
          origin,
          busy,
          failure,
          edit,
          write,
          discard,
          renewBase,
          dismissOthers: () => setOthers(null),
        }
      : null;
  return { draft, source, renew };
}

const EMPTY: Known = { toml: "", outline: null, changes: [], faults: [], misfit: null };

async function known(stem: string, edits: Edit[]): Promise<Known> {
  return edits.length > 0 ? api.edit(stem, edits) : { toml: stem, ...(await api.check(stem)) };
}

async function inForce(): Promise<InForce> {
  const [toml, outline] = await Promise.all([api.source(), api.outline()]);
  const { faults } = await api.check(toml);
  return { toml, outline, faults };
}
