/** Every page of the real server with its population: axe, narrow, light and dark, asks nobody else. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { openPage, startBrowser } from "../e2e/browser.mjs";
import { beAdviser, overflow, ready, violations } from "../e2e/steps.mjs";
import { startLinje, until } from "./server.mjs";

/** Pictures for people are put here, when it is set. */
const PICTURES = process.env.LINJE_PICTURES;

let linje;
let browser;

before(async () => {
  linje = await startLinje([]);
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await linje?.close();
});

test("the population is at work when the page opens", async () => {
  const traffic = await until("people wait or talk", async () => {
    const now = await linje.api("GET", "/traffic");
    return now.totals.advisers.busy > 50 ? now : null;
  });
  assert.ok(traffic.totals.calls_today > 100, "the morning has calls");
  assert.ok(traffic.hour.some((minute) => minute.offered > 0), "the last hour has calls");
  assert.ok(traffic.clock.population);
  assert.equal(new Date(traffic.at).getUTCDay(), 1, "it is a Monday");
  assert.equal(traffic.units.length, 20);
});

test("an idle desk is a screen and a half: quiet queues are a press away", async () => {
  const { page, troubles, close } = await openPage(browser, { url: linje.url });
  await beAdviser(page, linje.url);
  await ready(page);
  const all = page.getByRole("button", { name: /^Vis alle \d+/ });
  await all.waitFor();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  assert.ok(height <= 1.6 * 900, `${height} px tall`);
  const queues = page.locator(".my-queues li");
  assert.equal(await queues.filter({ hasText: "ingen venter" }).count(), 0, "only where somebody waits");
  const wanted = Number((await all.innerText()).match(/\d+/)[0]);
  await all.click();
  await page.waitForFunction((count) => document.querySelectorAll(".my-queues li").length === count, wanted);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(troubles, []);
  await close();
});

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`no page has a fault: ${theme}, ${width} px`, async () => {
      for (const path of ["/", "/trafikk", "/trafikk?vegg", "/desk", "/demo"]) {
        const height = width < 500 ? 844 : 900;
        const { page, troubles, close } = await openPage(browser, { url: linje.url, theme, width, height });
        await page.goto(linje.url + path);
        await ready(page);
        assert.deepEqual(await violations(page), [], path);
        assert.ok((await overflow(page)) <= 0, `${path} is wider than ${width} px`);
        const text = await page.locator("body").innerText();
        assert.match(text, /synteti/i, `${path} says that people are synthetic`);
        if (PICTURES) {
          mkdirSync(PICTURES, { recursive: true });
          const name = `${path.replace(/\W+/g, "-").replace(/^-/, "") || "forside"}-${theme}-${width}.png`;
          await page.screenshot({ path: join(PICTURES, name), fullPage: true });
        }
        assert.deepEqual(troubles, [], path);
        await close();
      }
    });
  }
}
