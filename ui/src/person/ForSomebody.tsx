import { BodyShort, Button, Heading, InlineMessage, TextField } from "@navikt/ds-react";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";

import { type Level, people, type PersonView, type Represented } from "../api/people";
import { useText } from "../common/settings";
import { useAction } from "../desk/useAction";
import type { Opened } from "./PersonArea";

/** Whether it is sure enough who rings to let them speak for somebody else. */
export function isSure(level: Level | null | undefined): boolean {
  return level === "questions" || level === "logged_in";
}

interface Props {
  /** Whoever rings. */
  asked: Opened;
  view: PersonView;
  onOpen(opened: Opened): void;
}

/** *Ringer for noen andre*: whom the caller may speak for by the registers, and a number for whoever has them as guardian. */
export function ForSomebody({ asked, view, onOpen }: Props) {
  const words = useText().person.represent;
  const [open, setOpen] = useState(false);
  const panel = useId();
  return (
    <div className="represent">
      <Button
        type="button"
        size="small"
        variant="tertiary"
        data-color="neutral"
        aria-expanded={open}
        aria-controls={panel}
        onClick={() => setOpen(!open)}
      >
        {words.start}
      </Button>
      <div id={panel} hidden={!open}>
        {open && <Choices asked={asked} view={view} onOpen={onOpen} />}
      </div>
    </div>
  );
}

function Choices({ asked, view, onOpen }: Props) {
  const words = useText().person.represent;
  const cache = useQueryClient();
  const { run, busy, failure } = useAction();
  const [number, setNumber] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const held = view.powers?.held ?? [];
  const openFor = (fnr: string) =>
    void run(fnr, async () => {
      const wanted: Opened = { fnr, contact: asked.contact, represented: true };
      // Read once: each reading is a row in the access log.
      cache.setQueryData(["person", wanted, "header"], await people.open(wanted));
      onOpen(wanted);
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const digits = number.replace(/\D/g, "");
    setWrong(digits.length === 11 ? null : words.wrong);
    if (digits.length === 11) openFor(digits);
  };
  return (
    <div className="represent__choices">
      <BodyShort size="small">{words.says}</BodyShort>
      {view.powers && held.length === 0 && <BodyShort size="small">{words.none}</BodyShort>}
      {!view.powers && <BodyShort size="small">{words.unknown}</BodyShort>}
      {held.length > 0 && (
        <ul className="represent__list">
          {held.map((power) => (
            <li key={power.giver}>
              <Button size="small" variant="secondary" data-color="neutral" loading={busy === power.giver} onClick={() => openFor(power.giver)}>
                {words.open(power.other_name ?? power.giver)}
              </Button>
              <span className="subtle">{power.areas.map(([topic, actions]) => words.area(String(topic), actionsOf(actions, words.actions))).join(" · ")}</span>
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={submit} className="represent__form">
        <TextField
          size="small"
          label={words.number}
          description={words.numberSays}
          inputMode="numeric"
          autoComplete="off"
          value={number}
          error={wrong}
          onChange={(event) => setNumber(event.target.value)}
        />
        <Button type="submit" size="small" variant="secondary" loading={busy !== null && busy === number.replace(/\D/g, "")}>
          {words.openNumber}
        </Button>
      </form>
      {failure && (
        <InlineMessage status="warning" size="small" role="alert">
          {failure}
        </InlineMessage>
      )}
    </div>
  );
}

function actionsOf(actions: unknown, names: Record<string, string>): string {
  return (Array.isArray(actions) ? actions : []).map((action: string) => names[action] ?? action).join(", ");
}

interface SpokenForProps {
  represented: Represented;
  /** Null where this page does not know who the caller is. */
  onBack: (() => void) | null;
}

/** Who is on the line for this person, and what may be said to them. */
export function SpokenFor({ represented, onBack }: SpokenForProps) {
  const words = useText().person.represent;
  const title = useId();
  const { by, name, areas, scope } = represented;
  const heard = areas.filter((area) => area.heard);
  const silent = areas.filter((area) => !area.heard);
  return (
    <section className="spoken-for" aria-labelledby={title} data-represented={by}>
      <Heading level="4" size="xsmall" id={title}>
        {words.talksTo[by]} <bdi>{name ?? words.hidden}</bdi>
      </Heading>
      {heard.length > 0 && (
        <BodyShort size="small">
          {words.mayHear} {heard.map(({ topic, actions }) => words.area(topic.name, actionsOf(actions, words.actions))).join(" · ")}
        </BodyShort>
      )}
      {silent.length > 0 && (
        <BodyShort size="small">
          {words.mayNotHear} {silent.map(({ topic, actions }) => words.area(topic.name, actionsOf(actions, words.actions))).join(" · ")}
        </BodyShort>
      )}
      {scope && (
        <BodyShort size="small">
          {words.scope} {scope}
        </BodyShort>
      )}
      <BodyShort size="small" className="subtle">
        {by === "power" ? words.onlyThat : words.onlyScope}
      </BodyShort>
      {onBack && (
        <Button size="small" variant="tertiary" data-color="neutral" onClick={onBack}>
          {words.back}
        </Button>
      )}
    </section>
  );
}
