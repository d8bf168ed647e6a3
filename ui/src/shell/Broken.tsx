import { BodyLong, Button, Heading, Link as AkselLink } from "@navikt/ds-react";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

import { useText } from "../common/settings";
import { useTitle } from "../common/title";

/** A page that broke: what it means, and the two ways on. The rest of the window stays. */
export function Broken({ error }: { error: unknown }) {
  const t = useText();
  const title = useRef<HTMLHeadingElement>(null);
  useTitle(t.broken.title);
  useEffect(() => {
    console.error(error);
    title.current?.focus();
  }, [error]);
  return (
    <div className="page page--text">
      <Heading level="1" size="large" spacing ref={title} tabIndex={-1}>
        {t.broken.title}
      </Heading>
      <BodyLong spacing>{t.broken.text}</BodyLong>
      <div className="guide__buttons">
        <Button onClick={() => window.location.reload()}>{t.broken.again}</Button>
        <AkselLink as={Link} to="/">
          {t.notFound.go}
        </AkselLink>
      </div>
    </div>
  );
}
