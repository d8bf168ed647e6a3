/** The mock's people: one life with everything in it, whatever number is asked for. Nothing here is a rule. */
const PAYMENTS = [
  { date: "2026-12-18", topic: "PEN", title: "Alderspensjon", from: "2026-12-01", to: "2026-12-31", gross_ore: 2_450_000, tax_ore: 441_000, net_ore: 2_009_000, state: "planned" },
  { date: "2026-11-20", topic: "PEN", title: "Alderspensjon", from: "2026-11-01", to: "2026-11-30", gross_ore: 2_450_050, tax_ore: 441_000, net_ore: 2_009_050, state: "paid" },
];
const CASES = [
  {
    id: "140000107", topic: "HJE", state: "in_progress", opened: "2026-10-12", changed: "2026-11-02", expected: "2026-12-18",
    documents: [{ id: "1", title: "Søknad om rullator", kind: "in", date: "2026-10-12" }],
  },
];
const TOPICS = [{ code: "PEN", name: "Pensjon" }, { code: "HJE", name: "Hjelpemidler" }];
const NEVER = "00000000000";
/** Whoever gave the caller a power of attorney. */
const WARD = "01820190080";

export class People {
  constructor() {
    this.name = "Blid Fjellkopp";
    this.failed = [];
    this.hint = { level: null, number_of: 1, phone_barred: false, safety_measure: false, must_be_handed_over: false };
    this.level = null;
    /** Whom each contact is about, and how sure it is. */
    this.links = new Map();
    this.erased = [];
    this.safety = [];
    /** Names of children, many at once. */
    this.children = null;
  }

  /** What a test wants of the next person. */
  lever(change) {
    Object.assign(this, change);
    // Whom a contact is about has become surer for every contact there is.
    if (change.level) for (const link of this.links.values()) link.level = change.level;
  }

  answer(method, path, body, Problem) {
    const at = (wanted, pattern) => (method === wanted ? path.match(new RegExp(`^${pattern}$`))?.slice(1) : undefined);
    let found;
    if (at("GET", "/demo/people")) return { items: [{ fnr: "15838510075", name: this.name, phone: "90000001", about: "Har alt" }], next: null };
    if ((found = at("GET", "/contacts/([^/]+)/person"))) return { ...this.hint, level: this.links.get(found[0])?.level ?? this.hint.level };
    if ((found = at("POST", "/contacts/([^/]+)/person"))) {
      const link = { fnr: body.fnr ?? "15838510075", level: body.level };
      this.links.set(found[0], link);
      return link;
    }
    if ((found = at("POST", "/contacts/([^/]+)/person/level"))) {
      const link = this.links.get(found[0]);
      return { level: link?.fnr === body.fnr ? link.level : null };
    }
    if (at("POST", "/contacts/[^/]+/person/questions")) {
      return {
        wanted: 2,
        questions: [
          { number: 0, kind: "address", answer: "Prøvestien 7, 8006 Bodø" },
          { number: 1, kind: "account", answer: "5678" },
          { number: 2, kind: "children", answer: "Lun Fjellkopp" },
        ],
      };
    }
    if (at("POST", "/persons/open")) {
      if (body.fnr === NEVER) throw new Problem(404, "Ingen person å vise", "Ingen du kan åpne, har dette nummeret.");
      if (body.represented && body.fnr !== WARD) throw new Problem(404, "Ingen person å vise", "Er nummeret lest riktig? Da må henvendelsen tas av en annen – sett over. Si ikke hvorfor.");
      return this.person({ ...body, fnr: body.fnr ?? this.links.get(body.contact)?.fnr });
    }
    const tab = at("POST", "/persons/tabs/([a-z_]+)");
    if (tab) return this.tab(tab[0]);
    if (at("POST", "/persons/search")) {
      return { people: [{ fnr: "15838510075", name: this.name, born: "1985-03-15", place: "Bodø" }], more: false };
    }
    if (at("POST", "/organisations/open")) {
      return { number: body.orgnr, name: "Granlampe AS", form: "AS", industry: "Bygg og anlegg", address: null, employees: 12, closed: null };
    }
    if (at("GET", "/access/readings")) return { items: READINGS, next: null };
    if (at("GET", "/access/patterns")) return { items: PATTERNS, next: null };
    if (at("GET", "/access/chain")) return { rows: 2, head: "ab", ok: true, first_bad: null };
    if (at("POST", "/access/whose")) return { whom: "0123456789abcdef0123456789abcdef" };
    if (at("GET", "/access/erasures")) return { items: this.erased, next: null };
    if (at("POST", "/access/erase")) {
      if (body.fnr !== body.again) throw new Problem(422, "Noe i innholdet stemmer ikke", "Numrene er ikke like.");
      const receipt = {
        at: "2026-11-23T10:30:00+01:00", by: "K990001", whom: "0123456789abcdef0123456789abcdef",
        notes: 3, drafts: 1, promises: 2, counted: 1, contacts: 4, reasons: 4,
        kept: [{ what: "Innsynsloggen", why: "Må kunne kontrolleres." }, { what: "Saker og oppgaver", why: "Er arkivpliktige." }],
      };
      this.erased = [receipt, ...this.erased];
      return receipt;
    }
    if (at("GET", "/control-measures")) return { items: MEASURES, next: null };
    return undefined;
  }

