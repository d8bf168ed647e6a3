/** The language of the citizen's own page: also nynorsk, which the pages of the staff do not have. */
import { createContext, useContext, useState } from "react";

import { useSettings } from "../common/settings";
import { en, nb, nn, type OwnText } from "../i18n/own";

export const LANGUAGES = ["nb", "nn", "en"] as const;
export type OwnLanguage = (typeof LANGUAGES)[number];

const KEY = "linje.own.nynorsk";
const TEXTS: Record<OwnLanguage, OwnText> = { nb, nn, en };

export const OwnTextContext = createContext<OwnText>(nb);

export function useOwnText(): OwnText {
  return useContext(OwnTextContext);
}

/** Bokmål and English are those of all pages; nynorsk is kept beside, on bokmål. */
export function useOwnLanguage(): { language: OwnLanguage; text: OwnText; choose(language: OwnLanguage): void } {
  const { language: shown, setLanguage } = useSettings();
  const [nynorsk, setNynorsk] = useState(() => {
    try {
      return localStorage.getItem(KEY) === "yes";
    } catch {
      return false;
    }
  });
  const language = shown === "nb" && nynorsk ? "nn" : shown;
  const choose = (next: OwnLanguage) => {
    setNynorsk(next === "nn");
    try {
      localStorage.setItem(KEY, next === "nn" ? "yes" : "no");
    } catch {
      // A browser that keeps nothing still works; the choice lasts until the page is closed.
    }
    setLanguage(next === "en" ? "en" : "nb");
  };
  return { language, text: TEXTS[language], choose };
}
