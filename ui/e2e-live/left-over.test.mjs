/**
 * The power goes in the middle of a call: the adviser gets the wrap-up back with the reason, the note, the person and
 * the topic; a headset works again by itself; and of two browsers nobody's words are lost.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openPage, startBrowser } from "../e2e/browser.mjs";
import { inCallState, ringIn, takePhone } from "../e2e/steps.mjs";
import { headsets } from "./headset.mjs";
import { startLinje, until } from "./server.mjs";
import { Phone } from "./sip.mjs";

let linje;
let browser;
before(async () => {
  linje = await startLinje();
  browser = await startBrowser(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]);
});
after(async () => {
  await browser?.close();
  await linje?.close();
});

const OLA = "12837110147";
const NOTE = "Notat som bruker kan lese";
const { openDesk, takesNoMore, adviser } = headsets(() => ({ linje, browser }));

async function logIn(issuer, hint, back) {
  const opened = await openPage(browser, { url: linje.url, as: null });
  const query = new URLSearchParams({ issuer, back, hint });
  await opened.page.goto(`${linje.url}/api/v1/session/login?${query}`);
  await opened.page.waitForURL((url) => url.pathname === back);
  return opened;
}

const onlyOpen = async () =>
  (await linje.api("GET", "/contacts?limit=50")).items.find((item) => item.consult_of == null && item.channel === "voice" && !["closed", "wrap_up"].includes(item.state));
/** The page says itself that the server was away; nothing else may be wrong. */
const isAway = (trouble) => /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|status of (409|503)|WebSocket/.test(trouble);

test("after kill -9 in a call the adviser is told why, and wraps up with note, person and topic", async () => {
  const desk = await logIn("entra", "K990001", "/desk");
  const { page } = desk;
  await page.locator("main button[type=submit]").click();
  await page.locator(".desk__me").waitFor();
  await takePhone(page);
  const caller = await openPage(browser, { url: linje.url });
  await ringIn(caller.page, linje.url, { answeredBy: "me" });
  await page.locator(".offer").waitFor({ timeout: 45_000 });
  await page.getByRole("button", { name: /^Svar/ }).click();
  await inCallState(caller.page, "active");
  await page.getByLabel("Fødselsnummer eller organisasjonsnummer").fill(OLA);
  await page.getByRole("button", { name: "Åpne", exact: true }).click();
  await page.locator('[data-level="hint"]').waitFor();
  await page.getByLabel(NOTE).fill("Ringte om sykepenger, og vi var midt i det");
  await page.locator('.guide__saved[data-state="saved"]').waitFor();
  const contact = (await onlyOpen()).id;
  const topic = (await linje.api("GET", `/contacts/${contact}/after`)).topic;

  await linje.kill9();
  await linje.again();
  const left = page.locator(`[data-left="${contact}"]`);
  await left.getByText(/^Samtalen ble brutt av en driftsfeil\. Linje virket igjen kl\. \d/).waitFor({ timeout: 30_000 });
  await left.getByText("Brukeren blir ringt opp igjen").waitFor();
  await page.locator('.sr-only[role="status"]', { hasText: "Samtalen ble brutt av en driftsfeil" }).waitFor({ state: "attached" });
  assert.equal(await left.getByLabel(NOTE).inputValue(), "Ringte om sykepenger, og vi var midt i det");
  assert.equal(await left.locator("select").first().inputValue(), topic.code, "the topic of the menu");
  // Who it was is shown again, unsure as before, and can be made sure now.
  await page.locator('[data-level="hint"]').waitFor();
  await page.getByRole("button", { name: "Still kontrollspørsmål" }).click();
  await page.locator(".questions input").first().check();
  await page.locator(".questions input").nth(1).check();
  await page.getByRole("button", { name: "Bekreft", exact: true }).click();
  await page.locator('[data-level="questions"]').waitFor();
  await left.locator("[data-kept-on]").waitFor({ state: "detached" });
  await left.getByRole("radio", { name: /^Ja, løst/ }).check();
  await left.getByLabel(NOTE).press("Control+Enter");
  await left.waitFor({ state: "detached" });
  assert.equal((await linje.api("GET", "/advisers/K990001/after")).broken, null);

  // The citizen finds what was written, and each reading once.
  const citizen = await logIn("idporten", "bruker-1", "/min-side");
  await citizen.page.getByText("Ringte om sykepenger, og vi var midt i det").waitFor();
  const opened = citizen.page.locator('[data-reading="header"]');
  await opened.first().waitFor();
  // Once in the call, once when the page came back after the stop.
  assert.equal(await opened.count(), 2);
  assert.equal(await citizen.page.locator('[data-reading="confirm"]').count(), 1);
  // The page of the caller has lost its call, and the log-in of a program with it.
  assert.deepEqual([...desk.troubles, ...citizen.troubles].filter((trouble) => !isAway(trouble)), []);
  await citizen.close();
  await caller.close();
  await takesNoMore("K990001");
  await desk.close();
});

