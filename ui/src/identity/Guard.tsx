import { BodyLong, Button, Heading, Link as AkselLink, VStack } from "@navikt/ds-react";
import { Link, Navigate, useLocation, useMatches } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { useSettings, useText } from "../common/settings";
import { useTitle } from "../common/title";
import { mayOpen, rolesOf } from "./pages";
import { useSessionQuery } from "./session";

/**
 * Shows a page to whom it is for. Whoever has never logged in here is sent to do so; whoever was, and is no
 * longer, keeps the page and what is typed in it (see `Watch`).
 */
export function Guard({ children, wasIn }: { children: ReactNode; wasIn: boolean }) {
  const { href, pathname: wanted } = useLocation();
  // What is shown, which on the way to another page is not yet what the address says.
  const pathname = useMatches({ select: (matches) => matches.at(-1)?.pathname ?? "/" });
  const { data, isError } = useSessionQuery();
  if (rolesOf(pathname) === null || isError) return children;
  if (data === undefined) return null;
  if (data.who === null) {
    if (wasIn) return children;
    // On its way to a page for everybody already; sending it again would never end.
    return rolesOf(wanted) === null ? null : <Navigate to="/logg-inn" search={{ tilbake: href }} replace />;
  }
  return mayOpen(pathname, data.who.roles) ? children : <Forbidden path={pathname} />;
}

function Forbidden({ path }: { path: string }) {
  const t = useText();
  const { language } = useSettings();
  const words = t.identity.forbidden;
  useTitle(words.title);
  const { data } = useSessionQuery();
  const who = data?.who;
  const named = (roles: string[]) => new Intl.ListFormat(language, { type: "conjunction" }).format(roles.map((role) => t.identity.roles[role] ?? role));
  const wanted = rolesOf(path) ?? [];
  return (
    <div className="page page--text">
      <VStack gap="space-16" align="start">
        <Heading level="1" size="large">
          {words.title}
        </Heading>
        {wanted.length > 0 && <BodyLong>{words.text(named(wanted))}</BodyLong>}
        {who && <BodyLong>{words.you(who.name, who.roles.length === 0 ? words.noRoles : named(who.roles))}</BodyLong>}
        <BodyLong>{words.mend}</BodyLong>
        {data?.demo && (
          <Button as={Link} to="/demo" variant="secondary">
            {words.swap}
          </Button>
        )}
        <AkselLink as={Link} to="/">
          {words.go}
        </AkselLink>
      </VStack>
    </div>
  );
}
