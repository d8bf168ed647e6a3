//! The state as bytes: what a start begins with, and what the hash of a replay is taken over.

use std::sync::Arc;

use linje_event::NotReady;
use linje_types::{
    Activity, Channel, Channels, Clearance, Language, Origin, Origins, QueueId, Timestamp, TopicId,
};
use serde::{Deserialize, Serialize};

use crate::{
    cast::u32_of,
    lines::NONE,
    state::{Bar, Contact, ContactState, EMPTY, Promised, Request, State, flag},
    tables::Tables,
};

/// Form of the bytes; another form is refused.
const VERSION: u16 = 4;

/// A snapshot that cannot be used with these tables.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Not a snapshot, or damaged.
    #[error("snapshot cannot be read")]
    Unreadable,
    /// Of another version.
    #[error("snapshot has version {0}, this program reads {VERSION}")]
    Version(u16),
    /// It names something that the centre description does not have.
    #[error("snapshot does not fit the centre description: {0}")]
    Misfit(&'static str),
}

#[derive(Serialize, Deserialize)]
struct Snapshot {
    version: u16,
    next_seq: u64,
    next_idle: u64,
    next_offer: u32,
    /// Free slots, the next to be used first.
    free: Vec<u32>,
    /// By slot: generation, and the contact when it is open.
    slots: Vec<(u32, Option<Open>)>,
    advisers: Vec<Person>,
    bars: Vec<Bar>,
    visits: Vec<(u32, QueueId)>,
    expected: Vec<i64>,
    requests: Vec<Request>,
    next_request: u32,
    plans: u64,
    promised: Vec<Promised>,
}

#[derive(Serialize, Deserialize)]
struct Open {
    arrived: Timestamp,
    enqueued: Timestamp,
    /// The moment it counts as having waited since; in a menu its date. The key follows from the tables.
    since: i64,
    seq: u64,
    adviser: u32,
    offer: u32,
    queue: QueueId,
    topic: TopicId,
    state: ContactState,
    channel: Channel,
    language: Language,
    origin: Origin,
    class: u8,
    deadline: Option<Timestamp>,
    ring: u8,
    clearance: Clearance,
    flags: u8,
    attempts: u8,
    attempts_before: u8,
    named: u32,
    peer: u32,
}

#[derive(Serialize, Deserialize)]
struct Person {
    signed_in: bool,
    activity: Activity,
    not_ready: Option<NotReady>,
    origins: Origins,
    idle_since: Timestamp,
    idle_seq: u64,
    return_at: Timestamp,
    also: Channels,
}

/// Whether these bytes are a snapshot that another program wrote: what they say is to be had from the log.
#[must_use]
pub fn is_of_another_form(bytes: &[u8]) -> bool {
    postcard::take_from_bytes::<u16>(bytes).is_ok_and(|(version, _)| version != VERSION)
}

