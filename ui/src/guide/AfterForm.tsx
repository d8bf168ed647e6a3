import { CheckmarkIcon, PlusIcon, TrashIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, ErrorSummary, InlineMessage, Radio, RadioGroup, Select, Textarea, TextField } from "@navikt/ds-react";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";

import { Refusal } from "../api/client";
import { guideApi, type Proposal, type WrapUp } from "../api/guide";
import { DateField } from "../common/DateField";
import { explain } from "../common/LoadFailed";
import { useFormat, useText } from "../common/settings";
import { isTyping } from "../common/typing";
import { dropDraft, useDraft } from "./drafts";
import { Note } from "./NotePanel";
import { useProposal } from "./useProposal";

type Holder = "unit" | "me" | "nobody";

interface Props {
  contact: string;
  /** Buttons beside the one that finishes, such as for the clock. */
  beside: ReactNode;
  /** Finishes without a word, when there are no proposals to be had. */
  plain: ReactNode;
}

/** *Avslutt* in one step: everything is proposed, and Enter is enough when the proposals are right. */
export function AfterForm({ contact, beside, plain }: Props) {
  const t = useText();
  const [topic, setTopic] = useState<string | null>(null);
  const query = useProposal(contact, topic, "wrap_up");
  if (!query.data) {
    return (
      <>
        {query.isError && <InlineMessage status="warning">{explain(query.error) ?? t.problem.unreachableDetail}</InlineMessage>}
        {plain}
      </>
    );
  }
  return <Form contact={contact} proposal={query.data} beside={beside} topic={topic} onTopic={setTopic} />;
}

interface FormProps extends Pick<Props, "contact" | "beside"> {
  proposal: Proposal;
  topic: string | null;
  onTopic(topic: string): void;
}

function Form({ contact, proposal, beside, topic, onTopic }: FormProps) {
  const t = useText();
  const form = useForm(contact, proposal, topic);
  const done = useRef<HTMLButtonElement>(null);
  const hint = useId();
  useEffect(() => {
    if (!isTyping()) done.current?.focus({ preventScroll: true });
  }, []);
  return (
    <form
      className="after"
      aria-label={t.guide.after.title}
      onSubmit={(event) => {
        event.preventDefault();
        void form.send();
      }}
    >
      <TopicChoice proposal={proposal} topic={topic} onTopic={onTopic} />
      <RadioGroup size="small" legend={t.guide.after.solved} value={form.solved} onChange={form.setSolved}>
        <Radio value>{t.guide.after.yes}</Radio>
        <Radio value={false}>{t.guide.after.no}</Radio>
      </RadioGroup>
      {!form.solved && <HolderChoice proposal={proposal} form={form} />}
      <Select size="small" label={t.guide.after.cause} value={form.cause} onChange={(event) => form.setCause(event.target.value)}>
        <option value="">{t.guide.after.noCause}</option>
        {proposal.causes.map((cause) => (
          <option key={cause.id} value={cause.id}>
            {cause.name}
          </option>
        ))}
      </Select>
      <CameBefore count={proposal.came_before} />
      <Note contact={contact} proposal={proposal} onSend={() => void form.send()} />
      <Promises form={form} due={proposal.promise_due} />
      {form.problem && (
        <ErrorSummary size="small" heading={t.guide.after.wrong}>
          <ErrorSummary.Item href="#after-done">{form.problem}</ErrorSummary.Item>
        </ErrorSummary>
      )}
      <div className="call__buttons">
        <Button ref={done} id="after-done" type="submit" icon={<CheckmarkIcon aria-hidden />} loading={form.busy} aria-describedby={hint}>
          {t.guide.after.done} <kbd>{t.desk.offer.answerKey}</kbd>
        </Button>
        {beside}
      </div>
      <BodyShort size="small" className="subtle" id={hint}>
        {t.guide.after.doneSays}
      </BodyShort>
    </form>
  );
}

function TopicChoice({ proposal, topic, onTopic }: { proposal: Proposal; topic: string | null; onTopic(topic: string): void }) {
  const t = useText();
  return (
    <Select
      size="small"
      label={t.guide.after.topic}
      description={t.guide.after.by[proposal.topic_by]}
      value={topic ?? proposal.topic?.code ?? ""}
      onChange={(event) => onTopic(event.target.value)}
    >
      {proposal.topic === null && <option value="">{t.guide.advice.choose}</option>}
      {proposal.topics.map(({ code, name }) => (
        <option key={code} value={code}>
          {name}
        </option>
      ))}
    </Select>
  );
}

function CameBefore({ count }: { count: number }) {
  const t = useText();
  const format = useFormat();
  if (count === 0) return null;
  return (
    <InlineMessage status="info" size="small">
      {count === 1 ? t.guide.after.cameOnce : t.guide.after.cameBefore(format.count(count))}
    </InlineMessage>
  );
}

