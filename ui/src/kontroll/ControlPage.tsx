import { BodyLong, Button, Checkbox, Heading, HStack, Link as AkselLink, LocalAlert, Select, TextField } from "@navikt/ds-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";

import { CEF, people } from "../api/people";
import { Loaded } from "../common/Loaded";
import { LoadFailed } from "../common/LoadFailed";
import { useFormat, useText } from "../common/settings";
import { useTitle } from "../common/title";
import { useAction } from "../desk/useAction";
import { useWho } from "../identity/session";
import { Erase, Receipts } from "./Erase";
import { Patterns } from "./Patterns";
import { Readings } from "./Readings";

const SIGNS = ["same_name", "employee", "at_night", "no_contact", "overridden"] as const;

interface Filter {
  who?: string;
  whom?: string;
  signs?: string;
  permit?: boolean;
}

/** *Innsynskontroll*: who read about whom, why, and what should be explained. */
export function ControlPage() {
  const t = useText();
  const words = t.person.control;
  useTitle(words.title);
  const roles = useWho()?.roles ?? [];
  return (
    <div className="page control-page">
      <div className="control-page__top">
        <Heading level="1" size="large">
          {words.title}
        </Heading>
        <BodyLong className="lead">{words.lead}</BodyLong>
        <AkselLink as={Link} to="/innsikt/kontrolltiltak">
          {words.measures}
        </AkselLink>
      </div>
      {roles.includes("access_auditor") && <Audit />}
      {roles.includes("administrator") && <Erase />}
      <Receipts />
    </div>
  );
}

/** Who read whom: for the auditor alone. */
function Audit() {
  const words = useText().person.control;
  const [filter, setFilter] = useState<Filter>({});
  const patterns = useQuery({ queryKey: ["access", "patterns"], queryFn: people.patterns });
  return (
    <>
      <Chain />
      <section>
        <Heading level="2" size="medium">
          {words.patterns}
        </Heading>
        <Loaded query={patterns} source={words.source}>
          {({ items }) => <Patterns rows={items} onPick={(who) => setFilter({ who })} />}
        </Loaded>
      </section>
      <section>
        <HStack justify="space-between" align="end" wrap gap="space-12">
          <Heading level="2" size="medium">
            {words.list}
          </Heading>
          <Button as="a" href={CEF} download size="small" variant="secondary">
            {words.export}
          </Button>
        </HStack>
        <Filters filter={filter} onChange={setFilter} />
        <List filter={filter} />
      </section>
    </>
  );
}

function Chain() {
  const t = useText();
  const format = useFormat();
  const query = useQuery({ queryKey: ["access", "chain"], queryFn: people.chain });
  return (
    <Loaded query={query} source={t.person.control.source} height="3rem">
      {(chain) => (
        <LocalAlert status={chain.ok ? "success" : "error"} size="small">
          <LocalAlert.Header>
            <LocalAlert.Title>
              {chain.ok ? t.person.control.chainOk(format.number(chain.rows)) : t.person.control.chainBad(format.number(chain.first_bad ?? 0))}
            </LocalAlert.Title>
          </LocalAlert.Header>
        </LocalAlert>
      )}
    </Loaded>
  );
}

function Filters({ filter, onChange }: { filter: Filter; onChange(filter: Filter): void }) {
  const t = useText();
  const words = t.person.control;
  const { run, busy, failure } = useAction();
  const [fnr, setFnr] = useState("");
  const findPerson = (event: FormEvent) => {
    event.preventDefault();
    void run("whose", async () => onChange({ ...filter, whom: (await people.whose(fnr)).whom }));
  };
  return (
    <HStack gap="space-16" align="end" wrap className="control-page__filters">
      <TextField
        label={words.filterWho}
        size="small"
        value={filter.who ?? ""}
        onChange={(event) => onChange({ ...filter, who: event.target.value || undefined })}
      />
      <Select
        label={words.filterSign}
        size="small"
        value={filter.signs ?? ""}
        onChange={(event) => onChange({ ...filter, signs: event.target.value || undefined })}
      >
        <option value="">{words.signAll}</option>
        {SIGNS.map((sign) => (
          <option key={sign} value={sign}>
            {words.signs[sign]}
          </option>
        ))}
      </Select>
      <Checkbox
        size="small"
        checked={filter.permit === false}
        onChange={(event) => onChange({ ...filter, permit: event.target.checked ? false : undefined })}
      >
        {words.onlyDenied}
      </Checkbox>
      <form onSubmit={findPerson} aria-label={words.whose}>
        <HStack gap="space-8" align="end">
          <TextField
            label={words.whoseNumber}
            size="small"
            autoComplete="off"
            inputMode="numeric"
            value={fnr}
            error={failure}
            onChange={(event) => setFnr(event.target.value)}
          />
          <Button type="submit" size="small" variant="secondary" loading={busy === "whose"}>
            {words.whoseDo}
          </Button>
          {filter.whom && (
            <Button size="small" variant="tertiary" onClick={() => onChange({ ...filter, whom: undefined })}>
              {words.whoseClear}
            </Button>
          )}
        </HStack>
      </form>
    </HStack>
  );
}

function List({ filter }: { filter: Filter }) {
  const t = useText();
  const query = useInfiniteQuery({
    queryKey: ["access", "readings", filter],
    queryFn: ({ pageParam }) => people.readings({ ...filter, cursor: pageParam }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => (last.next ? Number(last.next) : undefined),
  });
  if (query.isError) {
    return <LoadFailed source={t.person.control.source} error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (!query.data) return null;
  return (
    <>
      <Readings rows={query.data.pages.flatMap((page) => page.items)} />
      {query.hasNextPage && (
        <Button size="small" variant="secondary" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t.person.control.more}
        </Button>
      )}
    </>
  );
}
