//! The people of a recorded day, as they meet the core in a run: what they want of it and when.
//!
//! Each contact lives the phases of its recording in their order; a phase that the recording does not have
//! is borrowed from somebody else of the same day. A step comes as long after the step before it as it did,
//! so that what had to wait in this run shifts what follows.

use std::{cmp::Reverse, collections::BinaryHeap};

use linje_event::{Command, ConsultAction, Entry, Event, OfferOutcome, Rejection, WrapUpAction};
use linje_routing::{ContactState, ContactView, State};
use linje_types::{
    Activity, AdviserId, Channel, Channels, ContactId, OfferId, QueueId, SECOND_US, Timestamp,
};

use super::{
    record::{lets_go, phases_of},
    rerun::Change,
    script::{Act, Asleep, Class, KINDS, Kind, NONE, Outside, Over, Recorded, Step, Wanted},
};
use crate::random::Purpose;

/// How long somebody takes to be ready again on a day that shows nobody who was, microseconds; assumed.
const RETURN_US: i64 = 45 * SECOND_US;
/// How long it rings before an answer on a day on which nothing rang, microseconds; assumed.
const ANSWER_US: i64 = 3 * SECOND_US;

/// What an entry of the agenda is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// A step of what goes on with a contact.
    Step(u32),
    /// What goes on ends as somebody else's did: their last step.
    Last(u32),
    /// The citizen has waited long enough; a step, or `NONE` when the patience was drawn.
    Patience(u32),
    /// The adviser answers, on a day that shows nobody who was rung.
    Answer,
    /// The adviser ends a talk that they could not send on.
    End,
    /// An adviser is ready again. The owner is the adviser.
    Ready,
    /// An adviser does what was put off. The owner is the adviser.
    Settle,
}

/// An entry of the agenda. The order is that of the moments, then of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Due {
    at: Timestamp,
    seq: u64,
    /// Person or adviser.
    owner: u32,
    /// Out of date when the owner has another.
    stamp: u32,
    what: What,
}

/// What comes next.
pub(super) enum Next {
    /// A deadline of the core.
    Tick,
    /// Something that follows from what the core did.
    Due(Due),
    /// Something that was done whatever the core did.
    Outside(Outside),
}

/// One contact in this run.
#[derive(Debug, Clone, Copy)]
struct Live {
    contact: ContactId,
    channel: Channel,
    offer: OfferId,
    adviser: AdviserId,
    queue: QueueId,
    /// The phase lived now, or `NONE`.
    phase: u32,
    /// Whether it is somebody else's.
    borrowed: bool,
    /// The last step was at this moment ...
    chain_at: Timestamp,
    /// ... and that long after the beginning of the phase; time laid aside not counted.
    chain_us: i64,
    /// The step that comes next, or `NONE`.
    pending: u32,
    /// When the wrap-up ends by itself.
    until: Timestamp,
    /// Counts changes of what goes on.
    stamp: u32,
    /// Counts changes of the waiting.
    patience: u32,
    /// Since when it waits.
    waits_since: Timestamp,
    /// Nobody is on the line: a callback, or an expert's side.
    patient: bool,
    /// Booked a callback instead of coming.
    booked: bool,
    /// Callback: which attempt goes on.
    attempt: u8,
    /// Its work is laid aside.
    aside: bool,
    asides: u16,
    /// An expert is asked about it: the person of the consultation, or `NONE`.
    expert: u32,
    /// A consultation: the person it is about, or `NONE`.
    about: u32,
    /// The next consultation of the recording, or `NONE`.
    next_consult: u32,
    /// The step that waits for the expert, or `NONE`.
    waiting: u32,
    /// When the talk began; `NEVER` = nobody has answered.
    talks_since: Timestamp,
    /// By kind: the next phase of the recording, or `NONE`.
    next: [u32; KINDS],
    /// By kind: how many there were.
    nth: [u16; KINDS],
}

impl Live {
    fn new(channel: Channel, from: Timestamp) -> Live {
        Live {
            contact: ContactId::NONE,
            channel,
            offer: OfferId(0),
            adviser: AdviserId::NONE,
            queue: QueueId::NONE,
            phase: NONE,
            borrowed: false,
            chain_at: from,
            chain_us: 0,
            pending: NONE,
            until: Timestamp::NEVER,
            stamp: 0,
            patience: 0,
            waits_since: from,
            patient: false,
            booked: false,
            attempt: 0,
            aside: false,
            asides: 0,
            expert: NONE,
            about: NONE,
            next_consult: NONE,
            waiting: NONE,
            talks_since: Timestamp::NEVER,
            next: [NONE; KINDS],
            nth: [0; KINDS],
        }
    }
}

/// An adviser in this run.
#[derive(Debug, Clone, Copy)]
struct Player {
    signed_in: bool,
    not_ready: bool,
    activity: Activity,
    /// Contacts answered, wrap-up included.
    contacts: u16,
    ringing: u16,
    put_off: Option<PutOff>,
}

/// What an adviser could not do at its moment, because in this run they had somebody then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PutOff {
    Home,
    Choose(Activity),
}

