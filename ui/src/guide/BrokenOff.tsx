import { BodyShort, Button, LocalAlert } from "@navikt/ds-react";

import type { Broken } from "../api/guide";
import { useFormat, useText } from "../common/settings";

/** What happened to a conversation that broke off, in a sentence or two. */
export function useBroken() {
  const words = useText().guide.broken;
  const format = useFormat();
  return (broken: Broken): string => {
    const at = format.time(broken.at);
    const what = broken.by_stop ? words.byStop(at) : words.byLine(at);
    return broken.rung === null ? what : `${what} ${words.rung[broken.rung]}`;
  };
}

/** Why a wrap-up is there though nobody ended the conversation. */
export function BrokenOff({ broken }: { broken: Broken }) {
  const words = useText().guide.broken;
  const says = useBroken();
  return (
    <LocalAlert status="warning" size="small" data-broken={broken.rung ?? "nobody"}>
      <LocalAlert.Header>
        <LocalAlert.Title as="h3">{says(broken)}</LocalAlert.Title>
      </LocalAlert.Header>
      <LocalAlert.Content>{words.says}</LocalAlert.Content>
    </LocalAlert>
  );
}

interface RowProps {
  broken: Broken;
  /** Null while the adviser has something else in hand. */
  onOpen: ((contact: string) => void) | null;
}

/** The same among what is left, for whoever does it later. */
export function BrokenRow({ broken, onOpen }: RowProps) {
  const t = useText();
  const format = useFormat();
  return (
    <ul className="guide__left">
      <li data-draft={broken.contact}>
        <span>{t.guide.broken.row(broken.queue?.name ?? null)}</span>
        <span className="subtle">{format.dayAndTime(broken.at)}</span>
        {onOpen ? (
          <span className="guide__buttons">
            <Button size="xsmall" variant="secondary" data-color="neutral" onClick={() => onOpen(broken.contact)}>
              {t.guide.afterwards.open}
            </Button>
          </span>
        ) : (
          <BodyShort size="small" className="subtle">
            {t.guide.afterwards.whenFree}
          </BodyShort>
        )}
      </li>
    </ul>
  );
}
