//! The day once more, under the same rules or others.
//!
//! The driver gives the core what the world did: the script at its moments, and each contact's steps as
//! long after the beginning of a phase as they were. Steps of one microsecond keep the order of the log.
//! Clocks fire when the core says, and as late as they did that day.

use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

use linje_event::{Command, Effect, Entry, Event, OfferOutcome, Output, Rejection, WrapUpAction};
use linje_routing::{ContactState, RestoreError, State, Tables};
use linje_types::{
    Activity, AdviserId, Channels, ContactId, OfferId, QueueId, SECOND_US, Timestamp,
};

use super::{
    outcome::{Fold, Outcome},
    record::{lets_go, phases_of},
    script::{Act, Class, KINDS, Kind, NONE, Outside, Over, Recorded, Step, Wanted},
};
use crate::{
    random::Purpose,
    simulate::{Nothing, Sink},
};

/// How long somebody takes to be ready again on a day that shows nobody who was, microseconds; assumed.
const RETURN_US: i64 = 45 * SECOND_US;
/// How long it rings before an answer on a day on which nothing rang, microseconds; assumed.
const ANSWER_US: i64 = 3 * SECOND_US;

/// What is tried.
#[derive(Debug, Clone)]
pub struct Change {
    /// The rules of the whole day; its advisers are those of the day, more may follow at the end.
    pub tables: Arc<Tables>,
    /// By queue of the day: the queue that its contacts go to. Queues beyond the list keep their number.
    pub queues: Vec<QueueId>,
}

impl Change {
    /// Other rules for the same queues.
    #[must_use]
    pub fn rules(tables: Arc<Tables>) -> Change {
        Change {
            tables,
            queues: Vec::new(),
        }
    }

    fn queue(&self, queue: QueueId) -> QueueId {
        self.queues.get(queue.idx()).copied().unwrap_or(queue)
    }
}

