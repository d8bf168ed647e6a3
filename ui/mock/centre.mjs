/** The make-believe centre: queues that fill and empty by dice, ten demo advisers, calls made from the page. */
import { randomUUID } from "node:crypto";

import { Extras } from "./extras.mjs";

const START = Date.parse("2026-11-23T10:00:00+01:00");
const RING_S = 20;
const WRAP_UP_S = 30;
const MIN_QUEUE_MS = 2_500;
const SYNTHETIC_TALK_MS = 25_000;

const MAIN = { id: "hovednummer", name: "Hovednummer" };
// id, name, group, key, channel, calls per minute, how well it is staffed (1 = just)
const QUEUES = [
  ["sosialhjelp", "Sosialhjelp og kommunale tjenester", MAIN, "1", "voice", 9, 1.02],
  ["arbeid-helse", "Arbeid og helse", MAIN, "2", "voice", 24, 1.0],
  ["familie", "Familie", MAIN, "3", "voice", 8, 1.15],
  ["ufore", "Uføretrygd", MAIN, "4", "voice", 7, 1.08],
  ["annet", "Andre henvendelser", MAIN, "5", "voice", 6, 1.25],
  ["samhandler-arbeidsgiver", "Arbeidsgiver", null, null, "voice", 3, 1.3],
  ["samhandler-lege", "Lege og helsepersonell", null, null, "voice", 2, 1.4],
  ["pensjon", "Pensjon", null, null, "voice", 7, 1.05],
  ["internasjonalt", "Internasjonalt", null, null, "voice", 2, 1.1],
  ["klage", "Klageinstans", null, null, "voice", 1, 1.5],
  ["gjeld", "800 GJELD", null, null, "voice", 1.5, 1.2],
  ["eures", "EURES", null, null, "voice", 0.3, 1.8],
  ["brukerstotte", "Teknisk brukerstøtte", null, null, "voice", 3, 0.97],
  ["sentralbord", "Sentralbord", null, null, "voice", 2, 1.6],
  ["chat-foreldrepenger", "Foreldrepenger", null, null, "chat", 2, 1.2],
  ["chat-gjeld", "Gjeldsrådgivning", null, null, "chat", 0.6, 1.3],
  ["skriv-arbeid", "Skriv til oss: arbeid", null, null, "message", 2.5, 0.9],
  ["skriv-familie", "Skriv til oss: familie", null, null, "message", 1.2, 1.1],
  ["oppgave-pensjon", "Pensjonsoppgaver", null, null, "task", 0.4, 1],
];

const UNITS =
  "Troms,Finnmark,Nordland,Hedmark,Oppland,Nord-Trøndelag,Sør-Trøndelag,Buskerud,Oslo og Akershus,Møre og Romsdal,Østfold,Sogn og Fjordane,Vestfold,Hordaland,Telemark,Rogaland,Aust-Agder,Vest-Agder"
    .split(",")
    .map((name) => [name.toLowerCase().replaceAll(" ", "-").replaceAll("ø", "o"), `KS ${name}`])
    .concat([["servicesenter", "Servicesenter"], ["styringsenhet", "Styringsenheten"]]);

const NAMES = "Ada Lund,Bo Vik,Cato Nes,Dina Moe,Ella Dahl,Finn Aas,Gro Lie,Hans Berg,Ida Foss,Jon Hauge".split(",");

const NUMBERS = {
  main: "55553333",
  partner: "55553336",
  pension: "55553334",
  international: "55553335",
  appeals: "55553337",
  debt: "80045353",
  eures: "55553338",
  support: "55553339",
};
const QUEUE_OF_NUMBER = {
  partner: "samhandler-arbeidsgiver",
  pension: "pensjon",
  international: "internasjonalt",
  appeals: "klage",
  debt: "gjeld",
  eures: "eures",
  support: "brukerstotte",
};
const MENU = ["sosialhjelp", "arbeid-helse", "familie", "ufore", "annet"];

