/** The person on the desk, the access audit, and measures that touch staff: by mouse, by keys, with failing registers. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { beAdviser, leaveDesk, overflow, ready, tabTo, takePhone, violations, wrapUp } from "./steps.mjs";
import { endCall, takeCall } from "./taken.mjs";

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
const FNR = "15838510075";
const NAUGHTY = fileURLToPath(new URL("../../../shared/data/torture/chat-text/blns.json", import.meta.url));

const tell = (path, body) =>
  fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": randomUUID() },
    body: JSON.stringify(body),
  });
const lever = (change) => tell("/__mock/people", { safety: [], failed: [], name: "Blid Fjellkopp", level: null, children: null, ...change });

async function openPerson(page) {
  await page.getByLabel("Hvorfor trenger du opplysningene?").fill("Følger opp brevet fra i går");
  await page.getByLabel("Fødselsnummer eller organisasjonsnummer").fill(FNR);
  await page.getByRole("button", { name: "Åpne", exact: true }).click();
  await page.locator(".person__name").waitFor();
}

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`a person is opened with a reason and every tab read, ${theme}, ${width} px`, made, async () => {
      await lever({});
      const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width });
      const check = async (state) => {
        await ready(page);
        assert.deepEqual(await violations(page), [], state);
        assert.equal(await overflow(page), 0, `${state} scrolls sideways`);
      };
      await beAdviser(page, server.url);
      await check("nobody open");
      await openPerson(page);
      assert.equal(new URL(page.url()).href.includes(FNR), false, "no number in the address");
      for (const [key, shown] of [
        ["KeyU", "Før skatt"], ["KeyM", "Henvendelser"], ["KeyT", "Følges opp"], ["KeyY", "Alderspensjon"],
        ["KeyS", "Hjelpemidler"], ["KeyV", "Du har fått et brev"], ["KeyO", "Prøvestien 7"],
      ]) {
        await page.keyboard.press(`Alt+${key}`);
        await page.locator(".person__tabs [role=tabpanel]", { hasText: shown }).waitFor();
        await check(`tab ${key}`);
      }
      await page.getByRole("button", { name: "Lukk personen" }).click();
      await page.getByRole("heading", { name: "Hvem gjelder det?" }).waitFor();
      assert.equal(await page.getByText("Blid Fjellkopp").count(), 0, "nothing of the person stays");
      assert.deepEqual(troubles, []);
      await leaveDesk(page);
      await close();
    });
  }
}

test("a safety measure stands in the way until it is read, and failing registers are named", made, async () => {
  await lever({
    safety: [{ kind: "TFUS", description: "Telefonisk utestengelse", from: "2025-09-01", until: "2027-09-01" }],
    failed: [{ register: "payments", why: "slow" }],
  });
  const { page, close } = await openPage(browser, { url: server.url });
  await beAdviser(page, server.url);
  await openPerson(page);
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Personen skal ikke betjenes på telefon.").waitFor();
  assert.deepEqual(await violations(page), []);
  await dialog.getByRole("button", { name: "Jeg har lest dette" }).click();
  await page.getByText("Får ikke svar fra utbetalingsregisteret (bruker for lang tid)").waitFor();
  await page.getByText("Hjelpemidler").first().waitFor();
  assert.deepEqual(await violations(page), []);
  await leaveDesk(page);
  await close();
});

test("a phone ban is said before the call is answered; control questions make it surer", made, async () => {
  await lever({ hint: { level: null, number_of: 1, phone_barred: true, safety_measure: true, must_be_handed_over: false } });
  const { page, close } = await openPage(browser, { url: server.url });
  await beAdviser(page, server.url);
  await takePhone(page);
  await tell("/api/v1/contacts", { channel: "voice", queue: "arbeid-helse" });
  await page.locator(".offer").getByText("Telefonforbud er registrert").waitFor({ timeout: 45_000 });
  await page.getByRole("button", { name: /^Svar/ }).click();
  await page.getByRole("button", { name: "Åpne personen nummeret tilhører" }).click();
  await page.getByText("Ubekreftet: ikke kontrollert hvem det er").waitFor();
  await page.getByText("Statsborgerskap: Norge (NOR)").waitFor();
  await page.getByRole("button", { name: "Still kontrollspørsmål" }).click();
  await page.getByLabel("Hvilken adresse er du registrert på?").check();
  await page.getByLabel("Hva heter barna dine?").check();
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Bekreft", exact: true }).click();
  await page.getByText("Bekreftet med kontrollspørsmål").waitFor();
  await lever({ hint: { level: null, number_of: 0, phone_barred: false, safety_measure: false, must_be_handed_over: false } });
  await page.getByRole("button", { name: "Avslutt", exact: true }).click();
  await wrapUp(page);
  await page.getByRole("heading", { name: "Hvem gjelder det?" }).waitFor();
  await leaveDesk(page);
  await close();
});

test("what becomes surer opens nobody once more: one reading is one row", made, async () => {
  await lever({ hint: { level: null, number_of: 1, phone_barred: false, safety_measure: false, must_be_handed_over: false } });
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  const asked = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (/\/persons\/open$|\/person\/level$/.test(pathname)) asked.push(pathname.split("/").at(-1));
  });
  await takeCall(page, server.url);
  await page.getByLabel("Fødselsnummer eller organisasjonsnummer").fill(FNR);
  await page.getByRole("button", { name: "Åpne", exact: true }).click();
  await page.locator('[data-level="hint"]').waitFor();
  await page.getByRole("button", { name: "Still kontrollspørsmål" }).click();
  await page.getByLabel("Hvilken adresse er du registrert på?").check();
  await page.getByLabel("Hva heter barna dine?").check();
  await page.getByRole("button", { name: "Bekreft", exact: true }).click();
  await page.locator('[data-level="questions"]').waitFor();
  // The citizen logs in meanwhile.
  await tell("/__mock/people", { level: "logged_in" });
  await tell("/__mock/desk/person", { level: "logged_in" });
  await page.locator('[data-level="logged_in"]').waitFor();
  assert.equal(asked.filter((each) => each === "open").length, 1, String(asked));
  assert.ok(asked.includes("level"), "the page asked how sure it is");
  await tell("/__mock/people", { level: null });
  assert.deepEqual(troubles, []);
  await endCall(page);
  await close();
});

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`somebody rings for somebody else, by keys alone, ${theme}, ${width} px`, made, async () => {
      await lever({ hint: { level: null, number_of: 0, phone_barred: false, safety_measure: false, must_be_handed_over: false } });
      const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width });
      await takeCall(page, server.url);
      await page.getByLabel("Fødselsnummer eller organisasjonsnummer").fill(FNR);
      await page.getByRole("button", { name: "Åpne", exact: true }).click();
      await page.locator('[data-level="hint"]').waitFor();
      assert.equal(await page.getByRole("button", { name: "Ringer for noen andre" }).count(), 0, "not before it is sure who rings");
      await page.getByRole("button", { name: "Still kontrollspørsmål" }).click();
      await page.getByLabel("Hvilken adresse er du registrert på?").check();
      await page.getByLabel("Hva heter barna dine?").check();
      await page.getByRole("button", { name: "Bekreft", exact: true }).click();
      const start = page.getByRole("button", { name: "Ringer for noen andre" });
      await start.waitFor();
      await tabTo(page, start);
      await page.keyboard.press("Enter");
      const number = page.getByLabel("Fødselsnummer til den det gjelder");
      await tabTo(page, number);
      await page.keyboard.type("05898820221");
      await page.keyboard.press("Enter");
      await page.locator(".represent").getByText("Er nummeret lest riktig?").waitFor();
      assert.equal(await number.inputValue(), "05898820221", "what was typed stays");
      await ready(page);
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0);
      const open = page.getByRole("button", { name: "Åpne Lun Steinvik" });
      await page.keyboard.press("Shift+Tab");
      await open.focus();
      await page.keyboard.press("Enter");
      const spoken = page.locator('[data-represented="power"]');
      await spoken.getByText("Snakker med: fullmektig Blid Fjellkopp").waitFor();
      await spoken.getByText("Kan få vite om: Pensjon (lese, snakke)").waitFor();
      await spoken.getByText("Skal ikke få vite om: Hjelpemidler (skrive)").waitFor();
      assert.deepEqual(await page.locator(".person__tabs [role=tab]").allTextContents(), ["Oversikt", "Utbetaling", "Ytelser", "Saker"]);
      await page.locator(".person__part", { hasText: "Ytelser" }).first().waitFor();
      await ready(page);
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0);
      if (process.env.LINJE_SHOTS) await page.locator(".person").screenshot({ path: `${process.env.LINJE_SHOTS}/represent-${theme}-${width}.png` });
      await page.getByRole("button", { name: "Tilbake til den som ringer" }).click();
      await page.locator(".person__name", { hasText: "Blid Fjellkopp" }).waitFor();
      await page.locator('[data-level="questions"]').waitFor();
      assert.deepEqual(troubles.filter((trouble) => !trouble.includes("status of 404")), []);
      await endCall(page);
      await close();
    });
  }
}

test("naughty strings as names are text", { skip: made.skip || (existsSync(NAUGHTY) ? false : "no naughty strings here") }, async () => {
  const strings = JSON.parse(readFileSync(NAUGHTY, "utf8")).filter((text) => text.trim() !== "");
  const scripts = ["<script>document.title='stolen'</script>", "\"><img src=x onerror=document.title='stolen'>", "javascript:document.title='stolen'"];
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  let dialogs = 0;
  page.on("dialog", (dialog) => {
    dialogs += 1;
    void dialog.dismiss();
  });
  await page.addInitScript(() => {
    window.broken = [];
    document.addEventListener("securitypolicyviolation", (event) => window.broken.push(event.violatedDirective));
  });
  await beAdviser(page, server.url);
  const number = page.getByLabel("Fødselsnummer eller organisasjonsnummer");
  const all = [...scripts, ...strings];
  for (let from = 0; from < all.length; from += 60) {
    const names = all.slice(from, from + 60);
    await lever({ name: names[0], children: names });
    await page.getByLabel("Hvorfor trenger du opplysningene?").fill("Følger opp brevet fra i går");
    await number.fill(FNR);
    await page.getByRole("button", { name: "Åpne", exact: true }).click();
    await page.locator(".person__list bdi").nth(names.length - 1).waitFor({ state: "attached" });
    assert.equal(await page.locator(".person__name").evaluate((element) => element.textContent), names[0]);
    const shown = await page.locator(".person__list bdi").evaluateAll((elements) => elements.map((element) => element.textContent));
    assert.deepEqual(shown.slice(0, names.length), names);
    await page.getByRole("button", { name: "Lukk personen" }).click();
    await page.getByRole("heading", { name: "Hvem gjelder det?" }).waitFor();
  }
  assert.ok(all.length > 500, `${all.length}`);
  assert.deepEqual([dialogs, await page.evaluate(() => window.broken), await page.title() === "stolen"], [0, [], false]);
  assert.deepEqual(troubles, []);
  await lever({});
  await leaveDesk(page);
  await close();
});

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`the access audit and the measures that touch staff, ${theme}, ${width} px`, made, async () => {
      const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width });
      await page.goto(`${server.url}/kontroll`);
      await page.getByRole("cell", { name: "Brukeren selv" }).or(page.getByText("Brukeren selv")).first().waitFor();
      await page.getByText("Innsynsloggen er hel").waitFor();
      await page.getByText("mange uten henvendelse").first().waitFor();
      await page.getByText("AVVIST_HABILITET").first().waitFor();
      await ready(page);
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0);
      await page.goto(`${server.url}/innsikt/kontrolltiltak`);
      await page.getByText("Ikke drøftet med de tillitsvalgte").first().waitFor();
      await ready(page);
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0);
      assert.deepEqual(troubles, []);
      await close();
    });
  }
}

test("somebody is erased: the number twice, a reason and a yes, and a receipt that says what stays", made, async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await page.goto(`${server.url}/kontroll`);
  const form = page.locator(".erase");
  await form.getByLabel("Fødselsnummer", { exact: true }).fill(FNR);
  await form.getByLabel("Fødselsnummer en gang til").fill(FNR);
  await form.getByLabel("Hvem ba om det").fill("Brev fra bruker 14. november");
  await form.getByRole("button", { name: "Slett", exact: true }).click();
  await page.getByText("Kryss av for at du har kontrollert det.").waitFor();
  await form.getByRole("checkbox").check();
  await form.getByRole("button", { name: "Slett", exact: true }).click();
  await page.getByRole("heading", { name: "Slettet" }).waitFor();
  await page.getByText("Borte: 3 referater, 1 utkast og 2 løfter.").first().waitFor();
  await page.getByText("Er arkivpliktige.").waitFor();
  await page.waitForFunction(() => document.activeElement?.className === "erase__receipt");
  assert.equal(await form.getByLabel("Fødselsnummer", { exact: true }).inputValue(), "");
  await ready(page);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(troubles, []);
  await close();
});
