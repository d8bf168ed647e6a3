/** A WebSocket that carries one JSON object per message and opens again by itself until it is closed. */

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
}

export function openSocket(path: string, on: On): JsonSocket {
  let socket: WebSocket | null = null;
  let wait_ms = FIRST_MS;
  let timer: number | undefined;
  let over = false;

  const connect = () => {
    const opened = new WebSocket(`${location.origin.replace(/^http/, "ws")}${path}`);
    socket = opened;
    opened.onopen = () => {
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
      timer = window.setTimeout(connect, wait_ms);
      wait_ms = Math.min(2 * wait_ms, LONGEST_MS);
    };
  };
  // The line is back: no need to wait for the next try.
  const online = () => {
    if (over || socket?.readyState === WebSocket.OPEN) return;
    window.clearTimeout(timer);
    connect();
  };
  window.addEventListener("online", online);
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
      socket?.close();
    },
  };
}
