//! The desk: one writer around the core.
//!
//! The core applies a command at once, so the desk's state may be ahead of the log by the open batch
//! and the batch in flight. Replies, effects and published records of a batch leave only when the
//! store has said that it is durable. There is no timer: what waits is sent as soon as the batch
//! before it is done. When the store fails, the batch is kept and the same append is tried again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use linje_event::{Command, Effect, Entry, Event, Output as Sink, Rejection};
use linje_routing::{ContactView, State, Tables};
use linje_types::{Channel, ContactId, Origin, QueueId, SECOND_US, Timestamp};

use crate::anchor::Anchor;
use crate::batch::{
    Accepted, Batch, CallerKey, FNV_START, Outcome, Record, Remembered, VaultRow, VaultWrite,
    field, fnv,
};
use crate::commands::Commands;
use crate::reconcile::Reconcile;
use crate::redial::{Place, REDIAL_US, Redial};
use crate::replay::Recovered;

/// Records in the open batch above which commands from outside are refused as overload.
pub const OUTSIDE_ROOM: usize = 4_096;
/// Records in the open batch above which timers wait.
pub const TIMER_ROOM: usize = 16_384;
/// Records in the open batch above which even hang-ups are refused; the shell must say them again.
pub const HANGUP_ROOM: usize = 32_768;
/// How long a commit may take before commands from outside are refused as overload, microseconds.
pub const SHED_US: i64 = SECOND_US;
/// Records between two snapshots.
pub const SNAPSHOT_EVERY: u64 = 50_000;
/// First and longest pause before a failed append is tried again, microseconds.
const RETRY_US: (i64, i64) = (SECOND_US / 10, 2 * SECOND_US);
/// How long timers wait after the core broke on one, microseconds.
const BROKEN_US: i64 = SECOND_US;

/// A command from outside, and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submit {
    /// Comes back with the reply.
    pub token: u64,
    /// The idempotency key.
    pub id: Option<u128>,
    /// The command; an `Arrive` whose contact is `NONE` is given the next id.
    pub command: Command,
    /// Keyed hash of the number that a call comes from; `None` when withheld or shared.
    pub caller: Option<CallerKey>,
    /// Values for the vault, under the contact that the command is about: field, value, expiry.
    /// Equal content must give equal bytes, or a repeat of the command id is taken for a mistake.
    pub vault: Vec<(String, Vec<u8>, Timestamp)>,
}

impl Submit {
    /// A command with nothing beside it.
    #[must_use]
    pub fn new(token: u64, command: Command) -> Submit {
        Submit {
            token,
            id: None,
            command,
            caller: None,
            vault: Vec::new(),
        }
    }

    /// The same with a command id.
    #[must_use]
    pub fn with_id(mut self, id: u128) -> Submit {
        self.id = Some(id);
        self
    }

    /// The same from a caller.
    #[must_use]
    pub fn with_caller(mut self, caller: CallerKey) -> Submit {
        self.caller = Some(caller);
        self
    }

    fn fingerprint(&self) -> u64 {
        let command = postcard::to_allocvec(&self.command).unwrap_or_default();
        let mut hash = fnv(&command, FNV_START);
        if let Some(CallerKey(key)) = self.caller {
            hash = fnv(&key, hash);
        }
        self.vault.iter().fold(hash, |hash, (field, value, _)| {
            fnv(value, fnv(field.as_bytes(), hash))
        })
    }

    /// Whether it frees somebody: taken even while the store is down.
    fn is_hang_up(&self) -> bool {
        matches!(
            self.command,
            Command::Leave { .. }
                | Command::Lose { .. }
                | Command::Cut { .. }
                | Command::End { .. }
                | Command::LosePresence { .. }
                | Command::Tick
        )
    }
}

/// What is wrong with the store, as far as callers are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreFault {
    /// No space left.
    Full,
    /// The folder or file cannot be written.
    NotWritable,
    /// Anything else: disk errors, no connection.
    Unavailable,
    /// Another process took over.
    Fenced,
}

/// Why a command got no `Accepted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The core said no.
    Rejected(Rejection),
    /// The command id was used for another command within a day.
    IdReused,
    /// The log cannot be written; nothing was done.
    StoreDown {
        /// What is wrong.
        fault: StoreFault,
    },
    /// The log could not follow; nothing was done.
    Overloaded,
    /// The new centre description does not fit the state; nothing was done.
    Unpublishable,
}

