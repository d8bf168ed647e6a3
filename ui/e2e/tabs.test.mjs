/** Two tabs of one adviser are one desk: a note, a person, and a desk that is open elsewhere. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { beAdviser, overflow, ready, takePhone, violations } from "./steps.mjs";

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

const made = { skip: isMock ? false : "the mock opens any desk" };
const NOTE = "Notat som bruker kan lese";

const tell = (path, body = {}) =>
  fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": randomUUID() },
    body: JSON.stringify(body),
  });

/** A desk in a call, in two tabs of one browser. */
async function twoTabs(settings = {}) {
  const { page: first, troubles, close } = await openPage(browser, { url: server.url, ...settings });
  const opening = first.waitForResponse((response) => /\/desk\/sessions$/.test(response.url()));
  await beAdviser(first, server.url);
  const { adviser } = await (await opening).json();
  await takePhone(first);
  await tell("/api/v1/contacts", { channel: "voice", queue: "arbeid-helse" });
  await first.locator(".offer").waitFor({ timeout: 45_000 });
  await first.getByRole("button", { name: /^Svar/ }).click();
  await first.getByLabel(NOTE).waitFor();
  const session = await first.evaluate(() => sessionStorage.getItem("linje.desk"));
  const second = await first.context().newPage();
  await second.addInitScript((kept) => sessionStorage.setItem("linje.desk", kept), session);
  await second.goto(`${server.url}/desk`);
  await second.getByLabel(NOTE).waitFor();
  const end = async () => {
    await first.getByRole("button", { name: "Avslutt", exact: true }).click();
    await first.locator(".call--wrap").waitFor();
    await tell(`/api/v1/advisers/${adviser.id}/wrap-up`, { done: true });
    await first.locator(".idle").waitFor();
    await first.getByRole("button", { name: "Gå ut" }).click();
    await first.getByRole("radio").first().waitFor();
    assert.deepEqual(troubles, []);
    await close();
  };
  return { first, second, end };
}

const holds = (page, text) =>
  page.waitForFunction((wanted) => document.querySelector(".guide__note textarea")?.value === wanted, text, { timeout: 8_000 });

test("a note that is typed in one tab shows in the other, and goes on there", made, async () => {
  const { first, second, end } = await twoTabs();
  await first.getByLabel(NOTE).fill("Ringte om meldekort");
  await holds(second, "Ringte om meldekort");
  await second.getByLabel(NOTE).fill("Ringte om meldekort, og sendte det");
  await holds(first, "Ringte om meldekort, og sendte det");
  await first.locator('.guide__saved[data-state="saved"]').waitFor();
  await end();
});

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`two who write at once choose, and nothing is lost, ${theme}, ${width} px`, made, async () => {
      const { first, second, end } = await twoTabs({ theme, width });
      // The tabs cannot reach each other for a moment.
      for (const page of [first, second]) {
        await page.evaluate(() => {
          const { postMessage } = BroadcastChannel.prototype;
          BroadcastChannel.prototype.postMessage = () => undefined;
          window.reach = () => (BroadcastChannel.prototype.postMessage = postMessage);
        });
      }
      await first.getByLabel(NOTE).fill("Den ene teksten");
      await second.getByLabel(NOTE).fill("Den andre teksten");
      for (const page of [first, second]) await page.evaluate(() => window.reach());
      await second.getByLabel(NOTE).pressSequentially(".");
      const asks = first.getByText("Notatet ble endret i en annen fane");
      await asks.waitFor();
      await first.locator(".two-texts", { hasText: "Den andre teksten." }).waitFor();
      await ready(first);
      assert.deepEqual(await violations(first), []);
      assert.equal(await overflow(first), 0);
      if (process.env.LINJE_SHOTS) await first.locator(".two-texts").screenshot({ path: `${process.env.LINJE_SHOTS}/two-texts-${theme}-${width}.png` });
      await first.getByRole("button", { name: "Behold begge, den ene under den andre" }).click();
      await asks.waitFor({ state: "detached" });
      for (const page of [first, second]) await holds(page, "Den ene teksten\n\nDen andre teksten.");
      await first.locator('.guide__saved[data-state="saved"]').waitFor();
      await end();
    });
  }
}

test("a person opened in one tab is open in the other, and closed there too", made, async () => {
  await tell("/__mock/people", { safety: [], failed: [], name: "Blid Fjellkopp", level: null, children: null });
  const { first, second, end } = await twoTabs();
  await first.getByLabel("Fødselsnummer eller organisasjonsnummer").fill("15838510075");
  await first.getByRole("button", { name: "Åpne", exact: true }).click();
  await first.locator(".person__name").waitFor();
  await second.locator(".person__name", { hasText: "Blid Fjellkopp" }).waitFor({ timeout: 8_000 });
  await second.getByRole("button", { name: "Lukk personen" }).click();
  await first.locator(".person__name").waitFor({ state: "detached" });
  await end();
});

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`a desk that is open elsewhere says so and is joined, ${theme}, ${width} px`, made, async () => {
      const { page: first, close } = await openPage(browser, { url: server.url });
      const opening = first.waitForResponse((response) => /\/desk\/sessions$/.test(response.url()));
      await beAdviser(first, server.url);
      const { adviser, session } = await (await opening).json();
      const { page, troubles, close: closeSecond } = await openPage(browser, { url: server.url, theme, width });
      await page.route("**/api/v1/session", async (route) => {
        const response = await route.fetch();
        const said = await response.json();
        await route.fulfill({ response, json: { ...said, demo: false, who: { ...said.who, ident: adviser.id, roles: ["adviser"] } } });
      });
      // As the server answers whoever has the desk open: with the same desk.
      await page.route("**/api/v1/desk/sessions", (route) => route.fulfill({ status: 201, json: { session, adviser } }));
      await page.goto(`${server.url}/desk`);
      await page.getByText("Du har desken åpen i en annen fane").waitFor();
      assert.equal(await page.getByText("Ingen demoveiledere er ledige").count(), 0);
      await ready(page);
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0);
      if (process.env.LINJE_SHOTS) await page.screenshot({ path: `${process.env.LINJE_SHOTS}/elsewhere-${theme}-${width}.png` });
      await page.getByRole("button", { name: "Flytt hit" }).click();
      await page.locator(".desk__me").waitFor();
      assert.deepEqual(troubles, []);
      await first.getByRole("button", { name: "Gå ut" }).click();
      await closeSecond();
      await close();
    });
  }
}
