/** The adviser's telephone in this tab: who has the sound, the call that is on, mute and keys. */
import { useCallback, useEffect, useReducer, useRef, useState } from "react";

import { SoundConnection } from "./connection";
import { openSocket, type JsonSocket } from "./socket";

export type Where = "headset" | "phone" | "page";
const WHERES: readonly Where[] = ["headset", "phone", "page"];
const WHERE_KEY = "linje.phone";
const MUTE_KEY = "linje.muted";

/** Where this person takes calls; remembered by the browser. */
export function useWhere(): [Where, (where: Where) => void] {
  const [where, setWhere] = useState<Where>(() => {
    const kept = localStorage.getItem(WHERE_KEY);
    return WHERES.find((each) => each === kept) ?? "phone";
  });
  const keep = useCallback((next: Where) => {
    localStorage.setItem(WHERE_KEY, next);
    setWhere(next);
  }, []);
  return [where, keep];
}

export interface Line {
  call: string;
  display: string;
  answered: boolean;
  held: boolean;
}

export interface Softphone {
  /** off: not wanted or no microphone yet; lost: the line to the server is down. */
  state: "off" | "connecting" | "ready" | "elsewhere" | "lost";
  line: Line | null;
  connection: SoundConnection | null;
  muted: boolean;
  blocked: boolean;
  /** Why there is no sound in a call, in the server's words. */
  trouble: string | null;
  mute(muted: boolean): void;
  press(key: string): void;
  /** Takes the sound to this tab. */
  takeHere(): void;
  hear(): void;
  /** The call is over, whatever this tab last heard of it. */
  forget(): void;
}

interface State {
  state: Softphone["state"];
  line: Line | null;
  trouble: string | null;
}

type Happened =
  | { is: "state"; state: State["state"] }
  | { is: "ringing"; call: string; display: string }
  | { is: "answered"; call: string }
  | { is: "held"; call: string; held: boolean }
  | { is: "gone"; call: string }
  | { is: "forgotten" }
  | { is: "trouble"; text: string | null };

function next(now: State, happened: Happened): State {
  const { line } = now;
  switch (happened.is) {
    case "state":
      return { ...now, state: happened.state, line: happened.state === "elsewhere" ? null : line };
    case "ringing":
      if (line?.call === happened.call) return now;
      return { ...now, trouble: null, line: { call: happened.call, display: happened.display, answered: false, held: false } };
    case "answered":
      return line?.call === happened.call ? { ...now, line: { ...line, answered: true } } : now;
    case "held":
      return line?.call === happened.call ? { ...now, line: { ...line, held: happened.held } } : now;
    case "gone":
      return line?.call === happened.call ? { ...now, line: null, trouble: null } : now;
    case "forgotten":
      return { ...now, line: null, trouble: null };
    case "trouble":
      return { ...now, trouble: happened.text };
  }
}

const text = (value: unknown) => (typeof value === "string" ? value : "");

/** `path` is the socket of this telephone. `microphone` is null while there is none; then this tab is nobody's telephone. */
export function useSoftphone(path: string | null, microphone: MediaStream | null): Softphone {
  const [now, tell] = useReducer(next, { state: "off", line: null, trouble: null });
  const [connection, setConnection] = useState<SoundConnection | null>(null);
  const [blocked, setBlocked] = useState(false);
  const [muted, setMuted] = useState(() => sessionStorage.getItem(MUTE_KEY) === "yes");
  const socket = useRef<JsonSocket | null>(null);
  const sounds = useRef<{ call: string; connection: SoundConnection } | null>(null);
  const mic = useRef(microphone);
  mic.current = microphone;
  const has = microphone !== null;

  // Mute stops what leaves this machine, whichever microphone it is.
  useEffect(() => {
    for (const track of microphone?.getAudioTracks() ?? []) track.enabled = !muted;
    if (microphone) void sounds.current?.connection.use(microphone);
  }, [microphone, muted]);

  useEffect(() => {
    if (!has || path === null) return;
    let over = false;

    const silence = () => {
      sounds.current?.connection.close();
      sounds.current = null;
      setConnection(null);
      setBlocked(false);
    };
    /** Sound for a call: a new one, or a new connection for one whose sound broke. */
    const join = async (call: string) => {
      const stream = mic.current;
      if (over || stream === null) return;
      silence();
      const made = new SoundConnection(stream, {
        broken: () => void join(call),
        blocked: () => setBlocked(true),
        heard: () => setBlocked(false),
      });
      sounds.current = { call, connection: made };
      setConnection(made);
      const sdp = await made.offer();
      if (!made.isClosed) line.send({ type: "offer", call, sdp });
    };

    tell({ is: "state", state: "connecting" });
    const line = openSocket(path, {
      open: () => line.send({ type: "take" }),
      lost: () => tell({ is: "state", state: "lost" }),
      message: (message) => {
        const call = text(message.call);
        switch (message.type) {
          case "yours":
            return tell({ is: "state", state: "ready" });
          case "elsewhere":
            silence();
            return tell({ is: "state", state: "elsewhere" });
          case "ringing": {
            tell({ is: "ringing", call, display: text(message.display) });
            // Told again after the line was lost: sound that goes on is left alone.
            const same = sounds.current?.call === call && sounds.current.connection.isConnected;
            if (!same) void join(call);
            return;
          }
          case "answered":
            return tell({ is: "answered", call });
          case "held":
            return tell({ is: "held", call, held: message.held === true });
          case "gone":
            if (sounds.current?.call === call) silence();
            return tell({ is: "gone", call });
          case "answer":
            if (sounds.current?.call === call) void sounds.current.connection.accept(text(message.sdp));
            return;
          case "problem":
            return tell({ is: "trouble", text: text(message.text) });
        }
      },
    });
    socket.current = line;
    return () => {
      over = true;
      line.send({ type: "leave" });
      line.close();
      silence();
      socket.current = null;
      tell({ is: "state", state: "off" });
    };
  }, [path, has]);

  const mute = useCallback((next: boolean) => {
    sessionStorage.setItem(MUTE_KEY, next ? "yes" : "no");
    setMuted(next);
  }, []);
  const press = useCallback((key: string) => {
    if (sounds.current) socket.current?.send({ type: "key", call: sounds.current.call, key });
  }, []);
  const takeHere = useCallback(() => {
    socket.current?.send({ type: "take" });
  }, []);
  const forget = useCallback(() => {
    sounds.current?.connection.close();
    sounds.current = null;
    setConnection(null);
    setBlocked(false);
    tell({ is: "forgotten" });
  }, []);
  const hear = useCallback(() => {
    setBlocked(false);
    sounds.current?.connection.play();
  }, []);
  return { ...now, connection, muted, blocked, mute, press, takeHere, hear, forget };
}
