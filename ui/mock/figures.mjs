/** Sums of a made-up day and the formulas over them, as the server gives them. */

const sl = (id, name, formula, source, over, under) => ({
  id, version: 1, group: "service_level", unit: "share", name, formula, source, live: false, kept: true,
  text: "Andelen som fikk svar innen fristen, etter denne definisjonen.", of: (s) => [over(s), under(s)],
});
const share = (id, group, name, formula, of) => ({
  id, version: 1, group, unit: "share", name, formula, source: "Vår", live: false, kept: true, text: `${name}: ${formula}.`, of,
});
const seconds = (id, group, name, formula, of, kept = true) => ({
  id, version: 1, group, unit: "seconds", name, formula, source: "Vår", live: false, kept, text: `${name}: ${formula}.`, of,
});

const FORMULAS = [
  sl("sl_offered", "Besvart innen fristen (strengest)", "besvart innen T / alle tilbudt", "Måltall 70/45", (s) => s.answered_within, (s) => s.offered),
  sl("sl_genesys", "Genesys Cloud", "besvart innen T / (besvart + la på)", "Genesys Cloud", (s) => s.answered_within, (s) => s.answered + s.abandoned),
  sl("sl_excl_short", "Uten korte frafall", "besvart innen T / (tilbudt − la på innen T)", "Buist og L'Ecuyer", (s) => s.answered_within, (s) => s.offered - s.abandoned_within),
  sl("sl_incl_short", "Korte frafall regnet som bra", "(besvart innen T + la på innen T) / tilbudt", "Cisco UCCE", (s) => s.answered_within + s.abandoned_within, (s) => s.offered),
  sl("sl_asterisk_2", "Asterisk SL2", "(besvart innen T + la på innen T) / (besvart + la på)", "Asterisk", (s) => s.answered_within + s.abandoned_within, (s) => s.answered + s.abandoned),
  sl("sl_amazon", "Amazon Connect", "ute av køen innen T / tilbudt", "Amazon Connect", (s) => s.answered_within + s.abandoned_within + s.callbacks_within, (s) => s.offered),
  sl("sl_answered", "Av dem som fikk svar", "besvart innen T / besvart", "Asterisk SL", (s) => s.answered_within, (s) => s.answered),
  share("abandoned_share", "abandonment", "La på", "la på / tilbudt", (s) => [s.abandoned, s.offered]),
  share("callback_share", "callback", "Ville bli ringt opp", "bli ringt opp / tilbudt", (s) => [s.callbacks, s.offered]),
  seconds("asa_s", "wait", "Ventetid for dem som fikk svar", "sum ventetid for besvarte / besvart", (s) => [s.wait_s, s.answered]),
  seconds("wait_p50_s", "wait", "Halvparten ventet høyst", "median av ventetidene", (s) => [s.wait_s * 0.6, s.answered]),
  seconds("wait_p90_s", "wait", "Ni av ti ventet høyst", "90-prosentil av ventetidene", (s) => [s.wait_s * 2.7, s.answered]),
  seconds("aht_s", "handling", "Behandlingstid", "(samtale + på vent + etterarbeid) / samtaler", (s) => [s.handle_s, s.answered]),
  seconds("talk_mean_s", "handling", "Samtaletid", "samtale / samtaler", (s) => [s.handle_s * 0.82, s.answered]),
  share("occupancy", "occupancy", "Køeffektivitet", "tid med henvendelser / (tid med henvendelser + ledig tid)", (s) => [s.handle_s, s.handle_s * 1.17]),
  share("transfers_share", "outcome", "Satt over", "satt over / besvart", (s) => [s.transfers, s.answered]),
  share("first_contact_end", "outcome", "Avslutningsgrad", "avsluttet hos første veileder / besvart", (s) => [s.answered - s.transfers * 2.2, s.answered]),
  { ...share("fcr_7d", "outcome", "Ingen ny henvendelse på 7 dager", "uten ny henvendelse innen 7 dager / besvart", () => [0, 0]), kept: false },
];

export function definitions() {
  return FORMULAS.map(shown);
}

