/** What the network does to a call, from the browser's own figures, in one word. */
import { useEffect, useState } from "react";

import type { SoundConnection } from "./connection";

export type NetworkWord = "unknown" | "good" | "late" | "weak" | "bad" | "nothing";

export interface Network {
  word: NetworkWord;
  /** Share of packets lost in the worse direction, 0 to 1. */
  loss: number;
  jitter_ms: number;
  trip_ms: number | null;
}

const LOOK_MS = 2_000;
const UNKNOWN: Network = { word: "unknown", loss: 0, jitter_ms: 0, trip_ms: null };

interface Counted {
  received: number;
  lost: number;
  jitter_s: number;
  theirLoss: number;
  trip_s: number | null;
}

function counted(report: RTCStatsReport): Counted {
  const found: Counted = { received: 0, lost: 0, jitter_s: 0, theirLoss: 0, trip_s: null };
  report.forEach((entry: Record<string, unknown>) => {
    const figure = (name: string) => (typeof entry[name] === "number" ? entry[name] : 0);
    if (entry.type === "inbound-rtp") {
      found.received = figure("packetsReceived");
      found.lost = figure("packetsLost");
      found.jitter_s = figure("jitter");
    }
    if (entry.type === "remote-inbound-rtp") {
      found.theirLoss = figure("fractionLost");
      if (typeof entry.roundTripTime === "number") found.trip_s = entry.roundTripTime;
    }
  });
  return found;
}

/** Judges an interval. Pure: tested by its figures. */
export function judge(before: Counted, now: Counted): Network {
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  const ours = received + lost === 0 ? 0 : lost / (received + lost);
  const loss = Math.max(ours, now.theirLoss);
  const jitter_ms = now.jitter_s * 1_000;
  const trip_ms = now.trip_s === null ? null : now.trip_s * 1_000;
  const word: NetworkWord =
    received === 0
      ? "nothing"
      : loss > 0.05 || jitter_ms > 80
        ? "bad"
        : loss > 0.01 || jitter_ms > 40
          ? "weak"
          : trip_ms !== null && trip_ms > 400
            ? "late"
            : "good";
  return { word, loss, jitter_ms, trip_ms };
}

export function useNetwork(connection: SoundConnection | null): Network {
  const [network, setNetwork] = useState(UNKNOWN);
  useEffect(() => {
    setNetwork(UNKNOWN);
    if (!connection) return;
    let before: Counted | null = null;
    let left = false;
    const look = async () => {
      const now = counted(await connection.stats());
      if (left) return;
      if (before) setNetwork(judge(before, now));
      before = now;
    };
    const timer = window.setInterval(() => void look(), LOOK_MS);
    return () => {
      left = true;
      window.clearInterval(timer);
    };
  }, [connection]);
  return network;
}
