/** Trafikkbilde: figures with goal and definition, details, the chart's table, and calls followed as they go. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { openPage, startBrowser, startServer } from "./browser.mjs";
import { ready, ringIn } from "./steps.mjs";

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
  const { items } = await (await fetch(`${server.url}/api/v1/advisers?free=true`)).json();
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

test("a call made in the page is seen in each state, within a second", async () => {
  const traffic = await openTraffic();
  const caller = await openPage(browser, { url: server.url });
  await ringIn(caller.page, server.url, { state: "queued" });
  const contact = await caller.page.locator(".call-status").getAttribute("data-contact");
  const seen = async (states) => {
    const asked = Date.now();
    await traffic.page
      .locator(states.map((state) => `.recent li[data-contact="${contact}"][data-state="${state}"]`).join(", "))
      .waitFor({ timeout: 10_000 });
    return Date.now() - asked;
  };
  await seen(["queued", "offered", "active"]);
  await caller.page.locator('.call-status[data-state="active"]').waitFor({ timeout: 60_000 });
  assert.equal((await seen(["active"])) <= 1000, true);
  await caller.page.getByRole("button", { name: "Legg på" }).click();
  await caller.page.locator('.call-status[data-state="closed"], .call-status[data-state="wrap_up"]').waitFor();
  assert.equal((await seen(["wrap_up", "closed"])) <= 1000, true);
  assert.deepEqual([...traffic.troubles, ...caller.troubles], []);
  await caller.close();
  await traffic.close();
});
