import { LocalAlert } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";

import { people } from "../api/people";
import { useText } from "../common/settings";

/** What must be known about the number before the call is answered: a phone ban, a safety measure. */
export function OfferPerson({ contact }: { contact: string }) {
  const t = useText();
  const { data } = useQuery({
    queryKey: ["person", "hint", contact],
    queryFn: () => people.ofContact(contact),
    staleTime: Infinity,
    retry: false,
  });
  if (!data) return null;
  const words = t.person.offer;
  const says = data.phone_barred ? words.barred : data.must_be_handed_over ? words.handOver : data.safety_measure ? words.measure : null;
  if (says === null) return null;
  return (
    <LocalAlert status="warning" size="small">
      <LocalAlert.Header>
        <LocalAlert.Title>{says}</LocalAlert.Title>
      </LocalAlert.Header>
    </LocalAlert>
  );
}
