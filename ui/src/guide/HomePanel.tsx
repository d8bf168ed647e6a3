import { BodyShort, Heading } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";

import { type Article, guideApi } from "../api/guide";
import { Loaded } from "../common/Loaded";
import { useSettings, useText } from "../common/settings";

const EVERY_MS = 60_000;

/** What everybody should know today: status of systems, news, the traffic controller's corner. */
export function HomePanel() {
  const t = useText();
  const { language } = useSettings();
  const title = useId();
  const query = useQuery({ queryKey: ["knowledge", "home", language], queryFn: guideApi.home, refetchInterval: EVERY_MS });
  const shown = (articles: Article[]) => articles.filter((article) => article.language === language).slice(0, 3);
  return (
    <section className="panel guide" aria-labelledby={title}>
      <Heading level="2" size="xsmall" id={title}>
        {t.guide.home.title}
      </Heading>
      <Loaded query={query} source={t.guide.source.knowledge} height="4rem">
        {(home) => {
          const parts = [
            [t.guide.home.status, shown(home.status)],
            [t.guide.home.news, shown(home.news)],
            [t.guide.home.corner, shown(home.corner)],
          ] as const;
          if (parts.every(([, articles]) => articles.length === 0)) return <BodyShort size="small">{t.guide.home.none}</BodyShort>;
          return (
            <>
              {parts.map(([name, articles]) =>
                articles.map((article) => (
                  <div key={article.id} className="guide__news">
                    <BodyShort size="small" className="subtle">
                      {name}
                    </BodyShort>
                    <BodyShort size="small" weight="semibold">
                      {article.title}
                    </BodyShort>
                    <BodyShort size="small">{article.body}</BodyShort>
                  </div>
                )),
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
