//! A desk with a log in memory that does what the test says: fails, loses replies, crashes.

use std::collections::BTreeMap;
use std::sync::Arc;

use linje_desk::{
    Accepted, Batch, Desk, Input, Outcome, Output, Reconcile, Record, Recovered, Refusal,
    Remembered, Replay, StoreFault, Submit, VaultRow, VaultWrite,
};
use linje_event::{Command, Effect, Entry, Event};
use linje_routing::{AdviserRule, QueueRule, Rules, State, Tables};
use linje_types::{
    Activity, AdviserId, Channel, Channels, ContactId, Language, Origin, Origins, QueueId,
    SECOND_US, Timestamp, TopicId, UnitId,
};

pub(crate) const VERSION: u64 = 7;
pub(crate) const CALLBACKS: QueueId = QueueId(2);
pub(crate) const ZIP: QueueId = QueueId(3);
pub(crate) const START: Timestamp = Timestamp(1_000_000 * SECOND_US);

/// What is on disk.
#[derive(Default, Clone)]
pub(crate) struct Log {
    pub(crate) records: Vec<Record>,
    pub(crate) replies: BTreeMap<u128, Remembered>,
    pub(crate) vault: BTreeMap<(ContactId, String), VaultRow>,
}

impl Log {
    /// Appends as a store does: all or nothing, and a batch that landed is recognised.
    fn append(&mut self, batch: &Batch) {
        let head = self.records.len() as u64;
        if head == batch.last_seq() && !batch.records.is_empty() {
            assert!(
                self.records.ends_with(&batch.records),
                "another batch landed"
            );
            return;
        }
        assert_eq!(head, batch.expected_seq, "append out of order");
        for (seq, record) in (head + 1..).zip(&batch.records) {
            assert_eq!(record.seq, seq, "a gap");
            let last = self
                .records
                .last()
                .map_or(Timestamp::ZERO, |record| record.at);
            assert!(record.at >= last, "time goes back");
            self.records.push(*record);
        }
        self.replies
            .extend(batch.replies.iter().map(|reply| (reply.id, *reply)));
        for write in &batch.vault {
            match write {
                VaultWrite::Put(row) => {
                    self.vault
                        .insert((row.contact, row.field.clone()), row.clone());
                }
                VaultWrite::Delete { contact, field } => {
                    self.vault.remove(&(*contact, field.clone()));
                }
            }
        }
    }

    pub(crate) fn state(&self, tables: &Arc<Tables>) -> Option<(State, u64)> {
        let mut of = |version| (version == VERSION).then(|| Arc::clone(tables));
        let mut replay = Replay::new(&mut of);
        for record in &self.records {
            replay.apply(&record.event, record.at).unwrap();
        }
        replay.finish()
    }

    fn recover(&self, tables: &Arc<Tables>) -> Recovered {
        Recovered {
            seq: self.records.len() as u64,
            at: self
                .records
                .last()
                .map_or(Timestamp::ZERO, |record| record.at),
            state: self.state(tables),
            replayed: self.records.len() as u64,
            remembered: self.replies.values().copied().collect(),
            vault: self.vault.values().cloned().collect(),
        }
    }
}

pub(crate) struct World {
    pub(crate) tables: Arc<Tables>,
    pub(crate) desk: Desk,
    pub(crate) log: Log,
    pub(crate) now: Timestamp,
    pub(crate) appending: Option<Arc<Batch>>,
    pub(crate) replies: BTreeMap<u64, Result<Accepted, Refusal>>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) published: u64,
    pub(crate) health: Vec<Option<StoreFault>>,
    pub(crate) reload: bool,
    pub(crate) tokens: u64,
    pub(crate) reconcile: Reconcile,
}

pub(crate) fn rules() -> Rules {
    let queue = QueueRule {
        wrap_up_us: 10 * SECOND_US,
        ring_us: 20 * SECOND_US,
        max_waiting: 50,
        ..QueueRule::default()
    };
    let zip = QueueRule {
        wrap_up_us: 0,
        ring_us: 0,
        ..queue.clone()
    };
    let channels = Channel::ALL
        .iter()
        .fold(Channels::NONE, |set, channel| set.with(*channel));
    let adviser = AdviserRule {
        unit: UnitId(0),
        skills: Vec::new(),
        origins: Origins::LIVE,
        channels,
        groups: Vec::new(),
        clearance: linje_types::Clearance::NONE,
    };
    let mut queues = vec![queue.clone(), queue.clone(), queue, zip];
    for (own, queue) in (0_u16..).zip(&mut queues) {
        let others = (0..4).filter(|other| *other != own);
        queue.transfers = others.map(linje_types::QueueId).collect();
    }
    Rules {
        queues,
        advisers: vec![adviser; 4],
        version: VERSION,
        ..Rules::empty()
    }
}

impl World {
    pub(crate) fn new() -> World {
        let tables = Arc::new(Tables::new(&rules()).unwrap());
        let desk = Desk::new(Recovered::nothing(), Arc::clone(&tables));
        let mut world = World {
            tables,
            desk,
            log: Log::default(),
            now: START,
            appending: None,
            replies: BTreeMap::new(),
            effects: Vec::new(),
            published: 0,
            health: Vec::new(),
            reload: false,
            tokens: 0,
            reconcile: Reconcile {
                callback_queue: Some(CALLBACKS),
                ..Reconcile::default()
            },
        };
        world.start();
        world
    }

