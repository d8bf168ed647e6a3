import { Heading } from "@navikt/ds-react";

import type { Organisation } from "../api/people";
import { useFormat, useText } from "../common/settings";
import { Facts } from "./Facts";

/** An employer or other organisation. */
export function OrganisationCard({ organisation }: { organisation: Organisation }) {
  const t = useText();
  const format = useFormat();
  const words = t.person.organisation;
  const { address } = organisation;
  return (
    <div className="person__header">
      <Heading level="3" size="medium">
        <bdi>{organisation.name}</bdi>
      </Heading>
      <p className="figure">{organisation.number.replace(/(\d{3})(?=\d)/g, "$1 ")}</p>
      {organisation.closed && <p>{words.closed(format.date(organisation.closed))}</p>}
      <Facts
        rows={[
          [words.form, organisation.form],
          [words.industry, organisation.industry],
          [words.employees, format.number(organisation.employees)],
          [words.address, address ? `${address.line}, ${address.post_code} ${address.place}` : null],
        ]}
      />
    </div>
  );
}
