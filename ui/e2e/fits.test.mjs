/** What is known about a person fits where it stands, and a date is written as people here write it. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { beAdviser, leaveDesk, overflow, ready, tabTo, violations, wrapUp } from "./steps.mjs";
import { takeCall, teller } from "./taken.mjs";

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

const made = { skip: isMock ? false : "whom the mock opens has everything" };
const TABS = ["Oversikt", "Kommunikasjon", "Utbetaling", "Ytelser", "Saker", "Varsler"];

for (const width of [1280, 1440, 1920, 390]) {
  test(`no table about a person is cut off, ${width} px`, made, async () => {
    const { page, troubles, close } = await openPage(browser, { url: server.url, width });
    await beAdviser(page, server.url);
    await page.getByLabel("Fødselsnummer eller organisasjonsnummer").fill("15838510075");
    await page.getByRole("button", { name: "Åpne", exact: true }).click();
    await page.locator(".person__name").waitFor();
    for (const name of TABS) {
      await page.getByRole("tab", { name, exact: true }).click();
      await ready(page);
      await page.waitForFunction(
        () => [...document.querySelectorAll(".person .scroll")].every((each) => each.scrollWidth <= each.clientWidth + 1),
        undefined,
        { timeout: 5_000 },
      );
      assert.ok((await page.locator(".person table, .person .data-cards").count()) > 0, `${name} shows rows`);
      assert.equal(await overflow(page), 0, `${name} scrolls sideways`);
    }
    assert.deepEqual(await violations(page), []);
    await leaveDesk(page);
    assert.deepEqual(troubles, []);
    await close();
  });
}

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`the date of a promise is read and written as dd.mm.åååå, by keys, ${theme}, ${width} px`, made, async () => {
      const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width });
      await takeCall(page, server.url);
      await page.getByRole("button", { name: "Avslutt", exact: true }).click();
      await page.getByRole("button", { name: "Legg til et løfte" }).click();
      const date = page.getByLabel("Innen", { exact: true });
      assert.equal(await date.inputValue(), "25.11.2026");
      await tabTo(page, date);
      await page.keyboard.press("Control+A");
      await page.keyboard.type("31.02.2026");
      await page.keyboard.press("Tab");
      await page.getByText("Dette er ikke en dato. Skriv den som dd.mm.åååå. Nå gjelder 25.11.2026.").waitFor();
      assert.deepEqual(await violations(page), []);
      await date.fill("27.11.2026");
      await page.getByText("Dette er ikke en dato.").waitFor({ state: "detached" });
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      const calendar = page.getByRole("dialog");
      await calendar.waitFor();
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0);
      await page.keyboard.press("Escape");
      await calendar.waitFor({ state: "detached" });
      await page.getByLabel("Hva lover du?").fill("Ringer på fredag");
      await wrapUp(page);
      await page.locator(".idle").waitFor();
      await page.locator("[data-promise]").getByText("innen 27. nov.").first().waitFor();
      await leaveDesk(page);
      assert.deepEqual(troubles, []);
      await close();
    });
  }
}

test("a receipt counts one as one", { skip: isMock ? false : "the mock has such a receipt" }, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  const receipt = { at: "2026-11-23T10:30:00+01:00", by: "K990001", whom: "0123456789abcdef", notes: 1, drafts: 1, promises: 1, counted: 0, contacts: 1, reasons: 1, kept: [] };
  await teller(server.url)("/__mock/people", { erased: [receipt] });
  await page.goto(`${server.url}/kontroll`);
  await page.getByText("Borte: 1 referat, 1 utkast og 1 løfte. 1 henvendelse gjelder ikke lenger noen. 1 rad er nå bare tall, uten person.").waitFor();
  await close();
});
