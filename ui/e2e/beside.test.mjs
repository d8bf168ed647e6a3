/** Beside the calls that come: ringing out, three who talk, who attends, what is recorded; on the desk and for a leader. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { beAdviser, overflow, ready, tabTo, violations } from "./steps.mjs";
import { endCall, takeCall, teller } from "./taken.mjs";

let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await startBrowser(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const made = { skip: isMock ? false : "the mock's levers put it on the desk" };

const tell = (path, body) => teller(server.url)(path, body);

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`conference, who attends and a recording are shown, ${theme}, ${width} px`, made, async () => {
      const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width });
      const check = async (state) => {
        await ready(page);
        assert.deepEqual(await violations(page), [], state);
        assert.equal(await overflow(page), 0, `${state} scrolls sideways`);
      };
      await takeCall(page, server.url);
      await page.getByRole("button", { name: "Spør en fagekspert" }).click();
      await page.getByRole("radio", { name: "Fagstøtte arbeid og ytelser" }).check();
      await page.getByRole("button", { name: "Spør nå" }).click();
      const join = page.getByRole("button", { name: "La alle tre snakke" });
      await join.waitFor();
      assert.equal(await join.isDisabled(), true, "nobody is joined before the expert has answered");
      await page.locator('[data-consult="active"]').waitFor();
      await join.click();
      await page.locator('[data-conference="true"]').waitFor();
      await page.getByText("Alle tre snakker sammen").waitFor();
      await check("conference");
      await page.getByRole("button", { name: "Bruker på vent igjen" }).click();
      await join.waitFor();
      await page.getByRole("button", { name: "Ta tilbake" }).click();
      await page.locator(".consulting").waitFor({ state: "detached" });

      await tell("/__mock/desk/listening", { how: "whisper", state: "asked" });
      await page.locator('[data-listening="asked"]').waitFor();
      await page.getByText("Syntetisk Leder ber om å høre på og hviske til deg").waitFor();
      await page.getByRole("button", { name: "Ta opp samtalen" }).click();
      await page.locator('[data-recording="asked"]').waitFor();
      await check("asked");
      await page.getByRole("button", { name: "Ja, det er greit" }).click();
      await page.locator('[data-listening="on"]').waitFor();
      await tell("/__mock/desk/said-yes");
      await page.locator('[data-recording="on"]').waitFor();
      await check("on");
      await page.getByRole("button", { name: "Pause opptaket" }).click();
      await page.locator('[data-recording="paused"]').waitFor();
      await check("paused");
      await page.getByRole("button", { name: "Ta opp igjen" }).click();
      await page.getByRole("button", { name: "Avslutt opptaket" }).click();
      await page.locator("[data-recording]").waitFor({ state: "detached" });
      await page.getByText("Opptak fra denne samtalen er lagret (0:42)").waitFor();
      await page.getByRole("button", { name: "Slett opptaket" }).click();
      await page.getByText("lyden kan aldri hentes fram igjen").waitFor();
      await check("a recording that the adviser may delete");
      await page.getByRole("button", { name: "Slett for godt" }).click();
      await page.getByText("Opptaket er slettet. Ingen kan høre det.").waitFor();
      await page.getByRole("button", { name: "Avslutt medlyttingen" }).click();
      await page.locator("[data-listening]").waitFor({ state: "detached" });
      await endCall(page);
      assert.deepEqual(troubles, []);
      await close();
    });

    test(`a leader asks, withdraws and deletes, ${theme}, ${width} px`, made, async () => {
      const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width });
      await page.goto(`${server.url}/team`);
      const row = page.locator('[data-conversation="samtale-1"]');
      await row.waitFor();
      assert.equal(await row.getByRole("button").isDisabled(), true, "nobody asks without sound");
      await page.getByRole("radio", { name: "Hviske til veilederen" }).check();
      await page.locator('[data-recorded="1"]').getByRole("button", { name: "Slett", exact: true }).click();
      await page.getByText("Nøkkelen slettes, og lyden kan aldri hentes fram igjen.").waitFor();
      await ready(page);
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0);
      await page.getByRole("button", { name: "Behold" }).click();
      assert.deepEqual(troubles, []);
      await close();
    });
  }
}

test("an adviser rings out by keys alone; a refusal keeps what was typed", made, async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await beAdviser(page, server.url);
  const number = page.locator(".call-out input[type=tel]");
  await tabTo(page, number);
  await page.keyboard.press("Enter");
  await page.getByText("Skriv nummeret du vil ringe.").waitFor();
  await number.fill("82 00 00 00");
  await page.keyboard.press("Enter");
  await page.getByText("Dette er et betalingsnummer").waitFor();
  assert.equal(await number.inputValue(), "82 00 00 00");
  assert.deepEqual(await violations(page), []);
  await number.fill("90 00 00 01");
  await page.keyboard.press("Enter");
  await page.locator(".call--dialling").getByText("Ringer ut").waitFor();
  assert.deepEqual(await violations(page), []);
  assert.equal(await number.inputValue(), "");
  await page.locator(".call__timer").waitFor();
  await endCall(page);
  assert.deepEqual(troubles.filter((each) => !each.includes("422")), []);
  await close();
});
