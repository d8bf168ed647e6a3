import { BodyShort, Button, Heading } from "@navikt/ds-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { guideApi, type LeftDraft } from "../api/guide";
import { useFormat, useText } from "../common/settings";
import { useAction } from "../desk/useAction";
import { dropDraft } from "./drafts";
import { followedOnes, isElsewhere, noteFollowed } from "./followed";

interface Props {
  drafts: LeftDraft[];
  /** Null while the adviser has something else in hand. */
  onOpen: ((contact: string) => void) | null;
}

/** Drafts whose conversation is over: opened to be finished, or thrown away, which can be undone. */
export function LeftDrafts({ drafts: all, onOpen }: Props) {
  const t = useText();
  const words = t.guide.afterwards;
  const format = useFormat();
  const queries = useQueryClient();
  const { run, busy, failure } = useAction();
  const [gone, setGone] = useState<LeftDraft | null>(null);
  const [followed, setFollowed] = useState<string[]>(followedOnes);
  const [told, setTold] = useState(false);
  const drafts = all.filter(({ contact }) => !followed.includes(contact));
  /** Whoever took the contact over has its draft: it is no longer anything to finish here. */
  const orFollowed = async (contact: string, ask: () => Promise<unknown>) => {
    setTold(false);
    try {
      await ask();
      return false;
    } catch (error) {
      if (!isElsewhere(error)) throw error;
      noteFollowed(contact);
      setFollowed(followedOnes());
      setTold(true);
      return true;
    }
  };
  const open = (contact: string) =>
    void run(contact, async () => {
      if (!(await orFollowed(contact, () => guideApi.proposal(contact, null)))) onOpen?.(contact);
    });
  const save = (draft: LeftDraft, text: string, over: string, then: LeftDraft | null) =>
    void run(draft.contact, async () => {
      if (await orFollowed(draft.contact, () => guideApi.saveDraft(draft.contact, text, over))) return;
      dropDraft(draft.contact);
      setGone(then);
      await queries.invalidateQueries({ queryKey: ["afterwards"] });
      await queries.invalidateQueries({ queryKey: ["after", draft.contact] });
    });
  if (drafts.length === 0 && gone === null && !told) return null;
  return (
    <>
      {drafts.length > 0 && (
        <Heading level="3" size="xsmall">
          {words.drafts}
        </Heading>
      )}
      <ul className="guide__left">
        {drafts.map((draft) => (
          <li key={draft.contact} data-draft={draft.contact}>
            <span className="guide__beginning">{draft.text}</span>
            <span className="subtle">{words.draftOf(format.dayAndTime(draft.at))}</span>
            <span className="guide__buttons">
              {onOpen && (
                <Button size="xsmall" variant="secondary" data-color="neutral" onClick={() => open(draft.contact)}>
                  {words.open}
                </Button>
              )}
              <Button
                size="xsmall"
                variant="tertiary"
                data-color="neutral"
                loading={busy === draft.contact}
                onClick={() => save(draft, "", draft.version, draft)}
              >
                {words.discard}
              </Button>
            </span>
          </li>
        ))}
      </ul>
      {drafts.length > 0 && !onOpen && (
        <BodyShort size="small" className="subtle">
          {words.whenFree}
        </BodyShort>
      )}
      <div role="status">
        {gone && (
          <span className="guide__buttons">
            <BodyShort size="small">{words.discarded}</BodyShort>
            <Button size="xsmall" variant="tertiary" data-color="neutral" onClick={() => save(gone, gone.text, "", null)}>
              {words.undo}
            </Button>
          </span>
        )}
        {told && <BodyShort size="small">{t.colleague.followed}</BodyShort>}
        {failure && <BodyShort size="small">{failure}</BodyShort>}
      </div>
    </>
  );
}
