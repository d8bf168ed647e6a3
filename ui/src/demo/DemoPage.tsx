import { BodyLong, Heading, Link as AkselLink, List, ReadMore, Skeleton } from "@navikt/ds-react";
import { MonitorIcon, PersonHeadsetIcon, PhoneIcon } from "@navikt/aksel-icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { api } from "../api/client";
import { LoadFailed } from "../common/LoadFailed";
import { useText } from "../common/settings";
import { useTitle } from "../common/title";
import { Waiting } from "../common/Waiting";
import { useHealth } from "../shell/health";
import { RingIn } from "./RingIn";
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

function Roles() {
  const t = useText();
  const { traffic, adviser, citizen } = t.demo.roles;
  return (
    <section aria-labelledby="roles-title">
      <Heading level="2" size="medium" id="roles-title" spacing>
        {t.demo.roles.title}
      </Heading>
      <ul className="roles">
        <Role role={traffic} icon={<MonitorIcon aria-hidden />}>
          <AkselLink as={Link} to="/trafikk">
            {traffic.go}
          </AkselLink>
        </Role>
        <Role role={adviser} icon={<PersonHeadsetIcon aria-hidden />}>
          <AkselLink as={Link} to="/desk">
            {adviser.go}
          </AkselLink>
        </Role>
        <Role role={citizen} icon={<PhoneIcon aria-hidden />}>
          <AkselLink href="#ring-inn">{citizen.go}</AkselLink>
        </Role>
      </ul>
    </section>
  );
}

interface RoleText {
  name: string;
  what: string;
  steps: string[];
}

function Role({ role, icon, children }: { role: RoleText; icon: ReactNode; children: ReactNode }) {
  return (
    <li className="role">
      <span className="role__icon">{icon}</span>
      <Heading level="3" size="small">
        {role.name}
      </Heading>
      <p className="role__what">{role.what}</p>
      <ol className="role__steps">
        {role.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p className="role__go">{children}</p>
    </li>
  );
}
