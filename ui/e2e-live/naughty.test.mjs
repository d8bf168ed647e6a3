/** Whatever somebody writes is shown as text: 515 naughty strings and script payloads as article, note, promise and
 * threat, through the real server and a real browser. Nothing runs, and the content security policy has nothing to report. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { startBrowser } from "../e2e/browser.mjs";
import { programToken, startLinje } from "./server.mjs";
import { Phone } from "./sip.mjs";

const LIST = new URL("../../../shared/data/torture/chat-text/blns.json", import.meta.url);
const SCRIPTS = [
  "<script>window.__ran = 1</script>",
  "<img src=x onerror=\"window.__ran = 1\">",
  "<svg onload=window.__ran=1>",
  "\"><iframe srcdoc='<script>parent.__ran=1</script>'>",
  "javascript:window.__ran=1",
  "<a href=\"javascript:window.__ran=1\">trykk</a>",
  "{{constructor.constructor('window.__ran=1')()}}",
  "</textarea><script>window.__ran = 1</script>",
];
const ADVISER = "K990001";

let linje;
let browser;
let bearer;
before(async () => {
  linje = await startLinje();
  browser = await startBrowser();
  bearer = linje.ready.token_url ? await programToken(linje.ready.token_url, { act_as: ADVISER }) : null;
});
after(async () => {
  await browser?.close();
  await linje?.close();
});

/** The strings; those of the list where the list is at hand. A letter before each, because a blank is refused. */
function strings() {
  const list = existsSync(LIST) ? JSON.parse(readFileSync(LIST, "utf8")) : [];
  return [...list, ...SCRIPTS].map((text, index) => `n${index} ${text}`);
}

