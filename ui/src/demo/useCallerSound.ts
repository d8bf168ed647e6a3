/** The caller's side with real sound: a call by WebRTC, heard and spoken in this page. */
import { useCallback, useEffect, useRef, useState } from "react";

import { liveUrl } from "../api/client";
import { SoundConnection } from "../softphone/connection";
import { type MicTrouble, openMicrophone, stop, troubleOf } from "../softphone/microphone";
import { openSocket, type JsonSocket } from "../softphone/socket";

export interface CallerSound {
  /** Real sound is on its way or on. */
  on: boolean;
  asking: boolean;
  /** Why the microphone was not to be had at the last ring. */
  trouble: MicTrouble | null;
  /** Nobody is logged in: there is no sound for them. */
  loggedOut: boolean;
  /** Why the call was not taken, in the server's words. */
  refused: string | null;
  connection: SoundConnection | null;
  /** Rings; gives the call, or null when there is no sound: then the page rings without. */
  ring(number: string, from: string | null): Promise<string | null>;
  press(key: string): void;
  end(): void;
}

interface Open {
  socket: JsonSocket;
  microphone: MediaStream;
  connection: SoundConnection;
}

/** How long the server may take to answer an offer. */
const ANSWER_MS = 8_000;

export function useCallerSound(): CallerSound {
  const open = useRef<Open | null>(null);
  const [connection, setConnection] = useState<SoundConnection | null>(null);
  const [asking, setAsking] = useState(false);
  const [trouble, setTrouble] = useState<MicTrouble | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const [loggedOut, setLoggedOut] = useState(false);

  const end = useCallback(() => {
    const { current } = open;
    open.current = null;
    setConnection(null);
    if (!current) return;
    current.socket.close();
    current.connection.close();
    stop(current.microphone);
  }, []);
  useEffect(() => end, [end]);

  const ring = useCallback(
    async (number: string, from: string | null) => {
      end();
      setTrouble(null);
      setRefused(null);
      setLoggedOut(false);
      setAsking(true);
      let microphone: MediaStream;
      try {
        microphone = await openMicrophone();
      } catch (error) {
        setTrouble(troubleOf(error));
        return null;
      } finally {
        setAsking(false);
      }
      return new Promise<string | null>((resolve) => {
        let call: string | null = null;
        let connection: SoundConnection;
        const give = (got: string | null) => {
          window.clearTimeout(late);
          if (got === null) end();
          resolve(got);
        };
        const late = window.setTimeout(() => give(null), ANSWER_MS);
        /** The first offer rings; a later one takes up the call where it was. */
        const offer = async () => {
          connection = new SoundConnection(microphone, {
            broken: () => void again(),
            blocked: () => undefined,
          });
          const now = { socket, microphone, connection };
          open.current = now;
          setConnection(connection);
          const sdp = await connection.offer();
          const sent = call === null ? { type: "ring", number, from, sdp } : { type: "again", call, sdp };
          if (open.current === now) socket.send(sent);
        };
        const again = async () => {
          connection.close();
          if (open.current !== null && call !== null) await offer();
        };
        const socket = openSocket(liveUrl.caller, {
          open: () => {
            if (call === null) void offer();
            else if (!connection.isConnected) void again();
          },
          lost: () => undefined,
          refused: () => {
            setLoggedOut(true);
            if (call === null) give(null);
          },
          message: (message) => {
            switch (message.type) {
              case "answer":
                call = String(message.call);
                void connection.accept(String(message.sdp));
                return give(call);
              case "problem":
                setRefused(typeof message.text === "string" ? message.text : null);
                return give(null);
              case "ended":
                return end();
            }
          },
        });
      });
    },
    [end],
  );
  const press = useCallback((key: string) => {
    open.current?.socket.send({ type: "key", key });
  }, []);
  return { on: connection !== null, asking, trouble, loggedOut, refused, connection, ring, press, end };
}
