import { BodyLong, Heading, ToggleGroup } from "@navikt/ds-react";

import { useTitle } from "../common/title";
import { useWho } from "../identity/session";
import { Callbacks } from "./Callbacks";
import { LANGUAGES, type OwnLanguage, OwnTextContext, useOwnLanguage } from "./language";
import { Matters } from "./Matters";
import { Notes } from "./Notes";
import { Promises } from "./Promises";
import { Readings } from "./Readings";
import { TalkingNow } from "./TalkingNow";

import "./own.css";

/** *Min side*: what was promised, what happens, who looked. The next useful thing first. */
export function OwnPage() {
  const { language, text, choose } = useOwnLanguage();
  const who = useWho();
  useTitle(text.title);
  return (
    <OwnTextContext value={text}>
      <div className="page page--text own" lang={language}>
        <div className="own__top">
          <Heading level="1" size="xlarge">
            {text.title}
          </Heading>
          <BodyLong size="large">
            {who ? `${text.hello(who.name)} ` : ""}
            {text.lead}
          </BodyLong>
          <ToggleGroup
            label={text.language}
            size="small"
            value={language}
            onChange={(next) => choose(next as OwnLanguage)}
          >
            {LANGUAGES.map((each) => (
              <ToggleGroup.Item key={each} value={each} label={<span lang={each}>{text.languages[each]}</span>} />
            ))}
          </ToggleGroup>
        </div>
        <TalkingNow />
        <Matters>
          <Promises />
          <Callbacks />
        </Matters>
        <Notes />
        <Readings />
      </div>
    </OwnTextContext>
  );
}
