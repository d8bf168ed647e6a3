/** The mock's centre description: a small model, its text, edits, faults and trials. Text is made from the model. */

const GOAL = { share: 0.7, within_s: 45, first_contact_end: 0.75 };

function firstModel(centre) {
  const queues = centre.queues.slice(0, 10).map(({ id, name, channel }) => ({
    id, name, channel, line: 0, hours: "hverdager", goal: { ...GOAL },
    rings: [
      { after_s: 0, who: `${id}>=2`, words: `${name}, nivå 2 eller høyere` },
      { after_s: 30, who: id, words: `også ${name.toLowerCase()}, nivå 1` },
    ],
  }));
  const menu = centre.queues.slice(0, 5);
  return {
    queues,
    menus: [
      {
        flow: "main", name: "Hovednummer", step: "menu", line: 0,
        keys: menu.map(({ id, name }, index) => ({ key: String(index + 1), to: id, label: name })),
        targets: [...menu.map(({ id, name }) => ({ id, label: name })), { id: "pensjon", label: "Pensjon" }],
      },
    ],
    hours: [
      { id: "hverdager", name: "Hverdager 09–15", line: 0, open: [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "15:00" }], base: null, reason: null },
      { id: "internasjonalt", name: "Internasjonalt", line: 0, open: [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "08:00", to: "15:30" }], base: "hverdager", reason: "Samarbeidslandene ringer tidligere." },
    ],
  };
}

/** The text of a model; each part learns its line on the way. */
function write(model) {
  const lines = ['centre.id = "national-2015"', 'centre.name = { nb = "Nasjonalt senter 2015", en = "National centre 2015" }', ""];
  for (const hours of model.hours) {
    lines.push("[[hours]]");
    hours.line = lines.length;
    lines.push(`id = "${hours.id}"`);
    for (const { days, from, to } of hours.open) lines.push(`open = [{ days = [${days.map((day) => `"${day}"`).join(", ")}], from = "${from}", to = "${to}" }]`);
    lines.push("");
  }
  for (const queue of model.queues) {
    lines.push("[[queue]]");
    queue.line = lines.length;
    lines.push(`id = "${queue.id}"`, `name = { nb = "${queue.name}" }`, `goal = { share = ${queue.goal.share}, within = "${queue.goal.within_s}s" }`, `hours = "${queue.hours}"`);
    lines.push(`rings = [${queue.rings.map(({ after_s, who }) => `{ after = "${after_s}s", who = "${who}" }`).join(", ")}]`, "");
  }
  for (const menu of model.menus) {
    lines.push("[[flow.step]]");
    menu.line = lines.length;
    lines.push(`id = "${menu.step}"`, `keys = [${menu.keys.map(({ key, to }) => `{ key = "${key}", to = "${to}" }`).join(", ")}]`, "");
  }
  return lines.join("\n");
}

const DAY = (offered, answered, within, abandoned, mean, p90) => ({
  offered, answered, abandoned, sl_offered: within / offered, mean_wait_s: mean, p90_wait_s: p90,
});

export class CentreDescription {
  constructor(centre) {
    this.centre = centre;
    this.models = new Map();
    this.versions = [];
    this.keep(firstModel(centre), "K100001", "Første utgave");
    this.source = this.versions[0].toml;
  }

  keep(model, who, why) {
    const toml = write(model);
    this.models.set(toml, model);
    for (const version of this.versions) version.current = false;
    this.versions.unshift({ version: `2015-${this.versions.length + 1}`, at: this.centre.iso(), who, why, current: true, toml });
    return this.versions[0];
  }

  model(toml) {
    return this.models.get(toml) ?? this.models.get(this.source);
  }

  outline(toml) {
    return { version: this.versions[0].version, ...this.model(toml) };
  }

  edit(toml, edits) {
    const model = structuredClone(this.model(toml ?? this.source));
    for (const { path, value } of edits) change(model, path.split("."), value);
    const text = write(model);
    this.models.set(text, model);
    return { toml: text, changes: this.changes(model), faults: this.faults(text, model), misfit: null, outline: this.outline(text) };
  }

  /** What was in force before, over all that was undone. */
  before() {
    const way = [];
    for (const version of this.versions.toReversed()) {
      const place = way.findIndex(({ toml }) => toml === version.toml);
      if (place >= 0) way.length = place;
      way.push(version);
    }
    return way.at(-2);
  }

