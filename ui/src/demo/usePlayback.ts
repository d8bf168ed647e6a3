/** Plays what the server says is being played: prompts in turn, then music in a loop. */
import { useEffect, useRef, useState } from "react";

import type { DemoCall } from "../api/types";

const MUSIC_URL = "/api/v1/prompts/music.wav";

export interface Playback {
  /** Index of the prompt that sounds now, null when none does. */
  index: number | null;
  music: boolean;
  failed: boolean;
}

const SILENT: Playback = { index: null, music: false, failed: false };

export function usePlayback(playing: DemoCall["playing"], sound: boolean): Playback {
  const [state, setState] = useState<Playback>(SILENT);
  const element = useRef<HTMLAudioElement | null>(null);
  const current = useRef(playing);
  current.current = playing;
  const seq = playing?.seq ?? null;

  useEffect(() => {
    if (element.current) element.current.muted = !sound;
  }, [sound]);

  useEffect(() => {
    const now = current.current;
    if (seq === null || now === null) {
      setState(SILENT);
      return;
    }
    const audio = new Audio();
    audio.muted = !sound;
    element.current = audio;
    let stopped = false;

    const play = (index: number) => {
      if (stopped) return;
      const item = now.items[index];
      const music = item === undefined && now.music;
      if (item === undefined && !music) {
        setState(SILENT);
        return;
      }
      audio.loop = music;
      audio.src = item?.url ?? MUSIC_URL;
      audio.onended = () => play(index + 1);
      audio.onerror = () => fail(music);
      setState((before) => ({ index: item ? index : null, music, failed: before.failed }));
      audio.play().catch((error: unknown) => {
        if (error instanceof DOMException && error.name === "AbortError") return;
        fail(music);
      });
    };
    const fail = (music: boolean) => {
      if (!stopped) setState((before) => ({ ...before, failed: before.failed || !music }));
    };

    setState(SILENT);
    play(0);
    return () => {
      stopped = true;
      audio.onended = null;
      audio.onerror = null;
      audio.pause();
      audio.removeAttribute("src");
      if (element.current === audio) element.current = null;
    };
    // A new sequence number is the only thing that starts playing anew.
  }, [seq]);

  return state;
}
