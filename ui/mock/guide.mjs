/** The mock's guidance, knowledge and wrap-up: the shapes of the contract with a few examples. No rule here is the real one. */
import { createHash } from "node:crypto";

const named = (id, name = id) => ({ id, name });
const TOPICS = [
  { code: "DAG", name: "Dagpenger" },
  { code: "SYK", name: "Sykepenger" },
  { code: "FOR", name: "Foreldrepenger" },
];
const FITS = [
  { id: "benefits_only", name: "Bare ytelse", ways: [named("web", "Nettet"), named("phone", "Telefon")], because: "Det er nok at pengene er rett." },
  { id: "simple_follow_up", name: "Enkel oppfølging", ways: [named("phone", "Telefon")], because: "Litt hjelp underveis." },
  { id: "compound_follow_up", name: "Sammensatt oppfølging", ways: [named("office", "Kontoret")], because: "Flere må hjelpe." },
];
const AGENCY = { id: "skatteetaten", name: "Skatteetaten", answers: "skattekort", web: "skatteetaten.no", phone: "80080000" };

const NOT_YOURS = { type: "about:blank", title: "Det går ikke nå", status: 409, detail: "En annen veileder har eller hadde henvendelsen.", code: "not_yours" };
const versionOf = (text) => (text === "" ? "" : createHash("sha256").update(text).digest("hex").slice(0, 16));
const unseen = (there) => ({
  type: "urn:linje:problem:draft_changed", title: "Det går ikke nå", status: 409, code: "draft_changed",
  detail: "Notatet er endret et annet sted.", text: there?.text ?? "", version: there?.version ?? "",
});

export class Guide {
  constructor(centre) {
    this.centre = centre;
    this.drafts = new Map();
    this.promises = [];
    this.tasks = [];
    this.threats = [];
    /** Drafts that somebody else has now. */
    this.elsewhere = [];
    this.erased = [];
    /** A conversation that broke off, as a test wants it. */
    this.broken = null;
    this.articles = [
      this.entry("1", "article", "DAG", "Dagpenger", "Send meldekort hver 14. dag. <script>alert(1)</script> er bare tekst."),
      this.entry("2", "answer", "DAG", "Meldekort er ikke sendt", "Hei, [bruker.fornavn]. Send meldekortet i dag.\n\n[veileder.navn], [veileder.enhet]"),
      this.entry("3", "news", null, "Ny artikkel om dagpenger", "Les den før lunsj."),
      this.entry("4", "status", null, "Alle fagsystemer virker", "Ingen kjente feil."),
      this.entry("5", "corner", null, "Rolig formiddag", "Læring passer etter kl. 13."),
    ];
    this.versions = new Map(this.articles.map((article) => [article.id, [article]]));
  }

  /** What a test wants to stand here. */
  lever(change) {
    if (change.draft) this.drafts.set(change.draft, { text: "Vi snakket om rullator", at: this.now() });
    Object.assign(this, change.set);
  }

  now() {
    return this.centre.iso(this.centre.now());
  }

  entry(id, kind, code, title, body) {
    return {
      id, kind, topic: TOPICS.find((topic) => topic.code === code) ?? null, language: "nb", owner: "fag-arbeid", title, body,
      review_by: "2027-06-30", stale: false, until: null, pinned: false, withdrawn: false, example: true, version: 1,
      changed: this.now(), changed_by: "Linje",
    };
  }

