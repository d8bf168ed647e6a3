import { ExternalLinkIcon } from "@navikt/aksel-icons";
import { BodyLong, BodyShort, Heading, Link as AkselLink, LocalAlert } from "@navikt/ds-react";
import { useState } from "react";

import { useSettings, useText } from "../common/settings";
import { CallStatus } from "./CallStatus";
import { type Answerer, Dialler } from "./Dialler";
import { Keypad } from "./Keypad";
import { Said } from "./Said";
import { useCall } from "./useCall";
import { usePlayback } from "./usePlayback";

/** *Ring inn*: a call that is steered in the page, for those who have no telephone at hand. */
export function RingIn({ numbers }: { numbers: Record<string, string> }) {
  const t = useText();
  const { sound } = useSettings();
  const line = useCall();
  const playback = usePlayback(line.on ? (line.call?.playing ?? null) : null, sound);
  const [number, setNumber] = useState("main");
  const [answerer, setAnswerer] = useState<Answerer>("synthetic");

  return (
    <section id="ring-inn" className="ring-in" aria-labelledby="ring-in-title">
      <Heading level="2" size="medium" id="ring-in-title">
        {t.demo.phone.title}
      </Heading>
      <BodyLong spacing>{t.demo.phone.lead}</BodyLong>
      {line.failure && (
        <LocalAlert status="error" className="ring-in__failure">
          <LocalAlert.Header>
            <LocalAlert.Title as="h3">{t.problem.generic}</LocalAlert.Title>
          </LocalAlert.Header>
          <LocalAlert.Content>{line.failure}</LocalAlert.Content>
        </LocalAlert>
      )}
      <div className="ring-in__columns">
        <div className="phone">
          <Dialler
            numbers={numbers}
            number={number}
            onNumber={setNumber}
            answerer={answerer}
            onAnswerer={setAnswerer}
            line={line}
          />
          <Keypad keys={line.call?.keys ?? []} enabled={line.on} onPress={line.press} />
        </div>
        <div className="ring-in__told">
          <CallStatus line={line} />
          <Said call={line.call} on={line.on} playback={playback} />
          {answerer === "me" && (
            <BodyShort size="small">
              {t.demo.phone.meHint}{" "}
              <AkselLink href="/desk" target="_blank">
                {t.demo.phone.openDesk}
                <ExternalLinkIcon aria-hidden />
              </AkselLink>
            </BodyShort>
          )}
        </div>
      </div>
    </section>
  );
}
