/** Figures: the formula beside each, the same day by other definitions, goals as one set, small units never alone, a file. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { ready, tabTo, violations } from "./steps.mjs";

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

const made = { skip: isMock ? false : "the day is the mock's" };
const breakPath = (path) => fetch(`${server.url}/__mock/break`, { method: "POST", body: JSON.stringify({ path }) });
const share = (text) => Number(text.replace(",", ".").replace(/[^\d.]/g, ""));

async function openFigures(page, search = "") {
  await page.goto(`${server.url}/innsikt/tall${search}`);
  await page.locator(".level").first().waitFor();
}

test("the same day by other definitions, lowest first, and the page says how far apart they are", made, async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await openFigures(page);
  const values = (await page.locator(".level__value").allInnerTexts()).map(share);
  assert.deepEqual(values, [56, 60.9, 62.2, 66, 71.7, 74, 77.8]);
  await page.getByText("Det er 21,8 prosentpoeng.").waitFor();
  const formulas = await page.locator(".level .formula").allInnerTexts();
  assert.ok(formulas.every((formula) => formula.includes("/")), "every bar has its formula");
  const widths = await page.locator(".level__fill").evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width));
  assert.deepEqual(widths, [...widths].sort((a, b) => a - b));
  const cut = await page.locator(".level").evaluateAll((rows) => rows.filter((row) => row.scrollHeight > row.clientHeight + 1 || row.clientHeight < 24).length);
  assert.equal(cut, 0, "every row can be read whole");
  assert.deepEqual(troubles, []);
  await close();
});

test("choosing a definition changes the figure, stands in the address, and is there after a reload; by keys", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await openFigures(page);
  const headline = page.locator(".tiles--figures .tile").first();
  assert.match(await headline.innerText(), /56,0\s%/);
  await tabTo(page, page.locator('[data-definition="sl_offered"] input'));
  await page.keyboard.press("ArrowDown");
  await page.waitForURL(/def=sl_genesys/);
  await headline.getByText("60,9 %").waitFor();
  await headline.locator(".formula", { hasText: "besvart innen T / (besvart + la på)" }).waitFor();
  await page.reload();
  await headline.getByText("60,9 %").waitFor();
  await close();
});

test("every figure has its formula, and what is not measured says so instead of nought", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await openFigures(page);
  const rows = page.getByRole("region", { name: "Tabell over alle tall med formel" }).locator("tbody tr");
  const all = await rows.allInnerTexts();
  assert.ok(all.length > 15);
  assert.ok(all.some((row) => row.includes("fcr_7d@1") && row.includes("Ikke målt ennå")));
  for (const tile of await page.locator(".tiles--figures .tile").all()) {
    assert.notEqual((await tile.locator(".formula").innerText()).trim(), "");
  }
  await close();
});

test("by queue the goals are one set; by unit small units are together and the page says why", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await openFigures(page);
  const table = page.getByRole("region", { name: /^Tabell, fordelt på/ });
  assert.match(await table.locator(".goal-set").first().innerText(), /mål ikke nådd[\s\S]+innen 45\ss, mål 70\s%[\s\S]+avslutningsgrad/);
  await page.getByLabel("Del opp etter").selectOption("unit");
  await table.getByText("2 små enheter samlet").waitFor();
  await page.getByText("Færre enn fem: vises ikke alene.").waitFor();
  await table.getByText("ingen svarte").waitFor();
  assert.doesNotMatch(await table.innerText(), /Styringsenheten/);
  await ready(page);
  assert.deepEqual(await violations(page), []);
  await close();
});

test("the file has each row and each definition by its id and version", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await openFigures(page);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Last ned CSV" }).click()]);
  assert.match(file.suggestedFilename(), /^tall-2026-11-23-2026-11-23-queue\.csv$/);
  const lines = (await readFile(await file.path(), "utf8")).trim().split("\r\n");
  assert.match(lines[0], /offered;.*sl_offered@1;/);
  assert.equal(lines.length, 15, "a heading and the fourteen queues with telephone");
  await close();
});

test("a time with own dates, the wrong way round, is explained and not asked for", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await openFigures(page, "?periode=egne&fra=2026-11-20&til=2026-11-23");
  await page.getByLabel("Til og med").fill("01.11.2026");
  await page.getByText("Slutten må være lik eller etter begynnelsen.").waitFor();
  assert.deepEqual(await violations(page), []);
  await close();
});

test("when the figures cannot be read the page says so and tries again", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url, language: "en" });
  await breakPath("/measures");
  await page.goto(`${server.url}/innsikt/tall`);
  await page.getByText("Cannot reach the figures", { exact: true }).waitFor();
  assert.deepEqual(await violations(page), []);
  await breakPath(null);
  await page.getByRole("button", { name: "Try again" }).first().click();
  await page.locator(".level").first().waitFor();
  assert.deepEqual(await violations(page), []);
  await close();
});
