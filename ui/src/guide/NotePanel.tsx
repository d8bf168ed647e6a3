import { BodyShort, Heading, LocalAlert, Select, Textarea } from "@navikt/ds-react";
import { useId } from "react";

import type { Proposal } from "../api/guide";
import { useFormat, useText } from "../common/settings";
import { useDraft } from "./drafts";
import { fill } from "./fill";
import { TwoTexts } from "./TwoTexts";
import { type Stage, Unsure } from "./Unsure";

/** *Samtalereferat*: a note that the citizen can read, saved while it is written. */
export function NotePanel({ contact, proposal }: { contact: string; proposal: Proposal }) {
  const t = useText();
  const title = useId();
  return (
    <section className="panel guide" aria-labelledby={title}>
      <Heading level="2" size="small" id={title}>
        {t.guide.note.title}
      </Heading>
      <Note contact={contact} proposal={proposal} stage="call" />
    </section>
  );
}

interface Props {
  contact: string;
  proposal: Proposal;
  stage: Stage;
}

export function Note({ contact, proposal, stage }: Props) {
  const t = useText();
  const { draft, write, choose } = useDraft(contact, proposal.draft);
  if (proposal.no_log) return <NoLog works={proposal.no_log_works} />;
  const known = { tema: proposal.topic?.name.toLowerCase(), enhet: proposal.task?.unit.name, frist: proposal.task?.due };
  return (
    <div className="guide__note">
      <Unsure proposal={proposal} stage={stage} />
      {draft.text === "" && proposal.templates.length > 0 && (
        <Select
          size="small"
          label={t.guide.note.template}
          value=""
          onChange={(event) => {
            const template = proposal.templates.find(({ id }) => id === event.target.value);
            if (template) write(fill(template.text, known));
          }}
        >
          <option value="">{t.guide.note.noTemplate}</option>
          {proposal.templates.map((template) => (
            <option key={template.id} value={template.id}>
              {template.name}
            </option>
          ))}
        </Select>
      )}
      <Textarea
        size="small"
        label={t.guide.note.label}
        description={proposal.kept_on === "person" ? t.guide.note.says : t.guide.note.saysUnsure}
        minRows={3}
        maxRows={12}
        maxLength={15_000}
        UNSAFE_autoScrollbar
        value={draft.text}
        onChange={(event) => write(event.target.value)}
      />
      {draft.other !== null && <TwoTexts where={draft.where} own={draft.text} other={draft.other} onChoose={choose} />}
      <SaveState contact={contact} proposal={proposal} />
    </div>
  );
}

function SaveState({ contact, proposal }: { contact: string; proposal: Proposal }) {
  const t = useText();
  const format = useFormat();
  const { draft } = useDraft(contact, proposal.draft);
  const text = {
    clean: "",
    saving: t.guide.note.saving,
    saved: draft.at === null || draft.text === "" ? "" : t.guide.note.saved(format.time(draft.at)),
    failed: t.guide.note.failed,
  }[draft.state];
  return (
    <BodyShort size="small" className="subtle guide__saved" data-state={draft.state}>
      {text}
    </BodyShort>
  );
}

function NoLog({ works }: { works: string[] }) {
  const t = useText();
  return (
    <LocalAlert status="announcement" size="small">
      <LocalAlert.Header>
        <LocalAlert.Title>{t.guide.note.noLog}</LocalAlert.Title>
      </LocalAlert.Header>
      <LocalAlert.Content>
        {t.guide.note.noLogText}
        <ul>
          {works.map((work) => (
            <li key={work}>{work}</li>
          ))}
        </ul>
      </LocalAlert.Content>
    </LocalAlert>
  );
}
