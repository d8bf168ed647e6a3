import { ArrowUndoIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading, Tag } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "../api/client";
import type { CentreVersion } from "../api/types";
import { useMinute } from "../common/clock";
import { type Column, DataTable } from "../common/DataTable";
import { Loaded } from "../common/Loaded";
import { useFormat, useText } from "../common/settings";
import { SignedDialog } from "./SignedDialog";

/** Every version with who and why; going back is a new version, and nothing is deleted. */
export function Versions({ onUndone }: { onUndone(told: string): void }) {
  const t = useText();
  const words = t.admin.versions;
  const versions = useQuery({ queryKey: ["centre", "versions"], queryFn: api.versions });
  const columns = useColumns();
  const before = versions.data?.items.find(({ current }) => !current);
  return (
    <section className="panel" aria-labelledby="versions-title">
      <div className="panel__head">
        <Heading level="2" size="small" id="versions-title">
          {words.title}
        </Heading>
        {before && <Undo before={before} onUndone={onUndone} />}
      </div>
      <Loaded query={versions} source={words.source} height="6rem">
        {({ items }) => (
          <>
            <DataTable rows={items} columns={columns} keyOf={({ version, at }) => `${version} ${at}`} region={words.region} isTall />
            {items.length < 2 && <BodyShort className="empty">{words.empty}</BodyShort>}
          </>
        )}
      </Loaded>
    </section>
  );
}

function Undo({ before, onUndone }: { before: CentreVersion; onUndone(told: string): void }) {
  const t = useText();
  const words = t.admin.publish;
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button
        size="small"
        variant="tertiary"
        data-color="neutral"
        icon={<ArrowUndoIcon aria-hidden />}
        onClick={() => setAsking(true)}
      >
        {words.undo}
      </Button>
      {asking && (
        <SignedDialog
          heading={words.undoDialog}
          confirm={words.undoConfirm}
          onClose={() => setAsking(false)}
          onSigned={async (who, why) => onUndone(words.undone((await api.undo(who, why)).version))}
        >
          <BodyShort>{words.undoText(before.version)}</BodyShort>
        </SignedDialog>
      )}
    </>
  );
}

function useColumns(): Column<CentreVersion>[] {
  const t = useText();
  const format = useFormat();
  const now = useMinute();
  const words = t.admin.versions;
  return [
    {
      id: "version",
      name: words.version,
      value: ({ version, current }) => (
        <>
          <code>{version}</code>{" "}
          {current && (
            <Tag size="xsmall" variant="moderate" data-color="success">
              {words.current}
            </Tag>
          )}
        </>
      ),
    },
    { id: "at", name: words.at, value: ({ at }) => format.soon(at, now) },
    { id: "who", name: words.who, value: ({ who }) => who },
    { id: "why", name: words.why, value: ({ why }) => why },
  ];
}
