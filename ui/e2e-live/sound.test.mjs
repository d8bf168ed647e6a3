/**
 * Real sound: callers in a browser, at a SIP telephone and with baresip; an adviser who answers in Chromium by
 * keyboard. What is heard is measured at both ends (getStats in the pages, RMS and tone at the telephones).
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
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
/** RMS of a tone of amplitude 8000 is 5657; the beep of the browser is on for a part of each second. */
const LOUD = 1_500;
const SOFT = 200;

let linje;
let browser;

before(async () => {
  linje = await startLinje();
  browser = await startBrowser([
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
  ]);
});

after(async () => {
  await browser?.close();
  await linje?.close();
});

const { logIn, openDesk, takesNoMore, adviser } = headsets(() => ({ linje, browser }));

/** What the page's live connection has heard and said until now. */
function figures(page) {
  return page.evaluate(async () => {
    const peer = window.peers.findLast((each) => each.connectionState === "connected");
    if (!peer) return null;
    const told = {};
    const report = await peer.getStats();
    report.forEach((entry) => {
      if (entry.type === "inbound-rtp") {
        Object.assign(told, {
          received: entry.packetsReceived,
          lost: entry.packetsLost,
          level: entry.audioLevel ?? 0,
          energy: entry.totalAudioEnergy ?? 0,
          codec: report.get(entry.codecId)?.mimeType,
        });
      }
      if (entry.type === "outbound-rtp") told.sent = entry.packetsSent;
    });
    return told;
  });
}

/** Waits until the page has heard so much more sound; gives the figures. */
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

async function onlyOpen() {
  const list = await linje.api("GET", "/contacts?limit=50");
  return list.items.find((item) => item.consult_of == null && !["closed", "wrap_up"].includes(item.state));
}

const stateIs = (id, state) =>
  until(`the contact is ${state}`, async () => (await linje.api("GET", `/contacts/${id}`)).state === state);

/** Notes in the page when Enter is pressed and when sound comes first. */
function watchFirstSound(page) {
  return page.evaluate(() => {
    window.first = new Promise((resolve) => {
      window.addEventListener(
        "keydown",
        ({ key }) => {
          if (key !== "Enter") return;
          const pressed = performance.now();
          const look = async () => {
            for (const peer of window.peers) {
              if (peer.connectionState !== "connected") continue;
              for (const entry of (await peer.getStats()).values()) {
                if (entry.type === "inbound-rtp" && (entry.audioLevel ?? 0) > 0.01) {
                  return resolve(performance.now() - pressed);
                }
              }
            }
            setTimeout(look, 5);
          };
          void look();
        },
        { capture: true, once: true },
      );
    });
  });
}

