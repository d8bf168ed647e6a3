import { type ReactNode, useEffect, useState } from "react";

import { useText } from "./settings";

const PATIENCE_MS = 300;

/** Shows the skeleton only when loading has taken long enough to be noticed. */
export function Waiting({ children }: { children: ReactNode }) {
  const t = useText();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setLate(true), PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, []);
  if (!late) return null;
  return (
    <div aria-busy="true">
      <span className="sr-only">{t.loading}</span>
      <div aria-hidden="true">{children}</div>
    </div>
  );
}
