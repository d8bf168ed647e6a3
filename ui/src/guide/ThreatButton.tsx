import { ExclamationmarkTriangleIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading, Textarea } from "@navikt/ds-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";

import { guideApi } from "../api/guide";
import { explain } from "../common/LoadFailed";
import { useText } from "../common/settings";

/** Tells the leader that the adviser is threatened: what happens is said first, a second press does it. The call goes on. */
export function ThreatButton({ contact }: { contact: string }) {
  const t = useText();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [said, setSaid] = useState<string | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const tell = async () => {
    try {
      await guideApi.threat(contact, text.trim());
      setSaid(t.guide.threat.sent);
      close();
    } catch (error) {
      // What was written stays, and so does the way to send it.
      setSaid(explain(error) ?? t.problem.unreachableDetail);
    }
  };
  return (
    <div className="threat">
      <Button
        ref={button}
        size="small"
        variant="tertiary"
        data-color="danger"
        icon={<ExclamationmarkTriangleIcon aria-hidden />}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {t.guide.threat.button}
      </Button>
      {open && <Confirm text={text} onText={setText} onSend={tell} onClose={close} />}
      <BodyShort size="small" role="status">
        {said}
      </BodyShort>
    </div>
  );
}

interface ConfirmProps {
  text: string;
  onText(text: string): void;
  onSend(): Promise<void>;
  onClose(): void;
}

function Confirm({ text, onText, onSend, onClose }: ConfirmProps) {
  const words = useText().guide.threat;
  const title = useId();
  const says = useId();
  const send = useRef<HTMLButtonElement>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => send.current?.focus(), []);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      // Not the Esc of an offer.
      event.stopPropagation();
      event.nativeEvent.stopImmediatePropagation();
      onClose();
    }
    // The press that opened this, held down, is no second press.
    if (event.key === "Enter" && event.repeat) event.preventDefault();
  };
  return (
    <div className="threat__words" role="group" aria-labelledby={title} onKeyDown={onKey}>
      <Heading level="3" size="xsmall" id={title}>
        {words.confirm}
      </Heading>
      <BodyShort size="small" id={says}>
        {words.says}
      </BodyShort>
      <Textarea size="small" label={words.text} minRows={2} value={text} onChange={(event) => onText(event.target.value)} />
      <div className="guide__buttons">
        <Button
          ref={send}
          size="small"
          data-color="danger"
          aria-describedby={says}
          loading={busy}
          onClick={() => {
            setBusy(true);
            void onSend().finally(() => setBusy(false));
          }}
        >
          {words.send}
        </Button>
        <Button size="small" variant="secondary" data-color="neutral" onClick={onClose}>
          {words.cancel} <kbd>Esc</kbd>
        </Button>
      </div>
    </div>
  );
}