function HolderChoice({ proposal, form }: { proposal: Proposal; form: FormState }) {
  const t = useText();
  return (
    <div className="after__holder">
      <RadioGroup size="small" legend={t.guide.after.who} value={form.holder} onChange={form.setHolder}>
        {!proposal.no_log && <Radio value="unit">{t.guide.after.unitHas}</Radio>}
        <Radio value="me">{t.guide.after.iHave}</Radio>
        <Radio value="nobody">{t.guide.after.nobody}</Radio>
      </RadioGroup>
      {form.holder === "unit" && !proposal.no_log && (
        <>
          <div className="guide__pair">
            <Select size="small" label={t.guide.after.taskUnit} value={form.task.unit} onChange={(event) => form.setTask({ unit: event.target.value })}>
              {proposal.units.map((unit) => (
                <option key={unit.id} value={unit.id}>
                  {unit.name}
                </option>
              ))}
            </Select>
            <Select size="small" label={t.guide.after.taskKind} value={form.task.kind} onChange={(event) => form.setTask({ kind: event.target.value })}>
              {proposal.kinds.map((kind) => (
                <option key={kind.id} value={kind.id}>
                  {kind.name}
                </option>
              ))}
            </Select>
          </div>
          <DateField label={t.guide.after.taskDue} value={form.task.due} onChange={(due) => form.setTask({ due })} />
          <Textarea
            size="small"
            label={t.guide.after.taskText}
            description={t.guide.after.taskSays}
            minRows={2}
            value={form.task.text}
            onChange={(event) => form.setTask({ text: event.target.value })}
          />
        </>
      )}
    </div>
  );
}

function Promises({ form, due }: { form: FormState; due: string }) {
  const t = useText();
  return (
    <div className="after__promises">
      {form.promises.map((promise, index) => (
        <fieldset key={index} className="after__promise">
          <legend className="sr-only">{t.guide.after.promise}</legend>
          <TextField
            size="small"
            label={t.guide.after.promiseText}
            value={promise.text}
            onChange={(event) => form.setPromise(index, { text: event.target.value })}
          />
          <DateField label={t.guide.after.promiseDue} value={promise.due} onChange={(due) => form.setPromise(index, { due })} />
          <Button
            type="button"
            size="small"
            variant="tertiary"
            data-color="neutral"
            icon={<TrashIcon title={t.guide.after.removePromise} />}
            onClick={() => form.removePromise(index)}
          />
        </fieldset>
      ))}
      <Button
        type="button"
        size="small"
        variant="tertiary"
        data-color="neutral"
        icon={<PlusIcon aria-hidden />}
        onClick={() => form.addPromise(due)}
      >
        {t.guide.after.addPromise}
      </Button>
    </div>
  );
}

type FormState = ReturnType<typeof useForm>;

/** What the adviser changed; what is not changed follows the proposal. */
function useForm(contact: string, proposal: Proposal, topic: string | null) {
  const t = useText();
  const queries = useQueryClient();
  const { draft } = useDraft(contact, proposal.draft);
  const [solved, setSolved] = useState(proposal.solved);
  const [chosenHolder, setHolder] = useState<Holder | null>(null);
  const [chosenCause, setCause] = useState<string | null>(null);
  const [changed, change] = useState<Partial<{ unit: string; kind: string; due: string; text: string }>>({});
  const [promises, setPromises] = useState<{ due: string; text: string }[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const proposed = proposal.task;
  const task = {
    unit: changed.unit ?? proposed?.unit.id ?? "",
    kind: changed.kind ?? proposed?.kind.id ?? "",
    due: changed.due ?? proposed?.due ?? proposal.promise_due,
    text: changed.text ?? "",
  };
  const holder = chosenHolder ?? (proposed === null ? "me" : "unit");
  const cause = chosenCause ?? proposal.cause ?? "";
  const code = topic ?? proposal.topic?.code ?? "";

  const send = async () => {
    if (busy) return;
    const body: WrapUp = { topic: code, solved, promises };
    if (cause !== "") body.cause = cause;
    if (!proposal.no_log && draft.text.trim() !== "") body.note = draft.text;
    if (!solved && holder === "unit" && !proposal.no_log) body.task = { ...task, text: task.text.trim() || draft.text };
    setBusy(true);
    setProblem(null);
    try {
      await guideApi.wrapUp(contact, body);
      dropDraft(contact);
      void queries.invalidateQueries({ queryKey: ["afterwards"] });
    } catch (error) {
      setProblem((error instanceof Refusal ? explain(error) : null) ?? t.problem.unreachableDetail);
    } finally {
      setBusy(false);
    }
  };
  return {
    solved,
    setSolved,
    holder,
    setHolder: (next: Holder) => {
      setHolder(next);
      if (next === "me" && promises.length === 0) setPromises([{ due: proposal.promise_due, text: "" }]);
    },
    cause,
    setCause,
    task,
    setTask: (next: typeof changed) => change((before) => ({ ...before, ...next })),
    promises,
    addPromise: (due: string) => setPromises((before) => [...before, { due, text: "" }]),
    setPromise: (index: number, next: Partial<{ due: string; text: string }>) =>
      setPromises((before) => before.map((promise, place) => (place === index ? { ...promise, ...next } : promise))),
    removePromise: (index: number) => setPromises((before) => before.filter((_, place) => place !== index)),
    problem,
    busy,
    send,
  };
}
