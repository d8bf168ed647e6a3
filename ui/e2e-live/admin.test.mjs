/** `/admin` with the real server and the shipped centre, whose text is larger than what a browser sends as a page closes. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openPage, startBrowser } from "../e2e/browser.mjs";
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

async function openAdmin(context, options = {}) {
  const opened = await openPage(browser, { url: linje.url, ...options });
  context.after(opened.close);
  await opened.page.goto(`${linje.url}/admin`);
  await opened.page.locator(".admin__columns").waitFor();
  return opened;
}

const tab = (page, name) => page.getByRole("tab", { name }).click();
const changes = (page) => page.getByRole("region", { name: "Dette har du endret" });

/** Signs the open dialog with why, and with who where nobody has logged in. */
async function sign(page, why, confirm) {
  const dialog = page.getByRole("dialog");
  const who = dialog.getByLabel("Hvem er du? (ident)");
  if (await who.count()) await who.fill("K100901");
  await dialog.getByLabel("Hvorfor?").fill(why);
  await dialog.getByRole("button", { name: confirm }).click();
}

test("the shipped centre opens, is changed, tried, published and taken back", async (context) => {
  const { page, troubles } = await openAdmin(context);
  await tab(page, "Mål");
  const goal = page.getByLabel(/^Andel innen fristen \(%\), /).first();
  const before = await goal.inputValue();
  await goal.fill("83");
  await goal.press("Enter");
  await changes(page).getByText("83 %").waitFor();
  await page.getByRole("button", { name: "Prøv på gårsdagen" }).click();
  await page.locator(".try__result, .try [role=alert]").first().waitFor();
  await page.getByRole("button", { name: "Publiser …" }).click();
  await sign(page, "Prøve i mars", "Publiser nå");
  await page.getByText(/Publisert som versjon/).waitFor();
  await page.waitForFunction(() => document.querySelector(".page.admin td input")?.value === "83");
  await page.getByRole("button", { name: "Angre …" }).click();
  await sign(page, "Tilbake igjen", "Gå tilbake");
  await page.getByText(/Gikk tilbake/).waitFor();
  await page.waitForFunction(
    (value) => document.querySelector(".page.admin td input")?.value === value,
    before,
  );
  assert.deepEqual(troubles.filter((each) => !each.includes("409")), []);
});
