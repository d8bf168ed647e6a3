import { BodyLong, BodyShort, Button, Checkbox, Heading, Textarea, TextField } from "@navikt/ds-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";

import { people, type Receipt } from "../api/people";
import { Loaded } from "../common/Loaded";
import { useFormat, useText } from "../common/settings";
import { useAction } from "../desk/useAction";

const KEY = ["access", "erasures"];
const EMPTY = { fnr: "", again: "", reason: "" };

/** Erases what is kept about one person: the number twice, a reason, and a yes to that it cannot be undone. */
export function Erase() {
  const words = useText().person.erase;
  const queries = useQueryClient();
  const { run, busy, failure } = useAction();
  const [typed, setTyped] = useState(EMPTY);
  const [sure, setSure] = useState(false);
  const [missing, setMissing] = useState(false);
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  const done = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (receipt) done.current?.focus();
  }, [receipt]);
  const change = (field: keyof typeof EMPTY) => (event: { target: { value: string } }) =>
    setTyped({ ...typed, [field]: event.target.value });
  const erase = (event: FormEvent) => {
    event.preventDefault();
    setMissing(!sure);
    if (!sure) return;
    void run("erase", async () => {
      setReceipt(await people.erase(typed));
      setTyped(EMPTY);
      setSure(false);
      await queries.invalidateQueries({ queryKey: KEY });
    });
  };
  return (
    <section aria-labelledby="erase-title">
      <Heading level="2" size="medium" id="erase-title">
        {words.title}
      </Heading>
      <BodyLong>{words.lead}</BodyLong>
      <form className="erase" onSubmit={erase} autoComplete="off">
        <TextField label={words.fnr} size="small" inputMode="numeric" value={typed.fnr} onChange={change("fnr")} />
        <TextField label={words.again} size="small" inputMode="numeric" value={typed.again} onChange={change("again")} />
        <Textarea label={words.reason} description={words.reasonHelp} size="small" minRows={2} value={typed.reason} onChange={change("reason")} />
        <Checkbox size="small" checked={sure} error={missing && !sure} onChange={(event) => setSure(event.target.checked)}>
          {words.sure}
        </Checkbox>
        {missing && !sure && <BodyShort className="erase__failed">{words.sureMissing}</BodyShort>}
        {failure && (
          <BodyShort className="erase__failed" role="alert">
            {failure}
          </BodyShort>
        )}
        <Button type="submit" size="small" data-color="danger" loading={busy === "erase"}>
          {words.doIt}
        </Button>
      </form>
      {receipt && (
        <div ref={done} tabIndex={-1} className="erase__receipt">
          <Heading level="3" size="small">
            {words.done}
          </Heading>
          <Shown receipt={receipt} />
        </div>
      )}
    </section>
  );
}

/** The receipts of before. */
export function Receipts() {
  const t = useText();
  const words = t.person.erase;
  const query = useQuery({ queryKey: KEY, queryFn: people.erasures });
  return (
    <section aria-labelledby="receipts-title">
      <Heading level="2" size="medium" id="receipts-title">
        {words.receipts}
      </Heading>
      <Loaded query={query} source={t.person.control.source} height="4rem">
        {({ items }) =>
          items.length === 0 ? (
            <BodyShort className="empty">{words.none}</BodyShort>
          ) : (
            <ul className="erase__list">
              {items.map((receipt) => (
                <li key={`${receipt.at} ${receipt.whom}`}>
                  <Shown receipt={receipt} brief />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}

function Shown({ receipt, brief = false }: { receipt: Receipt; brief?: boolean }) {
  const words = useText().person.erase;
  const format = useFormat();
  return (
    <>
      <BodyShort>{words.by(`${format.date(receipt.at)} ${format.time(receipt.at)}`, receipt.by, receipt.whom.slice(0, 8))}</BodyShort>
      <BodyShort size={brief ? "small" : "medium"}>
        {words.gone(
          format.number(receipt.notes),
          format.number(receipt.drafts),
          format.number(receipt.promises),
          format.number(receipt.contacts),
        )}{" "}
        {words.counted(format.number(receipt.counted + receipt.reasons))}
      </BodyShort>
      {!brief && (
        <>
          <Heading level="4" size="xsmall">
            {words.stays}
          </Heading>
          <ul className="erase__list">
            {receipt.kept.map((part) => (
              <li key={part.what}>
                <strong>{part.what}.</strong> {part.why}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
