/** Trafikkbilde: figures with goal and definition, details, the chart's table, and calls followed as they go. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { isMock, openPage, programHeaders, startBrowser, startServer } from "./browser.mjs";
import { beAdviser, leaveDesk, ready, ringIn, takePhone, wrapUp } from "./steps.mjs";

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

async function openTraffic(options = {}) {
  const opened = await openPage(browser, { url: server.url, ...options });
  await opened.page.goto(`${server.url}/trafikk`);
  await opened.page.locator(".queue-row").first().waitFor();
  await ready(opened.page);
  return opened;
}

test("the service level stands with its goal, n of m, and its definition one click away", async () => {
  const { page, close } = await openTraffic();
  const tile = page.locator(".tile").nth(1);
  assert.match(await tile.innerText(), /Besvart innen 45 s/);
  assert.match(await tile.innerText(), /mål 70\s%/);
  assert.match(await tile.innerText(), /[\d\s]+ av [\d\s]+ i dag/);
  await tile.getByRole("button", { name: /^Definisjon av Besvart/ }).click();
  await page.locator(".definition:visible", { hasText: "alle tilbudt" }).first().waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".definition:visible").waitFor({ state: "detached" }).catch(() => undefined);
  await close();
});

test("a row opens its hours, requirement and last hour", async () => {
  const { page, close } = await openTraffic();
  await page.locator(".queue-row button").first().click();
  const details = page.locator(".queue-details").first();
  await details.locator(".facts").waitFor();
  for (const heading of ["Åpningstider", "Krav til veilederen", "Avvik fra nasjonal regel", "Siste time"]) {
    await details.getByText(heading, { exact: true }).first().waitFor();
  }
  await close();
});

test("the oldest wait ticks by the scenario clock", async () => {
  const { page, close } = await openTraffic();
  const age = page.locator(".tile .age");
  await age.waitFor({ timeout: 30_000 });
  const before = await age.innerText();
  await page.waitForFunction((text) => document.querySelector(".tile .age")?.textContent !== text, before);
  await close();
});

test("the last hour is saved as CSV with the figures of the table", async () => {
  const { page, close } = await openTraffic();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Last ned CSV" }).first().click(),
  ]);
  assert.equal(download.suggestedFilename(), "siste-time.csv");
  const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\r\n");
  assert.equal(lines[0], "\uFEFFMinutt;kommet;besvart;innen 45 s;la på;venter");
  assert.equal(lines.length > 1, true);
  assert.match(lines.at(-1), /^\d{4}-\d\d-\d\dT[^;]+(;\d+){5}$/);
  await close();
});

test("no name of a person is on the page", async () => {
  const { page, close } = await openTraffic();
  const { items } = await (
    await fetch(`${server.url}/api/v1/advisers?free=true`, { headers: await programHeaders(server.url) })
  ).json();
  const text = await page.locator("main").innerText();
  for (const adviser of items) assert.equal(text.includes(adviser.name), false, adviser.name);
  await close();
});

test("the wall fits its screen and Esc leaves it", async () => {
  const { page, close } = await openPage(browser, { url: server.url, width: 1920, height: 1080 });
  await page.goto(`${server.url}/trafikk?vegg`);
  await page.locator(".wall__queue").first().waitFor();
  assert.equal(await page.locator(".wall__tile").count(), 5);
  assert.equal(await page.locator(".wall__queue").count(), 6);
  const { height, smallest } = await page.evaluate(() => ({
    height: document.documentElement.scrollHeight,
    smallest: Math.min(
      ...[...document.querySelectorAll(".wall__tiles *, .wall__queues *")]
        .filter((element) => element.childNodes.length && element.textContent.trim() !== "")
        .map((element) => parseFloat(getComputedStyle(element).fontSize)),
    ),
  }));
  assert.equal(height <= 1080, true, `the wall is ${height} px high`);
  assert.equal(smallest >= 32, true, `the smallest text is ${smallest} px`);
  await page.keyboard.press("Escape");
  await page.locator(".queue-row").first().waitFor();
  await close();
});

/** Waits until Trafikkbilde shows `contact` in one of `states`; a second is the most it may take. */
async function seenWithinASecond(page, contact, states) {
  const row = states.map((state) => `.recent li[data-contact="${contact}"][data-state="${state}"]`).join(", ");
  await page.locator(row).waitFor({ timeout: 1000 });
}

test("a call made in the page is seen in each state, within a second", async () => {
  const traffic = await openTraffic();
  const desk = await openPage(browser, { url: server.url });
  const caller = await openPage(browser, { url: server.url });
  await beAdviser(desk.page, server.url);
  await desk.page.locator(".desk__me select").selectOption("learning");
  await desk.page.locator(".desk__me .aksel-tag", { hasText: "Borte" }).waitFor();

  await ringIn(caller.page, server.url, { answeredBy: "me" });
  const contact = await caller.page.locator(".call-status").getAttribute("data-contact");
  const seen = (...states) => seenWithinASecond(traffic.page, contact, states);
  await seen("queued");
  await takePhone(desk.page, /Ledig|Henvendelse til deg/);
  await desk.page.locator(".offer").waitFor({ timeout: 20_000 });
  await seen("offered");
  await desk.page.getByRole("button", { name: /^Svar/ }).click();
  await desk.page.locator(".call__timer").waitFor();
  await seen("active");
  await desk.page.getByRole("button", { name: "Sett på vent" }).click();
  await desk.page.locator(".call--held").waitFor();
  await seen("held");
  await caller.page.getByRole("button", { name: "Legg på" }).click();
  await desk.page.locator(".call--wrap").waitFor();
  await seen("wrap_up");
  await wrapUp(desk.page);
  await desk.page.locator(".idle").waitFor();
  await seen("closed");

  await leaveDesk(desk.page);
  assert.deepEqual([...traffic.troubles, ...caller.troubles, ...desk.troubles], []);
  for (const opened of [caller, desk, traffic]) await opened.close();
});

// The real server lists only contacts of live origin as recent, and a call that a synthetic adviser answers is not.
const ownCallsOnly = isMock ? false : "the server does not list calls that a synthetic adviser answers";
test("so is a call that a synthetic adviser answers", { skip: ownCallsOnly }, async () => {
  const traffic = await openTraffic();
  const caller = await openPage(browser, { url: server.url });
  await ringIn(caller.page, server.url, { state: "active" });
  const contact = await caller.page.locator(".call-status").getAttribute("data-contact");
  await seenWithinASecond(traffic.page, contact, ["active"]);
  await caller.page.getByRole("button", { name: "Legg på" }).click();
  await seenWithinASecond(traffic.page, contact, ["wrap_up", "closed"]);
  await caller.close();
  await traffic.close();
});
