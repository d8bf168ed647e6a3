import { BodyShort, Button, Tag } from "@navikt/ds-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type Article, guideApi } from "../api/guide";
import { explain, LoadFailed } from "../common/LoadFailed";
import { useFormat, useText } from "../common/settings";

/** Every version of an article, the newest first; each can be gone back to. */
export function History({ article }: { article: Article }) {
  const t = useText();
  const format = useFormat();
  const queries = useQueryClient();
  const [failure, setFailure] = useState<string | null>(null);
  const query = useQuery({
    queryKey: ["knowledge", "versions", article.id, article.version],
    queryFn: () => guideApi.versions(article.id),
  });
  if (query.isError) return <LoadFailed source={t.guide.source.knowledge} error={query.error} onRetry={() => void query.refetch()} />;
  const undo = async (to: number) => {
    try {
      await guideApi.undo(article.id, article.version, to, t.guide.knowledge.undo);
      void queries.invalidateQueries({ queryKey: ["knowledge"] });
    } catch (error) {
      setFailure(explain(error) ?? t.problem.unreachableDetail);
    }
  };
  return (
    <div className="guide__history">
      {failure && <BodyShort role="alert">{failure}</BodyShort>}
      <ol className="guide__left" reversed>
        {query.data?.items.map((version) => (
          <li key={version.version} data-version={version.version}>
            <span className="guide__facts">
              <strong>{t.guide.knowledge.version(format.number(version.version))}</strong>
              <span className="subtle">
                {format.date(version.at)} {format.time(version.at)} · {version.by}
              </span>
              {version.version === article.version && (
                <Tag size="xsmall" variant="outline" data-color="success">
                  {t.guide.knowledge.current}
                </Tag>
              )}
            </span>
            <span>{version.why}</span>
            <span className="guide__body subtle">{version.body}</span>
            {version.version !== article.version && (
              <Button size="xsmall" variant="secondary" data-color="neutral" onClick={() => void undo(version.version)}>
                {t.guide.knowledge.undo}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