    /// What a start does before anybody is served.
    fn start(&mut self) {
        self.tokens += 1;
        let publish = Input::Publish {
            token: self.tokens,
            tables: Arc::clone(&self.tables),
            version: VERSION,
        };
        self.step(publish);
        self.step(Input::Reconcile(self.reconcile.clone()));
    }

    /// Power off and on. `lands`: whether an append under way had reached the disk.
    pub(crate) fn crash(&mut self, lands: bool) {
        if let Some(batch) = self.appending.take().filter(|_| lands) {
            self.log.append(&batch);
        }
        self.published = self.log.records.len() as u64;
        self.desk = Desk::new(self.log.recover(&self.tables), Arc::clone(&self.tables));
        self.start();
    }

    pub(crate) fn step(&mut self, input: Input) {
        let mut out = Vec::new();
        self.desk.step(input, self.now, &mut out);
        let durable = self.log.records.len() as u64;
        for output in out {
            match output {
                Output::Append(batch) => {
                    assert!(self.appending.is_none(), "two appends at a time");
                    self.appending = Some(batch);
                }
                Output::Publish(batch) => {
                    assert_eq!(batch.expected_seq, self.published, "published in order");
                    assert!(batch.last_seq() <= durable, "published before the commit");
                    self.published = batch.last_seq();
                }
                Output::Effect(effect) => {
                    self.check_effect(effect);
                    self.effects.push(effect);
                }
                Output::Reply { token, result } => {
                    if let Ok(accepted) = result {
                        assert!(accepted.seq <= durable, "answered before the commit");
                    }
                    let before = self.replies.insert(token, result);
                    assert!(before.is_none(), "answered twice");
                }
                Output::Snapshot(snapshot) => assert!(snapshot.seq <= durable),
                Output::Health(fault) => self.health.push(fault),
                Output::Reload => self.reload = true,
                Output::Broken { command, .. } => panic!("the core broke on {command:?}"),
            }
        }
    }

    /// An offer that is presented must be in the log.
    fn check_effect(&self, effect: Effect) {
        if let Effect::Present { offer, .. } = effect {
            let made = |record: &Record| matches!(record.event, Event::OfferMade { offer: made, .. } if made == offer);
            assert!(self.log.records.iter().any(made), "rang before the commit");
        }
    }

    pub(crate) fn submit(&mut self, command: Command) -> u64 {
        self.send(Submit::new(0, command))
    }

    pub(crate) fn send(&mut self, mut submit: Submit) -> u64 {
        self.tokens += 1;
        submit.token = self.tokens;
        self.step(Input::Submit(submit));
        self.tokens
    }

    /// The append under way succeeds, if there is one.
    pub(crate) fn commit(&mut self) {
        if let Some(batch) = self.appending.take() {
            self.log.append(&batch);
            self.step(Input::Committed {
                seq: batch.last_seq(),
            });
        }
    }

    /// The append under way fails, as the writer is told.
    pub(crate) fn fail(&mut self, fault: StoreFault, landed: bool) {
        if let Some(batch) = self.appending.take() {
            if landed {
                self.log.append(&batch);
            }
            self.step(Input::CommitFailed { fault });
        }
    }

    /// Everything gets to the disk, however often it must be tried.
    pub(crate) fn settle(&mut self) {
        for _ in 0..1_000 {
            self.commit();
            if self.desk.is_settled() {
                return;
            }
            if self.appending.is_none() {
                self.now = self.now.max(self.desk.deadline());
                self.step(Input::Tick);
            }
        }
        panic!("does not settle");
    }

    pub(crate) fn done(&mut self, command: Command) -> Result<Accepted, Refusal> {
        let token = self.submit(command);
        self.settle();
        self.replies[&token]
    }

    pub(crate) fn answer(&self, token: u64) -> Option<Outcome> {
        self.replies.get(&token).map(|result| match result {
            Ok(accepted) => Ok(*accepted),
            Err(Refusal::Rejected(rejection)) => Err(*rejection),
            Err(other) => panic!("refused: {other:?}"),
        })
    }

    pub(crate) fn advance(&mut self, us: i64) {
        let until = self.now.plus_us(us);
        while self.desk.deadline() <= until {
            self.now = self.now.max(self.desk.deadline());
            self.step(Input::Tick);
            self.commit();
        }
        self.now = until;
        self.step(Input::Tick);
    }

    pub(crate) fn assert_replays(&self) {
        let (state, _) = self.log.state(&self.tables).unwrap();
        assert_eq!(state.hash(), self.desk.state().hash(), "replay differs");
        self.desk.state().check().unwrap();
    }
}

pub(crate) fn arrive(channel: Channel, queue: QueueId) -> Command {
    arrive_at(channel, in_queue(queue))
}

pub(crate) fn in_queue(queue: QueueId) -> Entry {
    Entry::Queue {
        queue,
        class: 0,
        place: Timestamp::NEVER,
        needs: linje_event::Needs::NONE,
    }
}

pub(crate) fn arrive_at(channel: Channel, entry: Entry) -> Command {
    Command::Arrive {
        contact: ContactId::NONE,
        channel,
        topic: TopicId(3),
        origin: Origin::Live,
        language: Language::Nb,
        entry,
    }
}

pub(crate) fn enqueue(contact: ContactId, queue: QueueId) -> Command {
    Command::Enqueue {
        contact,
        queue,
        topic: TopicId(3),
        language: Language::Nb,
        class: 0,
        place: Timestamp::NEVER,
        needs: linje_event::Needs::NONE,
    }
}

pub(crate) fn sign_in(adviser: u32, activity: Activity) -> Command {
    Command::SignIn {
        adviser: AdviserId(adviser),
        activity,
    }
}
