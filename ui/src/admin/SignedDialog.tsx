import { Button, InlineMessage, Modal, TextField } from "@navikt/ds-react";
import { type FormEvent, type ReactNode, useId, useState } from "react";

import { useText } from "../common/settings";
import { useAction } from "../desk/useAction";
import { useWho } from "../identity/session";

interface Props {
  heading: string;
  confirm: string;
  onClose(): void;
  onSigned(who: string, why: string): Promise<void>;
  children: ReactNode;
}

/** Something that citizens notice: shown in words, signed with who and why. */
export function SignedDialog({ heading, confirm, onClose, onSigned, children }: Props) {
  const t = useText();
  const words = t.admin.publish;
  const form = useId();
  const me = useWho();
  // Whoever has logged in signs with that; a program says for whom.
  const signs = me && !me.roles.includes("program") ? me.ident : null;
  const [typed, setWho] = useState("");
  const who = signs ?? typed;
  const [why, setWhy] = useState("");
  const [asked, setAsked] = useState(false);
  const { run, busy, failure } = useAction();
  const sign = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (who.trim() === "" || why.trim() === "") return;
    void run("sign", async () => {
      await onSigned(who.trim(), why.trim());
      onClose();
    });
  };
  return (
    <Modal open onClose={onClose} header={{ heading }} width="medium">
      <Modal.Body>
        <form id={form} onSubmit={sign} className="control__form">
          {children}
          {signs === null && (
            <TextField
              label={words.who}
              value={who}
              error={asked && who.trim() === "" && words.whoMissing}
              onChange={(event) => setWho(event.target.value)}
            />
          )}
          <TextField
            label={words.why}
            description={words.whyHint}
            value={why}
            error={asked && why.trim() === "" && words.whyMissing}
            onChange={(event) => setWhy(event.target.value)}
          />
          {failure && (
            <InlineMessage status="error" role="alert">
              {failure}
            </InlineMessage>
          )}
        </form>
      </Modal.Body>
      <Modal.Footer>
        <Button type="submit" form={form} loading={busy !== null}>
          {confirm}
        </Button>
        <Button type="button" variant="secondary" data-color="neutral" onClick={onClose}>
          {words.cancel}
        </Button>
      </Modal.Footer>
    </Modal>
  );
}
