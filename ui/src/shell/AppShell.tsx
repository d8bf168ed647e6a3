import { Outlet, useLocation, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";

import { useText } from "../common/settings";
import { useFacts } from "../demo/useFacts";
import { Guard } from "../identity/Guard";
import { Watch } from "../identity/Watch";
import { TelephoneProvider } from "../softphone/telephone";
import { Banners } from "./Banners";
import { Footer } from "./Footer";
import { Header } from "./Header";
import { HealthProvider } from "./health";

/** What is around every page: skip link, header, banners, and the place where the page goes. */
export function AppShell() {
  const t = useText();
  const { vegg } = useSearch({ strict: false }) as { vegg?: boolean };
  const main = useRef<HTMLElement>(null);
  useFocusOnNewPage(main);
  useFacts();
  const [wasIn, setWasIn] = useState(false);
  const onIn = useCallback(() => setWasIn(true), []);

  return (
    <HealthProvider>
      <TelephoneProvider>
        <div className={vegg ? "shell shell--wall" : "shell"}>
          {!vegg && (
            <>
              <a className="skip" href="#innhold">
                {t.skip}
              </a>
              <Header />
            </>
          )}
          <Banners />
          <Watch onIn={onIn} />
          <main id="innhold" ref={main} tabIndex={-1}>
            <Guard wasIn={wasIn}>
              <Outlet />
            </Guard>
          </main>
          {!vegg && <Footer />}
        </div>
      </TelephoneProvider>
    </HealthProvider>
  );
}

/** Moves focus to the page when the address changes, so that a screen reader starts there. */
function useFocusOnNewPage(main: React.RefObject<HTMLElement | null>) {
  const { pathname } = useLocation();
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    main.current?.focus({ preventScroll: true });
  }, [pathname, main]);
}
