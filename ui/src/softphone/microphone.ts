/** The microphone: asked for once, its level for the meter, and what went wrong in one word. */
import { useCallback, useEffect, useRef, useState } from "react";

export type MicTrouble = "denied" | "missing" | "busy" | "insecure" | "other";

const KEPT = "linje.microphone";

/** The sound of the chosen microphone, with what makes speech clear. */
export async function openMicrophone(device = kept()): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined) throw new DOMException("", "SecurityError");
  const sound = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: device === "" ? sound : { ...sound, deviceId: { exact: device } },
    });
  } catch (error) {
    // The headset of yesterday is not there today: any other is better than none.
    if (device === "" || troubleOf(error) !== "missing") throw error;
    return navigator.mediaDevices.getUserMedia({ audio: sound });
  }
}

export function troubleOf(error: unknown): MicTrouble {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return name === "SecurityError" ? "insecure" : "other";
}

function kept(): string {
  try {
    return localStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

export interface Microphone {
  stream: MediaStream | null;
  trouble: MicTrouble | null;
  asking: boolean;
  devices: MediaDeviceInfo[];
  chosen: string;
  choose(device: string): void;
  again(): void;
}

/** Holds the microphone open while `wanted`; another device takes its place without a break in the call. */
export function useMicrophone(wanted: boolean): Microphone {
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [trouble, setTrouble] = useState<MicTrouble | null>(null);
  const [asking, setAsking] = useState(false);
  const [devices, setDevices] = useState<MediaDeviceInfo[]>([]);
  const [chosen, setChosen] = useState(kept);
  const [tries, setTries] = useState(0);

  useEffect(() => {
    if (!wanted) return;
    let left = false;
    let open: MediaStream | null = null;
    setAsking(true);
    setTrouble(null);
    openMicrophone(chosen)
      .then(async (got) => {
        if (left) return stop(got);
        open = got;
        setStream(got);
        // Unplugged: look for another one.
        for (const track of got.getAudioTracks()) track.onended = () => setTries((count) => count + 1);
        const all = await navigator.mediaDevices.enumerateDevices();
        if (!left) setDevices(all);
      })
      .catch((error: unknown) => {
        if (!left) setTrouble(troubleOf(error));
      })
      .finally(() => {
        if (!left) setAsking(false);
      });
    const changed = () => void navigator.mediaDevices.enumerateDevices().then((all) => left || setDevices(all));
    navigator.mediaDevices?.addEventListener("devicechange", changed);
    return () => {
      left = true;
      navigator.mediaDevices?.removeEventListener("devicechange", changed);
      setStream(null);
      if (open) stop(open);
    };
  }, [wanted, chosen, tries]);

  const choose = useCallback((device: string) => {
    setChosen(device);
    try {
      localStorage.setItem(KEPT, device);
    } catch {
      // The choice lasts until the page is closed.
    }
  }, []);
  const again = useCallback(() => setTries((count) => count + 1), []);
  return { stream, trouble, asking, devices, chosen, choose, again };
}

export function stop(stream: MediaStream) {
  for (const track of stream.getTracks()) {
    track.onended = null;
    track.stop();
  }
}

const LEVEL_MS = 100;
/** What counts as silence, of 1. */
const QUIET = 0.004;
const QUIET_MS = 8_000;

/** How loud the microphone is now, 0 to 1, and whether it has been silent for long. */
export function useLevel(stream: MediaStream | null, on: boolean): { level: number; silent: boolean } {
  const [level, setLevel] = useState(0);
  const [silent, setSilent] = useState(false);
  const heard = useRef(0);
  useEffect(() => {
    setLevel(0);
    setSilent(false);
    if (!stream || !on) return;
    const context = new AudioContext();
    const meter = context.createAnalyser();
    meter.fftSize = 1024;
    context.createMediaStreamSource(stream).connect(meter);
    const samples = new Float32Array(meter.fftSize);
    heard.current = performance.now();
    const timer = window.setInterval(() => {
      if (context.state === "suspended") void context.resume();
      meter.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      const loud = Math.sqrt(power);
      if (loud > QUIET) heard.current = performance.now();
      setSilent(context.state === "running" && performance.now() - heard.current > QUIET_MS);
      // Speech lies between -50 and 0 dB.
      setLevel(loud <= 0 ? 0 : Math.min(1, Math.max(0, (20 * Math.log10(loud) + 50) / 50)));
    }, LEVEL_MS);
    return () => {
      window.clearInterval(timer);
      void context.close();
    };
  }, [stream, on]);
  return { level, silent };
}
