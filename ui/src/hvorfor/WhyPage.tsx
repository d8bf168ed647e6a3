import { ArrowLeftIcon, ShieldCheckmarkIcon } from "@navikt/aksel-icons";
import { BodyLong, BodyShort, Heading, Link as AkselLink, LocalAlert, Skeleton } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";

import { api, Refusal } from "../api/client";
import type { ContactWhy } from "../api/types";
import { ContactStateTag } from "../common/ContactStateTag";
import { LoadFailed } from "../common/LoadFailed";
import { useText } from "../common/settings";
import { useTitle } from "../common/title";
import { Waiting } from "../common/Waiting";
import { Deciding } from "./Deciding";
import { NowPanel } from "./NowPanel";
import { Picture } from "./Picture";
import { Steps } from "./Steps";

const RENEW_MS = 3_000;
const WAITS = ["created", "in_ivr", "queued", "parked", "offered", "dialling"];

/** Why this adviser, why this wait: the sentence first, then how it went, then the figures and the rule. */
export function WhyPage() {
  const t = useText();
  const { id } = useParams({ from: "/henvendelse/$id/hvorfor" });
  const { veileder } = useSearch({ from: "/henvendelse/$id/hvorfor" });
  const why = useQuery({
    queryKey: ["why", id, veileder],
    queryFn: () => api.why(id, veileder),
    refetchInterval: ({ state }) => (state.data?.now === null || state.error !== null ? false : RENEW_MS),
  });
  useTitle(t.why.title);
  const isGone = why.error instanceof Refusal && why.error.problem.status === 404;
  const waits = why.data?.now != null && WAITS.includes(why.data.now.state);

  return (
    <div className="page why">
      <div className="why__head">
        <AkselLink as={Link} to="/trafikk">
          <ArrowLeftIcon aria-hidden /> {t.why.toTraffic}
        </AkselLink>
        <Heading level="1" size="medium" className="why__question">
          {waits ? t.why.questionWaiting : t.why.question}
        </Heading>
      </div>
      {why.isPending && (
        <Waiting>
          <Skeleton variant="text" height="4rem" />
          <Skeleton variant="rounded" height="20rem" />
        </Waiting>
      )}
      {why.data ? (
        <Explained why={why.data} />
      ) : (
        why.isError &&
        (isGone ? <Gone /> : <LoadFailed source={t.why.source} error={why.error} onRetry={() => void why.refetch()} />)
      )}
    </div>
  );
}

function Explained({ why }: { why: ContactWhy }) {
  const t = useText();
  return (
    <>
      <div className="why__sentence">
        <ContactStateTag state={why.now?.state ?? "closed"} />
        <p className="why__said">{why.sentence}</p>
      </div>
      <div className="why__columns">
        <div className="why__main">
          <section className="panel" aria-labelledby="picture-title">
            <Heading level="2" size="small" id="picture-title">
              {t.why.picture.title}
            </Heading>
            <Picture steps={why.steps} now={why.now} />
          </section>
          <section className="panel" aria-labelledby="steps-title">
            <Heading level="2" size="small" id="steps-title" spacing>
              {t.why.steps.title}
            </Heading>
            <Steps steps={why.steps} />
          </section>
        </div>
        <div className="why__side">
          {why.now && <NowPanel contact={why.contact} now={why.now} />}
          <Deciding steps={why.steps} />
          <section className="panel" aria-labelledby="rule-title">
            <Heading level="2" size="small" id="rule-title" spacing>
              {t.why.rule.title}
            </Heading>
            <BodyLong className="why__rule">{why.rule_text || t.why.rule.none}</BodyLong>
          </section>
          <BodyShort size="small" className="subtle why__privacy">
            <ShieldCheckmarkIcon aria-hidden /> {t.why.privacy}
          </BodyShort>
        </div>
      </div>
    </>
  );
}

function Gone() {
  const t = useText();
  return (
    <LocalAlert status="announcement">
      <LocalAlert.Header>
        <LocalAlert.Title>{t.why.gone}</LocalAlert.Title>
      </LocalAlert.Header>
      <LocalAlert.Content>{t.why.goneText}</LocalAlert.Content>
    </LocalAlert>
  );
}
