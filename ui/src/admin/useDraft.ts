/** The description as somebody is changing it: its text, what it has, what differs in words, and its faults. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { api } from "../api/client";
import type { Change, Edit, Edited, Fault, Outline } from "../api/types";
import { explain } from "../common/LoadFailed";
import { useSettings, useText } from "../common/settings";

const PAUSE_MS = 500;

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
  busy: boolean;
  /** Why the last change was not taken, in plain words. */
  failure: string | null;
  edit(edits: Edit[]): void;
  write(toml: string): void;
  discard(): void;
}

/** Null until the description in force is here; `query` says how that goes. */
export function useDraft() {
  const t = useText();
  const { language } = useSettings();
  const queries = useQueryClient();
  const source = useQuery({ queryKey: ["centre", "source", language], queryFn: inForce, staleTime: Infinity });
  const [mine, setMine] = useState<Edited | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const latest = useRef(0);
  const pause = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(pause.current), []);

  /** The newest answer wins; those that come late are dropped. */
  const take = useCallback(
    async (ask: () => Promise<Edited>) => {
      const turn = ++latest.current;
      setBusy(true);
      setFailure(null);
      try {
        const known = await ask();
        if (turn === latest.current) setMine(known);
      } catch (error) {
        if (turn === latest.current) setFailure(explain(error) ?? t.problem.unreachableDetail);
      } finally {
        if (turn === latest.current) setBusy(false);
      }
    },
    [t],
  );

  const toml = mine?.toml ?? source.data?.toml ?? "";
  const edit = (edits: Edit[]) => void take(() => api.edit(toml, edits));
  const write = (text: string) => {
    setMine((before) => ({ ...(before ?? EMPTY), toml: text }));
    window.clearTimeout(pause.current);
    pause.current = window.setTimeout(() => void take(async () => ({ toml: text, ...(await api.check(text)) })), PAUSE_MS);
  };
  const discard = () => {
    latest.current++;
    setMine(null);
    setBusy(false);
    setFailure(null);
  };
  const renew = async () => {
    discard();
    await queries.invalidateQueries({ queryKey: ["centre"] });
  };

  const outline = mine?.outline ?? source.data?.outline ?? null;
  const draft: Draft | null =
    source.data && outline
      ? {
          toml,
          outline,
          base: source.data.outline.version,
          changes: mine?.changes ?? [],
          faults: mine?.faults ?? source.data.faults,
          misfit: mine?.misfit ?? null,
          isChanged: mine !== null && mine.toml !== source.data.toml,
          busy,
          failure,
          edit,
          write,
          discard,
        }
      : null;
  return { draft, source, renew };
}

const EMPTY: Edited = { toml: "", outline: null, changes: [], faults: [], misfit: null };

async function inForce() {
  const [toml, outline] = await Promise.all([api.source(), api.outline()]);
  const { faults } = await api.check(toml);
  return { toml, outline, faults };
}
