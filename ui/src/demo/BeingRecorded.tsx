import { CircleFillIcon, PauseIcon } from "@navikt/aksel-icons";
import { BodyShort, Button } from "@navikt/ds-react";

import { useText } from "../common/settings";
import type { Line } from "./useCall";

import "../beside/beside.css";

/** Whoever rings sees that they are asked, may say yes, and sees for as long as it runs that they are recorded. */
export function BeingRecorded({ line }: { line: Line }) {
  const t = useText();
  const text = t.sound.ring.recording;
  const state = line.on ? line.call?.recording : null;
  return (
    <div role="status">
      {state && (
        <div className={`beside beside--${state}`} data-recorded={state}>
          <BodyShort weight="semibold" className="beside__text">
            {state === "on" && <CircleFillIcon aria-hidden />}
            {state === "paused" && <PauseIcon aria-hidden />} {text[state]}
          </BodyShort>
          {state === "asked" && (
            <>
              <BodyShort size="small">{text.askedSays}</BodyShort>
              <div>
                <Button size="small" onClick={() => line.press("1")}>
                  {text.yes}
                </Button>
              </div>
            </>
          )}
        </div>
      )}
    </div>
  );
}