/// What wakes the desk.
pub enum Input {
    /// A command from outside.
    Submit(Submit),
    /// The append in flight is durable; `seq` is its last record.
    Committed {
        /// `Batch::last_seq` of the append.
        seq: u64,
    },
    /// The append in flight failed or its reply was lost; whether it landed is not known.
    CommitFailed {
        /// What is wrong.
        fault: StoreFault,
    },
    /// The store refuses this writer for good.
    Fenced,
    /// A centre description comes into force; nothing happens when it is in force already.
    Publish {
        /// Comes back with the reply.
        token: u64,
        /// Its rules.
        tables: Arc<Tables>,
        /// Its hash.
        version: u64,
    },
    /// The process has just started: whoever hung on the old one is gone.
    Reconcile(Reconcile),
    /// Time passed.
    Tick,
}

/// What the shell must do, in this order.
#[derive(Debug)]
pub enum Output {
    /// Append this. One is in flight at a time; a failed one comes again unchanged.
    Append(Arc<Batch>),
    /// These records are durable: feed the read models and pages.
    Publish(Arc<Batch>),
    /// Do this in the world.
    Effect(Effect),
    /// Answer a command.
    Reply {
        /// The token of the submit.
        token: u64,
        /// The answer.
        result: Result<Accepted, Refusal>,
    },
    /// Keep this for a short start, when convenient.
    Snapshot(Box<Snapshot>),
    /// The store went down (`Some`) or came back (`None`).
    Health(Option<StoreFault>),
    /// Another writer took over: drop this desk and load anew.
    Reload,
    /// The core broke on a command, which was undone and refused: a fault of the program, for its people.
    Broken {
        /// The command; ids only.
        command: Command,
        /// Hash of the state before it.
        state_hash: u64,
    },
}

/// The state at a durable record.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The last record in it.
    pub seq: u64,
    /// Its time.
    pub at: Timestamp,
    /// The description in force.
    pub version: u64,
    /// The state.
    pub state: State,
}

/// The one writer. See the module.
pub struct Desk {
    pub(crate) state: State,
    version: Option<u64>,
    seq: u64,
    committed: u64,
    now: Timestamp,
    pub(crate) open: Open,
    flight: Option<Flight>,
    down: Option<StoreFault>,
    fenced: bool,
    commands: Commands,
    pub(crate) redial: Redial,
    /// Where callback tasks wait.
    pub(crate) callback_queue: Option<QueueId>,
    since_snapshot: u64,
    anchor: Anchor,
    /// The core broke on these.
    broken: Vec<(Command, u64)>,
    /// Timers wait until then, because the core broke on one.
    timers_from: Timestamp,
    /// Breaks on the next commands for which it says so.
    #[cfg(test)]
    pub(crate) breaks_on: Option<fn(&Command) -> bool>,
}

/// The batch that is being filled.
#[derive(Default)]
pub(crate) struct Open {
    number: u64,
    batch: Batch,
    pub(crate) effects: Vec<Effect>,
    waiting: Vec<(u64, Outcome)>,
}

impl Open {
    fn is_empty(&self) -> bool {
        self.batch.records.is_empty()
            && self.batch.replies.is_empty()
            && self.batch.vault.is_empty()
    }

    pub(crate) fn vault(&mut self) -> &mut Vec<VaultWrite> {
        &mut self.batch.vault
    }
}

/// The batch that the store has.
struct Flight {
    number: u64,
    batch: Arc<Batch>,
    effects: Vec<Effect>,
    waiting: Vec<(u64, Outcome)>,
    snapshot: Option<Box<Snapshot>>,
    sent: Timestamp,
    retry_at: Timestamp,
    pause_us: i64,
}

/// Takes what the core emits into the open batch.
struct Collect<'a> {
    open: &'a mut Open,
    seq: &'a mut u64,
    at: Timestamp,
    command_id: Option<u128>,
}

impl Sink for Collect<'_> {
    const WHY: bool = true;

    fn event(&mut self, event: &Event) {
        *self.seq += 1;
        self.open.batch.records.push(Record {
            seq: *self.seq,
            at: self.at,
            command_id: self.command_id,
            event: *event,
        });
    }

    fn effect(&mut self, effect: Effect) {
        self.open.effects.push(effect);
    }
}

