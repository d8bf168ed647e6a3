/** The telephone in the browser against lines that the test plays: it never says more than is known. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { beAdviser } from "./steps.mjs";

let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await startBrowser(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const made = { skip: isMock ? false : "the test plays the lines" };

/** A desk with a headset whose lines are this test; `tell` says something to the telephone. */
async function withLines(page, onOffer) {
  const lines = { tell: undefined, close: undefined };
  await page.addInitScript(() => localStorage.setItem("linje.phone", "headset"));
  const taken = new Promise((resolve) => {
    void page.routeWebSocket(/\/phone$/, (socket) => {
      lines.tell = (message) => socket.send(JSON.stringify(message));
      lines.close = () => socket.close();
      socket.onMessage(async (text) => {
        const message = JSON.parse(text);
        if (message.type === "take") {
          lines.tell({ type: "yours" });
          resolve();
        }
        if (message.type === "offer") await onOffer?.(message, lines);
      });
    });
  });
  await beAdviser(page, server.url);
  await taken;
  return lines;
}

test("when the desk shows no call the telephone is idle; while the server is away nothing is promised", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  const lines = await withLines(page);
  lines.tell({ type: "ringing", call: "7", contact: "x", display: "" });
  lines.tell({ type: "answered", call: "7" });
  await page.locator('.softphone[data-line="talking"]').waitFor();
  // A crash: nobody tells that the call is gone, the picture of the desk alone shows it.
  await page.locator('.softphone[data-line="none"]').waitFor({ timeout: 8_000 });
  await page.locator(".softphone__state", { hasText: "Klar." }).waitFor();
  await page.route("**/api/v1/desk/sessions/*/live", (route) => route.abort());
  lines.tell({ type: "ringing", call: "8", contact: "x", display: "" });
  lines.tell({ type: "answered", call: "8" });
  lines.close();
  const said = page.locator(".softphone__state", { hasText: "Vi kobler til igjen. Det du har skrevet, er trygt." });
  await said.waitFor();
  assert.equal(await page.getByText("Samtalen holdes").count(), 0);
  await close();
});

test("sound that the browser held back comes with any key", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await page.addInitScript(() => {
    window.held = true;
    HTMLMediaElement.prototype.play = () =>
      window.held ? Promise.reject(new DOMException("", "NotAllowedError")) : Promise.resolve();
  });
  const lines = await withLines(page, async ({ call, sdp }, { tell }) => {
    const answer = await page.evaluate(async (offered) => {
      const other = new RTCPeerConnection();
      window.other = other;
      await other.setRemoteDescription({ type: "offer", sdp: offered });
      for (const line of other.getTransceivers()) line.direction = "sendrecv";
      await other.setLocalDescription(await other.createAnswer());
      return other.localDescription.sdp;
    }, sdp);
    tell({ type: "answer", call, sdp: answer });
  });
  lines.tell({ type: "ringing", call: "7", contact: "x", display: "" });
  const held = page.getByText("Nettleseren holder lyden tilbake");
  await held.waitFor();
  await page.evaluate(() => (window.held = false));
  await page.keyboard.press("Shift");
  await held.waitFor({ state: "detached" });
  await close();
});