test("a telephone calls, Chromium answers by keyboard: hold, an expert is asked and taken back, keys, end", async () => {
  const [mine, theirs] = linje.ready.phones;
  const desk = await openDesk(mine.adviser);
  const { page } = desk;

  const caller = await Phone.open(linje.sip);
  caller.say(CALLER);
  await caller.call(linje.ready.numbers.main);
  await caller.press("2");
  await page.waitForSelector("[data-offer]");
  await page.waitForSelector('.softphone[data-line="ringing"]');
  const contact = (await onlyOpen()).id;
  await until("sound is there before the answer", async () => (await figures(page)) !== null);
  await watchFirstSound(page);
  // The first moments of an offer take no key, so that nobody answers by accident.
  await page.waitForTimeout(1_000);
  await page.keyboard.press("Enter");
  const first_ms = await page.evaluate(() => window.first);
  console.log(`answer to first sound: ${Math.round(first_ms)} ms`);
  assert.ok(first_ms <= 3_000, `the adviser hears after ${first_ms} ms`);
  await stateIs(contact, "active");
  await page.waitForSelector('.softphone[data-line="talking"]');

  const told = await hears(page, "the adviser hears the caller");
  const heard = await ear(caller, CALLER);
  console.log("both ways:", { ...told, callerHears: Math.round(heard.rms) });
  assert.equal(told.codec, "audio/PCMA");
  assert.equal(told.lost, 0);
  assert.ok(heard.rms > SOFT, `the caller hears the adviser's beep (RMS ${heard.rms})`);
  assert.ok(heard.share < 0.5, "and not themselves");

  // Mute, and keys that the caller's telephone hears as events.
  await page.getByRole("button", { name: "Demp" }).click();
  const muted = await ear(caller, CALLER);
  assert.ok(muted.rms < 50, `muted, the caller hears RMS ${muted.rms}`);
  await page.getByRole("button", { name: "Slå på mikrofonen" }).click();
  await page.getByRole("button", { name: "Taster" }).click();
  await page.locator(".softphone .key", { hasText: "5" }).click();
  await page.locator(".softphone .key", { hasText: "#" }).click();
  await until("the keys are heard", () => caller.keys === "5#");
  await page.getByRole("button", { name: "Taster" }).click();

  await page.getByRole("button", { name: /på vent/i }).click();
  await stateIs(contact, "held");
  await page.waitForSelector('.softphone[data-line="held"]');
  const music = await ear(caller, CALLER);
  const quiet = await figures(page);
  assert.ok(music.rms > 100, `the caller hears music (RMS ${music.rms})`);
  await page.waitForTimeout(500);
  assert.ok((await figures(page)).energy - quiet.energy < 0.0005, "the adviser hears nothing");
  await page.locator(".call__buttons button").first().click();
  await stateIs(contact, "active");
  await hears(page, "the adviser hears the caller again");

  // An expert at a SIP telephone.
  const expert = await Phone.open(linje.sip);
  expert.say(EXPERT);
  const rung = expert.rung();
  await expert.register(theirs);
  await until("the expert is ready", async () => (await adviser(theirs.adviser)).state === "ready");
  const targets = await linje.api("GET", `/contacts/${contact}/consults`);
  const target = (targets.items ?? targets)[0].queue;
  await page.getByRole("button", { name: /konsulter|spør/i }).first().click();
  await page.locator(`.consult__choices input[value="${target}"]`).check();
  await page.locator("form.transfer button[type=submit]").click();
  expert.answer(await rung);
  await page.waitForSelector('[data-consult="active"]');
  await hears(page, "the adviser hears the expert");
  const asked = await ear(expert, EXPERT);
  assert.ok(asked.rms > SOFT, `the expert hears the adviser (RMS ${asked.rms})`);
  const waiting = await ear(caller, EXPERT);
  assert.ok(waiting.rms > 100 && waiting.share < 0.3, "the caller hears music and not the expert");
  await page.getByRole("button", { name: /ta .*tilbake/i }).click();
  await stateIs(contact, "active");
  await hears(page, "the adviser hears the caller after the expert");
  assert.ok((await ear(caller, CALLER)).rms > SOFT, "and is heard");

  await page.getByRole("button", { name: /avslutt/i }).first().click();
  await stateIs(contact, "wrap_up");
  await page.waitForSelector('.softphone[data-line="none"]');
  await linje.api("POST", `/advisers/${mine.adviser}/wrap-up`, { done: true });
  await stateIs(contact, "closed");
  assert.deepEqual(desk.troubles, []);
  caller.close();
  expert.close();
  for (const { adviser } of [mine, theirs]) await takesNoMore(adviser);
  await desk.context.close();
});

