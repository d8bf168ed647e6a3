/**
 * How long an adviser waits while two hundred are at work: the desk in Chromium from the address to the adviser's own
 * line, a person from the request to the answer, a search in 5,000 articles. Prints a table; asserts nothing.
 *
 *   node ui/bench/desk.mjs [--advisers 200] [--articles 5000] [--desks 30] [--people 200] [--searches 400]
 */
import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { openPage, startBrowser } from "../e2e/browser.mjs";
import { programToken, startLinje } from "../e2e-live/server.mjs";

const number = (value) => ({ type: "string", default: String(value) });
const { values } = parseArgs({
  options: { advisers: number(200), articles: number(5000), desks: number(30), people: number(200), searches: number(400) },
});
const wanted = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));

const WORDS = ["dagpenger", "meldekort", "sykepenger", "utbetaling", "klage", "foreldrepenger", "pensjon", "flytting", "frist", "arbeidsgiver"];

const linje = await startLinje(["--phones", String(wanted.advisers)]);
const browser = await startBrowser();
const stop = new AbortController();
// Every request of every adviser ends with it.
setMaxListeners(0, stop.signal);
try {
  await write(wanted.articles);
  await Promise.all(linje.ready.phones.map(({ adviser }) => atWork(adviser)));
  await sleep(2_000);
  console.log(`${wanted.advisers} advisers at work, ${wanted.articles} articles besides the demo's own; load ${load()}`);
  console.log("what            count  p50 ms  p95 ms  worst ms");
  row("desk opens", await desks(wanted.desks));
  row("person opens", await people(wanted.people));
  row("search", await searches(wanted.searches));
  console.log(`load after ${load()}`);
} finally {
  stop.abort();
  await browser.close();
  await linje.close();
}

async function write(count) {
  const one = async (place) => {
    const [a, b, c] = [place, place * 3 + 1, place * 7 + 2].map((at) => WORDS[at % WORDS.length]);
    const body = `Om ${a} og ${b} nummer ${place}: hva bruker gjør, når ${c} kommer, og hvem som svarer. `.repeat(6);
    await linje.api("POST", "/knowledge", {
      language: "nb",
      owner: "fag-felles",
      title: `Om ${a} og ${b}, ${place}`,
      body,
      why: "Måling av søket",
      kind: "article",
    });
  };
  for (let from = 0; from < count; from += 50) {
    await Promise.all(Array.from({ length: Math.min(50, count - from) }, (_, at) => one(from + at)));
  }
}

/** An adviser with an open desk, who looks at a person or searches about every other second. */
async function atWork(adviser) {
  const token = await programToken(linje.ready.token_url, { act_as: adviser });
  const call = async (method, path, body) => {
    const reply = await fetch(`${linje.url}/api/v1${path}`, {
      method,
      signal: stop.signal,
      headers: { authorization: token, "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
      body: body && JSON.stringify(body),
    });
    return reply.ok ? reply.json() : null;
  };
  const { session } = (await call("POST", "/desk/sessions", { adviser })) ?? {};
  if (!session) throw new Error(`${adviser} got no desk`);
  const live = await fetch(`${linje.url}/api/v1/desk/sessions/${session}/live`, {
    headers: { authorization: token },
    signal: stop.signal,
  });
  void live.body.pipeTo(new WritableStream()).catch(() => undefined);
  void (async () => {
    while (!stop.signal.aborted) {
      await sleep(1_000 + Math.random() * 2_000);
      await call("POST", "/knowledge/search", { words: some(WORDS).slice(0, 5) });
    }
  })().catch(() => undefined);
}

async function desks(count) {
  const times = [];
  for (let n = 0; n < count; n++) {
    const { page, close } = await openPage(browser, { url: linje.url });
    const begin = performance.now();
    await page.goto(`${linje.url}/desk`);
    await page.locator("main form, .desk__me").first().waitFor();
    times.push(performance.now() - begin);
    await close();
  }
  return times;
}

async function people(count) {
  const { items } = await linje.api("GET", "/demo/people");
  const times = [];
  for (let n = 0; n < count; n++) {
    const { fnr } = items[n % items.length];
    const begin = performance.now();
    await linje
      .api("POST", "/persons/open", { fnr, reason: "Måling med oppdiktede personer", over: "Måling med oppdiktede personer" })
      .catch(() => undefined);
    times.push(performance.now() - begin);
  }
  return times;
}

async function searches(count) {
  const times = [];
  for (let n = 0; n < count; n++) {
    const words = some(WORDS).slice(0, 3 + (n % 6));
    const begin = performance.now();
    const { items } = await linje.api("POST", "/knowledge/search", { words });
    times.push(performance.now() - begin);
    if (items?.length === 0) throw new Error(`nothing found for ${words}`);
  }
  return times;
}

function some(list) {
  return list[Math.floor(Math.random() * list.length)];
}

function row(what, times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  const figures = [sorted.length, at(0.5), at(0.95), sorted.at(-1)].map((value) => value.toFixed(value === sorted.length ? 0 : 1).padStart(7));
  console.log(`${what.padEnd(14)} ${figures.join(" ")}`);
}

function load() {
  return readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).join(" ");
}
