/** A soft two-note sound while an offer waits, made here; no file, no other host. */
import { useEffect, useRef, useState } from "react";

const REPEAT_MS = 3_000;
const NOTES_HZ = [587.33, 880];

let context: AudioContext | null = null;

function audio(): AudioContext {
  context ??= new AudioContext();
  return context;
}

/** Browsers open for sound only after a click or a key. */
function unlock() {
  void audio().resume();
}

function chime() {
  const { currentTime, destination } = audio();
  NOTES_HZ.forEach((hertz, index) => {
    const start = currentTime + index * 0.18;
    const tone = audio().createOscillator();
    const volume = audio().createGain();
    tone.type = "sine";
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.18, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.7);
    tone.connect(volume).connect(destination);
    tone.start(start);
    tone.stop(start + 0.75);
  });
}

/** Sounds while `ringing`; says whether the browser still holds sound back. */
export function useChime(ringing: boolean, on: boolean): { blocked: boolean } {
  const [blocked, setBlocked] = useState(false);
  const timer = useRef<number | undefined>(undefined);

  useEffect(() => {
    if (!on) {
      setBlocked(false);
      return;
    }
    const check = () => setBlocked(audio().state === "suspended");
    const opened = () => {
      unlock();
      window.setTimeout(check, 100);
    };
    check();
    audio().addEventListener("statechange", check);
    window.addEventListener("pointerdown", opened);
    window.addEventListener("keydown", opened);
    return () => {
      audio().removeEventListener("statechange", check);
      window.removeEventListener("pointerdown", opened);
      window.removeEventListener("keydown", opened);
    };
  }, [on]);

  useEffect(() => {
    if (!ringing || !on) return;
    chime();
    timer.current = window.setInterval(chime, REPEAT_MS);
    return () => window.clearInterval(timer.current);
  }, [ringing, on]);

  return { blocked };
}
