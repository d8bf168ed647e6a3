import { ExclamationmarkTriangleIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Textarea } from "@navikt/ds-react";
import { useState } from "react";

import { guideApi } from "../api/guide";
import { explain } from "../common/LoadFailed";
import { useText } from "../common/settings";

/** Tells the leader that the adviser is threatened, at the first press; the words can come later. The call goes on. */
export function ThreatButton({ contact }: { contact: string }) {
  const t = useText();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [said, setSaid] = useState<string | null>(null);
  const tell = async (words: string) => {
    try {
      await guideApi.threat(contact, words);
      setSaid(t.guide.threat.sent);
    } catch (error) {
      setSaid(explain(error) ?? t.problem.unreachableDetail);
    }
  };
  return (
    <div className="threat">
      <Button
        size="small"
        variant="tertiary"
        data-color="danger"
        icon={<ExclamationmarkTriangleIcon aria-hidden />}
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
          if (!open) void tell("");
        }}
      >
        {t.guide.threat.button}
      </Button>
      <BodyShort size="small" role="status">
        {said}
      </BodyShort>
      {open && (
        <div className="threat__words">
          <BodyShort size="small">{t.guide.threat.says}</BodyShort>
          <Textarea size="small" label={t.guide.threat.text} minRows={2} value={text} onChange={(event) => setText(event.target.value)} />
          <Button size="small" variant="secondary" data-color="neutral" onClick={() => void tell(text).then(() => setOpen(false))}>
            {t.guide.threat.send}
          </Button>
        </div>
      )}
    </div>
  );
}
