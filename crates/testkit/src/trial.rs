//! The trial: one world, the engine, the reference and the ledger side by side, compared at each step.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use linje_event::{
    CloseReason, Command, ConsultOutcome, Effect, Event, OfferOutcome, Output, Rejection,
};
use linje_routing::{AdviserCounts, ContactState, ContactView, Rules, State, Tables};
use linje_types::{
    AdviserId, Channel, ContactId, OfferId, Origin, PlanId, QueueId, SECOND_US, Timestamp,
};

use crate::dice::Dice;
use crate::ledger::Ledger;
use crate::reference::{self, Reference};
use crate::world::{Scene, World};

/// The moment at which every world begins.
const BEGINNING: Timestamp = Timestamp(1_800_000_000 * SECOND_US);
/// How much of the past a step may bring up again.
const REMEMBERED: usize = 24;
/// Ticks in a row after which nothing may be due any more.
const TICKS_MAX: usize = 1000;

/// Where engine, reference and invariants part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step {step}: {text}")]
pub struct Failure {
    /// Number of the step.
    pub step: u64,
    /// What was seen.
    pub text: String,
}

/// What happened in a trial, so that a trial in which nothing happens is seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Commands, ticks among them.
    pub commands: u64,
    /// Commands that were refused.
    pub refused: u64,
    /// Events by kind.
    pub events: BTreeMap<&'static str, u64>,
    /// Refusals by reason.
    pub refusals: BTreeMap<String, u64>,
}

impl Tally {
    /// Adds what happened in another trial.
    pub fn add(&mut self, other: &Tally) {
        self.commands += other.commands;
        self.refused += other.refused;
        for (kind, count) in &other.events {
            *self.events.entry(kind).or_default() += count;
        }
        for (reason, count) in &other.refusals {
            *self.refusals.entry(reason.clone()).or_default() += count;
        }
    }
}

/// Takes the steps with these numbers in the world of `seed`.
///
/// # Errors
/// The first difference or broken invariant; a panic of the engine is one too.
pub fn run(seed: u64, steps: &[u64]) -> Result<Tally, Failure> {
    let at = Cell::new(0);
    let whole = || {
        let mut trial = Trial::new(World::new(seed))?;
        for &step in steps {
            at.set(step);
            trial.step(step)?;
        }
        trial.finish()
    };
    let outcome = catch_unwind(AssertUnwindSafe(whole));
    let text = match outcome {
        Ok(Ok(tally)) => return Ok(tally),
        Ok(Err(text)) => text,
        Err(panic) => format!("panic: {}", panic_text(panic.as_ref())),
    };
    Err(Failure {
        step: at.get(),
        text,
    })
}

/// The fewest steps, found by leaving out ever smaller parts, that still fail in the world of `seed`.
#[must_use]
pub fn shrink(seed: u64, failing: &[u64]) -> Vec<u64> {
    let mut steps = failing.to_vec();
    let mut part = steps.len().div_ceil(2);
    while part > 0 {
        let mut start = 0;
        while start < steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(start..(start + part).min(steps.len()));
            if run(seed, &fewer).is_err() {
                steps = fewer;
            } else {
                start += part;
            }
        }
        part = if part == 1 { 0 } else { part.div_ceil(2) };
    }
    steps
}

/// What the steps do, one command or event a line, up to where they fail.
#[must_use]
pub fn story(seed: u64, steps: &[u64]) -> Vec<String> {
    let world = World::new(seed);
    let mut lines = rules_in_lines(&world.rules);
    let told = Cell::new(Vec::new());
    let tell = || {
        let Ok(mut trial) = Trial::new(world) else {
            return;
        };
        trial.story = Some(&told);
        for &step in steps {
            if trial.step(step).is_err() {
                return;
            }
        }
    };
    // The failure is told by `run`; here a panic only ends the story.
    let _ended = catch_unwind(AssertUnwindSafe(tell));
    lines.append(&mut told.take());
    lines
}

fn rules_in_lines(rules: &Rules) -> Vec<String> {
    let mut lines = Vec::new();
    lines.push(format!(
        "weights {:?} classes {:?}",
        rules.weights, rules.classes
    ));
    lines.push(format!("languages {:?}", rules.languages));
    lines.push(format!(
        "bar {} us, return {} us",
        rules.bar_us, rules.return_us
    ));
    lines.extend(rules.queues.iter().map(|queue| format!("{queue:?}")));
    lines.extend(rules.advisers.iter().map(|adviser| format!("{adviser:?}")));
    lines
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<&str>() {
        return (*text).to_owned();
    }
    let text = panic.downcast_ref::<String>();
    text.cloned().unwrap_or_else(|| "no text".to_owned())
}

