/** The mock's citizen: one of everything on the own page. Nothing here is a rule. */
const TOPICS = [{ code: "FOR", name: "Foreldrepenger" }, { code: "PEN", name: "Pensjon" }];
const PROMISES = [
  { made: "2026-11-20T10:12:00+01:00", due: "2026-11-24", state: "open", ended: null, unit: "KS Hordaland", text: "Ringer deg når vedtaket er klart" },
  { made: "2026-11-02T10:12:00+01:00", due: "2026-11-04", state: "broken", ended: null, unit: "KS Troms", text: "Sender brev om perioden" },
  { made: "2026-10-02T10:12:00+01:00", due: "2026-10-05", state: "kept", ended: "2026-10-05T09:00:00+02:00", unit: "KS Troms", text: "Undersøker utbetalingen" },
];
const NOTES = [
  { at: "2026-11-20T10:14:00+01:00", topic: TOPICS[0], unit: "KS Hordaland", channel: "voice", text: "Vi gikk gjennom foreldrepengeperioden.\nDu sender søknad på nett." },
];
const MATTERS = {
  cases: [
    { id: "1", topic: "FOR", state: "in_progress", opened: "2026-11-02", changed: "2026-11-20", expected: "2026-12-18", documents: [{ id: "1", title: "Søknad om foreldrepenger", kind: "in", date: "2026-11-02" }] },
    { id: "2", topic: "PEN", state: null, opened: "2025-01-02", changed: "2025-02-20", expected: null, documents: [] },
  ],
  tasks: [
    { id: "1", topic: "FOR", kind: "BEH_HENV", status: "in_progress", unit: "Forvaltning Hordaland", due: "2026-11-25", made: "2026-11-20T10:14:00+01:00", finished: null, outcome: null },
    { id: "2", topic: "PEN", kind: "KONT_BRUK", status: "finished", unit: "4803", due: "2026-11-05", made: "2026-11-02T10:14:00+01:00", finished: "2026-11-04T12:00:00+01:00", outcome: "Brukeren er ringt opp." },
  ],
  payments: [
    { date: "2026-12-18", topic: "FOR", title: "Foreldrepenger", from: "2026-12-01", to: "2026-12-31", gross_ore: 3_450_000, tax_ore: 841_000, net_ore: 2_609_000, state: "planned" },
    { date: "2026-11-20", topic: "FOR", title: "Foreldrepenger", from: "2026-11-01", to: "2026-11-30", gross_ore: 3_450_000, tax_ore: 841_000, net_ore: 2_609_050, state: "paid" },
  ],
  failed: [],
  topics: TOPICS,
};
const reading = (at, what, more = {}) => ({ at, text: "", unit: "KS Hordaland", by_contact: true, reader: "adviser", what, ...more });
const READINGS = [
  reading("2026-11-22T15:00:00+01:00", "reveal", { reader: "auditor", unit: null, by_contact: false }),
  reading("2026-11-20T10:13:00+01:00", "payments"),
  reading("2026-11-20T10:12:00+01:00", "header"),
  reading("2026-11-01T23:12:00+01:00", "cases", { unit: "KS Troms", by_contact: false }),
];
const CALLBACK = {
  id: "cb1", state: "pending", queue: { id: "familie", name: "Familie" }, place: 3, asked: "2026-11-23T09:00:00+01:00", from: null,
  until: "2026-11-25T15:00:00+01:00", attempts: 0, of: 3, retry_at: null, expected: null, text: "",
};
const list = (items) => ({ items, next: null });

export class Own {
  constructor() {
    this.hearers = new Set();
    this.lever({});
  }

  /** What a test wants the page to hold; all of it again unless it says otherwise. */
  lever({ empty = false, contacts = [], callbacks = [CALLBACK], failed = [] }) {
    Object.assign(this, { empty, contacts, callbacks: empty ? [] : callbacks, failed });
    this.tell();
  }

  tell() {
    for (const hears of this.hearers) hears("contacts", list(this.contacts));
  }

  onContacts(hears) {
    this.hearers.add(hears);
    return () => this.hearers.delete(hears);
  }

  answer(method, path, Problem) {
    const is = (wanted, at) => method === wanted && path === at;
    if (is("GET", "/me/notes")) return list(this.empty ? [] : NOTES);
    if (is("GET", "/me/promises")) return list(this.empty ? [] : PROMISES);
    if (is("GET", "/me/readings")) return list(this.empty ? [] : READINGS);
    if (is("GET", "/me/callbacks")) return list(this.callbacks);
    if (is("GET", "/me/matters")) {
      if (this.empty) return { cases: [], tasks: [], payments: [], failed: [], topics: [] };
      return this.failed.length > 0 ? { ...MATTERS, cases: null, failed: this.failed } : MATTERS;
    }
    if (method === "DELETE" && path.startsWith("/me/callbacks/")) {
      if (this.callbacks.length === 0) throw new Problem(404, "Ingen blir ringt opp under dette merket.");
      this.callbacks = [];
      return null;
    }
    if (method === "POST" && path.startsWith("/me/contacts/")) {
      this.contacts = this.contacts.map((contact) => ({ ...contact, level: "logged_in" }));
      this.tell();
      return { level: "logged_in" };
    }
    return undefined;
  }
}
