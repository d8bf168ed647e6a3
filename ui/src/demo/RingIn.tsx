import { ExternalLinkIcon, MicrophoneIcon } from "@navikt/aksel-icons";
import { BodyLong, BodyShort, Heading, Link as AkselLink, LocalAlert } from "@navikt/ds-react";
import { useEffect, useState } from "react";

import { useSettings, useText } from "../common/settings";
import { useWho } from "../identity/session";
import { CallStatus } from "./CallStatus";
import { type Answerer, Dialler } from "./Dialler";
import { Keypad } from "./Keypad";
import { BeingRecorded } from "./BeingRecorded";
import { Said } from "./Said";
import { type Line, useCall } from "./useCall";
import { type CallerSound, useCallerSound } from "./useCallerSound";
import { usePersonas } from "./usePersonas";
import { usePlayback } from "./usePlayback";

/** *Ring inn*: a call that is steered in the page, for those who have no telephone at hand. */
export function RingIn({ numbers }: { numbers: Record<string, string> }) {
  const t = useText();
  const { sound } = useSettings();
  const silent = useCall();
  const voice = useCallerSound();
  const [withMic, setWithMic] = useState(true);
  const { personas, own } = usePersonas();
  // Whoever is logged in rings from their own number until another is chosen.
  const [chosen, setFrom] = useState<string | null>(null);
  const from = chosen ?? own;
  // Not known yet counts as logged in: whoever is not, is told at the first ring.
  const mayTalk = useWho() !== null && !voice.loggedOut;
  const line: Line = {
    ...silent,
    on: silent.on || voice.asking,
    ring: (number, answeredBy) => {
      if (answeredBy !== "me" || !withMic || !mayTalk) return silent.ring(number, answeredBy);
      void voice.ring(number, from === "" ? null : from).then((call) => {
        if (call !== null) silent.follow(call);
        else silent.ring(number, answeredBy);
      });
    },
    press: voice.on ? voice.press : silent.press,
  };
  useEffect(() => {
    if (silent.call?.state === "closed") voice.end();
  }, [silent.call?.state, voice.end]);
  // What is said comes by the line itself when there is one.
  const playback = usePlayback(line.on && !voice.on ? (line.call?.playing ?? null) : null, sound);
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
            personas={personas}
            number={number}
            onNumber={setNumber}
            answerer={answerer}
            onAnswerer={setAnswerer}
            line={line}
            microphone={mayTalk ? { on: withMic, set: setWithMic, from, setFrom } : null}
          />
          <Keypad keys={line.call?.keys ?? []} enabled={line.on} onPress={line.press} />
        </div>
        <div className="ring-in__told">
          <CallStatus line={line} />
          <BeingRecorded line={line} />
          <SoundNote voice={voice} line={silent} answerer={answerer} mayTalk={mayTalk} />
          <Said call={line.call} on={line.on} playback={playback} />
          {answerer === "me" && !talks(line) && (
            <BodyShort size="small">
              {line.on ? t.demo.phone.meAnswer : t.demo.phone.meHint}{" "}
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

/** Somebody is at the other end: how to get one is no longer a question. */
function talks({ call, on }: Line): boolean {
  return on && (call?.state === "active" || call?.state === "held");
}

interface NoteProps {
  voice: CallerSound;
  line: Line;
  answerer: Answerer;
  mayTalk: boolean;
}

/** Whether one is heard at the other end: said here and nowhere else. */
function SoundNote({ voice, line, answerer, mayTalk }: NoteProps) {
  const t = useText();
  if (voice.asking) return <BodyShort size="small">{t.sound.ring.asking}</BodyShort>;
  if (voice.on) {
    return (
      <BodyShort size="small" data-sound="on">
        <MicrophoneIcon aria-hidden /> {talks(line) ? t.sound.ring.on : t.sound.ring.before}
      </BodyShort>
    );
  }
  if (!line.on) return null;
  const synthetic = line.call?.synthetic ?? answerer === "synthetic";
  const why = !mayTalk ? `${t.sound.ring.logIn}.` : voice.trouble ? t.sound.failed[voice.trouble] : voice.refused;
  return (
    <BodyShort size="small" data-sound="without">
      {synthetic ? t.sound.ring.synthetic : [why, t.sound.ring.without].filter(Boolean).join(" ")}
    </BodyShort>
  );
}
