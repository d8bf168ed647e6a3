import { useCallback, useEffect, useState } from "react";

import { useText } from "../common/settings";
import { useTitle } from "../common/title";
import { useTelephone } from "../softphone/telephone";
import { ChooseAdviser } from "./ChooseAdviser";
import { Desk } from "./Desk";
import { useSession } from "./useDesk";

/** The adviser's desk: first who you are, then what comes to you. */
export function DeskPage() {
  const t = useText();
  const [session, setSession] = useSession();
  const [ended, setEnded] = useState(false);
  const { attach } = useTelephone();
  useTitle(t.desk.title);
  // At once, not when the desk is drawn: a page that is loaded again has somebody on the line.
  useEffect(() => attach(session), [session, attach]);

  const onGone = useCallback(() => {
    setSession(null);
    setEnded(true);
  }, [setSession]);
  const onLeave = useCallback(() => setSession(null), [setSession]);
  const onStart = useCallback(
    (started: string) => {
      setEnded(false);
      setSession(started);
    },
    [setSession],
  );

  if (session === null) return <ChooseAdviser onStart={onStart} ended={ended} />;
  return <Desk session={session} onGone={onGone} onLeave={onLeave} />;
}