/// Whether a contact is live, its channel, and whether it is a callback not yet answered.
type Known = (Origin, Channel, bool);

#[derive(Default)]
struct Recorder {
    events: Vec<Event>,
    effects: Vec<Effect>,
}

impl Output for Recorder {
    const WHY: bool = true;

    fn event(&mut self, event: &Event) {
        self.events.push(*event);
    }

    fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }
}

/// Takes everything and keeps nothing, as the twin's output does.
struct Sink;

impl Output for Sink {
    const WHY: bool = false;

    fn event(&mut self, _event: &Event) {}

    fn effect(&mut self, _effect: Effect) {}
}

struct Trial<'a> {
    world: World,
    tables: Arc<Tables>,
    state: State,
    replay: State,
    reference: Reference,
    ledger: Ledger,
    now: Timestamp,
    last: Command,
    past_offers: Vec<OfferId>,
    past_contacts: Vec<ContactId>,
    tally: Tally,
    story: Option<&'a Cell<Vec<String>>>,
}

impl<'a> Trial<'a> {
    fn new(world: World) -> Result<Trial<'a>, String> {
        let tables = Tables::new(&world.rules).map_err(|error| error.to_string())?;
        let tables = Arc::new(tables);
        Ok(Trial {
            state: State::new(Arc::clone(&tables)),
            replay: State::new(Arc::clone(&tables)),
            reference: Reference::new(&world.rules),
            ledger: Ledger::new(&world.rules),
            now: BEGINNING,
            last: Command::Tick,
            past_offers: Vec::new(),
            past_contacts: Vec::new(),
            tally: Tally::default(),
            story: None,
            tables,
            world,
        })
    }

    fn step(&mut self, step: u64) -> Result<(), String> {
        let scene = Scene {
            reference: &self.reference,
            next_contact: self.state.next_contact(),
            now: self.now,
            last: self.last,
            past_offers: &self.past_offers,
            past_contacts: &self.past_contacts,
        };
        let (now, command) = self.world.step(step, &scene);
        if self.world.punctual {
            self.catch_up(now)?;
        }
        self.command(&command, now)?;
        self.last = command;
        if step.is_multiple_of(16) {
            self.compare_states()?;
        }
        if step.is_multiple_of(64) {
            self.change_horses(step)?;
        }
        Ok(())
    }

    /// Fires what is due until `now`, each at its own moment.
    fn catch_up(&mut self, now: Timestamp) -> Result<(), String> {
        for _ in 0..TICKS_MAX {
            let due = self.state.next_deadline();
            if due > now {
                return Ok(());
            }
            self.command(&Command::Tick, due.max(self.now))?;
        }
        Err(format!("L4: {TICKS_MAX} ticks and something is still due"))
    }

    fn command(&mut self, command: &Command, now: Timestamp) -> Result<(), String> {
        self.now = now;
        self.tell(|| format!("{} {command:?}", now.since_us(BEGINNING)));
        let known = self.known();
        let expected = self.expected(command);
        let mut silent = self
            .tally
            .commands
            .is_multiple_of(8)
            .then(|| self.state.clone());
        let hash_before = expected.is_err().then(|| self.state.hash());
        let mut out = Recorder::default();
        let got = self.state.handle(command, now, &mut out);
        for event in &out.events {
            self.tell(|| format!("    {event:?}"));
        }
        self.count(got, &out.events);
        let got = got.map(|()| out.events.clone());
        compare(command, &expected, &got)?;
        if let Some(before) = hash_before {
            let unchanged = self.state.hash() == before && out.events.is_empty();
            ensure(unchanged, || {
                format!("S12: refused {command:?} left a trace")
            })?;
        }
        self.fold(command, &out.events)?;
        effects_fit(&known, &out)?;
        if let Some(silent) = &mut silent {
            let _same = silent.handle(command, now, &mut Sink);
            let same = silent.hash() == self.state.hash();
            ensure(same, || {
                format!("without whys {command:?} does something else")
            })?;
        }
        self.state.check()?;
        self.compare_clocks()
    }

    fn expected(&mut self, command: &Command) -> Result<Vec<Event>, Rejection> {
        let next_contact = self.state.next_contact();
        self.reference.handle(command, self.now, next_contact)
    }

    fn fold(&mut self, command: &Command, events: &[Event]) -> Result<(), String> {
        for event in events {
            if let Event::OfferEnded { offer, outcome, .. } = *event {
                let expires = self.ledger.expires(offer);
                let early = *command == Command::Tick
                    && outcome != OfferOutcome::Interrupted
                    && (outcome != OfferOutcome::Expired || expires > Some(self.now));
                ensure(!early, || {
                    format!("S13: {offer:?} of {expires:?} ended by a tick")
                })?;
            }
            let taken = self.ledger.take(self.now, event);
            taken.map_err(|violation| violation.to_string())?;
            self.replay.apply(event, self.now);
            if let Event::OfferMade { offer, .. } | Event::ContactAssigned { offer, .. } = *event {
                remember(&mut self.past_offers, offer);
            }
            if let Event::ContactArrived { contact, .. }
            | Event::ConsultStarted {
                consult: contact, ..
            } = *event
            {
                remember(&mut self.past_contacts, contact);
            }
        }
        let settled = self.ledger.settled();
        settled.map_err(|violation| violation.to_string())
    }

    /// Clocks and counts: the engine, the reference and the ledger agree.
    fn compare_clocks(&self) -> Result<(), String> {
        let due = self.state.next_deadline();
        let (expected, folded) = (self.reference.next_deadline(), self.ledger.next_deadline());
        // Alarms of lines may ring too early, and then nothing happens; never too late.
        ensure(due <= expected && expected == folded, || {
            format!("next deadline {due:?}, reference {expected:?}, ledger {folded:?}")
        })?;
        for idx in 0..self.world.rules.queues.len() {
            let queue = QueueId(u16::try_from(idx).unwrap_or(u16::MAX));
            let waiting = self.state.waiting(queue) as usize;
            let (expected, folded) = (self.reference.waiting(queue), self.ledger.waiting(queue));
            ensure(waiting == expected && waiting == folded, || {
                format!("{queue:?}: {waiting} wait, reference {expected}, ledger {folded}")
            })?;
            let oldest = self.state.oldest(queue);
            let expected = self.reference.oldest(queue);
            ensure(oldest == expected, || {
                format!("{queue:?}: oldest {oldest:?}, reference {expected:?}")
            })?;
        }
        Ok(())
    }

    /// Everything that can be seen of the engine's state, and its copies.
    fn compare_states(&self) -> Result<(), String> {
        let n_open = self.reference.contacts().len();
        let seen: Vec<ContactView> = self.state.contacts().collect();
        ensure(seen.len() == n_open, || {
            format!("{} open, reference {n_open}", seen.len())
        })?;
        for view in &seen {
            let same = self
                .reference
                .contact(view.id)
                .is_some_and(|own| self.alike(view, own));
            let own = self.reference.contact(view.id);
            ensure(same, || format!("differ: {view:?} and {own:?}"))?;
            let place = self.state.position(view.id).map(|place| place as usize);
            let expected = self.reference.position(view.id);
            ensure(place == expected, || {
                format!("{:?} is number {place:?}, reference {expected:?}", view.id)
            })?;
        }
        for (view, entry) in seen.iter().zip(self.ledger.open()) {
            let same = view.id == entry.id && view.enqueued == entry.enqueued;
            ensure(same, || format!("S9: differ: {view:?} and {entry:?}"))?;
        }
        for (idx, own) in self.reference.advisers().iter().enumerate() {
            self.compare_adviser(AdviserId(u32::try_from(idx).unwrap_or(u32::MAX)), own)?;
        }
        self.compare_counts()?;
        let same = self.state.requests() == self.reference.requests();
        ensure(same, || {
            format!(
                "differ: {:?}, reference {:?}",
                self.state.requests(),
                self.reference.requests()
            )
        })?;
        for plan in (0..self.world.rules.plans).map(PlanId) {
            let (on, expected) = (self.state.plan_is_on(plan), self.reference.plan_is_on(plan));
            ensure(on == expected, || {
                format!("{plan:?} is on: {on}, reference {expected}")
            })?;
        }
        let (hash, replayed) = (self.state.hash(), self.replay.hash());
        ensure(hash == replayed, || "S16: the replay differs".to_owned())?;
        self.replay.check()
    }

    fn alike(&self, view: &ContactView, own: &reference::Contact) -> bool {
        let offer = if let reference::Stage::Offered { offer, .. } = own.stage {
            Some(offer)
        } else {
            None
        };
        let deadline = self.reference.deadline(own);
        view.state == state_of(own.stage)
            && view.channel == own.channel
            && view.origin == own.origin
            && view.language == own.language
            && view.topic == own.topic
            && view.queue == own.queue
            && view.class == own.class
            && view.adviser == own.adviser
            && view.arrived == own.arrived
            && view.enqueued == own.enqueued
            && view.offer == offer
            && view.ring == own.ring
            && view.overdue == own.overdue
            && view.clearance == own.clearance
            && view.callback == own.callback
            && view.attempts == own.attempts
            && view.waits_for == own.alone_until.map(|_| own.named)
            && view.consult_of == own.peer.filter(|_| own.is_consult)
            && view.consult == own.peer.filter(|_| !own.is_consult)
            && offer.is_none_or(|offer| self.state.offered_contact(offer).as_ref() == Some(view))
            && view.deadline.unwrap_or(Timestamp::NEVER) == deadline
    }

    fn compare_adviser(&self, id: AdviserId, own: &reference::Adviser) -> Result<(), String> {
        let Some(view) = self.state.adviser(id) else {
            return Err(format!("{id:?} is gone"));
        };
        let theirs = self.reference.contacts_of(id);
        let same = view.signed_in == own.signed_in
            && view.used == self.reference.used(id)
            && view.origins == own.origins
            && self.state.contacts_of(id) == theirs;
        let at_work = !own.signed_in
            || (view.present == own.present
                && view.activity == own.activity
                && view.not_ready == own.not_ready
                && view.also == own.also
                && view.free == self.reference.free(id));
        let doing = view.state == self.reference.state_of(id);
        ensure(same && at_work && doing, || {
            format!("differ: {view:?} and {own:?}, {theirs:?}")
        })
    }

    /// Who could serve each queue, and what they do: the figures of the Trafikkbilde.
    fn compare_counts(&self) -> Result<(), String> {
        for idx in 0..self.world.rules.queues.len() {
            let queue = QueueId(u16::try_from(idx).unwrap_or(u16::MAX));
            for &channel in Channel::ALL {
                let counts = self.state.advisers_of(queue, channel);
                let mut expected = AdviserCounts::default();
                for state in self.reference.states_of(queue, channel) {
                    expected.add(state);
                }
                ensure(counts == expected, || {
                    format!("{queue:?} {channel}: {counts:?}, reference {expected:?}")
                })?;
            }
        }
        Ok(())
    }

    /// From time to time the trial goes on with a restored snapshot or with the replay (S16).
    fn change_horses(&mut self, step: u64) -> Result<(), String> {
        let bytes = self.state.snapshot();
        let restored = State::restore(Arc::clone(&self.tables), &bytes);
        let restored = restored.map_err(|error| format!("S16: {error}"))?;
        let same = restored.snapshot() == bytes;
        ensure(same, || "S16: the restored state differs".to_owned())?;
        restored.check()?;
        self.damage(bytes, step);
        if step.is_multiple_of(128) {
            self.state = restored;
        } else {
            core::mem::swap(&mut self.state, &mut self.replay);
        }
        Ok(())
    }

    /// A damaged snapshot is refused or restored to something, but never brings the engine down.
    fn damage(&self, mut bytes: Vec<u8>, step: u64) {
        let mut dice = Dice::new(step);
        let place = dice.below(bytes.len());
        bytes[place] ^= 1 << dice.below(8);
        if dice.chance(10) {
            bytes.truncate(place);
        }
        let _refused_or_not = State::restore(Arc::clone(&self.tables), &bytes);
    }

    fn finish(mut self) -> Result<Tally, String> {
        self.compare_states()?;
        self.change_horses(128)?;
        self.close_the_house()?;
        Ok(self.tally)
    }

    /// L7: once citizens leave and advisers finish, nothing is left.
    fn close_the_house(&mut self) -> Result<(), String> {
        // A callback is cancelled, a consultation ends with the contact it is about.
        for _ in 0..3 {
            let open: Vec<ContactId> = self.state.contacts().map(|view| view.id).collect();
            for contact in open {
                match self.state.contact(contact).map(|view| view.state) {
                    None => {}
                    Some(ContactState::WrapUp) => {
                        let action = linje_event::WrapUpAction::Done;
                        self.command(&Command::WrapUp { contact, action }, self.now)?;
                    }
                    Some(ContactState::Dialling) => {
                        let adviser = AdviserId::NONE;
                        self.command(&Command::End { contact, adviser }, self.now)?;
                    }
                    Some(_) => {
                        self.command(&Command::Leave { contact }, self.now)?;
                        let reason = CloseReason::Cancelled;
                        self.command(&Command::Close { contact, reason }, self.now)?;
                    }
                }
            }
        }
        let left = self.state.contacts().next();
        ensure(left.is_none(), || format!("L7: {left:?} never ends"))?;
        let rings = self.reference.next_deadline() != Timestamp::NEVER;
        ensure(!rings, || "L7: a clock runs on".to_owned())?;
        // Alarms of empty lines may still ring once.
        self.catch_up(Timestamp::NEVER.plus_us(-1))?;
        ensure(self.state.next_deadline() == Timestamp::NEVER, || {
            "L7: an alarm rings on".to_owned()
        })
    }

    fn known(&self) -> BTreeMap<ContactId, Known> {
        let open = self.reference.contacts().iter();
        let known = open.map(|contact| {
            (
                contact.id,
                (contact.origin, contact.channel, contact.callback),
            )
        });
        known.collect()
    }

    fn count(&mut self, result: Result<(), Rejection>, events: &[Event]) {
        self.tally.commands += 1;
        for event in events {
            *self.tally.events.entry(event.kind()).or_default() += 1;
        }
        if let Err(rejection) = result {
            self.tally.refused += 1;
            *self
                .tally
                .refusals
                .entry(format!("{rejection:?}"))
                .or_default() += 1;
        }
    }

    fn tell(&self, line: impl FnOnce() -> String) {
        if let Some(story) = self.story {
            let mut lines = story.take();
            lines.push(line());
            story.set(lines);
        }
    }
}

