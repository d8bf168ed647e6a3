import { BodyShort, Button, Heading, LocalAlert } from "@navikt/ds-react";

import { own } from "../api/own";
import { useFormat } from "../common/settings";
import { useAction } from "../desk/useAction";
import { useOwnText } from "./language";
import { useTalking } from "./useTalking";

/** A conversation that is said to be with me: my log-in can say that it is. */
export function TalkingNow() {
  const text = useOwnText();
  const format = useFormat();
  const { run, busy, failure } = useAction();
  const [contact] = useTalking();
  const confirm = (id: string) => void run(id, () => own.confirm(id));
  return (
    <div aria-live="polite">
      {contact && contact.level === "logged_in" && (
        <LocalAlert status="success" size="small">
          <LocalAlert.Header>
            <LocalAlert.Title as="div">{text.now.sure}</LocalAlert.Title>
          </LocalAlert.Header>
        </LocalAlert>
      )}
      {contact && contact.level !== "logged_in" && (
        <section className="own__part own__now">
          <Heading level="2" size="medium">
            {text.now.title}
          </Heading>
          <BodyShort>{text.now.says(format.time(contact.since))}</BodyShort>
          <Button loading={busy === contact.id} onClick={() => confirm(contact.id)}>
            {text.now.yes}
          </Button>
          <BodyShort size="small">{text.now.not}</BodyShort>
          {failure && <BodyShort className="own__failed">{failure}</BodyShort>}
        </section>
      )}
    </div>
  );
}