test("a page calls and is answered in a page: both are heard, a reload goes on, a second tab takes the sound", async () => {
  const mine = linje.ready.phones[2];
  const desk = await openDesk(mine.adviser);
  const { page } = desk;
  const demo = await logIn(linje.ready.phones[5].adviser, "/demo");
  const citizen = demo.page;
  await citizen.getByRole("radio", { name: /jeg|meg|selv/i }).check();
  await citizen.locator(".dialler button").last().click();
  await citizen.waitForSelector('[data-sound="on"]');
  await citizen.waitForSelector('.call-status[data-state="menu"]');
  assert.ok((await citizen.locator(".said__line").first().textContent()).length > 10, "the prompt is shown as text");
  await hears(citizen, "the citizen hears the menu");
  await citizen.locator(".key").filter({ hasText: /^2$/ }).click();
  await page.waitForSelector("[data-offer]");
  await page.waitForTimeout(1_000);
  await page.keyboard.press("Enter");
  await page.waitForSelector('.softphone[data-line="talking"]');
  await citizen.waitForSelector('.call-status[data-state="active"]');
  const atDesk = await hears(page, "the adviser hears the citizen");
  const atHome = await hears(citizen, "the citizen hears the adviser");
  console.log("page to page:", { atDesk, atHome });
  assert.equal(atDesk.lost + atHome.lost, 0);

  const reloaded = performance.now();
  await page.reload();
  await page.waitForSelector('.softphone[data-line="talking"]');
  await until("the sound is back", async () => ((await figures(page))?.received ?? 0) > 5);
  const back_ms = performance.now() - reloaded;
  console.log(`reload to sound: ${Math.round(back_ms)} ms`);
  assert.ok(back_ms < 10_000, `sound came back after ${back_ms} ms`);
  await hears(page, "the adviser hears the citizen after the reload");
  await hears(citizen, "the citizen hears the adviser after the reload");

  const second = await desk.context.newPage();
  await second.addInitScript((session) => sessionStorage.setItem("linje.desk", session), await page.evaluate(() => sessionStorage.getItem("linje.desk")));
  await second.goto(`${linje.url}/desk`);
  await second.waitForSelector('.softphone[data-line="talking"]');
  await page.waitForSelector('.softphone[data-state="elsewhere"]');
  await hears(second, "the second tab has the sound");
  await page.getByRole("button", { name: "Ta telefonen her" }).click();
  await page.waitForSelector('.softphone[data-line="talking"]');
  await second.waitForSelector('.softphone[data-state="elsewhere"]');
  await hears(page, "the first tab has it again");
  await second.close();

  await citizen.locator(".dialler button").last().click();
  await page.waitForSelector('.softphone[data-line="none"]');
  await linje.api("POST", `/advisers/${mine.adviser}/wrap-up`, { done: true });
  assert.deepEqual([...desk.troubles, ...demo.troubles], []);
  await takesNoMore(mine.adviser);
  await demo.context.close();
  await desk.context.close();
});

test("baresip calls and hears the adviser in Chromium", { skip: !hasBaresip() && "baresip is not installed" }, async () => {
  const mine = linje.ready.phones[3];
  const desk = await openDesk(mine.adviser);
  const caller = await baresip();
  try {
    caller.tell("dial", `sip:${linje.ready.numbers.main}@${linje.sip}`);
    await until("the menu answers", async () => (await onlyOpen())?.state === "in_ivr");
    caller.tell("sndcode", "2");
    await desk.page.waitForSelector("[data-offer]", { timeout: 20_000 });
    await desk.page.waitForTimeout(1_000);
    await desk.page.keyboard.press("Enter");
    await desk.page.waitForSelector('.softphone[data-line="talking"]');
    const told = await hears(desk.page, "the adviser hears baresip");
    await desk.page.waitForTimeout(2_500);
    await desk.page.getByRole("button", { name: /avslutt/i }).first().click();
    await desk.page.waitForSelector('.softphone[data-line="none"]');
    const heard = await caller.heard();
    console.log("baresip:", { ...told, baresipHeard: Math.round(heard) });
    assert.ok(heard > SOFT, `baresip heard RMS ${heard} at its loudest`);
    await linje.api("POST", `/advisers/${mine.adviser}/wrap-up`, { done: true });
  } finally {
    await takesNoMore(mine.adviser);
    await caller.close();
    await desk.context.close();
  }
});

