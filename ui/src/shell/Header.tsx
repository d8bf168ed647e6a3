import { ClockIcon, MenuHamburgerIcon, MoonIcon, PersonGroupIcon, SunIcon } from "@navikt/aksel-icons";
import { ActionMenu, InternalHeader, Spacer } from "@navikt/ds-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useRef } from "react";

import { isClockKnown, useMinute } from "../common/clock";
import { type ThemeChoice, useFormat, useMedia, useSettings, useText } from "../common/settings";
import { mayOpen } from "../identity/pages";
import { useWho } from "../identity/session";
import { WhoMenu } from "../identity/WhoMenu";
import { useHealth } from "./health";
import { Mark } from "./Mark";
import { ThreatMark, useThreats } from "./ThreatMark";
import { useFits } from "./useFits";

const PAGES = [
  { to: "/min-side", name: "own" },
  { to: "/trafikk", name: "traffic" },
  { to: "/desk", name: "desk" },
  { to: "/kunnskap", name: "knowledge" },
  { to: "/team", name: "team" },
  { to: "/innsikt/tall", name: "figures" },
  { to: "/admin", name: "admin" },
  { to: "/kontroll", name: "control" },
  { to: "/demo", name: "demo" },
] as const;

export function Header() {
  const t = useText();
  const narrow = useMedia("(max-width: 47.99rem)");
  const row = useRef<HTMLElement>(null);
  const pages = usePages();
  const { language } = useSettings();
  const threats = useThreats();
  // Whoever has many roles has many pages.
  const isMenu = !useFits(row, `${narrow} ${threats} ${language} ${pages.map((page) => page.name).join(" ")}`) || narrow;
  return (
    <InternalHeader className="header" ref={row}>
      <InternalHeader.Title as={Link} to="/">
        <span className="brand">
          <Mark />
          {t.product}
        </span>
      </InternalHeader.Title>
      {!isMenu && <Navigation />}
      <Spacer />
      {!narrow && (
        <>
          <ThreatMark count={threats} />
          <SyntheticMark />
          <ScenarioClock />
        </>
      )}
      {isMenu && <PagesMenu withSettings={narrow} />}
      {!narrow && <SettingsMenu />}
      <WhoMenu narrow={narrow} />
      {narrow && (
        <div className="header-second">
          <ThreatMark count={threats} />
          <ScenarioClock />
          <SyntheticMark />
        </div>
      )}
    </InternalHeader>
  );
}

/** The pages that whoever has logged in may open. */
function usePages() {
  const who = useWho();
  return PAGES.filter((page) => mayOpen(page.to, who?.roles));
}

function Navigation() {
  const t = useText();
  const pages = usePages();
  return (
    <nav aria-label={t.nav.label} className="header-nav">
      {pages.map((page) => (
        <Link
          key={page.to}
          to={page.to}
          className="header-link"
          activeProps={{ "aria-current": "page" }}
        >
          {t.nav[page.name]}
        </Link>
      ))}
    </nav>
  );
}

/** `mandag kl. 10.42 · simulert tid` */
export function ScenarioClock() {
  const t = useText();
  const format = useFormat();
  const now = useMinute();
  const { clock } = useHealth();
  if (!clock || !isClockKnown()) return <span className="scenario-clock" />;
  const simulated = clock.mode === "demo" || clock.offset_s !== 0;
  return (
    <span className="scenario-clock">
      <ClockIcon aria-hidden />
      <time dateTime={new Date(now).toISOString()}>{format.dayAndTime(now)}</time>
      {simulated && <span className="scenario-clock__note"> · {t.simulated}</span>}
    </span>
  );
}

/** On every page where people are made by a program. */
export function SyntheticMark() {
  const t = useText();
  const { clock } = useHealth();
  if (clock && clock.mode !== "demo" && !clock.population) return null;
  return (
    <span className="synthetic-mark">
      <PersonGroupIcon aria-hidden />
      {t.syntheticPeople}
    </span>
  );
}

function SettingsMenu() {
  const t = useText();
  const { theme, language, setLanguage } = useSettings();
  const other = language === "nb" ? "en" : "nb";
  return (
    <>
      <InternalHeader.Button lang={other} onClick={() => setLanguage(other)}>
        {t.settings[other]}
      </InternalHeader.Button>
      <ActionMenu>
        <ActionMenu.Trigger>
          <InternalHeader.Button aria-label={t.settings.theme}>
            {theme === "dark" ? (
              <MoonIcon aria-hidden fontSize="1.5rem" />
            ) : (
              <SunIcon aria-hidden fontSize="1.5rem" />
            )}
          </InternalHeader.Button>
        </ActionMenu.Trigger>
        <ActionMenu.Content>
          <ThemeItems />
        </ActionMenu.Content>
      </ActionMenu>
    </>
  );
}

function ThemeItems() {
  const t = useText();
  const { themeChoice, setThemeChoice } = useSettings();
  return (
    <ActionMenu.RadioGroup
      label={t.settings.theme}
      value={themeChoice}
      onValueChange={(value) => setThemeChoice(value as ThemeChoice)}
    >
      <ActionMenu.RadioItem value="light">{t.settings.light}</ActionMenu.RadioItem>
      <ActionMenu.RadioItem value="dark">{t.settings.dark}</ActionMenu.RadioItem>
      <ActionMenu.RadioItem value="system">{t.settings.system}</ActionMenu.RadioItem>
    </ActionMenu.RadioGroup>
  );
}

/** The pages as a menu, where they do not fit beside each other; on a telephone with the settings. */
function PagesMenu({ withSettings }: { withSettings: boolean }) {
  const t = useText();
  const navigate = useNavigate();
  const pages = usePages();
  const { language, setLanguage } = useSettings();
  return (
    <ActionMenu>
      <ActionMenu.Trigger>
        <InternalHeader.Button>
          <MenuHamburgerIcon aria-hidden fontSize="1.5rem" />
          {t.nav.menu}
        </InternalHeader.Button>
      </ActionMenu.Trigger>
      <ActionMenu.Content>
        <ActionMenu.Group label={t.nav.label}>
          {pages.map((page) => (
            <ActionMenu.Item key={page.to} onSelect={() => void navigate({ to: page.to })}>
              {t.nav[page.name]}
            </ActionMenu.Item>
          ))}
        </ActionMenu.Group>
        {withSettings && (
          <>
            <ActionMenu.Divider />
            <ActionMenu.RadioGroup
              label={t.settings.language}
              value={language}
              onValueChange={(value) => setLanguage(value as "nb" | "en")}
            >
              <ActionMenu.RadioItem value="nb">{t.settings.nb}</ActionMenu.RadioItem>
              <ActionMenu.RadioItem value="en">{t.settings.en}</ActionMenu.RadioItem>
            </ActionMenu.RadioGroup>
            <ActionMenu.Divider />
            <ThemeItems />
          </>
        )}
      </ActionMenu.Content>
    </ActionMenu>
  );
}
