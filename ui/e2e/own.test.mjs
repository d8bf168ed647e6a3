/** *Min side*: what a citizen sees of their own, in three languages, by mouse and by keys, full and empty and with a failing register. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { overflow, ready, tabTo, violations } from "./steps.mjs";

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

const made = { skip: isMock ? false : "the mock's levers put it on the page" };
const lever = (change) => fetch(`${server.url}/__mock/own`, { method: "POST", body: JSON.stringify(change) });
const TALKING = [{ id: "c1", since: "2026-11-23T10:02:00+01:00", state: "active", channel: "voice", level: "hint" }];

async function open(page) {
  await page.goto(`${server.url}/min-side`);
  await page.getByRole("heading", { level: 1 }).waitFor();
}

test("each reading is a line with its own time, by day, the newest first", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await open(page);
  await page.locator("[data-reading]").first().waitFor();
  assert.deepEqual(await page.locator(".own__day h3").allInnerTexts(), ["22.11.2026", "20.11.2026", "1.11.2026"]);
  const lines = (await page.locator("[data-reading]").allInnerTexts()).map((text) => text.slice(0, 9));
  assert.deepEqual(lines, ["kl. 15.00", "kl. 10.13", "kl. 10.12", "kl. 23.12"]);
  await close();
});

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`everything, nothing and something that failed, ${theme}, ${width} px`, made, async () => {
      const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width });
      const check = async (state) => {
        await ready(page);
        assert.deepEqual(await violations(page), [], state);
        assert.equal(await overflow(page), 0, `${state} scrolls sideways`);
      };
      await lever({ contacts: TALKING });
      await open(page);
      await page.getByRole("heading", { name: "Snakker du med oss nå?" }).waitFor();
      await page.getByText("Ringer deg når vedtaket er klart").waitFor();
      await page.getByText("Vi gikk gjennom foreldrepengeperioden.").waitFor();
      await page.getByText("En veileder i KS Hordaland, fordi du tok kontakt.").first().waitFor();
      await page.getByText("Så: utbetalinger", { exact: true }).first().waitFor();
      for (const more of await page.getByRole("button", { name: /Dokumenter|Tidligere utbetalinger/ }).all()) await more.click();
      await check("everything");
      await page.getByRole("radio", { name: "Nynorsk" }).click();
      await page.getByRole("heading", { name: "Kven har sett på opplysningane dine?" }).waitFor();
      assert.equal(await page.locator(".own").getAttribute("lang"), "nn");
      await check("nynorsk");
      await page.getByRole("radio", { name: "English" }).click();
      await page.getByRole("heading", { name: "Who has looked at your data?" }).waitFor();
      await check("English");
      await page.getByRole("radio", { name: "Bokmål" }).click();
      await lever({ empty: true });
      await open(page);
      await page.getByText("Ingen har sett på opplysningene dine.").waitFor();
      await check("nothing");
      await lever({ failed: [{ register: "cases", why: "down" }] });
      await open(page);
      await page.getByText("Vi får ikke hentet alt akkurat nå.").waitFor();
      await page.getByText("Foreldrepenger, 26 090 kroner").waitFor();
      await check("a register that failed");
      assert.deepEqual(troubles, []);
      await close();
    });
  }
}

test("what broke comes first, and the next payment before all", made, async () => {
  await lever({});
  const { page, close } = await openPage(browser, { url: server.url });
  await open(page);
  await page.getByText("Undersøker utbetalingen").waitFor();
  const states = await page.locator(".own__part", { hasText: "Dette har vi lovet deg" }).locator(".aksel-tag").allTextContents();
  assert.deepEqual(states, ["Ikke holdt", "Ikke gjort ennå", "Gjort"]);
  const headings = await page.locator("h2").allTextContents();
  assert.equal(headings[0], "Neste utbetaling");
  assert.equal(await page.locator(".own__next").textContent(), "18.12.2026: Foreldrepenger, 26\u00a0090 kroner");
  await close();
});

test("by keys alone: it is me, and a callback is cancelled after a question", made, async () => {
  await lever({ contacts: TALKING });
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await open(page);
  const me = page.getByRole("button", { name: "Ja, det er meg" });
  await me.waitFor();
  await tabTo(page, me);
  await page.keyboard.press("Enter");
  await page.getByText("Veilederen ser at det er du som snakker").waitFor();
  const cancel = page.getByRole("button", { name: "Avbestill", exact: true });
  await tabTo(page, cancel);
  await page.keyboard.press("Enter");
  await page.getByText("Vil du avbestille?").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await cancel.waitFor();
  await tabTo(page, cancel);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Ja, avbestill" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("Vi har slettet nummeret").waitFor();
  await page.waitForFunction(() => document.activeElement?.textContent?.includes("Vi har slettet nummeret"));
  await page.getByText("Du har ikke bedt om å bli ringt opp.").waitFor();
  assert.deepEqual(troubles, []);
  await close();
});
