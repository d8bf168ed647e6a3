import { BodyShort, Button, Checkbox, Heading, Select, Textarea, TextField } from "@navikt/ds-react";
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";

import { type Article, guideApi, type Written } from "../api/guide";
import { DateField } from "../common/DateField";
import { explain } from "../common/LoadFailed";
import { useSettings, useText } from "../common/settings";

interface Props {
  article: Article | null;
  kind: string;
  onDone(article: Article | null): void;
}

/** Writes an article, with a preview beside; nothing typed is lost when saving fails. */
export function Editor({ article, kind, onDone }: Props) {
  const t = useText();
  const { language } = useSettings();
  const queries = useQueryClient();
  const title = useId();
  const [written, setWritten] = useState<Written>(() => ({
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
  }));
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<Written>) => setWritten((before) => ({ ...before, ...change }));
  const save = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const body = { ...written };
      if (!body.topic) delete body.topic;
      if (!body.review_by) delete body.review_by;
      const saved = article === null ? await guideApi.add(body) : await guideApi.change(article.id, body);
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
      <TextField size="small" label={t.guide.knowledge.titleField} value={written.title} onChange={(event) => set({ title: event.target.value })} />
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
        <TextField size="small" label={t.guide.knowledge.ownerField} value={written.owner} onChange={(event) => set({ owner: event.target.value })} />
        <TextField
          size="small"
          label={t.guide.knowledge.topicField}
          value={written.topic ?? ""}
          onChange={(event) => set({ topic: event.target.value.toUpperCase() })}
        />
        <DateField label={t.guide.knowledge.reviewField} value={written.review_by ?? ""} onChange={(review_by) => set({ review_by })} />
        <Select size="small" label={t.guide.knowledge.language} value={written.language} onChange={(event) => set({ language: event.target.value })}>
          <option value="nb">{t.settings.nb}</option>
          <option value="en">{t.settings.en}</option>
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
