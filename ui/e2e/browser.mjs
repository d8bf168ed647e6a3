/**
 * Starts what a test needs: Debian's Chromium, and a server: the one that runs at LINJE_URL, else the binary
 * LINJE_BIN as a demo of its own, else the mock.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { startMock } from "../mock/server.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=user-gesture-required",
];

const START_MS = 120_000;

/** The mock stands in when neither a running server nor a binary is told of. */
export const isMock = !process.env.LINJE_URL && !process.env.LINJE_BIN;

export async function startServer() {
  if (process.env.LINJE_URL) {
    return { url: process.env.LINJE_URL.replace(/\/$/, ""), close: async () => undefined };
  }
  return process.env.LINJE_BIN ? startLinje(process.env.LINJE_BIN) : startMock();
}

/** Starts the real server as a demo of its own, on ports and in a folder of its own, until it is ready. */
async function startLinje(binary) {
  const folder = mkdtempSync(join(tmpdir(), "linje-ui-"));
  const readyFile = join(folder, "ready.json");
  const said = [];
  const server = spawn(
    binary,
    ["demo", "--http", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--data", join(folder, "data"), "--ready-file", readyFile],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  for (const pipe of [server.stdout, server.stderr]) {
    pipe.on("data", (text) => {
      said.push(String(text));
      if (said.length > 200) said.shift();
    });
  }
  const ended = new Promise((resolve) => server.once("exit", (code) => resolve(code)));
  const close = async () => {
    server.kill("SIGTERM");
    const late = setTimeout(() => server.kill("SIGKILL"), 15_000);
    await ended;
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
  };
  const until = Date.now() + START_MS;
  let over;
  void ended.then((code) => (over = code ?? "a signal"));
  while (!existsSync(readyFile)) {
    if (over !== undefined || Date.now() > until) {
      await close();
      throw new Error(`linje demo was not ready (ended with ${over}): ${said.join("")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { http } = JSON.parse(readFileSync(readyFile, "utf8"));
  return { url: http.startsWith("http") ? http.replace(/\/$/, "") : `http://${http}`, close };
}

/** Tokens by server: a page that says no other shows one of a program that may do everything. */
const tokens = new Map();

/** The headers of a program that may do everything; none for the mock, which asks for none. */
export async function programHeaders(url) {
  const bearer = await bearerOf(url);
  return bearer ? { authorization: bearer } : {};
}

async function bearerOf(url) {
  if (!tokens.has(url)) {
    const said = await (await fetch(`${url}/api/v1/session`)).json();
    const form = new URLSearchParams({ grant_type: "client_credentials", client_id: "page-tests" });
    const reply = said.token_url && (await fetch(said.token_url, { method: "POST", body: form }));
    tokens.set(url, reply ? `Bearer ${(await reply.json()).access_token}` : null);
  }
  return tokens.get(url);
}

/** A browser; `more` are further flags, such as those of a microphone that beeps. */
export async function startBrowser(more = []) {
  return chromium.launch({
    executablePath: process.env.LINJE_CHROMIUM ?? "/usr/bin/chromium",
    args: [...FLAGS, ...more],
    headless: true,
  });
}

/** A page in a browser context of its own, which remembers what went wrong in it. */
export async function openPage(browser, { url, theme = "light", width = 1440, height = 900, language = "nb", as = "program" }) {
  const context = await browser.newContext({ viewport: { width, height } });
  const bearer = as === "program" ? await bearerOf(url) : null;
  if (bearer) await context.setExtraHTTPHeaders({ authorization: bearer });
  const page = await context.newPage();
  await page.addInitScript(
    ([chosenTheme, chosenLanguage]) => {
      localStorage.setItem("linje.theme", chosenTheme);
      localStorage.setItem("linje.language", chosenLanguage);
    },
    [theme, language],
  );
  const troubles = [];
  const host = new URL(url).host;
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => troubles.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    const to = new URL(request.url());
    if (!["blob:", "data:"].includes(to.protocol) && to.host !== host) troubles.push(`foreign request: ${request.url()}`);
  });
  return { page, troubles, close: () => context.close() };
}
