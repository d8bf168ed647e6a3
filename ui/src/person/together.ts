/** Who is opened at a desk is opened in each of its tabs; a tab that nobody looks at waits, so that nothing is read unseen. */
import { useEffect, useRef } from "react";

import { tabs } from "../common/tabs";
import type { Opened } from "./PersonArea";

const SUBJECT = "person";

interface Said {
  /** The desk and its contact. */
  at: string;
  opened: Opened | null;
}

/** `at` names the desk and its contact; gives what tells the other tabs. */
export function useTogether(at: string, opened: Opened | null, open: (opened: Opened | null) => void) {
  const now = useRef(opened);
  now.current = opened;
  const take = useRef(open);
  take.current = open;
  useEffect(() => {
    let waits: Said | null = null;
    const look = () => {
      if (waits === null || document.visibilityState !== "visible") return;
      const { opened: next } = waits;
      waits = null;
      if (next?.fnr !== now.current?.fnr) take.current(next);
    };
    const stop = tabs.hear(SUBJECT, (message) => {
      const said = message as Said | { at: string; asks: true };
      if (said.at !== at) return;
      if ("asks" in said) {
        if (now.current) tabs.tell(SUBJECT, { at, opened: now.current } satisfies Said);
        return;
      }
      waits = said;
      look();
    });
    document.addEventListener("visibilitychange", look);
    tabs.tell(SUBJECT, { at, asks: true });
    return () => {
      stop();
      document.removeEventListener("visibilitychange", look);
    };
  }, [at]);
  return (next: Opened | null) => tabs.tell(SUBJECT, { at, opened: next } satisfies Said);
}
