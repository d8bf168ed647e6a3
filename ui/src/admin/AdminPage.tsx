import { BodyLong, BodyShort, Heading, InlineMessage, LocalAlert, Skeleton, Tabs } from "@navikt/ds-react";
import { useRef, useState } from "react";

import { LoadFailed } from "../common/LoadFailed";
import { useText } from "../common/settings";
import { useTitle } from "../common/title";
import { Waiting } from "../common/Waiting";
import { Changes } from "./Changes";
import { Faults } from "./Faults";
import { Goals } from "./Goals";
import { Hours } from "./Hours";
import { Keys } from "./Keys";
import { Others } from "./Others";
import { Publish } from "./Publish";
import { Rules } from "./Rules";
import { SourceText, type TextHandle } from "./SourceText";
import { TryOn } from "./TryOn";
import { type Draft, useDraft } from "./useDraft";
import { Versions } from "./Versions";

/** *Senter*: what is changed on the left, what it means on the right, before anybody notices. */
export function AdminPage() {
  const t = useText();
  useTitle(t.admin.title);
  const { draft, source, renew } = useDraft();
  const [told, setTold] = useState<string | null>(null);
  return (
    <div className="page admin">
      <div>
        <Heading level="1" size="large">
          {t.admin.title}
        </Heading>
        <BodyLong className="lead">{t.admin.lead}</BodyLong>
        {draft && (
          <BodyShort size="small" className="subtle">
            {t.admin.version(draft.base)}
          </BodyShort>
        )}
      </div>
      {told && (
        <LocalAlert status="success" role="status">
          <LocalAlert.Header>
            <LocalAlert.Title>{told}</LocalAlert.Title>
          </LocalAlert.Header>
        </LocalAlert>
      )}
      {source.isPending && (
        <Waiting>
          <Skeleton variant="rounded" height="28rem" />
        </Waiting>
      )}
      {source.isError && (
        <LoadFailed source={t.admin.source} error={source.error} onRetry={() => void source.refetch()} />
      )}
      {draft && <Others draft={draft} />}
      {draft && (
        <Editing
          draft={draft}
          onPublished={(text) => {
            setTold(text);
            draft.discard();
            void renew();
          }}
        />
      )}
      <Versions
        onUndone={(text) => {
          setTold(text);
          void renew();
        }}
      />
    </div>
  );
}

type Tab = "keys" | "hours" | "rules" | "goals" | "text";
const TABS: Tab[] = ["keys", "hours", "rules", "goals", "text"];

function Editing({ draft, onPublished }: { draft: Draft; onPublished(told: string): void }) {
  const t = useText();
  const [tab, setTab] = useState<Tab>("keys");
  const text = useRef<TextHandle>(null);
  const [tried, setTried] = useState<string | null>(null);
  const hasErrors = draft.faults.some(({ severity }) => severity === "error");
  const goTo = (line: number) => {
    setTab("text");
    // The text is drawn first, then the line can be found in it.
    requestAnimationFrame(() => text.current?.goTo(line));
  };
  return (
    <div className="admin__columns">
      <section className="panel" aria-label={t.admin.tabs.label}>
        <Tabs value={tab} onChange={(value) => setTab(value as Tab)} size="small">
          <Tabs.List>
            {TABS.map((each) => (
              <Tabs.Tab key={each} value={each} label={t.admin.tabs[each]} />
            ))}
          </Tabs.List>
          <Tabs.Panel value={tab} className="admin__tab">
            {draft.failure && (
              <InlineMessage status="error" role="alert">
                {draft.failure}
              </InlineMessage>
            )}
            {tab === "keys" && <Keys key={draft.origin} draft={draft} />}
            {tab === "hours" && <Hours key={draft.origin} draft={draft} />}
            {tab === "rules" && <Rules key={draft.origin} draft={draft} />}
            {tab === "goals" && <Goals key={draft.origin} draft={draft} />}
            {tab === "text" && <SourceText draft={draft} ref={text} />}
          </Tabs.Panel>
        </Tabs>
      </section>
      <div className="admin__answers">
        <Changes draft={draft} />
        <Faults faults={draft.faults} onGo={goTo} />
        <TryOn draft={draft} hasErrors={hasErrors} onTried={setTried} />
        <Publish draft={draft} hasErrors={hasErrors} isTried={tried === draft.toml} onPublished={onPublished} />
      </div>
    </div>
  );
}
