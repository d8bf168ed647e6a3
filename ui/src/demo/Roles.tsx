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

const ROLES: DemoRole[] = [
  {
    role: "adviser",
    issuer: "entra",
    ident: "K990001",
    icon: <PersonHeadsetIcon aria-hidden />,
    steps: [
      visit("adviser", "/desk"),
      { tick: "adviser phone", to: "/desk" },
      { tick: "adviser answered", to: "/demo#ring-inn" },
    ],
  },
  {
    role: "traffic_controller",
    issuer: "entra",
    ident: "K980001",
    icon: <MonitorIcon aria-hidden />,
    steps: [
      visit("traffic_controller", "/trafikk"),
      { tick: "traffic_controller asked", to: "/trafikk" },
      { tick: "traffic_controller plan", to: "/trafikk" },
    ],
  },
  {
    role: "leader",
    issuer: "entra",
    ident: "K980002",
    icon: <BarChartIcon aria-hidden />,
    steps: [visit("leader", "/innsikt/tall"), visit("leader", "/trafikk"), visit("leader", "/desk")],
  },
  {
    role: "administrator",
    issuer: "entra",
    ident: "K980003",
    icon: <CogIcon aria-hidden />,
    steps: [
      visit("administrator", "/admin"),
      { tick: "administrator published", to: "/admin" },
      { tick: "administrator undone", to: "/admin" },
    ],
  },
  {
    role: "access_auditor",
    issuer: "entra",
    ident: "K980004",
    icon: <EyeIcon aria-hidden />,
    steps: [
      visit("access_auditor", "/kontroll"),
      visit("access_auditor", "/innsikt/kontrolltiltak"),
      visit("access_auditor", "/desk"),
    ],
  },
  {
    role: "subject_owner",
    issuer: "entra",
    ident: "K980005",
    icon: <BooksIcon aria-hidden />,
    steps: [visit("subject_owner", "/kunnskap"), visit("subject_owner", "/admin"), visit("subject_owner", "/innsikt/tall")],
  },
  {
    role: "citizen",
    issuer: "idporten",
    ident: "bruker-1",
    icon: <PhoneIcon aria-hidden />,
    steps: [
      { tick: "citizen is", to: "/demo" },
      { tick: "citizen answered", to: "/demo#ring-inn" },
      visit("citizen", "/min-side"),
    ],
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
