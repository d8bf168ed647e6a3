import { PencilIcon, PlusIcon } from "@navikt/aksel-icons";
import { BodyLong, BodyShort, Button, Heading, Search, Select } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";

import { type Article, guideApi } from "../api/guide";
import { Loaded } from "../common/Loaded";
import { useSettings, useText } from "../common/settings";
import { useTitle } from "../common/title";
import { useMay } from "../identity/session";
import { Editor } from "./Editor";
import { History } from "./History";
import { useLeaveUnsaved } from "./LeaveUnsaved";
import { ArticleFacts, Hits } from "./SearchPanel";
import { unsaved } from "./unsaved";

const PAGES = ["nb", "en"];
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
  const [round, setRound] = useState(0);
  const dirty = useRef(false);
  const onUnsaved = useCallback((is: boolean) => {
    dirty.current = is;
  }, []);
  const isUnsaved = useCallback(() => dirty.current, []);
  const { leave, question } = useLeaveUnsaved(isUnsaved, () => {
    dirty.current = false;
    unsaved.drop(writing ? null : opened);
  });
  const shown = useRef<HTMLDivElement>(null);
  const show = (article: Article) => {
    setOpened(article.id);
    setWriting(false);
  };
  const open = (article: Article) => leave(() => show(article));
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
            onClick={() =>
              leave(() => {
                setOpened(null);
                setWriting(true);
                setRound((before) => before + 1);
              })
            }
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
        <div ref={shown} tabIndex={-1} className="guide__shown">
        {writing ? (
          <Editor
            key={`new-${round}`}
            article={null}
            kind={kind}
            onUnsaved={onUnsaved}
            onDone={(article) =>
              leave(() => {
                if (article) show(article);
                else setWriting(false);
                shown.current?.focus();
              })
            }
          />
        ) : opened === null ? (
          <BodyShort className="empty">{t.guide.knowledge.empty}</BodyShort>
        ) : (
          <Reader key={opened} article={opened} onUnsaved={onUnsaved} leave={leave} />
        )}
        </div>
      </div>
      {question}
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
        // What is written in a language that the pages are not in, is shown in all of them.
        const shown = items.filter((article) => article.language === language || !PAGES.includes(article.language));
        if (shown.length === 0) return <BodyShort size="small">{t.guide.knowledge.none}</BodyShort>;
        return (
          <ul className="guide__hits guide__hits--tall" tabIndex={0} aria-label={t.guide.knowledge.topics}>
            {shown.map((article) => (
              <li key={article.id}>
                <button type="button" className="guide__hit" onClick={() => onOpen(article)}>
                  <strong lang={article.language}>{article.title}</strong>
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

interface ReaderProps {
  article: string;
  onUnsaved(is: boolean): void;
  leave(go: () => void): void;
}

function Reader({ article: id, onUnsaved, leave }: ReaderProps) {
  const t = useText();
  const { language } = useSettings();
  const [shows, setShows] = useState<"text" | "editor" | "history">("text");
  const writes = useMay("write");
  const query = useQuery({ queryKey: ["knowledge", "one", id, language], queryFn: () => guideApi.article(id) });
  return (
    <Loaded query={query} source={t.guide.source.knowledge}>
      {(article) => {
        if (shows === "editor") return <Editor article={article} kind={article.kind} onUnsaved={onUnsaved} onDone={() => leave(() => setShows("text"))} />;
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