  changes(model, before = this.models.get(this.source)) {
    const found = [];
    const note = (where, was, is, text, meaning) => String(was) !== String(is) && found.push({ where, text: text.replace(/\.$/, ""), meaning: meaning.replace(/\.$/, "") });
    model.queues.forEach((queue, index) => {
      const old = before.queues[index];
      note(`queue.${queue.id}.goal.share`, old.goal.share, queue.goal.share, `Målet for ${queue.name} er ${Math.round(queue.goal.share * 100)} %, var ${Math.round(old.goal.share * 100)} %.`, "Målet endrer bare hva som regnes som bra. Ingen får svar fortere av det.");
      note(`queue.${queue.id}.goal.within`, old.goal.within_s, queue.goal.within_s, `Fristen for ${queue.name} er ${queue.goal.within_s} s, var ${old.goal.within_s} s.`, "Tallene for dager som er gått, endres ikke.");
      note(`queue.${queue.id}.hours`, old.hours, queue.hours, `${queue.name} følger åpningstiden «${queue.hours}».`, "De som ringer utenom, hører at det er stengt.");
      queue.rings.forEach((ring, step) => {
        note(`queue.${queue.id}.ring.${step}.after`, old.rings[step]?.after_s, ring.after_s, `${queue.name}: trinn ${step + 1} begynner etter ${ring.after_s} s, var ${old.rings[step]?.after_s} s.`, "Flere blir spurt tidligere eller senere.");
        note(`queue.${queue.id}.ring.${step}.who`, old.rings[step]?.who, ring.who, `${queue.name}: trinn ${step + 1} spør «${ring.who}».`, "Andre veiledere kan få henvendelsen.");
      });
    });
    model.menus.forEach((menu, index) => {
      const label = (to) => menu.targets.find((each) => each.id === to)?.label ?? to;
      menu.keys.forEach((key, place) => {
        const old = before.menus[index].keys[place];
        note(`flow.${menu.flow}.${menu.step}.keys.${place}`, old.to, key.to, `Tast ${key.key} går til ${label(key.to)}, gikk til ${label(old.to)}.`, "De som taster av gammel vane, kommer et annet sted.");
      });
    });
    model.hours.forEach((hours, index) => {
      hours.open.forEach((span, place) => {
        const old = before.hours[index].open[place];
        note(`hours.${hours.id}`, `${old.from}–${old.to}`, `${span.from}–${span.to}`, `${hours.name}: åpent ${span.from}–${span.to}, var ${old.from}–${old.to}.`, "Gjelder alle køer som følger denne åpningstiden.");
      });
    });
    return found;
  }

  faults(text, model) {
    const found = [];
    const lines = text.split("\n");
    const add = (severity, code, line, column, what, mend) => found.push({ severity, code, line, column, what: what.replace(/\.$/, ""), mend: mend.replace(/\.$/, "") });
    for (const hours of model.hours) {
      for (const { from, to } of hours.open) if (from >= to) add("error", "LJ0117", hours.line + 2, 1, `«${hours.id}» stenger ${to}, før den åpner ${from}.`, "La `to` være senere enn `from`.");
    }
    for (const queue of model.queues) if (queue.goal.share > 1) add("error", "LJ0109", queue.line + 3, 8, `Målet for «${queue.id}» er over 100 %.`, "Skriv en andel mellom 0 og 1, for eksempel 0.70.");
    const reached = new Set(model.menus.flatMap(({ keys }) => keys.map(({ to }) => to)));
    for (const { keys } of firstModelKeys(this)) for (const { to, label } of keys) if (!reached.has(to)) add("warning", "LJ0121", model.queues.find(({ id }) => id === to)?.line ?? 1, 1, `Ingen tast fører til ${label} lenger.`, "Gi køen en tast, eller ta den bort.");
    lines.forEach((line, index) => line.includes("FEIL") && add("error", "LJ0101", index + 1, line.indexOf("FEIL") + 1, "Dette er ikke TOML.", "Ta bort ordet."));
    return found;
  }

