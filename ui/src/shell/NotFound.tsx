import { BodyLong, Heading, Link as AkselLink } from "@navikt/ds-react";
import { Link } from "@tanstack/react-router";

import { useTitle } from "../common/title";
import { useText } from "../common/settings";

export function NotFound() {
  const t = useText();
  useTitle(t.notFound.title);
  return (
    <div className="page page--text">
      <Heading level="1" size="large" spacing>
        {t.notFound.title}
      </Heading>
      <BodyLong spacing>{t.notFound.text}</BodyLong>
      <AkselLink as={Link} to="/">
        {t.notFound.go}
      </AkselLink>
    </div>
  );
}
