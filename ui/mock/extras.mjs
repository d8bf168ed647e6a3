/** The mock's part beyond calls: explanations, experts, callbacks, requests, plans, hours, figures, the centre description. */
import { randomUUID } from "node:crypto";

import { CentreDescription } from "./description.mjs";
import { example, explain } from "./explain.mjs";
import { definitions, figures } from "./figures.mjs";

const EXPERTS = [
  { queue: "fag-arbeid", name: "Fagstøtte arbeid og ytelser", free: 2, waiting: 0, expected_wait_s: 0, been_there: false },
  { queue: "fag-familie", name: "Fagstøtte familie og pensjon", free: 0, waiting: 3, expected_wait_s: 140, been_there: false },
  { queue: "fag-utland", name: "Fagstøtte utland", free: 0, waiting: 0, expected_wait_s: null, been_there: true },
];
const TRANSFERS = [
  { queue: "familie", name: "Familie", free: 3, waiting: 1, expected_wait_s: 15, been_there: false },
  { queue: "annet", name: "Andre henvendelser", free: 0, waiting: 6, expected_wait_s: 95, been_there: false },
];

const ACCURACY = { count: 412, last: 500, error_p50_s: 22, error_p90_s: 95, within_p50: 0.54, within_p90: 0.88 };

const unit = (centre, id) => {
  const found = centre.units.find((each) => each.id === id);
  return found ? { id: found.id, name: found.name } : null;
};

export class Extras {
  constructor(centre) {
    this.centre = centre;
    this.requests = [];
    /** Recordings that are kept. */
    this.kept = [this.row("1", "samtale-0")];
    this.description = new CentreDescription(centre);
    this.plans = [
      {
        id: "storm", name: "Stor pågang", on: false, since: null, by: null, why: null,
        steps: [
          "Alle som ringer, hører først at det er stor pågang og hva de kan gjøre på nav.no.",
          "Menyen blir kortere: tast 1 for det som haster, tast 5 for alt annet.",
          "Pensjon og Internasjonalt tar bare imot ønske om å bli ringt opp.",
          "40 veiledere i skriftlig blir spurt om de kan ta telefon.",
        ],
        step_notes: [null, null, null, null], not_offered: 0,
        callback_only: [{ id: "pensjon", name: "Pensjon" }, { id: "internasjonalt", name: "Internasjonalt" }],
        message: "Det er stor pågang nå. Du finner svar på det meste på nettet, eller vi kan ringe deg opp.",
        asked: [{ activity: "phone", wanted: 40, unit: null }],
      },
      {
        id: "systemer-nede", name: "Fagsystemene er nede", on: false, since: null, by: null, why: null,
        steps: ["Alle hører at vi ikke kan se saker akkurat nå.", "De som ringer om egen sak, kan be om å bli ringt opp."],
        step_notes: [null, null], not_offered: 0,
        callback_only: [], message: "Vi kan ikke se saken din akkurat nå.", asked: [],
      },
    ];
    const callback = (index, queue, state, minutes, attempts = 0) => ({
      id: `ring-${index}`, queue: centre.queueName(queue), state, place: state === "pending" ? index : null,
      asked: centre.iso(centre.now() - minutes * 60_000), from: null,
      until: centre.iso(centre.now() + (index * 47 + 90) * 60_000), attempts, expected: { p50_s: 240 + index * 60, p90_s: 700 + index * 90 },
    });
    this.callbacks = [
      callback(1, "arbeid-helse", "pending", 31), callback(2, "arbeid-helse", "pending", 22, 1), callback(3, "ufore", "dialling", 44, 1),
      callback(4, "familie", "pending", 12), callback(5, "sosialhjelp", "pending", 3),
    ];
  }

  /** What the desk shows beyond the calls. */
  desk(view, adviser) {
    view.adviser.also = adviser.also ?? [];
    view.calling = { left: Math.max(0, 3 - (adviser.rung ?? 0)), per_hour: 3 };
    view.requests = this.requests.filter((each) => each.open).map((each) => this.requestView(each, adviser));
    return view;
  }

