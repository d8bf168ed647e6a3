import { BodyShort, Button, Modal } from "@navikt/ds-react";
import { useState } from "react";

import type { PersonView } from "../api/people";
import { useFormat, useText } from "../common/settings";

/** A safety measure stands in the way until it is read. */
export function Warnings({ warnings, barred }: { warnings: PersonView["warnings"]; barred: boolean }) {
  const t = useText();
  const format = useFormat();
  const [open, setOpen] = useState(warnings.length > 0);
  if (warnings.length === 0) return null;
  return (
    <Modal open={open} onClose={() => setOpen(false)} header={{ heading: t.person.warning.heading, closeButton: false }} width="small">
      <Modal.Body>
        {barred && <BodyShort weight="semibold">{t.person.warning.barred}</BodyShort>}
        <ul>
          {warnings.map((measure) => (
            <li key={measure.kind}>
              <BodyShort>{t.person.warning.kinds[measure.kind] ?? measure.description}</BodyShort>
              {measure.until && <BodyShort size="small">{t.person.warning.until(format.date(measure.until))}</BodyShort>}
            </li>
          ))}
        </ul>
      </Modal.Body>
      <Modal.Footer>
        <Button onClick={() => setOpen(false)}>{t.person.warning.read}</Button>
      </Modal.Footer>
    </Modal>
  );
}
