/** People on the real server: the demo's people are opened, a hostile name is text, the audit shows it, all pages are sound. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openPage, startBrowser } from "../e2e/browser.mjs";
import { beAdviser, leaveDesk, overflow, ready, violations } from "../e2e/steps.mjs";
import { startLinje } from "./server.mjs";

let linje;
let browser;

before(async () => {
  linje = await startLinje();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await linje?.close();
});

const REASON = "Prøver sidene med oppdiktede personer";

async function open(page, fnr) {
  await page.getByLabel("Hvorfor trenger du opplysningene?").fill(REASON);
  await page.getByLabel("Fødselsnummer eller organisasjonsnummer").fill(fnr);
  await page.getByRole("button", { name: "Åpne", exact: true }).click();
}

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`every one of the demo's people opens, ${theme}, ${width} px`, async () => {
      const { items } = await linje.api("GET", "/demo/people");
      assert.ok(items.length > 10);
      const { page, troubles, close } = await openPage(browser, { url: linje.url, theme, width });
      await beAdviser(page, linje.url);
      for (const { fnr, name, about } of items) {
        await open(page, fnr);
        const shown = page.locator(".person__name, .aksel-local-alert").first();
        await shown.waitFor();
        if (await page.getByLabel("Skriv hvorfor du likevel må åpne personen").isVisible()) {
          await page.getByLabel("Skriv hvorfor du likevel må åpne personen").fill("Etterlatte har tatt kontakt");
          await page.getByRole("button", { name: "Åpne med begrunnelse" }).click();
        }
        await page.locator(".person__name").waitFor();
        assert.equal(await page.locator(".person__name").evaluate((element) => element.textContent), name, about);
        const read = page.getByRole("button", { name: "Jeg har lest dette" });
        if (await read.isVisible()) await read.click();
        await page.locator(".person__part").first().waitFor();
        await ready(page);
        assert.deepEqual(await violations(page), [], about);
        assert.equal(await overflow(page), 0, about);
        await page.getByRole("button", { name: "Lukk personen" }).click();
      }
      assert.notEqual(await page.title(), "stolen");
      // A denial that asks for a reason is a 403, and the browser says so in its console.
      assert.deepEqual(troubles.filter((trouble) => !trouble.includes("403")), []);
      await leaveDesk(page);
      await close();
    });
  }
}

test("registers in trouble are named on the page, and the rest of it is there", async () => {
  const { items } = await linje.api("GET", "/demo/people");
  const pensioner = items.find(({ about }) => about === "Pensjonist");
  await linje.api("POST", "/demo/registers/payments", { trouble: "down" });
  const { page, close } = await openPage(browser, { url: linje.url });
  await beAdviser(page, linje.url);
  await open(page, pensioner.fnr);
  await page.getByText("Får ikke svar fra utbetalingsregisteret (svarer ikke)").waitFor();
  await page.getByText("Alderspensjon").first().waitFor();
  await linje.api("POST", "/demo/registers/payments", { trouble: "none" });
  await page.getByRole("button", { name: "Spør igjen" }).click();
  await page.locator(".person__part", { hasText: "Utbetalinger" }).waitFor();
  assert.equal(await page.getByText("Får ikke svar fra").count(), 0);
  await leaveDesk(page);
  await close();
});

test("the audit shows who read whom and why, and the log is whole", async () => {
  const { page, troubles, close } = await openPage(browser, { url: linje.url });
  await page.goto(`${linje.url}/kontroll`);
  await page.getByText("Innsynsloggen er hel").waitFor();
  await page.getByText(REASON).first().waitFor();
  await ready(page);
  assert.deepEqual(await violations(page), []);
  await page.goto(`${linje.url}/innsikt/kontrolltiltak`);
  await page.getByRole("heading", { name: "Innsynslogg", exact: true }).waitFor();
  await ready(page);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(troubles, []);
  await close();
});
