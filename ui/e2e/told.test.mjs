/** What others do shows by itself: who it is that talks, who listens, what is recorded. Nobody loads a page again. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { beAdviser, inCallState, leaveDesk, overflow, ready, ringIn, takePhone, violations } from "./steps.mjs";

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

const made = { skip: isMock ? false : "the mock's levers put it on the desk" };
const tell = (path, body = {}) =>
  fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": randomUUID() },
    body: JSON.stringify(body),
  });

/** An adviser who waits for calls; gives what ends their work. */
async function atWork(page) {
  const opening = page.waitForResponse((response) => /\/desk\/sessions$/.test(response.url()));
  await beAdviser(page, server.url);
  const { adviser } = await (await opening).json();
  await takePhone(page);
  return async () => {
    await page.locator(".call--wrap").waitFor();
    await tell(`/api/v1/advisers/${adviser.id}/wrap-up`, { done: true });
    await page.locator(".idle").waitFor();
    await leaveDesk(page);
    await page.context().close();
  };
}

async function inCall(page) {
  const leave = await atWork(page);
  await tell("/api/v1/contacts", { channel: "voice", queue: "arbeid-helse" });
  await page.locator(".offer").waitFor({ timeout: 45_000 });
  await page.getByRole("button", { name: /^Svar/ }).click();
  await page.locator(".call__timer").waitFor();
  return async () => {
    await page.getByRole("button", { name: "Avslutt", exact: true }).click();
    await leave();
  };
}

test("the citizen says that it is them, and the desk says so by itself and politely", made, async () => {
  await tell("/__mock/people", { safety: [], failed: [], name: "Blid Fjellkopp", level: null, children: null });
  const { page, troubles } = await openPage(browser, { url: server.url });
  const finish = await inCall(page);
  await page.getByLabel("Fødselsnummer eller organisasjonsnummer").fill("15838510075");
  await page.getByRole("button", { name: "Åpne", exact: true }).click();
  await page.locator(".person__name").waitFor();
  const said = page.getByRole("status").filter({ hasText: "Ubekreftet" });
  await said.waitFor();
  // Nothing is asked meanwhile: the stream tells.
  let asked = 0;
  page.on("request", (request) => (asked += /\/persons\/open|\/contacts\/[^/]+\/person$/.test(request.url()) ? 1 : 0));
  const level = page.waitForRequest((request) => request.url().endsWith("/person/level"));
  await tell("/__mock/people", { level: "logged_in" });
  await tell("/__mock/desk/person", { level: "logged_in" });
  await page.locator('[data-level="logged_in"]').waitFor({ timeout: 5_000 });
  assert.equal(await page.locator('[data-level="logged_in"]').getAttribute("role"), "status");
  assert.equal(await page.getByRole("button", { name: "Still kontrollspørsmål" }).count(), 0);
  await level;
  assert.equal(asked, 0, "nobody is read once more for it");
  assert.deepEqual(troubles, []);
  await finish();
});

test("the citizen's page hears that an adviser believes it is them, and never asks again and again", made, async () => {
  await tell("/__mock/own");
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await page.goto(`${server.url}/min-side`);
  await page.getByText("Ringer deg når vedtaket er klart").waitFor();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await tell("/__mock/own", { contacts: [{ id: "c1", since: "2026-11-23T10:02:00+01:00", state: "active", channel: "voice", level: "hint" }] });
  await page.getByRole("button", { name: "Ja, det er meg" }).click({ timeout: 5_000 });
  await page.getByText("Bekreftet. Veilederen ser at det er du som snakker.").waitFor();
  assert.equal(asked.some((url) => url.includes("/me/contacts") && !url.endsWith("/confirm")), false, asked.join("\n"));
  // When it is over, what it left is fetched.
  const fetched = page.waitForResponse((response) => response.url().endsWith("/me/notes"));
  await tell("/__mock/own");
  await fetched;
  assert.deepEqual(troubles, []);
  await close();
});

test("after a yes to a listener the focus is on who listens; after the end, on the call", made, async () => {
  const { page, troubles } = await openPage(browser, { url: server.url });
  const finish = await inCall(page);
  await tell("/__mock/desk/listening", { how: "listen", state: "asked" });
  await page.getByRole("button", { name: "Ja, det er greit" }).click();
  await page.locator('[data-listening="on"]:focus').waitFor({ timeout: 5_000 });
  await page.locator('[data-listening="on"]').getByRole("button").click();
  await page.locator("[data-contact]:focus").waitFor({ timeout: 5_000 });
  assert.deepEqual(troubles, []);
  await finish();
});

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`whoever rings sees that recording is asked for, says yes and sees that it runs, ${theme}, ${width} px`, made, async () => {
      const desk = await openPage(browser, { url: server.url });
      const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width });
      const leave = await atWork(desk.page);
      await ringIn(page, server.url, { answeredBy: "me" });
      await desk.page.locator(".offer").waitFor({ timeout: 45_000 });
      await desk.page.getByRole("button", { name: /^Svar/ }).click();
      await inCallState(page, "active");
      await desk.page.getByRole("button", { name: "Ta opp samtalen" }).click();
      await page.getByRole("status").filter({ hasText: "Samtalen kan bli tatt opp. Tast 1 hvis det er greit." }).waitFor();
      await ready(page);
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0);
      if (process.env.LINJE_SHOTS) await page.screenshot({ path: `${process.env.LINJE_SHOTS}/asked-${theme}-${width}.png`, fullPage: true });
      await page.getByRole("button", { name: "Tast 1: det er greit" }).click();
      await page.locator('[data-recorded="on"]', { hasText: "Samtalen blir tatt opp." }).waitFor();
      await desk.page.locator('[data-recording="on"]').waitFor();
      assert.deepEqual(await violations(page), []);
      if (process.env.LINJE_SHOTS) await page.screenshot({ path: `${process.env.LINJE_SHOTS}/recorded-${theme}-${width}.png`, fullPage: true });
      await page.getByRole("button", { name: "Legg på" }).click();
      await page.locator("[data-recorded]").waitFor({ state: "detached" });
      assert.deepEqual(troubles, []);
      await close();
      await leave();
    });
  }
}
