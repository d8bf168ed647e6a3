import { Provider, Theme } from "@navikt/ds-react";
import { en, nb } from "@navikt/ds-react/locales";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useLayoutEffect, useRef } from "react";

import { useSettings } from "../common/settings";

/** Aksel's theme and texts. The class sits on the document too, for what is drawn outside the root. */
export function Themed({ children }: { children: ReactNode }) {
  const { theme, language } = useSettings();
  useLayoutEffect(() => {
    document.documentElement.classList.remove("light", "dark");
    document.documentElement.classList.add(theme);
  }, [theme]);
  const queries = useQueryClient();
  const asked = useRef(language);
  useEffect(() => {
    if (asked.current === language) return;
    asked.current = language;
    // What the server says in words, it must say anew.
    void queries.invalidateQueries();
  }, [language, queries]);
  return (
    <Provider locale={language === "nb" ? nb : en}>
      <Theme theme={theme} hasBackground>
        {children}
      </Theme>
    </Provider>
  );
}