/// Rules that the day cannot be lived under.
#[derive(Debug, thiserror::Error)]
pub enum RerunError {
    /// What was open when the day began does not fit them.
    #[error("the start of the day does not fit the rules")]
    Start(#[source] RestoreError),
    /// A queue that contacts of the day came to is missing.
    #[error("contacts of the day came to queue {}, which the rules do not have", .0.0)]
    Queue(QueueId),
    /// A priority class that contacts of the day came with is missing.
    #[error("contacts of the day came with priority class {0}, which the rules do not have")]
    Class(u8),
    /// An adviser who worked that day is missing.
    #[error("adviser {} worked that day and is not in the rules", .0.0)]
    Adviser(AdviserId),
}

/// Lives the day again under the rules that were in force. [`Outcome::is_same_day`] with
/// [`Recorded::outcome`] says whether the same happened, to the bit: it does, unless the log was made by
/// another version of the core or the process was too loaded to fire its clocks in order.
///
/// # Errors
/// Never for a recording that is whole; a restart within the day is as good as none.
pub fn rerun_unchanged<S: Sink>(recorded: &Recorded, sink: &mut S) -> Result<Outcome, RerunError> {
    run(recorded, None, sink)
}

/// Lives the day again under other rules.
///
/// # Errors
/// When the day cannot be lived under them.
pub fn rerun(recorded: &Recorded, change: &Change) -> Result<Outcome, RerunError> {
    rerun_into(recorded, change, &mut Nothing)
}

/// As [`rerun`], and tells `sink` everything.
///
/// # Errors
/// When the day cannot be lived under the rules.
pub fn rerun_into<S: Sink>(
    recorded: &Recorded,
    change: &Change,
    sink: &mut S,
) -> Result<Outcome, RerunError> {
    fits(recorded, change)?;
    run(recorded, Some(change), sink)
}

fn fits(recorded: &Recorded, change: &Change) -> Result<(), RerunError> {
    let n_queues = change.tables.n_queues();
    let n_classes = change.tables.rules().classes.len();
    let wanted = |wanted: &Wanted| {
        let queue = change.queue(wanted.queue);
        if queue.idx() >= n_queues {
            return Err(RerunError::Queue(queue));
        }
        match wanted.class {
            Class::Fixed(class) if usize::from(class) >= n_classes => Err(RerunError::Class(class)),
            Class::Fixed(_) | Class::OfQueue => Ok(()),
        }
    };
    for person in &recorded.people {
        person.wanted.iter().try_for_each(wanted)?;
    }
    for step in &recorded.steps {
        if let Act::Enqueue(asked) = &step.act {
            wanted(asked)?;
        } else if let Act::Transfer(queue) = step.act {
            let queue = change.queue(queue);
            if queue.idx() >= n_queues {
                return Err(RerunError::Queue(queue));
            }
        }
    }
    for scripted in &recorded.script {
        if let Outside::SignIn(adviser, _) = scripted.act
            && adviser.idx() >= change.tables.n_advisers()
        {
            return Err(RerunError::Adviser(adviser));
        }
    }
    Ok(())
}

fn run<S: Sink>(
    recorded: &Recorded,
    change: Option<&Change>,
    sink: &mut S,
) -> Result<Outcome, RerunError> {
    let mut state = match change {
        None => recorded.start.clone(),
        Some(change) => State::restore(Arc::clone(&change.tables), &recorded.start.snapshot())
            .map_err(RerunError::Start)?,
    };
    let mut fold = Fold::new(&state, recorded.from);
    let mut world = World::new(recorded, change, &state);
    let mut now = recorded.from;
    while let Some((at, what)) = world.next(&state, now) {
        now = at;
        let command = match what {
            Next::Tick => Some(Command::Tick),
            Next::Due(due) => world.command(&due),
            // The rules that are tried hold all day.
            Next::Outside(Outside::Publish(_)) if change.is_some() => None,
            Next::Outside(Outside::Publish(place)) => {
                let (version, tables) = &recorded.published[place as usize];
                state = State::restore(Arc::clone(tables), &state.snapshot())
                    .map_err(RerunError::Start)?;
                world.widen(&state);
                fold.widen(at, state.n_advisers());
                Some(Command::Publish { version: *version })
            }
            Next::Outside(outside) => world.outside(outside, state.next_contact(), at),
        };
        let Some(command) = command else { continue };
        sink.command(at, &command);
        let mut out = Both {
            at,
            world: &mut world,
            fold: &mut fold,
            sink,
        };
        let done = state.handle(&command, at, &mut out);
        world.done(&command, done, at);
        fold.after(at, &state);
        sink.after(at, &state);
    }
    Ok(fold.finish(recorded.end, &state))
}

struct Both<'a, 'r, S> {
    at: Timestamp,
    world: &'a mut World<'r>,
    fold: &'a mut Fold,
    sink: &'a mut S,
}

impl<S: Sink> Output for Both<'_, '_, S> {
    const WHY: bool = true;

    fn event(&mut self, event: &Event) {
        self.world.observe(self.at, event);
        self.fold.event(self.at, event);
        self.sink.event(self.at, event);
    }

    fn effect(&mut self, _effect: Effect) {}
}

/// What an entry of the agenda is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// A step of what goes on with a contact.
    Step(u32),
    /// The citizen has waited long enough; a step, or `NONE` when the patience was drawn.
    Patience(u32),
    /// The adviser answers, on a day that shows nobody who was rung.
    Answer,
    /// An adviser is ready again. The owner is the adviser.
    Ready,
    /// An adviser does what was put off. The owner is the adviser.
    Settle,
}

/// An entry of the agenda. The order is that of the moments, then of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Timestamp,
    seq: u64,
    /// Person or adviser.
    owner: u32,
    /// Out of date when the owner has another.
    stamp: u32,
    what: What,
}

enum Next {
    Tick,
    Due(Due),
    Outside(Outside),
}

