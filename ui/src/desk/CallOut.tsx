import { PhoneIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading, Select, TextField } from "@navikt/ds-react";
import { useState } from "react";

import { api } from "../api/client";
import type { DeskView } from "../api/types";
import { useFormat, useText } from "../common/settings";
import { useAction } from "./useAction";

/** Ringing somebody: the number is sent once and kept nowhere on the page. */
export function CallOut({ view }: { view: DeskView }) {
  const t = useText();
  const format = useFormat();
  const { run, busy, failure, clear } = useAction();
  const [number, setNumber] = useState("");
  const [queue, setQueue] = useState("");
  const [missing, setMissing] = useState(false);
  const { calling, adviser } = view;
  if (!calling) return null;
  const text = t.beside.callOut;
  const inHand = view.offer !== null || view.contacts.some(({ channel }) => channel === "voice");
  const none = calling.left === 0;
  const of = format.number(calling.per_hour);
  const note = !adviser.phone
    ? text.noPhone
    : inHand
      ? text.busy
      : none
        ? text.noneLeft(of)
        : text.left(format.number(calling.left), of);
  const ring = () => {
    if (number.trim() === "") return setMissing(true);
    void run("call", async () => {
      await api.callOut(adviser.id, number, queue === "" ? null : queue);
      setNumber("");
    });
  };
  return (
    <section className="panel call-out" aria-labelledby="call-out-title">
      <Heading level="2" size="xsmall" id="call-out-title">
        {text.title}
      </Heading>
      <form
        noValidate
        className="call-out__form"
        onSubmit={(event) => {
          event.preventDefault();
          ring();
        }}
      >
        <TextField
          label={text.number}
          description={text.numberSays}
          size="small"
          type="tel"
          inputMode="tel"
          autoComplete="off"
          value={number}
          error={missing ? text.empty : failure}
          onChange={(event) => {
            setNumber(event.target.value);
            setMissing(false);
            clear();
          }}
        />
        {view.queues.length > 1 && (
          <Select label={text.queue} size="small" value={queue} onChange={(event) => setQueue(event.target.value)}>
            <option value="">{view.queues[0]?.name}</option>
            {view.queues.slice(1).map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </Select>
        )}
        <Button
          size="small"
          type="submit"
          icon={<PhoneIcon aria-hidden />}
          loading={busy === "call"}
          disabled={inHand || none || !adviser.phone}
        >
          {text.do}
        </Button>
        <BodyShort size="small" className="subtle">
          {note}
        </BodyShort>
      </form>
    </section>
  );
}
