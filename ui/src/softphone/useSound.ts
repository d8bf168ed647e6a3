/**
 * Whether the call in hand has sound here: one truth for the telephone's line, the call's card and the recording
 * button. A caller in the demo may ring without sound; then a headset that is ready never gets a line.
 */
import { useEffect, useState } from "react";

import type { Adviser, DeskContact } from "../api/types";
import { useTelephone } from "./telephone";

/** The line comes a moment before the picture, or a moment after it. */
const PATIENCE_MS = 2_000;
const IN_CALL = ["active", "held", "consulting"];

export type Sound = "yes" | "unknown" | "no";

export function useSound(contacts: DeskContact[], adviser: Adviser): Sound {
  const { where, phone } = useTelephone();
  const talks = contacts.some(({ channel, state }) => channel === "voice" && IN_CALL.includes(state));
  const isReady = where === "headset" && phone.state === "ready";
  const missing = talks && isReady && phone.line === null;
  const [waited, setWaited] = useState(false);
  useEffect(() => {
    setWaited(false);
    if (!missing) return;
    const timer = window.setTimeout(() => setWaited(true), PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, [missing]);
  if (where === "page") return "no";
  if (where === "phone") return adviser.phone ? "yes" : "no";
  if (missing) return waited ? "no" : "unknown";
  return phone.state === "connecting" || phone.state === "off" ? "unknown" : "yes";
}