  deskContact(contact) {
    return {
      consult: contact.consult ?? null,
      called_out: contact.called_out ?? false,
      conference: contact.conference ?? false,
      listening: contact.listening ?? null,
      recording: contact.recording ?? null,
      person: contact.person ?? null,
      recordable: contact.channel === "voice",
      callback: contact.dial ? this.agreed(contact.dial) : null,
      consult_of: contact.consult_of ?? null,
      asked_by: contact.asked_by ?? null,
      due: null,
      transfers: contact.state === "active" || contact.state === "held" ? TRANSFERS : [],
      consults: contact.channel === "voice" ? EXPERTS : [],
    };
  }

  agreed(expires) {
    const until = this.centre.iso(this.centre.now() + 2 * 86_400_000);
    return { from: null, until, attempts: 1, retry_at: null, missed: null, reached: null };
  }

  requestView(request, adviser) {
    const yes = [...request.answers.values()].filter(Boolean).length;
    return {
      id: request.id, activity: request.activity, wanted: request.wanted, unit: unit(this.centre, request.unit),
      accepted: request.start.yes + yes, declined: request.start.no + request.answers.size - yes,
      at: request.at, until: request.until ?? this.centre.iso(Date.parse(request.at) + 1_800_000), by: null,
      closed_at: request.open ? null : this.centre.iso(), outcome: request.open ? null : "withdrawn", mine: (adviser && request.answers.get(adviser.id)) ?? null,
    };
  }

  tick(now) {
    for (const contact of this.centre.contacts.values()) {
      const { consult } = contact;
      if (consult && now - Date.parse(consult.since) > 900 && consult.state === "queued") this.setConsult(contact, { ...consult, state: "offered" });
      else if (consult && now - Date.parse(consult.since) > 1800 && consult.state === "offered") this.setConsult(contact, { ...consult, state: "active", answered: true });
      if (contact.state === "dialling" && now > contact.dial - 16_000) {
        contact.dial = null;
        this.centre.move(contact, "active", "callback_answered");
      }
    }
  }

  setConsult(contact, consult) {
    contact.consult = consult;
    this.centre.emitDeskOf(contact.adviser);
  }

  /** Levers: put something on an adviser's desk that in life comes by itself. */
  lever(name, body) {
    const adviser = [...this.centre.sessions.values()].at(-1)?.adviser;
    if (!adviser) return;
    if (name === "listening" || name === "said-yes" || name === "person") {
      const talking = [...this.centre.contacts.values()].find((each) => each.adviser === adviser && each.state === "active");
      if (name === "listening") talking.listening = { who: "Syntetisk Leder", since: this.centre.iso(), ...body };
      else if (name === "person") talking.person = body.level;
      else talking.recording = { state: "on", since: this.centre.iso() };
      this.centre.emitDeskOf(adviser);
      return;
    }
    if (name === "together") {
      const asked = [...this.centre.contacts.values()].find((each) => each.adviser === adviser && each.consult_of && each.state === "active");
      asked.asked_by = { ...asked.asked_by, conference: body.on };
      this.centre.emitDeskOf(adviser);
      return;
    }
    const { id } = this.centre.createContact({ channel: name === "aside" ? "message" : "voice", queue: name === "aside" ? "skriv-arbeid" : "arbeid-helse" });
    const contact = this.centre.contacts.get(id);
    Object.assign(contact, { adviser, answered: this.centre.now() });
    if (name === "aside") this.centre.move(contact, "set_aside", "contact_set_aside");
    if (name === "colleague") {
      contact.consult_of = "samtale-9";
      contact.topic = null;
      contact.asked_by = {
        adviser: { id: "K990002", name: "Kari Veileder" }, unit: { id: "ks-troms", name: "KS Troms" },
        queue: { id: "arbeid-helse", name: "Arbeid og helse" }, topic: { code: "DAG", name: "Dagpenger" }, conference: false,
      };
      this.centre.become(adviser, "busy");
      this.centre.move(contact, "active", "offer_accepted");
    }
    if (name === "dial") {
      contact.dial = this.centre.now() + (body.ms ?? 20_000);
      this.centre.become(adviser, "busy");
      this.centre.move(contact, "dialling", "callback_dialling");
    }
  }

  row(id, contact) {
    const at = this.centre.now() - (contact === "samtale-0" ? 3_600_000 : 0);
    const [begun, ended] = [this.centre.iso(at - 42_000), this.centre.iso(at)];
    return { id, contact, adviser: { id: "K990001", name: "Syntetisk Veileder" }, begun, ended, destroyed: null, destroyed_by: null };
  }

