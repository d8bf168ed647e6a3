import type { Adviser, DeskContact } from "../api/types";
import { useText } from "../common/settings";
import { AdvicePanel } from "./AdvicePanel";
import { useDraft } from "./drafts";
import { NotePanel } from "./NotePanel";
import { SearchPanel } from "./SearchPanel";
import { ThreatButton } from "./ThreatButton";
import { useProposal } from "./useProposal";

/** Beside a conversation: advice, ready answers, the note, and the threat button. */
export function GuideColumn({ contact, adviser }: { contact: DeskContact; adviser: Adviser }) {
  const t = useText();
  const query = useProposal(contact.id, null, contact.state === "wrap_up" ? "wrap_up" : "");
  const proposal = query.data;
  const { draft, write } = useDraft(contact.id, proposal?.draft);
  const topic = contact.topic?.code ?? proposal?.topic?.code ?? null;
  const writes = proposal !== undefined && !proposal.no_log;
  const known = { "veileder.navn": adviser.name, "veileder.enhet": adviser.unit?.name ?? null };
  return (
    <>
      <AdvicePanel contact={contact} topic={topic} />
      <SearchPanel
        topic={topic}
        known={known}
        onUse={writes ? (text) => write(draft.text === "" ? text : `${draft.text}\n\n${text}`) : null}
      />
      {proposal && contact.state !== "wrap_up" && <NotePanel contact={contact.id} proposal={proposal} />}
      <section className="panel guide" aria-label={t.guide.threat.title}>
        <ThreatButton contact={contact.id} />
      </section>
    </>
  );
}