  person(body) {
    return {
      person: {
        id: body.fnr, name: body.represented ? "Lun Steinvik" : this.name, surname: "Fjellkopp", born: "1985-03-15", sex: "woman", status: "resident",
        citizenship: ["NOR"], civil: "married", protection: "open", shielded: false, died: null,
        addresses: [{ kind: "home", line: "Prøvestien 7", post_code: "8006", place: "Bodø", country: null, from: "2020-01-01" }],
        relations: this.children?.map((name, place) => ({ kind: "child", person: String(place), name, born: null, same_address: null })) ?? [
          { kind: "spouse", person: "01820190080", name: "Rask Fjellkopp", born: "1984-02-01", same_address: true },
          { kind: "child", person: null, name: null, born: null, same_address: null },
        ],
        guardians: [{ name: "Trygg Havkurv", scope: "Økonomiske forhold" }],
        safety: this.safety, interpreter: { speech: "pl", sign: null },
        phones: [{ number: "+4759000011", priority: 1 }],
        account: { number: "99991234567", changed: "2025-04-14", changed_by: "Bruker" },
        municipality: "1804", abroad: false,
      },
      age: 41,
      tags: [...(this.safety.length > 0 ? ["safety_measure"] : []), "possibly_digital", "guardianship", "speech_interpreter", "power_of_attorney"],
      warnings: this.safety,
      phone_barred: this.safety.some((measure) => measure.kind === "TFUS"),
      preferences: {
        active: true, can_be_notified: false, reserved: false, language: "nn", email: "person@example.com",
        email_verified: "2024-11-02", mobile: "+4759000011", mobile_verified: "2024-11-02", level: "possibly_digital",
      },
      powers: {
        given: [{ giver: body.fnr, holder: "01820190080", other_name: "Rask Fjellkopp", areas: [["PEN", ["LES", "KOMMUNISER"]]], from: "2025-01-15", until: null }],
        held: body.represented ? [] : [{ giver: WARD, holder: body.fnr, other_name: "Lun Steinvik", areas: [["PEN", ["LES", "KOMMUNISER"]], ["HJE", ["SKRIV"]]], from: "2025-01-15", until: null }],
      },
      represented: body.represented
        ? {
            by: "power", name: this.name, scope: null, tabs: ["overview", "payments", "benefits", "cases"],
            areas: [
              { topic: TOPICS[0], actions: ["LES", "KOMMUNISER"], heard: true },
              { topic: TOPICS[1], actions: ["SKRIV"], heard: false },
            ],
          }
        : null,
      office: { number: "1804", name: "Lokalkontoret Bodø", open: [], visit: null },
      level: this.links.get(body.contact)?.level ?? this.level,
      failed: [],
    };
  }

  tab(tab) {
    const all = {
      benefits: [{ topic: "PEN", title: "Alderspensjon", state: "running", from: "2022-04-01", until: null, percent: null }],
      cases: CASES,
      payments: PAYMENTS,
      follow_up: { active: true, group: "STANDARD_INNSATS", office: null, job_seeker_since: "2026-06-01", next_report: "2026-11-29", contracts: [{ title: "Aktivitetsplan", from: "2026-06-01", until: null }] },
      notices: [{ date: "2026-11-12", title: "Du har fått et brev om alderspensjon", channel: "email", opened: null }],
      tasks: [{ id: "1", topic: "PEN", kind: "KONT_BRUK", priority: "NORM", status: "open", unit: "4803", text: "Ring", due: "2026-11-25", made: "2026-11-23T10:00:00+01:00", made_by: "K990001", finished: null, outcome: null }],
      contacts: [{ id: "c1", at: "2026-11-16T10:12:00+01:00", level: "questions", state: "closed", channel: "voice", topic: "PEN", unit: "KS Nordland" }],
    };
    const shown = {
      overview: ["benefits", "cases", "payments", "tasks", "contacts"],
      communication: ["tasks", "contacts"],
    }[tab] ?? [tab];
    const content = { benefits: null, cases: null, payments: null, follow_up: null, notices: null, tasks: null, contacts: null, failed: [], topics: TOPICS };
    for (const part of shown) {
      const failed = this.failed.find(({ register }) => register === part);
      if (failed) content.failed.push(failed);
      else content[part] = all[part];
    }
    return content;
  }
}

const READINGS = [
  { id: 3, at: "2026-11-23T22:40:00+01:00", who: "bruker-1", unit: null, whom: "0123456789abcdef0123456789abcdef", what: "notes", ground: "self", contact: null, reason: null, permit: true, code: null, signs: [] },
  { id: 2, at: "2026-11-23T22:12:00+01:00", who: "K100007", unit: "KS Troms", whom: "0123456789abcdef0123456789abcdef", what: "payments", ground: "reason", contact: null, reason: "Sjekket om utbetalingen var sendt", permit: true, code: null, signs: ["at_night", "no_contact"] },
  { id: 1, at: "2026-11-23T10:12:00+01:00", who: "K100003", unit: "KS Nordland", whom: "0123456789abcdef0123456789abcdef", what: "header", ground: "contact", contact: "abc", reason: null, permit: false, code: "AVVIST_HABILITET", signs: [] },
];
const PATTERNS = [
  { who: "K100007", unit: "KS Troms", readings: 41, people: 37, without_contact: 33, same_name: 2, employees: 0, at_night: 4, overridden: 1, denied: 0, odd: ["without_contact", "same_name", "at_night"] },
  { who: "K100003", unit: "KS Nordland", readings: 12, people: 12, without_contact: 0, same_name: 0, employees: 0, at_night: 0, overridden: 0, denied: 1, odd: [] },
];
const both = (nb, en) => ({ nb, en });
const MEASURES = [
  {
    id: "access-log", name: both("Innsynslogg", "Access log"), what: both("Hvem som åpner hvem", "Who opens whom"), purpose: both("Trygghet", "Safety"),
    never: both("Måle tempo", "Measuring pace"), basis: both("Personvernforordningen", "GDPR"), seen_by: both("Innsynskontrolløren", "The access auditor"),
    kept: both("Ett år", "A year"), discussed: null, evaluated_by: null,
  },
];
