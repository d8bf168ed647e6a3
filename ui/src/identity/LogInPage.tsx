import { BodyLong, Button, Heading, LocalAlert, VStack } from "@navikt/ds-react";
import { useSearch } from "@tanstack/react-router";

import { LoadFailed } from "../common/LoadFailed";
import { useText } from "../common/settings";
import { useTitle } from "../common/title";
import { logInUrl, useSessionQuery, wayBack } from "./session";

/** How to log in: a button per issuer, and what went wrong last time in plain words. */
export function LogInPage() {
  const t = useText();
  const words = t.identity.logIn;
  useTitle(words.title);
  const { feil, tilbake } = useSearch({ strict: false }) as { feil?: string; tilbake?: string };
  const asked = useSessionQuery();
  const failure = feil === undefined ? undefined : words.failures[feil];
  return (
    <div className="page page--text">
      <VStack gap="space-24" align="start">
        <div>
          <Heading level="1" size="large" spacing>
            {words.title}
          </Heading>
          <BodyLong>{words.lead}</BodyLong>
        </div>
        {failure !== undefined && (
          <LocalAlert status="warning" role="alert">
            <LocalAlert.Header>
              <LocalAlert.Title>{words.failed}</LocalAlert.Title>
            </LocalAlert.Header>
            <LocalAlert.Content>{failure}</LocalAlert.Content>
          </LocalAlert>
        )}
        {asked.isError && (
          <LoadFailed source={words.source} error={asked.error} onRetry={() => void asked.refetch()} />
        )}
        {asked.data?.issuers.length === 0 && <BodyLong>{words.none}</BodyLong>}
        {asked.data?.issuers.map((issuer) => (
          <Button key={issuer.id} as="a" href={logInUrl(issuer.id, wayBack(tilbake))} variant={issuer.kind === "staff" ? "primary" : "secondary"}>
            {words.with(issuer.name)}
          </Button>
        ))}
        {asked.data?.demo && <BodyLong>{words.demo}</BodyLong>}
      </VStack>
    </div>
  );
}
