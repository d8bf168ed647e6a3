import { BodyLong, Heading } from "@navikt/ds-react";
import { useEffect } from "react";

import { useText } from "../common/settings";
import { useTitle } from "../common/title";
import { CHANNEL } from "./session";

/** Where a log-in ends that was begun beside a page with something typed in it. Tells that page and goes away. */
export function LoggedInPage() {
  const t = useText();
  useTitle(t.identity.done.title);
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage("changed");
    channel.close();
    window.close();
  }, []);
  return (
    <div className="page page--text">
      <Heading level="1" size="large" spacing>
        {t.identity.done.title}
      </Heading>
      <BodyLong>{t.identity.done.text}</BodyLong>
    </div>
  );
}