/// One contact in this run.
#[derive(Debug, Clone, Copy)]
struct Live {
    contact: ContactId,
    offer: OfferId,
    adviser: AdviserId,
    queue: QueueId,
    /// The phase lived now, by which the next step is found, or `NONE`.
    phase: u32,
    /// Whether it is somebody else's.
    borrowed: bool,
    began: Timestamp,
    /// When the wrap-up ends by itself.
    until: Timestamp,
    /// Counts changes of what goes on.
    stamp: u32,
    /// Counts changes of the waiting.
    patience: u32,
    /// By kind: the next phase of the recording, or `NONE`.
    next: [u32; KINDS],
    /// By kind: how many there were.
    nth: [u16; KINDS],
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

struct World<'r> {
    recorded: &'r Recorded,
    change: Option<&'r Change>,
    /// Place in the script.
    script: usize,
    agenda: BinaryHeap<Reverse<Due>>,
    /// Gives acts that the log did not see a place after those that it did.
    unseen: u64,
    live: Vec<Live>,
    /// By slot.
    by_slot: Vec<u32>,
    players: Vec<Player>,
    /// By queue: its class under the rules in force.
    classes: Vec<u8>,
    /// Who is coming.
    arriving: u32,
}

impl<'r> World<'r> {
    fn new(recorded: &'r Recorded, change: Option<&'r Change>, state: &State) -> World<'r> {
        let live = recorded.people.iter().map(|person| Live {
            contact: ContactId::NONE,
            offer: OfferId(0),
            adviser: AdviserId::NONE,
            queue: QueueId::NONE,
            phase: NONE,
            borrowed: false,
            began: recorded.from,
            until: Timestamp::NEVER,
            stamp: 0,
            patience: 0,
            next: person.first,
            nth: [0; KINDS],
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
        };
        world.widen(state);
        for (number, player) in (0..).zip(&mut world.players) {
            if let Some(view) = state.adviser(AdviserId(number)) {
                player.signed_in = view.signed_in;
                player.not_ready = view.not_ready.is_some();
                player.activity = view.activity;
            }
        }
        let open: Vec<_> = state.contacts().collect();
        for view in &open {
            world.adopt(view);
        }
        world
    }