  answer(method, path, body, url) {
    const match = (wanted, pattern) => (method === wanted ? path.match(new RegExp(`^${pattern}$`))?.slice(1) : undefined);
    const ok = (value, status = 200) => ({ value, status });
    let found;
    const elsewhere = path.match(/^\/contacts\/([^/]+)\/(after|draft)$/)?.[1];
    if (this.elsewhere.includes(elsewhere)) return ok(NOT_YOURS, 409);
    if (match("GET", "/guidance")) return ok(this.words());
    if (match("POST", "/guidance/advice")) return ok(this.advise(body));
    if ((found = match("GET", "/contacts/([^/]+)/after"))) return ok(this.proposal(found[0], url.searchParams.get("topic")));
    if ((found = match("PUT", "/contacts/([^/]+)/draft"))) {
      const there = this.drafts.get(found[0]);
      const version = versionOf(body.text);
      if (body.over !== undefined && body.over !== (there?.version ?? "") && version !== (there?.version ?? "")) return ok(unseen(there), 409);
      if (body.text === "") this.drafts.delete(found[0]);
      else this.drafts.set(found[0], { text: body.text, at: this.now(), version });
      return ok({ at: this.now(), version });
    }
    if ((found = match("POST", "/contacts/([^/]+)/after"))) {
      const there = this.drafts.get(found[0]);
      if (there && body.draft !== undefined && body.draft !== there.version && body.note !== there.text) return ok(unseen(there), 409);
      if (this.broken?.contact === found[0]) this.broken = null;
      return ok(this.wrapUp(found[0], body));
    }
    if ((found = match("DELETE", "/contacts/([^/]+)/after"))) {
      this.broken = null;
      return ok(undefined, 204);
    }
    if ((found = match("POST", "/contacts/([^/]+)/threat"))) {
      const contact = found[0];
      this.threats = this.threats.filter((threat) => threat.contact !== contact);
      this.threats.push({ id: "1", contact, at: this.now(), adviser: named("K990001", "Demo Veileder"), queue: null, text: body.text ?? null, seen: null, seen_by: null });
      return ok({ at: this.now() });
    }
    if ((found = match("GET", "/advisers/([^/]+)/after"))) return ok(this.afterwards());
    if ((found = match("POST", "/promises/([^/]+)/end"))) {
      const promise = this.promises.find(({ id }) => id === found[0]);
      Object.assign(promise, { state: body.kept ? "kept" : "broken", can_end: false });
      return ok({ state: promise.state });
    }
    if ((found = match("GET", "/units/([^/]+)/after"))) return ok(this.team(found[0]));
    if ((found = match("POST", "/threats/([^/]+)/seen"))) {
      for (const threat of this.threats) Object.assign(threat, { seen: this.now(), seen_by: "Demo Leder" });
      return ok(undefined, 204);
    }
    if (match("POST", "/knowledge/search")) return ok({ items: this.search(body), next: null });
    if (match("GET", "/knowledge/home")) {
      const of = (kind) => this.articles.filter((article) => article.kind === kind);
      return ok({ status: of("status"), news: of("news"), corner: of("corner") });
    }
    if (match("GET", "/knowledge")) return ok({ items: this.articles.filter((article) => article.kind === url.searchParams.get("kind")), next: null });
    if (match("POST", "/knowledge")) {
      const made = { ...this.entry(String(this.articles.length + 1), body.kind, body.topic, body.title, body.body), owner: body.owner, example: false };
      this.articles.push(made);
      this.versions.set(made.id, [made]);
      return ok(made, 201);
    }
    if ((found = match("GET", "/knowledge/([^/]+)/versions"))) {
      const items = this.versions.get(found[0]).map((article) => ({ ...article, at: article.changed, by: article.changed_by, why: article.why ?? "Ny" }));
      return ok({ items: items.toReversed(), next: null });
    }
    if ((found = match("POST", "/knowledge/([^/]+)/undo"))) {
      const before = this.versions.get(found[0]).find(({ version }) => version === body.to);
      return ok(this.change(found[0], { ...before, why: body.why }));
    }
    if ((found = match("PUT", "/knowledge/([^/]+)"))) return ok(this.change(found[0], body));
    if ((found = match("GET", "/knowledge/([^/]+)"))) return ok(this.articles.find(({ id }) => id === found[0]));
    if (match("GET", "/measures/repeats")) return ok(this.repeats(url.searchParams.get("by")));
    return undefined;
  }

  words() {
    return {
      questions: [named("payment", "Utbetaling"), named("general", "Generell veiledning"), named("other_agency", "Gjelder en annen etat")],
      digital: [named("digital", "Digital"), named("possibly", "Mulig digital"), named("not", "Ikke digital")],
      needs: FITS,
      agencies: [AGENCY],
      causes: [named("brev", "Et brev fra oss")],
      topics: [{ code: "FOR", name: "Foreldrepenger" }, { code: "DAG", name: "Dagpenger" }],
      units: [named("ks-troms", "KS Troms"), named("ks-hordaland", "KS Hordaland")],
    };
  }

  advise(facts) {
    const advice = [
      { id: "arbeid-forst", do: "Spør om arbeid: Hvordan går det med jobben?", not: null, because: "Arbeid først, også når henvendelsen handler om noe annet.", grounds: [] },
    ];
    if (facts.question === "payment" && facts.digital && facts.digital !== "not") {
      advice.push({
        id: "ingen-enkle-utbetalingssporsmal", do: "Vis hvor utbetalinger står på nettet.", not: "Svar ikke på enkle spørsmål om utbetaling.",
        because: "Datoer og beløp står på nettet hele døgnet.", grounds: ["Utbetaling", facts.digital === "digital" ? "Digital" : "Mulig digital"],
      });
    }
    const ask = [];
    if (!facts.question) ask.push(named("question", "Hva slags hjelp trenger bruker?"));
    if (!facts.digital) ask.push(named("digital", "Er bruker digital?"));
    if (facts.question === "other_agency" && !facts.agency) ask.push(named("agency", "Hvilken etat har ansvaret?"));
    const fits = FITS.filter((fit) => facts.needs?.includes(fit.id));
    return { advice, ask, signpost: facts.agency ? AGENCY : null, fits, ways: fits[0]?.ways ?? [] };
  }