test("after kill -9 with a headset in a call the sound of the next call is there without a click", async () => {
  const mine = linje.ready.phones[2];
  const desk = await openDesk(mine.adviser);
  const { page } = desk;
  const heard = () =>
    page.evaluate(async () => {
      let energy = 0;
      const peer = window.peers.findLast((each) => each.connectionState === "connected");
      (await peer?.getStats())?.forEach((entry) => {
        if (entry.type === "inbound-rtp") energy = entry.totalAudioEnergy ?? 0;
      });
      return energy;
    });
  const answer = async () => {
    const caller = await Phone.open(linje.sip);
    caller.say(330);
    await caller.call(linje.ready.numbers.main);
    await caller.press("2");
    await page.waitForSelector("[data-offer]", { timeout: 45_000 });
    const contact = (await onlyOpen()).id;
    await page.waitForTimeout(1_000);
    await page.getByRole("button", { name: /^Svar/ }).click();
    await page.waitForSelector('.softphone[data-line="talking"]');
    const before = await heard();
    await until("the adviser hears the caller", async () => (await heard()) - before > 0.005);
    return { caller, contact };
  };
  const first = await answer();
  await linje.kill9();
  await linje.again();
  await page.locator(`[data-left="${first.contact}"]`).getByText("Samtalen ble brutt av en driftsfeil").waitFor({ timeout: 30_000 });
  await page.waitForSelector('.softphone[data-state="ready"]', { timeout: 30_000 });
  first.caller.close();
  await until("the adviser is free again", async () => {
    const now = await adviser(mine.adviser);
    if (now.state === "not_ready") await linje.api("PUT", `/advisers/${mine.adviser}/activity`, { activity: "phone" });
    return now.state === "ready";
  });
  const second = await answer();
  // What was left stays behind what is at hand, and comes back after it.
  assert.equal(await page.locator(`[data-left="${first.contact}"]`).isVisible(), false);
  await page.getByRole("button", { name: /^avslutt$/i }).first().click();
  await page.locator(`.call--wrap[data-contact="${second.contact}"]`).waitFor();
  await linje.api("POST", `/advisers/${mine.adviser}/wrap-up`, { done: true });
  await page.locator(`[data-left="${first.contact}"]`).getByRole("button", { name: "La det være" }).click();
  await page.locator("[data-left]").waitFor({ state: "detached" });
  second.caller.close();
  assert.deepEqual(desk.troubles.filter((trouble) => !isAway(trouble)), []);
  await takesNoMore(mine.adviser);
  await desk.context.close();
});

test("two browsers of one adviser: what the one has not seen is never written over", async () => {
  const first = await logIn("entra", "K990004", "/desk");
  await first.page.locator("main button[type=submit]").click();
  await first.page.locator(".desk__me").waitFor();
  await takePhone(first.page);
  const caller = await openPage(browser, { url: linje.url });
  await ringIn(caller.page, linje.url, { answeredBy: "me" });
  await first.page.locator(".offer").waitFor({ timeout: 45_000 });
  await first.page.getByRole("button", { name: /^Svar/ }).click();
  await inCallState(caller.page, "active");
  await first.page.getByLabel(NOTE).waitFor();
  const second = await logIn("entra", "K990004", "/desk");
  await second.page.getByRole("button", { name: "Flytt hit" }).click();
  await second.page.getByLabel(NOTE).waitFor();
  await first.page.getByLabel(NOTE).fill("Fra den ene nettleseren");
  await first.page.locator('.guide__saved[data-state="saved"]').waitFor();
  await second.page.getByLabel(NOTE).fill("Fra den andre nettleseren");
  await second.page.getByText("Notatet ble endret i en annen nettleser").waitFor();
  await second.page.getByRole("button", { name: "Behold begge, den ene under den andre" }).click();
  await second.page.locator('.guide__saved[data-state="saved"]').waitFor();
  const contact = (await onlyOpen()).id;
  const kept = async () => (await linje.api("GET", `/contacts/${contact}/after`)).draft.text;
  assert.equal(await kept(), "Fra den andre nettleseren\n\nFra den ene nettleseren");
  await first.page.getByLabel(NOTE).pressSequentially("!");
  await first.page.getByText("Notatet ble endret i en annen nettleser").waitFor();
  assert.equal(await kept(), "Fra den andre nettleseren\n\nFra den ene nettleseren");
  await first.page.getByRole("button", { name: "Bruk teksten fra den andre nettleseren" }).click();
  await caller.page.getByRole("button", { name: "Legg på" }).click();
  await first.page.locator(".call--wrap").waitFor();
  await linje.api("POST", "/advisers/K990004/wrap-up", { done: true });
  assert.deepEqual([...first.troubles, ...second.troubles, ...caller.troubles].filter((trouble) => !isAway(trouble)), []);
  await takesNoMore("K990004");
  for (const each of [caller, second, first]) await each.close();
});