/// Everybody of the day, and what they are about to do.
pub(super) struct World<'r> {
    recorded: &'r Recorded,
    change: Option<&'r Change>,
    /// Place in the script.
    script: usize,
    agenda: BinaryHeap<Reverse<Due>>,
    /// Gives acts that the log did not see a place after those that it did.
    unseen: u64,
    /// By person; consultations that the day did not have come at the end.
    live: Vec<Live>,
    /// By slot.
    by_slot: Vec<u32>,
    players: Vec<Player>,
    /// By queue: its class under the rules in force.
    classes: Vec<u8>,
    /// Who is coming.
    arriving: u32,
    /// Whose step the last command was, or `NONE`.
    acting: u32,
}

impl<'r> World<'r> {
    pub(super) fn new(
        recorded: &'r Recorded,
        change: Option<&'r Change>,
        state: &State,
    ) -> World<'r> {
        let live = recorded.people.iter().map(|person| Live {
            next: person.first,
            next_consult: person.consults.0,
            ..Live::new(person.channel, recorded.from)
        });
        let mut world = World {
            recorded,
            change,
            script: 0,
            agenda: BinaryHeap::new(),
            unseen: u64::from(u32::MAX),
            live: live.collect(),
            by_slot: Vec::new(),
            players: Vec::new(),
            classes: Vec::new(),
            arriving: 0,
            acting: NONE,
        };
        world.widen(state);
        for (number, player) in (0..).zip(&mut world.players) {
            if let Some(view) = state.adviser(AdviserId(number)) {
                player.signed_in = view.signed_in;
                player.not_ready = view.not_ready.is_some();
                player.activity = view.activity;
            }
        }
        let open: Vec<ContactView> = state.contacts().collect();
        for (person, view) in (0..).zip(&open) {
            world.enter(person, view.id);
        }
        for (person, view) in (0..).zip(&open) {
            if let Some(consult) = view.consult {
                world.live[person as usize].next_consult = NONE;
                let expert = world.person(consult);
                world.is_about(expert, person);
                world.live[person as usize].next_consult =
                    recorded.people[expert as usize].next_consult;
            }
        }
        for (person, view) in (0..).zip(&open) {
            world.adopt(person, view);
        }
        world
    }

    /// Other rules came into force.
    pub(super) fn widen(&mut self, state: &State) {
        let queues = &state.tables().rules().queues;
        self.classes = queues.iter().map(|rule| rule.class).collect();
        let player = Player {
            signed_in: false,
            not_ready: false,
            activity: Activity::Break,
            contacts: 0,
            ringing: 0,
            put_off: None,
        };
        let n_advisers = state.n_advisers().max(self.players.len());
        self.players.resize(n_advisers, player);
    }

    /// A contact that was open when the day began.
    fn adopt(&mut self, person: u32, view: &ContactView) {
        let from = self.recorded.from;
        let live = &mut self.live[person as usize];
        live.adviser = view.adviser;
        live.queue = view.queue;
        live.offer = view.offer.unwrap_or(live.offer);
        live.patient |= view.callback;
        live.attempt = view.attempts;
        if let Some(player) = self.players.get_mut(view.adviser.idx()) {
            if view.state == ContactState::Offered {
                player.ringing += 1;
            } else {
                player.contacts += 1;
            }
        }
        for kind in phases_of(view.state) {
            if *kind == Kind::Wait {
                self.waits(person, from);
            } else {
                self.begin(person, *kind, from);
            }
        }
        if view.state == ContactState::SetAside {
            self.lay_aside(person, from);
        }
    }

    fn enter(&mut self, person: u32, contact: ContactId) {
        let slot = contact.slot() as usize;
        if self.by_slot.len() <= slot {
            self.by_slot.resize(slot + 1, NONE);
        }
        self.by_slot[slot] = person;
        self.live[person as usize].contact = contact;
    }

    fn is_about(&mut self, expert: u32, person: u32) {
        self.live[person as usize].expert = expert;
        let live = &mut self.live[expert as usize];
        live.about = person;
        live.patient = true;
    }

    /// What comes next and when; the deadlines that are due go first, as the desk does it.
    pub(super) fn next(&mut self, state: &State, now: Timestamp) -> Option<(Timestamp, Next)> {
        while let Some(Reverse(due)) = self.agenda.peek() {
            if self.is_live(due) {
                break;
            }
            self.agenda.pop();
        }
        let due = self.agenda.peek().map(|due| (due.0.at, due.0.seq));
        let scripted = self.recorded.script.get(self.script);
        let outside = scripted.map(|scripted| (scripted.at, u64::from(scripted.seq)));
        let first = [due, outside].into_iter().flatten().min();
        let at = first.map_or(Timestamp::NEVER, |(at, _)| at);
        let deadline = state.next_deadline();
        let fires = self.fires(deadline, now).min(at);
        if deadline <= at && fires <= self.recorded.end {
            return Some((fires, Next::Tick));
        }
        if at > self.recorded.end {
            return None;
        }
        if first == outside {
            self.script += 1;
            return scripted.map(|scripted| (at, Next::Outside(scripted.act)));
        }
        self.agenda.pop().map(|due| (at, Next::Due(due.0)))
    }

    /// When the process gets round to a deadline: at once, unless it slept just then.
    fn fires(&self, deadline: Timestamp, now: Timestamp) -> Timestamp {
        let at = deadline.max(now);
        let asleep = &self.recorded.asleep;
        let began = |it: &Asleep| it.from < at || it.from == at && (now == at || !it.set_late);
        let before = asleep.partition_point(began);
        let last = before.checked_sub(1).map(|last| asleep[last]);
        last.filter(|last| last.until > at)
            .map_or(at, |last| last.until)
    }

    fn is_live(&self, due: &Due) -> bool {
        let owner = due.owner as usize;
        match due.what {
            What::Step(_) | What::Last(_) | What::Answer | What::End => {
                self.live[owner].stamp == due.stamp
            }
            What::Patience(_) => self.live[owner].patience == due.stamp,
            What::Ready | What::Settle => true,
        }
    }

    fn put(&mut self, at: Timestamp, seq: Option<u32>, owner: u32, stamp: u32, what: What) {
        if at > self.recorded.end {
            return;
        }
        let seq = seq.map_or_else(
            || {
                self.unseen += 1;
                self.unseen
            },
            u64::from,
        );
        self.agenda.push(Reverse(Due {
            at,
            seq,
            owner,
            stamp,
            what,
        }));
    }

    fn queue(&self, queue: QueueId) -> QueueId {
        self.change.map_or(queue, |change| change.queue(queue))
    }

    /// The queue and the priority class that somebody enters with.
    fn entry(&self, wanted: &Wanted) -> (QueueId, u8) {
        let queue = self.queue(wanted.queue);
        match wanted.class {
            Class::OfQueue => (queue, self.classes.get(queue.idx()).copied().unwrap_or(0)),
            Class::Fixed(class) => (queue, class),
        }
    }

    // ---- What the world wants of the core.

    /// What was done whatever the core did. `next` is the id of the next contact.
    pub(super) fn outside(
        &mut self,
        outside: Outside,
        next: ContactId,
        at: Timestamp,
    ) -> Option<Command> {
        self.acting = NONE;
        let command = match outside {
            Outside::Publish(_) => return None,
            Outside::Arrive(person) => self.arrive(person, next),
            Outside::Meet(adviser, origins) => Command::Meet { adviser, origins },
            Outside::LosePresence(adviser) => Command::LosePresence { adviser },
            Outside::RegainPresence(adviser) => Command::RegainPresence { adviser },
            Outside::Also(adviser, channels) => Command::Also { adviser, channels },
            Outside::Expect(queue, wait_us) => Command::Expect {
                queue: self.queue(queue),
                wait_us,
            },
            Outside::Plan(plan, on) => Command::SwitchPlan { plan, on },
            Outside::Ask(activity, wanted, unit) => Command::AskAdvisers {
                activity,
                wanted,
                unit,
            },
            Outside::Answer(request, adviser, yes) => Command::AnswerRequest {
                request,
                adviser,
                yes,
            },
            Outside::CloseRequest(request) => Command::CloseRequest { request },
            Outside::SignIn(adviser, activity) => {
                let player = &mut self.players[adviser.idx()];
                if player.signed_in {
                    // Still at work in this run: does at once what they came for.
                    player.put_off = Some(PutOff::Choose(activity));
                    self.settle_at(adviser, at);
                    return None;
                }
                Command::SignIn { adviser, activity }
            }
            Outside::SignOut(adviser, rang) => {
                let player = &mut self.players[adviser.idx()];
                if player.contacts > 0 || player.ringing > 0 && !rang {
                    player.put_off = Some(PutOff::Home);
                    self.settle_at(adviser, at);
                    return None;
                }
                Command::SignOut { adviser }
            }
            Outside::Choose(adviser, activity, rang) => {
                let player = &mut self.players[adviser.idx()];
                if player.ringing > 0 && !rang {
                    player.put_off = Some(PutOff::Choose(activity));
                    return None;
                }
                player.put_off = None;
                Command::Choose { adviser, activity }
            }
        };
        Some(command)
    }

    fn arrive(&mut self, number: u32, contact: ContactId) -> Command {
        let person = &self.recorded.people[number as usize];
        self.arriving = number;
        let entry = person.wanted.map(|wanted| (wanted, self.entry(&wanted)));
        if let (Some((from, until)), Some((wanted, (queue, class)))) = (person.booked, entry) {
            let live = &mut self.live[number as usize];
            live.booked = true;
            live.patient = true;
            return Command::BookCallback {
                contact,
                queue,
                topic: wanted.topic,
                origin: person.origin,
                language: wanted.language,
                class,
                clearance: wanted.needs.clearance,
                not_to: wanted.needs.not_to,
                from,
                until,
            };
        }
        Command::Arrive {
            contact,
            channel: person.channel,
            topic: person.topic,
            origin: person.origin,
            language: person.language,
            entry: entry.map_or(Entry::Menu, |(wanted, (queue, class))| Entry::Queue {
                queue,
                class,
                place: wanted.place,
                needs: wanted.needs,
            }),
        }
    }

    /// What follows from what the core did. `next` is the id of the next contact.
    pub(super) fn command(&mut self, due: &Due, next: ContactId) -> Option<Command> {
        self.acting = NONE;
        let owner = due.owner;
        match due.what {
            What::Step(number) => {
                self.acting = owner;
                if self.waits_for_expert(owner, number, due.at) {
                    return None;
                }
                let step = self.recorded.steps[number as usize];
                self.advance(owner, number, due.at);
                self.act(owner, &step, next)
            }
            What::Last(number) => {
                self.acting = owner;
                let step = self.recorded.steps[number as usize];
                self.act(owner, &step, next)
            }
            What::Patience(number) => {
                self.acting = owner;
                let contact = self.live[owner as usize].contact;
                match self.recorded.steps.get(number as usize) {
                    Some(step) => self.act(owner, step, next),
                    None => Some(Command::Leave { contact }),
                }
            }
            What::Answer => {
                let Live { offer, adviser, .. } = self.live[owner as usize];
                Some(Command::Accept { offer, adviser })
            }
            What::End => {
                let Live {
                    contact, adviser, ..
                } = self.live[owner as usize];
                Some(Command::End { contact, adviser })
            }
            What::Ready => {
                let player = &self.players[owner as usize];
                let wanted = player.signed_in && player.not_ready && player.put_off.is_none();
                wanted.then_some(Command::Choose {
                    adviser: AdviserId(owner),
                    activity: player.activity,
                })
            }
            What::Settle => self.settle(AdviserId(owner)),
        }
    }

    fn act(&mut self, person: u32, step: &Step, next: ContactId) -> Option<Command> {
        if let Act::Consult(_) = step.act {
            self.arriving = self.next_expert(person);
        }
        let live = &self.live[person as usize];
        let Live {
            contact,
            offer,
            adviser,
            ..
        } = *live;
        let command = match step.act {
            Act::Enqueue(wanted) => {
                let (queue, class) = self.entry(&wanted);
                Command::Enqueue {
                    contact,
                    queue,
                    topic: wanted.topic,
                    language: wanted.language,
                    class,
                    place: wanted.place,
                    needs: wanted.needs,
                }
            }
            Act::Leave => Command::Leave { contact },
            Act::Lose => Command::Lose { contact },
            Act::Cut => Command::Cut { contact },
            Act::Close(reason) => Command::Close { contact, reason },
            Act::Accept => Command::Accept { offer, adviser },
            Act::Decline => Command::Decline { offer, adviser },
            Act::Fail(cause) => Command::Fail { offer, cause },
            Act::Hold => Command::Hold { contact },
            Act::Resume => Command::Resume { contact },
            Act::End => Command::End { contact, adviser },
            Act::Transfer(queue) => Command::Transfer {
                contact,
                queue: self.queue(queue),
            },
            Act::WrapUp(action) => Command::WrapUp { contact, action },
            Act::Return => Command::Return { contact, adviser },
            Act::Consult(queue) => Command::Consult {
                contact,
                consult: next,
                adviser,
                queue: self.queue(queue),
            },
            // Without an expert there is nothing to end.
            Act::EndConsult(..) if live.expert == NONE => return None,
            Act::EndConsult(action, _) => Command::EndConsult {
                contact,
                adviser,
                action,
            },
            Act::AskCallback(from, until) => Command::AskCallback {
                contact,
                from,
                until,
            },
            Act::Dialled(failed) => Command::Dialled {
                contact,
                attempt: live.attempt,
                failed,
            },
            Act::Ready | Act::ConsultOver => return None,
        };
        Some(command)
    }

    /// Whether the step has to wait: for the expert's answer, for the time that the talk with them takes,
    /// or for the expert to end it.
    fn waits_for_expert(&mut self, person: u32, number: u32, at: Timestamp) -> bool {
        let Live {
            expert,
            borrowed,
            stamp,
            ..
        } = self.live[person as usize];
        if expert == NONE {
            return false;
        }
        let step = self.recorded.steps[number as usize];
        let talked_us = if let Act::EndConsult(_, Some(talked_us)) = step.act {
            Some(talked_us)
        } else if step.act == Act::ConsultOver {
            None
        } else {
            return false;
        };
        let answered = self.live[expert as usize].talks_since;
        let Some(talked_us) = talked_us.filter(|_| answered != Timestamp::NEVER) else {
            self.live[person as usize].waiting = number;
            return true;
        };
        let ready = answered.plus_us(talked_us);
        if ready > at {
            let seq = (!borrowed).then_some(step.seq);
            self.put(ready, seq, person, stamp, What::Step(number));
        }
        ready > at
    }

    // ---- What the core did.

    /// Takes an event.
    pub(super) fn observe(&mut self, at: Timestamp, event: &Event) {
        match *event {
            Event::ContactArrived {
                contact, in_menu, ..
            } => {
                let person = self.arriving;
                self.enter(person, contact);
                if in_menu {
                    self.begin(person, Kind::Menu, at);
                }
            }
            Event::ContactQueued { contact, queue, .. } => {
                let person = self.person(contact);
                self.live[person as usize].queue = queue;
                self.stop(person);
                self.waits(person, at);
            }
            Event::ContactOverflowed { contact, queue, .. } => {
                let person = self.person(contact);
                self.live[person as usize].queue = queue;
            }
            Event::OfferMade {
                contact,
                offer,
                adviser,
                ..
            } => {
                let person = self.person(contact);
                let live = &mut self.live[person as usize];
                live.offer = offer;
                live.adviser = adviser;
                self.players[adviser.idx()].ringing += 1;
                self.begin(person, Kind::Offer, at);
            }
            Event::ContactAssigned {
                contact, adviser, ..
            } => {
                self.players[adviser.idx()].contacts += 1;
                self.answered(contact, adviser, at);
            }
            Event::OfferAccepted {
                contact, adviser, ..
            } => {
                self.players[adviser.idx()].contacts += 1;
                self.rang(adviser, at);
                self.answered(contact, adviser, at);
            }
            Event::OfferEnded {
                contact,
                adviser,
                outcome,
                ..
            } => self.offer_ended(contact, adviser, outcome, at),
            Event::ContactEnded {
                contact,
                wrap_up_until,
                ..
            } => {
                let person = self.person(contact);
                self.live[person as usize].until = wrap_up_until;
                self.begin(person, Kind::WrapUp, at);
            }
            Event::ContactTransferred {
                contact,
                adviser,
                queue,
                ..
            } => {
                let person = self.person(contact);
                self.live[person as usize].queue = queue;
                self.leaves(person, adviser, at);
                self.waits(person, at);
            }
            Event::ContactReturned { contact, adviser }
            | Event::ContactGivenBack {
                contact, adviser, ..
            } => {
                let person = self.person(contact);
                self.leaves(person, adviser, at);
                self.waits(person, at);
            }
            Event::ContactClosed {
                contact, adviser, ..
            } => {
                let person = self.person(contact);
                self.live[person as usize].patience += 1;
                self.leaves(person, adviser, at);
                self.by_slot[contact.slot() as usize] = NONE;
            }
            Event::ContactSetAside { contact, .. } => {
                let person = self.person(contact);
                self.lay_aside(person, at);
            }
            Event::ContactTakenUp { contact, .. } => {
                let person = self.person(contact);
                self.take_up(person, at);
            }
            Event::ConsultStarted {
                contact, consult, ..
            } => self.consult_started(contact, consult),
            Event::ConsultEnded { contact, .. } => self.consult_ended(contact, at),
            Event::ContactHandedOver {
                contact,
                from,
                to,
                queue,
            } => {
                let person = self.person(contact);
                self.leaves(person, from, at);
                let live = &mut self.live[person as usize];
                live.adviser = to;
                live.queue = queue;
                self.players[to.idx()].contacts += 1;
                self.begin(person, Kind::Talk, at);
            }
            Event::CallbackAsked { contact, .. } => {
                let person = self.person(contact);
                let live = &mut self.live[person as usize];
                live.patient = true;
                // Who booked has waited so from the beginning.
                if !core::mem::replace(&mut live.booked, false) {
                    self.waits(person, at);
                }
            }
            Event::CallbackDialling {
                contact,
                adviser,
                attempt,
                ..
            } => {
                let person = self.person(contact);
                self.live[person as usize].attempt = attempt;
                self.players[adviser.idx()].contacts += 1;
                self.rang(adviser, at);
                self.begin(person, Kind::Dial, at);
            }
            Event::CallbackAnswered { contact, adviser } => {
                let person = self.person(contact);
                self.live[person as usize].patient = false;
                self.answered(contact, adviser, at);
            }
            Event::CallbackMissed {
                contact, adviser, ..
            } => {
                let person = self.person(contact);
                self.leaves(person, adviser, at);
            }
            Event::AdviserSignedIn { adviser, activity } => {
                let player = &mut self.players[adviser.idx()];
                player.signed_in = true;
                self.chose(adviser, activity);
            }
            Event::AdviserSignedOut { adviser } => {
                self.players[adviser.idx()].signed_in = false;
                self.chose(adviser, Activity::Break);
            }
            Event::ActivityChosen { adviser, activity } => self.chose(adviser, activity),
            // Nobody of a day that is lived again rings out, and a conference changes nobody's place.
            Event::CalledOut { .. }
            | Event::ConferenceSet { .. }
            | Event::CentrePublished { .. }
            | Event::ContactHeld { .. }
            | Event::ContactResumed { .. }
            | Event::WrapUpSet { .. }
            | Event::OriginsChosen { .. }
            | Event::PresenceLost { .. }
            | Event::PresenceRegained { .. }
            | Event::ContactNeeds { .. }
            | Event::RingStarted { .. }
            | Event::ContactOverdue { .. }
            | Event::CallbackDue { .. }
            | Event::AlsoChosen { .. }
            | Event::QueueExpected { .. }
            | Event::PlanSwitched { .. }
            | Event::RequestMade { .. }
            | Event::RequestAnswered { .. }
            | Event::RequestClosed { .. }
            | Event::BarEnded { .. } => {}
        }
    }

    /// What came of a command that the core refused: in this run it could not be done then.
    pub(super) fn done(&mut self, command: &Command, done: Result<(), Rejection>, at: Timestamp) {
        let (Err(rejection), person) = (done, self.acting) else {
            return;
        };
        if let (Command::SignOut { adviser }, Rejection::HasContacts) = (command, rejection) {
            let player = &mut self.players[adviser.idx()];
            player.put_off = Some(PutOff::Home);
            if player.contacts > 0 {
                self.settle_at(*adviser, at);
            }
        }
        if person == NONE {
            return;
        }
        if let Command::AskCallback { .. } = command {
            // Somebody is being rung for them: they stay on the line.
            let live = &self.live[person as usize];
            let (seen_us, queue) = (at.since_us(live.waits_since), live.queue);
            self.impatient(person, seen_us, queue);
        } else if let Command::Transfer { .. } | Command::Return { .. } = command {
            // The adviser helps as well as they can, as long as others did.
            self.helps_on(person, at);
        } else if let Command::EndConsult {
            action: ConsultAction::HandOver,
            ..
        } = command
        {
            self.begin(person, Kind::Talk, at);
        }
    }

    fn person(&self, contact: ContactId) -> u32 {
        self.by_slot[contact.slot() as usize]
    }

    fn chose(&mut self, adviser: AdviserId, activity: Activity) {
        let player = &mut self.players[adviser.idx()];
        player.activity = activity;
        player.not_ready = false;
    }

    /// What went on is over.
    fn stop(&mut self, person: u32) {
        let live = &mut self.live[person as usize];
        live.stamp += 1;
        live.phase = NONE;
        live.pending = NONE;
        live.waiting = NONE;
        live.aside = false;
    }

    fn answered(&mut self, contact: ContactId, adviser: AdviserId, at: Timestamp) {
        let person = self.person(contact);
        let live = &mut self.live[person as usize];
        live.adviser = adviser;
        live.patience += 1;
        self.begin(person, Kind::Talk, at);
        self.expert_answered(person, at);
    }

    /// The contact is no longer with the adviser, if it was.
    fn leaves(&mut self, person: u32, adviser: AdviserId, at: Timestamp) {
        self.stop(person);
        self.live[person as usize].adviser = AdviserId::NONE;
        if let Some(player) = self.players.get_mut(adviser.idx()) {
            player.contacts = player.contacts.saturating_sub(1);
            if player.contacts == 0 && player.put_off.is_some() {
                self.settle_at(adviser, at);
            }
        }
    }

    /// An offer is over.
    fn rang(&mut self, adviser: AdviserId, at: Timestamp) {
        let player = &mut self.players[adviser.idx()];
        player.ringing = player.ringing.saturating_sub(1);
        if player.ringing == 0 && player.put_off.is_some() {
            self.settle_at(adviser, at);
        }
    }

    fn offer_ended(
        &mut self,
        contact: ContactId,
        adviser: AdviserId,
        outcome: OfferOutcome,
        at: Timestamp,
    ) {
        let person = self.person(contact);
        let Live {
            phase, borrowed, ..
        } = self.live[person as usize];
        self.stop(person);
        self.live[person as usize].adviser = AdviserId::NONE;
        self.rang(adviser, at);
        if !lets_go(outcome) {
            return;
        }
        self.players[adviser.idx()].not_ready = true;
        let offer = self.recorded.phases.get(phase as usize);
        let ready = offer.and_then(|offer| self.recorded.steps.get(offer.ready as usize));
        let as_it_was =
            offer.is_some_and(|offer| !borrowed && offer.let_go && offer.adviser == adviser);
        if as_it_was {
            if let Some(step) = ready {
                let at = at.plus_us(step.after_us);
                self.put(at, Some(step.seq), adviser.0, 0, What::Ready);
            }
            return;
        }
        let nth = u32::from(self.live[person as usize].nth[Kind::Offer as usize]);
        let drawn = || self.recorded.pools.returns(person, nth);
        let after_us = ready.map(|step| step.after_us).or_else(drawn);
        let at = at.plus_us(after_us.unwrap_or(RETURN_US));
        self.put(at, None, adviser.0, 0, What::Ready);
    }

    // ---- Phases.

    /// The next phase of a kind: as it was, or somebody else's when there was none.
    fn take(&mut self, person: u32, kind: Kind) -> (u32, bool) {
        let live = &mut self.live[person as usize];
        live.nth[kind as usize] = live.nth[kind as usize].saturating_add(1);
        let own = live.next[kind as usize];
        if own != NONE {
            live.next[kind as usize] = self.recorded.phases[own as usize].next;
            return (own, false);
        }
        (self.borrow(person, kind), true)
    }

    fn borrow(&self, person: u32, kind: Kind) -> u32 {
        let live = &self.live[person as usize];
        let nth = u32::from(live.nth[kind as usize]);
        let like = (live.queue, live.channel);
        self.recorded.pools.phase(kind, like, person, nth)
    }

    fn begin(&mut self, person: u32, kind: Kind, at: Timestamp) {
        self.stop(person);
        let (phase, borrowed) = self.take(person, kind);
        let live = &mut self.live[person as usize];
        live.phase = phase;
        live.borrowed = borrowed;
        live.chain_at = at;
        live.chain_us = 0;
        live.asides = 0;
        if kind == Kind::Talk {
            live.talks_since = at;
        }
        match self.recorded.phases.get(phase as usize) {
            Some(found) if found.first != NONE => self.put_step(person, found.first),
            Some(found) => self.go_on_if_cut(person, kind, found.over),
            None if kind == Kind::Offer => {
                let stamp = self.live[person as usize].stamp;
                self.put(at.plus_us(ANSWER_US), None, person, stamp, What::Answer);
            }
            None => {}
        }
    }

    /// The step comes as long after the one before it as it did.
    fn put_step(&mut self, person: u32, number: u32) {
        self.live[person as usize].pending = number;
        let Live {
            chain_at,
            chain_us,
            until,
            phase,
            borrowed,
            stamp,
            aside,
            ..
        } = self.live[person as usize];
        if aside {
            return;
        }
        let step = self.recorded.steps[number as usize];
        let seq = (!borrowed).then_some(step.seq);
        let mut at = chain_at.plus_us((step.after_us - chain_us).max(0));
        let first = self.recorded.phases.get(phase as usize);
        let first = first.is_some_and(|phase| phase.first == number);
        if let (true, Act::WrapUp(WrapUpAction::Extend(_) | WrapUpAction::StopClock)) =
            (first, step.act)
        {
            // Who needs more time sees to it before the clock has run out.
            at = at.min(until.plus_us(-1)).max(chain_at);
        }
        self.put(at, seq, person, stamp, What::Step(number));
    }

    /// A step is done: the next follows, or what comes where the recording ends.
    fn advance(&mut self, person: u32, number: u32, at: Timestamp) {
        let step = self.recorded.steps[number as usize];
        let live = &mut self.live[person as usize];
        live.chain_at = at;
        live.chain_us = step.after_us;
        live.pending = NONE;
        let phase = live.phase;
        if let (Act::EndConsult(ConsultAction::HandOver, _), NONE) = (step.act, live.expert) {
            // In this run nobody was asked, or nobody is left: the adviser goes on alone.
            self.begin(person, Kind::Talk, at);
        } else if step.next != NONE {
            self.put_step(person, step.next);
        } else if let Some(found) = self.recorded.phases.get(phase as usize) {
            self.go_on_if_cut(person, found.kind, found.over);
        }
    }

    /// A phase that was cut short goes on as somebody else's ended, later than it was cut.
    fn go_on_if_cut(&mut self, person: u32, kind: Kind, over: Over) {
        if let (Over::Cut(seen_us), Kind::Offer | Kind::Talk | Kind::Dial) = (over, kind) {
            self.go_on(person, kind, seen_us);
        }
    }

    fn go_on(&mut self, person: u32, kind: Kind, seen_us: i64) {
        let other = self.borrow(person, kind);
        let other = self.recorded.phases.get(other as usize);
        let Some(last) = other.and_then(|other| self.recorded.steps.get(other.last as usize))
        else {
            return;
        };
        let number = other.map_or(NONE, |other| other.last);
        let Live {
            chain_at,
            chain_us,
            stamp,
            ..
        } = self.live[person as usize];
        let after_us = if last.after_us > seen_us {
            last.after_us
        } else {
            seen_us + last.after_us.max(1)
        };
        let at = chain_at.plus_us((after_us - chain_us).max(1));
        // Only the expert ends an expert's side.
        let expert = kind == Kind::Talk && self.live[person as usize].about != NONE;
        let what = if expert {
            What::End
        } else {
            What::Last(number)
        };
        self.put(at, None, person, stamp, what);
    }

    /// Who cannot send somebody on talks with them as long as somebody else did, and ends it.
    fn helps_on(&mut self, person: u32, at: Timestamp) {
        let other = self.borrow(person, Kind::Talk);
        let other = self.recorded.phases.get(other as usize);
        let last = other.and_then(|other| self.recorded.steps.get(other.last as usize));
        let talk_us = last.map_or(1, |last| last.after_us.max(1));
        let stamp = self.live[person as usize].stamp;
        self.put(at.plus_us(talk_us), None, person, stamp, What::End);
    }

    /// The citizen waits: patience counts, if somebody is on the line.
    fn waits(&mut self, person: u32, at: Timestamp) {
        let live = &mut self.live[person as usize];
        live.nth[Kind::Wait as usize] = live.nth[Kind::Wait as usize].saturating_add(1);
        live.patience += 1;
        live.waits_since = at;
        let (stamp, mut of) = (live.patience, live.queue);
        let own = live.next[Kind::Wait as usize];
        let mut seen_us = 0;
        if let Some(phase) = self.recorded.phases.get(own as usize) {
            live.next[Kind::Wait as usize] = phase.next;
            let step = self.recorded.steps.get(phase.first as usize);
            if let (Over::Acted, Some(step)) = (phase.over, step) {
                let at = at.plus_us(step.after_us);
                let what = What::Patience(phase.first);
                self.put(at, Some(step.seq), person, stamp, what);
                return;
            }
            if let Over::Cut(us) = phase.over {
                seen_us = us;
            }
            of = phase.queue;
        }
        if !self.live[person as usize].patient {
            self.impatient(person, seen_us, of);
        }
    }

    /// Draws how long somebody waits beyond what was seen.
    fn impatient(&mut self, person: u32, seen_us: i64, queue: QueueId) {
        let live = &self.live[person as usize];
        let (since, stamp, channel) = (live.waits_since, live.patience, live.channel);
        let nth = u32::from(live.nth[Kind::Wait as usize]);
        let unit = self.recorded.pools.unit(Purpose::Patience, person, nth);
        let patience = &self.recorded.patience;
        if let Some(us) = patience.longer_than(seen_us, queue, channel, unit) {
            self.put(since.plus_us(us), None, person, stamp, What::Patience(NONE));
        }
    }

    // ---- Work laid aside, consultations.

    /// The work stands still; what was done meanwhile that time is done now.
    fn lay_aside(&mut self, person: u32, at: Timestamp) {
        let live = &mut self.live[person as usize];
        live.aside = true;
        live.asides = live.asides.saturating_add(1);
        live.stamp += 1;
        live.chain_us += at.since_us(live.chain_at);
        live.chain_at = at;
        let Live {
            pending,
            stamp,
            asides,
            borrowed,
            chain_us,
            ..
        } = *live;
        let Some(step) = self.recorded.steps.get(pending as usize) else {
            return;
        };
        if let Some((nth, us)) = step.aside
            && !borrowed
            && nth == asides
            && step.after_us <= chain_us
        {
            let what = What::Step(pending);
            self.put(at.plus_us(us), Some(step.seq), person, stamp, what);
        }
    }

    fn take_up(&mut self, person: u32, at: Timestamp) {
        let live = &mut self.live[person as usize];
        live.aside = false;
        live.stamp += 1;
        live.chain_at = at;
        let pending = live.pending;
        if pending != NONE {
            self.put_step(person, pending);
        }
    }

    /// The person of the next consultation about somebody: as it was, or one that the day did not have.
    fn next_expert(&mut self, person: u32) -> u32 {
        let Live {
            next_consult,
            channel,
            ..
        } = self.live[person as usize];
        if next_consult != NONE {
            return next_consult;
        }
        self.live.push(Live::new(channel, self.recorded.from));
        person_number(self.live.len() - 1)
    }

    fn consult_started(&mut self, contact: ContactId, consult: ContactId) {
        let (person, expert) = (self.person(contact), self.person(consult));
        let own = self.recorded.people.get(expert as usize);
        self.live[person as usize].next_consult = own.map_or(NONE, |own| own.next_consult);
        self.is_about(expert, person);
    }

    /// An expert has answered: whoever waits for them goes on from there.
    fn expert_answered(&mut self, expert: u32, at: Timestamp) {
        let about = self.live[expert as usize].about;
        let Some(live) = self.live.get_mut(about as usize) else {
            return;
        };
        let number = live.waiting;
        let (stamp, borrowed) = (live.stamp, live.borrowed);
        let Some(step) = self.recorded.steps.get(number as usize) else {
            return;
        };
        if let Act::EndConsult(_, Some(talked_us)) = step.act {
            live.waiting = NONE;
            let seq = (!borrowed).then_some(step.seq);
            self.put(at.plus_us(talked_us), seq, about, stamp, What::Step(number));
        }
    }

    /// The adviser is with the citizen again, or the citizen is somebody else's.
    fn consult_ended(&mut self, contact: ContactId, at: Timestamp) {
        let person = self.person(contact);
        let Some(live) = self.live.get_mut(person as usize) else {
            return;
        };
        let expert = core::mem::replace(&mut live.expert, NONE);
        let number = core::mem::replace(&mut live.waiting, NONE);
        if let Some(expert) = self.live.get_mut(expert as usize) {
            expert.about = NONE;
        }
        if number != NONE {
            self.advance(person, number, at);
        }
    }

    // ---- Advisers who could not do it then.

    fn settle_at(&mut self, adviser: AdviserId, at: Timestamp) {
        self.put(at, None, adviser.0, 0, What::Settle);
    }

    /// What was put off, as far as it can be done now: who is on the way home takes nothing new.
    fn settle(&mut self, adviser: AdviserId) -> Option<Command> {
        let player = &mut self.players[adviser.idx()];
        if player.ringing > 0 {
            return None;
        }
        match player.put_off? {
            PutOff::Choose(activity) => {
                player.put_off = None;
                Some(Command::Choose { adviser, activity })
            }
            PutOff::Home if player.contacts == 0 => {
                player.put_off = None;
                Some(Command::SignOut { adviser })
            }
            PutOff::Home => {
                let takes = Channels::of(player.activity) != Channels::NONE;
                takes.then_some(Command::Choose {
                    adviser,
                    activity: Activity::Break,
                })
            }
        }
    }
}

fn person_number(person: usize) -> u32 {
    u32::try_from(person).unwrap_or(NONE)
}