impl Desk {
    /// A desk that goes on from the log. `tables` is used only when the log is empty; in any case
    /// [`Input::Publish`] and [`Input::Reconcile`] come first.
    #[must_use]
    pub fn new(recovered: Recovered, tables: Arc<Tables>) -> Desk {
        let (state, version) = match recovered.state {
            Some((state, version)) => (state, Some(version)),
            None => (State::new(tables), None),
        };
        let open = Open {
            number: 1,
            ..Open::default()
        };
        let mut desk = Desk {
            anchor: Anchor::at(&state, 0),
            broken: Vec::new(),
            timers_from: Timestamp::ZERO,
            #[cfg(test)]
            breaks_on: None,
            state,
            version,
            seq: recovered.seq,
            committed: recovered.seq,
            now: recovered.at,
            open,
            flight: None,
            down: None,
            fenced: false,
            commands: Commands::restore(recovered.remembered),
            redial: Redial::restore(&recovered.vault),
            callback_queue: None,
            since_snapshot: recovered.replayed,
        };
        desk.open.batch.expected_seq = desk.seq;
        desk
    }

    /// Takes one input; what is to be done is appended to `out`. A `now` earlier than the last one
    /// counts as the last one.
    pub fn step(&mut self, input: Input, now: Timestamp, out: &mut Vec<Output>) {
        let now = self.now.max(now);
        self.now = now;
        if self.fenced {
            return refuse_fenced(&input, out);
        }
        self.fire_due(now);
        match input {
            Input::Submit(submit) => self.submit(&submit, now, out),
            Input::Committed { seq } => self.commit_done(seq, out),
            Input::CommitFailed { fault } => self.commit_failed(fault, now, out),
            Input::Fenced => return self.fence(out),
            Input::Publish {
                token,
                tables,
                version,
            } => self.publish(token, tables, version, now, out),
            Input::Reconcile(reconcile) => {
                self.callback_queue = reconcile.callback_queue;
                reconcile.run(self, now);
            }
            Input::Tick => {}
        }
        let broken = self.broken.drain(..);
        out.extend(broken.map(|(command, state_hash)| Output::Broken {
            command,
            state_hash,
        }));
        self.retry(now, out);
        self.send(now, out);
    }

    /// When to call [`Desk::step`] with [`Input::Tick`]; `NEVER` if only an input changes anything.
    #[must_use]
    pub fn deadline(&self) -> Timestamp {
        if self.fenced {
            return Timestamp::NEVER;
        }
        let timers = if self.open.batch.records.len() < TIMER_ROOM {
            self.state.next_deadline().max(self.timers_from)
        } else {
            Timestamp::NEVER
        };
        let retry = self
            .flight
            .as_ref()
            .map_or(Timestamp::NEVER, |flight| flight.retry_at);
        timers.min(retry)
    }

    /// The place kept for somebody whose call died, `None` when there is none or its time is over.
    /// [`Desk::step`] uses it by itself when the caller is queued in the same queue.
    #[must_use]
    pub fn place_for(&self, caller: CallerKey, now: Timestamp) -> Option<Place> {
        self.redial
            .entry(caller, now)
            .filter(|place| place.queue != QueueId::NONE)
    }

    /// The state, which may be ahead of the log. For decisions of the shell only; what people see
    /// comes from published records.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The last durable record.
    #[must_use]
    pub fn committed(&self) -> u64 {
        self.committed
    }

    /// What is wrong with the store, if anything.
    #[must_use]
    pub fn store_fault(&self) -> Option<StoreFault> {
        self.down
    }

