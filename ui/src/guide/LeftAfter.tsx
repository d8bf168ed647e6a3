import { BodyShort, Button, Heading } from "@navikt/ds-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { type Broken, guideApi } from "../api/guide";
import { useText } from "../common/settings";
import { useAction } from "../desk/useAction";
import { AfterForm } from "./AfterForm";
import { BrokenOff } from "./BrokenOff";

interface Props {
  contact: string;
  /** Why nobody ended it, when it broke off. */
  broken: Broken | null;
  onClose(): void;
}

/** The wrap-up of a conversation that ended without one: by a crash, a closed browser, or its clock. */
export function LeftAfter({ contact, broken, onClose }: Props) {
  const t = useText();
  const words = t.guide.afterwards;
  const queries = useQueryClient();
  const { run, busy, failure } = useAction();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    title.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const leave = () =>
    void run("leave", async () => {
      await guideApi.leave(contact);
      await queries.invalidateQueries({ queryKey: ["afterwards"] });
      onClose();
    });
  const later = (
    <>
      <Button type="button" variant="secondary" data-color="neutral" onClick={onClose}>
        {words.later}
      </Button>
      {broken && (
        <Button type="button" variant="tertiary" data-color="neutral" loading={busy === "leave"} onClick={leave}>
          {t.guide.broken.leave}
        </Button>
      )}
    </>
  );
  return (
    <section className="call call--wrap" aria-labelledby="left-title" data-left={contact}>
      <div>
        <Heading level="2" size="medium" id="left-title" ref={title}>
          {words.leftTitle}
        </Heading>
        {!broken && <BodyShort>{words.leftSays}</BodyShort>}
      </div>
      {broken && <BrokenOff broken={broken} />}
      {failure && <BodyShort role="alert">{failure}</BodyShort>}
      <AfterForm contact={contact} stage="closed" beside={later} plain={later} onDone={onClose} />
    </section>
  );
}
