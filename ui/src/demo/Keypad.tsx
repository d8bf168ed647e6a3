import { BodyShort } from "@navikt/ds-react";
import { useEffect, useRef, useState } from "react";

import type { DemoCall } from "../api/types";
import { useText } from "../common/settings";
import { isTyping } from "../common/typing";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const LIT_MS = 160;

interface Props {
  /** The keys that mean something now. */
  keys: DemoCall["keys"];
  enabled: boolean;
  onPress(key: string): void;
}

/** The twelve keys of a telephone; the computer's own keys work too while the call is on. */
export function Keypad({ keys, enabled, onPress }: Props) {
  const t = useText();
  const [lit, setLit] = useState<string | null>(null);
  const press = useRef<(key: string) => void>(() => undefined);
  press.current = (key) => {
    setLit(key);
    window.setTimeout(() => setLit(null), LIT_MS);
    onPress(key);
  };

  useEffect(() => {
    if (!enabled) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
      if (!KEYS.includes(event.key) || isTyping()) return;
      event.preventDefault();
      press.current(event.key);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [enabled]);

  const spoken = (key: string) => {
    const name = key === "*" ? t.demo.phone.star : key === "#" ? t.demo.phone.hash : key;
    const choice = keys.find((each) => each.key === key);
    return choice ? t.demo.phone.keyFor(name, choice.label) : t.demo.phone.key(name);
  };

  return (
    <div className="keypad-frame">
      <div className="keypad" role="group" aria-label={t.demo.phone.pad}>
        {KEYS.map((key) => (
          <button
            key={key}
            type="button"
            className={lit === key ? "key key--lit" : "key"}
            disabled={!enabled}
            aria-label={spoken(key)}
            data-means={keys.some((each) => each.key === key) || undefined}
            onClick={() => press.current(key)}
          >
            {key}
          </button>
        ))}
      </div>
      <BodyShort size="small" className="subtle">
        {t.demo.phone.padHint}
      </BodyShort>
    </div>
  );
}
