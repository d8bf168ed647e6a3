import { BodyShort, Button, Checkbox, Heading, LocalAlert, Select, Textarea, TextField } from "@navikt/ds-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";

import { type Article, guideApi, type Topic, type Written } from "../api/guide";
import { DateField } from "../common/DateField";
import { explain } from "../common/LoadFailed";
import { useSettings, useText } from "../common/settings";
import { unsaved } from "./unsaved";

const LANGUAGES = ["nb", "nn", "se", "en"] as const;

interface Props {
  article: Article | null;
  kind: string;
  onDone(article: Article | null): void;
  /** Whether something is written that is not saved. */
  onUnsaved(is: boolean): void;
}

/** Writes an article, with a preview beside; nothing typed is lost when saving fails or the page is left. */
export function Editor({ article, kind, onDone, onUnsaved }: Props) {
  const t = useText();
  const { language } = useSettings();
  const queries = useQueryClient();
  const title = useId();
  const words = useQuery({ queryKey: ["guidance", language], queryFn: guideApi.words, staleTime: Infinity });
  const first = useRef<HTMLInputElement>(null);
  const owners = useId();
  const id = article?.id ?? null;
  const blank = (): Written => ({
    ...(article === null ? { kind } : { version: article.version }),
    ...(article?.topic ? { topic: article.topic.code } : {}),
    ...(article?.review_by ? { review_by: article.review_by } : {}),
    language: article?.language ?? language,
    owner: article?.owner ?? "",
    title: article?.title ?? "",
    body: article?.body ?? "",
    pinned: article?.pinned ?? false,
    withdrawn: article?.withdrawn ?? false,
    why: "",
  });
  const [before] = useState(() => unsaved.get(id));
  const [found, setFound] = useState(before !== null);
  const [written, setWritten] = useState<Written>(() => before ?? blank());
  const [changed, setChanged] = useState(before !== null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<Written>) => {
    setChanged(true);
    setWritten((last) => ({ ...last, ...change }));
  };
  useEffect(() => first.current?.focus(), []);
  useEffect(() => {
    if (changed) unsaved.keep(id, written);
  }, [id, changed, written]);
  useEffect(() => {
    onUnsaved(changed);
    return () => onUnsaved(false);
  }, [changed, onUnsaved]);
  const drop = () => {
    unsaved.drop(id);
    setChanged(false);
    setFound(false);
    onUnsaved(false);
  };
  const save = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const body = { ...written };
      if (!body.topic) delete body.topic;
      if (!body.review_by) delete body.review_by;
      const saved = article === null ? await guideApi.add(body) : await guideApi.change(article.id, body);
      drop();
      await queries.invalidateQueries({ queryKey: ["knowledge"] });
      onDone(saved);
    } catch (error) {
      setFailure(explain(error) ?? t.problem.unreachableDetail);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="panel guide"
      aria-labelledby={title}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Heading level="2" size="small" id={title}>
        {article === null ? t.guide.knowledge.new : t.guide.knowledge.edit}
      </Heading>
      {found && (
        <LocalAlert status="announcement" size="small">
          <LocalAlert.Header>
            <LocalAlert.Title as="h3">{t.guide.unsaved.found}</LocalAlert.Title>
          </LocalAlert.Header>
          <LocalAlert.Content>
            <Button
              type="button"
              size="small"
              variant="secondary"
              data-color="neutral"
              onClick={() => {
                drop();
                setWritten(blank());
                first.current?.focus();
              }}
            >
              {t.guide.unsaved.drop}
            </Button>
          </LocalAlert.Content>
        </LocalAlert>
      )}
      <TextField ref={first} size="small" label={t.guide.knowledge.titleField} value={written.title} onChange={(event) => set({ title: event.target.value })} />
      <Textarea
        size="small"
        label={t.guide.knowledge.bodyField}
        description={t.guide.knowledge.placeholders}
        minRows={6}
        maxRows={20}
        value={written.body}
        onChange={(event) => set({ body: event.target.value })}
      />
      <div className="guide__pair">
        <TextField
          size="small"
          label={t.guide.knowledge.ownerField}
          list={owners}
          value={written.owner}
          onChange={(event) => set({ owner: event.target.value })}
        />
        <datalist id={owners}>
          {words.data?.units.map((unit) => (
            <option key={unit.id} value={unit.name} />
          ))}
        </datalist>
        <Select
          size="small"
          label={t.guide.knowledge.topicField}
          value={written.topic ?? ""}
          onChange={(event) => set({ topic: event.target.value })}
        >
          <option value="">{t.guide.unsaved.noTopic}</option>
          {topics(words.data?.topics ?? [], written.topic, language).map((topic) => (
            <option key={topic.code} value={topic.code}>
              {`${topic.name} (${topic.code})`}
            </option>
          ))}
        </Select>
        <DateField label={t.guide.knowledge.reviewField} value={written.review_by ?? ""} onChange={(review_by) => set({ review_by })} />
        <Select size="small" label={t.guide.knowledge.language} value={written.language} onChange={(event) => set({ language: event.target.value })}>
          {LANGUAGES.map((each) => (
            <option key={each} value={each} lang={each}>
              {t.guide.unsaved.languages[each]}
            </option>
          ))}
        </Select>
      </div>
      <Checkbox size="small" checked={written.pinned} onChange={(event) => set({ pinned: event.target.checked })}>
        {t.guide.knowledge.pinned}
      </Checkbox>
      {article !== null && (
        <Checkbox size="small" checked={written.withdrawn} onChange={(event) => set({ withdrawn: event.target.checked })}>
          {t.guide.knowledge.withdrawn}
        </Checkbox>
      )}
      <TextField
        size="small"
        label={t.guide.knowledge.whyField}
        description={t.guide.knowledge.whySays}
        value={written.why}
        onChange={(event) => set({ why: event.target.value })}
      />
      <Preview written={written} />
      {failure && <BodyShort role="alert">{failure}</BodyShort>}
      <div className="guide__buttons">
        <Button type="submit" size="small" loading={busy}>
          {t.guide.knowledge.save}
        </Button>
        <Button type="button" size="small" variant="tertiary" data-color="neutral" onClick={() => onDone(null)}>
          {t.guide.knowledge.cancel}
        </Button>
      </div>
    </form>
  );
}

/** By name; the topic that is written already is among them also while the list is not there. */
function topics(known: Topic[], chosen: string | undefined, language: string): Topic[] {
  const missing = chosen && !known.some(({ code }) => code === chosen) ? [{ code: chosen, name: chosen }] : [];
  return [...known, ...missing].sort((a, b) => a.name.localeCompare(b.name, language));
}

function Preview({ written }: { written: Written }) {
  const t = useText();
  if (written.title === "" && written.body === "") return null;
  return (
    <div className="guide__preview">
      <BodyShort size="small" className="subtle">
        {t.guide.knowledge.preview}
      </BodyShort>
      <BodyShort weight="semibold">{written.title}</BodyShort>
      <p className="guide__body">{written.body}</p>
    </div>
  );
}
