/** What is written of an article and not saved yet, as this tab keeps it: no person is in it, and a closed tab forgets it. */
import type { Written } from "../api/guide";

const key = (article: string | null) => `linje.article.${article ?? "new"}`;

export const unsaved = {
  get(article: string | null): Written | null {
    try {
      const kept = JSON.parse(sessionStorage.getItem(key(article)) ?? "null") as Partial<Written> | null;
      return kept && typeof kept.title === "string" && typeof kept.body === "string" ? (kept as Written) : null;
    } catch {
      return null;
    }
  },
  keep(article: string | null, written: Written) {
    try {
      sessionStorage.setItem(key(article), JSON.stringify(written));
    } catch {
      // A full store keeps nothing; the page still has it.
    }
  },
  drop: (article: string | null) => sessionStorage.removeItem(key(article)),
};
