import { Link as AkselLink } from "@navikt/ds-react";
import { createLink } from "@tanstack/react-router";

import { useText } from "../common/settings";

const RoutedLink = createLink(AkselLink);

interface Props {
  contact: string;
  /** What it is about, for a screen reader that hears many such links. */
  about: string;
  /** The adviser on whose desk it is: told as "du", and in a tab of its own, since the desk must stay open. */
  reader?: string;
  /** In a tab of its own, because what is on this page would be lost. */
  isAside?: boolean;
}

/** To the explanation of one contact. */
export function WhyLink({ contact, about, reader, isAside = false }: Props) {
  const t = useText();
  return (
    <RoutedLink
      to="/henvendelse/$id/hvorfor"
      params={{ id: contact }}
      search={reader ? { veileder: reader } : {}}
      target={reader || isAside ? "_blank" : undefined}
      aria-label={t.why.linkFor(about)}
      className="why-link"
    >
      {t.why.link}
    </RoutedLink>
  );
}
