import { CircleFillIcon, EarIcon, PauseIcon, PlayIcon, StopIcon } from "@navikt/aksel-icons";
import { BodyShort, Button } from "@navikt/ds-react";
import { useEffect, useRef } from "react";

import { besideApi, type RecordingWish } from "../api/beside";
import type { DeskContact } from "../api/types";
import { useText } from "../common/settings";
import type { Doing } from "./Desk";
import { KeptRecordings } from "./KeptRecording";

import "../beside/beside.css";

/** What goes on beside the conversation: who attends or asks to, and whether it is recorded. Shown all the time. */
export function Beside({ contact, hasSound, run, busy }: Doing & { contact: DeskContact; hasSound: boolean }) {
  return (
    <>
      <Attending contact={contact} run={run} busy={busy} />
      <Recording contact={contact} hasSound={hasSound} run={run} busy={busy} />
      <KeptRecordings contact={contact} run={run} busy={busy} />
    </>
  );
}

function Attending({ contact, run, busy }: Doing & { contact: DeskContact }) {
  const t = useText();
  const { listening } = contact;
  const text = t.beside.listen;
  const { host, pressed } = useFocusAfter(listening?.state ?? null);
  const answer = (yes: boolean) => {
    pressed();
    void run(yes ? "attend_yes" : "attend_no", () => besideApi.answer(contact.id, yes));
  };
  return (
    <div role="status" ref={host}>
      {listening && (
        <div className={`beside beside--${listening.state}`} data-listening={listening.state} tabIndex={-1}>
          <BodyShort weight="semibold" className="beside__text">
            <EarIcon aria-hidden />{" "}
            {listening.state === "asked"
              ? text.asks[listening.how](listening.who)
              : listening.state === "agreed"
                ? text.agreed(listening.who)
                : text.on[listening.how](listening.who)}
          </BodyShort>
          {listening.state === "asked" ? (
            <>
              <BodyShort size="small">{text.asksSays}</BodyShort>
              <div className="call__buttons">
                <Button size="small" loading={busy === "attend_yes"} onClick={() => answer(true)}>
                  {text.yes}
                </Button>
                <Button
                  size="small"
                  variant="secondary"
                  data-color="neutral"
                  loading={busy === "attend_no"}
                  onClick={() => answer(false)}
                >
                  {text.no}
                </Button>
              </div>
            </>
          ) : (
            <Button
              size="small"
              variant="secondary"
              data-color="neutral"
              loading={busy === "attend_end"}
              onClick={() => {
                pressed();
                void run("attend_end", () => besideApi.endAttending(contact.id));
              }}
            >
              {text.end}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

/** The button that was pressed goes away: the focus stays with what it was about, else with the call. */
function useFocusAfter(state: string | null) {
  const host = useRef<HTMLDivElement>(null);
  const waits = useRef(false);
  const pressed = () => {
    waits.current = true;
  };
  useEffect(() => {
    if (!waits.current) return;
    waits.current = false;
    const banner = host.current?.querySelector<HTMLElement>("[data-listening]");
    (banner ?? host.current?.closest<HTMLElement>("[data-contact]"))?.focus();
  }, [state]);
  return { host, pressed };
}

/** Without sound there is nothing to record; what is recorded already is always shown. */
function Recording({ contact, hasSound, run, busy }: Doing & { contact: DeskContact; hasSound: boolean }) {
  const t = useText();
  const { recording } = contact;
  const text = t.beside.recording;
  if (!contact.recordable || contact.channel !== "voice") return null;
  const wish = (what: RecordingWish) => void run(`record_${what}`, () => besideApi.record(contact.id, what));
  if (!recording && !hasSound) return null;
  if (!recording) {
    return (
      <div>
        <Button
          size="small"
          variant="tertiary"
          data-color="neutral"
          icon={<CircleFillIcon aria-hidden />}
          loading={busy === "record_ask"}
          onClick={() => wish("ask")}
        >
          {text.ask}
        </Button>
        <BodyShort size="small" className="subtle">
          {text.askSays}
        </BodyShort>
      </div>
    );
  }
  return (
    <div className={`beside beside--${recording.state}`} data-recording={recording.state}>
      <BodyShort weight="semibold" role="status" className="beside__text">
        {recording.state === "on" && <CircleFillIcon aria-hidden />} {text[recording.state]}
      </BodyShort>
      <div className="call__buttons">
        {recording.state === "on" && (
          <Button size="small" icon={<PauseIcon aria-hidden />} loading={busy === "record_pause"} onClick={() => wish("pause")}>
            {text.pause}
          </Button>
        )}
        {recording.state === "paused" && (
          <Button size="small" icon={<PlayIcon aria-hidden />} loading={busy === "record_resume"} onClick={() => wish("resume")}>
            {text.resume}
          </Button>
        )}
        <Button
          size="small"
          variant="secondary"
          data-color="neutral"
          icon={<StopIcon aria-hidden />}
          loading={busy === "record_stop"}
          onClick={() => wish("stop")}
        >
          {recording.state === "asked" ? text.withdraw : text.stop}
        </Button>
      </div>
      {recording.state === "on" && <BodyShort size="small">{text.pauseSays}</BodyShort>}
      {contact.consult !== null && recording.state !== "asked" && <BodyShort size="small">{text.noExpert}</BodyShort>}
    </div>
  );
}
