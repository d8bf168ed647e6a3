import { BodyShort, Button, Heading } from "@navikt/ds-react";
import { useEffect, useRef } from "react";

import { useText } from "../common/settings";
import { AfterForm } from "./AfterForm";

/** The wrap-up of a conversation that ended without one: by a crash, a closed browser, or its clock. */
export function LeftAfter({ contact, onClose }: { contact: string; onClose(): void }) {
  const t = useText();
  const words = t.guide.afterwards;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    title.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const later = (
    <Button type="button" variant="secondary" data-color="neutral" onClick={onClose}>
      {words.later}
    </Button>
  );
  return (
    <section className="call call--wrap" aria-labelledby="left-title" data-left={contact}>
      <div>
        <Heading level="2" size="medium" id="left-title" ref={title}>
          {words.leftTitle}
        </Heading>
        <BodyShort>{words.leftSays}</BodyShort>
      </div>
      <AfterForm contact={contact} stage="closed" beside={later} plain={later} onDone={onClose} />
    </section>
  );
}
