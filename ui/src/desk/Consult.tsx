import { PersonHeadsetIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Radio, RadioGroup, Skeleton } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type ConsultQueue, next } from "../api/next";
import type { DeskContact } from "../api/types";
import { LoadFailed } from "../common/LoadFailed";
import { useFormat, useText } from "../common/settings";
import { useExpectedText } from "../common/useExpectedText";
import { Waiting } from "../common/Waiting";
import type { Doing } from "./Desk";

const RENEW_MS = 5_000;

/** Whom one may ask about this contact, and how long it takes before somebody answers. */
export function AskExpert({ contact, run, busy }: Doing & { contact: DeskContact }) {
  const t = useText();
  const [chosen, setChosen] = useState("");
  const queues = useQuery({
    queryKey: ["consults", contact.id],
    queryFn: () => next.consults(contact.id),
    refetchInterval: RENEW_MS,
  });
  const items = queues.data?.items ?? [];
  const open = items.filter((each) => each.open !== false);
  const closed = items.filter((each) => each.open === false);
  const describe = useDescription();
  return (
    <form
      className="transfer transfer--tall"
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen !== "") void run("consult", () => next.consult(contact.id, chosen));
      }}
    >
      {queues.isPending && (
        <Waiting>
          <Skeleton variant="rounded" height="4rem" />
        </Waiting>
      )}
      {queues.isError && !queues.data && (
        <LoadFailed source={t.work.consult.source} error={queues.error} onRetry={() => void queues.refetch()} />
      )}
      {queues.data && items.length === 0 && <BodyShort className="empty">{t.work.consult.empty}</BodyShort>}
      {open.length > 0 && (
        <>
          <RadioGroup
            legend={t.work.consult.choose}
            description={t.work.consult.says}
            size="small"
            value={chosen}
            onChange={setChosen}
            className="consult__choices"
          >
            {open.map((each) => (
              <Radio key={each.queue} value={each.queue} description={describe(each)}>
                {each.name}
              </Radio>
            ))}
          </RadioGroup>
          <Button
            size="small"
            type="submit"
            icon={<PersonHeadsetIcon aria-hidden />}
            disabled={chosen === ""}
            loading={busy === "consult"}
          >
            {t.work.consult.do}
          </Button>
        </>
      )}
      {closed.length > 0 && (
        <BodyShort size="small" className="subtle">
          {t.work.consult.closed(closed.map((each) => each.name))}
        </BodyShort>
      )}
    </form>
  );
}

function useDescription(): (queue: ConsultQueue) => string {
  const t = useText();
  const format = useFormat();
  const expectedText = useExpectedText();
  return (queue) =>
    [
      queue.free > 0 ? t.work.consult.free(format.number(queue.free)) : t.work.consult.freeNobody,
      queue.waiting > 0 && t.work.consult.waiting(format.number(queue.waiting)),
      t.work.consult.expected(expectedText(queue.expected)),
    ]
      .filter(Boolean)
      .join(" · ");
}
