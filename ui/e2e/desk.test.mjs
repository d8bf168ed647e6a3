/** The adviser's day in small: an offer with its why, the call, the wrap-up; by keys alone; in two tabs. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openPage, startBrowser, startServer } from "./browser.mjs";
import { beAdviser, inCallState, leaveDesk, overflow, ready, ringIn, tabTo, takePhone, violations, wrapUp } from "./steps.mjs";

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

const offerIn = (page) => page.locator(".offer").waitFor({ timeout: 45_000 });

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`every state of the desk, ${theme}, ${width} px`, async () => {
      const desk = await openPage(browser, { url: server.url, theme, width });
      const caller = await openPage(browser, { url: server.url, theme, width });
      const check = async (state) => {
        await ready(desk.page);
        assert.deepEqual(await violations(desk.page), [], state);
        assert.equal(await overflow(desk.page), 0, `${state} scrolls sideways`);
      };
      await beAdviser(desk.page, server.url);
      await check("signed in");
      await takePhone(desk.page);
      await ringIn(caller.page, server.url, { answeredBy: "me" });
      assert.deepEqual(await violations(caller.page), [], "ring in, queued");
      assert.equal(await overflow(caller.page), 0);
      await offerIn(desk.page);
      await desk.page.getByRole("button", { name: "Hvorfor kom den til meg?" }).click();
      await check("offer");
      await desk.page.getByRole("button", { name: /^Svar/ }).click();
      await desk.page.locator(".call__timer").waitFor();
      await inCallState(caller.page, "active");
      await check("call");
      await desk.page.getByRole("button", { name: "Sett på vent" }).click();
      await desk.page.locator(".call--held").waitFor();
      await check("held");
      await desk.page.getByRole("button", { name: "Ta tilbake" }).click();
      await desk.page.getByRole("button", { name: "Sett på vent" }).waitFor();
      await desk.page.getByRole("button", { name: "Avslutt" }).click();
      await desk.page.locator(".call--wrap").waitFor();
      await check("wrap-up");
      await desk.page.getByRole("button", { name: "Stopp klokka" }).click();
      await desk.page.getByText("Klokka er stoppet").waitFor();
      await wrapUp(desk.page);
      await desk.page.locator(".idle").waitFor();
      await check("idle");
      await leaveDesk(desk.page);
      assert.deepEqual([...desk.troubles, ...caller.troubles], []);
      await caller.close();
      await desk.close();
    });
  }
}

test("an adviser needs no mouse: choose, answer with Enter, wrap up with one key and Enter", async () => {
  const desk = await openPage(browser, { url: server.url });
  const caller = await openPage(browser, { url: server.url });
  const { page } = desk;
  await page.goto(`${server.url}/desk`);
  await page.getByRole("radio").first().waitFor();
  await tabTo(page, page.getByRole("radio").first());
  await page.keyboard.press("Space");
  await tabTo(page, page.locator("main button[type=submit]"));
  await page.keyboard.press("Enter");
  const start = page.getByRole("button", { name: "Ta telefon" });
  await start.waitFor();
  await tabTo(page, start);
  await page.keyboard.press("Enter");
  await page.locator(".desk__me .aksel-tag", { hasText: "Ledig" }).waitFor();
  const answered = async () => Number((await page.locator(".desk__aside").innerText()).match(/Besvart\s+(\d+)/)[1]);
  const before = await answered();

  await ringIn(caller.page, server.url, { answeredBy: "me" });
  await offerIn(page);
  await page.waitForFunction(() => performance.now() - (window.offerSeen ??= performance.now()) > 450);
  await page.keyboard.press("Enter");
  await page.locator(".call__timer").waitFor();
  await tabTo(page, page.getByRole("button", { name: "Avslutt" }));
  await page.keyboard.press("Enter");
  await page.locator(".call--wrap form").waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "after-solved");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.locator(".idle").waitFor();
  assert.equal(await answered(), before + 1);
  await leaveDesk(page);
  assert.deepEqual(desk.troubles, []);
  await caller.close();
  await desk.close();
});

test("Esc declines, the caller keeps the place, and nothing more comes until Klar igjen", async () => {
  const desk = await openPage(browser, { url: server.url });
  const caller = await openPage(browser, { url: server.url });
  const { page } = desk;
  await beAdviser(page, server.url);
  await takePhone(page);
  await ringIn(caller.page, server.url, { answeredBy: "me" });
  await offerIn(page);
  await page.waitForFunction(() => performance.now() - (window.offerSeen ??= performance.now()) > 450);
  await page.keyboard.press("Escape");
  await page.locator(".idle--paused").waitFor();
  await caller.page.locator('.call-status[data-state="queued"]').waitFor();
  await page.getByRole("button", { name: "Klar igjen" }).click();
  await page.locator(".idle--paused").waitFor({ state: "detached" });
  await caller.page.getByRole("button", { name: "Legg på" }).click();
  await caller.page.getByRole("button", { name: "Ring igjen" }).waitFor();
  await page.locator(".offer").waitFor({ state: "detached" });
  await leaveDesk(page);
  assert.deepEqual(desk.troubles, []);
  await caller.close();
  await desk.close();
});

test("an offer is announced at once, and never takes the focus from who is typing", async () => {
  const desk = await openPage(browser, { url: server.url });
  const caller = await openPage(browser, { url: server.url });
  const { page } = desk;
  await beAdviser(page, server.url);
  await takePhone(page);
  const select = page.locator(".desk__me select");
  await select.focus();
  await ringIn(caller.page, server.url, { answeredBy: "me" });
  await offerIn(page);
  assert.equal(await select.evaluate((element) => element === document.activeElement), true);
  assert.match(await page.locator("[role=alert]").innerText(), /^Henvendelse til deg: .+, ventet \d+:\d\d/);
  assert.match(await page.title(), /^\(1\) Henvendelse til deg/);
  assert.match(await page.locator(".offer__why").innerText(), /ventet \d+:\d\d/);
  await page.getByRole("button", { name: /^Avslå/ }).click();
  await page.locator(".idle--paused").waitFor();
  await leaveDesk(page);
  await caller.close();
  await desk.close();
});

test("a reload takes the session up again, and a second tab shows the same", async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await beAdviser(page, server.url);
  const name = await page.locator(".desk__me h2").innerText();
  await page.reload();
  await page.locator(".desk__me").waitFor();
  assert.equal(await page.locator(".desk__me h2").innerText(), name);

  const session = await page.evaluate(() => sessionStorage.getItem("linje.desk"));
  const second = await page.context().newPage();
  await second.addInitScript((kept) => sessionStorage.setItem("linje.desk", kept), session);
  await second.goto(`${server.url}/desk`);
  await second.locator(".desk__me").waitFor();
  await takePhone(page);
  await second.locator(".desk__me .aksel-tag", { hasText: "Ledig" }).waitFor();
  await second.close();
  await leaveDesk(page);
  assert.deepEqual(troubles, []);
  await close();
});

test("a session that the server has ended leads back to the choice, with a word about it", async () => {
  const { page, close } = await openPage(browser, { url: server.url });
  await page.addInitScript(() => sessionStorage.setItem("linje.desk", "finnes-ikke"));
  await page.goto(`${server.url}/desk`);
  await page.getByText("Økten din er avsluttet").waitFor();
  await close();
});