// Dice that fall the same way each time, so that a failing test can be run again.
function dice(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

export class Centre {
  constructor() {
    this.random = dice(7);
    this.started = performance.now();
    this.seq = 1000;
    this.store = { ok: true, detail: null };
    this.listeners = { traffic: new Set() };
    this.queues = QUEUES.map(([id, name, group, key, channel, perMinute, staffed]) => ({
      id, name, group, key, channel, perMinute, staffed,
      waiting: [], offered: 0, answered: 0, within: 0, abandoned: 0, minutes: [],
    }));
    this.units = UNITS.map(([id, name], index) => ({ id, name, signed_in: index === 19 ? 3 : 12 + ((index * 7) % 31) }));
    this.advisers = NAMES.map((name, index) => ({
      id: `K9900${String(index + 1).padStart(2, "0")}`,
      name, unit: { id: UNITS[index * 2][0], name: UNITS[index * 2][1] }, synthetic: false, signed_in: false, activity: null,
      state: "signed_out", not_ready_reason: null, since: this.iso(), phone: index < 2, free: true,
      serves_synthetic: false, expert: false, answered: 0, talk_s: 0,
    }));
    this.sessions = new Map();
    this.contacts = new Map();
    this.offers = new Map();
    this.calls = new Map();
    for (let second = -3600; second < 0; second++) this.step(START + second * 1000, 1);
    this.advance = START;
    this.extras = new Extras(this);
  }

  now() {
    return START + (performance.now() - this.started);
  }

  iso(at = this.now()) {
    return new Date(at + 3_600_000).toISOString().replace("Z", "+01:00");
  }

  // --- the dice ---

  step(at, seconds) {
    const minute = Math.floor(at / 60_000) * 60_000;
    for (const queue of this.queues) {
      let bucket = queue.minutes.at(-1);
      if (bucket?.at !== minute) {
        bucket = { at: minute, offered: 0, answered: 0, answered_within: 0, abandoned: 0, waiting: 0 };
        queue.minutes.push(bucket);
        if (queue.minutes.length > 60) queue.minutes.shift();
      }
      const wave = 1 + 0.35 * Math.sin(at / 420_000 + queue.perMinute);
      if (this.random() < (queue.perMinute / 60) * wave * seconds) {
        queue.waiting.push(at);
        queue.offered++;
        bucket.offered++;
      }
      const first = queue.waiting[0];
      if (first !== undefined && at - first > 3000 && this.random() < (queue.perMinute / 60) * queue.staffed * 0.72 * seconds + queue.waiting.length * seconds * 0.011 * queue.staffed ** 3) {
        queue.waiting.shift();
        queue.answered++;
        bucket.answered++;
        if (at - first <= 45_000) {
          queue.within++;
          bucket.answered_within++;
        }
      }
      if (queue.waiting.length > 0 && this.random() < queue.waiting.length * (seconds / 600)) {
        queue.waiting.splice(Math.floor(this.random() * queue.waiting.length), 1);
        queue.abandoned++;
        bucket.abandoned++;
      }
      bucket.waiting = queue.waiting.length;
    }
  }

  tick() {
    const now = this.now();
    while (this.advance < now) {
      this.step(this.advance, 0.2);
      this.advance += 200;
    }
    this.seq++;
    for (const offer of [...this.offers.values()]) if (now >= offer.expires) this.expire(offer);
    for (const contact of this.contacts.values()) this.tickContact(contact, now);
    this.extras.tick(now);
    for (const call of this.calls.values()) this.tickCall(call, now);
    this.emitTraffic(false);
    for (const session of this.sessions.values()) this.emitDesk(session, "tick");
  }

  // --- what is shown ---

  clock() {
    return {
      ...this.clockNow(),
      centre: {
        id: "national-2015",
        name: { nb: "Nasjonalt senter 2015", en: "National centre 2015" },
        version: "1",
        assumed: ["Samtaletid: 270 s i snitt", "Tålmodighet: 300 s i snitt", "Mål for avslutningsgrad per tema"],
      },
    };
  }

  clockNow() {
    return { now: this.iso(), offset_s: 3600, speed: 1, mode: "demo", population: true };
  }

  traffic() {
    const queues = this.queueRows();
    const voice = queues.filter((row) => row.channel === "voice");
    const sum = (pick) => voice.reduce((total, row) => total + pick(row), 0);
    const oldest = this.queues.filter((queue) => queue.channel === "voice").flatMap((queue) => queue.waiting[0] ?? []).sort((a, b) => a - b)[0];
    const offered = sum((row) => row.sl.offered);
    const within = sum((row) => row.sl.answered_within);
    return {
      seq: this.seq,
      at: this.iso(),
      clock: this.clockNow(),
      totals: {
        channels: ["voice"],
        waiting: sum((row) => row.waiting),
        oldest_at: oldest === undefined ? null : this.iso(oldest),
        longest_wait_s: oldest === undefined ? 0 : (this.now() - oldest) / 1000,
        expected_wait_s: 64,
        sl: this.sl(within, offered),
        abandoned: share(sum((row) => row.abandoned.count), offered),
        first_contact_end: { value: null, goal: 0.75, assumed: true },
        advisers: this.unitRows().reduce(
          (all, unit) => ({
            ready: all.ready + (unit.ready ?? 0),
            busy: all.busy + (unit.busy ?? 0),
            wrap_up: all.wrap_up + (unit.wrap_up ?? 0),
            away: all.away + (unit.away ?? 0),
          }),
          { ready: 0, busy: 0, wrap_up: 0, away: 0 },
        ),
        calls_today: offered,
        open: true,
      },
      queues,
      units: this.unitRows(),
      hour: this.hour(this.queues.filter((queue) => queue.channel === "voice")),
      store: this.store,
      recent: this.recent(),
    };
  }

  sl(within, offered) {
    return {
      value: offered === 0 ? null : within / offered,
      answered_within: within,
      offered,
      threshold_s: 45,
      goal: 0.7,
      pending: 0,
      definition: "sl_offered",
      formula: "besvart innen 45 s / alle tilbudt",
    };
  }

  queueRows() {
    const live = [...this.contacts.values()].filter((contact) => ["queued", "offered"].includes(contact.state));
    return this.queues.map((queue) => {
      const waiting = [...queue.waiting, ...live.filter((each) => each.queue === queue.id).map((each) => each.arrived)];
      const oldest = Math.min(...waiting);
      const open = queue.id !== "sentralbord";
      return {
        id: queue.id, name: queue.name, group: queue.group, key: queue.key, channel: queue.channel,
        open,
        opens_text: open ? null : "åpner kl. 12.00",
        waiting: waiting.length,
        oldest_at: waiting.length ? this.iso(oldest) : null,
        longest_wait_s: waiting.length ? (this.now() - oldest) / 1000 : 0,
        expected_wait_s: queue.id === "eures" ? null : Math.round(waiting.length * 11),
        expected_basis: "de siste 15 minuttene",
        sl: { ...this.sl(queue.within, queue.offered), threshold_s: queue.channel === "message" ? 172_800 : queue.channel === "task" ? 432_000 : 45 },
        abandoned: share(queue.abandoned, queue.offered),
        advisers: { ready: Math.floor((queue.staffed - 0.9) * 20), busy: Math.ceil(queue.perMinute * 5), wrap_up: Math.ceil(queue.perMinute / 2), away: Math.ceil(queue.perMinute * 1.4) },
        spark: queue.minutes.map((minute) => minute.waiting),
      };
    });
  }

  unitRows() {
    return this.units.map((unit, index) => {
      if (unit.signed_in < 5) return { ...unit, ready: null, busy: null, wrap_up: null, away: null };
      const ready = Math.floor(this.now() / 4000 + index * 3) % 4;
      const wrap_up = 1 + (Math.floor(this.now() / 7000 + index) % 3);
      const away = Math.floor(unit.signed_in / 5);
      return { ...unit, ready, wrap_up, away, busy: unit.signed_in - ready - wrap_up - away };
    });
  }

  hour(queues) {
    const byMinute = new Map();
    for (const queue of queues) {
      for (const minute of queue.minutes) {
        const sum = byMinute.get(minute.at) ?? { offered: 0, answered: 0, answered_within: 0, abandoned: 0, waiting: 0 };
        for (const key of Object.keys(sum)) sum[key] += minute[key];
        byMinute.set(minute.at, sum);
      }
    }
    return [...byMinute].sort(([a], [b]) => a - b).map(([at, sum]) => ({ at: this.iso(at), ...sum }));
  }

  recent() {
    return [...this.contacts.values()]
      .filter((contact) => !contact.synthetic)
      .map((contact) => ({
        seq: contact.seq, at: this.iso(contact.changed), kind: contact.state, contact: contact.id,
        queue: contact.queue, state: contact.state,
      }))
      .sort((a, b) => b.seq - a.seq)
      .slice(0, 12);
  }

  queue(id) {
    return this.queues.find((queue) => queue.id === id);
  }

  queueDetail(queue) {
    return {
      ...this.queueRows().find((row) => row.id === queue.id),
      requirement: `${queue.name}, nivå 2`,
      hours: [{ days: "mandag–fredag", from: "09.00", to: "15.00" }],
      next_change: "2026-11-23T15:00:00+01:00",
      differences: queue.id === "sosialhjelp" ? ["Nordland svarer også for Træna kommune", "max_waiting"] : ["max_waiting"],
      skills: [{ id: queue.id, name: queue.name, level: 2 }],
    };
  }

  queueHour(queue) {
    return { id: queue.id, items: this.hour([queue]) };
  }

  // --- advisers ---

  adviser(id) {
    return this.advisers.find((adviser) => adviser.id === id);
  }

  adviserView(adviser) {
    const { answered: _answered, talk_s: _talk, ...view } = adviser;
    return view;
  }

  freeAdvisers() {
    return this.advisers.filter((adviser) => adviser.free).map((adviser) => this.adviserView(adviser));
  }

  become(adviser, state, reason = null) {
    if (adviser.state !== state) adviser.since = this.iso();
    adviser.state = state;
    adviser.not_ready_reason = reason;
  }

  setActivity(adviser, activity) {
    adviser.activity = activity;
    const busy = ["busy", "wrap_up", "offered"].includes(adviser.state);
    if (!busy) this.become(adviser, activity === "phone" ? "ready" : "away");
    this.emitDeskOf(adviser);
    return this.adviserView(adviser);
  }

  session(id) {
    return this.sessions.get(id);
  }

  openDesk(adviser) {
    const session = { id: randomUUID(), adviser, listeners: new Set(), sent: "" };
    this.sessions.set(session.id, session);
    Object.assign(adviser, { free: false, signed_in: true });
    this.become(adviser, "not_ready");
    return { session: session.id, adviser: this.adviserView(adviser) };
  }

  closeDesk(session) {
    this.sessions.delete(session.id);
    const { adviser } = session;
    for (const offer of this.offers.values()) if (offer.adviser === adviser) this.decline(offer);
    Object.assign(adviser, { free: true, signed_in: false, activity: null });
    this.become(adviser, "signed_out");
  }

  serveSynthetic(session, serve) {
    session.adviser.serves_synthetic = serve;
    session.nextSynthetic = this.now() + 1500;
    this.emitDesk(session);
    return this.adviserView(session.adviser);
  }

  desk(session) {
    const { adviser } = session;
    const offer = [...this.offers.values()].find((each) => each.adviser === adviser);
    const onDesk = ["active", "held", "wrap_up", "set_aside", "dialling"];
    const served = this.queueRows().filter((row) => row.group !== null);
    const view = {
      at: this.iso(),
      seq: this.seq,
      adviser: this.adviserView(adviser),
      offer: offer ? this.offerView(offer) : null,
      contacts: [...this.contacts.values()]
        .filter((contact) => contact.adviser === adviser && onDesk.includes(contact.state))
        .map((contact) => this.deskContact(contact)),
      today: { answered: adviser.answered, mean_talk_s: adviser.answered ? adviser.talk_s / adviser.answered : null },
      queues: served.map(({ id, name, waiting, longest_wait_s }) => ({ id, name, waiting, longest_wait_s: Math.round(longest_wait_s / 15) * 15 })),
    };
    return this.extras.desk(view, adviser);
  }

  offerView(offer) {
    const { contact } = offer;
    return {
      id: offer.id, contact: contact.id, channel: contact.channel,
      queue: this.queueName(contact.queue), topic: contact.topic, caller: contact.caller, synthetic: contact.synthetic,
      waited_s: Math.round((offer.at - contact.arrived) / 1000),
      arrived: this.iso(contact.arrived), expires_at: this.iso(offer.expires), ring_s: RING_S,
      why: offer.why, callback: contact.callback ? this.extras.agreed(null) : null, consult: false,
      note: contact.callback ? "Bli ringt opp: brukeren ringes når du svarer" : null,
    };
  }

  deskContact(contact) {
    return {
      id: contact.id, state: contact.state, channel: contact.channel, queue: this.queueName(contact.queue),
      topic: contact.topic, caller: contact.caller, synthetic: contact.synthetic,
      arrived: this.iso(contact.arrived),
      answered: contact.answered ? this.iso(contact.answered) : null,
      ended: contact.ended ? this.iso(contact.ended) : null,
      wrap_up_until: contact.wrapUntil ? this.iso(contact.wrapUntil) : null,
      clock_stopped: contact.clockStopped,
      waited_s: contact.answered ? Math.round((contact.answered - contact.arrived) / 1000) : 0,
      events: contact.events,
      ...this.extras.deskContact(contact),
    };
  }

  queueName(id) {
    const queue = this.queue(id);
    return { id, name: queue?.name ?? id };
  }

  // --- contacts ---

  contact(id) {
    return this.contacts.get(id);
  }

  createContact({ channel, queue, synthetic = false, answeredBy = "me", callback = false }) {
    const contact = {
      id: randomUUID(), seq: this.seq, state: "queued", channel: channel ?? "voice", queue: queue ?? "arbeid-helse",
      topic: { code: "ARBEID", name: "Dagpenger" },
      caller: synthetic ? "Syntetisk bruker" : "Ukjent nummer",
      synthetic, answeredBy, adviser: null, arrived: this.now(), changed: this.now(), answered: null, ended: null,
      wrapUntil: null, clockStopped: false, reason: null, events: [], callback,
    };
    this.contacts.set(contact.id, contact);
    this.note(contact, "contact_arrived");
    this.note(contact, "contact_queued");
    return { id: contact.id };
  }

  note(contact, kind, why = null, detail = undefined) {
    contact.seq = ++this.seq;
    contact.changed = this.now();
    contact.events.push({ seq: contact.seq, at: this.iso(), kind, why, detail });
  }

  move(contact, state, kind, why = null, detail = undefined) {
    contact.state = state;
    this.note(contact, kind, why, detail);
    this.emitTraffic(false);
    if (contact.adviser) this.emitDeskOf(contact.adviser);
  }

  tickContact(contact, now) {
    if (contact.state === "queued" && now - contact.changed > MIN_QUEUE_MS) this.assign(contact);
    if (contact.state === "wrap_up" && !contact.clockStopped && contact.wrapUntil && now >= contact.wrapUntil) {
      this.finish(contact);
    }
    if (contact.state === "active" && contact.synthetic && now - contact.answered > 12_000) this.act(contact, "end");
  }

  assign(contact) {
    if (contact.answeredBy === "synthetic") {
      this.move(contact, "offered", "offer_made");
      contact.offeredAt = this.now();
      return;
    }
    const ready = this.advisers.find(
      (each) => each.state === "ready" && each.activity === "phone" && (!contact.synthetic || each.serves_synthetic),
    );
    if (!ready) return;
    const idle_s = Math.round((this.now() - Date.parse(ready.since)) / 1000);
    const waited_s = Math.round((this.now() - contact.arrived) / 1000);
    const minutes = `${Math.floor(waited_s / 60)}:${String(waited_s % 60).padStart(2, "0")}`;
    const why = {
      rule: "idle_longest", able: 4, idle_s, runner_up_idle_s: Math.max(0, idle_s - 12),
      waited_s, queue: contact.queue,
      text: `${this.queueName(contact.queue).name}, ventet ${minutes}, du har vært ledig lengst av 4.`,
    };
    const offer = {
      id: randomUUID(), contact, adviser: ready, at: this.now(), expires: this.now() + RING_S * 1000, why,
    };
    this.offers.set(offer.id, offer);
    this.become(ready, "offered");
    this.move(contact, "offered", "offer_made", why);
    this.emitDeskOf(ready);
  }

  offer(id) {
    return this.offers.get(id);
  }

  accept(offer) {
    const { contact, adviser } = offer;
    this.offers.delete(offer.id);
    contact.adviser = adviser;
    contact.answered = this.now();
    this.become(adviser, "busy");
    if (contact.callback) contact.dial = this.now() + RING_S * 1000;
    this.move(contact, contact.callback ? "dialling" : "active", contact.callback ? "callback_dialling" : "offer_accepted");
    return {};
  }

  decline(offer, reason = "declined") {
    this.offers.delete(offer.id);
    this.become(offer.adviser, "not_ready", reason === "expired" ? "no_answer" : "declined");
    this.move(offer.contact, "queued", "offer_ended", null, reason);
    this.emitDeskOf(offer.adviser);
    return {};
  }

  expire(offer) {
    this.decline(offer, "expired");
  }

  act(contact, action, body) {
    if (action === "hold") this.move(contact, "held", "contact_held");
    if (action === "resume") this.move(contact, "active", "contact_resumed");
    if (action === "end") this.endTalk(contact, "served");
    if (action === "transfer") {
      const { adviser } = contact;
      contact.queue = body.queue;
      contact.adviser = null;
      this.become(adviser, "ready");
      this.move(contact, "queued", "contact_transferred");
      this.emitDeskOf(adviser);
    }
    return {};
  }

  endTalk(contact, reason) {
    const { adviser } = contact;
    contact.ended = this.now();
    contact.reason = reason;
    if (!adviser || !["active", "held"].includes(contact.state)) {
      for (const offer of [...this.offers.values()]) {
        if (offer.contact !== contact) continue;
        this.offers.delete(offer.id);
        this.become(offer.adviser, "ready");
        this.emitDeskOf(offer.adviser);
      }
      this.move(contact, "closed", "contact_closed", null, reason);
      return;
    }
    adviser.answered++;
    adviser.talk_s += (contact.ended - contact.answered) / 1000;
    contact.wrapUntil = this.now() + WRAP_UP_S * 1000;
    this.become(adviser, "wrap_up");
    this.move(contact, "wrap_up", "contact_ended", null, "adviser");
  }

  finish(contact) {
    const { adviser } = contact;
    this.move(contact, "closed", "contact_closed", null, contact.reason);
    this.become(adviser, adviser.activity === "phone" ? "ready" : "away");
    this.emitDeskOf(adviser);
  }

  wrapUp(adviser, { done, extend_s, stop_clock }) {
    const contact = [...this.contacts.values()].find((each) => each.adviser === adviser && each.state === "wrap_up");
    if (contact && done) this.finish(contact);
    if (contact && extend_s) contact.wrapUntil += extend_s * 1000;
    if (contact && stop_clock) contact.clockStopped = true;
    this.emitDeskOf(adviser);
    return this.adviserView(adviser);
  }

  // --- calls from the page ---

  demo() {
    return {
      numbers: NUMBERS,
      sip: "127.0.0.1:5060",
      phones: this.advisers.map(({ id }, index) => ({ adviser: id, user: id, password: `mock-${1234 + index * 77}` })),
      advisers_free: this.freeAdvisers(),
    };
  }

  call(id) {
    return this.calls.get(id);
  }

  ring({ number, answered_by }) {
    const call = {
      id: randomUUID(), number, answeredBy: answered_by, state: "ringing", at: this.now(), contact: null,
      playing: null, playSeq: 0, reason: null, listeners: new Set(), sent: "",
    };
    this.calls.set(call.id, call);
    return { id: call.id };
  }

  say(call, prompts, music = false) {
    call.playSeq++;
    call.playing = {
      seq: call.playSeq,
      items: prompts.map(([prompt, text]) => ({ prompt, url: `/api/v1/prompts/${prompt}.wav?lang=nb`, text })),
      music,
    };
  }

  tickCall(call, now) {
    const before = call.state;
    if (call.state === "ringing" && now - call.at > 700) {
      if (call.number === "main") {
        call.state = "menu";
        this.say(call, [
          ["welcome", "Velkommen til Linje. Dette er en demo med syntetiske personer."],
          ["main-menu", "For sosialhjelp, tast 1. For arbeid og helse, tast 2. For familie, tast 3. For uføretrygd, tast 4. For annet, tast 5."],
        ]);
      } else this.enqueue(call, QUEUE_OF_NUMBER[call.number] ?? "annet");
    }
    const contact = call.contact && this.contacts.get(call.contact);
    if (contact) {
      if (contact.state === "offered" && contact.answeredBy === "synthetic" && now - contact.offeredAt > 1500) {
        contact.answered = now;
        this.move(contact, "active", "offer_accepted");
      }
      if (contact.state === "active" && contact.answeredBy === "synthetic" && now - contact.answered > SYNTHETIC_TALK_MS) {
        this.endTalk(contact, "served");
      }
      call.state = contact.state;
      if (["active", "held", "wrap_up", "closed"].includes(call.state) && !["active", "held", "wrap_up", "closed"].includes(before)) call.playing = null;
      if (call.state === "held" && before === "active") this.say(call, [], true);
      if (call.state === "active" && before === "held") call.playing = null;
      if (["wrap_up", "closed"].includes(call.state)) call.reason = contact.reason;
    }
    this.emitCall(call);
  }

  enqueue(call, queue) {
    call.contact = this.createContact({ channel: "voice", queue, answeredBy: call.answeredBy }).id;
    call.state = "queued";
    this.say(
      call,
      [
        ["queue-joined", `Du er satt i kø for ${this.queueName(queue).name}.`],
        ["queue-position", "Du er nummer to i køen. Forventet ventetid er under ett minutt."],
      ],
      true,
    );
  }

  press(call, key) {
    if (call.state === "menu") {
      const queue = MENU[Number(key) - 1];
      if (queue) this.enqueue(call, queue);
      else this.say(call, [["wrong-key", "Det valget finnes ikke. Prøv igjen."]]);
    }
    const contact = call.contact && this.contacts.get(call.contact);
    if (contact?.recording?.state === "asked" && key === "1") {
      contact.recording = { state: "on", since: this.iso() };
      this.emitDeskOf(contact.adviser);
    }
    if (contact?.state === "queued" && key === "1") {
      contact.reason = "callback";
      this.move(contact, "closed", "callback_asked");
    }
    this.emitCall(call);
    return {};
  }

  hangUp(call) {
    const contact = call.contact && this.contacts.get(call.contact);
    if (contact && contact.state !== "closed") this.endTalk(contact, contact.answered ? "served" : "abandoned");
    call.state = "closed";
    call.reason = contact?.reason ?? "abandoned";
    call.playing = null;
    this.emitCall(call);
    this.calls.delete(call.id);
  }

  callView(call) {
    const contact = call.contact && this.contacts.get(call.contact);
    const waiting = contact && ["queued", "offered"].includes(contact.state);
    return {
      at: this.iso(), seq: this.seq, id: call.id, contact: call.contact, state: call.state, reason: call.reason,
      playing: call.playing,
      keys: call.state === "queued" ? [{ key: "1", label: "Bli ringt opp" }] : call.state === "menu" ? MENU.map((id, index) => ({ key: String(index + 1), label: this.queueName(id).name })) : [],
      language: "nb",
      position: waiting ? 1 + (this.now() - contact.arrived < 2000 ? 1 : 0) : null,
      expected_wait_s: waiting ? 20 : null,
      waited_s: contact ? Math.round(((contact.answered ?? contact.ended ?? this.now()) - contact.arrived) / 1000) : null,
      answered_by: contact?.answered ? (contact.adviser?.name ?? "Kari Syntetisk") : null,
      recording: contact?.recording?.state ?? null,
      synthetic: call.answeredBy === "synthetic",
    };
  }

  // --- streams ---

  onTraffic(send) {
    this.listeners.traffic.add(send);
    return () => this.listeners.traffic.delete(send);
  }

  emitTraffic(all) {
    if (this.listeners.traffic.size === 0) return;
    const view = this.traffic();
    if (all) {
      for (const send of this.listeners.traffic) send("snapshot", view);
      return;
    }
    const changed = (rows, key) => {
      const before = this.sentRows?.[key] ?? new Map();
      const now = new Map(rows.map((row) => [row.id ?? row.at, JSON.stringify({ ...row, longest_wait_s: 0 })]));
      this.sentRows = { ...this.sentRows, [key]: now };
      return rows.filter((row) => before.get(row.id ?? row.at) !== now.get(row.id ?? row.at));
    };
    const change = {
      seq: view.seq, at: view.at, totals: view.totals,
      queues: changed(view.queues, "queues"), units: changed(view.units, "units"), hour: changed(view.hour, "hour"),
      recent: view.recent,
    };
    for (const send of this.listeners.traffic) send("change", change);
  }

  onDesk(session, send) {
    session.listeners.add(send);
    return () => session.listeners.delete(send);
  }

  emitDeskOf(adviser) {
    for (const session of this.sessions.values()) if (session.adviser === adviser) this.emitDesk(session);
  }

  emitDesk(session) {
    this.maybeOfferSynthetic(session);
    const view = this.desk(session);
    const shown = JSON.stringify({ ...view, at: 0, seq: 0 });
    if (shown === session.sent) return;
    session.sent = shown;
    for (const send of session.listeners) send("desk", view);
  }

  maybeOfferSynthetic(session) {
    const { adviser } = session;
    if (!adviser.serves_synthetic || adviser.state !== "ready" || this.now() < (session.nextSynthetic ?? 0)) return;
    session.nextSynthetic = this.now() + 15_000;
    this.createContact({ queue: "familie", synthetic: true });
  }

  onCall(call, send) {
    call.listeners.add(send);
    return () => call.listeners.delete(send);
  }

  emitCall(call) {
    const view = this.callView(call);
    const shown = JSON.stringify({ ...view, at: 0, seq: 0 });
    if (shown === call.sent) return;
    call.sent = shown;
    for (const send of call.listeners) send("call", view);
  }
}

function share(count, offered) {
  return { count, share: offered === 0 ? null : count / offered, offered };
}