    /// Whether every change is durable.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.flight.is_none() && self.open.is_empty()
    }

    /// The state to keep at a stop; `None` while something is not durable, or the log is empty.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        let version = self.version.filter(|_| self.is_settled() && !self.fenced)?;
        Some(Snapshot {
            seq: self.committed,
            at: self.now,
            version,
            state: self.state.clone(),
        })
    }

    fn submit(&mut self, submit: &Submit, now: Timestamp, out: &mut Vec<Output>) {
        let fingerprint = submit.id.map_or(0, |_| submit.fingerprint());
        if let Some(known) = submit.id.and_then(|id| self.commands.get(id)) {
            if known.fingerprint == fingerprint {
                self.answer_in(known.batch, submit.token, known.outcome, out);
            } else {
                out.push(reply(submit.token, Err(Refusal::IdReused)));
            }
            return;
        }
        if let Some(refusal) = self.refuses(submit, now) {
            out.push(reply(submit.token, Err(refusal)));
            return;
        }
        let outcome = self.execute(submit, now);
        if let Some(id) = submit.id {
            self.remember(Remembered {
                id,
                fingerprint,
                at: now,
                outcome,
            });
        }
        let number = if self.open.is_empty() {
            self.open.number - 1
        } else {
            self.open.number
        };
        self.answer_in(number, submit.token, outcome, out);
    }

    fn remember(&mut self, reply: Remembered) {
        self.commands.forget(reply.at);
        self.commands.insert(&reply, self.open.number);
        self.open.batch.replies.push(reply);
    }

    /// Answers when batch `number` is durable; at once if it is.
    fn answer_in(&mut self, number: u64, token: u64, outcome: Outcome, out: &mut Vec<Output>) {
        if number == self.open.number {
            self.open.waiting.push((token, outcome));
        } else if let Some(flight) = self
            .flight
            .as_mut()
            .filter(|flight| flight.number == number)
        {
            flight.waiting.push((token, outcome));
        } else {
            out.push(reply(token, outcome.map_err(Refusal::Rejected)));
        }
    }

    /// Why the command is not even tried.
    fn refuses(&self, submit: &Submit, now: Timestamp) -> Option<Refusal> {
        let records = self.open.batch.records.len();
        if submit.is_hang_up() {
            return (records >= HANGUP_ROOM).then_some(Refusal::Overloaded);
        }
        if let Some(fault) = self.down {
            return Some(Refusal::StoreDown { fault });
        }
        let slow = self
            .flight
            .as_ref()
            .is_some_and(|flight| now.since_us(flight.sent) > SHED_US);
        let full = submit.id.is_some() && self.commands.is_full();
        (slow || full || records >= OUTSIDE_ROOM).then_some(Refusal::Overloaded)
    }

    fn execute(&mut self, submit: &Submit, now: Timestamp) -> Outcome {
        let caller = self.caller_of(submit);
        if self.is_called_back(&submit.command, caller) {
            return Err(Rejection::Already);
        }
        let (command, place) = self.with_place(submit.command, caller, now);
        let dying = self.dying(&command);
        let kept = dying.and_then(|view| self.place_of(view.id, ContactId::NONE, now));
        let from = self.open.batch.records.len();
        self.handle(&command, submit.id, now)?;
        let mut accepted = self.accepted(from);
        if let (Some(contact), Some(caller)) = (accepted.contact, submit.caller)
            && matches!(
                command,
                Command::Arrive { .. } | Command::BookCallback { .. }
            )
            && self.state.contact(contact).is_some()
        {
            self.redial
                .note(contact, caller, &mut self.open.batch.vault);
        }
        if let (Some(caller), Some(place)) = (caller, place)
            && accepted.closed.is_none()
        {
            self.redial.used(caller, &mut self.open.batch.vault);
            self.cancel(place.callback, now);
            accepted.seq = self.seq;
        }
        if let Some(view) = dying {
            self.call_back_lost(&view, kept, now);
            accepted.seq = self.seq;
        }
        if let Some(contact) = accepted.contact {
            self.keep_values(contact, submit);
        }
        Ok(accepted)
    }

    /// Hands a command to the core; its events are in the open batch.
    pub(crate) fn handle(
        &mut self,
        command: &Command,
        command_id: Option<u128>,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let mut command = *command;
        if let Command::Arrive { contact, .. }
        | Command::BookCallback { contact, .. }
        | Command::CallOut { contact, .. }
        | Command::Consult {
            consult: contact, ..
        } = &mut command
            && *contact == ContactId::NONE
        {
            *contact = self.state.next_contact();
        }
        let from = self.open.batch.records.len();
        let n_effects = self.open.effects.len();
        let mut collect = Collect {
            open: &mut self.open,
            seq: &mut self.seq,
            at: now,
            command_id,
        };
        let state = &mut self.state;
        #[cfg(test)]
        let breaks = self.breaks_on.is_some_and(|breaks| breaks(&command));
        let handled = catch_unwind(AssertUnwindSafe(|| {
            let handled = state.handle(&command, now, &mut collect);
            #[cfg(test)]
            assert!(!breaks, "the test breaks the core");
            handled
        }));
        match handled {
            Ok(handled) => handled?,
            Err(_) => {
                self.undo((from, n_effects), command, now);
                return Err(Rejection::Broken);
            }
        }
        self.forget_closed(from);
        Ok(())
    }

    /// The core broke in the middle: back to the state before, as if the command had never come.
    fn undo(&mut self, (from, n_effects): (usize, usize), command: Command, now: Timestamp) {
        let added = self.open.batch.records.len() - from;
        self.seq -= added as u64;
        self.open.batch.records.truncate(from);
        self.open.effects.truncate(n_effects);
        self.state = self.anchor.state(&self.open.batch.records);
        self.broken.push((command, self.state.hash()));
        if command == Command::Tick {
            self.timers_from = now.plus_us(BROKEN_US);
        }
    }

    /// Forgets who the calls came from that the records from `from` on closed.
    fn forget_closed(&mut self, from: usize) {
        let Batch { records, vault, .. } = &mut self.open.batch;
        for record in &records[from..] {
            if let Event::ContactClosed { contact, .. } = record.event {
                self.redial.closed(contact, vault);
            }
        }
    }

    fn keep_values(&mut self, contact: ContactId, submit: &Submit) {
        if submit
            .vault
            .iter()
            .any(|row| row.0 == field::CALLBACK_NUMBER)
        {
            self.redial.has_number(contact);
        }
        let rows = submit.vault.iter().map(|(field, value, expires)| {
            VaultWrite::Put(VaultRow {
                contact,
                field: field.clone(),
                value: value.clone(),
                expires: *expires,
            })
        });
        self.open.batch.vault.extend(rows);
    }

    /// What the records from `from` on say about the command that made them.
    pub(crate) fn accepted(&self, from: usize) -> Accepted {
        let events = || self.open.batch.records[from..].iter().map(|r| &r.event);
        let contact = events().find_map(Event::contact);
        let offer = events().find_map(|event| {
            if let Event::OfferMade { offer, .. }
            | Event::ContactAssigned { offer, .. }
            | Event::OfferAccepted { offer, .. }
            | Event::OfferEnded { offer, .. } = *event
            {
                Some(offer)
            } else {
                None
            }
        });
        let closed = events().find_map(|event| {
            let Event::ContactClosed {
                contact: closed,
                reason,
                ..
            } = *event
            else {
                return None;
            };
            (Some(closed) == contact).then_some(reason)
        });
        Accepted {
            contact,
            offer,
            closed,
            seq: self.seq,
        }
    }

    fn caller_of(&self, submit: &Submit) -> Option<CallerKey> {
        if let Command::Enqueue { contact, .. } | Command::AskCallback { contact, .. } =
            submit.command
        {
            submit.caller.or_else(|| self.redial.caller_of(contact))
        } else {
            submit.caller
        }
    }

    /// The command with the old place of a caller who rings again, and that place.
    fn with_place(
        &self,
        command: Command,
        caller: Option<CallerKey>,
        now: Timestamp,
    ) -> (Command, Option<Place>) {
        let mut command = command;
        let (Command::Enqueue {
            queue,
            class,
            place: enqueued,
            ..
        }
        | Command::Arrive {
            channel: Channel::Voice,
            origin: Origin::Live,
            entry:
                Entry::Queue {
                    queue,
                    class,
                    place: enqueued,
                    ..
                },
            ..
        }) = &mut command
        else {
            return (command, None);
        };
        let kept = caller.and_then(|caller| {
            let died = self.redial.entry(caller, now);
            died.or_else(|| self.promised(caller))
        });
        let Some(kept) = kept.filter(|kept| kept.queue == *queue || kept.queue == QueueId::NONE)
        else {
            return (command, None);
        };
        if kept.queue == *queue {
            *class = kept.class;
            *enqueued = kept.enqueued.min(*enqueued);
        }
        (command, Some(kept))
    }

    /// Whether the command asks for a callback that its caller is promised already: nobody is rung twice (S20).
    fn is_called_back(&self, command: &Command, caller: Option<CallerKey>) -> bool {
        let asks = matches!(
            command,
            Command::AskCallback { .. } | Command::BookCallback { .. }
        );
        asks && caller.is_some_and(|caller| self.callback_of(caller).is_some())
    }

    /// The callback that a caller is promised.
    fn callback_of(&self, caller: CallerKey) -> Option<ContactView> {
        let mut contacts = self.redial.contacts_of(caller);
        contacts.find_map(|contact| self.state.contact(contact).filter(|view| view.callback))
    }

    /// Whoever rings again before being rung gets the place of the callback, which is cancelled.
    fn promised(&self, caller: CallerKey) -> Option<Place> {
        use linje_routing::ContactState::{Parked, Queued};
        let view = self.callback_of(caller)?;
        matches!(view.state, Queued | Parked).then_some(Place {
            lost: view.id,
            callback: view.id,
            queue: view.queue,
            class: view.class,
            enqueued: view.enqueued,
            topic: view.topic,
            language: view.language,
            until: Timestamp::NEVER,
        })
    }

    /// The live call that `command` says has died.
    fn dying(&self, command: &Command) -> Option<ContactView> {
        let Command::Lose { contact } = *command else {
            return None;
        };
        let view = self.state.contact(contact)?;
        // Nobody is on the line of a consultation or of a callback not yet answered.
        let citizen = view.consult_of.is_none() && !view.callback;
        (view.channel == Channel::Voice && view.origin == Origin::Live && citizen).then_some(view)
    }

    /// The place of a live call that was still being served, as it would be kept.
    pub(crate) fn place_of(
        &self,
        contact: ContactId,
        callback: ContactId,
        now: Timestamp,
    ) -> Option<(CallerKey, Place)> {
        let caller = self.redial.caller_of(contact)?;
        let view = self.state.contact(contact)?;
        if view.state == linje_routing::ContactState::WrapUp || view.origin != Origin::Live {
            return None;
        }
        let place = Place {
            lost: contact,
            callback,
            queue: view.queue,
            class: view.class,
            enqueued: view.enqueued,
            topic: view.topic,
            language: view.language,
            until: now.plus_us(REDIAL_US),
        };
        Some((caller, place))
    }

    /// Cancels a callback that nobody has begun with.
    fn cancel(&mut self, callback: ContactId, now: Timestamp) {
        use linje_routing::ContactState::{Offered, Parked, Queued};
        let waiting = self
            .state
            .contact(callback)
            .is_some_and(|view| matches!(view.state, Queued | Offered | Parked));
        if waiting {
            let close = Command::Close {
                contact: callback,
                reason: linje_event::CloseReason::Cancelled,
            };
            // A refusal here changes nothing: the callback stays, and an adviser rings in vain at worst.
            self.handle(&close, None, now).unwrap_or_default();
        }
    }

    fn publish(
        &mut self,
        token: u64,
        tables: Arc<Tables>,
        version: u64,
        now: Timestamp,
        out: &mut Vec<Output>,
    ) {
        let from = self.open.batch.records.len();
        if self.version != Some(version) {
            let Ok(state) = State::restore(tables, &self.state.snapshot()) else {
                out.push(reply(token, Err(Refusal::Unpublishable)));
                return;
            };
            let before = core::mem::replace(&mut self.state, state);
            if let Err(rejection) = self.handle(&Command::Publish { version }, None, now) {
                self.state = before;
                out.push(reply(token, Err(Refusal::Rejected(rejection))));
                return;
            }
            self.version = Some(version);
            self.anchor = Anchor::at(&self.state, self.open.batch.records.len());
        }
        let outcome = Ok(self.accepted(from));
        let number = self.open.number - u64::from(self.open.is_empty());
        self.answer_in(number, token, outcome, out);
    }

    /// Fires what is due, as far as the open batch has room.
    fn fire_due(&mut self, now: Timestamp) {
        // B7: while the store is slow everything stands still.
        #[cfg(feature = "mutants")]
        if linje_routing::mutants::planted(7) && self.flight.is_some() {
            return;
        }
        while self.state.next_deadline().max(self.timers_from) <= now
            && self.open.batch.records.len() < TIMER_ROOM
        {
            let before = (self.seq, self.state.next_deadline());
            // The core never refuses a tick; were it to, the check below ends the loop.
            self.handle(&Command::Tick, None, now).unwrap_or_default();
            if before == (self.seq, self.state.next_deadline()) {
                return;
            }
        }
    }

    fn commit_done(&mut self, seq: u64, out: &mut Vec<Output>) {
        let Some(flight) = self.flight.take_if(|flight| flight.batch.last_seq() == seq) else {
            return;
        };
        self.committed = seq;
        if self.down.take().is_some() {
            out.push(Output::Health(None));
        }
        if !flight.batch.records.is_empty() {
            out.push(Output::Publish(flight.batch));
        }
        out.extend(flight.effects.into_iter().map(Output::Effect));
        out.extend(
            flight
                .waiting
                .into_iter()
                .map(|(token, outcome)| reply(token, outcome.map_err(Refusal::Rejected))),
        );
        out.extend(flight.snapshot.map(Output::Snapshot));
    }

    fn commit_failed(&mut self, fault: StoreFault, now: Timestamp, out: &mut Vec<Output>) {
        if fault == StoreFault::Fenced {
            return self.fence(out);
        }
        let Some(flight) = &mut self.flight else {
            return;
        };
        flight.retry_at = now.plus_us(flight.pause_us);
        flight.pause_us = (flight.pause_us * 2).min(RETRY_US.1);
        if self.down != Some(fault) {
            self.down = Some(fault);
            out.push(Output::Health(self.down));
        }
    }

    /// Tries a failed append again when its pause is over.
    fn retry(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        if let Some(flight) = &mut self.flight
            && flight.retry_at <= now
        {
            flight.retry_at = Timestamp::NEVER;
            out.push(Output::Append(Arc::clone(&flight.batch)));
        }
    }

    /// Sends what waits when nothing is in flight.
    fn send(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        if self.flight.is_some() {
            return;
        }
        if self.open.is_empty() {
            out.extend(self.open.effects.drain(..).map(Output::Effect));
            return;
        }
        self.redial.forget(now, &mut self.open.batch.vault);
        let mut next = Open {
            number: self.open.number + 1,
            ..Open::default()
        };
        next.batch.expected_seq = self.seq;
        let open = core::mem::replace(&mut self.open, next);
        self.anchor.sent(&open.batch.records, &self.state);
        let batch = Arc::new(open.batch);
        self.flight = Some(Flight {
            number: open.number,
            batch: Arc::clone(&batch),
            effects: open.effects,
            waiting: open.waiting,
            snapshot: self.snapshot_due(batch.records.len() as u64),
            sent: now,
            retry_at: Timestamp::NEVER,
            pause_us: RETRY_US.0,
        });
        out.push(Output::Append(batch));
    }

    /// The state as the batch of `n_records` leaves it, when it is time to keep one.
    fn snapshot_due(&mut self, n_records: u64) -> Option<Box<Snapshot>> {
        self.since_snapshot += n_records;
        let version = self.version?;
        if self.since_snapshot < SNAPSHOT_EVERY {
            return None;
        }
        self.since_snapshot = 0;
        Some(Box::new(Snapshot {
            seq: self.seq,
            at: self.now,
            version,
            state: self.state.clone(),
        }))
    }

    fn fence(&mut self, out: &mut Vec<Output>) {
        self.fenced = true;
        self.down = Some(StoreFault::Fenced);
        let flying = self.flight.take().map(|flight| flight.waiting);
        let waiting = core::mem::take(&mut self.open.waiting);
        for (token, _) in flying.into_iter().flatten().chain(waiting) {
            out.push(reply(token, Err(FENCED)));
        }
        out.push(Output::Health(self.down));
        out.push(Output::Reload);
    }
}

const FENCED: Refusal = Refusal::StoreDown {
    fault: StoreFault::Fenced,
};

fn refuse_fenced(input: &Input, out: &mut Vec<Output>) {
    if let Input::Submit(Submit { token, .. }) | Input::Publish { token, .. } = input {
        out.push(reply(*token, Err(FENCED)));
    }
}

fn reply(token: u64, result: Result<Accepted, Refusal>) -> Output {
    Output::Reply { token, result }
}
