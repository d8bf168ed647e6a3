/** Why this adviser, why this wait: the sentence, the picture and the list that say the same; reached from desk and traffic. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { beAdviser, leaveDesk, ready, ringIn, takePhone, violations, wrapUp } from "./steps.mjs";

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

const made = { skip: isMock ? false : "the example is the mock's" };
const breakPath = (path) => fetch(`${server.url}/__mock/break`, { method: "POST", body: JSON.stringify({ path }) });

test("the sentence is first, and the picture has a mark for each step of the list", made, async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await page.goto(`${server.url}/henvendelse/eksempel/hvorfor`);
  await page.locator(".why-steps").waitFor();
  assert.match(await page.locator(".why__said").innerText(), /ventet 2:24.+ledig lengst av 4/);
  const steps = await page.locator(".why-steps li").count();
  assert.equal(await page.locator(".why-mark").count(), steps);
  assert.equal(await page.locator(".why-ring").count(), 3, "three rings");
  const heights = await page.locator(".why-ring").evaluateAll((rings) => rings.map((ring) => Number(ring.getAttribute("height"))));
  assert.deepEqual(heights, [...heights].sort((a, b) => a - b), "each ring is wider than the one before");
  const facts = await page.locator(".why__side").innerText();
  assert.match(facts, /Kunne svart\s+4/);
  assert.match(facts, /Valgt veileder hadde vært ledig\s+5:12/);
  assert.match(facts, /Neste hadde vært ledig\s+4:48/);
  assert.doesNotMatch(await page.locator("main").innerText(), /K99\d{4}/, "no adviser is named");
  assert.deepEqual(troubles, []);
  await close();
});

test("while it waits the page says the place, who can, what changes next and how long", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url, language: "en" });
  await page.goto(`${server.url}/henvendelse/eksempel-venter/hvorfor`);
  await page.getByRole("heading", { level: 1, name: "Why does this contact wait?" }).waitFor();
  const now = await page.locator(".why__side .panel").first().innerText();
  assert.match(now, /Place in the queue\s+1\s+nobody before/);
  assert.match(now, /131\s+nobody free now/);
  assert.match(now, /in 0:\d\d/);
  assert.match(now, /about 0:25, seldom over 1:20/);
  await close();
});

test("an explanation that cannot be had says so and can be asked for again", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await breakPath("/why");
  await page.goto(`${server.url}/henvendelse/eksempel/hvorfor`);
  await page.getByText("Dette svarer ikke akkurat nå.").waitFor();
  assert.deepEqual(await violations(page), []);
  await breakPath(null);
  await page.getByRole("button", { name: "Prøv igjen" }).click();
  await page.locator(".why-steps").waitFor();
  await close();
});

test("a contact that is no longer at hand is said to be so, with no blame on the reader", async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await page.goto(`${server.url}/henvendelse/borte/hvorfor`);
  await page.getByText("Linje har ikke denne henvendelsen for hånden lenger").waitFor();
  assert.deepEqual(await violations(page), []);
  await close();
});

test("a call on the desk and its row in Trafikkbilde lead to its explanation", async () => {
  const desk = await openPage(browser, { url: server.url });
  const caller = await openPage(browser, { url: server.url });
  const traffic = await openPage(browser, { url: server.url });
  await beAdviser(desk.page, server.url);
  await takePhone(desk.page);
  await ringIn(caller.page, server.url, { answeredBy: "me" });
  await desk.page.locator(".offer").waitFor({ timeout: 45_000 });
  await desk.page.getByRole("button", { name: /^Svar/ }).click();
  await desk.page.locator(".call__timer").waitFor();
  const contact = await desk.page.locator(".call").getAttribute("data-contact");
  const [opened] = await Promise.all([
    desk.page.context().waitForEvent("page"),
    desk.page.locator(".call .why-link").click(),
  ]);
  await opened.locator(".why-steps").waitFor();
  assert.match(opened.url(), new RegExp(`/henvendelse/${contact}/hvorfor\\?veileder=K99`));
  await desk.page.locator(".call__timer").waitFor();

  await traffic.page.goto(`${server.url}/trafikk`);
  await traffic.page.locator(`.recent li[data-contact="${contact}"] .why-link`).click();
  await traffic.page.locator(".why-steps").waitFor();
  await ready(traffic.page);
  assert.deepEqual(await violations(traffic.page), []);
  await desk.page.getByRole("button", { name: "Avslutt" }).click();
  await wrapUp(desk.page);
  await desk.page.locator(".idle").waitFor();
  await leaveDesk(desk.page);
  for (const each of [desk, caller, traffic]) {
    assert.deepEqual(each.troubles, []);
    await each.close();
  }
});

test("the oldest in a queue is one press away", made, async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await page.goto(`${server.url}/trafikk`);
  await page.locator(".queue-row button").first().click();
  await page.getByRole("button", { name: "Hvorfor venter den eldste?" }).click();
  await page.locator(".why-steps").waitFor();
  await close();
});
