import { BodyLong, Button, Modal } from "@navikt/ds-react";
import { useBlocker } from "@tanstack/react-router";
import { useCallback, useState } from "react";

import { useText } from "../common/settings";

/** Asks before a page is left where something is written and not saved; `leave` does something once it is all right. */
export function useLeaveUnsaved(isUnsaved: () => boolean, drop: () => void) {
  const [waits, setWaits] = useState<(() => void) | null>(null);
  const blocker = useBlocker({ shouldBlockFn: isUnsaved, enableBeforeUnload: isUnsaved, withResolver: true });
  const leave = useCallback(
    (go: () => void) => {
      if (isUnsaved()) setWaits(() => go);
      else go();
    },
    [isUnsaved],
  );
  const stay = () => {
    setWaits(null);
    blocker.reset?.();
  };
  const go = () => {
    waits?.();
    setWaits(null);
    blocker.proceed?.();
  };
  const asks = waits !== null || blocker.status === "blocked";
  const question = asks ? (
    <Question
      onStay={stay}
      onGo={go}
      onDrop={() => {
        drop();
        go();
      }}
    />
  ) : null;
  return { leave, question };
}

function Question({ onStay, onGo, onDrop }: { onStay(): void; onGo(): void; onDrop(): void }) {
  const t = useText();
  const words = t.guide.unsaved;
  return (
    <Modal open onClose={onStay} header={{ heading: words.title }} width="small">
      <Modal.Body>
        <BodyLong>{words.text}</BodyLong>
      </Modal.Body>
      <Modal.Footer>
        <Button onClick={onStay}>{words.stay}</Button>
        <Button variant="secondary" data-color="neutral" onClick={onGo}>
          {words.go}
        </Button>
        <Button variant="tertiary" data-color="danger" onClick={onDrop}>
          {words.drop}
        </Button>
      </Modal.Footer>
    </Modal>
  );
}
