import { Tabs } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { people, type PersonView, type Tab, TABS } from "../api/people";
import { Loaded } from "../common/Loaded";
import { useText } from "../common/settings";
import { FailedRegisters } from "./FailedRegisters";
import type { Opened } from "./PersonArea";
import { TabContent } from "./TabContent";

/** The keys that advisers have in their fingers, with Alt. Places on the keyboard, not letters. */
const KEYS: Record<string, Tab> = {
  KeyO: "overview",
  KeyM: "communication",
  KeyT: "follow_up",
  KeyU: "payments",
  KeyY: "benefits",
  KeyS: "cases",
  KeyV: "notices",
};
const LETTER: Record<Tab, string> = {
  overview: "O",
  communication: "M",
  follow_up: "T",
  payments: "U",
  benefits: "Y",
  cases: "S",
  notices: "V",
};

/** What is registered, a tab for each part. A tab is read, and noted as read, when it is opened. */
export function PersonTabs({ asked, view }: { asked: Opened; view: PersonView }) {
  const t = useText();
  const [tab, setTab] = useState<Tab>("overview");
  const tabs = TABS.filter((each) => view.represented == null || view.represented.tabs.includes(each));
  useTabKeys((wanted) => tabs.includes(wanted) && setTab(wanted));
  return (
    <Tabs value={tab} onChange={(value) => setTab(value as Tab)} size="small" className="person__tabs">
      <Tabs.List aria-label={t.person.tabs.label}>
        {tabs.map((each) => (
          <Tabs.Tab key={each} value={each} label={t.person.tabs[each]} aria-keyshortcuts={`Alt+${LETTER[each]}`} />
        ))}
      </Tabs.List>
      {tabs.map((each) => (
        <Tabs.Panel key={each} value={each}>
          {each === tab && <Read asked={asked} view={view} tab={each} />}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function Read({ asked, view, tab }: { asked: Opened; view: PersonView; tab: Tab }) {
  const t = useText();
  const query = useQuery({
    queryKey: ["person", asked, tab],
    queryFn: () => people.tab(tab, asked),
    staleTime: 60_000,
    retry: false,
  });
  return (
    <Loaded query={query} source={t.person.tabs[tab] ?? tab} height="10rem">
      {(content) => (
        <>
          <FailedRegisters failed={content.failed} onRetry={() => void query.refetch()} />
          <TabContent tab={tab} content={content} view={view} />
        </>
      )}
    </Loaded>
  );
}

function useTabKeys(choose: (tab: Tab) => void) {
  const latest = useRef(choose);
  latest.current = choose;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat) return;
      const tab = KEYS[event.code];
      if (!tab) return;
      event.preventDefault();
      latest.current(tab);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
