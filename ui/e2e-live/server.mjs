/** The real `linje` for one test file: free ports, a data folder of its own, ended by its process. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const CHECKOUT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const START_MS = 60_000;

export function binary() {
  const path = process.env.LINJE_BIN ?? join(CHECKOUT, "target/ci/linje");
  if (!existsSync(path)) throw new Error(`no server at ${path}: run cargo build --profile ci --workspace`);
  return path;
}

/** Starts `linje demo` with further arguments and waits until it says that it is ready. */
export async function startLinje(args = ["--no-population"], env = {}) {
  const folder = mkdtempSync(join(tmpdir(), "linje-live-"));
  const logFile = join(folder, "server.log");
  let running = await run({ folder, logFile, http: "127.0.0.1:0", sip: "127.0.0.1:0", args, env });
  const { ready } = running;
  const url = ready.http.startsWith("http") ? ready.http : `http://${ready.http}`;
  const linje = {
    url,
    sip: ready.sip,
    ready,
    log: () => readFileSync(logFile, "utf8"),
    bearer: await programToken(ready.token_url),
    api: (method, path, body) => call(url, linje.bearer, method, path, body),
    /** As if the power went: nothing is said to anybody. */
    async kill9() {
      running.child.kill("SIGKILL");
      await running.gone;
    },
    /** On the same data and at the same addresses. */
    async again() {
      running = await run({ folder, logFile, http: new URL(url).host, sip: ready.sip, args, env });
      linje.bearer = await programToken(running.ready.token_url);
    },
    async close() {
      running.child.kill("SIGTERM");
      const late = setTimeout(() => running.child.kill("SIGKILL"), 10_000);
      await running.gone;
      clearTimeout(late);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return linje;
}

/** One process of the server, from its start until it says that it is ready. */
async function run({ folder, logFile, http, sip, args, env }) {
  const readyFile = join(folder, "ready.json");
  rmSync(readyFile, { force: true });
  const log = openSync(logFile, "a");
  const child = spawn(
    binary(),
    ["demo", "--http", http, "--sip", sip, "--data", join(folder, "data"), "--ready-file", readyFile, ...args],
    { cwd: CHECKOUT, stdio: ["ignore", log, log], env: { ...process.env, ...env } },
  );
  closeSync(log);
  const gone = new Promise((resolve) => child.once("exit", resolve));
  process.once("exit", () => child.kill("SIGKILL"));
  const end = Date.now() + START_MS;
  while (!existsSync(readyFile)) {
    if (child.exitCode !== null || Date.now() > end) {
      child.kill("SIGKILL");
      throw new Error(`the server did not start:\n${readFileSync(logFile, "utf8")}`);
    }
    await sleep(20);
  }
  return { child, gone, ready: JSON.parse(readFileSync(readyFile, "utf8")) };
}

/** What a program shows with each request. `fields` choose roles (`scope`) or a person (`act_as`). */
export async function programToken(tokenUrl, fields = {}) {
  const form = new URLSearchParams({ grant_type: "client_credentials", client_id: "live-tests", ...fields });
  const reply = await fetch(tokenUrl, { method: "POST", body: form });
  if (!reply.ok) throw new Error(`no token: ${reply.status} ${await reply.text()}`);
  return `Bearer ${(await reply.json()).access_token}`;
}

async function call(url, bearer, method, path, body) {
  const headers = { authorization: bearer, "content-type": "application/json", "idempotency-key": randomUUID() };
  const reply = await fetch(`${url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
  return text === "" ? null : JSON.parse(text);
}

/** Asks until `look` gives something; an error that says `what` when it never does. */
export async function until(what, look, limit_ms = 15_000) {
  const end = Date.now() + limit_ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${limit_ms} ms in vain until ${what}`);
    await sleep(20);
  }
}
