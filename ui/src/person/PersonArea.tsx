import { BodyShort, Button, Heading } from "@navikt/ds-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { people, type Ground, type Organisation } from "../api/people";
import type { DeskContact } from "../api/types";
import { Loaded } from "../common/Loaded";
import { useText } from "../common/settings";
import { useLearn } from "../guide/matter";
import { FindPerson } from "./FindPerson";
import { OrganisationCard } from "./OrganisationCard";
import { PersonHeader } from "./PersonHeader";
import { PersonTabs } from "./PersonTabs";

export interface Opened extends Ground {
  fnr: string;
  over?: string;
}

/** The middle of the desk: who it is about, and what is registered. */
export function PersonArea({ contact }: { contact: DeskContact | null }) {
  const t = useText();
  const id = contact?.id;
  const [opened, setOpened] = useState<Opened | null>(null);
  const [organisation, setOrganisation] = useState<Organisation | null>(null);
  const cache = useQueryClient();
  const close = () => {
    setOpened(null);
    setOrganisation(null);
    // What was read stays on the screen no longer than it is needed.
    cache.removeQueries({ queryKey: ["person"] });
  };
  // A contact that is gone takes its person with it.
  useEffect(() => close, [id]);

  return (
    <section className="person" aria-labelledby="person-title">
      <div className="person__head">
        <Heading level="2" size="small" id="person-title">
          {opened || organisation ? t.person.title : t.person.find.heading}
        </Heading>
        {(opened || organisation) && (
          <Button size="small" variant="tertiary" data-color="neutral" onClick={close}>
            {t.person.find.close}
          </Button>
        )}
      </div>
      {organisation && <OrganisationCard organisation={organisation} />}
      {opened && <OpenPerson asked={opened} />}
      {!opened && !organisation && (
        <FindPerson key={id ?? "none"} contact={id} onPerson={setOpened} onOrganisation={setOrganisation} />
      )}
    </section>
  );
}

function OpenPerson({ asked }: { asked: Opened }) {
  const t = useText();
  const query = useQuery({
    queryKey: ["person", asked, "header"],
    queryFn: () => people.open(asked),
    staleTime: Infinity,
    retry: false,
  });
  const view = query.data;
  useLearn(asked.contact, view?.preferences?.level, view?.level ?? null);
  return (
    <Loaded query={query} source={t.person.failed.names.persons ?? ""} height="12rem">
      {(view) => (
        <>
          <PersonHeader view={view} asked={asked} onChanged={() => void query.refetch()} />
          <PersonTabs asked={asked} view={view} />
          {view.person.addresses.length === 0 && <BodyShort className="sr-only">{t.person.part.noAddress}</BodyShort>}
        </>
      )}
    </Loaded>
  );
}
