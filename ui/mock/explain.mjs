/** Explanations of the mock: one rich example, and what follows from a contact's own events. */

const RULE =
  "1. Arbeid og helse, nivå 2 eller høyere. Den som har vært ledig lengst.\n2. Etter 30 sekunder: også nivå 1.\n3. Etter 1 minutt: også familieytelser.\nSpråk: bokmål, nynorsk, nordsamisk, engelsk. Lovet lengste ventetid for nordsamisk er 3 minutter.";

/** A contact that waited through three rings, was declined once, and was answered. */
export function example(iso, now, isOpen) {
  const begin = now - 190_000;
  const at = (second) => iso(begin + second * 1000);
  const ring = (second, number, condition) => ({
    at: at(second), kind: number === 0 ? "contact_queued" : "ring_started", ring: number,
    ring_condition: condition,
    text: number === 0 ? "Kom i kø for Arbeid og helse som nummer 9." : `Ingen ble ledig på ${second} sekunder, så flere blir spurt.`,
  });
  const steps = [
    { at: at(-22), kind: "contact_arrived", text: "Ringte hovednummeret og tastet 2." },
    ring(0, 0, "Arbeid og helse, nivå 2 eller høyere"),
    ring(30, 1, "også nivå 1"),
    ring(60, 2, "også familieytelser"),
    {
      at: at(118), kind: "offer_made", rule: "first_in_line", able: 3, idle_s: 0, runner_up_idle_s: null, waited_s: 118, ring: 2,
      class: "Vanlig", text: "En veileder ble ledig, og du var først av dem som veilederen kunne ta, i 3 køer.",
    },
    { at: at(124), kind: "offer_ended", text: "Veilederen avslo. Plassen er beholdt." },
  ];
  if (!isOpen) {
    steps.push(
      {
        at: at(139), kind: "offer_made", rule: "idle_longest", able: 4, idle_s: 312, runner_up_idle_s: 288, waited_s: 139, ring: 2,
        class: "Vanlig", text: "Veilederen hadde vært ledig lengst av 4 som kunne svart: 5:12, neste 4:48.",
      },
      { at: at(144), kind: "offer_accepted", text: "Veilederen svarte etter 2:24." },
      { at: at(180), kind: "contact_ended", text: "Samtalen er over." },
      { at: at(188), kind: "contact_closed", text: "Etterarbeidet er ferdig." },
    );
  }
  return {
    contact: isOpen ? "eksempel-venter" : "eksempel",
    sentence: isOpen
      ? "Venter i Arbeid og helse som nummer 1. 131 veiledere kan svare, ingen av dem er ledig akkurat nå."
      : "Arbeid og helse, ventet 2:24. Veilederen hadde vært ledig lengst av 4 som kunne svart (5:12), i trinn 3 av køens regel.",
    steps,
    now: isOpen
      ? {
          state: "queued", queue: { id: "arbeid-helse", name: "Arbeid og helse" }, position: 1, ahead: 0, ring: 2,
          ring_condition: "kan arbeid og helse eller familieytelser", who_can: 131, free: 0, waited_s: 190, overdue: false,
          next_step: { at: at(240), text: "Den går til Andre henvendelser med samme plass" }, expected_wait_s: 25,
        }
      : null,
    rule_text: RULE,
  };
}

/** From a contact's events: enough to be read, nothing decided here. */
export function explain(centre, contact) {
  const waits = ["queued", "offered"].includes(contact.state);
  const name = centre.queueName(contact.queue).name;
  return {
    contact: contact.id,
    sentence: contact.events.findLast((event) => event.why)?.why.text ?? `Venter i ${name} som nummer 1.`,
    steps: contact.events.map((event) => ({
      at: event.at, kind: event.kind, text: event.why?.text ?? event.detail ?? name,
      ...(event.why ?? {}), text: event.why?.text ?? name,
      ...(event.kind === "contact_queued" ? { ring: 0 } : {}),
    })),
    now: contact.state === "closed" ? null : {
      state: contact.state, queue: centre.queueName(contact.queue), position: waits ? 1 : null, ahead: waits ? 0 : null, ring: 0,
      ring_condition: "kan arbeid og helse, nivå 2", who_can: 42, free: 0, waited_s: null, overdue: false, next_step: null,
      expected_wait_s: 20,
    },
    rule_text: RULE,
  };
}