async function api(method, path, body, auth = bearer) {
  const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
  if (auth) headers.authorization = auth;
  const reply = await fetch(`${linje.url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await reply.text();
  assert.ok(reply.ok, `${method} ${path}: ${reply.status} ${text.slice(0, 500)}`);
  return text === "" ? null : JSON.parse(text);
}

/** A page that writes down whatever the policy would report, and whatever ran. */
async function openWatched(headers) {
  const context = await browser.newContext({ locale: "nb-NO", extraHTTPHeaders: headers });
  const page = await context.newPage();
  const ran = [];
  page.on("dialog", (dialog) => {
    ran.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.addInitScript(() => {
    window.__reports = [];
    document.addEventListener("securitypolicyviolation", (event) => window.__reports.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  const quiet = async (where) => {
    assert.deepEqual(ran, [], where);
    assert.equal(await page.evaluate(() => window.__ran), undefined, `${where}: something ran`);
    assert.deepEqual(await page.evaluate(() => window.__reports), [], `${where}: reports`);
  };
  return { page, quiet, close: () => context.close() };
}

/** What a browser makes of line ends when text is shown. */
const shown = (text) => text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").replaceAll("\0", "\ufffd");
/** Whatever the eye cannot tell apart. */
const squeezed = (text) => shown(text).replace(/\s+/gu, " ").trim();

test("whatever is written is shown as text, and nothing runs", async () => {
  const texts = strings();
  const owner = linje.ready.token_url ? await programToken(linje.ready.token_url) : null;
  const ids = [];
  for (const [index, text] of texts.entries()) {
    const title = [...text].slice(0, 200).join("");
    const made = await api("POST", "/knowledge", { kind: "article", language: "nb", owner: text.slice(0, 100), title, body: text, why: "prøve", pinned: true }, owner);
    ids.push(made.id);
    assert.equal(made.body, text, `string ${index} came back changed`);
  }
  const watched = await openWatched(bearer ? { authorization: bearer } : {});
  const { page, quiet } = watched;
  await page.goto(`${linje.url}/desk`);
  await beSomebody(page);
  const contact = await talked();
  const note = texts.slice(0, 60).join("\n").slice(0, 14_000);
  await api("PUT", `/contacts/${contact}/draft`, { text: note });
  await api("POST", `/contacts/${contact}/threat`, { text: SCRIPTS.join("\n") });

  await page.goto(`${linje.url}/kunnskap`);
  const titles = page.locator(".guide__hits--tall .guide__hit strong");
  await titles.nth(texts.length - 1).waitFor({ state: "attached" });
  const onPage = new Set((await titles.allTextContents()).map(squeezed));
  for (const text of texts) {
    const title = squeezed([...text].slice(0, 200).join(""));
    assert.ok(onPage.has(title), `not shown as text: ${JSON.stringify(title)}`);
  }
  await quiet("/kunnskap");
  for (const script of SCRIPTS) {
    await page.getByLabel("Søk i artikler og svar").fill(script);
    await page.locator("section.guide [role=status]").first().waitFor();
  }
  await page.getByLabel("Søk i artikler og svar").fill("");
  await titles.last().click();
  await page.locator("article .guide__body").first().waitFor();
  await quiet("an article");

  await page.goto(`${linje.url}/desk`);
  await beSomebody(page);
  const area = page.locator(".guide__note textarea").first();
  await area.waitFor();
  await page.waitForFunction(() => document.querySelector(".guide__note textarea")?.value !== "");
  assert.equal(shown(await area.inputValue()), shown(note));
  await quiet("the note");

  const due = (await api("GET", `/contacts/${contact}/after`)).promise_due;
  const parts = Array.from({ length: 10 }, (_, part) => texts.filter((_, index) => index % 10 === part).join("\n"));
  await api("POST", `/contacts/${contact}/after`, { topic: "FOR", solved: true, promises: parts.map((text) => ({ due, text })) });
  await page.reload();
  await page.locator("[data-promise]").nth(9).waitFor();
  const promised = (await page.locator("[data-promise] > span:first-child").allTextContents()).map(squeezed);
  for (const part of parts) assert.ok(promised.includes(squeezed(part)), `a promise is not shown as text: ${part.slice(0, 80)}`);
  await quiet("the promises");
  await watched.close();
  console.log(`shown as text: ${texts.length} as article, note and promise`);
});

test("whatever somebody is called, by their telephone or by the register, is text, and nothing runs", async () => {
  const watched = await openWatched(bearer ? { authorization: bearer } : {});
  const { page, quiet } = watched;
  await page.goto(`${linje.url}/desk`);
  await beSomebody(page);
  // Names of telephones: every tenth of the list, and all payloads. The call comes; the name goes nowhere.
  const names = strings().filter((_, index, all) => index % 10 === 0 || index >= all.length - SCRIPTS.length);
  for (const name of names) {
    const phone = await Phone.open(linje.sip);
    phone.name(name);
    await phone.call(linje.ready.numbers.main);
    await phone.hangUp();
    phone.close();
  }
  const phone = await Phone.open(linje.sip);
  // The page may show what the test before wrote; this mark is in the telephone's name alone.
  phone.name(`fra-telefonen ${SCRIPTS[0]}`);
  await phone.call(linje.ready.numbers.main);
  await phone.press("2");
  await api("PUT", `/advisers/${ADVISER}/activity`, { activity: "phone" });
  await page.locator(".offer").waitFor({ timeout: 45_000 });
  assert.equal((await page.locator("body").innerText()).includes("fra-telefonen"), false, "a telephone's name is not shown");
  await quiet("an offer");
  await phone.hangUp();
  phone.close();
  await page.locator(".offer").waitFor({ state: "detached" });
  await api("PUT", `/advisers/${ADVISER}/activity`, { activity: "break" });
  for (const secret of [SCRIPTS[0], SCRIPTS[1]]) assert.equal(linje.log().includes(secret), false, "no name is in the log");

  // Names of the register: some people bear one that tries to be more than a name.
  await page.getByLabel("Hvorfor trenger du opplysningene?").fill("Prøver navn som er mer enn navn");
  await page.getByRole("button", { name: "Søk på navn, fødselsdato eller telefon" }).click();
  await page.getByLabel("Navn", { exact: true }).fill("Testnavn");
  await page.getByRole("button", { name: "Søk", exact: true }).click();
  const hits = page.locator(".find__hits button");
  await hits.first().waitFor();
  const found = (await hits.allTextContents()).map(squeezed);
  const known = await api("POST", "/persons/search", { name: "Testnavn", reason: "Prøver navn som er mer enn navn" });
  assert.deepEqual(found, known.people.map(({ name }) => squeezed(name)));
  assert.ok(found.some((name) => name.includes("<script>")) && found.length >= 5, `${found.length} names`);
  await quiet("the names that were found");
  const script = found.findIndex((name) => name.includes("<script>"));
  await hits.nth(script).click();
  await page.locator(".person__name").waitFor();
  assert.equal(squeezed(await page.locator(".person__name").textContent()), found[script]);
  await quiet("a person with such a name");
  await watched.close();
  console.log(`shown as text: ${found.length} names of the register; rung under ${names.length + 1} names`);
});

/** Sits down at the desk, unless this page sits there already. */
async function beSomebody(page) {
  const me = page.locator(".desk__me");
  const radio = page.getByRole("radio").first();
  await me.or(radio).first().waitFor();
  if (await me.isVisible()) return;
  const mine = page.getByRole("radio", { name: new RegExp(ADVISER) });
  await (((await mine.count()) > 0 ? mine : page.getByRole("radio")).first()).check();
  await page.locator("main button[type=submit]").click();
  await me.waitFor();
}

/** A chat that the adviser has answered and ended. */
async function talked() {
  await api("PUT", `/advisers/${ADVISER}/activity`, { activity: "chat" });
  const { id } = await api("POST", "/contacts", { channel: "chat", queue: "chat-foreldrepenger", topic: "FOR" });
  const { offer } = await api("GET", `/advisers/${ADVISER}`);
  await api("POST", `/offers/${offer.id}/accept`, {});
  await api("POST", `/contacts/${id}/end`, {});
  await api("POST", `/advisers/${ADVISER}/wrap-up`, { stop_clock: true });
  return id;
}