impl State {
    /// The whole state as bytes; the same for every state that behaves the same.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let free = std::iter::successors((self.free != NONE).then_some(self.free), |&slot| {
            let next = self.contacts[slot as usize].next;
            (next != NONE).then_some(next)
        });
        let slots = (0..).zip(&self.contacts);
        let people = (0..).zip(&self.advisers);
        let snapshot = Snapshot {
            version: VERSION,
            next_seq: self.next_seq,
            next_idle: self.next_idle,
            next_offer: self.next_offer,
            free: free.collect(),
            slots: slots
                .map(|(slot, it)| (it.generation, it.open.then(|| self.open_of(slot, it))))
                .collect(),
            advisers: people
                .map(|(adviser, who)| Person {
                    signed_in: who.signed_in,
                    activity: who.activity,
                    not_ready: who.not_ready,
                    origins: who.origins,
                    idle_since: who.idle_since,
                    idle_seq: self.idle.seq(adviser),
                    return_at: who.return_at,
                    also: who.also,
                })
                .collect(),
            bars: self.bars.clone(),
            visits: self.visits.clone(),
            expected: self.expected.clone(),
            requests: self.requests.clone(),
            next_request: self.next_request,
            plans: self.plans,
            promised: self.promised.clone(),
        };
        postcard::to_stdvec(&snapshot).unwrap_or_default()
    }

    fn open_of(&self, slot: u32, it: &Contact) -> Open {
        let link = self.lines.link(slot);
        Open {
            arrived: it.arrived,
            enqueued: it.enqueued,
            since: if it.queue == QueueId::NONE {
                link.key
            } else {
                self.since(slot).0
            },
            seq: link.seq,
            adviser: it.adviser,
            offer: it.offer,
            queue: it.queue,
            topic: it.topic,
            state: it.state,
            channel: it.channel,
            language: it.language,
            origin: it.origin,
            class: it.class,
            deadline: self.deadlines.of(slot),
            ring: it.ring,
            clearance: it.clearance,
            flags: it.flags,
            attempts: it.attempts,
            attempts_before: it.attempts_before,
            named: it.named,
            peer: it.peer,
        }
    }

    /// A 64-bit hash over the snapshot (FNV-1a): equal for live, replay and restore (S16).
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.snapshot()
            .iter()
            .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            })
    }

    /// The state that `bytes` hold. Advisers whom the centre description has added since are signed out.
    ///
    /// # Errors
    /// When the bytes are damaged, of another version, or do not fit the tables.
    pub fn restore(tables: Arc<Tables>, bytes: &[u8]) -> Result<State, RestoreError> {
        let (version, _) =
            postcard::take_from_bytes::<u16>(bytes).map_err(|_| RestoreError::Unreadable)?;
        if version != VERSION {
            return Err(RestoreError::Version(version));
        }
        let snapshot: Snapshot =
            postcard::from_bytes(bytes).map_err(|_| RestoreError::Unreadable)?;
        fits(&snapshot, &tables)?;
        let mut state = State::new(tables);
        state.next_seq = snapshot.next_seq;
        state.next_idle = snapshot.next_idle;
        state.next_offer = snapshot.next_offer;
        state.next_request = snapshot.next_request;
        state.requests = snapshot.requests;
        state.promised = snapshot.promised;
        state.plans = snapshot.plans;
        for (expected, was) in state.expected.iter_mut().zip(&snapshot.expected) {
            *expected = *was;
        }
        // Lanes depend on where a contact has been.
        state.visits = snapshot.visits;
        for (adviser, person) in (0..).zip(&snapshot.advisers) {
            state.restore_person(adviser, person);
        }
        for (slot, (generation, open)) in (0..).zip(&snapshot.slots) {
            state.restore_slot(slot, *generation, open.as_ref());
        }
        for &slot in snapshot.free.iter().rev() {
            state.contacts[slot as usize].next = state.free;
            state.free = slot;
        }
        for bar in snapshot.bars {
            state.contacts[bar.slot as usize].bars += 1;
            state.bars.push(bar);
        }
        for adviser in 0..u32_of(state.advisers.len()) {
            state.relist(adviser);
        }
        state.restore_personal();
        Ok(state)
    }

    fn restore_person(&mut self, adviser: u32, person: &Person) {
        let who = &mut self.advisers[adviser as usize];
        who.signed_in = person.signed_in;
        who.activity = person.activity;
        who.not_ready = person.not_ready;
        who.origins = person.origins;
        who.idle_since = person.idle_since;
        who.return_at = person.return_at;
        who.also = person.also;
        self.idle.set_seq(adviser, person.idle_seq);
        if person.signed_in {
            let profile = self.tables.profile(adviser, person.origins) as usize;
            self.signed_in[profile] += 1;
        }
    }

    fn restore_slot(&mut self, slot: u32, generation: u32, open: Option<&Open>) {
        self.lines.add_slot();
        self.deadlines.add_slot();
        let Some(open) = open else {
            self.contacts.push(Contact {
                generation,
                ..EMPTY
            });
            return;
        };
        self.contacts.push(Contact {
            arrived: open.arrived,
            enqueued: open.enqueued,
            generation,
            lane: NONE,
            adviser: open.adviser,
            offer: open.offer,
            next: NONE,
            prev: NONE,
            queue: open.queue,
            topic: open.topic,
            open: true,
            state: open.state,
            channel: open.channel,
            language: open.language,
            origin: open.origin,
            class: open.class,
            bars: 0,
            ring: self.tables.ring_within(open.queue, open.ring),
            clearance: open.clearance,
            flags: open.flags,
            attempts: open.attempts,
            attempts_before: open.attempts_before,
            named: open.named,
            peer: open.peer,
        });
        self.n_open += 1;
        self.lines.set_order(slot, open.since, open.seq);
        if open.queue != QueueId::NONE {
            self.restore_order(slot, Timestamp(open.since));
        }
        if open.state == ContactState::Queued {
            self.line_up(slot);
        }
        if let Some(at) = open.deadline {
            self.deadlines.set(slot, at);
        }
        if open.adviser != NONE {
            self.hold_by(slot, open.adviser);
        }
    }
}

fn fits(snapshot: &Snapshot, tables: &Tables) -> Result<(), RestoreError> {
    if snapshot.advisers.len() > tables.n_advisers() {
        return Err(RestoreError::Misfit("it has more advisers"));
    }
    let n_classes = tables.rules().classes.len();
    let n_slots = snapshot.slots.len();
    for open in snapshot.slots.iter().filter_map(|(_, open)| open.as_ref()) {
        let in_menu = open.state == ContactState::InMenu;
        if in_menu != (open.queue == QueueId::NONE)
            || (!in_menu && open.queue.idx() >= tables.n_queues())
        {
            return Err(RestoreError::Misfit("a queue is missing"));
        }
        if usize::from(open.class) >= n_classes {
            return Err(RestoreError::Misfit("a priority class is missing"));
        }
        if open.flags & flag::PERSONAL != 0 && open.named as usize >= tables.n_advisers() {
            return Err(RestoreError::Misfit("a named adviser is missing"));
        }
        if open.peer != NONE && open.peer as usize >= n_slots {
            return Err(RestoreError::Misfit("a consultation is missing"));
        }
        if open.adviser != NONE && open.adviser as usize >= snapshot.advisers.len() {
            return Err(RestoreError::Misfit("an adviser is missing"));
        }
    }
    if snapshot.expected.len() > tables.n_queues() {
        return Err(RestoreError::Misfit("a queue is missing"));
    }
    let visits = snapshot.visits.iter();
    let mut left =
        visits.map(|(slot, queue)| (*slot as usize) < n_slots && queue.idx() < tables.n_queues());
    if !left.all(|exists| exists) {
        return Err(RestoreError::Misfit("a visit cannot be placed"));
    }
    let mut promised = snapshot.promised.iter();
    let slots_exist = promised.all(|it| (it.slot as usize) < n_slots)
        && snapshot.free.iter().all(|&slot| (slot as usize) < n_slots)
        && snapshot.bars.iter().all(|bar| {
            (bar.slot as usize) < n_slots && (bar.adviser as usize) < tables.n_advisers()
        });
    slots_exist
        .then_some(())
        .ok_or(RestoreError::Misfit("a slot is missing"))
}