  proposal(contact, chosen) {
    const queue = this.centre.contact(contact)?.queue;
    const noLog = queue === "sosialhjelp";
    const topic = TOPICS.find(({ code }) => code === chosen) ?? TOPICS[0];
    return {
      contact, adviser: named("K990001", "Demo Veileder"), unit: named("ks-troms", "KS Troms"), topic,
      topic_by: chosen ? "chosen" : "menu", topics: TOPICS, cause: null,
      causes: [named("brev", "Et brev fra oss"), named("tidligere-svar", "Et tidligere svar hjalp ikke")], kept_on: noLog ? "nobody" : this.keptOn(contact), came_before: 1,
      task: noLog ? null : { unit: named("forvaltning-hordaland", "Forvaltning Hordaland"), kind: named("VURD_HENV", "Vurder henvendelse"), due: "2026-11-23", working_days: 0, because: `Rutinen for «${topic.name}» og «Vurder henvendelse» er samme virkedag.` },
      kinds: [named("VURD_HENV", "Vurder henvendelse"), named("KONT_BRUK", "Kontakt bruker")],
      units: [named("forvaltning-hordaland", "Forvaltning Hordaland"), named("ks-troms", "KS Troms")],
      promise_due: "2026-11-25",
      templates: [{ id: "vanlig", name: "Vanlig samtale", text: "Du ringte om [tema]. Vi snakket om " }],
      draft: this.drafts.get(contact) ?? null, no_log: noLog,
      no_log_works: noLog ? ["Bli ringt opp: nummeret slettes når samtalen er over."] : [],
    };
  }

  keptOn(contact) {
    const level = this.centre.people?.links.get(contact)?.level;
    return level === "questions" || level === "logged_in" ? "person" : "number";
  }

  wrapUp(contact, body) {
    const at = this.centre.contact(contact);
    for (const promise of body.promises ?? []) {
      this.promises.push({ id: String(this.promises.length + 1), contact, made: this.now(), due: promise.due, state: "open", can_end: true, text: promise.text });
    }
    if (body.task) {
      this.tasks.push({ id: String(this.tasks.length + 1), contact, made: this.now(), kind: named(body.task.kind), topic: TOPICS[0], unit: named(body.task.unit), due: body.task.due, done: null, text: body.task.text });
    }
    this.drafts.delete(contact);
    const { adviser } = at ?? {};
    if (adviser && at.state === "wrap_up") this.centre.wrapUp(adviser, { done: true });
    return { first: true, no_log: false, note: Boolean(body.note), task: Boolean(body.task), promises: body.promises?.length ?? 0 };
  }

  counts() {
    const of = (state) => this.promises.filter((promise) => promise.state === state).length;
    return { open: of("open"), kept: of("kept"), late: of("late"), broken: of("broken") };
  }

  afterwards() {
    return { promises: this.promises, tasks: this.tasks, erased: this.erased, failed: [], drafts: [...this.drafts].map(([contact, draft]) => ({ contact, ...draft })), broken: this.broken, counts: this.counts() };
  }

  team(unit) {
    const promises = this.promises.filter(({ can_end }) => can_end).map(({ due, state }) => ({ owner: named("K990001", "Demo Veileder"), due, state }));
    return { unit: named(unit), counts: this.counts(), promises, threats: this.threats };
  }

  search({ words, kind }) {
    const sought = words.toLowerCase().split(/\s+/).filter(Boolean);
    const has = (article) => sought.every((word) => `${article.title} ${article.body}`.toLowerCase().includes(word));
    const wanted = (article) => (kind ? article.kind === kind : ["article", "answer"].includes(article.kind));
    return this.articles.filter((article) => wanted(article) && has(article)).map((article) => ({
      article, snippet: [{ text: article.body.slice(0, 80), hit: false }],
    }));
  }

  change(id, body) {
    const place = this.articles.findIndex((article) => article.id === id);
    const before = this.articles[place];
    const after = { ...before, title: body.title, body: body.body, owner: body.owner, version: before.version + 1, changed: this.now(), changed_by: "Demo Fagansvarlig", why: body.why };
    this.articles[place] = after;
    this.versions.get(id).push(after);
    return after;
  }

  repeats(by) {
    const row = (group, contacts, keyed, repeats) => ({
      group, contacts, keyed, repeats, solved: Math.round(contacts * 0.7),
      figures: { repeat_share_7d: repeats / keyed, fcr_7d: 0.8, solved_share: 0.7, avoidable_share: 0.4 },
    });
    return {
      from: this.now(), to: this.now(), by, window_days: 7,
      definitions: [{ id: "repeat_share_7d", version: 1, name: "Kom igjen", formula: "kom igjen / henvendelser", text: "Samme person og tema innen sju dager.", source: "Vår egen." }],
      total: row(null, 100, 90, 18), rows: [row(named("DAG", "Dagpenger"), 60, 55, 14), row(named("SYK", "Sykepenger"), 40, 35, 4)], withheld: 0,
    };
  }
}
