import { BodyShort, Button, Heading, InlineMessage } from "@navikt/ds-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { people, type Ground, type Level, type Organisation, type PersonView } from "../api/people";
import type { DeskContact } from "../api/types";
import { Loaded } from "../common/Loaded";
import { useText } from "../common/settings";
import { useLearn } from "../guide/matter";
import { FindPerson } from "./FindPerson";
import { ForSomebody, isSure, SpokenFor } from "./ForSomebody";
import { useTogether } from "./together";
import { OrganisationCard } from "./OrganisationCard";
import { PersonHeader } from "./PersonHeader";
import { PersonTabs } from "./PersonTabs";
import { PERSON_AREA } from "./toQuestions";

export interface Opened extends Ground {
  fnr: string;
  over?: string;
  represented?: boolean;
}

/** The contact that a person is opened for. */
export interface About {
  id: string;
  /** How sure the desk says it is whom it is about. */
  person: DeskContact["person"];
  /** It is over, and only its wrap-up is left: enough to say who it was, and no more. */
  over: boolean;
}

/** The middle of the desk: who it is about, and what is registered. */
export function PersonArea({ contact, adviser }: { contact: About | null; adviser: string }) {
  const t = useText();
  const id = contact?.id;
  const [opened, setOpened] = useState<Opened | null>(null);
  const [organisation, setOrganisation] = useState<Organisation | null>(null);
  /** Whoever rings, while somebody whom they speak for is open. */
  const [caller, setCaller] = useState<Opened | null>(null);
  const cache = useQueryClient();
  const close = () => {
    setOpened(null);
    setCaller(null);
    setOrganisation(null);
    // What was read stays on the screen no longer than it is needed.
    cache.removeQueries({ queryKey: ["person"] });
  };
  const tellTabs = useTogether(`${adviser} ${id ?? ""}`, opened, (next) => (next ? setOpened(next) : close()));
  const openHere = (next: Opened) => {
    setOpened(next);
    tellTabs(next);
  };
  const closeHere = () => {
    close();
    tellTabs(null);
  };
  // The desk makes an area for each contact: one that is gone takes its person with it.
  useEffect(() => close, []);
  const failed = useKept(id, setOpened);

  return (
    <section className="person" id={PERSON_AREA} tabIndex={-1} aria-labelledby="person-title">
      <div className="person__head">
        <Heading level="2" size="small" id="person-title">
          {opened || organisation ? t.person.title : t.person.find.heading}
        </Heading>
        {(opened || organisation) && (
          <Button size="small" variant="tertiary" data-color="neutral" onClick={closeHere}>
            {t.person.find.close}
          </Button>
        )}
      </div>
      {organisation && <OrganisationCard organisation={organisation} />}
      {opened && (
        <OpenPerson
          key={opened.fnr}
          asked={opened}
          known={contact?.person ?? null}
          over={contact?.over ?? false}
          onOther={(next) => {
            setCaller(opened);
            openHere(next);
          }}
          onBack={caller && (() => openHere(caller))}
        />
      )}
      {failed && !opened && (
        <InlineMessage status="warning" size="small">
          {t.person.find.kept}
        </InlineMessage>
      )}
      {!opened && !organisation && (
        <FindPerson key={id ?? "none"} contact={id} over={contact?.over ?? false} onPerson={openHere} onOrganisation={setOrganisation} />
      )}
    </section>
  );
}

/**
 * Whom a contact is about is kept on the server: a page that was loaded anew opens the same person, once.
 * Whether that failed.
 */
function useKept(contact: string | undefined, onPerson: (opened: Opened) => void): boolean {
  const cache = useQueryClient();
  const tried = useRef<string | null>(null);
  const [failed, setFailed] = useState(false);
  const { data } = useQuery({
    queryKey: ["person", "hint", contact],
    queryFn: () => people.ofContact(contact ?? ""),
    enabled: contact !== undefined,
    staleTime: Infinity,
    retry: false,
  });
  useEffect(() => {
    if (contact === undefined || data === undefined || tried.current === contact) return;
    tried.current = contact;
    setFailed(false);
    if (data.level == null || data.must_be_handed_over) return;
    void people.open({ contact }).then(
      (view) => {
        const asked = { fnr: view.person.id, contact };
        // Read once: each reading is a row in the access log.
        cache.setQueryData(["person", asked, "header"], view);
        if (tried.current === contact) onPerson(asked);
      },
      () => setFailed(true),
    );
  }, [contact, data, cache, onPerson]);
  return failed;
}

interface OpenProps {
  asked: Opened;
  known: About["person"];
  over: boolean;
  /** Opens whom the caller rings for. */
  onOther(opened: Opened): void;
  /** Back to the caller; null when this page does not know who that is. */
  onBack: (() => void) | null;
}

/** `known` is how sure the desk says it is whom the contact is about. */
function OpenPerson({ asked, known, over, onOther, onBack }: OpenProps) {
  const t = useText();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ["person", asked, "header"],
    queryFn: () => people.open(asked),
    staleTime: Infinity,
    retry: false,
  });
  const view = query.data;
  const told = useRef(known);
  const shown = view?.level ?? null;
  const setLevel = useCallback(
    (level: Level | null) =>
      queries.setQueryData<PersonView>(["person", asked, "header"], (before) => before && { ...before, level }),
    [queries, asked],
  );
  const { contact, fnr, represented } = asked;
  // Somebody else said who it is: the citizen by logging in, or another window. Whether it is this person, the server
  // knows; the person is not read again for it.
  useEffect(() => {
    if (told.current === known) return;
    told.current = known;
    if (!contact || represented || known === shown) return;
    people.level(contact, fnr).then(
      ({ level }) => setLevel(level),
      () => undefined,
    );
  }, [known, shown, contact, fnr, represented, setLevel]);
  useLearn(represented ? undefined : contact, view?.preferences?.level, view?.level ?? null);
  useEffect(() => {
    // How sure it is who it is decides what the wrap-up is kept on.
    if (asked.contact) void queries.invalidateQueries({ queryKey: ["after", asked.contact] });
  }, [queries, asked.contact, shown]);
  return (
    <Loaded query={query} source={t.person.failed.names.persons ?? ""} height="12rem">
      {(view) => (
        <>
          <PersonHeader view={view} asked={asked} onRetry={() => void query.refetch()} onLevel={setLevel} />
          {view.represented && <SpokenFor represented={view.represented} onBack={onBack} />}
          {!over && !view.represented && contact && isSure(view.level) && <ForSomebody asked={asked} view={view} onOpen={onOther} />}
          {!over && <PersonTabs asked={asked} view={view} />}
          {view.person.addresses.length === 0 && !view.represented && <BodyShort className="sr-only">{t.person.part.noAddress}</BodyShort>}
        </>
      )}
    </Loaded>
  );
}
