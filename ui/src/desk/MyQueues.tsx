import { BodyShort, Button, Heading } from "@navikt/ds-react";
import { useId, useState } from "react";

import type { DeskView } from "../api/types";
import { useFormat, useText } from "../common/settings";

/** So many queues are short enough to be shown as they are. */
const FEW = 5;

/** Where somebody waits whom the adviser can help; the quiet queues are a press away. */
export function MyQueues({ queues }: { queues: DeskView["queues"] }) {
  const t = useText();
  const format = useFormat();
  const [all, setAll] = useState(false);
  const list = useId();
  const waiting = queues.filter((queue) => queue.waiting > 0);
  const isLong = queues.length > FEW && waiting.length < queues.length;
  const shown = all || !isLong ? queues : waiting;
  return (
    <section className="panel" aria-labelledby="my-queues-title">
      <Heading level="2" size="xsmall" id="my-queues-title" spacing>
        {t.desk.queues.title}
      </Heading>
      {queues.length === 0 && <BodyShort className="empty">{t.desk.queues.empty}</BodyShort>}
      {queues.length > 0 && shown.length === 0 && <BodyShort size="small">{t.desk.queues.quiet}</BodyShort>}
      <ul className="my-queues" id={list}>
        {shown.map((queue) => (
          <li key={queue.id}>
            <span>{queue.name}</span>
            <span className="figure subtle">
              {queue.waiting === 0
                ? t.desk.queues.nobody
                : `${t.desk.queues.waiting(format.number(queue.waiting))} · ${t.desk.queues.longest(format.duration(queue.longest_wait_s))}`}
            </span>
          </li>
        ))}
      </ul>
      {isLong && (
        <Button
          size="xsmall"
          variant="tertiary"
          data-color="neutral"
          aria-expanded={all}
          aria-controls={list}
          onClick={() => setAll(!all)}
        >
          {all ? t.desk.queues.fewer : t.desk.queues.all(format.number(queues.length))}
        </Button>
      )}
    </section>
  );
}
