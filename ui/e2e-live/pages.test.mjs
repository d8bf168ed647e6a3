/** Every page of the real server with its population: axe, narrow, light and dark, asks nobody else. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { openPage, startBrowser } from "../e2e/browser.mjs";
import { overflow, ready, violations } from "../e2e/steps.mjs";
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
