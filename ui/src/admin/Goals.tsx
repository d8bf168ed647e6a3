import { BodyShort } from "@navikt/ds-react";

import type { OutlineQueue } from "../api/types";
import { type Column, DataTable } from "../common/DataTable";
import { useFormat, useText } from "../common/settings";
import { CommitField } from "./CommitField";
import { DurationField } from "./DurationField";
import type { Draft } from "./useDraft";

/** Each queue's goals as one set. */
export function Goals({ draft }: { draft: Draft }) {
  const t = useText();
  const words = t.admin.goals;
  const format = useFormat();
  const percent = (value: string) => {
    const number = Number(value.replace(",", "."));
    return value.trim() !== "" && number > 0 && number <= 100 ? null : words.wrong;
  };
  const share = (queue: OutlineQueue, field: string, name: string, value: number) => (
    <CommitField
      label={`${name}, ${queue.name}`}
      hideLabel
      inputMode="decimal"
      htmlSize={5}
      value={format.decimal(Math.round(value * 1000) / 10)}
      check={percent}
      onCommit={(text) => draft.edit([{ path: `queue.${queue.id}.goal.${field}`, value: Math.round(Number(text.replace(",", ".")) * 100) / 10_000 }])}
    />
  );
  const columns: Column<OutlineQueue>[] = [
    { id: "queue", name: t.admin.rules.queue, value: ({ name }) => name },
    { id: "share", name: words.share, value: (queue) => share(queue, "share", words.share, queue.goal.share) },
    {
      id: "within",
      name: words.within,
      value: (queue) => (
        <DurationField
          label={`${words.within}, ${queue.name}`}
          hideLabel
          seconds={queue.goal.within_s}
          onCommit={(value) => draft.edit([{ path: `queue.${queue.id}.goal.within`, value }])}
        />
      ),
    },
    {
      id: "end",
      name: words.end,
      value: (queue) =>
        queue.goal.first_contact_end === null
          ? "–"
          : share(queue, "first_contact_end", words.end, queue.goal.first_contact_end),
    },
  ];
  return (
    <>
      <BodyShort size="small">{words.lead}</BodyShort>
      <DataTable rows={draft.outline.queues} columns={columns} keyOf={({ id }) => id} region={t.admin.tabs.goals} />
    </>
  );
}
