import { UploadIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading, InlineMessage } from "@navikt/ds-react";
import { useState } from "react";

import { api, isOtherVersion, Refusal } from "../api/client";
import { useText } from "../common/settings";
import { rolesFor } from "../identity/pages";
import { useMay } from "../identity/session";
import { ChangeList } from "./Changes";
import { SignedDialog } from "./SignedDialog";
import type { Draft } from "./useDraft";

interface Props {
  draft: Draft;
  hasErrors: boolean;
  isTried: boolean;
  onPublished(told: string): void;
}

/** Words first, then who and why, then it is in force. */
export function Publish({ draft, hasErrors, isTried, onPublished }: Props) {
  const t = useText();
  const words = t.admin.publish;
  const [asking, setAsking] = useState(false);
  const mayPublish = useMay("publish");
  const isReady = draft.isChanged && !draft.busy && !hasErrors && draft.misfit === null;
  return (
    <section className="panel try" aria-labelledby="publish-title">
      <Heading level="2" size="small" id="publish-title">
        {words.title}
      </Heading>
      <BodyShort size="small">{draft.isChanged ? words.lead : words.nothing}</BodyShort>
      {draft.misfit && <InlineMessage status="warning">{draft.misfit}</InlineMessage>}
      {!mayPublish && <InlineMessage status="info">{t.identity.onlyFor(rolesFor("publish").map((role) => t.identity.roles[role] ?? role))}</InlineMessage>}
      <Button size="small" icon={<UploadIcon aria-hidden />} disabled={!isReady || !mayPublish} onClick={() => setAsking(true)}>
        {words.do}
      </Button>
      {asking && (
        <SignedDialog
          heading={words.dialog}
          confirm={words.confirm}
          onClose={() => setAsking(false)}
          onSigned={async (who, why) => {
            try {
              const { version } = await api.publish(draft.toml, draft.base, who, why);
              onPublished(words.done(version));
            } catch (error) {
              if (!isOtherVersion(error)) throw error;
              await draft.renewBase();
              throw new Refusal({ title: "", status: 409, detail: words.other });
            }
          }}
        >
          <BodyShort weight="semibold">{words.willHappen}</BodyShort>
          <ChangeList changes={draft.changes} />
          {!isTried && <InlineMessage status="warning">{words.untried}</InlineMessage>}
        </SignedDialog>
      )}
    </section>
  );
}
