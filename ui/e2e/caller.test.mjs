/** Whoever rings in from the page: what is said of sound is true, whoever they are and however far the call has got. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { inCallState, overflow, ready, ringIn, violations } from "./steps.mjs";

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

const made = { skip: isMock ? false : "the mock has no lines" };

/** The session as if nobody had logged in. */
async function loggedOut(page) {
  await page.route("**/api/v1/session", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), who: null } });
  });
}

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`who has not logged in is told how to be heard, and no socket is tried, ${theme}, ${width} px`, made, async () => {
      const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width });
      await loggedOut(page);
      let sockets = 0;
      page.on("websocket", () => sockets++);
      await page.goto(`${server.url}/demo`);
      await page.locator(".dialler").getByRole("radio").nth(1).check();
      await page.getByRole("heading", { name: "Logg inn som bruker for å høre og snakke" }).waitFor();
      const link = page.locator(".dialler").getByRole("button", { name: "Logg inn som bruker" });
      assert.match(await link.getAttribute("href"), /issuer=idporten.*back=%2Fdemo.*hint=bruker-1/);
      assert.equal(await page.getByText("Du ringer med ekte lyd").count(), 0);
      await ready(page);
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0);
      if (process.env.LINJE_SHOTS) await page.locator("#ring-inn").screenshot({ path: `${process.env.LINJE_SHOTS}/login-${theme}-${width}.png` });
      await page.locator(".dialler button").last().click();
      await inCallState(page, "menu");
      await page.locator('[data-sound="without"]', { hasText: "Logg inn som bruker" }).waitFor();
      assert.equal(sockets, 0);
      assert.deepEqual(troubles, []);
      await close();
    });
  }
}

test("a refused socket is not tried again, and the page says why", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await page.route("**/api/v1/demo/phone", (route) => route.fulfill({ status: 401, json: {} }));
  let sockets = 0;
  page.on("websocket", () => sockets++);
  await ringIn(page, server.url, { answeredBy: "me", state: "menu" });
  await page.locator('[data-sound="without"]', { hasText: "Logg inn som bruker" }).waitFor();
  assert.equal(sockets, 1);
  // Longer than the waits before the next three tries would have been together.
  const more = await page.waitForEvent("websocket", { timeout: 2_500 }).catch(() => null);
  assert.equal(more, null);
  await close();
});

test("one truth about sound: a synthetic adviser is heard of, not heard, and nothing automatic is named in a call", made, async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await ringIn(page, server.url, { answeredBy: "synthetic" });
  await page.locator('.call-status[data-state="active"]').waitFor({ timeout: 60_000 });
  const told = await page.locator(".ring-in__told").innerText();
  assert.match(told, /En syntetisk veileder svarer: du hører meldingene, men samtalen er uten lyd\./);
  assert.equal(told.match(/lyd/g).length, 1, told);
  assert.doesNotMatch(told, /automatiske|Ekte lyd/);
  await page.getByRole("button", { name: "Legg på" }).click();
  assert.deepEqual(troubles, []);
  await close();
});
