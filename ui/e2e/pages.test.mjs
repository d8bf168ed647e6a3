/** Every page, light and dark, wide and narrow: no axe violation, no sideways scroll, no error, no other host. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
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

const openRow = async (page) => {
  await page.locator(".queue-row button, .queue-cards button").first().click();
  await page.locator(".queue-details .facts").first().waitFor();
  await page.locator(".queue-hour canvas, .queue-details .empty").first().waitFor();
};
const openDefinition = async (page) => {
  await page.locator(".tile button").nth(1).click();
  await page.locator(".definition:visible").first().waitFor();
};

const PAGES = [
  { name: "Trafikkbilde", path: "/trafikk", until: ".queues" },
  { name: "Trafikkbilde with a row open", path: "/trafikk", until: ".queues", prepare: openRow },
  { name: "Trafikkbilde with a definition open", path: "/trafikk", until: ".queues", prepare: openDefinition },
  { name: "Trafikkbilde on the wall", path: "/trafikk?vegg", until: ".wall__queue" },
  { name: "Demo", path: "/demo", until: ".sip" },
  { name: "Veileder, choosing", path: "/desk", until: ".choices" },
  { name: "Tall, by queue", path: "/innsikt/tall", until: ".levels" },
  { name: "Tall, by unit", path: "/innsikt/tall?del=unit&def=sl_answered&periode=egne", until: ".levels" },
  { name: "Senter", path: "/admin", until: ".admin__columns" },
  { name: "Hvorfor, answered", path: "/henvendelse/eksempel/hvorfor", until: ".why-steps" },
  { name: "Hvorfor, waiting", path: "/henvendelse/eksempel-venter/hvorfor", until: ".why-steps" },
  { name: "a page that is not", path: "/finnes-ikke", until: "main a" },
];

// The mock shows all of them; the real server those whose content is its own.
const LOOKED_AT = isMock ? PAGES : PAGES.filter(({ prepare, path }) => prepare === openRow || path === "/demo" || path === "/desk");

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    describe(`${theme}, ${width} px`, () => {
      let opened;
      before(async () => {
        opened = await openPage(browser, { url: server.url, theme, width });
      });
      after(() => opened?.close());

      for (const { name, path, until, prepare } of LOOKED_AT) {
        test(`${name}, ${theme}, ${width} px`, async () => {
          const { page, troubles } = opened;
          troubles.length = 0;
          await page.goto(server.url + path);
          await page.locator(until).first().waitFor();
          await ready(page);
          await prepare?.(page);
          assert.deepEqual(await violations(page), []);
          assert.equal(await overflow(page), 0, "the page scrolls sideways");
          assert.deepEqual(troubles, []);
          assert.match(await page.title(), /Linje/);
        });
      }
    });
  }
}

test("English has no violation either, and the document says its language", async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url, language: "en" });
  for (const path of isMock ? ["/trafikk", "/innsikt/tall", "/admin", "/demo", "/desk"] : ["/trafikk", "/demo", "/desk"]) {
    await page.goto(server.url + path);
    await page.locator(".queues, .levels, .admin__columns, .sip, .choices").first().waitFor();
    await ready(page);
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    assert.deepEqual(await violations(page), []);
  }
  assert.deepEqual(troubles, []);
  await close();
});
