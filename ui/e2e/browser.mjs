/** Starts what a test needs: Debian's Chromium, and the server told by LINJE_URL or else the mock. */
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

export const isMock = !process.env.LINJE_URL;

export async function startServer() {
  if (!isMock) return { url: process.env.LINJE_URL.replace(/\/$/, ""), close: async () => undefined };
  return startMock();
}

export async function startBrowser() {
  return chromium.launch({
    executablePath: process.env.LINJE_CHROMIUM ?? "/usr/bin/chromium",
    args: FLAGS,
    headless: true,
  });
}

/** A page in a browser context of its own, which remembers what went wrong in it. */
export async function openPage(browser, { url, theme = "light", width = 1440, height = 900, language = "nb" }) {
  const context = await browser.newContext({ viewport: { width, height } });
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
