import { TrashIcon } from "@navikt/aksel-icons";
import { BodyShort, Button } from "@navikt/ds-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { besideApi, type RecordingView } from "../api/beside";
import type { DeskContact } from "../api/types";
import { useFormat, useText } from "../common/settings";
import type { Doing } from "./Desk";

const LOOK_AGAIN_MS = 2_000;

/** What was recorded of this conversation, with the adviser's choice to delete it: a yes can be taken back. */
export function KeptRecordings({ contact, run, busy }: Doing & { contact: DeskContact }) {
  const queries = useQueryClient();
  const key = ["recordings", "of", contact.id];
  const query = useQuery({
    queryKey: key,
    queryFn: besideApi.recordings,
    enabled: contact.recordable && contact.channel === "voice",
    select: ({ items }) => items.filter((row) => row.contact === contact.id),
    // The last of the sound comes a moment after the end.
    refetchInterval: ({ state }) => (state.data?.items.some((row) => row.contact === contact.id && row.ended == null) ? LOOK_AGAIN_MS : false),
    retry: false,
  });
  const state = contact.recording?.state ?? null;
  const refresh = () => queries.invalidateQueries({ queryKey: key });
  useEffect(() => void refresh(), [state]);
  // What is being recorded is spoken of by what pauses and ends it.
  if (state !== null) return null;
  return query.data?.map((row) => (
    <Kept
      key={row.id}
      row={row}
      busy={busy === `destroy ${row.id}`}
      destroy={() =>
        void run(`destroy ${row.id}`, async () => {
          await besideApi.destroy(row.id);
          await refresh();
        })
      }
    />
  ));
}

function Kept({ row, busy, destroy }: { row: RecordingView; busy: boolean; destroy(): void }) {
  const t = useText();
  const format = useFormat();
  const words = t.beside.recording;
  const [sure, setSure] = useState(false);
  if (row.destroyed != null) {
    return (
      <BodyShort size="small" role="status" data-kept={row.id}>
        {words.destroyed}
      </BodyShort>
    );
  }
  if (row.ended == null) return <BodyShort size="small">{words.keptRuns}</BodyShort>;
  const length_s = (Date.parse(row.ended) - Date.parse(row.begun)) / 1000;
  return (
    <div className="beside" data-kept={row.id}>
      <BodyShort size="small">{words.kept(format.duration(length_s))}</BodyShort>
      {sure && <BodyShort size="small">{t.beside.recordings.destroySays}</BodyShort>}
      <div className="call__buttons">
        {sure ? (
          <>
            <Button type="button" size="small" data-color="danger" loading={busy} onClick={destroy}>
              {t.beside.recordings.destroySure}
            </Button>
            <Button type="button" size="small" variant="secondary" data-color="neutral" onClick={() => setSure(false)}>
              {t.beside.recordings.keep}
            </Button>
          </>
        ) : (
          <Button
            type="button"
            size="small"
            variant="tertiary"
            data-color="danger"
            icon={<TrashIcon aria-hidden />}
            onClick={() => setSure(true)}
          >
            {words.destroy}
          </Button>
        )}
      </div>
    </div>
  );
}
