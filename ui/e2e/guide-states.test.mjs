/** Every state of guidance, knowledge and wrap-up in both themes and widths: no violation, nothing scrolls sideways. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openPage, startBrowser, startServer } from "./browser.mjs";
import { inCall } from "./conversation.mjs";
import { overflow, ready, violations } from "./steps.mjs";

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

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`the guide beside a call and the pages of their own, ${theme}, ${width} px`, async () => {
      const { page, end } = await inCall(browser, server.url, { theme, width });
      const check = async (what) => {
        await ready(page);
        assert.deepEqual(await violations(page), [], what);
        assert.equal(await overflow(page), 0, `${what} scrolls sideways`);
      };
      await page.getByLabel("Hva slags hjelp?").selectOption("payment");
      await page.getByLabel("Er bruker digital?").selectOption("possibly");
      await page.locator('[data-rule="ingen-enkle-utbetalingssporsmal"]').waitFor();
      await page.getByLabel("Søk i artikler og svar").fill("meldekort");
      await page.locator(".guide__hit").first().waitFor();
      await check("guide in a call");
      await page.getByRole("button", { name: "Avslutt", exact: true }).click();
      await page.getByRole("radio", { name: /^Nei, noen/ }).check();
      await page.getByRole("button", { name: "Legg til et løfte" }).click();
      await check("wrap-up");
      await page.getByRole("radio", { name: /^Ingen: bruker/ }).check();
      await page.getByRole("button", { name: "Ta bort løftet" }).click();
      await page.getByRole("button", { name: /^Ferdig/ }).click();
      await page.locator(".idle").waitFor();
      for (const path of ["/kunnskap", "/team", "/tilgjengelighet", "/innsikt/tall"]) {
        await page.goto(`${server.url}${path}`);
        await check(path);
      }
      await page.goto(`${server.url}/desk`);
      await end();
    });
  }
}
