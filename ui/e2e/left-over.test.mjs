/** What is left of a conversation: one that broke off, whom a closed one was about, and a note that two browsers wrote. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { beAdviser, leaveDesk, overflow, ready, takePhone, violations } from "./steps.mjs";
import { teller } from "./taken.mjs";

let server;
let browser;
let tell;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
  tell = teller(server.url);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const made = { skip: isMock ? false : "the mock's levers break conversations off" };
const NOTE = "Notat som bruker kan lese";
const BROKEN = { contact: "c-broken", at: "2026-11-23T10:20:00+01:00", by_stop: true, queue: { id: "familie", name: "Familie" }, rung: "asked" };
const FNR = "15838510075";

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`a conversation that broke off opens its wrap-up and says why, ${theme}, ${width} px`, made, async () => {
      await tell("/__mock/guide", { set: { broken: BROKEN } });
      const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width });
      await beAdviser(page, server.url);
      const card = page.locator(`[data-left="${BROKEN.contact}"]`);
      const says = "Samtalen ble brutt av en driftsfeil. Linje virket igjen kl. 10.20. Brukeren blir ringt opp igjen: oppgaven ligger i køen.";
      await card.getByText(says).waitFor();
      // Told to whoever does not see it, without interrupting.
      await page.locator('.sr-only[role="status"]', { hasText: says }).waitFor({ state: "attached" });
      await ready(page);
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0);
      if (process.env.LINJE_SHOTS) await page.screenshot({ path: `${process.env.LINJE_SHOTS}/broken-${theme}-${width}.png`, fullPage: true });
      await card.getByLabel(NOTE).fill("Ringte om foreldrepenger");
      await card.locator('.guide__saved[data-state="saved"]').waitFor();
      await card.getByRole("button", { name: "Senere" }).click();
      await card.waitFor({ state: "detached" });
      // It waits among what is left, with what was written.
      await page.locator("[data-afterwards]").getByText("Samtale som ble brutt, Familie").waitFor();
      await page.locator("[data-afterwards]").getByRole("button", { name: "Åpne" }).click();
      assert.equal(await card.getByLabel(NOTE).inputValue(), "Ringte om foreldrepenger");
      await card.getByRole("radio", { name: /^Ja, løst/ }).check();
      await card.getByLabel(NOTE).press("Control+Enter");
      await card.waitFor({ state: "detached" });
      await page.locator("[data-afterwards]").getByText("Samtale som ble brutt").waitFor({ state: "detached" });
      assert.deepEqual(troubles, []);
      await leaveDesk(page);
      await close();
    });
  }
}

test("a conversation that broke off can be left, and is not shown again", made, async () => {
  await tell("/__mock/guide", { set: { broken: { ...BROKEN, contact: "c-left", by_stop: false, rung: null } } });
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await beAdviser(page, server.url);
  const card = page.locator('[data-left="c-left"]');
  await card.getByText("Forbindelsen til brukeren ble brutt kl. 10.20.", { exact: true }).waitFor();
  await card.getByRole("button", { name: "La det være" }).click();
  await card.waitFor({ state: "detached" });
  await page.reload();
  await page.locator(".idle").waitFor();
  await page.locator("[data-afterwards]").waitFor();
  assert.equal(await card.count(), 0);
  assert.deepEqual(troubles, []);
  await leaveDesk(page);
  await close();
});

test("whom a closed conversation was about can still be confirmed, and then the note is theirs", made, async () => {
  await tell("/__mock/people", { safety: [], failed: [], name: "Blid Fjellkopp", level: null, children: null, hint: { level: null, number_of: 0, phone_barred: false, safety_measure: false, must_be_handed_over: false } });
  await tell("/__mock/guide", { set: { broken: { ...BROKEN, contact: "c-who" } } });
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await beAdviser(page, server.url);
  const card = page.locator('[data-left="c-who"]');
  const unsure = card.locator('[data-kept-on="number"]');
  await unsure.waitFor();
  await unsure.getByRole("button", { name: "Til kontrollspørsmålene" }).click();
  await page.waitForFunction(() => document.activeElement?.closest(".find__form") !== null);
  await page.keyboard.type(FNR);
  await page.keyboard.press("Enter");
  await page.locator(".person__name", { hasText: "Blid Fjellkopp" }).waitFor();
  assert.equal(await page.locator(".person__tabs").count(), 0, "no more is read than who it was");
  await unsure.getByRole("button", { name: "Til kontrollspørsmålene" }).click();
  await page.getByLabel("Hvilken adresse er du registrert på?").check();
  await page.getByLabel("Hva heter barna dine?").check();
  await page.getByRole("button", { name: "Bekreft", exact: true }).click();
  await page.locator('[data-level="questions"]').waitFor();
  await unsure.waitFor({ state: "detached" });
  await card.getByRole("radio", { name: /^Ja, løst/ }).check();
  await card.getByRole("button", { name: /^Ferdig/ }).click();
  await card.waitFor({ state: "detached" });
  assert.deepEqual(troubles, []);
  await leaveDesk(page);
  await close();
});

const holds = (page, text) =>
  page.waitForFunction((wanted) => document.querySelector(".guide__note textarea")?.value === wanted, text, { timeout: 8_000 });
/** What the browser itself says of an answer that is a refusal. */
const isRefusal = (trouble) => trouble.includes("status of 409");

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`two browsers that write one note choose, and nothing is lost, ${theme}, ${width} px`, made, async () => {
      const first = await openPage(browser, { url: server.url });
      const opening = first.page.waitForResponse((response) => /\/desk\/sessions$/.test(response.url()));
      await beAdviser(first.page, server.url);
      const { adviser, session } = await (await opening).json();
      await takePhone(first.page);
      await tell("/api/v1/contacts", { channel: "voice", queue: "arbeid-helse" });
      await first.page.locator(".offer").waitFor({ timeout: 45_000 });
      await first.page.getByRole("button", { name: /^Svar/ }).click();
      await first.page.getByLabel(NOTE).waitFor();
      // Another browser: no tab of the one hears a tab of the other.
      const second = await openPage(browser, { url: server.url, theme, width });
      await second.page.addInitScript((kept) => sessionStorage.setItem("linje.desk", kept), session);
      await second.page.goto(`${server.url}/desk`);
      await second.page.getByLabel(NOTE).waitFor();

      await first.page.getByLabel(NOTE).fill("Skrevet i den ene");
      await first.page.locator('.guide__saved[data-state="saved"]').waitFor();
      await second.page.getByLabel(NOTE).fill("Skrevet i den andre");
      await second.page.getByText("Notatet ble endret i en annen nettleser").waitFor();
      await second.page.locator(".two-texts", { hasText: "Skrevet i den ene" }).waitFor();
      await ready(second.page);
      assert.deepEqual(await violations(second.page), []);
      assert.equal(await overflow(second.page), 0);
      if (process.env.LINJE_SHOTS) await second.page.locator(".two-texts").screenshot({ path: `${process.env.LINJE_SHOTS}/two-browsers-${theme}-${width}.png` });
      await second.page.getByRole("button", { name: "Behold begge, den ene under den andre" }).click();
      await second.page.locator('.guide__saved[data-state="saved"]').waitFor();
      await holds(second.page, "Skrevet i den andre\n\nSkrevet i den ene");

      // The first has not seen it: what is written on there is asked about too, and throws nothing away.
      await first.page.getByLabel(NOTE).pressSequentially(", og litt til");
      await first.page.getByText("Notatet ble endret i en annen nettleser").waitFor();
      await first.page.locator(".two-texts", { hasText: "Skrevet i den ene, og litt til" }).waitFor();
      // Nobody chooses before the call ends: both are kept, one below the other.
      await first.page.getByRole("button", { name: "Avslutt", exact: true }).click();
      await first.page.locator(".call--wrap").waitFor();
      await holds(first.page, "Skrevet i den ene, og litt til\n\nSkrevet i den andre\n\nSkrevet i den ene");
      await first.page.locator('.guide__saved[data-state="saved"]').waitFor();
      await tell(`/api/v1/advisers/${adviser.id}/wrap-up`, { done: true });
      await first.page.locator(".idle").waitFor();
      await leaveDesk(first.page);
      assert.deepEqual([...first.troubles, ...second.troubles].filter((trouble) => !isRefusal(trouble)), []);
      await second.close();
      await first.close();
    });
  }
}
