/** The traffic controller: ask, switch a surge plan, see callbacks and local hours; by keys, and when the server does not answer. */
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

const made = { skip: isMock ? false : "the figures are the mock's" };
const breakPath = (path) => fetch(`${server.url}/__mock/break`, { method: "POST", body: JSON.stringify({ path }) });

async function openPanel(page, name) {
  await page.goto(`${server.url}/trafikk`);
  await page.locator(".queues").first().waitFor();
  await page.getByRole("button", { name }).click();
}

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`each panel and the dialog are without fault, ${theme}, ${width} px`, made, async () => {
      const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width });
      const check = async (what) => {
        await ready(page);
        assert.deepEqual(await violations(page), [], what);
        assert.equal(await overflow(page), 0, `${what} scrolls sideways`);
      };
      await openPanel(page, /^Be om hjelp/);
      await page.locator(".control__panel").getByRole("button", { name: "Spør" }).click();
      await page.locator(".request-list li").first().waitFor();
      await check("requests");
      await page.getByRole("button", { name: /^Bli ringt opp/ }).click();
      await page.getByText("Nummeret vises aldri her").waitFor();
      await check("callbacks");
      await page.getByRole("button", { name: /^Åpningstider/ }).click();
      await page.getByText("Samarbeidslandene ringer tidligere på dagen.").waitFor();
      await check("hours");
      await page.getByRole("button", { name: /^Beredskapsplan/ }).click();
      await page.getByRole("button", { name: "Slå på …" }).first().click();
      await page.getByRole("dialog").waitFor();
      await check("the dialog");
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      assert.deepEqual(troubles, []);
      await close();
    });
  }
}

test("a request is made, counted and withdrawn", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await openPanel(page, /^Be om hjelp/);
  const wanted = page.getByLabel("Hvor mange trenger du?");
  const ask = page.locator(".control__panel").getByRole("button", { name: "Spør" });
  await wanted.fill("mange");
  await ask.click();
  await page.getByText("Skriv et helt tall fra 1 til 1000.").waitFor();
  await wanted.fill("12");
  await page.getByLabel("Hva skal de gjøre?").selectOption("chat");
  await page.getByLabel("Hvem spør du?").selectOption({ label: "KS Hordaland" });
  await ask.click();
  const row = page.locator(".request-list li", { hasText: "Kan tolv ta chat?" });
  await row.getByText("3 av 12 har sagt ja").waitFor();
  await row.getByText("KS Hordaland").waitFor();
  await row.getByRole("button", { name: "Trekk tilbake" }).click();
  await row.getByText("Trukket tilbake").waitFor();
  await close();
});

test("a surge plan says what will happen, wants a reason, and shows that it is on; by keys alone", made, async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await page.goto(`${server.url}/trafikk`);
  await page.locator(".queues").first().waitFor();
  const key = page.getByRole("button", { name: /^Beredskapsplan/ });
  await tabTo(page, key);
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: "Slå på …" }).first());
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Når du slår på, skjer dette med en gang:").waitFor();
  assert.equal(await dialog.locator(".plan__steps li").count(), 4);
  await tabTo(page, dialog.getByRole("button", { name: "Slå på nå" }));
  await page.keyboard.press("Enter");
  await dialog.getByText("Skriv hvorfor før du går videre.").waitFor();
  await dialog.getByLabel("Hvorfor?").fill("Utbetalingene er forsinket");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await page.locator('[data-plan="storm"][data-on="true"]').waitFor();
  await page.getByText("Beredskapsplan: Stor pågang").waitFor();
  assert.match(await key.innerText(), /på: Stor pågang/);
  await page.getByRole("button", { name: "Slå av …" }).click();
  await dialog.getByText("Når du slår av, slutter dette med en gang:").waitFor();
  await dialog.getByLabel("Hvorfor?").fill("Det roet seg");
  await dialog.getByRole("button", { name: "Slå av nå" }).click();
  await page.locator('[data-plan="storm"][data-on="false"]').waitFor();
  assert.deepEqual(troubles, []);
  await close();
});

test("callbacks are counts, queues and promises, and never a number", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url, language: "en" });
  await openPanel(page, /^Callbacks/);
  const panel = page.locator(".control__panel");
  await panel.getByRole("table").waitFor();
  assert.match(await panel.innerText(), /Waiting\s+4\s+Being called\s+1/);
  assert.doesNotMatch(await panel.innerText(), /\d{8}/);
  await close();
});

test("a panel that cannot be filled says which source failed, and tries again", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await breakPath("/hours/differences");
  await openPanel(page, /^Åpningstider/);
  await page.getByText("Får ikke tak i åpningstidene").waitFor();
  assert.deepEqual(await violations(page), []);
  await breakPath(null);
  await page.getByRole("button", { name: "Prøv igjen" }).click();
  await page.getByText("Prøve i Bodø ut året.").waitFor();
  await close();
});

test("the expected wait of a queue is an interval with its own accuracy", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await page.goto(`${server.url}/trafikk`);
  await page.locator(".queue-row", { hasText: "Arbeid og helse" }).getByRole("button").click();
  await page.getByText("Forventet ventetid nå").waitFor();
  await page.getByText("halvparten bommet med under 0:22, ni av ti med under 1:35 (412 anslag)").waitFor();
  await close();
});
