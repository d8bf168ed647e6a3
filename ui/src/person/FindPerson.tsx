import { BodyShort, Button, HStack, LocalAlert, ReadMore, Textarea, TextField } from "@navikt/ds-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { Refusal } from "../api/client";
import { people, type FoundPerson, type Ground, type Organisation } from "../api/people";
import { useFormat, useText } from "../common/settings";
import { useAction } from "../desk/useAction";
import type { Opened } from "./PersonArea";
import { fromDate } from "./shown";

interface Props {
  contact: string | undefined;
  /** The contact is over, and only its wrap-up is left: a number, and nothing to search by. */
  over: boolean;
  onPerson(opened: Opened): void;
  onOrganisation(organisation: Organisation): void;
}

/** A denial that a reason can lift. */
interface Denied {
  fnr: string;
  says: string;
}

/** A number, the number that rings, or a search; without a contact also why. */
export function FindPerson({ contact, over: isOver, onPerson, onOrganisation }: Props) {
  const t = useText();
  const { run, busy, failure } = useAction();
  const [number, setNumber] = useState("");
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [denied, setDenied] = useState<Denied | null>(null);
  const ground: Ground = contact ? { contact } : { reason };
  const cache = useQueryClient();

  const openPerson = (fnr: string, over?: string) =>
    run("open", async () => {
      setDenied(null);
      const asked = { fnr, ...ground, ...(over ? { over } : {}) };
      try {
        if (contact) await people.link(contact, { fnr, level: "hint" });
        // Read once: each reading is a row in the access log.
        cache.setQueryData(["person", asked, "header"], await people.open(asked));
      } catch (error) {
        if (error instanceof Refusal && canBeOverridden(error)) {
          setDenied({ fnr, says: error.message });
          return;
        }
        throw error;
      }
      onPerson(asked);
    });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const digits = number.replace(/\D/g, "");
    setWrong(digits.length === 11 || digits.length === 9 ? null : t.person.find.wrong);
    if (digits.length === 11) void openPerson(digits);
    if (digits.length === 9) {
      void run("open", async () => onOrganisation(await people.organisation({ orgnr: digits, ...ground })));
    }
  };

  return (
    <div className="find">
      {contact && !isOver && <HintOfNumber contact={contact} busy={busy === "hint"} onUse={() => void run("hint", async () => {
        const linked = await people.link(contact, { level: "hint" });
        onPerson({ fnr: linked.fnr, contact });
      })} />}
      <form onSubmit={submit} className="find__form">
        {!contact && (
          <Textarea
            label={t.person.find.reason}
            description={t.person.find.reasonHelp}
            size="small"
            minRows={2}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
        <HStack gap="space-12" align="end" wrap>
          <TextField
            label={t.person.find.number}
            description={t.person.find.numberHelp}
            size="small"
            inputMode="numeric"
            autoComplete="off"
            value={number}
            error={wrong}
            onChange={(event) => setNumber(event.target.value)}
          />
          <Button type="submit" size="small" loading={busy === "open"}>
            {t.person.find.open}
          </Button>
        </HStack>
      </form>
      {failure && (
        <LocalAlert status="warning" size="small">
          <LocalAlert.Header>
            <LocalAlert.Title as="h3">{failure}</LocalAlert.Title>
          </LocalAlert.Header>
        </LocalAlert>
      )}
      {denied && <Override denied={denied} busy={busy === "open"} onOver={(over) => void openPerson(denied.fnr, over)} />}
      {!isOver && (
        <ReadMore header={t.person.find.search} size="small">
          <Search ground={ground} onPick={(fnr) => void openPerson(fnr)} />
        </ReadMore>
      )}
    </div>
  );
}

function canBeOverridden(refusal: Refusal): boolean {
  return (refusal.problem as { can_be_overridden?: boolean }).can_be_overridden === true;
}

function HintOfNumber({ contact, busy, onUse }: { contact: string; busy: boolean; onUse(): void }) {
  const t = useText();
  const format = useFormat();
  const { data } = useQuery({
    queryKey: ["person", "hint", contact],
    queryFn: () => people.ofContact(contact),
    staleTime: Infinity,
    retry: false,
  });
  if (!data) return null;
  if (data.must_be_handed_over) {
    return (
      <LocalAlert status="warning" size="small">
        <LocalAlert.Header>
          <LocalAlert.Title as="h3">{t.person.find.handOver}</LocalAlert.Title>
        </LocalAlert.Header>
        <LocalAlert.Content>{t.person.find.handOverSays}</LocalAlert.Content>
      </LocalAlert>
    );
  }
  if (data.number_of !== 1) {
    const says = data.number_of === 0 ? t.person.find.noHint : t.person.find.hints(format.number(data.number_of));
    return <BodyShort size="small">{says}</BodyShort>;
  }
  return (
    <div>
      <BodyShort size="small">{t.person.find.hint}</BodyShort>
      <Button size="small" variant="secondary" loading={busy} onClick={onUse}>
        {t.person.find.useHint}
      </Button>
    </div>
  );
}

function Override({ denied, busy, onOver }: { denied: Denied; busy: boolean; onOver(over: string): void }) {
  const t = useText();
  const [over, setOver] = useState("");
  return (
    <LocalAlert status="warning" size="small">
      <LocalAlert.Header>
        <LocalAlert.Title as="h3">{denied.says}</LocalAlert.Title>
      </LocalAlert.Header>
      <LocalAlert.Content>
        <Textarea
          label={t.person.find.over}
          size="small"
          minRows={2}
          value={over}
          onChange={(event) => setOver(event.target.value)}
        />
        <Button size="small" loading={busy} onClick={() => onOver(over)}>
          {t.person.find.overDo}
        </Button>
      </LocalAlert.Content>
    </LocalAlert>
  );
}

function Search({ ground, onPick }: { ground: Ground; onPick(fnr: string): void }) {
  const t = useText();
  const format = useFormat();
  const { run, busy, failure } = useAction();
  const [name, setName] = useState("");
  const [born, setBorn] = useState("");
  const [phone, setPhone] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [found, setFound] = useState<{ people: FoundPerson[]; more: boolean } | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const date = born.trim() === "" ? undefined : fromDate(born);
    setWrong(date === null ? t.person.find.bornWrong : null);
    if (date === null) return;
    void run("search", async () =>
      setFound(await people.search({ ...ground, name: name || undefined, born: date, phone: phone || undefined })),
    );
  };
  return (
    <>
      <form onSubmit={submit} className="find__form">
        <TextField label={t.person.find.name} size="small" autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
        <TextField
          label={t.person.find.born}
          description={t.person.find.bornHelp}
          size="small"
          autoComplete="off"
          value={born}
          error={wrong}
          onChange={(event) => setBorn(event.target.value)}
        />
        <TextField label={t.person.find.phone} size="small" autoComplete="off" value={phone} onChange={(event) => setPhone(event.target.value)} />
        <Button type="submit" size="small" variant="secondary" loading={busy === "search"}>
          {t.person.find.doSearch}
        </Button>
      </form>
      {failure && <BodyShort role="alert">{failure}</BodyShort>}
      <div role="status">
        {found && <BodyShort size="small">{found.people.length === 0 ? t.person.find.none : t.person.find.found(format.number(found.people.length))}</BodyShort>}
      </div>
      {found && found.people.length > 0 && (
        <ul className="find__hits">
          {found.people.map((hit) => (
            <li key={hit.fnr}>
              <Button size="small" variant="tertiary" onClick={() => onPick(hit.fnr)}>
                {hit.name}
              </Button>
              <span className="subtle">
                {hit.born && format.date(hit.born)} {hit.place}
              </span>
            </li>
          ))}
        </ul>
      )}
      {found?.more && <BodyShort size="small">{t.person.find.more}</BodyShort>}
    </>
  );
}
