/** *Ring inn*: a call without a telephone, heard and steered in the page. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { beAdviser, inCallState, leaveDesk, ringIn, tabTo, violations } from "./steps.mjs";

let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

test("the prompts are fetched and said, and their text is shown", async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  const prompt = page.waitForResponse((response) => /\/api\/v1\/prompts\/.+\.wav/.test(response.url()));
  await ringIn(page, server.url, { state: "menu" });
  const heard = await prompt;
  assert.equal(heard.status() === 200 || heard.status() === 206, true);
  assert.match(heard.headers()["content-type"], /audio\/wav/);
  await page.locator(".said__line--now").first().waitFor();
  assert.equal(await page.locator(".said__keys li").count() >= 5, true);
  await page.getByRole("button", { name: "Legg på" }).click();
  await page.getByRole("button", { name: "Ring igjen" }).waitFor();
  assert.equal(await page.getByText("Lyden kunne ikke spilles av").count(), 0);
  assert.deepEqual(troubles, []);
  await close();
});

test("a citizen needs no mouse: ring, press 2 on the keyboard, be answered, hang up", async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await page.goto(`${server.url}/demo`);
  const ring = page.getByRole("button", { name: "Ring", exact: true });
  await ring.waitFor();
  await tabTo(page, ring);
  await page.keyboard.press("Enter");
  await inCallState(page, "menu");
  await page.keyboard.press("2");
  await inCallState(page, "queued");
  assert.match(await page.locator(".call-status").innerText(), /I kø|Ringer hos veileder|I samtale/);
  await page.locator('.call-status[data-state="active"]').waitFor({ timeout: 60_000 });
  assert.match(await page.locator(".call-status").innerText(), /Svart av/);
  assert.deepEqual(await violations(page), []);
  await tabTo(page, page.getByRole("button", { name: "Legg på" }));
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Ring igjen" }).waitFor();
  assert.deepEqual(troubles, []);
  await close();
});

test("place in the queue and expected wait are shown while waiting", async () => {
  // Somebody is at work, but not on the phone: the call waits for them and for nobody automatic.
  const desk = await openPage(browser, { url: server.url });
  await beAdviser(desk.page, server.url);
  await desk.page.locator(".desk__me select").selectOption("learning");
  await desk.page.locator(".desk__me .aksel-tag", { hasText: "Borte" }).waitFor();

  const { page, close } = await openPage(browser, { url: server.url });
  await ringIn(page, server.url, { answeredBy: "me" });
  await page.getByText("Plass i køen").waitFor();
  await page.getByText("Forventet ventetid", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Legg på" }).click();
  await page.getByText("Du la på.").waitFor();
  await close();
  await leaveDesk(desk.page);
  await desk.close();
});

test("leaving the page hangs up", async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await ringIn(page, server.url, { answeredBy: "me" });
  const gone = page.waitForRequest((request) => request.method() === "DELETE" && /\/demo\/calls\//.test(request.url()));
  await page.getByRole("link", { name: "Linje", exact: true }).click();
  await gone;
  await close();
});

test("instead of waiting one can be rung: a button says so, and so does the key", { skip: isMock ? false : "the mock always offers it" }, async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await ringIn(page, server.url, { answeredBy: "me" });
  const offer = page.locator(".call-status__keys").getByRole("button", { name: /^Bli ringt opp/ });
  await offer.waitFor();
  await page.getByRole("button", { name: "Tast 1: Bli ringt opp" }).waitFor();
  assert.deepEqual(await violations(page), []);
  await offer.click();
  await page.getByText("Vi ringer deg opp. Plassen din i køen er beholdt.").waitFor();
  assert.deepEqual(troubles, []);
  await close();
});