  answer(at, body) {
    const toml = body?.toml ?? body?.source ?? this.source;
    const model = this.model(toml);
    const shown = ({ toml: _toml, ...version }) => version;
    if (at("GET", "/centre/source")) return { text: this.source };
    if (at("GET", "/centre/outline")) return { value: this.outline(this.source) };
    if (at("GET", "/centre/versions")) {
      const before = this.before();
      return { value: { items: this.versions.map((each) => ({ ...shown(each), undo: each === before })), next: null } };
    }
    if (at("POST", "/centre/check")) {
      const from = this.versions.find(({ version }) => version === body.from);
      const changes = this.changes(model, from ? this.models.get(from.toml) : undefined);
      return { value: { faults: this.faults(toml, model), changes, misfit: null, outline: this.outline(toml) } };
    }
    if ((at("POST", "/centre/publish") || at("POST", "/centre/undo")) && body.base !== this.versions[0].version) {
      const value = { title: "Det går ikke nå", code: "other_version", status: 409, detail: "En annen har publisert siden du begynte." };
      return { status: 409, value };
    }
    if (at("POST", "/centre/edit")) return { value: this.edit(body.toml ?? null, body.edits) };
    if (at("POST", "/centre/try")) return { value: this.tryOn(model), wait_ms: 700 };
    if (at("POST", "/centre/publish")) {
      const kept = this.keep(model, body.who, body.why);
      this.source = kept.toml;
      return { value: { version: kept.version } };
    }
    if (at("POST", "/centre/undo")) {
      const back = this.versions.find(({ version }) => version === body.to) ?? this.before();
      if (!back) return { status: 409 };
      const kept = this.keep(this.models.get(back.toml), body.who, body.why);
      this.source = kept.toml;
      return { value: { version: kept.version } };
    }
    return undefined;
  }

  tryOn(model) {
    const changed = this.changes(model).some(({ where }) => where.includes(".ring.") || where.startsWith("flow"));
    const before = DAY(25_210, 22_064, 17_420, 2_890, 52, 171);
    const after = changed ? DAY(25_210, 22_391, 18_102, 2_560, 46, 149) : before;
    const queues = model.queues.slice(0, 6).map(({ id, name }, index) => {
      const was = DAY(4200 - index * 520, 3700 - index * 460, 2900 - index * 300, 480 - index * 60, 55 - index, 180 - index * 6);
      const is = changed && index < 3 ? DAY(was.offered, was.answered + 60, was.sl_offered * was.offered + (index === 2 ? -130 : 140), was.abandoned - 60, was.mean_wait_s - 6, was.p90_wait_s - 19) : was;
      return { queue: id, name, before: was, after: is };
    });
    return {
      day: "2026-11-20", whole: true, proven: true, better: changed ? 1240 : 0, worse: changed ? 311 : 0, seconds: 0.41, contacts: 25_210, identical: !changed, total: { before, after }, queues,
      occupancy: { before: 0.861, after: changed ? 0.867 : 0.861 },
      most_affected: changed ? [["eksempel", 412, 35], ["eksempel-venter", 380, 61], ["eksempel", 22, 190]].map(([contact, wait_before_s, wait_after_s]) => ({ contact, wait_before_s, wait_after_s, end_before: wait_before_s > 300 ? "abandoned" : "answered", end_after: "answered" })) : [],
      assumed: ["De samme menneskene ringer på de samme tidspunktene.", "Veilederne møter opp, tar pause og svarer som i går.", "Menyer og åpningstider gås ikke på nytt: en endret tast eller åpningstid ses ikke her, bare regler for fordeling."],
    };
  }
}

function firstModelKeys(description) {
  return description.models.get(description.versions.at(-1).toml).menus;
}

/** `45s`, `5m`, `2d` in seconds. */
function seconds(text) {
  return parseInt(text, 10) * ({ m: 60, h: 3600, d: 86_400 }[text.at(-1)] ?? 1);
}

function change(model, [section, id, ...rest], value) {
  if (section === "queue") {
    const queue = model.queues.find((each) => each.id === id);
    if (rest[0] === "hours") queue.hours = value;
    if (rest[0] === "goal" && rest[1] === "share") queue.goal.share = Number(value);
    if (rest[0] === "goal" && rest[1] === "first_contact_end") queue.goal.first_contact_end = Number(value);
    if (rest[0] === "goal" && rest[1] === "within") queue.goal.within_s = seconds(value);
    if (rest[0] === "ring" && rest[2] === "after") queue.rings[Number(rest[1])].after_s = seconds(value);
    if (rest[0] === "ring" && rest[2] === "who") queue.rings[Number(rest[1])].who = value;
  }
  if (section === "flow") {
    const menu = model.menus.find((each) => each.flow === id);
    menu.keys[Number(rest.at(-2))][rest.at(-1)] = value;
  }
  if (section === "hours") {
    const hours = model.hours.find((each) => each.id === id);
    hours.open[Number(rest[1])][rest[2]] = value;
  }
}
