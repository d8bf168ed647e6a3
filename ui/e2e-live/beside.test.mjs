/**
 * Beside the calls that come, with real sound: an adviser rings out through a trunk, three talk, a leader listens
 * after the adviser's yes, a call is recorded after both have said yes. What is heard is measured at both ends.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { startBrowser } from "../e2e/browser.mjs";
import { headsets } from "./headset.mjs";
import { startLinje, until } from "./server.mjs";
import { Phone } from "./sip.mjs";

/** Tones that tell people apart, Hz. */
const CALLER = 330;
const EXPERT = 730;
const SOFT = 200;
/** A leader of the development issuer. */
const LEADER = "K980002";

let linje;
let browser;
let trunk;
let folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "linje-beside-"));
  trunk = await Phone.open("127.0.0.1:9");
  const config = join(folder, "linje.toml");
  writeFileSync(config, `[sip.outgoing]\ntrunk = "${trunk.local}"\nfrom = "+4755553333"\nper_adviser_hour = 2\n`);
  linje = await startLinje(["--no-population", "--config", config]);
  trunk.port = Number(linje.sip.split(":")[1]);
  browser = await startBrowser(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]);
});

after(async () => {
  trunk?.close();
  await browser?.close();
  await linje?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const { logIn, openDesk, takesNoMore, adviser } = headsets(() => ({ linje, browser }));

/** What the page's live connection has heard until now. */
function figures(page) {
  return page.evaluate(async () => {
    const peer = window.peers.findLast((each) => each.connectionState === "connected");
    if (!peer) return null;
    let told = null;
    (await peer.getStats()).forEach((entry) => {
      if (entry.type === "inbound-rtp") {
        told = { received: entry.packetsReceived, lost: entry.packetsLost, energy: entry.totalAudioEnergy ?? 0 };
      }
    });
    return told;
  });
}

async function hears(page, what, energy = 0.005) {
  const before = (await figures(page))?.energy ?? 0;
  return until(what, async () => {
    const now = await figures(page);
    return now && now.energy - before > energy ? now : null;
  });
}

/** Loudness at a telephone over the next second and a half. */
async function ear(phone, hertz) {
  phone.recent = [];
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  return phone.ear(hertz);
}

const openContact = async () => {
  const list = await linje.api("GET", "/contacts?limit=50");
  return list.items.find((item) => item.consult_of == null && !["closed", "wrap_up"].includes(item.state));
};
const stateIs = (id, state) =>
  until(`the contact is ${state}`, async () => (await linje.api("GET", `/contacts/${id}`)).state === state);

/** A telephone calls and the page answers; gives the telephone and the contact. */
async function inCall(page) {
  const caller = await Phone.open(linje.sip);
  caller.say(CALLER);
  await caller.call(linje.ready.numbers.main);
  await caller.press("2");
  await page.waitForSelector("[data-offer]");
  const contact = (await openContact()).id;
  await page.waitForTimeout(1_000);
  await page.keyboard.press("Enter");
  await stateIs(contact, "active");
  await page.waitForSelector('.softphone[data-line="talking"]');
  await hears(page, "the adviser hears the caller");
  return { caller, contact };
}

async function finish(page, ident, contact) {
  await page.getByRole("button", { name: /^avslutt$/i }).first().click();
  await stateIs(contact, "wrap_up");
  await linje.api("POST", `/advisers/${ident}/wrap-up`, { done: true });
  await takesNoMore(ident);
}

test("an adviser rings out, is heard, and ends; what may not be rung is said with the reason; the cap holds", async () => {
  const mine = linje.ready.phones[0];
  const desk = await openDesk(mine.adviser);
  const { page } = desk;
  const number = page.locator(".call-out input[type=tel]");
  const ring = page.locator(".call-out button[type=submit]");
  await number.fill("82 00 00 00");
  await ring.click();
  await page.getByText("betalingsnummer").waitFor();
  assert.equal(await number.inputValue(), "82 00 00 00", "what was typed is kept");

  trunk.say(CALLER);
  const rung = trunk.rung();
  await number.fill("90 00 00 01");
  await ring.click();
  const invite = await rung;
  assert.match(invite.to, /\+4790000001/);
  await page.waitForSelector(".call--dialling");
  const contact = (await openContact()).id;
  await page.waitForSelector('.softphone[data-line="talking"]');
  await hears(page, "the adviser hears that it rings", 0.0005);
  trunk.answer(invite);
  await stateIs(contact, "active");
  const told = await hears(page, "the adviser hears the one who was rung");
  const heard = await ear(trunk, CALLER);
  console.log("rung out:", { ...told, citizenHears: Math.round(heard.rms) });
  assert.ok(heard.rms > SOFT, `who was rung hears the adviser (RMS ${heard.rms})`);
  const shown = JSON.stringify([await linje.api("GET", `/contacts/${contact}`), await linje.api("GET", "/contacts?limit=50")]);
  assert.ok(!shown.includes("90000001") && !linje.log().includes("90000001"), "the number is told nowhere");
  const bye = trunk.next((message) => message.method === "BYE");
  await page.getByRole("button", { name: /^avslutt$/i }).first().click();
  await bye;
  await stateIs(contact, "wrap_up");
  await linje.api("POST", `/advisers/${mine.adviser}/wrap-up`, { done: true });
  await stateIs(contact, "closed");

  // Nobody answers and the adviser gives up: the second of two calls in this hour.
  const again = trunk.rung();
  await number.fill("90000001");
  await ring.click();
  await again;
  await page.getByRole("button", { name: "Avbryt" }).click();
  await page.waitForSelector(".call--dialling", { state: "detached" });
  await page.getByText("flere er ikke satt av").waitFor();
  assert.ok(await ring.isDisabled());
  await takesNoMore(mine.adviser);
  assert.deepEqual(desk.troubles.filter((each) => !each.includes("422")), []);
  await desk.context.close();
});

test("caller, adviser and expert hear each other, all three, until the expert leaves", async () => {
  const [, mine, theirs] = linje.ready.phones;
  const desk = await openDesk(mine.adviser);
  const { page } = desk;
  const { caller, contact } = await inCall(page);
  const expert = await Phone.open(linje.sip);
  expert.say(EXPERT);
  const rung = expert.rung();
  await expert.register(theirs);
  await until("the expert is ready", async () => (await adviser(theirs.adviser)).state === "ready");
  const targets = await linje.api("GET", `/contacts/${contact}/consults`);
  await page.getByRole("button", { name: /konsulter|spør/i }).first().click();
  await page.locator(`.consult__choices input[value="${targets.items[0].queue}"]`).check();
  await page.locator("form.transfer button[type=submit]").click();
  expert.answer(await rung);
  await page.waitForSelector('[data-consult="active"]');
  const apart = await ear(caller, EXPERT);
  assert.ok(apart.share < 0.05, "the caller does not hear the expert yet");

  await page.getByRole("button", { name: "La alle tre snakke" }).click();
  await page.waitForSelector('[data-conference="true"]');
  await hears(page, "the adviser hears the two");
  const [atCaller, atExpert] = await Promise.all([ear(caller, EXPERT), ear(expert, CALLER)]);
  const [own, theirOwn] = [caller.ear(CALLER), expert.ear(EXPERT)];
  console.log("conference:", { atCaller, atExpert, own, theirOwn });
  assert.ok(atCaller.rms > 1_000 && atCaller.share > 0.2, "the caller hears the expert");
  assert.ok(atExpert.rms > 1_000 && atExpert.share > 0.2, "the expert hears the caller");
  assert.ok(own.share < 0.02 && theirOwn.share < 0.02, "and nobody themselves");

  await expert.hangUp();
  await stateIs(contact, "active");
  await page.waitForSelector("[data-consult]", { state: "detached" });
  await hears(page, "the adviser hears the caller again");
  const left = await ear(caller, EXPERT);
  assert.ok(left.rms > SOFT && left.share < 0.02, "the caller hears the adviser and no expert");
  await finish(page, mine.adviser, contact);
  await takesNoMore(theirs.adviser);
  assert.deepEqual(desk.troubles, []);
  caller.close();
  expert.close();
  await desk.context.close();
});

test("a leader hears a call only after the adviser's yes, both see it, and the adviser ends it", async () => {
  const mine = linje.ready.phones[3];
  const desk = await openDesk(mine.adviser);
  const team = await logIn(LEADER, "/team");
  const { page } = desk;
  const leader = team.page;
  await leader.getByRole("button", { name: "Slå på lyden her" }).click();
  await leader.waitForSelector('[data-attend="ready"]');
  const { caller, contact } = await inCall(page);
  const row = leader.locator(`[data-conversation="${contact}"]`);
  const ask = row.getByRole("button", { name: /^Spør/ });
  await ask.click();
  await page.waitForSelector('[data-listening="asked"]');
  await page.waitForTimeout(700);
  assert.equal(await figures(leader), null, "nothing is heard before the yes");
  await page.getByRole("button", { name: "Nei", exact: true }).click();
  await page.waitForSelector("[data-listening]", { state: "detached" });
  await ask.click();
  await page.getByRole("button", { name: "Ja, det er greit" }).click();
  await page.waitForSelector('[data-listening="on"]');
  const told = await hears(leader, "the leader hears the call");
  console.log("listening:", told);
  await leader.waitForSelector('[data-attend="on"]');
  await hears(page, "the adviser still hears the caller");
  await page.getByRole("button", { name: "Avslutt medlyttingen" }).click();
  await page.waitForSelector("[data-listening]", { state: "detached" });
  await leader.waitForSelector('[data-attend="ready"]');
  await hears(page, "the call goes on");

  // All three: the caller hears the leader's beep beside the adviser's.
  await leader.getByRole("radio", { name: /Være med/ }).check();
  await page.getByRole("button", { name: "Demp" }).click();
  const quiet = await ear(caller, CALLER);
  assert.ok(quiet.rms < 50, `the adviser is mute (RMS ${quiet.rms})`);
  await ask.click();
  await page.getByRole("button", { name: "Ja, det er greit" }).click();
  await page.waitForSelector('[data-listening="on"]');
  await until("the caller hears the leader", async () => (await ear(caller, CALLER)).rms > SOFT);
  await page.getByRole("button", { name: "Slå på mikrofonen" }).click();
  // It ends with the call.
  await finish(page, mine.adviser, contact);
  await leader.waitForSelector('[data-attend="ready"]');
  assert.deepEqual([...desk.troubles, ...team.troubles], []);
  caller.close();
  await team.context.close();
  await desk.context.close();
});

/** Share of a tone in one channel of a WAV file, over the whole of it. */
function toneIn(wav, channel, hertz) {
  let [sine, cosine, power, n] = [0, 0, 1, 0];
  for (let at = 44 + 2 * channel; at + 1 < wav.length; at += 4) {
    const sample = wav.readInt16LE(at);
    const turn = (2 * Math.PI * hertz * n) / 8_000;
    sine += sample * Math.sin(turn);
    cosine += sample * Math.cos(turn);
    power += sample * sample;
    n += 1;
  }
  return { share: (2 * (sine * sine + cosine * cosine)) / (Math.max(1, n) * power), seconds: n / 8_000, rms: Math.sqrt(power / Math.max(1, n)) };
}

test("a call is recorded after both have said yes, not while it is paused, and is gone when it is deleted", async () => {
  const mine = linje.ready.phones[4];
  const desk = await openDesk(mine.adviser);
  const { page } = desk;
  const { caller, contact } = await inCall(page);
  const rows = async () => (await linje.api("GET", "/recordings")).items;
  await caller.press("1");
  await page.getByRole("button", { name: "Ta opp samtalen" }).click();
  await page.waitForSelector('[data-recording="asked"]');
  assert.deepEqual(await rows(), [], "a key before the question is no yes");
  // The caller hears the question, and the adviser hears nobody meanwhile.
  // What was on its way to the headset when the question began is heard to its end.
  await page.waitForTimeout(700);
  const silent = (await figures(page)).energy;
  const question = await ear(caller, CALLER);
  assert.ok(question.rms > 300 && question.share < 0.3, `the caller hears words (RMS ${question.rms})`);
  assert.ok((await figures(page)).energy - silent < 0.001, "the adviser hears silence");
  await caller.press("1");
  await page.waitForSelector('[data-recording="on"]');
  await hears(page, "the adviser hears the caller after the question");
  await page.waitForTimeout(3_000);
  await page.getByRole("button", { name: "Pause opptaket" }).click();
  await page.waitForSelector('[data-recording="paused"]');
  caller.say(EXPERT);
  await page.waitForTimeout(3_000);
  caller.say(CALLER);
  await page.waitForTimeout(300);
  await page.getByRole("button", { name: "Ta opp igjen" }).click();
  await page.waitForSelector('[data-recording="on"]');
  await page.waitForTimeout(2_000);
  await finish(page, mine.adviser, contact);
  const [kept] = await until("the recording has ended", async () => {
    const found = await rows();
    return found.length === 1 && found[0].ended ? found : null;
  });

  const team = await logIn(LEADER, "/team");
  const line = team.page.locator(`[data-recorded="${kept.id}"]`);
  await line.getByRole("button", { name: "Spill av" }).click();
  await line.locator("audio").waitFor();
  const played = await until("it plays", () => line.locator("audio").evaluate((audio) => audio.duration > 3 && audio.duration));
  const sound = () =>
    fetch(`${linje.url}/api/v1/recordings/${kept.id}/sound`, {
      method: "POST",
      headers: { authorization: linje.bearer, "idempotency-key": randomUUID() },
    });
  const wav = Buffer.from(await (await sound()).arrayBuffer());
  const [far, near, secret] = [toneIn(wav, 0, CALLER), toneIn(wav, 1, CALLER), toneIn(wav, 0, EXPERT)];
  console.log("recording:", { played, far, near, secret });
  assert.ok(far.seconds > 4 && far.seconds < 7, `${far.seconds} s of 5 were kept`);
  assert.ok(far.rms > 3_000, "the caller is on the left");
  assert.ok(near.rms > SOFT && near.share < 0.1, "the adviser is on the right");
  assert.ok(secret.share < 0.01, "what was said in the pause is not there");

  await line.getByRole("button", { name: "Slett", exact: true }).click();
  await line.getByRole("button", { name: "Slett for godt" }).click();
  await line.getByText(/^Slettet/).waitFor();
  assert.equal((await sound()).status, 410);
  assert.deepEqual([...desk.troubles, ...team.troubles], []);
  caller.close();
  await team.context.close();
  await desk.context.close();
});
