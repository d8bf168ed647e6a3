import {
  ArrowRightLeftIcon,
  PauseIcon,
  PersonHeadsetIcon,
  PhoneFillIcon,
  PhoneSlashIcon,
  PlayIcon,
} from "@navikt/aksel-icons";
import { BodyShort, Button, Heading, HStack, Select } from "@navikt/ds-react";
import { useEffect, useRef, useState } from "react";

import { api } from "../api/client";
import type { Adviser, DeskContact, DeskView } from "../api/types";
import { ContactStateTag } from "../common/ContactStateTag";
import { useNow } from "../common/clock";
import { useFormat, useText } from "../common/settings";
import { isTyping } from "../common/typing";
import { useSound } from "../softphone/useSound";
import { useTelephone } from "../softphone/telephone";
import { WhyLink } from "../hvorfor/WhyLink";
import { Beside } from "./Beside";
import { GiveBack } from "./AsideCard";
import { AskExpert, useTargetText } from "./Consult";
import { Consulting } from "./Consulting";
import type { Doing } from "./Desk";
import { History } from "./History";

interface Props extends Doing {
  contact: DeskContact;
  adviser: Adviser;
  queues: DeskView["queues"];
}

/** The conversation that is going on, with what can be done to it. */
export function CallCard({ contact, adviser, run, busy }: Props) {
  const t = useText();
  const format = useFormat();
  const [opened, setOpened] = useState<"transfer" | "consult" | null>(null);
  const toggle = (what: "transfer" | "consult") => setOpened(opened === what ? null : what);
  const { consult } = contact;
  const asks = useAsks(contact.channel, consult !== null, () => setOpened(null));
  const held = contact.state === "held";
  const sound = useSound([contact], adviser);
  const card = useFocusWhenShown();

  return (
    <section
      className={held ? "call call--held" : "call"}
      aria-labelledby="call-title"
      ref={card}
      tabIndex={-1}
      data-contact={contact.id}
    >
      <div className="call__head">
        <div>
          <HStack gap="space-12" align="center">
            <Heading level="2" size="medium" id="call-title">
              {contact.queue?.name ?? t.channel[contact.channel]}
            </Heading>
            <ContactStateTag state={contact.state} />
          </HStack>
          <BodyShort className="subtle">
            {contact.caller}
            {contact.topic && <> · {contact.topic.name}</>} ·{" "}
            {t.desk.call.waited(format.duration(contact.waited_s))} ·{" "}
            <WhyLink contact={contact.id} about={contact.queue?.name ?? contact.caller} reader={adviser.id} />
          </BodyShort>
        </div>
        <Talk since={contact.answered ?? contact.arrived} />
      </div>
      <Beside contact={contact} hasSound={sound === "yes"} run={run} busy={busy} />
      {consult && <Consulting contact={contact} consult={consult} run={run} busy={busy} />}
      <div className="call__buttons">
        {consult ? null : held ? (
          <Button
            icon={<PlayIcon aria-hidden />}
            loading={busy === "resume"}
            onClick={() => void run("resume", () => api.resume(contact.id))}
          >
            {t.desk.call.resume}
          </Button>
        ) : (
          <Button
            variant="secondary"
            data-color="neutral"
            icon={<PauseIcon aria-hidden />}
            loading={busy === "hold"}
            onClick={() => void run("hold", () => api.hold(contact.id))}
          >
            {t.desk.call.hold}
          </Button>
        )}
        {asks && (
          <Button
            variant="secondary"
            data-color="neutral"
            icon={<PersonHeadsetIcon aria-hidden />}
            aria-expanded={opened === "consult"}
            onClick={() => toggle("consult")}
          >
            {t.work.consult.ask}
          </Button>
        )}
        {!consult && (
          <Button
            variant="secondary"
            data-color="neutral"
            icon={<ArrowRightLeftIcon aria-hidden />}
            aria-expanded={opened === "transfer"}
            onClick={() => toggle("transfer")}
          >
            {t.desk.call.transfer}
          </Button>
        )}
        <Button
          variant="primary"
          data-color="danger"
          icon={<PhoneSlashIcon aria-hidden />}
          loading={busy === "end"}
          onClick={() => void run("end", () => api.end(contact.id))}
        >
          {t.desk.call.end}
        </Button>
      </div>
      {opened === "transfer" && !consult && <Transfer contact={contact} run={run} busy={busy} />}
      {opened === "consult" && asks && <AskExpert contact={contact} run={run} busy={busy} />}
      {canWait(contact.channel) && <GiveBack contact={contact} run={run} busy={busy} />}
      {sound === "no" && contact.channel === "voice" && <NoSound />}
      <History events={contact.events} />
    </section>
  );
}

/** Why nobody hears anything, and that everything else is as it is in life. */
function NoSound() {
  const t = useText();
  const { where } = useTelephone();
  const says = {
    headset: `${t.colleague.soundless} ${t.colleague.soundlessSays}`,
    phone: t.desk.call.noSound,
    page: t.sound.state.off,
  }[where];
  return (
    <BodyShort size="small" className="call__note">
      <PhoneFillIcon aria-hidden /> {says}
    </BodyShort>
  );
}

/** Work that may be given back to the line: nobody sits and waits for it. */
function canWait(channel: string): boolean {
  return channel === "message" || channel === "task";
}

/** Whether an expert may be asked now: in a call, one at a time. The form closes when the question is put. */
function useAsks(channel: string, isAsking: boolean, close: () => void): boolean {
  const shut = useRef(close);
  shut.current = close;
  useEffect(() => {
    if (isAsking) shut.current();
  }, [isAsking]);
  return channel === "voice" && !isAsking;
}

/** Takes the focus when the call begins, so that the next key is near; never while somebody types. */
function useFocusWhenShown() {
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!isTyping()) element.current?.focus({ preventScroll: true });
  }, []);
  return element;
}

function Talk({ since }: { since: string }) {
  const format = useFormat();
  const now = useNow();
  return <span className="call__timer figure">{format.duration((now - Date.parse(since)) / 1000)}</span>;
}

function Transfer({ contact, run, busy }: Doing & { contact: DeskContact }) {
  const t = useText();
  const [queue, setQueue] = useState("");
  const targets = contact.transfers;
  const describe = useTargetText();
  if (targets.length === 0) return <BodyShort className="empty">{t.work.transferNone}</BodyShort>;
  return (
    <form
      className="transfer"
      onSubmit={(event) => {
        event.preventDefault();
        if (queue !== "") void run("transfer", () => api.transfer(contact.id, queue));
      }}
    >
      <Select
        label={t.desk.call.transferTo}
        description={t.desk.call.transferSays}
        size="small"
        value={queue}
        onChange={(event) => setQueue(event.target.value)}
      >
        <option value="">{t.desk.call.transferChoose}</option>
        {targets.map((each) => (
          <option key={each.queue} value={each.queue} disabled={each.been_there}>
            {`${each.name} (${describe(each)})`}
          </option>
        ))}
      </Select>
      <Button size="small" type="submit" disabled={queue === ""} loading={busy === "transfer"}>
        {t.desk.call.transferDo}
      </Button>
    </form>
  );
}
