/**
 * Server-sent events by `fetch`, since the browser's own EventSource can neither say a language, nor see a
 * refusal, nor notice a line that has gone silent. Comes back by itself, from where it was.
 */
import { connection } from "./connection";
import { language } from "./language";
import { loggedOut } from "./loggedOut";

const RETRY_MS = [300, 1000, 2000, 4000, 8000];
/** The server says something at least every 10 seconds, if only that it lives. */
const SILENCE_MS = 25_000;

export interface Stream {
  close(): void;
}

type Handlers = Record<string, (message: unknown) => void>;

/** Opens `url` and calls the handler named as the event; `onGone` once if the server no longer knows it. */
export function openStream(name: string, url: string, handlers: Handlers, onGone?: () => void): Stream {
  const closing = new AbortController();
  void follow(name, url, handlers, closing.signal, onGone);
  return {
    close: () => {
      closing.abort();
      connection.up(name);
    },
  };
}

async function follow(name: string, url: string, handlers: Handlers, closed: AbortSignal, onGone?: () => void) {
  let lastId = "";
  let tries = 0;
  while (!closed.aborted) {
    const silence = new AbortController();
    const watchdog = new Watchdog(() => silence.abort());
    try {
      const response = await fetch(url, {
        headers: {
          accept: "text/event-stream",
          "accept-language": language(),
          ...(lastId === "" ? {} : { "last-event-id": lastId }),
        },
        cache: "no-store",
        signal: AbortSignal.any([closed, silence.signal]),
      });
      if (onGone && (response.status === 404 || response.status === 410)) {
        connection.up(name);
        onGone();
        return;
      }
      if (response.status === 401) loggedOut.say();
      if (!response.ok || !response.body) throw new Error(`stream refused with ${response.status}`);
      for await (const event of eventsOf(response.body, watchdog)) {
        tries = 0;
        connection.up(name);
        if (event.id !== "") lastId = event.id;
        handlers[event.name]?.(JSON.parse(event.data));
        if (closed.aborted) return;
      }
    } catch {
      // Whatever it was, the answer is to say so and to try again.
    } finally {
      watchdog.stop();
    }
    if (closed.aborted) return;
    connection.down(name);
    await pause(RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)] ?? 1000, closed);
  }
}

interface ServerEvent {
  name: string;
  data: string;
  id: string;
}

async function* eventsOf(body: ReadableStream<Uint8Array>, watchdog: Watchdog): AsyncGenerator<ServerEvent> {
  const reader = body.pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>).getReader();
  let rest = "";
  let event: ServerEvent = { name: "message", data: "", id: "" };
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    watchdog.feed();
    rest += value;
    const lines = rest.split(/\r\n|\n|\r/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line !== "") {
        takeField(event, line);
        continue;
      }
      if (event.data !== "") yield event;
      event = { name: "message", data: "", id: "" };
    }
  }
}

function takeField(event: ServerEvent, line: string) {
  const colon = line.indexOf(":");
  if (colon <= 0) return;
  const field = line.slice(0, colon);
  const value = line.slice(colon + 1).replace(/^ /, "");
  if (field === "event") event.name = value;
  if (field === "id") event.id = value;
  if (field === "data") event.data = event.data === "" ? value : `${event.data}\n${value}`;
}

class Watchdog {
  #timer: number | undefined;
  #bark: () => void;

  constructor(bark: () => void) {
    this.#bark = bark;
    this.feed();
  }

  feed() {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(this.#bark, SILENCE_MS);
  }

  stop() {
    window.clearTimeout(this.#timer);
  }
}

function pause(ms: number, closed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = window.setTimeout(resolve, ms);
    closed.addEventListener("abort", () => {
      window.clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
