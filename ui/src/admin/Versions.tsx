import { ArrowUndoIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading, Tag } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";

import { api, isOtherVersion } from "../api/client";
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
  // The version in force as it was when somebody asked: that is what they take back.
  const [asking, setAsking] = useState<Asking | null>(null);
  const items = versions.data?.items ?? [];
  const current = items.find((each) => each.current);
  const before = items.find(({ undo }) => undo);
  const columns = useColumns((row) =>
    current && row.version !== current.version ? (
      <Button
        size="xsmall"
        variant="tertiary"
        data-color="neutral"
        aria-label={words.backTo(row.version)}
        onClick={() => setAsking({ base: current.version, to: row })}
      >
        {words.back}
      </Button>
    ) : (
      "–"
    ),
  );
  return (
    <section className="panel" aria-labelledby="versions-title">
      <div className="panel__head">
        <Heading level="2" size="small" id="versions-title">
          {words.title}
        </Heading>
        {before && current && (
          <Button
            size="small"
            variant="tertiary"
            data-color="neutral"
            icon={<ArrowUndoIcon aria-hidden />}
            onClick={() => setAsking({ base: current.version, to: before })}
          >
            {t.admin.publish.undo}
          </Button>
        )}
      </div>
      <Loaded query={versions} source={words.source} height="6rem">
        {({ items: rows }) => (
          <>
            <DataTable rows={rows} columns={columns} keyOf={({ version, at }) => `${version} ${at}`} region={words.region} isTall />
            {rows.length < 2 && <BodyShort className="empty">{words.empty}</BodyShort>}
          </>
        )}
      </Loaded>
      {asking && (
        <Undo asking={asking} onClose={() => setAsking(null)} onUndone={onUndone} onOther={() => void versions.refetch()} />
      )}
    </section>
  );
}

interface Asking {
  base: string;
  to: CentreVersion;
}

interface UndoProps {
  asking: Asking;
  onClose(): void;
  onUndone(told: string): void;
  onOther(): void;
}

function Undo({ asking: { base, to }, onClose, onUndone, onOther }: UndoProps) {
  const t = useText();
  const words = t.admin.publish;
  return (
    <SignedDialog
      heading={words.undoDialog}
      confirm={words.undoConfirm}
      onClose={onClose}
      onSigned={async (who, why) => {
        try {
          onUndone(words.undone((await api.undo(base, to.version, who, why)).version));
        } catch (error) {
          if (isOtherVersion(error)) onOther();
          throw error;
        }
      }}
    >
      <BodyShort>{words.undoText(to.version)}</BodyShort>
      <BodyShort size="small" className="subtle">
        {to.who}: {to.why}
      </BodyShort>
    </SignedDialog>
  );
}

function useColumns(back: (row: CentreVersion) => ReactNode): Column<CentreVersion>[] {
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
    { id: "back", name: words.goBack, value: back },
  ];
}
