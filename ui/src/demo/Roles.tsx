import {
  BooksIcon,
  CheckmarkCircleFillIcon,
  CircleIcon,
  CogIcon,
  EyeIcon,
  BarChartIcon,
  MonitorIcon,
  PersonHeadsetIcon,
  PhoneIcon,
} from "@navikt/aksel-icons";
import { Button, Heading, Link as AkselLink, Tag } from "@navikt/ds-react";
import type { ReactNode } from "react";

import { useText } from "../common/settings";
import { logInUrl, useWho } from "../identity/session";
import { forget, useTicks } from "./ticks";

interface Step {
  /** What must have been ticked. */
  tick: string;
  /** Where it is done. */
  to: string;
}

interface DemoRole {
  role: string;
  issuer: "entra" | "idporten";
  ident: string;
  icon: ReactNode;
  steps: [Step, Step, Step];
}

const visit = (role: string, to: string): Step => ({ tick: `${role} visit ${to}`, to });

/** What the steps of a role are about when nothing but a tick tells that they are done. */
const ticked = (role: string, what: string, to: string): Step => ({ tick: `${role} ${what}`, to });

const entra = (role: string, ident: string, icon: ReactNode, steps: DemoRole["steps"]): DemoRole => ({ role, issuer: "entra", ident, icon, steps });

const ROLES: DemoRole[] = [
  entra("adviser", "K990001", <PersonHeadsetIcon aria-hidden />, [
    visit("adviser", "/desk"),
    ticked("adviser", "phone", "/desk"),
    ticked("adviser", "answered", "/demo#ring-inn"),
  ]),
  entra("traffic_controller", "K980001", <MonitorIcon aria-hidden />, [
    visit("traffic_controller", "/trafikk"),
    ticked("traffic_controller", "asked", "/trafikk"),
    ticked("traffic_controller", "plan", "/trafikk"),
  ]),
  entra("leader", "K980002", <BarChartIcon aria-hidden />, [visit("leader", "/innsikt/tall"), visit("leader", "/trafikk"), visit("leader", "/desk")]),
  entra("administrator", "K980003", <CogIcon aria-hidden />, [
    visit("administrator", "/admin"),
    ticked("administrator", "published", "/admin"),
    ticked("administrator", "undone", "/admin"),
  ]),
  entra("access_auditor", "K980004", <EyeIcon aria-hidden />, [
    visit("access_auditor", "/kontroll"),
    visit("access_auditor", "/innsikt/kontrolltiltak"),
    visit("access_auditor", "/desk"),
  ]),
  entra("subject_owner", "K980005", <BooksIcon aria-hidden />, [
    visit("subject_owner", "/kunnskap"),
    visit("subject_owner", "/admin"),
    visit("subject_owner", "/innsikt/tall"),
  ]),
  {
    role: "citizen",
    issuer: "idporten",
    ident: "bruker-1",
    icon: <PhoneIcon aria-hidden />,
    steps: [ticked("citizen", "is", "/demo"), ticked("citizen", "answered", "/demo#ring-inn"), visit("citizen", "/min-side")],
  },
];

/** A card per role: one click to be somebody, three steps, and what is done of them. */
export function Roles() {
  const t = useText();
  return (
    <section aria-labelledby="roles-title">
      <Heading level="2" size="medium" id="roles-title" spacing>
        {t.demoRoles.title}
      </Heading>
      <p className="role__what">{t.demoRoles.lead}</p>
      <ul className="roles">
        {ROLES.map((each) => (
          <Role key={each.role} role={each} />
        ))}
      </ul>
    </section>
  );
}

function Role({ role }: { role: DemoRole }) {
  const t = useText();
  const who = useWho();
  const ticks = useTicks();
  const words = t.demoRoles.roles[role.role];
  if (words === undefined) return null;
  const on = who?.roles.includes(role.role) === true && !who.roles.includes("program");
  const isDone = role.steps.map((step) => ticks.includes(step.tick));
  const next = role.steps[isDone.indexOf(false)];
  const start = role.steps[0].to;
  return (
    <li className="role">
      <span className="role__icon">{role.icon}</span>
      <Heading level="3" size="small">
        {words.name}
      </Heading>
      {on && (
        <p>
          <Tag size="small" variant="moderate" data-color="success">
            {t.demoRoles.on}
          </Tag>
        </p>
      )}
      <p className="role__what">{words.what}</p>
      <ol className="role__steps role__steps--ticked">
        {words.steps.map((text, place) => (
          <li key={text} data-done={isDone[place]}>
            {isDone[place] ? (
              <CheckmarkCircleFillIcon title={t.demoRoles.done} className="role__tick" />
            ) : (
              <CircleIcon title={t.demoRoles.notDone} className="role__tick" />
            )}
            <span>{text}</span>
          </li>
        ))}
      </ol>
      <p className="role__go">
        {on ? (
          next ? (
            <AkselLink href={next.to}>{t.demoRoles.goOn}</AkselLink>
          ) : (
            <>
              {t.demoRoles.all}{" "}
              <Button size="small" variant="tertiary" onClick={() => forget(role.role)}>
                {t.demoRoles.again}
              </Button>
            </>
          )
        ) : (
          <AkselLink href={logInUrl(role.issuer, start.startsWith("/demo") ? "/demo" : start, role.ident)}>
            {t.demoRoles.be(words.name)}
          </AkselLink>
        )}
      </p>
    </li>
  );
}
