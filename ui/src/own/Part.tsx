import { BodyShort, Heading } from "@navikt/ds-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";

import { Loaded } from "../common/Loaded";
import { useOwnText } from "./language";

/** A part of the page with its heading. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className="own__part" aria-labelledby={id}>
      <Heading level="2" size="medium" id={id}>
        {title}
      </Heading>
      {children}
    </section>
  );
}

/** What a list holds, what it says while it is empty, and what when it could not be fetched. */
export function Listed<T>({
  query,
  empty,
  children,
}: {
  query: UseQueryResult<{ items: T[] }>;
  empty: string;
  children(items: T[]): ReactNode;
}) {
  const text = useOwnText();
  return (
    <Loaded query={query} source={text.source} height="5rem">
      {({ items }) => (items.length === 0 ? <BodyShort>{empty}</BodyShort> : children(items))}
    </Loaded>
  );
}
