/** An adviser's session: kept in this tab, resumed after a reload, ended by the server or by leaving. */
import { useCallback, useEffect, useState } from "react";

import { liveUrl } from "../api/client";
import { openStream } from "../api/stream";
import type { DeskView } from "../api/types";
import { useSettings } from "../common/settings";

const KEY = "linje.desk";

export function useSession() {
  const [session, setSession] = useState<string | null>(() => sessionStorage.getItem(KEY));
  const keep = useCallback((next: string | null) => {
    if (next === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, next);
    setSession(next);
  }, []);
  return [session, keep] as const;
}

/** What the desk shows now; the open stream is also what tells the server that the adviser is here. */
export function useDeskView(session: string, onGone: () => void): DeskView | null {
  const { language } = useSettings();
  const [view, setView] = useState<DeskView | null>(null);
  useEffect(() => {
    const stream = openStream(
      "desk",
      liveUrl.desk(session),
      { desk: (message) => setView(message as DeskView) },
      onGone,
    );
    return () => stream.close();
  }, [session, onGone, language]);
  return view;
}
