//! The store: a log in memory that is slow, fails, and sometimes fails after the append has landed.

use std::collections::BTreeMap;
use std::sync::Arc;

use linje_desk::{Batch, Input, Record, Recovered, Remembered, StoreFault, VaultRow, VaultWrite};
use linje_event::Event;
use linje_measures::{Cells, RollUp, Yardstick};
use linje_routing::{CAPACITY, Rules, State, Tables};
use linje_types::{ContactId, SECOND_US, Timestamp};

use super::{Happening, World};

pub(super) struct Store {
    pub(super) records: Vec<Record>,
    replies: BTreeMap<u128, Remembered>,
    vault: BTreeMap<(ContactId, String), VaultRow>,
    /// What the store is writing.
    pub(super) flight: Option<Arc<Batch>>,
    /// A fault that lasts until then.
    down: Option<(StoreFault, Timestamp)>,
    /// The state as the durable records leave it (S16).
    pub(super) follower: Option<(State, u64)>,
    /// The last record that was published.
    shown: u64,
    /// The highest offer number in the log.
    pub(super) last_offer: Option<u32>,
    figures: RollUp,
    cells: Cells,
    pub(super) hash: u64,
}

/// The rules of a description by its hash.
type Tabled<'a> = &'a dyn Fn(u64) -> Option<Arc<Tables>>;

impl Store {
    pub(super) fn new() -> Store {
        Store {
            records: Vec::new(),
            replies: BTreeMap::new(),
            vault: BTreeMap::new(),
            flight: None,
            down: None,
            follower: None,
            shown: 0,
            last_offer: None,
            figures: RollUp::default(),
            cells: Cells::new(),
            hash: 0xcbf2_9ce4_8422_2325,
        }
    }

    pub(super) fn seq(&self) -> u64 {
        self.records.len() as u64
    }

    /// All or nothing, and a batch that landed before is recognised.
    pub(super) fn append(&mut self, batch: &Batch) -> Result<(), String> {
        if self.seq() == batch.last_seq() && !batch.records.is_empty() {
            return if self.records.ends_with(&batch.records) {
                Ok(())
            } else {
                Err("S18: another batch landed in its place".to_owned())
            };
        }
        if self.seq() != batch.expected_seq {
            return Err(format!(
                "S17: append at {} of {}",
                batch.expected_seq,
                self.seq()
            ));
        }
        for record in &batch.records {
            let last = self.records.last().map_or(Timestamp::ZERO, |last| last.at);
            if record.seq != self.seq() + 1 || record.at < last {
                return Err(format!("S17: {record:?} after {} at {last:?}", self.seq()));
            }
            if let Event::OfferMade { offer, .. } | Event::ContactAssigned { offer, .. } =
                record.event
            {
                self.last_offer = self.last_offer.max(Some(offer.number()));
            }
            let subject = record.event.contact().map_or(0, |contact| contact.0);
            for word in [
                record.at.0.unsigned_abs(),
                subject,
                record.event.kind().len() as u64,
            ] {
                self.hash = (self.hash ^ word).wrapping_mul(0x0000_0100_0000_01b3);
            }
            self.records.push(*record);
        }
        for reply in &batch.replies {
            // A batch of refusals only has no record by which it could be recognised.
            let before = self.replies.insert(reply.id, *reply);
            if before.is_some_and(|before| before != *reply) {
                return Err(format!("S11: command {} was done twice", reply.id));
            }
        }
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
        Ok(())
    }

    pub(super) fn published(&mut self, batch: &Batch) -> Result<(), String> {
        if batch.expected_seq < self.shown || batch.last_seq() > self.seq() {
            return Err(format!(
                "S15: {} to {} is shown, {} is durable",
                batch.expected_seq,
                batch.last_seq(),
                self.seq()
            ));
        }
        self.shown = batch.last_seq();
        Ok(())
    }

    /// Brings the second state up to the log.
    pub(super) fn follow(&mut self, from: usize, tables: Tabled<'_>) -> Result<(), String> {
        for record in &self.records[from..] {
            if let Event::CentrePublished { version } = record.event {
                let tables = tables(version).ok_or("S16: unknown description")?;
                let state = match &self.follower {
                    Some((state, _)) => State::restore(tables, &state.snapshot())
                        .map_err(|error| format!("S16: {error}"))?,
                    None => State::new(tables),
                };
                self.follower = Some((state, version));
            }
            if let Some((state, _)) = &mut self.follower {
                state.apply(&record.event, record.at);
            }
        }
        Ok(())
    }

