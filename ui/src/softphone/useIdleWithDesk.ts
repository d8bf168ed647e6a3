/**
 * The desk knows whether there is a call; the telephone only hears of it. After a crash of the server nobody tells
 * the telephone that its call is gone: when the desk's picture shows none, there is none.
 */
import { useEffect } from "react";

import type { DeskView } from "../api/types";
import { useLostSince } from "../api/connection";
import type { Softphone } from "./useSoftphone";

/** A telephone may ring a moment before the picture shows why. */
const PATIENCE_MS = 3_000;
const ON_A_LINE = ["dialling", "active", "held", "consulting"];

/** Whether the picture holds anything that a telephone can be busy with. */
export function hasCall(view: DeskView): boolean {
  return view.offer !== null || view.contacts.some(({ state }) => ON_A_LINE.includes(state));
}

export function useIdleWithDesk(phone: Softphone, view: DeskView) {
  const { forget } = phone;
  const lost = useLostSince() !== null;
  // While the server is away, its last picture proves nothing.
  const wrong = phone.line !== null && !lost && !hasCall(view);
  useEffect(() => {
    if (!wrong) return;
    const timer = window.setTimeout(forget, PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, [wrong, forget]);
}
