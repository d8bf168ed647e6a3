import { BodyShort, Button, Heading, Search, Tag } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useId, useState } from "react";

import { type Article, type Found, guideApi } from "../api/guide";
import { LoadFailed } from "../common/LoadFailed";
import { useFormat, useSettings, useText } from "../common/settings";
import { fill } from "./fill";

interface Props {
  /** Its entries come first. */
  topic: string | null;
  /** What placeholders stand for. */
  known: Record<string, string | null>;
  /** Puts an answer into the note, where there is one. */
  onUse: ((text: string) => void) | null;
}

/** *Svarberedskap*: answers while typing. */
export function SearchPanel({ topic, known, onUse }: Props) {
  const t = useText();
  const title = useId();
  const [words, setWords] = useState("");
  const [opened, setOpened] = useState<Article | null>(null);
  return (
    <section className="panel guide" aria-labelledby={title}>
      <Heading level="2" size="small" id={title}>
        {t.guide.search.title}
      </Heading>
      <Search
        size="small"
        label={t.guide.search.label}
        hideLabel={false}
        description={t.guide.search.hint}
        variant="simple"
        value={words}
        onChange={(text) => {
          setWords(text);
          setOpened(null);
        }}
      />
      {opened ? (
        <Opened article={opened} known={known} onUse={onUse} onClose={() => setOpened(null)} />
      ) : (
        <Hits words={words} topic={topic} onOpen={setOpened} />
      )}
    </section>
  );
}

function useSearch(words: string, topic: string | null, kind: string | null = null) {
  const { language } = useSettings();
  const typed = useDeferredValue(words.trim());
  return useQuery({
    queryKey: ["knowledge", "search", typed, topic, language, kind],
    queryFn: () => guideApi.search(typed, topic, language, kind),
    enabled: typed !== "",
    placeholderData: (before) => before,
  });
}

interface HitsProps {
  words: string;
  topic: string | null;
  /** Only articles of this kind. */
  kind?: string;
  onOpen(article: Article): void;
}

/** What was found, as it is typed; nothing while nothing is. */
export function Hits({ words, topic, kind, onOpen }: HitsProps) {
  const t = useText();
  const format = useFormat();
  const found = useSearch(words, topic, kind);
  if (words.trim() === "") return null;
  if (found.isError) return <LoadFailed source={t.guide.source.knowledge} error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return null;
  const { items } = found.data;
  return (
    <>
      <BodyShort size="small" className="subtle" role="status">
        {items.length === 0 ? t.guide.search.empty(words.trim()) : t.guide.search.hits(format.number(items.length))}
      </BodyShort>
      <ul className="guide__hits">
        {items.map((hit) => (
          <li key={hit.article.id}>
            <Hit hit={hit} onOpen={onOpen} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Hit({ hit, onOpen }: { hit: Found; onOpen(article: Article): void }) {
  const t = useText();
  const { article, snippet } = hit;
  return (
    <button type="button" className="guide__hit" onClick={() => onOpen(article)}>
      <strong>{article.title}</strong>
      <span className="subtle">
        {t.guide.search.kinds[article.kind]}
        {article.topic && ` · ${article.topic.name}`}
      </span>
      <span>
        {snippet.map((piece, index) => (piece.hit ? <mark key={index}>{piece.text}</mark> : piece.text))}
      </span>
    </button>
  );
}

interface OpenedProps extends Pick<Props, "known" | "onUse"> {
  article: Article;
  onClose(): void;
}

function Opened({ article, known, onUse, onClose }: OpenedProps) {
  const t = useText();
  const [said, setSaid] = useState("");
  const text = fill(article.body, known);
  const isAnswer = article.kind === "answer";
  return (
    <article className="guide__article">
      <Heading level="3" size="xsmall">
        {article.title}
      </Heading>
      <ArticleFacts article={article} />
      <p className="guide__body">{isAnswer ? text : article.body}</p>
      <div className="guide__buttons">
        {isAnswer && (
          <Button
            size="xsmall"
            variant="secondary"
            data-color="neutral"
            onClick={() => {
              void navigator.clipboard.writeText(text);
              setSaid(t.guide.search.copied);
            }}
          >
            {t.guide.search.copy}
          </Button>
        )}
        {isAnswer && onUse && (
          <Button
            size="xsmall"
            variant="secondary"
            data-color="neutral"
            onClick={() => {
              onUse(text);
              setSaid(t.guide.search.used);
            }}
          >
            {t.guide.search.use}
          </Button>
        )}
        <Button size="xsmall" variant="tertiary" data-color="neutral" onClick={onClose}>
          {t.guide.search.close}
        </Button>
        <span role="status" className="subtle">
          {said}
        </span>
      </div>
    </article>
  );
}

export function ArticleFacts({ article }: { article: Article }) {
  const t = useText();
  const format = useFormat();
  return (
    <div className="guide__facts">
      <BodyShort size="small" className="subtle">
        {t.guide.search.owner(article.owner, format.date(article.changed))}
      </BodyShort>
      {article.example && (
        <Tag size="xsmall" variant="outline" data-color="neutral">
          {t.guide.search.example}
        </Tag>
      )}
      {article.stale && (
        <Tag size="xsmall" variant="outline" data-color="warning">
          {t.guide.search.stale}
        </Tag>
      )}
    </div>
  );
}
