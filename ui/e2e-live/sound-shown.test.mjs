/**
 * What pages say about sound, with real sound: a recording on the page of whoever rings, a second tab of a headset, and
 * sound that a browser holds back until a key is pressed.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startBrowser } from "../e2e/browser.mjs";
import { headsets } from "./headset.mjs";
import { startLinje, until } from "./server.mjs";
import { Phone } from "./sip.mjs";

let linje;
let browser;
before(async () => {
  linje = await startLinje();
  browser = await startBrowser(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]);
});
after(async () => {
  await browser?.close();
  await linje?.close();
});

const { logIn, openDesk, takesNoMore } = headsets(() => ({ linje, browser }));

/** How much sound the page's live connection has heard until now. */
const energy = (page) =>
  page.evaluate(async () => {
    const peer = window.peers.findLast((each) => each.connectionState === "connected");
    let told = null;
    (await peer?.getStats())?.forEach((entry) => {
      if (entry.type === "inbound-rtp") told = entry.totalAudioEnergy ?? 0;
    });
    return told;
  });
async function hears(page, what) {
  const before = (await energy(page)) ?? 0;
  await until(what, async () => ((await energy(page)) ?? 0) - before > 0.003);
}
async function answer(page) {
  await page.waitForSelector("[data-offer]");
  await page.waitForTimeout(1_000);
  await page.keyboard.press("Enter");
  await page.waitForSelector('.softphone[data-line="talking"]');
}
async function finish(page, ident) {
  await page.getByRole("button", { name: /^avslutt$/i }).first().click();
  await page.waitForSelector('.softphone[data-line="none"]');
  await linje.api("POST", `/advisers/${ident}/wrap-up`, { done: true });
  await takesNoMore(ident);
}

test("whoever rings in a browser hears the question, says yes on the page, and sees that it runs and rests", async () => {
  const mine = linje.ready.phones[0];
  const desk = await openDesk(mine.adviser);
  const demo = await logIn(linje.ready.phones[5].adviser, "/demo");
  const { page } = desk;
  const citizen = demo.page;
  await citizen.getByRole("radio", { name: /jeg|meg|selv/i }).check();
  await citizen.locator(".dialler button").last().click();
  await citizen.waitForSelector('[data-sound="on"]');
  await citizen.waitForSelector('.call-status[data-state="menu"]');
  await citizen.locator(".key").filter({ hasText: /^2$/ }).click();
  await answer(page);
  await hears(page, "the adviser hears the citizen");
  await page.getByRole("button", { name: "Ta opp samtalen" }).click();
  await citizen.locator('[data-recorded="asked"]', { hasText: "Samtalen kan bli tatt opp. Tast 1 hvis det er greit." }).waitFor();
  await hears(citizen, "the citizen hears the question");
  await citizen.getByRole("button", { name: "Tast 1: det er greit" }).click();
  await citizen.locator('[data-recorded="on"]', { hasText: "Samtalen blir tatt opp." }).waitFor();
  await page.waitForSelector('[data-recording="on"]');
  await hears(page, "the two talk again");
  await hears(citizen, "both ways");
  await page.getByRole("button", { name: "Pause opptaket" }).click();
  await citizen.locator('[data-recorded="paused"]').waitFor();
  await page.getByRole("button", { name: "Ta opp igjen" }).click();
  await citizen.locator('[data-recorded="on"]').waitFor();
  await page.getByRole("button", { name: "Avslutt opptaket" }).click();
  await citizen.locator("[data-recorded]").waitFor({ state: "detached" });
  await finish(page, mine.adviser);
  assert.deepEqual([...desk.troubles, ...demo.troubles], []);
  await demo.context.close();
  await desk.context.close();
});

test("a second tab of a headset joins the desk, takes the sound on a click, and gives it back when it is closed", async () => {
  const mine = linje.ready.phones[1];
  const desk = await openDesk(mine.adviser);
  const { page } = desk;
  const caller = await Phone.open(linje.sip);
  caller.say(330);
  await caller.call(linje.ready.numbers.main);
  await caller.press("2");
  await answer(page);
  const second = await desk.context.newPage();
  await second.goto(`${linje.url}/desk`);
  await second.getByRole("button", { name: "Flytt hit" }).click();
  await second.waitForSelector('.softphone[data-line="talking"]');
  await page.waitForSelector('.softphone[data-state="elsewhere"]');
  await hears(second, "the second tab has the sound");
  await second.close();
  await page.getByRole("button", { name: "Ta telefonen her" }).click();
  await page.waitForSelector('.softphone[data-line="talking"]');
  await hears(page, "the first tab has it again");
  await finish(page, mine.adviser);
  caller.close();
  assert.deepEqual(desk.troubles, []);
  await desk.context.close();
});

test("sound that the browser holds back comes with the next key, whichever it is", async () => {
  const mine = linje.ready.phones[3];
  const desk = await openDesk(mine.adviser);
  const { page } = desk;
  // As a browser does in which nobody has pressed anything on this page yet.
  await page.evaluate(() => {
    const { play } = HTMLMediaElement.prototype;
    let pressed = false;
    window.addEventListener("keydown", ({ key }) => (pressed ||= key === "Shift"), { capture: true });
    HTMLMediaElement.prototype.play = function held() {
      if (!pressed) return Promise.reject(new DOMException("not yet", "NotAllowedError"));
      window.plays = this;
      return play.call(this);
    };
  });
  const caller = await Phone.open(linje.sip);
  caller.say(330);
  await caller.call(linje.ready.numbers.main);
  await caller.press("2");
  await answer(page);
  const held = page.locator(".softphone").getByText("Nettleseren holder lyden tilbake").first();
  await held.waitFor();
  await page.keyboard.press("Shift");
  await held.waitFor({ state: "detached" });
  await until("it plays", () => page.evaluate(() => window.plays && !window.plays.paused && window.plays.currentTime > 0));
  await hears(page, "the adviser hears the caller");
  await finish(page, mine.adviser);
  caller.close();
  assert.deepEqual(desk.troubles, []);
  await desk.context.close();
});