    /// Other rules came into force.
    fn widen(&mut self, state: &State) {
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
    fn adopt(&mut self, view: &linje_routing::ContactView) {
        let person = self.arriving;
        self.arriving += 1;
        self.enter(person, view.id);
        let live = &mut self.live[person as usize];
        live.adviser = view.adviser;
        live.queue = view.queue;
        live.offer = view.offer.unwrap_or(live.offer);
        if let Some(player) = self.players.get_mut(view.adviser.idx()) {
            if view.state == ContactState::Offered {
                player.ringing += 1;
            } else {
                player.contacts += 1;
            }
        }
        for kind in phases_of(view.state) {
            if *kind == Kind::Wait {
                self.waits(person, self.recorded.from);
            } else {
                self.begin(person, *kind, self.recorded.from);
            }
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

    /// What comes next and when; the deadlines that are due go first, as the desk does it.
    fn next(&mut self, state: &State, now: Timestamp) -> Option<(Timestamp, Next)> {
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
        let fires = self.fires(deadline, now);
        if deadline <= at && fires.min(at) <= self.recorded.end {
            return Some((fires.min(at), Next::Tick));
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

    /// When the process gets round to a deadline.
    fn fires(&self, deadline: Timestamp, now: Timestamp) -> Timestamp {
        let late = &self.recorded.late;
        let place = late.partition_point(|(due, _)| *due < deadline);
        match late.get(place) {
            Some((due, fired)) if *due == deadline => (*fired).max(now),
            _ => deadline.max(now),
        }
    }

    fn is_live(&self, due: &Due) -> bool {
        let owner = due.owner as usize;
        match due.what {
            What::Step(_) | What::Answer => self.live[owner].stamp == due.stamp,
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

    /// What was done whatever the core did.
    fn outside(&mut self, outside: Outside, next: ContactId, at: Timestamp) -> Option<Command> {
        let command = match outside {
            Outside::Publish(_) => return None,
            Outside::Arrive(person) => return Some(self.arrive(person, next)),
            Outside::Meet(adviser, origins) => Command::Meet { adviser, origins },
            Outside::LosePresence(adviser) => Command::LosePresence { adviser },
            Outside::RegainPresence(adviser) => Command::RegainPresence { adviser },
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
        let entry = person.wanted.map_or(Entry::Menu, |wanted| {
            let (queue, class) = self.entry(&wanted);
            Entry::Queue {
                queue,
                class,
                place: wanted.place,
                needs: linje_event::Needs::NONE,
            }
        });
        Command::Arrive {
            contact,
            channel: person.channel,
            topic: person.topic,
            origin: person.origin,
            language: person.language,
            entry,
        }
    }

    fn command(&mut self, due: &Due) -> Option<Command> {
        match due.what {
            What::Step(number) => {
                let step = self.recorded.steps[number as usize];
                let command = self.act(due.owner, &step);
                self.after_step(due.owner, &step);
                command
            }
            What::Patience(step) => {
                let contact = self.live[due.owner as usize].contact;
                match self.recorded.steps.get(step as usize) {
                    Some(step) => self.act(due.owner, step),
                    None => Some(Command::Leave { contact }),
                }
            }
            What::Answer => {
                let Live { offer, adviser, .. } = self.live[due.owner as usize];
                Some(Command::Accept { offer, adviser })
            }
            What::Ready => {
                let player = &self.players[due.owner as usize];
                let wanted = player.signed_in && player.not_ready && player.put_off.is_none();
                wanted.then_some(Command::Choose {
                    adviser: AdviserId(due.owner),
                    activity: player.activity,
                })
            }
            What::Settle => self.settle(AdviserId(due.owner)),
        }
    }

    fn act(&self, person: u32, step: &Step) -> Option<Command> {
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
                    needs: linje_event::Needs::NONE,
                }
            }
            Act::Leave => Command::Leave { contact },
            Act::Lose => Command::Lose { contact },
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
            Act::Ready => return None,
        };
        Some(command)
    }

    // ---- What the core did.

    fn observe(&mut self, at: Timestamp, event: &Event) {
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
                self.live[person].queue = queue;
                self.stop(person);
                self.waits(person_number(person), at);
            }
            Event::OfferMade {
                contact,
                offer,
                adviser,
                ..
            } => {
                let person = self.person(contact);
                let live = &mut self.live[person];
                live.offer = offer;
                live.adviser = adviser;
                self.players[adviser.idx()].ringing += 1;
                self.begin(person_number(person), Kind::Offer, at);
            }
            Event::ContactAssigned {
                contact, adviser, ..
            } => self.answered(contact, adviser, at),
            Event::OfferAccepted {
                contact, adviser, ..
            } => {
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
                self.live[person].until = wrap_up_until;
                self.begin(person_number(person), Kind::WrapUp, at);
            }
            Event::ContactTransferred {
                contact,
                adviser,
                queue,
                ..
            } => {
                let person = self.person(contact);
                self.live[person].queue = queue;
                self.leaves(person, adviser, at);
                self.waits(person_number(person), at);
            }
            Event::ContactReturned { contact, adviser } => {
                let person = self.person(contact);
                self.leaves(person, adviser, at);
                self.waits(person_number(person), at);
            }
            Event::ContactClosed {
                contact, adviser, ..
            } => {
                let person = self.person(contact);
                self.live[person].patience += 1;
                self.leaves(person, adviser, at);
                self.by_slot[contact.slot() as usize] = NONE;
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
            Event::CentrePublished { .. }
            | Event::ContactHeld { .. }
            | Event::ContactResumed { .. }
            | Event::WrapUpSet { .. }
            | Event::OriginsChosen { .. }
            | Event::PresenceLost { .. }
            | Event::PresenceRegained { .. }
            | Event::ContactNeeds { .. }
            | Event::RingStarted { .. }
            | Event::ContactOverdue { .. }
            | Event::ContactOverflowed { .. }
            | Event::ContactSetAside { .. }
            | Event::ContactGivenBack { .. }
            | Event::ContactTakenUp { .. }
            | Event::ConsultStarted { .. }
            | Event::ConsultEnded { .. }
            | Event::ContactHandedOver { .. }
            | Event::CallbackAsked { .. }
            | Event::CallbackDue { .. }
            | Event::CallbackDialling { .. }
            | Event::CallbackAnswered { .. }
            | Event::CallbackMissed { .. }
            | Event::AlsoChosen { .. }
            | Event::QueueExpected { .. }
            | Event::PlanSwitched { .. }
            | Event::RequestMade { .. }
            | Event::RequestAnswered { .. }
            | Event::RequestClosed { .. }
            | Event::BarEnded { .. } => {}
        }
    }

    fn done(&mut self, command: &Command, done: Result<(), Rejection>, at: Timestamp) {
        if let (Command::SignOut { adviser }, Err(Rejection::HasContacts)) = (command, done) {
            self.players[adviser.idx()].put_off = Some(PutOff::Home);
            self.settle_at(*adviser, at);
        }
    }

    fn person(&self, contact: ContactId) -> usize {
        self.by_slot[contact.slot() as usize] as usize
    }

    fn chose(&mut self, adviser: AdviserId, activity: Activity) {
        let player = &mut self.players[adviser.idx()];
        player.activity = activity;
        player.not_ready = false;
    }

    /// A phase ends by the core.
    fn stop(&mut self, person: usize) {
        let live = &mut self.live[person];
        live.stamp += 1;
        live.phase = NONE;
    }

    fn answered(&mut self, contact: ContactId, adviser: AdviserId, at: Timestamp) {
        let person = self.person(contact);
        let live = &mut self.live[person];
        live.adviser = adviser;
        live.patience += 1;
        self.players[adviser.idx()].contacts += 1;
        self.begin(person_number(person), Kind::Talk, at);
    }

    /// The contact is no longer with the adviser, if it was.
    fn leaves(&mut self, person: usize, adviser: AdviserId, at: Timestamp) {
        self.stop(person);
        self.live[person].adviser = AdviserId::NONE;
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
        } = self.live[person];
        self.stop(person);
        self.live[person].adviser = AdviserId::NONE;
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
        let nth = u32::from(self.live[person].nth[Kind::Offer as usize]);
        let drawn = || self.recorded.pools.returns(person_number(person), nth);
        let after_us = ready.map(|step| step.after_us).or_else(drawn);
        let at = at.plus_us(after_us.unwrap_or(RETURN_US));
        self.put(at, None, adviser.0, 0, What::Ready);
    }

    // ---- Phases.

    /// The next phase of a kind: as it was, or somebody else's when there was none.
    fn take(&mut self, person: u32, kind: Kind) -> (u32, bool, u32) {
        let live = &mut self.live[person as usize];
        let nth = u32::from(live.nth[kind as usize]);
        live.nth[kind as usize] = live.nth[kind as usize].saturating_add(1);
        let own = live.next[kind as usize];
        if own != NONE {
            live.next[kind as usize] = self.recorded.phases[own as usize].next;
            return (own, false, nth);
        }
        (self.borrow(person, kind, nth), true, nth)
    }

    fn borrow(&self, person: u32, kind: Kind, nth: u32) -> u32 {
        let channel = self.recorded.people[person as usize].channel;
        let queue = self.live[person as usize].queue;
        let pools = &self.recorded.pools;
        pools.phase(kind, (queue, channel), person, nth)
    }

    fn begin(&mut self, person: u32, kind: Kind, at: Timestamp) {
        let (phase, borrowed, nth) = self.take(person, kind);
        let live = &mut self.live[person as usize];
        live.stamp += 1;
        live.phase = phase;
        live.borrowed = borrowed;
        live.began = at;
        match self.recorded.phases.get(phase as usize) {
            Some(found) if found.first != NONE => self.put_step(person, found.first),
            Some(found) => self.go_on(person, kind, found.over, nth),
            None if kind == Kind::Offer => {
                let stamp = self.live[person as usize].stamp;
                self.put(at.plus_us(ANSWER_US), None, person, stamp, What::Answer);
            }
            None => {}
        }
    }

    fn put_step(&mut self, person: u32, number: u32) {
        let Live {
            began,
            until,
            phase,
            borrowed,
            stamp,
            ..
        } = self.live[person as usize];
        let step = self.recorded.steps[number as usize];
        let seq = (!borrowed).then_some(step.seq);
        let mut at = began.plus_us(step.after_us);
        let first = self.recorded.phases.get(phase as usize);
        let first = first.is_some_and(|phase| phase.first == number);
        if let (true, Act::WrapUp(WrapUpAction::Extend(_) | WrapUpAction::StopClock)) =
            (first, step.act)
        {
            // Who needs more time sees to it before the clock has run out.
            at = at.min(until.plus_us(-1)).max(began);
        }
        self.put(at, seq, person, stamp, What::Step(number));
    }

    /// After a step: the next, or what comes where the recording ends.
    fn after_step(&mut self, person: u32, step: &Step) {
        let phase = self.live[person as usize].phase;
        if step.next != NONE {
            self.put_step(person, step.next);
        } else if let Some(found) = self.recorded.phases.get(phase as usize) {
            let nth = u32::from(self.live[person as usize].nth[found.kind as usize]);
            self.go_on(person, found.kind, found.over, nth);
        }
    }

    /// A phase that was cut short goes on as somebody else's ended, later than it was cut.
    fn go_on(&mut self, person: u32, kind: Kind, over: Over, nth: u32) {
        let Over::Cut(seen_us) = over else { return };
        if !matches!(kind, Kind::Offer | Kind::Talk) {
            return;
        }
        let other = self.borrow(person, kind, nth);
        let Some(other) = self.recorded.phases.get(other as usize) else {
            return;
        };
        let Some(last) = self.recorded.steps.get(other.last as usize) else {
            return;
        };
        let after_us = if last.after_us > seen_us {
            last.after_us
        } else {
            seen_us + last.after_us.max(1)
        };
        let Live { began, stamp, .. } = self.live[person as usize];
        let at = began.plus_us(after_us);
        self.put(at, None, person, stamp, What::Step(other.last));
    }

    /// The citizen waits: patience counts.
    fn waits(&mut self, person: u32, at: Timestamp) {
        let own = self.live[person as usize].next[Kind::Wait as usize];
        let nth = u32::from(self.live[person as usize].nth[Kind::Wait as usize]);
        let live = &mut self.live[person as usize];
        live.nth[Kind::Wait as usize] = live.nth[Kind::Wait as usize].saturating_add(1);
        live.patience += 1;
        let stamp = live.patience;
        let queue = live.queue;
        let found = self.recorded.phases.get(own as usize);
        let mut seen_us = 0;
        let mut of = queue;
        if let Some(phase) = found {
            self.live[person as usize].next[Kind::Wait as usize] = phase.next;
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
        let channel = self.recorded.people[person as usize].channel;
        let pools = &self.recorded.pools;
        let unit = pools.unit(Purpose::Patience, person, nth);
        let patience = &self.recorded.patience;
        if let Some(us) = patience.longer_than(seen_us, of, channel, unit) {
            self.put(at.plus_us(us), None, person, stamp, What::Patience(NONE));
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
