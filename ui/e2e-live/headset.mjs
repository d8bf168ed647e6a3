/** Advisers with a headset: pages that have logged in and a desk that takes calls in the browser, for the live tests. */
import { until } from "./server.mjs";

/** What an adviser of a server does in a browser. `of` tells both, which are there only when the tests begin. */
export function headsets(of) {
  /** A page that has logged in as `who`, keeps its connections for measuring, and notes what goes wrong. */
  async function logIn(who, back, where) {
    const { linje, browser } = of();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    // For every tab of the person.
    await context.addInitScript((place) => {
      localStorage.setItem("linje.language", "nb");
      if (place && !localStorage.getItem("linje.phone")) localStorage.setItem("linje.phone", place);
      const Real = window.RTCPeerConnection;
      window.peers = [];
      window.RTCPeerConnection = class extends Real {
        constructor(...all) {
          super(...all);
          window.peers.push(this);
        }
      };
    }, where ?? null);
    const page = await context.newPage();
    const troubles = [];
    page.on("console", (message) => {
      if (message.type() === "error") troubles.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => troubles.push(`exception: ${error.message}`));
    const asked = new URLSearchParams({ issuer: "entra", back, hint: who });
    await page.goto(`${linje.url}/api/v1/session/login?${asked}`);
    await page.waitForURL(`${linje.url}${back}`);
    return { context, page, troubles };
  }

  /** The desk of an adviser in the browser, ready for calls in the headset. */
  async function openDesk(ident) {
    const desk = await logIn(ident, "/desk", "headset");
    const { page } = desk;
    // One's own desk is chosen already.
    await page.locator(`input[type=radio][value="${ident}"]`).waitFor();
    await page.locator("form button[type=submit]").click();
    await page.waitForSelector(".desk__me");
    await page.locator(".desk__me select").first().selectOption("phone");
    await page.waitForSelector('.softphone[data-state="ready"]');
    await until("the adviser is ready", async () => (await adviser(ident)).state === "ready");
    return desk;
  }

  /** The next call of a file goes to somebody else. */
  const takesNoMore = (ident) => of().linje.api("PUT", `/advisers/${ident}/activity`, { activity: "break" });
  const adviser = (ident) => of().linje.api("GET", `/advisers/${ident}`);
  return { logIn, openDesk, takesNoMore, adviser };
}
