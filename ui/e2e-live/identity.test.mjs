/** Logging in in Chromium, against the real server: the built-in issuers, and one of somebody else. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openPage, startBrowser } from "../e2e/browser.mjs";
import { violations } from "../e2e/steps.mjs";
import { startLinje } from "./server.mjs";

let browser;
let linje;

before(async () => {
  linje = await startLinje(["--no-population"]);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await linje?.close();
});

const open = (more = {}) => openPage(browser, { url: linje.url, as: "nobody", ...more });

async function axe(page) {
  assert.deepEqual(await violations(page), []);
}

/** From any page to the issuer, a click there, and back. */
async function logIn(page, path, name) {
  await page.goto(`${linje.url}${path}`);
  await page.getByRole("button", { name: /Ansatt/ }).click();
  await page.getByRole("link", { name }).click();
  await page.waitForURL(`${linje.url}${path}`);
}

test("a page sends to the log-in, the issuer's page comes back to it, the header says who, and log-out ends it", async () => {
  const { page, close } = await open();
  await page.goto(`${linje.url}/trafikk`);
  await page.waitForURL(/\/logg-inn\?tilbake=/);
  await axe(page);
  await page.getByRole("button", { name: /Ansatt/ }).click();
  await page.waitForURL(/\/entra\/authorize/);
  await axe(page);
  await page.getByRole("link", { name: /Trafikkstyrer/ }).click();
  await page.waitForURL(`${linje.url}/trafikk`);
  const [cookie] = (await page.context().cookies()).filter(({ name }) => name === "__Host-linje");
  assert.ok(cookie, "Chromium keeps a Secure cookie of a loopback address");
  assert.deepEqual([cookie.secure, cookie.httpOnly, cookie.sameSite, cookie.path], [true, true, "Lax", "/"]);
  await page.getByRole("button", { name: /Syntetisk Trafikkstyrer/ }).click();
  await page.getByRole("menuitem", { name: "Logg ut", exact: true }).click();
  await page.waitForURL(/\/logg-inn/);
  await page.goto(`${linje.url}/trafikk`);
  await page.waitForURL(/\/logg-inn\?tilbake=/);
  await close();
});

test("a page for others says so in plain words, in both themes and on a small screen", async () => {
  for (const look of [{ theme: "light" }, { theme: "dark", width: 390, height: 844 }]) {
    const { page, close } = await open(look);
    await logIn(page, "/trafikk", /Avdelingsleder/);
    await page.goto(`${linje.url}/desk`);
    await page.getByRole("heading", { name: "Du har ikke adgang til denne siden" }).waitFor();
    await page.getByText("Denne siden er for veileder, fagekspert og veileder på lokalkontor.").waitFor();
    await axe(page);
    await close();
  }
});

test("whoever is logged out logs in beside the page, and nothing typed is lost", async () => {
  const { page, close } = await open();
  await logIn(page, "/trafikk", /Trafikkstyrer/);
  await page.locator("h1").first().waitFor();
  await page.evaluate(() => {
    const typed = document.createElement("textarea");
    typed.id = "typed";
    document.querySelector("main").append(typed);
  });
  await page.locator("#typed").fill("et halvt notat");
  const admin = { authorization: await adminToken() };
  const ended = await fetch(`${linje.url}/api/v1/staff/K980001/sessions`, { method: "DELETE", headers: admin });
  assert.equal((await ended.json()).ended, 1);
  const dialog = page.getByRole("dialog", { name: "Du er logget ut" });
  await dialog.waitFor();
  await axe(page);
  const tab = page.context().waitForEvent("page");
  await dialog.getByRole("button", { name: "Logg inn igjen" }).click();
  const beside = await tab;
  await dialog.waitFor({ state: "detached" });
  assert.equal(await page.locator("#typed").inputValue(), "et halvt notat");
  if (!beside.isClosed()) await beside.close();
  await close();
});

async function adminToken() {
  const form = new URLSearchParams({ grant_type: "client_credentials", client_id: "t", act_as: "K980003" });
  const reply = await fetch(linje.ready.token_url, { method: "POST", body: form });
  return `Bearer ${(await reply.json()).access_token}`;
}

test("one click on the demo's page is a role, and its steps are ticked by what was done", async () => {
  const { page, close } = await open();
  await page.goto(`${linje.url}/demo`);
  await page.getByRole("link", { name: "Vær avdelingsleder" }).click();
  await page.waitForURL(`${linje.url}/innsikt/tall`);
  await page.locator("h1").first().waitFor();
  for (const path of ["/trafikk", "/desk"]) {
    await page.goto(`${linje.url}${path}`);
    await page.locator("h1").first().waitFor();
  }
  await page.goto(`${linje.url}/demo`);
  const card = page.locator(".role", { has: page.getByRole("heading", { name: "Avdelingsleder" }) });
  await card.getByText("Alle tre stegene er gjort.").waitFor();
  assert.equal(await card.locator("[data-done=true]").count(), 3);
  await axe(page);
  await page.getByRole("link", { name: "Vær bruker" }).click();
  await page.waitForURL(`${linje.url}/demo`);
  const citizen = page.locator(".role", { has: page.getByRole("heading", { name: "Bruker" }) });
  await citizen.locator("[data-done=true]").first().waitFor();
  await close();
});

test("the demo asks whether one is still there before it logs out", async () => {
  const short = await startLinje(["--no-population"], { LINJE_SESSIONS__IDLE_S: "63" });
  const { page, close } = await openPage(browser, { url: short.url, as: "nobody" });
  await page.goto(`${short.url}/api/v1/session/login?issuer=entra&hint=K980001&back=/trafikk`);
  const dialog = page.getByRole("dialog", { name: "Er du der fortsatt?" });
  await dialog.waitFor({ timeout: 20_000 });
  await dialog.getByRole("button", { name: "Fortsett" }).click();
  await dialog.waitFor({ state: "detached" });
  await close();
  await short.close();
});
