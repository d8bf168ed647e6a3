//! The invariants that can be seen in one state, checked in full. For tests, simulation and `/debug`.

use linje_types::{Channel, Channels};

use crate::{
    bits,
    cast::u32_of,
    lines::NONE,
    rules::CAPACITY,
    state::{ContactState, State},
};

macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err(format!($($message)+));
        }
    };
}

impl State {
    /// Looks at everything: S1, S3, S4, S5, S7, S8 (order of lines), S14 (counts), the idle lists, L1 and L3.
    ///
    /// # Errors
    /// A sentence that names the invariant and what breaks it.
    pub fn check(&self) -> Result<(), String> {
        self.check_lines()?;
        self.check_contacts()?;
        for adviser in 0..u32_of(self.advisers.len()) {
            self.check_adviser(adviser)?;
        }
        self.check_idle()?;
        self.check_nobody_waits_needlessly()
    }

    fn check_lines(&self) -> Result<(), String> {
        ensure!(
            self.lines.n_slots() as usize == self.contacts.len(),
            "slabs differ in length"
        );
        let mut waiting = vec![0; self.waiting.len()];
        for lane in 0..self.tables.n_lanes() {
            let mut before = None;
            for slot in self.lines.iter(lane) {
                let it = &self.contacts[slot as usize];
                let queued = it.open && it.state == ContactState::Queued;
                ensure!(
                    queued,
                    "S1: slot {slot} lies in a line in state {:?}",
                    it.state
                );
                ensure!(
                    it.lane as usize == lane,
                    "S1: slot {slot} lies in a wrong line"
                );
                let order = self.lines.order(slot);
                ensure!(
                    before < Some(order),
                    "S8: line {lane} is out of order at {slot}"
                );
                before = Some(order);
                waiting[it.queue.idx()] += 1;
            }
            let empty = self.lines.is_empty(lane);
            ensure!(empty == before.is_none(), "line {lane}: wrong bit");
        }
        ensure!(waiting == self.waiting, "S14: wrong counts of waiting");
        Ok(())
    }

    fn check_contacts(&self) -> Result<(), String> {
        let mut n_queued = 0;
        let mut n_open = 0;
        for (slot, it) in (0_u32..).zip(&self.contacts).filter(|(_, it)| it.open) {
            n_open += 1;
            let has_adviser = it.adviser != NONE;
            let should = matches!(
                it.state,
                ContactState::Offered
                    | ContactState::Active
                    | ContactState::Held
                    | ContactState::WrapUp
            );
            ensure!(
                has_adviser == should,
                "S3: slot {slot} is {:?}, adviser {}",
                it.state,
                it.adviser
            );
            if has_adviser {
                let held = self.slots_of(it.adviser).filter(|&other| other == slot);
                ensure!(
                    held.count() == 1,
                    "S3: slot {slot} is not in its adviser's list"
                );
            }
            if it.state == ContactState::Offered {
                ensure!(
                    self.deadlines.of(slot).is_some(),
                    "L4: the offer of slot {slot} never ends"
                );
            }
            n_queued += u32::from(it.state == ContactState::Queued);
            let bars = self.bars_of(slot).len();
            ensure!(
                bars == usize::from(it.bars),
                "S9: slot {slot} counts {} bars",
                it.bars
            );
        }
        ensure!(
            n_open == self.n_open,
            "S2: {n_open} open, {} counted",
            self.n_open
        );
        let total: u32 = self.waiting.iter().sum();
        ensure!(total == n_queued, "S2: {n_queued} queued, {total} in lines");
        Ok(())
    }

    fn check_adviser(&self, adviser: u32) -> Result<(), String> {
        let who = &self.advisers[adviser as usize];
        let weights = &self.tables.rules().weights;
        let (mut used, mut calls, mut speaking) = (0, 0, 0);
        for slot in self.slots_of(adviser) {
            let it = &self.contacts[slot as usize];
            ensure!(
                it.open && it.adviser == adviser,
                "S3: adviser {adviser} lists slot {slot}"
            );
            used += weights[it.channel as usize];
            calls += u8::from(it.channel == Channel::Voice);
            let speaks = matches!(it.state, ContactState::Offered | ContactState::Active);
            speaking += u8::from(it.channel == Channel::Voice && speaks);
        }
        ensure!(
            used == who.used,
            "S5: adviser {adviser} uses {used}, counted {}",
            who.used
        );
        ensure!(used <= CAPACITY, "S5: adviser {adviser} uses {used}");
        ensure!(
            calls == who.calls,
            "S4: adviser {adviser} has {calls} calls"
        );
        ensure!(
            speaking <= 1,
            "S4: adviser {adviser} has {speaking} calls at once"
        );
        ensure!(
            who.signed_in || used == 0,
            "S7: adviser {adviser} is signed out with contacts"
        );
        Ok(())
    }

    fn check_idle(&self) -> Result<(), String> {
        let mut listed = 0;
        for (idx, &channels) in self.tables.masks().iter().enumerate() {
            for profile in 0..self.tables.n_profiles() {
                let mut before = None;
                for adviser in self.idle.iter(idx, profile) {
                    listed += 1;
                    let who = &self.advisers[adviser as usize];
                    let here = self.mask(adviser) == channels
                        && self.tables.profile(adviser, who.origins) as usize == profile;
                    ensure!(here, "S7: adviser {adviser} lies in a wrong idle list");
                    let seq = Some(self.idle.seq(adviser));
                    ensure!(before < seq, "S8: idle list is out of order at {adviser}");
                    before = seq;
                }
            }
        }
        let offerable = (0..u32_of(self.advisers.len()))
            .filter(|&adviser| self.mask(adviser) != Channels::NONE)
            .count();
        ensure!(
            listed == offerable,
            "L1: {offerable} are idle, {listed} listed"
        );
        Ok(())
    }

    /// L1 and L3: no waiting contact has an idle adviser who could take it and is not barred.
    fn check_nobody_waits_needlessly(&self) -> Result<(), String> {
        for lane in 0..self.tables.n_lanes() {
            let Some(first) = self.lines.iter(lane).next() else {
                continue;
            };
            let channel = self.contacts[first as usize].channel;
            let profiles = self.tables.profiles_for(u32_of(lane));
            for (idx, &mask) in self.tables.masks().iter().enumerate() {
                if !mask.has(channel) {
                    continue;
                }
                let able = (0..self.tables.n_profiles()).filter(|&at| bits::has(profiles, at));
                for adviser in able.flat_map(|profile| self.idle.iter(idx, profile)) {
                    let barred =
                        |slot: u32| self.bars_of(slot).iter().any(|bar| bar.adviser == adviser);
                    let free = self.lines.iter(lane).find(|&slot| !barred(slot));
                    ensure!(
                        free.is_none(),
                        "L1: slot {free:?} waits while adviser {adviser} is idle"
                    );
                }
            }
        }
        Ok(())
    }
}
