/** On the real server: two tabs are one desk, and who it is that talks is known at both ends without a reload. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openPage, startBrowser } from "../e2e/browser.mjs";
import { inCallState, ringIn, takePhone } from "../e2e/steps.mjs";
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

const OLA = "12837110147";

async function logIn(issuer, hint, back) {
  const opened = await openPage(browser, { url: linje.url, as: null });
  const query = new URLSearchParams({ issuer, back, hint });
  await opened.page.goto(`${linje.url}/api/v1/session/login?${query}`);
  await opened.page.waitForURL((url) => url.pathname === back);
  return opened;
}

test("a second tab joins the desk, and a citizen's yes shows on it within seconds", async () => {
  const adviser = await logIn("entra", "K990001", "/desk");
  await adviser.page.locator("main button[type=submit]").click();
  await adviser.page.locator(".desk__me").waitFor();
  const second = await adviser.page.context().newPage();
  await second.goto(`${linje.url}/desk`);
  await second.getByText("Du har desken åpen i en annen fane").waitFor();
  await second.getByRole("button", { name: "Flytt hit" }).click();
  await second.locator(".desk__me").waitFor();
  await takePhone(second);
  await adviser.page.locator(".desk__me .aksel-tag", { hasText: "Ledig" }).waitFor();

  const citizen = await logIn("idporten", "bruker-1", "/min-side");
  const caller = await citizen.page.context().newPage();
  await ringIn(caller, linje.url, { answeredBy: "me" });
  await adviser.page.locator(".offer").waitFor({ timeout: 45_000 });
  await adviser.page.getByRole("button", { name: /^Svar/ }).click();
  await inCallState(caller, "active");
  await adviser.page.getByLabel("Fødselsnummer eller organisasjonsnummer").fill(OLA);
  await adviser.page.getByRole("button", { name: "Åpne", exact: true }).click();
  await adviser.page.locator('[data-level="hint"], [data-level="none"]').waitFor();
  await citizen.page.getByRole("button", { name: "Ja, det er meg" }).click({ timeout: 10_000 });
  for (const page of [adviser.page, second]) await page.locator('[data-level="logged_in"]').waitFor({ timeout: 10_000 });
  await citizen.page.getByText("Bekreftet. Veilederen ser at det er du som snakker.").waitFor();
  await caller.getByRole("button", { name: "Legg på" }).click();
  await citizen.page.getByText("Bekreftet. Veilederen ser at det er du som snakker.").waitFor({ state: "detached" });
  assert.deepEqual([...adviser.troubles, ...citizen.troubles], []);
  await citizen.close();
  await adviser.close();
});
