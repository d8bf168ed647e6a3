import { CheckmarkIcon, PlusIcon, TrashIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, ErrorSummary, InlineMessage, Radio, RadioGroup, Select, Skeleton, Tag, Textarea, TextField } from "@navikt/ds-react";
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

import { Refusal } from "../api/client";
import { guideApi, type Proposal, type WrapUp } from "../api/guide";
import { DateField } from "../common/DateField";
import { explain } from "../common/LoadFailed";
import { useFormat, useText } from "../common/settings";
import { isTyping } from "../common/typing";
import { Waiting } from "../common/Waiting";
import { dropDraft, meetRefusal, useDraft, versionOf } from "./drafts";
import { Note } from "./NotePanel";
import { perContact } from "./perContact";
import type { Stage } from "./Unsure";
import { useProposal } from "./useProposal";

type Holder = "unit" | "me" | "nobody";

/** What the adviser chose and wrote beside the note; what is not chosen follows the proposal. */
interface Chosen {
  topic: string | null;
  solved: boolean | null;
  holder: Holder | null;
  cause: string | null;
  task: Partial<{ unit: string; kind: string; due: string; text: string }>;
  promises: { due: string; text: string }[];
}

const choices = perContact<Chosen>("linje.wrap-up.", { topic: null, solved: null, holder: null, cause: null, task: {}, promises: [] });

interface Props {
  contact: string;
  /** Buttons beside the one that finishes, such as for the clock. */
  beside: ReactNode;
  /** Finishes without a word, when there are no proposals to be had. */
  plain: ReactNode;
  /** Whether it is the wrap-up now, or what was left of one. */
  stage?: Stage;
  onDone?(): void;
}

/** *Avslutt* in one step: what can be proposed is; whether it was solved is chosen, by one key; Enter does the rest. */
export function AfterForm({ contact, beside, plain, stage = "wrap_up", onDone }: Props) {
  const t = useText();
  const [chosen, choose] = choices.use(contact);
  const query = useProposal(contact, chosen.topic, "wrap_up");
  if (query.isLoading) {
    return (
      <Waiting>
        <Skeleton variant="rounded" height="16rem" />
      </Waiting>
    );
  }
  if (!query.data) {
    return (
      <>
        {query.isError && <InlineMessage status="warning">{explain(query.error) ?? t.problem.unreachableDetail}</InlineMessage>}
        {plain}
      </>
    );
  }
  return <Form contact={contact} proposal={query.data} beside={beside} chosen={chosen} choose={choose} stage={stage} onDone={onDone} />;
}

interface FormProps extends Pick<Props, "contact" | "beside" | "onDone"> {
  proposal: Proposal;
  stage: Stage;
  chosen: Chosen;
  choose(next: Chosen): void;
}