fn compare(
    command: &Command,
    expected: &Result<Vec<Event>, Rejection>,
    got: &Result<Vec<Event>, Rejection>,
) -> Result<(), String> {
    if expected == got {
        return Ok(());
    }
    let mut text = format!("{command:?} differs");
    if let (Ok(expected), Ok(got)) = (expected, got) {
        let longest = expected.len().max(got.len());
        for place in 0..longest {
            if expected.get(place) != got.get(place) {
                text += &format!(
                    " at event {place}\n  engine    {:?}\n  reference {:?}",
                    got.get(place),
                    expected.get(place)
                );
                return Err(text);
            }
        }
    }
    Err(format!(
        "{text}\n  engine    {got:?}\n  reference {expected:?}"
    ))
}

fn ensure(condition: bool, text: impl FnOnce() -> String) -> Result<(), String> {
    if condition { Ok(()) } else { Err(text()) }
}

/// Each event that somebody's phone or page must follow has its one effect, and only for live contacts.
fn effects_fit(known: &BTreeMap<ContactId, Known>, out: &Recorder) -> Result<(), String> {
    let mut known = known.clone();
    let mut missing = Vec::new();
    for (place, event) in out.events.iter().enumerate() {
        if let Event::ContactArrived {
            contact,
            channel,
            origin,
            ..
        } = *event
        {
            known.insert(contact, (origin, channel, false));
        }
        if let Event::CallbackAsked { contact, .. } | Event::CallbackAnswered { contact, .. } =
            *event
            && let Some(known) = known.get_mut(&contact)
        {
            known.2 = !known.2;
        }
        let about = event.contact().and_then(|contact| known.get(&contact));
        if let Some((Origin::Live, channel, callback)) = about {
            let next = out.events.get(place + 1);
            missing.extend(effect_of(event, next, (*channel, *callback)));
        }
    }
    let mut surplus = out.effects.clone();
    missing.retain(|effect| {
        let place = surplus.iter().position(|other| other == effect);
        place.map(|place| surplus.remove(place)).is_none()
    });
    ensure(missing.is_empty() && surplus.is_empty(), || {
        format!("S10: effects missing {missing:?}, surplus {surplus:?}")
    })
}