  /** The answer to a request that is one of these, else undefined. */
  answer(method, path, body, url) {
    const at = (wanted, pattern) => (method === wanted ? path.match(new RegExp(`^${pattern}$`))?.slice(1) : undefined);
    const { centre } = this;
    let found;
    if ((found = at("GET", "/contacts/([^/]+)/why"))) {
      if (found[0].startsWith("eksempel")) return { value: example((time) => centre.iso(time), centre.now(), found[0] === "eksempel-venter") };
      const contact = centre.contact(found[0]);
      return contact ? { value: explain(centre, contact) } : { status: 404 };
    }
    if (at("GET", "/contacts")) return { value: { items: [{ id: "eksempel-venter" }], next: null } };
    if ((found = at("POST", "/contacts/([^/]+)/consult"))) {
      const queue = EXPERTS.find((each) => each.queue === body.queue);
      const contact = centre.contact(found[0]);
      this.setConsult(contact, { id: randomUUID(), queue: { id: queue.queue, name: queue.name }, state: "queued", since: centre.iso(), answered: false });
      return { value: {} };
    }
    if ((found = at("POST", "/contacts/([^/]+)/consult/end"))) {
      const contact = centre.contact(found[0]);
      const { adviser } = contact;
      contact.consult = null;
      contact.conference = false;
      if (body.action === "hand_over") {
        contact.adviser = null;
        centre.become(adviser, "ready");
        centre.move(contact, "closed", "contact_handed_over");
      }
      centre.emitDeskOf(adviser);
      return { value: {} };
    }
    if ((found = at("POST", "/contacts/([^/]+)/listening/answer"))) {
      const contact = centre.contact(found[0]);
      contact.listening = body.yes ? { ...contact.listening, state: "on" } : null;
      centre.emitDeskOf(contact.adviser);
      return { status: 204 };
    }
    if ((found = at("DELETE", "/contacts/([^/]+)/listening"))) {
      const contact = centre.contact(found[0]);
      if (contact) {
        contact.listening = null;
        centre.emitDeskOf(contact.adviser);
      }
      this.asked = null;
      return { status: 204 };
    }
    if ((found = at("POST", "/contacts/([^/]+)/listening"))) {
      this.asked = { who: "Syntetisk Leder", how: body.how, state: "asked", since: centre.iso() };
      return { status: 204 };
    }
    if (at("GET", "/listening")) {
      const row = (id, name, listening) => ({
        contact: id, adviser: { id: "K990001", name }, queue: { id: "arbeid-helse", name: "Arbeid og helse" },
        answered: centre.iso(centre.now() - 200_000), listening, mine: listening !== null,
      });
      return { value: { items: [row("samtale-1", "Syntetisk Veileder", this.asked ?? null)], next: null } };
    }
    if ((found = at("POST", "/contacts/([^/]+)/recording"))) {
      const contact = centre.contact(found[0]);
      const state = { ask: "asked", pause: "paused", resume: "on" }[body.wish];
      if (body.wish === "stop" && contact.recording?.state !== "asked") this.kept.push(this.row(String(this.kept.length + 2), found[0]));
      contact.recording = state ? { state, since: centre.iso() } : null;
      centre.emitDeskOf(contact.adviser);
      return { status: 204 };
    }
    if (at("GET", "/recordings")) return { value: { items: this.kept, next: null } };
    if ((found = at("POST", "/recordings/([^/]+)/sound"))) return { text: "" };
    if ((found = at("DELETE", "/recordings/([^/]+)"))) {
      Object.assign(this.kept.find(({ id }) => id === found[0]), { destroyed: centre.iso(), destroyed_by: "K980002" });
      return { status: 204 };
    }
    if ((found = at("POST", "/contacts/([^/]+)/conference"))) {
      const contact = centre.contact(found[0]);
      contact.conference = body.joined;
      centre.emitDeskOf(contact.adviser);
      return { value: {} };
    }
    if ((found = at("POST", "/advisers/([^/]+)/calls"))) {
      const adviser = centre.adviser(found[0]);
      const figures = body.number.replace(/[ +]/g, "");
      if (figures.startsWith("82")) return problem("Dette er et betalingsnummer. Slike numre ringes aldri herfra.");
      if (!/^[0-9]{8,15}$/.test(figures)) return problem("Skriv et telefonnummer med åtte sifre, eller med landkode.");
      adviser.rung = (adviser.rung ?? 0) + 1;
      const { id } = centre.createContact({ channel: "voice", queue: body.queue ?? "arbeid-helse" });
      const contact = centre.contacts.get(id);
      Object.assign(contact, { adviser, answered: centre.now(), called_out: true, dial: centre.now() + 20_000 });
      centre.become(adviser, "busy");
      centre.move(contact, "dialling", "called_out");
      return { status: 201, value: { id } };
    }
    if ((found = at("POST", "/contacts/([^/]+)/return"))) {
      const contact = centre.contact(found[0]);
      const { adviser } = contact;
      contact.adviser = null;
      centre.move(contact, "closed", "contact_given_back");
      centre.emitDeskOf(adviser);
      return { value: {} };
    }
    if ((found = at("POST", "/advisers/([^/]+)/also"))) {
      const adviser = centre.adviser(found[0]);
      adviser.also = body.channels;
      centre.emitDeskOf(adviser);
      return { value: {} };
    }

    if (at("GET", "/requests")) return { value: { items: this.requests.map((each) => this.requestView(each)), next: null } };
    if (at("POST", "/requests")) {
      const request = { id: randomUUID(), ...body, at: centre.iso(), open: true, answers: new Map(), start: { yes: 3, no: 1 } };
      this.requests.unshift(request);
      this.toAll();
      return { value: { id: request.id }, status: 201 };
    }
    if ((found = at("POST", "/requests/([^/]+)/(answer|close)"))) {
      const request = this.requests.find((each) => each.id === found[0]);
      if (found[1] === "answer") request.answers.set(body.adviser, body.yes);
      else request.open = false;
      this.toAll();
      return { value: {} };
    }
    if (at("GET", "/plans")) return { value: { items: this.plans, next: null } };
    if ((found = at("POST", "/plans/([^/]+)/switch"))) {
      const plan = this.plans.find((each) => each.id === found[0]);
      Object.assign(plan, { on: body.on, since: centre.iso(), by: "trafikkstyrer", why: body.why });
      return { value: {} };
    }
    if (at("GET", "/callbacks")) {
      const counts = { pending: 0, dialling: 0, done: 12, failed: 1, fault: 0, cancelled: 2 };
      for (const { state } of this.callbacks) counts[state]++;
      return { value: { counts, line_out: true, oldest_until: this.callbacks[0].until, items: this.callbacks } };
    }
    if ((found = at("GET", "/queues/([^/]+)/expected-wait"))) {
      const row = centre.queueRows().find((each) => each.id === found[0]);
      return {
        value: {
          p50_s: row.expected_wait_s, p90_s: row.expected_wait_s === null ? null : Math.round(row.expected_wait_s * 2.4 + 20),
          basis: "rate", text: "de siste 15 minuttene", accuracy: ACCURACY,
        },
      };
    }
    if (at("GET", "/contacts/[^/]+/expected-wait")) return { value: { p50_s: 25, p90_s: 80, basis: "rate", text: "de siste 15 minuttene", accuracy: ACCURACY } };
    if (at("GET", "/hours/differences")) return { value: hoursPicture(centre) };
    if (at("GET", "/measures/definitions")) return { value: definitions() };
    if (at("GET", "/measures")) return { value: figures(centre, url.searchParams) };
    return this.description.answer(at, body);
  }

  toAll() {
    for (const session of this.centre.sessions.values()) this.centre.emitDesk(session);
  }
}

function hoursPicture(centre) {
  return {
    rule: "mandag–fredag 09.00–15.00, stengt på helligdager",
    items: [
      { queue: centre.queueName("internasjonalt"), rule: "mandag–fredag 09.00–15.00", here: "mandag–fredag 08.00–15.30", since: "2026-03-01", why: "Samarbeidslandene ringer tidligere på dagen." },
      { queue: centre.queueName("sentralbord"), rule: "mandag–fredag 09.00–15.00", here: "mandag–fredag 12.00–14.00", since: "2026-10-05", why: "Prøve i Bodø ut året." },
      { queue: centre.queueName("eures"), rule: "stengt på helligdager", here: "åpent på 1. mai", since: null, why: "Avtalt med de andre landene." },
    ],
  };
}

/** A refusal of a field. */
const problem = (detail) => ({ status: 422, detail });
