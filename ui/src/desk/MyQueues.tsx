import { BodyShort, Heading } from "@navikt/ds-react";

import type { DeskView } from "../api/types";
import { useFormat, useText } from "../common/settings";

export function MyQueues({ queues }: { queues: DeskView["queues"] }) {
  const t = useText();
  const format = useFormat();
  return (
    <section className="panel" aria-labelledby="my-queues-title">
      <Heading level="2" size="xsmall" id="my-queues-title" spacing>
        {t.desk.queues.title}
      </Heading>
      {queues.length === 0 ? (
        <BodyShort className="empty">{t.desk.queues.empty}</BodyShort>
      ) : (
        <ul className="my-queues">
          {queues.map((queue) => (
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
      )}
    </section>
  );
}
