/** People on the real server: a register in trouble is named, and the audit shows who read whom. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openPage, startBrowser } from "../e2e/browser.mjs";
import { beAdviser, leaveDesk, ready, violations } from "../e2e/steps.mjs";
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
