import { LocalAlert, Skeleton } from "@navikt/ds-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import type { DeskContact, DeskView } from "../api/types";
import { useSettings, useText } from "../common/settings";
import { useTitle } from "../common/title";
import { AfterwardsPanel } from "../guide/AfterwardsPanel";
import { GuideColumn } from "../guide/GuideColumn";
import { HomePanel } from "../guide/HomePanel";
import { LeftAfter } from "../guide/LeftAfter";
import { useAfterwards } from "../guide/useAfterwards";
import { Waiting } from "../common/Waiting";
import { Strip } from "../softphone/Strip";
import { Announcer } from "./Announcer";
import { AsideCard } from "./AsideCard";
import { CallCard } from "./CallCard";
import { CallOut } from "./CallOut";
import { ColleagueAfter, ColleagueCard } from "./ColleagueCard";
import { DiallingCard } from "./DiallingCard";
import { Idle } from "./Idle";
import { PersonArea } from "../person/PersonArea";
import { Me } from "./Me";
import { MyQueues } from "./MyQueues";
import { OfferCard } from "./OfferCard";
import { Requests } from "./Requests";
import { Today } from "./Today";
import type { Run } from "./useAction";
import { useChime } from "./useChime";
import { useDeskView } from "./useDesk";
import { useDeskAction } from "./useDeskAction";
import { WrapUpCard } from "./WrapUpCard";

import "../guide/guide.css";

interface Props {
  session: string;
  onGone(): void;
  onLeave(): void;
}

export function Desk({ session, onGone, onLeave }: Props) {
  const t = useText();
  const view = useDeskView(session, onGone);
  if (!view) {
    return (
      <div className="page">
        <h1 className="sr-only">{t.desk.title}</h1>
        <Waiting>
          <Skeleton variant="rounded" height="24rem" />
        </Waiting>
      </div>
    );
  }
  return <OpenDesk session={session} view={view} onLeave={onLeave} />;
}

function OpenDesk({ session, view, onLeave }: { session: string; view: DeskView; onLeave(): void }) {
  const t = useText();
  const { sound } = useSettings();
  const { run, busy, failure } = useDeskAction(view);
  const { blocked } = useChime(view.offer !== null, sound);
  useTitle(view.offer ? `(1) ${t.desk.offer.tabTitle}` : t.desk.title);
  const doing = { run, busy };
  const inHand = view.contacts.filter((contact) => contact.state !== "set_aside");
  const aside = view.contacts.filter((contact) => contact.state === "set_aside");
  const guided = inHand.find((contact) => contact.consult_of === null && contact.state !== "dialling");
  // A colleague's question is about somebody else's person.
  const own = inHand.find((contact) => contact.consult_of === null);
  const asked = own === undefined && inHand.length > 0;
  const quiet = view.offer === null && view.contacts.length === 0;
  const [left, setLeft] = useState<string | null>(null);
  const afterwards = useAfterwards(view.adviser.id);
  const broken = afterwards.data?.broken ?? null;
  const shownOff = useRef<string | null>(null);
  useEffect(() => {
    // A conversation that broke off opens its wrap-up by itself, once; what is open already stays.
    if (broken === null || shownOff.current === broken.contact) return;
    shownOff.current = broken.contact;
    setLeft((open) => open ?? broken.contact);
  }, [broken]);
  const queries = useQueryClient();
  // Whom a wrap-up that is left over was about can still be said.
  const late = quiet && left !== null ? { id: left, person: null, over: true } : null;
  const about = own ? { ...own, over: false } : late;
  const hands = view.contacts.map((contact) => contact.id);
  useEffect(() => {
    // What was in hand may have left a draft behind.
    void queries.invalidateQueries({ queryKey: ["afterwards"] });
  }, [queries, hands.length]);

  return (
    <div className="page desk">
      <h1 className="sr-only">{t.desk.title}</h1>
      <Announcer view={view} broken={broken} />
      <Strip view={view} />
      <div className="desk__columns">
        <div className="desk__left">
          <Me view={view} session={session} onLeave={onLeave} soundBlocked={blocked} {...doing} />
          <CallOut view={view} />
          <AfterwardsPanel adviser={view.adviser.id} inHand={hands} onOpen={quiet ? setLeft : null} />
          {!quiet && <HomePanel />}
        </div>
        <div className="desk__work">
          {failure && (
            <LocalAlert status="error" className="desk__failure">
              <LocalAlert.Header>
                <LocalAlert.Title>{t.problem.generic}</LocalAlert.Title>
              </LocalAlert.Header>
              <LocalAlert.Content>{failure}</LocalAlert.Content>
            </LocalAlert>
          )}
          {view.offer && <OfferCard key={view.offer.id} offer={view.offer} adviser={view.adviser.id} {...doing} />}
          {left !== null && (
            // Out of sight while something else is in hand, so that nothing typed is lost.
            <div hidden={!quiet}>
              <LeftAfter key={left} contact={left} broken={broken?.contact === left ? broken : null} onClose={() => setLeft(null)} />
            </div>
          )}
          <Requests requests={view.requests} adviser={view.adviser} {...doing} />
          {inHand.map((contact) => (
            <ContactCard key={`${contact.id}-${inCall(contact.state) ? "call" : contact.state}`} contact={contact} view={view} {...doing} />
          ))}
          {/* A contact that is gone takes its person with it, and nothing of it is read once more. */}
          {!asked && <PersonArea key={about?.id ?? "none"} contact={about} adviser={view.adviser.id} />}
          {aside.map((contact) => (
            <AsideCard key={contact.id} contact={contact} {...doing} />
          ))}
          {quiet && <Idle adviser={view.adviser} {...doing} />}
          {quiet && <HomePanel />}
        </div>
        <div className="desk__aside">
          {guided && <GuideColumn key={guided.id} contact={guided} adviser={view.adviser} />}
          <MyQueues queues={view.queues} />
          <Today today={view.today} />
        </div>
      </div>
    </div>
  );
}

/** Held, asking an expert and talking are one card, which keeps what is open in it. */
function inCall(state: DeskContact["state"]): boolean {
  return state === "active" || state === "held" || state === "consulting";
}

function ContactCard({ contact, view, ...doing }: Doing & { contact: DeskContact; view: DeskView }) {
  const { adviser, queues } = view;
  if (contact.consult_of !== null) {
    return contact.state === "wrap_up" ? (
      <ColleagueAfter contact={contact} adviser={adviser} {...doing} />
    ) : (
      <ColleagueCard contact={contact} {...doing} />
    );
  }
  if (contact.state === "wrap_up") return <WrapUpCard contact={contact} adviser={adviser} {...doing} />;
  if (contact.state === "dialling") return <DiallingCard contact={contact} adviser={adviser} {...doing} />;
  return <CallCard contact={contact} adviser={adviser} queues={queues} {...doing} />;
}

export interface Doing {
  run: Run;
  busy: string | null;
}
