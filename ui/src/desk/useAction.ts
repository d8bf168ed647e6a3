import { useCallback, useRef, useState } from "react";

import { explain } from "../common/LoadFailed";
import { useText } from "../common/settings";

/**
 * Runs actions one after the other and keeps what went wrong, in plain words, until the next one. The same action
 * pressed twice is one; another one waits for its turn, so that no press is lost.
 */
export function useAction() {
  const t = useText();
  const [busy, setBusy] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const waiting = useRef(new Set<string>());
  const last = useRef<Promise<unknown>>(Promise.resolve());

  const run = useCallback(
    async (name: string, action: () => Promise<unknown>) => {
      if (waiting.current.has(name)) return;
      waiting.current.add(name);
      const before = last.current;
      const mine = (async () => {
        await before;
        setBusy(name);
        setFailure(null);
        try {
          await action();
        } catch (error) {
          setFailure(explain(error) ?? t.problem.unreachableDetail);
        } finally {
          waiting.current.delete(name);
          setBusy(null);
        }
      })();
      last.current = mine;
      await mine;
    },
    [t],
  );
  const clear = useCallback(() => setFailure(null), []);
  return { run, busy, failure, clear };
}

export type Run = ReturnType<typeof useAction>["run"];
