/** One call made from the page: ring, press, hang up, and what the server says of it. */
import { useCallback, useEffect, useRef, useState } from "react";

import { api, liveUrl } from "../api/client";
import { openStream } from "../api/stream";
import type { DemoCall } from "../api/types";
import { explain } from "../common/LoadFailed";
import { useSettings, useText } from "../common/settings";
import { tick } from "./ticks";

export interface Line {
  call: DemoCall | null;
  /** Rung, and not yet over. */
  on: boolean;
  failure: string | null;
  ring(number: string, answeredBy: "synthetic" | "me"): void;
  /** Shows a call that was rung elsewhere. */
  follow(id: string): void;
  press(key: string): void;
  hangUp(): void;
}

/** Leaving the page is hanging up. */
function useHangUpOnLeaving(id: string | null) {
  const open = useRef(id);
  open.current = id;
  useEffect(() => {
    const hangUp = () => {
      if (open.current !== null) void api.hangUp(open.current).catch(() => undefined);
    };
    window.addEventListener("pagehide", hangUp);
    return () => {
      window.removeEventListener("pagehide", hangUp);
      hangUp();
    };
  }, []);
}

export function useCall(): Line {
  const t = useText();
  const { language } = useSettings();
  const [id, setId] = useState<string | null>(null);
  const [ringing, setRinging] = useState(false);
  const [call, setCall] = useState<DemoCall | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const over = call?.state === "closed" || call?.state === "wrap_up";

  useEffect(() => {
    if (id === null || over) return;
    const take = (message: unknown) => {
      const next = message as DemoCall;
      setCall(next);
      if (next.answered_by !== null) tick("citizen answered");
      // The server ends the stream with the call; that is no lost line.
      if (next.state === "closed") stream.close();
    };
    // The server no longer knows the call: it broke, whatever was shown last.
    const broken = () => {
      setId(null);
      setCall((last) => last && { ...last, state: "closed", reason: "lost", playing: null, keys: [] });
    };
    const stream = openStream("call", liveUrl.call(id), { call: take }, broken);
    return () => stream.close();
  }, [id, over, language]);

  useHangUpOnLeaving(over ? null : id);

  const fail = useCallback(
    (error: unknown) => setFailure(explain(error) ?? t.problem.unreachableDetail),
    [t],
  );

  const ring = useCallback(
    async (number: string, answeredBy: "synthetic" | "me") => {
      setFailure(null);
      setCall(null);
      setId(null);
      setRinging(true);
      try {
        setId((await api.ring(number, answeredBy)).id);
      } catch (error) {
        fail(error);
      } finally {
        setRinging(false);
      }
    },
    [fail],
  );
  const follow = useCallback((next: string) => {
    setFailure(null);
    setCall(null);
    setId(next);
  }, []);
  const press = useCallback(
    (key: string) => {
      if (id !== null) void api.press(id, key).catch(fail);
    },
    [id, fail],
  );
  const hangUp = useCallback(() => {
    if (id !== null) void api.hangUp(id).catch(fail);
  }, [id, fail]);

  return {
    call,
    on: ringing || (id !== null && !over),
    failure,
    ring: (number, answeredBy) => void ring(number, answeredBy),
    follow,
    press,
    hangUp,
  };
}
