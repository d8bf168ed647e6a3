/** What each visitor chooses for their own browser: language, theme, sound. Kept in localStorage. */
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useState,
} from "react";

import { en } from "../i18n/en";
import { type Messages, nb } from "../i18n/nb";
import { type Format, formatFor, type Language } from "./format";

export type ThemeChoice = "light" | "dark" | "system";

interface Settings {
  language: Language;
  setLanguage(language: Language): void;
  themeChoice: ThemeChoice;
  setThemeChoice(choice: ThemeChoice): void;
  theme: "light" | "dark";
  sound: boolean;
  setSound(sound: boolean): void;
}

const SettingsContext = createContext<Settings | null>(null);
const MESSAGES: Record<Language, Messages> = { nb, en };

function stored<T extends string>(key: string, allowed: readonly T[], fallback: T): T {
  try {
    const value = localStorage.getItem(key);
    return allowed.find((each) => each === value) ?? fallback;
  } catch {
    return fallback;
  }
}

function useStored<T extends string>(key: string, allowed: readonly T[], fallback: T) {
  const [value, setValue] = useState<T>(() => stored(key, allowed, fallback));
  const store = useCallback(
    (next: T) => {
      setValue(next);
      try {
        localStorage.setItem(key, next);
      } catch {
        // A browser that keeps nothing still works; the choice lasts until the page is closed.
      }
    },
    [key],
  );
  return [value, store] as const;
}

const LANGUAGES = ["nb", "en"] as const;
const THEMES = ["light", "dark", "system"] as const;
const ON_OFF = ["on", "off"] as const;

export function SettingsProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useStored<Language>("linje.language", LANGUAGES, "nb");
  const [themeChoice, setThemeChoice] = useStored<ThemeChoice>("linje.theme", THEMES, "system");
  const [sound, storeSound] = useStored<"on" | "off">("linje.sound", ON_OFF, "on");
  const systemDark = useMedia("(prefers-color-scheme: dark)");
  const theme = themeChoice === "system" ? (systemDark ? "dark" : "light") : themeChoice;

  // Before any effect of the pages, which ask the server in this language.
  useLayoutEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const settings = useMemo(
    () => ({
      language,
      setLanguage,
      themeChoice,
      setThemeChoice,
      theme,
      sound: sound === "on",
      setSound: (on: boolean) => storeSound(on ? "on" : "off"),
    }),
    [language, setLanguage, themeChoice, setThemeChoice, theme, sound, storeSound],
  ) satisfies Settings;

  return <SettingsContext value={settings}>{children}</SettingsContext>;
}

export function useSettings(): Settings {
  const settings = useContext(SettingsContext);
  if (!settings) throw new Error("useSettings outside SettingsProvider");
  return settings;
}

/** The texts in the chosen language. */
export function useText(): Messages {
  return MESSAGES[useSettings().language];
}

/** Numbers and times in the chosen language. */
export function useFormat(): Format {
  return formatFor(useSettings().language);
}

/** Whether a media query holds, followed as it changes. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const list = window.matchMedia(query);
    const update = () => setMatches(list.matches);
    update();
    list.addEventListener("change", update);
    return () => list.removeEventListener("change", update);
  }, [query]);
  return matches;
}
