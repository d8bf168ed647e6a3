import { Link as AkselLink } from "@navikt/ds-react";
import { createLink } from "@tanstack/react-router";

import { useText } from "../common/settings";

const RoutedLink = createLink(AkselLink);

interface Props {
  contact: string;
  /** What it is about, for a screen reader that hears many such links. */
  about: string;
  /** In a tab of its own, where the page itself must stay open. */
  ownTab?: boolean;
}

/** To the explanation of one contact. */
export function WhyLink({ contact, about, ownTab = false }: Props) {
  const t = useText();
  return (
    <RoutedLink
      to="/henvendelse/$id/hvorfor"
      params={{ id: contact }}
      target={ownTab ? "_blank" : undefined}
      aria-label={t.why.linkFor(about)}
      className="why-link"
    >
      {t.why.link}
    </RoutedLink>
  );
}
