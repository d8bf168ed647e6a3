/** The centre description: change a key, hours, a rule, a goal; words, faults, yesterday, publish, undo. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { overflow, ready, tabTo, violations } from "./steps.mjs";

let server;
let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());
// What one test publishes, the next one must not meet.
beforeEach(async () => {
  server = await startServer();
});

const made = { skip: isMock ? false : "what is published is the mock's" };

async function openAdmin(context, options = {}) {
  const opened = await openPage(browser, { url: server.url, ...options });
  const mine = server;
  context.after(async () => {
    await opened.close();
    await mine.close();
  });
  await opened.page.goto(`${server.url}/admin`);
  await opened.page.locator(".admin__columns").waitFor();
  return opened;
}

const tab = (page, name) => page.getByRole("tab", { name }).click();
const changes = (page) => page.getByRole("region", { name: "Dette har du endret" });

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`every tab, a trial and the dialog are without fault, ${theme}, ${width} px`, made, async (context) => {
      const { page, troubles } = await openAdmin(context, { theme, width });
      const check = async (what) => {
        await ready(page);
        // Resting on a button, the pointer would lend it another colour.
        await page.mouse.move(0, 0);
        assert.deepEqual(await violations(page), [], what);
        assert.equal(await overflow(page), 0, `${what} scrolls sideways`);
      };
      for (const name of ["Taster", "Åpningstider", "Regler", "Mål", "Som tekst"]) {
        await tab(page, name);
        await check(name);
      }
      await tab(page, "Taster");
      await page.getByLabel("Tast 2 går til").selectOption({ label: "Familie" });
      await changes(page).getByText(/Tast 2 går til Familie/).waitFor();
      await page.getByRole("button", { name: "Prøv på gårsdagen" }).click();
      await page.locator(".try__result").waitFor();
      await check("tried");
      await page.getByRole("button", { name: "Publiser …" }).click();
      await page.getByRole("dialog").waitFor();
      await check("the dialog");
      assert.deepEqual(troubles, []);
    });
  }
}

test("a key, hours, a rule and a goal are each told in words, with what they mean", made, async (context) => {
  const { page } = await openAdmin(context);
  const told = changes(page);
  await told.getByText("Ingenting ennå").waitFor();
  await page.getByLabel("Tast 2 går til").selectOption({ label: "Familie" });
  await told.getByText("Tast 2 går til Familie, gikk til Arbeid og helse.").waitFor();
  await told.getByText("De som taster av gammel vane, kommer et annet sted.").first().waitFor();

  await tab(page, "Åpningstider");
  const from = page.locator('[data-hours="hverdager"]').getByLabel("Åpner");
  await from.fill("halv ni");
  await page.getByText("Skriv klokkeslettet slik: 09:00.").waitFor();
  await from.fill("08:30");
  await from.press("Enter");
  await told.getByText("åpent 08:30–15:00, var 09:00–15:00", { exact: false }).waitFor();

  await tab(page, "Regler");
  await page.getByLabel("Kø", { exact: true }).selectOption({ label: "Arbeid og helse" });
  const after = page.locator('[data-ring="1"]').getByLabel("Etter", { exact: true });
  await after.fill("20");
  await after.press("Enter");
  await told.getByText("Arbeid og helse: trinn 2 begynner etter 20 s, var 30 s.").waitFor();

  await tab(page, "Mål");
  const goal = page.getByLabel("Andel innen fristen (%), Familie");
  await goal.fill("80");
  await goal.blur();
  await told.getByText("Målet for Familie er 80 %, var 70 %.").waitFor();
  // The key that led there before leads where this one did: each is still led to.
  await told.getByText("Tast 3 går til Arbeid og helse, gikk til Familie.").waitFor();
  assert.equal(await told.getByRole("listitem").count(), 5);

  await page.getByRole("button", { name: "Forkast alt" }).click();
  await told.getByText("Ingenting ennå").waitFor();
  await tab(page, "Taster");
  assert.equal(await page.getByLabel("Tast 2 går til").inputValue(), "arbeid-helse");
  // Thrown away by mistake: it is one press away.
  await page.getByRole("button", { name: "Hent utkastet tilbake" }).click();
  await told.getByText("Målet for Familie er 80 %, var 70 %.").waitFor();
  await page.getByRole("button", { name: "Forkast alt" }).click();
  await told.getByText("Ingenting ennå").waitFor();
});

test("faults stand with line and mend, lead to the line, and hold back trial and publishing", made, async (context) => {
  const { page } = await openAdmin(context);
  await tab(page, "Åpningstider");
  const to = page.locator('[data-hours="hverdager"]').getByLabel("Stenger");
  await to.fill("07:00");
  await to.press("Enter");
  const fault = page.getByRole("region", { name: "Feil" }).getByRole("listitem").first();
  await fault.getByText("LJ0117").waitFor();
  assert.match(await fault.innerText(), /linje \d+, tegn \d+[\s\S]+Slik retter du: La `to` være senere enn `from`\./);
  assert.equal(await page.getByRole("button", { name: "Prøv på gårsdagen" }).isDisabled(), true);
  assert.equal(await page.getByRole("button", { name: "Publiser …" }).isDisabled(), true);
  await fault.getByRole("button", { name: /^Gå til linje/ }).click();
  const selected = await page.waitForFunction(() => {
    const area = document.activeElement;
    return area instanceof HTMLTextAreaElement && area.value.slice(area.selectionStart, area.selectionEnd);
  });
  assert.match(await selected.jsonValue(), /07:00/);
});

test("the description as text is checked while one writes", made, async (context) => {
  const { page } = await openAdmin(context, { language: "en" });
  await tab(page, "As text");
  const text = page.getByLabel("The centre description as TOML");
  await text.fill(`${await text.inputValue()}\nFEIL`);
  await page.getByRole("region", { name: "Faults" }).getByText("LJ0101").waitFor();
  assert.deepEqual(await violations(page), []);
});

test("yesterday under unchanged rules is said to be the same day; under changed ones it is told in people first", made, async (context) => {
  const { page, troubles } = await openAdmin(context);
  await page.getByRole("button", { name: "Prøv på gårsdagen" }).click();
  await page.getByText("Gårsdagen går om igjen …").waitFor();
  await page.getByText("Nøyaktig den samme dagen").waitFor();
  assert.equal(await page.locator(".dumbbells").count(), 0);
  await page.getByLabel("Tast 2 går til").selectOption({ label: "Familie" });
  await page.getByText("Du har endret noe etter dette. Prøv på nytt.").waitFor();
  await page.getByRole("button", { name: "Prøv på nytt" }).click();
  await page.getByText("682 flere fikk svar innen fristen, 330 færre la på.").waitFor();
  const rows = await page.getByRole("region", { name: "Hele dagen, før og etter" }).innerText();
  assert.match(rows, /Innen fristen\s+69,1\s%\s+71,8\s%\s+\+2,7 poeng/);
  assert.ok((await page.locator(".dumbbells li").count()) >= 6);
  assert.equal(await page.locator(".try__result .why-link").count(), 3);
  await page.getByRole("button", { name: "Hva er tatt for gitt?" }).click();
  await page.getByText("en endret tast eller åpningstid ses ikke her", { exact: false }).waitFor();
  assert.deepEqual(troubles, []);
});

test("publishing shows the words, wants who and why, is kept as a version, and can be undone; by keys alone", made, async (context) => {
  const { page } = await openAdmin(context);
  await page.getByLabel("Tast 2 går til").selectOption({ label: "Familie" });
  await changes(page).getByText(/Tast 2 går til Familie/).waitFor();
  await tabTo(page, page.getByRole("button", { name: "Publiser …" }));
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/Tast 2 går til Familie/).waitFor();
  await dialog.getByText("Du har ikke prøvd denne endringen på gårsdagen.").waitFor();
  await dialog.getByLabel("Hvem er du? (ident)").fill("K100901");
  await page.keyboard.press("Enter");
  await dialog.getByText("Skriv hvorfor.").waitFor();
  await dialog.getByLabel("Hvorfor?").fill("Prøve i mars");
  await page.keyboard.press("Enter");
  await page.getByText("Publisert som versjon 2015-2.").waitFor();
  const versions = page.getByRole("region", { name: "Tabell over versjoner" });
  await versions.locator("tbody tr", { hasText: "2015-2" }).waitFor();
  assert.match(await versions.locator("tbody tr").first().innerText(), /2015-2\s+gjelder nå[\s\S]+K100901[\s\S]+Prøve i mars/);
  await page.getByText("Gjeldende versjon 2015-2").waitFor();
  assert.equal(await page.getByLabel("Tast 2 går til").inputValue(), "familie");

  await page.getByRole("button", { name: "Angre …" }).click();
  await dialog.getByText("Da gjelder versjon 2015-1 igjen").waitFor();
  await dialog.getByLabel("Hvem er du? (ident)").fill("K100901");
  await dialog.getByLabel("Hvorfor?").fill("Feil kø");
  await dialog.getByRole("button", { name: "Gå tilbake" }).click();
  await page.getByText("Gikk tilbake. Det er nå versjon 2015-3.").waitFor();
  await page.getByText("Gjeldende versjon 2015-3").waitFor();
  assert.equal(await page.getByLabel("Tast 2 går til").inputValue(), "arbeid-helse");
});

test("when the description cannot be had, or a change is refused, the page says so", made, async (context) => {
  const { page } = await openAdmin(context);
  const breakPath = (path) => fetch(`${server.url}/__mock/break`, { method: "POST", body: JSON.stringify({ path }) });
  await breakPath("/centre/edit");
  await page.getByLabel("Tast 2 går til").selectOption({ label: "Familie" });
  await page.getByRole("alert").getByText("Dette svarer ikke akkurat nå.").waitFor();
  await breakPath("/centre/outline");
  await page.reload();
  await page.getByText("Får ikke tak i senterbeskrivelsen").waitFor({ timeout: 15_000 });
  await breakPath(null);
  await page.getByRole("button", { name: "Prøv igjen" }).first().click();
  await page.locator(".admin__columns").waitFor();
});

test("a draft outlives another page and a reload, and a fault is mended by writing what was there", made, async (context) => {
  const { page } = await openAdmin(context);
  page.on("dialog", (dialog) => void dialog.accept());
  await tab(page, "Åpningstider");
  const from = page.locator('[data-hours="hverdager"]').getByLabel("Åpner");
  await from.fill("16:00");
  await from.press("Enter");
  await page.getByRole("region", { name: "Feil" }).getByText("LJ0117").waitFor();
  await changes(page).getByText("åpent 16:00–15:00", { exact: false }).waitFor();
  await from.fill("09:00");
  await from.press("Enter");
  await changes(page).getByText("Ingenting ennå").waitFor();
  await tab(page, "Mål");
  const goal = page.getByLabel("Andel innen fristen (%), Familie");
  await goal.fill("0");
  await page.getByText("Skriv et tall over 0, høyst 100.").waitFor();
  await goal.fill("80,5");
  await goal.press("Enter");
  await changes(page).getByText("Målet for Familie", { exact: false }).waitFor();
  await page.getByLabel("Enhet for Frist, Familie").selectOption("m");
  await changes(page).getByText("Fristen for Familie", { exact: false }).waitFor();
  await page.goto(`${server.url}/trafikk`);
  await page.goto(`${server.url}/admin`);
  await page.getByText("Utkastet fra før er her. Det er ikke publisert.").waitFor();
  await changes(page).getByText("Målet for Familie", { exact: false }).waitFor();
  await page.getByRole("button", { name: "Forkast alt" }).click();
  await changes(page).getByText("Ingenting ennå").waitFor();
  await page.reload();
  await page.locator(".admin__columns").waitFor();
  await changes(page).getByText("Ingenting ennå").waitFor();
});

test("the second of two who publish sees what the first changed, keeps their own, and publishes on top", made, async (context) => {
  const { page } = await openAdmin(context);
  await tab(page, "Mål");
  const goal = page.getByLabel("Andel innen fristen (%), Familie");
  await goal.fill("80");
  await goal.press("Enter");
  await changes(page).getByText("Målet for Familie er 80 %", { exact: false }).waitFor();
  const headers = () => ({ "content-type": "application/json", "idempotency-key": crypto.randomUUID() });
  const call = (path, body) =>
    fetch(`${server.url}/api/v1${path}`, { method: "POST", headers: headers(), body: JSON.stringify(body) });
  const { items } = await (await fetch(`${server.url}/api/v1/centre/versions`)).json();
  const edits = [{ path: "queue.arbeid-helse.goal.share", value: 0.6 }];
  const other = await (await call("/centre/edit", { edits })).json();
  const first = { toml: other.toml, base: items[0].version, who: "K100902", why: "arbeid" };
  assert.equal((await call("/centre/publish", first)).status, 200);

  await page.getByRole("button", { name: "Publiser …" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Hvem er du? (ident)").fill("K100901");
  await dialog.getByLabel("Hvorfor?").fill("Prøve i mars");
  await dialog.getByRole("button", { name: "Publiser nå" }).click();
  await dialog.getByText("En annen publiserte før deg", { exact: false }).waitFor();
  assert.equal(await dialog.getByRole("listitem").count(), 1);
  await dialog.getByRole("button", { name: "Publiser nå" }).click();
  await page.getByText("Publisert som versjon 2015-3.").waitFor();
  const source = await (await fetch(`${server.url}/api/v1/centre/source`)).text();
  assert.match(source, /id = "familie"[\s\S]{0,80}share = 0.8/);
  assert.match(source, /id = "arbeid-helse"[\s\S]{0,80}share = 0.6/);
});