    /// What a new process finds; the state as it is, or through its bytes.
    pub(super) fn recover(
        &mut self,
        tables: Tabled<'_>,
        by_bytes: bool,
    ) -> Result<Recovered, String> {
        let mut state = self.follower.clone();
        if let Some((state, version)) = state.as_mut().filter(|_| by_bytes) {
            let tables = tables(*version).ok_or("S16: unknown description")?;
            *state = State::restore(tables, &state.snapshot())
                .map_err(|error| format!("S16: {error}"))?;
        }
        self.shown = self.seq();
        self.down = None;
        Ok(Recovered {
            seq: self.seq(),
            at: self.records.last().map_or(Timestamp::ZERO, |last| last.at),
            state,
            replayed: 0,
            remembered: self.replies.values().copied().collect(),
            vault: self.vault.values().cloned().collect(),
        })
    }

    /// S26: the figures, batch by batch, now and then read back from their bytes.
    pub(super) fn fold_figures<'a>(
        &mut self,
        from: usize,
        rules: &dyn Fn(u64) -> Option<&'a Rules>,
    ) {
        let mut yards = |version: u64| rules(version).map(yardstick);
        if self.records.len().is_multiple_of(97)
            && let Ok(bytes) = postcard::to_allocvec(&self.figures)
            && let Ok(figures) = postcard::from_bytes::<RollUp>(&bytes)
        {
            self.figures = figures.resume(&mut yards);
        }
        let events = || self.records[from..].iter().map(|it| (it.at, &it.event));
        if self.records.len().is_multiple_of(31) {
            // A batch that was folded and not stored.
            let _not_stored = self.figures.fold(events(), &mut yards);
            self.figures.undo();
        }
        let added = self.figures.fold(events(), &mut yards);
        self.figures.keep();
        for (key, sums) in added {
            self.cells.entry(key).or_default().plus(&sums);
        }
    }

    /// S26: what was added up batch by batch is what the whole log gives.
    pub(super) fn figures_agree<'a>(
        &self,
        rules: &dyn Fn(u64) -> Option<&'a Rules>,
    ) -> Result<(), String> {
        let mut yards = |version: u64| rules(version).map(yardstick);
        let mut anew = RollUp::default();
        let events = self.records.iter().map(|it| (it.at, &it.event));
        let mut cells = anew.fold(events, &mut yards);
        cells.retain(|_, sums| !sums.is_empty());
        let mut own = self.cells.clone();
        own.retain(|_, sums| !sums.is_empty());
        if own == cells {
            return Ok(());
        }
        let differs = own.iter().find(|(key, sums)| cells.get(key) != Some(sums));
        Err(format!("S26: the figures differ at {differs:?}"))
    }

    /// The last events, for people.
    pub(super) fn last(&self, count: usize) -> Vec<String> {
        let from = self.records.len().saturating_sub(count);
        self.records[from..]
            .iter()
            .map(|record| format!("{} {} {:?}", record.seq, record.at.0, record.event))
            .collect()
    }
}

fn yardstick(rules: &Rules) -> Yardstick {
    Yardstick {
        within_us: rules.queues.iter().map(|queue| queue.goal_us).collect(),
        units: rules.advisers.iter().map(|adviser| adviser.unit).collect(),
        weights: rules.weights,
        capacity: CAPACITY,
        short_us: Yardstick::SHORT_US,
    }
}

impl World {
    /// The desk hands over a batch: how long it takes.
    pub(super) fn append(&mut self, batch: Arc<Batch>) -> Result<(), String> {
        if self.store.flight.is_some() {
            return Err("S18: two appends at a time".to_owned());
        }
        let seq = batch.last_seq();
        self.store.flight = Some(batch);
        let us = match self.dice.below(1_000) {
            _ if self.fair => 4_000,
            0 => 5_000_000,
            1..=4 => 500_000,
            5..=40 => 50_000,
            _ => 4_000,
        };
        self.later(us, Happening::Store(seq));
        Ok(())
    }

    /// The store answers: durable, failed, or failed although it landed.
    pub(super) fn store_answers(&mut self, seq: u64) -> Result<(), String> {
        let known = self.store.flight.as_ref();
        if known.is_none_or(|batch| batch.last_seq() != seq) {
            return Ok(());
        }
        let Some(batch) = self.store.flight.take() else {
            return Ok(());
        };
        if self.fair {
            self.store.down = None;
        } else if self.store.down.is_none() && self.dice.below(2_000) == 0 {
            let fault = self.dice.pick(&[
                StoreFault::Full,
                StoreFault::Unavailable,
                StoreFault::NotWritable,
            ]);
            let us = self.dice.within(1, 20 * SECOND_US);
            self.store.down = Some((fault, self.now.plus_us(us)));
        }
        if let Some((fault, until)) = self.store.down {
            if self.now < until {
                if self.dice.chance(10) {
                    self.count("commit landed, reply lost");
                    self.durable(&batch)?;
                }
                return self.input(Input::CommitFailed { fault });
            }
            self.store.down = None;
        }
        self.durable(&batch)?;
        self.input(Input::Committed { seq })
    }
}
