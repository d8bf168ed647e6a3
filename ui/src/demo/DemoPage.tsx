import { BodyLong, Heading, List, ReadMore, Skeleton } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";

import { api } from "../api/client";
import { LoadFailed } from "../common/LoadFailed";
import { useText } from "../common/settings";
import { useTitle } from "../common/title";
import { Waiting } from "../common/Waiting";
import { useHealth } from "../shell/health";
import { RingIn } from "./RingIn";
import { Roles } from "./Roles";
import { SipPhones } from "./SipPhones";

/** What this is, roles to try, and a telephone in the page. */
export function DemoPage() {
  const t = useText();
  useTitle(t.demo.title);
  const { clock } = useHealth();
  const demo = useQuery({ queryKey: ["demo"], queryFn: api.demo });
  return (
    <div className="page demo">
      <div className="demo__intro">
        <Heading level="1" size="xlarge" spacing>
          {t.demo.title}
        </Heading>
        <BodyLong size="large">
          {t.demo.lead} {clock?.population === false ? t.demo.leadEmpty : t.demo.leadPeople} {t.demo.leadTry}
        </BodyLong>
        <Assumed />
      </div>
      <Roles />
      {demo.isPending && (
        <Waiting>
          <Skeleton variant="rounded" height="28rem" />
        </Waiting>
      )}
      {demo.isError && (
        <LoadFailed source={t.source.demo} error={demo.error} onRetry={() => void demo.refetch()} />
      )}
      {demo.data && (
        <>
          <RingIn numbers={demo.data.numbers} />
          <SipPhones demo={demo.data} />
        </>
      )}
    </div>
  );
}

/** What in the scenario is our assumption and not a public fact. */
function Assumed() {
  const t = useText();
  const { clock } = useHealth();
  if (!clock || clock.centre.assumed.length === 0) return null;
  return (
    <ReadMore header={t.demo.assumed} size="small">
      {t.demo.assumedText}
      <List size="small">
        {clock.centre.assumed.map((each) => (
          <List.Item key={each}>{each}</List.Item>
        ))}
      </List>
    </ReadMore>
  );
}
