/** The desk beyond one call: an expert, a callback, work set aside, requests of the traffic controller. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { beAdviser, leaveDesk, overflow, ready, tabTo, takePhone, violations } from "./steps.mjs";
import { endCall, takeCall, teller } from "./taken.mjs";

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

const made = { skip: isMock ? false : "the mock's levers put it on the desk" };

const tell = (path, body) => teller(server.url)(path, body);

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`an expert is asked and the caller taken back, ${theme}, ${width} px`, made, async () => {
      const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width });
      const check = async (state) => {
        await ready(page);
        assert.deepEqual(await violations(page), [], state);
        assert.equal(await overflow(page), 0, `${state} scrolls sideways`);
      };
      await takeCall(page, server.url);
      await page.getByRole("button", { name: "Spør en fagekspert" }).click();
      await page.getByText("2 ledig · svar: straks").waitFor();
      await page.getByText("ingen ledig · 3 venter · svar: om lag 2:20").waitFor();
      await page.getByText("Har vært der før: Fagstøtte utland.").waitFor();
      await check("choosing whom to ask");
      await page.getByRole("radio", { name: "Fagstøtte arbeid og ytelser" }).check();
      await page.getByRole("button", { name: "Spør nå" }).click();
      await page.locator('[data-consult="queued"]').waitFor();
      assert.equal(await page.getByRole("button", { name: "Sett over med samtale" }).isDisabled(), true);
      await page.locator('[data-consult="active"]').waitFor();
      await check("with the expert");
      await page.getByRole("button", { name: "Ta tilbake" }).click();
      await page.locator(".consulting").waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Sett på vent" }).waitFor();
      await endCall(page);
      assert.deepEqual(troubles, []);
      await close();
    });
  }
}

test("the caller is handed over to the expert, by keys alone", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await takeCall(page, server.url);
  await tabTo(page, page.getByRole("button", { name: "Spør en fagekspert" }));
  await page.keyboard.press("Enter");
  const first = page.getByRole("radio", { name: "Fagstøtte arbeid og ytelser" });
  await first.waitFor();
  await tabTo(page, first);
  await page.keyboard.press("Space");
  await tabTo(page, page.getByRole("button", { name: "Spør nå" }));
  await page.keyboard.press("Enter");
  await page.locator('[data-consult="active"]').waitFor();
  await tabTo(page, page.getByRole("button", { name: "Sett over med samtale" }));
  await page.keyboard.press("Enter");
  await page.locator(".idle").waitFor();
  await leaveDesk(page);
  await close();
});

test("Bli ringt opp: the offer says that the person is rung, then which attempt it is, then they talk", made, async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await beAdviser(page, server.url);
  await takePhone(page);
  await tell("/api/v1/contacts", { channel: "voice", queue: "arbeid-helse", callback: true });
  await page.locator(".offer").waitFor({ timeout: 45_000 });
  await page.getByRole("heading", { name: "Bli ringt opp" }).waitFor();
  await page.getByText("brukeren ringes når du svarer").waitFor();
  await page.getByRole("button", { name: /^Ring bruker/ }).click();
  await page.locator(".call--dialling").waitFor();
  assert.match(await page.locator(".call--dialling").innerText(), /Forsøk 1/);
  assert.deepEqual(await violations(page), []);
  await page.locator(".call__timer").waitFor();
  await endCall(page);
  assert.deepEqual(troubles, []);
  await close();
});

test("work that was set aside stays in sight and can be given back", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await takeCall(page, server.url);
  await tell("/__mock/desk/aside");
  await page.locator(".call--aside").getByText("Lagt til side").waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Legg tilbake" }).click();
  await page.locator(".call--aside").waitFor({ state: "detached" });
  await endCall(page);
  await close();
});

test("the traffic controller asks, the adviser answers, and nobody is made to", made, async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await beAdviser(page, server.url);
  await tell("/api/v1/requests", { activity: "phone", wanted: 6 });
  await page.getByText("Kan seks ta telefon?", { exact: true }).waitFor();
  await page.getByText("3 har sagt ja.").waitFor();
  assert.match(await page.locator("[role=status].sr-only").innerText(), /Trafikkstyrer spør: Kan seks ta telefon\?/);
  assert.deepEqual(await violations(page), []);
  await tabTo(page, page.getByRole("group", { name: "Kan seks ta telefon?" }).getByRole("button", { name: "Ja" }));
  await page.keyboard.press("Enter");
  await page.getByText("Du svarte ja. Takk.").waitFor();
  await page.getByText("4 har sagt ja.").waitFor();
  await leaveDesk(page);
  assert.deepEqual(troubles, []);
  await close();
});

test("what is taken besides, when it is quiet, is chosen by the adviser and kept", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await beAdviser(page, server.url);
  const tasks = page.getByRole("checkbox", { name: "Oppgaver" });
  await tasks.check();
  await page.reload();
  await page.locator(".desk__me").waitFor();
  assert.equal(await tasks.isChecked(), true);
  await leaveDesk(page);
  await close();
});
