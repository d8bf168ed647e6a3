/** The loudspeaker that conversations are heard in; remembered by the browser. */
import { useCallback, useEffect, useState } from "react";

import type { SoundConnection } from "./connection";

const KEPT = "linje.speaker";

export interface Speaker {
  /** Whether this browser lets a page choose. */
  canChoose: boolean;
  chosen: string;
  /** The chosen one was not there: the sound is in the usual one. */
  gone: boolean;
  choose(device: string): void;
}

export const canChooseSpeaker = "setSinkId" in HTMLMediaElement.prototype;

/** Sends the sound of the call that is on to the chosen speaker, also when the connection is another one. */
export function useSpeaker(connection: SoundConnection | null): Speaker {
  const [chosen, setChosen] = useState(() => localStorage.getItem(KEPT) ?? "");
  const [gone, setGone] = useState(false);
  useEffect(() => {
    if (!connection || !canChooseSpeaker) return;
    let left = false;
    connection.hearIn(chosen).then(
      () => left || setGone(false),
      // Unplugged, or another machine: any sound is better than none.
      () => {
        if (left) return;
        setGone(true);
        void connection.hearIn("").catch(() => undefined);
      },
    );
    return () => {
      left = true;
    };
  }, [connection, chosen]);
  const choose = useCallback((device: string) => {
    setGone(false);
    localStorage.setItem(KEPT, device);
    setChosen(device);
  }, []);
  return { canChoose: canChooseSpeaker, chosen, gone, choose };
}
