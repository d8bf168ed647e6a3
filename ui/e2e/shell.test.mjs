/** What is around every page: front page, header, menu, language, theme, banners. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { ready } from "./steps.mjs";

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

test("the front page sends a newcomer to the demo", async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await page.goto(server.url);
  await page.waitForURL("**/demo");
  await close();
});

test("every page shows the scenario clock and that people are synthetic", async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  for (const path of ["/trafikk", "/trafikk?vegg", "/desk", "/demo", "/finnes-ikke"]) {
    await page.goto(server.url + path);
    await page.locator(".scenario-clock time").waitFor();
    assert.match(await page.locator(".scenario-clock").innerText(), /dag kl\. \d\d\.\d\d\s· simulert tid/);
    assert.equal(await page.locator(".synthetic-mark").innerText(), "Syntetiske personer");
  }
  await close();
});

test("the skip link is first and leads to the content", async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await page.goto(`${server.url}/trafikk`);
  await ready(page);
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Hopp til innholdet" });
  assert.equal(await skip.evaluate((element) => element === document.activeElement), true);
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "innhold");
  await close();
});

test("language is switched in place and kept", async () => {
  const context = await openPage(browser, { url: server.url });
  const { page } = context;
  await page.addInitScript(() => sessionStorage.getItem("seen") ?? localStorage.removeItem("linje.language"));
  await page.goto(`${server.url}/trafikk`);
  await page.getByRole("heading", { level: 1, name: "Trafikkbilde" }).waitFor();
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { level: 1, name: "Traffic" }).waitFor();
  assert.equal(await page.evaluate(() => localStorage.getItem("linje.language")), "en");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.getByRole("button", { name: "Bokmål" }).click();
  await page.getByRole("heading", { level: 1, name: "Trafikkbilde" }).waitFor();
  await context.close();
});

test("theme is switched in place, and the chart is drawn anew", async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await page.goto(`${server.url}/trafikk`);
  await page.locator(".chart canvas").first().waitFor();
  const first = await page.locator(".chart canvas").first().elementHandle();
  await page.getByRole("button", { name: "Utseende" }).click();
  await page.getByRole("menuitemradio", { name: "Mørkt" }).click();
  await page.locator("html.dark").waitFor();
  await page.waitForFunction((canvas) => !canvas.isConnected, first);
  assert.equal(await page.locator(".chart canvas").count() > 0, true);
  assert.deepEqual(troubles, []);
  await close();
});

test("on a telephone the header is a menu, worked by keys alone", async () => {
  const { page, close } = await openPage(browser, { url: server.url, width: 390, height: 844 });
  await page.goto(`${server.url}/trafikk`);
  const menu = page.getByRole("button", { name: "Meny" });
  await menu.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Demo" }).waitFor();
  await page.keyboard.press("ArrowDown");
  for (let step = 0; step < 8; step++) {
    if ((await page.evaluate(() => document.activeElement?.textContent)) === "Demo") break;
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("Enter");
  await page.waitForURL("**/demo");
  await close();
});

test("when contact is lost the page says so, freezes, and comes back by itself", { skip: !isMock }, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await page.goto(`${server.url}/trafikk`);
  await page.locator(".queue-row").first().waitFor();
  await fetch(`${server.url}/__mock/cut`, { method: "POST", body: JSON.stringify({ ms: 2500 }) });
  await page.getByText("Mistet kontakten med Linje").waitFor();
  assert.match(await page.locator(".banner").innerText(), /Tallene står stille fra kl\. \d\d\.\d\d/);
  await page.locator(".traffic__head").getByText("Frosset").waitFor();
  await page.getByText("Mistet kontakten med Linje").waitFor({ state: "detached", timeout: 20_000 });
  await close();
});

test("when the store fails every page says so", { skip: !isMock }, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  const tell = (store) => fetch(`${server.url}/__mock/store`, { method: "POST", body: JSON.stringify(store) });
  await tell({ ok: false, detail: "Disken er full." });
  for (const path of ["/trafikk", "/desk", "/demo"]) {
    await page.goto(server.url + path);
    await page.getByText("Linje får ikke lagret").waitFor();
  }
  await tell({ ok: true, detail: null });
  await page.goto(`${server.url}/trafikk`);
  await page.locator(".queue-row").first().waitFor();
  assert.equal(await page.getByText("Linje får ikke lagret").count(), 0);
  await close();
});

test("the menu shows what the role opens; a page for others says whom it is for; who may not write sees no way to", { skip: !isMock }, async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url, width: 1920 });
  const be = (roles) => fetch(`${server.url}/__mock/roles`, { method: "POST", body: JSON.stringify({ roles }) });
  const menu = async () => {
    await page.locator(".header-nav a").first().waitFor();
    return (await page.locator(".header-nav a").allInnerTexts()).join(", ");
  };
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await be(["adviser"]);
  await page.goto(`${server.url}/kunnskap`);
  await page.getByRole("button", { name: /^Dagpenger/ }).first().click();
  await page.getByRole("button", { name: "Historikk" }).waitFor();
  assert.equal(await page.getByRole("button", { name: /Ny artikkel|^Endre/ }).count(), 0);
  assert.equal(await menu(), "Trafikkbilde, Veileder, Kunnskap, Tall, Demo");
  for (const [path, whom] of [["/team", "avdelingsleder"], ["/admin", "administrator, fagansvarlig, trafikkstyrer, planlegger og avdelingsleder"]]) {
    asked.length = 0;
    await page.goto(server.url + path);
    await page.getByText(`Denne siden er for ${whom}.`).waitFor();
    assert.deepEqual(asked.filter((each) => /units|recordings|listening|centre/.test(each)), [], `${path} asks for nothing it may not have`);
  }
  await be(["leader"]);
  await page.goto(`${server.url}/team`);
  await page.getByRole("heading", { level: 1, name: "Teamet etterpå" }).waitFor();
  assert.equal(await menu(), "Trafikkbilde, Kunnskap, Team, Tall, Senter, Demo");
  await page.goto(`${server.url}/admin`);
  await page.getByText("Bare administrator og fagansvarlig kan gjøre dette.").waitFor();
  await be(["subject_owner"]);
  await page.goto(`${server.url}/kunnskap`);
  await page.getByRole("button", { name: "Ny artikkel" }).waitFor();
  await be(["user_council"]);
  asked.length = 0;
  await page.goto(`${server.url}/innsikt/tall`);
  await page.locator(".level").first().waitFor();
  assert.deepEqual(asked.filter((each) => /repeats|\/traffic$/.test(each)), []);
  await be(null);
  // The mock knows no adviser by the name of whoever has logged in.
  assert.deepEqual(troubles.filter((each) => !each.includes("404")), []);
  await close();
});