function Form({ contact, proposal, beside, chosen, choose, stage, onDone }: FormProps) {
  const t = useText();
  const form = useForm({ contact, proposal, chosen, choose, stage, onDone });
  const hint = useId();
  const summary = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // To what is to be decided first, so that a slip on Enter decides nothing.
    if (!isTyping()) document.getElementById(proposal.topic === null ? form.place.topic : form.place.solved)?.focus({ preventScroll: true });
    // Once: what is chosen later does not move the focus.
  }, []);
  useEffect(() => {
    if (form.pressed > 0) summary.current?.focus();
  }, [form.pressed]);
  return (
    <form
      className="after"
      aria-label={t.guide.after.title}
      onSubmit={(event) => {
        event.preventDefault();
        void form.send();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        void form.send();
      }}
    >
      <TopicChoice proposal={proposal} topic={chosen.topic} onTopic={form.setTopic} id={form.place.topic} />
      <Solved form={form} />
      {form.solved === false && <HolderChoice proposal={proposal} form={form} />}
      <Select size="small" label={t.guide.after.cause} value={form.cause} onChange={(event) => form.setCause(event.target.value)}>
        <option value="">{t.guide.after.noCause}</option>
        {proposal.causes.map((cause) => (
          <option key={cause.id} value={cause.id}>
            {cause.name}
          </option>
        ))}
      </Select>
      <CameBefore count={proposal.came_before} />
      <div id={form.place.note} tabIndex={-1}>
        <Note contact={contact} proposal={proposal} stage={stage} />
      </div>
      <Promises form={form} due={proposal.promise_due} />
      {(form.problem || form.shown.length > 0) && (
        <ErrorSummary ref={summary} size="small" heading={t.guide.after.wrong}>
          {form.shown.map(({ place, text }) => (
            <ErrorSummary.Item key={place} href={`#${place}`}>
              {text}
            </ErrorSummary.Item>
          ))}
          {form.problem && <ErrorSummary.Item href={`#${form.place.done}`}>{form.problem}</ErrorSummary.Item>}
        </ErrorSummary>
      )}
      <div className="call__buttons">
        <Button id={form.place.done} type="submit" icon={<CheckmarkIcon aria-hidden />} loading={form.busy} aria-describedby={hint}>
          {t.guide.after.done} <kbd>{t.desk.offer.answerKey}</kbd>
        </Button>
        {beside}
      </div>
      <BodyShort size="small" className="subtle" id={hint}>
        {form.solved === null ? t.guide.after.chooseFirst : t.guide.after.doneSays}
      </BodyShort>
    </form>
  );
}

/** Chosen, never proposed: with a key of its own while the focus is here. */
function Solved({ form }: { form: FormState }) {
  const words = useText().guide.after;
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const key = event.key.toUpperCase();
    if (key !== words.yesKey && key !== words.noKey) return;
    event.preventDefault();
    form.setSolved(key === words.yesKey);
    document.getElementById(key === words.yesKey ? form.place.solved : `${form.place.solved}-no`)?.focus();
  };
  return (
    <div onKeyDown={onKey}>
      <RadioGroup
        size="small"
        legend={words.solved}
        description={words.solvedKeys}
        value={form.solved ?? ""}
        error={form.errorAt(form.place.solved)}
        onChange={form.setSolved}
      >
        <Radio id={form.place.solved} value>
          {words.yes} <kbd>{words.yesKey}</kbd>
        </Radio>
        <Radio id={`${form.place.solved}-no`} value={false}>
          {words.no} <kbd>{words.noKey}</kbd>
        </Radio>
      </RadioGroup>
    </div>
  );
}

