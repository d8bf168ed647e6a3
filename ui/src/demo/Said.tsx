import { SpeakerSoundWave2Icon } from "@navikt/aksel-icons";
import { BodyShort, Heading } from "@navikt/ds-react";

import type { DemoCall } from "../api/types";
import { useText } from "../common/settings";
import type { Playback } from "./usePlayback";

/** What is said in the telephone, as text, with the sentence that sounds now marked; and the keys that can be pressed. */
export function Said({ call, on, playback }: { call: DemoCall | null; on: boolean; playback: Playback }) {
  const t = useText();
  const items = on ? (call?.playing?.items ?? []) : [];
  const music = on && (call?.playing?.music ?? false);
  const talking = on && (call?.state === "active" || call?.state === "held") && items.length === 0;
  const keys = on ? (call?.keys ?? []) : [];
  return (
    <section className="said" aria-labelledby="said-title">
      <Heading level="3" size="xsmall" id="said-title">
        {t.demo.phone.said}
      </Heading>
      <div aria-live="polite" lang={call?.language === "en" ? "en" : "nb"}>
        {items.map((item, index) => (
          <p
            key={`${call?.playing?.seq}-${index}`}
            className={playback.index === index ? "said__line said__line--now" : "said__line"}
          >
            {item.text}
          </p>
        ))}
      </div>
      {music && (
        <p className="said__music">
          <SpeakerSoundWave2Icon aria-hidden /> {t.demo.phone.music}
        </p>
      )}
      {talking && <BodyShort className="subtle">{t.demo.phone.talking}</BodyShort>}
      {items.length === 0 && !music && !talking && (
        <BodyShort className="empty">{t.demo.phone.nothingSaid}</BodyShort>
      )}
      {playback.failed && <BodyShort size="small">{t.demo.phone.audioFailed}</BodyShort>}
      {keys.length > 0 && (
        <>
          <Heading level="3" size="xsmall">
            {t.demo.phone.choices}
          </Heading>
          <ul className="said__keys">
            {keys.map((each) => (
              <li key={each.key}>
                <kbd>{each.key}</kbd> {each.label}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
