/**
 * Server-sent events that come back by themselves.
 * The browser's own EventSource gives up on an HTTP error; this one tries again, more slowly each time.
 */
import { connection } from "./connection";

const RETRY_MS = [500, 1000, 2000, 4000, 8000];

export interface Stream {
  close(): void;
}

/** Opens `url` and calls the handler named as the event; `onGone` once if the server no longer knows it. */
export function openStream(
  name: string,
  url: string,
  handlers: Record<string, (message: unknown) => void>,
  onGone?: () => void,
): Stream {
  let source: EventSource | null = null;
  let timer: number | undefined;
  let tries = 0;
  let closed = false;

  const connect = () => {
    source = new EventSource(url);
    source.onopen = () => {
      tries = 0;
      connection.up(name);
    };
    source.onerror = () => {
      if (closed) return;
      connection.down(name);
      if (source?.readyState === EventSource.CLOSED) void retry();
    };
    for (const [event, handle] of Object.entries(handlers)) {
      source.addEventListener(event, (message) => {
        connection.up(name);
        handle(JSON.parse((message as MessageEvent<string>).data));
      });
    }
  };

  const retry = async () => {
    source?.close();
    if (onGone && (await isGone(url))) {
      if (closed) return;
      stop();
      onGone();
      return;
    }
    if (closed) return;
    timer = window.setTimeout(connect, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]);
  };

  const stop = () => {
    closed = true;
    window.clearTimeout(timer);
    source?.close();
    connection.up(name);
  };

  connect();
  return { close: stop };
}

/** Asks once with fetch, since EventSource hides the status. */
async function isGone(url: string): Promise<boolean> {
  const abort = new AbortController();
  try {
    const response = await fetch(url, { signal: abort.signal, headers: { accept: "text/event-stream" } });
    return response.status === 404 || response.status === 410;
  } catch {
    return false;
  } finally {
    abort.abort();
  }
}