function TopicChoice({ proposal, topic, onTopic, id }: { proposal: Proposal; topic: string | null; onTopic(topic: string): void; id: string }) {
  const t = useText();
  const isProposed = proposal.topic !== null && proposal.topic_by !== "chosen";
  return (
    <Select
      size="small"
      id={id}
      label={
        <span className="after__label">
          {t.guide.after.topic}
          {isProposed && (
            <Tag size="xsmall" variant="outline" data-color="info">
              {t.guide.after.proposal}
            </Tag>
          )}
        </span>
      }
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
          <div className="after__due">
            <DateField label={t.guide.after.taskDue} value={form.task.due} onChange={(due) => form.setTask({ due })} />
            {form.because && (
              <BodyShort size="small" className="subtle" data-because>
                {form.because}
              </BodyShort>
            )}
          </div>
          <Textarea
            size="small"
            id={form.place.task}
            error={form.errorAt(form.place.task)}
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
            id={form.place.promise(index)}
            error={form.errorAt(form.place.promise(index))}
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

/** Where each thing is that can be missing. What was left of one wrap-up may lie behind another. */
function places(stage: Stage) {
  const form = stage === "closed" ? "left" : "after";
  return {
    topic: `${form}-topic`,
    solved: `${form}-solved`,
    task: `${form}-task`,
    note: `${form}-note`,
    done: `${form}-done`,
    promise: (index: number) => `${form}-promise-${index}`,
  };
}

function useForm({ contact, proposal, chosen, choose, stage, onDone }: Omit<FormProps, "beside">) {
  const place = places(stage);
  const t = useText();
  const queries = useQueryClient();
  const { draft } = useDraft(contact, proposal.draft);
  const { solved, promises, task: changed } = chosen;
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  /** How often it was pressed with something missing. */
  const [pressed, setPressed] = useState(0);
  const set = (next: Partial<Chosen>) => choose({ ...chosen, ...next });

  const proposed = proposal.task;
  const task = {
    unit: changed.unit ?? proposed?.unit.id ?? "",
    kind: changed.kind ?? proposed?.kind.id ?? "",
    due: changed.due ?? proposed?.due ?? proposal.promise_due,
    text: changed.text ?? "",
  };
  const holder = chosen.holder ?? (proposed === null ? "me" : "unit");
  const cause = chosen.cause ?? proposal.cause ?? "";
  const code = chosen.topic ?? proposal.topic?.code ?? "";

  const hasTask = solved === false && holder === "unit" && !proposal.no_log;
  const words = t.guide.after.missing;
  const missing = [
    ...(code === "" ? [{ place: place.topic, text: words.topic }] : []),
    ...(solved === null ? [{ place: place.solved, text: words.solved }] : []),
    ...(hasTask && task.text.trim() === "" && draft.text.trim() === "" ? [{ place: place.task, text: words.task }] : []),
    ...(draft.other !== null ? [{ place: place.note, text: t.tabs.noteElsewhere.chooseFirst }] : []),
    ...promises.flatMap(({ text }, index) => (text.trim() === "" ? [{ place: place.promise(index), text: words.promise }] : [])),
  ];
  const shown = pressed > 0 ? missing : [];
  // The reason holds for what was proposed, not for what was made of it.
  const isAsProposed = changed.unit === undefined && changed.kind === undefined && changed.due === undefined;
  /** Who has it now and has promised nothing yet, promises something. */
  const promised = (next: Holder) => (next === "me" && promises.length === 0 ? [{ due: proposal.promise_due, text: "" }] : promises);

  const send = async () => {
    if (busy) return;
    if (solved === null || missing.length > 0) {
      setPressed((before) => before + 1);
      return;
    }
    const body: WrapUp = { topic: code, solved, promises };
    if (cause !== "") body.cause = cause;
    if (!proposal.no_log) {
      if (draft.text.trim() !== "") body.note = draft.text;
      body.draft = versionOf(contact);
    }
    if (hasTask) body.task = { ...task, text: task.text.trim() || draft.text };
    setBusy(true);
    setProblem(null);
    try {
      await guideApi.wrapUp(contact, body);
      dropDraft(contact);
      choices.drop(contact);
      void queries.invalidateQueries({ queryKey: ["afterwards"] });
      onDone?.();
    } catch (error) {
      const met = meetRefusal(contact, error);
      if (met === "choose") setPressed((before) => before + 1);
      else setProblem(met === "again" ? t.tabs.noteElsewhere.again : (error instanceof Refusal ? explain(error) : null) ?? t.problem.unreachableDetail);
    } finally {
      setBusy(false);
    }
  };
  return {
    solved,
    setTopic: (next: string) => set({ topic: next }),
    setSolved: (next: boolean) => set({ solved: next, promises: next ? promises : promised(holder) }),
    holder,
    setHolder: (next: Holder) => set({ holder: next, promises: promised(next) }),
    cause,
    setCause: (next: string) => set({ cause: next }),
    task,
    setTask: (next: Chosen["task"]) => set({ task: { ...changed, ...next } }),
    promises,
    addPromise: (due: string) => set({ promises: [...promises, { due, text: "" }] }),
    setPromise: (index: number, next: Partial<{ due: string; text: string }>) =>
      set({ promises: promises.map((promise, number) => (number === index ? { ...promise, ...next } : promise)) }),
    removePromise: (index: number) => set({ promises: promises.filter((_, number) => number !== index) }),
    because: isAsProposed ? proposed?.because : undefined,
    place,
    shown,
    errorAt: (at: string) => shown.find((missed) => missed.place === at)?.text,
    pressed,
    problem,
    busy,
    send,
  };
}
