import { useCallback, useEffect, useRef, useState } from "react";

import type { DeskView } from "../api/types";
import { useAction } from "./useAction";

/** What the desk was about when something was pressed. */
interface About {
  /** The contacts in hand. */
  held: string[];
  /** The contact that was offered. */
  offered: string | null;
}

/** What went wrong belongs to the contact it came from: with the contact it goes, and no other one inherits it. */
export function useDeskAction(view: DeskView) {
  const inner = useAction();
  const [failedAt, setFailedAt] = useState<About | null>(null);
  const { clear } = inner;
  const now = useRef<About>(about(view));
  now.current = about(view);
  const run = useCallback(
    (name: string, action: () => Promise<unknown>) => {
      const pressedAt = now.current;
      return inner.run(name, () =>
        action().catch((error: unknown) => {
          setFailedAt(pressedAt);
          throw error;
        }),
      );
    },
    [inner.run],
  );
  const over = failedAt !== null && isOver(failedAt, now.current);
  useEffect(() => {
    if (!over) return;
    clear();
    setFailedAt(null);
  }, [over, clear]);
  return { run, busy: inner.busy, failure: over ? null : inner.failure };
}

function about(view: DeskView): About {
  return {
    held: view.contacts.filter(({ state }) => state !== "set_aside").map(({ id }) => id),
    offered: view.offer?.contact ?? null,
  };
}

/** Whether what it was about is gone. An offer that went away still says why, until something else comes. */
function isOver(was: About, now: About): boolean {
  if (was.held.length > 0) return !was.held.some((id) => now.held.includes(id));
  const other = now.offered !== null && now.offered !== was.offered;
  return other || now.held.some((id) => id !== was.offered);
}