function shown({ of: _of, ...definition }) {
  return definition;
}

const DAY_START = Date.parse("2026-11-23T09:00:00+01:00");

/** The day of the worked example: a thousand came, and the definitions lie 22 points apart. */
function sums(scale, luck = 0) {
  const of = (value) => Math.round(value * scale);
  return {
    offered: of(1000), answered: of(720), answered_within: of(560 + luck), abandoned: of(200), abandoned_within: of(100),
    callbacks: of(80), callbacks_within: of(80), wait_s: of(720) * (48 - luck / 10), handle_s: of(720) * 305, transfers: of(65),
  };
}

export function figures(centre, asked) {
  const by = (asked.get("by") ?? "").split(",").filter(Boolean);
  const wanted = asked.get("definition")?.split(",");
  const formulas = FORMULAS.filter((each) => each.kept && (!wanted || wanted.includes(each.id)));
  const values = (counted) => ({
    counts: counted,
    values: Object.fromEntries(
      formulas.map(({ id, of }) => {
        const [over, under] = of(counted);
        return [id, under > 0 ? over / under : null];
      }),
    ),
  });
  const nothing = { period: null, queue: null, channel: null, topic: null, unit: null, units_together: null, goal: null };
  return {
    from: "2026-11-23T00:00:00+01:00", to: "2026-11-23T10:45:00+01:00", by,
    definitions: formulas.map(shown), total: values(sums(1)),
    rows: groups(centre, by).map(({ scale, luck, ...group }) => ({ ...nothing, ...group, ...values(sums(scale, luck)) })),
    withheld: by.includes("unit")
      ? { units: 2, fewest: 5, text: "Enheter med færre enn fem veiledere på jobb er vist samlet, om nødvendig sammen med den nest minste, slik at ingen kan pekes ut." }
      : { units: 0, fewest: 5, text: null },
  };
}

function groups(centre, by) {
  const goal = { share: 0.7, within_s: 45, first_contact_end: 0.75, pending: 0 };
  if (by.includes("queue")) {
    return centre.queues.filter(({ channel }) => channel === "voice").map(({ id, name, perMinute }, index) => ({
      queue: { id, name }, goal, scale: perMinute / 70, luck: ((index * 53) % 200) - 60,
    }));
  }
  if (by.includes("topic")) {
    return [["DAG", "Dagpenger"], ["SYK", "Sykepenger"], ["FOR", "Foreldrepenger"], ["UFO", "Uføretrygd"], ["PEN", "Pensjon"]].map(([code, name], index) => ({
      topic: { code, name }, scale: 0.3 / (index + 1), luck: index * 20 - 40,
    }));
  }
  if (by.includes("unit")) {
    const shown = centre.units.slice(0, 18).map(({ id, name }, index) => ({ unit: { id, name }, scale: 0.05, luck: (index * 31) % 90 }));
    return [...shown, { units_together: 2, scale: 0.02, luck: 0 }, { scale: 0.28, luck: -560 }];
  }
  if (by.includes("channel")) return ["voice", "chat", "message"].map((channel, index) => ({ channel, scale: 0.8 / (index + 1), luck: index * 50 }));
  if (by.includes("quarter") || by.includes("hour")) {
    const step = by.includes("hour") ? 4 : 1;
    return Array.from({ length: Math.floor(7 / step) }, (_, index) => {
      const at = DAY_START + index * step * 900_000;
      return {
        period: { from: centre.iso(at), to: centre.iso(at + step * 900_000), complete: index < 6 }, scale: 0.14 * step,
        luck: Math.round(140 * Math.sin(index / 2)) - 30,
      };
    });
  }
  if (by.includes("day")) {
    return [4, 3, 2, 1, 0].map((back) => {
      const at = Date.parse("2026-11-23T00:00:00+01:00") - (back === 0 ? 0 : back + 2) * 86_400_000;
      return { period: { from: centre.iso(at), to: centre.iso(at + 86_400_000), complete: back > 0 }, scale: 3 - back * 0.1, luck: back * 40 - 60 };
    });
  }
  return [];
}
