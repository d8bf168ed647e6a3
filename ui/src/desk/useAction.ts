import { useCallback, useRef, useState } from "react";

import { explain } from "../common/LoadFailed";
import { useText } from "../common/settings";

/** Runs one action at a time and keeps what went wrong, in plain words, until the next one. */
export function useAction() {
  const t = useText();
  const [busy, setBusy] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const running = useRef(false);

  const run = useCallback(
    async (name: string, action: () => Promise<unknown>) => {
      if (running.current) return;
      running.current = true;
      setBusy(name);
      setFailure(null);
      try {
        await action();
      } catch (error) {
        setFailure(explain(error) ?? t.problem.unreachableDetail);
      } finally {
        running.current = false;
        setBusy(null);
      }
    },
    [t],
  );
  const clear = useCallback(() => setFailure(null), []);
  return { run, busy, failure, clear };
}

export type Run = ReturnType<typeof useAction>["run"];
