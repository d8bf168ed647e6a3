/**
 * A WebSocket that carries one JSON object per message and opens again by itself until it is closed. Whoever is
 * refused is told so and not tried again and again: only when somebody logged in.
 */
import { loggedOut } from "../api/loggedOut";
import { CHANNEL } from "../identity/session";

const FIRST_MS = 250;
const LONGEST_MS = 5_000;

export interface JsonSocket {
  send(message: object): boolean;
  close(): void;
}

interface On {
  open(): void;
  message(message: Record<string, unknown>): void;
  /** Closed by the other side or lost; it is tried again, later each time. */
  lost(): void;
  /** The server will not have this browser: 401 nobody is logged in, 403 not this one. */
  refused?(status: number): void;
}

const REFUSALS = [401, 403];

/** A browser never tells why a socket did not open; the same address says it to a plain request. */
async function refusal(path: string): Promise<number | null> {
  try {
    const { status } = await fetch(path, { cache: "no-store" });
    return REFUSALS.includes(status) ? status : null;
  } catch {
    return null;
  }
}

export function openSocket(path: string, on: On): JsonSocket {
  let socket: WebSocket | null = null;
  let wait_ms = FIRST_MS;
  let timer: number | undefined;
  let over = false;
  let refused = false;

  const again = () => {
    timer = window.setTimeout(connect, wait_ms);
    wait_ms = Math.min(2 * wait_ms, LONGEST_MS);
  };
  const connect = () => {
    const opened = new WebSocket(`${location.origin.replace(/^http/, "ws")}${path}`);
    socket = opened;
    let wasOpen = false;
    opened.onopen = () => {
      wasOpen = true;
      wait_ms = FIRST_MS;
      on.open();
    };
    opened.onmessage = ({ data }) => {
      const message: unknown = JSON.parse(String(data));
      if (typeof message === "object" && message !== null) on.message(message as Record<string, unknown>);
    };
    opened.onclose = () => {
      if (over || socket !== opened) return;
      on.lost();
      if (wasOpen) return again();
      void refusal(path).then((status) => {
        if (over || socket !== opened) return;
        if (status === null) return again();
        refused = true;
        if (status === 401) loggedOut.say();
        on.refused?.(status);
      });
    };
  };
  // The line is back: no need to wait for the next try.
  const online = () => {
    if (over || refused || socket?.readyState === WebSocket.OPEN) return;
    window.clearTimeout(timer);
    connect();
  };
  window.addEventListener("online", online);
  // Somebody logged in, here or in another tab.
  const logIns = new BroadcastChannel(CHANNEL);
  logIns.onmessage = () => {
    if (over || !refused) return;
    refused = false;
    connect();
  };
  connect();

  return {
    send(message) {
      if (socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
    close() {
      over = true;
      window.clearTimeout(timer);
      window.removeEventListener("online", online);
      logIns.close();
      socket?.close();
    },
  };
}
