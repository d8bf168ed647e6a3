/** A colleague asks an expert: what the expert sees, what can be done, and what goes with the contact it came from. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { beAdviser, leaveDesk, overflow, ready, tabTo, takePhone, violations, wrapUp } from "./steps.mjs";
import { takeCall, teller } from "./taken.mjs";

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
const NUMBER = "Fødselsnummer eller organisasjonsnummer";

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`the expert sees a colleague, never a person to look up, ${theme}, ${width} px`, made, async () => {
      const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width });
      const check = async (state) => {
        await ready(page);
        assert.deepEqual(await violations(page), [], state);
        assert.equal(await overflow(page), 0, `${state} scrolls sideways`);
        assert.equal(await page.getByLabel(NUMBER).count(), 0, `${state} asks for no number`);
        assert.equal(await page.getByText(/Ukjent nummer|ikke kjent/).count(), 0, `${state} names no caller`);
      };
      await beAdviser(page, server.url);
      await takePhone(page);
      await page.getByLabel(NUMBER).waitFor();
      await tell("/__mock/desk/colleague");
      const card = page.locator("[data-colleague]");
      await card.getByRole("heading", { name: "Kari Veileder spør om råd" }).waitFor();
      await card.getByText("fra KS Troms").waitFor();
      await card.getByText("Arbeid og helse · Dagpenger").waitFor();
      await card.getByText("Dere to snakker alene. Brukeren hører musikk.").waitFor();
      await check("alone");
      assert.deepEqual(await card.locator(".call__buttons").getByRole("button").allInnerTexts(), ["Avslutt samtalen med kollegaen"]);
      await tell("/__mock/desk/together", { on: true });
      const said = card.getByRole("status");
      await said.getByText("Alle tre snakker sammen. Brukeren hører deg.").waitFor();
      await check("together");
      await tell("/__mock/desk/together", { on: false });
      await said.getByText("Dere to snakker alene.").waitFor();
      await tabTo(page, card.getByRole("button", { name: "Avslutt samtalen med kollegaen" }));
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Etterarbeid: en kollega spurte om råd" }).waitFor();
      await page.reload();
      await page.getByRole("heading", { name: "Etterarbeid: en kollega spurte om råd" }).waitFor();
      await check("wrap-up");
      await page.getByRole("button", { name: /^Ferdig/ }).click();
      await page.locator(".idle").waitFor();
      await leaveDesk(page);
      assert.deepEqual(troubles, []);
      await close();
    });
  }
}

test("what went wrong is gone with the contact it was about", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await takeCall(page, server.url);
  await page.route("**/contacts/*/hold", (route) =>
    route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify({ title: "Det går ikke nå", status: 409, detail: "Det går ikke akkurat nå." }) }),
  );
  await page.getByRole("button", { name: "Sett på vent" }).click();
  const failure = page.locator(".desk__failure");
  await failure.getByText("Det går ikke akkurat nå.").waitFor();
  await page.getByRole("button", { name: "Avslutt", exact: true }).click();
  await wrapUp(page);
  await page.locator(".idle").waitFor();
  assert.equal(await failure.count(), 0);
  await tell("/api/v1/contacts", { channel: "voice", queue: "arbeid-helse" });
  await page.locator(".offer").waitFor({ timeout: 45_000 });
  assert.equal(await failure.count(), 0);
  await page.getByRole("button", { name: /^Svar/ }).click();
  await page.getByRole("button", { name: "Avslutt", exact: true }).click();
  await wrapUp(page);
  await page.locator(".idle").waitFor();
  await leaveDesk(page);
  await close();
});

test("a draft that followed its contact leaves the list when it is touched, and says where it went", made, async () => {
  for (const [contact, button] of [["samtale-1", "Forkast"], ["samtale-2", "Åpne"]]) {
    const { page, close } = await openPage(browser, { url: server.url });
    await beAdviser(page, server.url);
    await tell("/__mock/guide", { draft: contact, set: { elsewhere: ["samtale-1", "samtale-2"] } });
    await page.reload();
    const draft = page.locator(`[data-draft="${contact}"]`);
    await draft.getByRole("button", { name: button, exact: true }).click();
    await page.getByText("Utkastet fulgte med henvendelsen til den som overtok.").waitFor();
    assert.equal(await draft.count(), 0);
    assert.equal(await page.locator("[data-left]").count(), 0, "nothing empty is opened");
    await page.reload();
    await page.locator("[data-afterwards]").waitFor();
    await ready(page);
    assert.equal(await draft.count(), 0, "it stays away");
    await leaveDesk(page);
    await close();
  }
});

test("what vanished with an erased person says why", made, async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await tell("/__mock/guide", { set: { erased: [{ what: "task", made: "2026-11-20T10:00:00+01:00" }, { what: "promise", made: "2026-11-20T10:00:00+01:00" }] } });
  await beAdviser(page, server.url);
  const left = page.locator("[data-afterwards]");
  await left.getByText("Oppgave du sendte 20. nov.").waitFor();
  assert.equal(await left.getByText("Personen er slettet. Du skal ikke gjøre noe mer med det.").count(), 2);
  assert.deepEqual(await violations(page), []);
  await tell("/__mock/guide", { set: { erased: [] } });
  await leaveDesk(page);
  assert.deepEqual(troubles, []);
  await close();
});

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`a threat is marked on every page of the leader, and stands first on the team's, ${theme}, ${width} px`, made, async () => {
      const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width });
      const threat = { id: "1", contact: "c", at: "2026-11-23T10:02:00+01:00", adviser: { id: "K990001", name: "Demo Veileder" }, queue: null, text: "Skrek", seen: null, seen_by: null };
      await tell("/__mock/roles", { roles: ["leader"], unit: "ks-troms" });
      await tell("/__mock/guide", { set: { threats: [] } });
      await page.goto(`${server.url}/kunnskap`);
      await ready(page);
      const mark = page.getByRole("link", { name: "1 trusselmelding" });
      assert.equal(await mark.count(), 0);
      await tell("/__mock/guide", { set: { threats: [threat] } });
      await page.evaluate(() => window.dispatchEvent(new Event("focus")));
      await mark.waitFor();
      await ready(page);
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0);
      await mark.click();
      await page.getByText("Skrek").waitFor();
      await ready(page);
      assert.equal(await page.locator("main h2").first().innerText(), "Trusler");
      assert.deepEqual(await violations(page), []);
      await page.getByRole("button", { name: "Jeg har tatt det opp" }).click();
      await mark.waitFor({ state: "detached" });
      await tell("/__mock/roles", { roles: null });
      await tell("/__mock/guide", { set: { threats: [] } });
      assert.deepEqual(troubles, []);
      await close();
    });
  }
}

test("a call without sound says so in one way, and nothing offers to record it", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await page.addInitScript(() => localStorage.setItem("linje.phone", "headset"));
  await page.routeWebSocket(/\/phone$/, (socket) => {
    socket.onMessage((text) => {
      if (JSON.parse(text).type === "take") socket.send(JSON.stringify({ type: "yours" }));
    });
  });
  await takeCall(page, server.url);
  const state = page.locator(".softphone__state");
  await state.getByText("Denne samtalen er uten lyd (demo).").waitFor();
  assert.equal(await page.getByText("Klar. Samtaler kommer i headsettet.").count(), 0);
  assert.equal(await page.getByRole("button", { name: "Ta opp samtalen" }).count(), 0);
  assert.equal(await page.getByText("SIP-telefon tilkoblet").count(), 0);
  await page.locator(".desk__me").getByText("Headsett i nettleseren").waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Avslutt", exact: true }).click();
  await wrapUp(page);
  await page.locator(".idle").waitFor();
  await state.getByText("Klar. Samtaler kommer i headsettet.").waitFor();
  await leaveDesk(page);
  await close();
});
