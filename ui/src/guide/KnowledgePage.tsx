import { PencilIcon, PlusIcon } from "@navikt/aksel-icons";
import { BodyLong, BodyShort, Button, Heading, Search, Select } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Article, guideApi } from "../api/guide";
import { Loaded } from "../common/Loaded";
import { useSettings, useText } from "../common/settings";
import { useTitle } from "../common/title";
import { useMay } from "../identity/session";
import { Editor } from "./Editor";
import { History } from "./History";
import { ArticleFacts, Hits } from "./SearchPanel";

const KINDS = ["article", "answer", "news", "status", "corner"];

import "./guide.css";

/** *Kunnskap*: search, read, and for those who answer for it: write, see the history, undo. */
export function KnowledgePage() {
  const t = useText();
  useTitle(t.guide.knowledge.title);
  const [words, setWords] = useState("");
  const writes = useMay("write");
  const [kind, setKind] = useState("article");
  const [opened, setOpened] = useState<string | null>(null);
  const [writing, setWriting] = useState(false);
  const open = (article: Article) => {
    setOpened(article.id);
    setWriting(false);
  };
  return (
    <div className="page">
      <div className="panel__head">
        <Heading level="1" size="large">
          {t.guide.knowledge.title}
        </Heading>
        {writes && (
          <Button
            size="small"
            variant="secondary"
            data-color="neutral"
            icon={<PlusIcon aria-hidden />}
            onClick={() => {
              setOpened(null);
              setWriting(true);
            }}
          >
            {t.guide.knowledge.new}
          </Button>
        )}
      </div>
      <BodyLong className="lead">{t.guide.knowledge.lead}</BodyLong>
      <div className="guide__columns guide__columns--list">
        <section className="panel guide" aria-label={t.guide.knowledge.search}>
          <Search size="small" label={t.guide.search.label} hideLabel={false} variant="simple" value={words} onChange={setWords} />
          <Select size="small" label={t.guide.knowledge.kind} value={kind} onChange={(event) => setKind(event.target.value)}>
            {KINDS.map((each) => (
              <option key={each} value={each}>
                {t.guide.search.kinds[each]}
              </option>
            ))}
          </Select>
          {words.trim() === "" ? <All kind={kind} onOpen={open} /> : <Hits topic={null} words={words} kind={kind} onOpen={open} />}
        </section>
        {writing ? (
          <Editor key="new" article={null} kind={kind} onDone={(article) => (article ? open(article) : setWriting(false))} />
        ) : opened === null ? (
          <BodyShort className="empty">{t.guide.knowledge.empty}</BodyShort>
        ) : (
          <Reader key={opened} article={opened} />
        )}
      </div>
    </div>
  );
}

function All({ kind, onOpen }: { kind: string; onOpen(article: Article): void }) {
  const t = useText();
  const { language } = useSettings();
  const query = useQuery({ queryKey: ["knowledge", "all", kind, language], queryFn: () => guideApi.articles(kind) });
  return (
    <Loaded query={query} source={t.guide.source.knowledge}>
      {({ items }) => {
        const shown = items.filter((article) => article.language === language);
        if (shown.length === 0) return <BodyShort size="small">{t.guide.knowledge.none}</BodyShort>;
        return (
          <ul className="guide__hits guide__hits--tall" tabIndex={0} aria-label={t.guide.knowledge.topics}>
            {shown.map((article) => (
              <li key={article.id}>
                <button type="button" className="guide__hit" onClick={() => onOpen(article)}>
                  <strong>{article.title}</strong>
                  <span className="subtle">{article.topic ? `${article.topic.name} (${article.topic.code})` : t.guide.knowledge.all}</span>
                </button>
              </li>
            ))}
          </ul>
        );
      }}
    </Loaded>
  );
}

function Reader({ article: id }: { article: string }) {
  const t = useText();
  const { language } = useSettings();
  const [shows, setShows] = useState<"text" | "editor" | "history">("text");
  const writes = useMay("write");
  const query = useQuery({ queryKey: ["knowledge", "one", id, language], queryFn: () => guideApi.article(id) });
  return (
    <Loaded query={query} source={t.guide.source.knowledge}>
      {(article) => {
        if (shows === "editor") return <Editor article={article} kind={article.kind} onDone={() => setShows("text")} />;
        return (
          <article className="panel guide">
            <Heading level="2" size="medium">
              {article.title}
            </Heading>
            <ArticleFacts article={article} />
            <p className="guide__body">{article.body}</p>
            <BodyShort size="small" className="subtle">
              {article.review_by && `${t.guide.knowledge.reviewBy(article.review_by)}. `}
              {article.example && t.guide.knowledge.exampleSays}
            </BodyShort>
            <div className="guide__buttons">
              {writes && (
                <Button
                  size="small"
                  variant="secondary"
                  data-color="neutral"
                  icon={<PencilIcon aria-hidden />}
                  onClick={() => setShows("editor")}
                >
                  {t.guide.knowledge.edit}
                </Button>
              )}
              <Button
                size="small"
                variant="tertiary"
                data-color="neutral"
                aria-expanded={shows === "history"}
                onClick={() => setShows(shows === "history" ? "text" : "history")}
              >
                {t.guide.knowledge.history}
              </Button>
            </div>
            {shows === "history" && <History article={article} />}
          </article>
        );
      }}
    </Loaded>
  );
}