fn effect_of(
    event: &Event,
    next: Option<&Event>,
    (channel, callback): (Channel, bool),
) -> Option<Effect> {
    match *event {
        Event::OfferMade {
            offer,
            contact,
            adviser,
            ..
        } => Some(Effect::Present {
            offer,
            contact,
            adviser,
            channel,
            callback,
        }),
        Event::OfferEnded {
            offer,
            contact,
            adviser,
            ..
        } => Some(Effect::Withdraw {
            offer,
            contact,
            adviser,
        }),
        Event::ContactAssigned {
            contact, adviser, ..
        }
        | Event::OfferAccepted {
            contact, adviser, ..
        }
        | Event::CallbackAnswered { contact, adviser } => {
            Some(Effect::Connect { contact, adviser })
        }
        Event::ContactHeld { contact, .. } => Some(Effect::Hold { contact }),
        Event::ContactResumed { contact, .. } => Some(Effect::Resume { contact }),
        Event::ContactEnded {
            contact, adviser, ..
        } => Some(disconnect(contact, adviser, false)),
        Event::ContactTransferred {
            contact, adviser, ..
        }
        | Event::ContactGivenBack {
            contact, adviser, ..
        }
        | Event::ContactReturned { contact, adviser } => Some(disconnect(contact, adviser, true)),
        Event::ContactClosed {
            contact,
            adviser,
            reason,
            ..
        } => match (reason, adviser) {
            (CloseReason::Served | CloseReason::HandedOver, _) => None,
            (_, AdviserId::NONE) => Some(Effect::Release { contact, reason }),
            (_, adviser) => Some(disconnect(contact, adviser, false)),
        },
        Event::ConsultStarted {
            contact,
            consult,
            adviser,
            ..
        } => Some(Effect::Consult {
            contact,
            consult,
            adviser,
        }),
        Event::ConsultEnded {
            contact, outcome, ..
        } => match outcome {
            ConsultOutcome::TakenBack | ConsultOutcome::ExpertLeft | ConsultOutcome::Failed => {
                Some(Effect::Resume { contact })
            }
            ConsultOutcome::HandedOver | ConsultOutcome::CitizenLeft => None,
        },
        Event::ContactHandedOver {
            contact, from, to, ..
        } => match next {
            Some(Event::ConsultEnded { consult, .. }) => Some(Effect::HandOver {
                contact,
                consult: *consult,
                from,
                to,
            }),
            _ => None,
        },
        Event::CallbackDialling {
            contact,
            adviser,
            attempt,
            ..
        } => Some(Effect::Dial {
            contact,
            adviser,
            attempt,
            promised: true,
        }),
        Event::CalledOut {
            contact, adviser, ..
        } => Some(Effect::Dial {
            contact,
            adviser,
            attempt: 1,
            promised: false,
        }),
        Event::ConferenceSet {
            contact, joined, ..
        } => Some(Effect::Conference { contact, joined }),
        Event::CallbackMissed {
            contact, adviser, ..
        } => Some(Effect::StopDial { contact, adviser }),
        Event::CentrePublished { .. }
        | Event::ContactArrived { .. }
        | Event::ContactQueued { .. }
        | Event::ContactNeeds { .. }
        | Event::RingStarted { .. }
        | Event::ContactOverdue { .. }
        | Event::ContactOverflowed { .. }
        | Event::ContactSetAside { .. }
        | Event::ContactTakenUp { .. }
        | Event::CallbackAsked { .. }
        | Event::CallbackDue { .. }
        | Event::AlsoChosen { .. }
        | Event::QueueExpected { .. }
        | Event::PlanSwitched { .. }
        | Event::RequestMade { .. }
        | Event::RequestAnswered { .. }
        | Event::RequestClosed { .. }
        | Event::WrapUpSet { .. }
        | Event::AdviserSignedIn { .. }
        | Event::AdviserSignedOut { .. }
        | Event::ActivityChosen { .. }
        | Event::OriginsChosen { .. }
        | Event::PresenceLost { .. }
        | Event::PresenceRegained { .. }
        | Event::BarEnded { .. } => None,
    }
}

fn disconnect(contact: ContactId, adviser: AdviserId, requeued: bool) -> Effect {
    Effect::Disconnect {
        contact,
        adviser,
        requeued,
    }
}

fn remember<T>(past: &mut Vec<T>, item: T) {
    if past.len() == REMEMBERED {
        past.remove(0);
    }
    past.push(item);
}

fn state_of(stage: reference::Stage) -> ContactState {
    match stage {
        reference::Stage::InMenu => ContactState::InMenu,
        reference::Stage::Waiting => ContactState::Queued,
        reference::Stage::Offered { .. } => ContactState::Offered,
        reference::Stage::Talking => ContactState::Active,
        reference::Stage::OnHold => ContactState::Held,
        reference::Stage::Consulting => ContactState::Consulting,
        reference::Stage::Aside => ContactState::SetAside,
        reference::Stage::Parked { .. } => ContactState::Parked,
        reference::Stage::Dialling { .. } => ContactState::Dialling,
        reference::Stage::WrappingUp { .. } => ContactState::WrapUp,
    }
}
