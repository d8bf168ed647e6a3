import { BodyShort, Button } from "@navikt/ds-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { type MyCallback, own } from "../api/own";
import { useFormat } from "../common/settings";
import { useAction } from "../desk/useAction";
import { useOwnText } from "./language";
import { Listed, Part } from "./Part";

const KEY = ["own", "callbacks"];
const EVERY_MS = 15_000;

/** When I will be rung; each can be cancelled while nobody has begun. */
export function Callbacks() {
  const text = useOwnText();
  const query = useQuery({ queryKey: KEY, queryFn: own.callbacks, refetchInterval: EVERY_MS });
  const [cancelled, setCancelled] = useState(false);
  const says = useRef<HTMLParagraphElement>(null);
  // The button that was pressed is gone: whoever uses the keyboard goes on from what was done.
  useEffect(() => {
    if (cancelled) says.current?.focus();
  }, [cancelled]);
  return (
    <Part title={text.callbacks.title}>
      <p ref={says} tabIndex={-1} role="status" className="own__status">
        {cancelled && text.callbacks.done}
      </p>
      <Listed query={query} empty={text.callbacks.none}>
        {(items) => (
          <ul className="own__list">
            {items.map((callback) => (
              <One
                key={callback.id}
                callback={callback}
                onCancelled={() => setCancelled(true)}
              />
            ))}
          </ul>
        )}
      </Listed>
    </Part>
  );
}

function One({ callback, onCancelled }: { callback: MyCallback; onCancelled(): void }) {
  const text = useOwnText();
  const format = useFormat();
  const queries = useQueryClient();
  const { run, busy, failure } = useAction();
  const [asked, setAsked] = useState<boolean | null>(null);
  const words = text.callbacks;
  const moment = (at: string) => `${format.weekdayDate(at)} ${format.time(at)}`;
  const cancel = () =>
    void run("cancel", async () => {
      await own.cancelCallback(callback.id);
      onCancelled();
      await queries.invalidateQueries({ queryKey: KEY });
    });
  return (
    <li>
      <BodyShort>
        {callback.from ? words.between(moment(callback.from), format.promised(callback.until)) : words.until(format.promised(callback.until))}{" "}
        {callback.queue && words.about(callback.queue.name)}
      </BodyShort>
      {callback.attempts > 0 && <BodyShort size="small">{words.tried(format.count(callback.attempts))}</BodyShort>}
      {asked ? (
        <>
          <BodyShort size="small">{words.sure}</BodyShort>
          <p className="own__facts">
            <Button size="small" data-color="danger" loading={busy === "cancel"} autoFocus onClick={cancel}>
              {words.yes}
            </Button>
            <Button size="small" variant="secondary" onClick={() => setAsked(false)}>
              {words.keep}
            </Button>
          </p>
        </>
      ) : (
        <Button size="small" variant="secondary" autoFocus={asked === false} onClick={() => setAsked(true)}>
          {words.cancel}
        </Button>
      )}
      {failure && <BodyShort className="own__failed">{failure}</BodyShort>}
    </li>
  );
}