test("a softphone is its adviser's own, and dies with the log-in", async () => {
  const mine = linje.ready.phones[4];
  const desk = await openDesk(mine.adviser);
  const session = await desk.page.evaluate(() => sessionStorage.getItem("linje.desk"));
  const refused = async (headers) => {
    const reply = await fetch(`${linje.url}/api/v1/desk/sessions/${session}/phone`, {
      headers: { ...headers, "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" },
    });
    return reply.status;
  };
  assert.equal(await refused({}), 401, "nobody in particular");
  assert.equal(await refused({ origin: "https://evil.example" }), 403, "a foreign page");
  const began = performance.now();
  await desk.page.evaluate(() => fetch("/api/v1/session", { method: "DELETE" }));
  await desk.page.waitForSelector('.softphone:not([data-state="ready"])', { timeout: 5_000 });
  console.log(`log-out to a dead softphone: ${Math.round(performance.now() - began)} ms`);
  await desk.context.close();
});

function hasBaresip() {
  return spawnSync("which", ["baresip"]).status === 0;
}

/** A telephone of another make that says a tone and keeps what it hears. */
async function baresip() {
  const folder = mkdtempSync(join(tmpdir(), "linje-baresip-"));
  const [control, sip] = [await freePort(), await freePort()];
  const said = join(folder, "said.wav");
  writeFileSync(said, wav(toneOf(CALLER, 60)));
  writeFileSync(
    join(folder, "config"),
    [
      "poll_method epoll",
      "call_max_calls 1",
      `sip_listen 127.0.0.1:${sip}`,
      "net_interface 127.0.0.1",
      `audio_path ${folder}`,
      `audio_player aufile,${join(folder, "player.wav")}`,
      `audio_source aufile,${said}`,
      `audio_alert aufile,${join(folder, "alert.wav")}`,
      "ausrc_srate 8000",
      "auplay_srate 8000",
      "ausrc_channels 1",
      "auplay_channels 1",
      "audio_txmode poll",
      "audio_level no",
      "audio_buffer 20-160",
      "rtp_timeout 0",
      "module_path /usr/lib/baresip/modules",
      "module g711.so",
      "module aufile.so",
      "module sndfile.so",
      `snd_path ${folder}`,
      "module_tmp account.so",
      "module_app menu.so",
      "module_app ctrl_tcp.so",
      `ctrl_tcp_listen 127.0.0.1:${control}`,
      "",
    ].join("\n"),
  );
  writeFileSync(join(folder, "accounts"), `<sip:22334455@${linje.sip}>;regint=0;audio_codecs=PCMA/8000/1\n`);
  writeFileSync(join(folder, "contacts"), "");
  const child = spawn("baresip", ["-f", folder], { cwd: folder, stdio: "ignore" });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const socket = await until("baresip listens", () => connected(control));
  return {
    tell(command, params) {
      const text = JSON.stringify({ command, params, token: "t" });
      socket.write(`${Buffer.byteLength(text)}:${text},`);
    },
    /** RMS of the loudest second that it heard. */
    async heard() {
      const files = readdirSync(folder).filter((name) => /-dec\.wav$/.test(name));
      return Math.max(0, ...files.map((name) => loudest(readFileSync(join(folder, name)))));
    },
    async close() {
      socket.destroy();
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 3_000);
      await gone;
      clearTimeout(late);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort() {
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function connected(port) {
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1");
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(null));
  });
}

function toneOf(hertz, seconds) {
  return Int16Array.from({ length: 8_000 * seconds }, (_, n) => 8_000 * Math.sin((2 * Math.PI * hertz * n) / 8_000));
}

function wav(samples) {
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer)]);
}

function loudest(file) {
  const samples = new Int16Array(file.buffer, file.byteOffset + 44, (file.length - 44) >> 1);
  let best = 0;
  for (let start = 0; start + 8_000 <= samples.length; start += 4_000) {
    const power = samples.subarray(start, start + 8_000).reduce((sum, sample) => sum + sample * sample, 0) / 8_000;
    best = Math.max(best, Math.sqrt(power));
  }
  return best;
}
