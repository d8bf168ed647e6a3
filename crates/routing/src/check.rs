//! The invariants that can be seen in one state, checked in full. For tests, simulation and `/debug`.

use linje_types::{Channel, Channels, Timestamp};

use crate::{
    bits,
    cast::u32_of,
    idle::Mask,
    lines::NONE,
    rules::CAPACITY,
    state::{Contact, ContactState, State, flag},
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
        ensure!(self.personal.is_sorted(), "S8: personal lines out of order");
        for entry in &self.personal {
            let it = &self.contacts[entry.slot as usize];
            ensure!(
                it.open && it.state == ContactState::Queued && it.is(flag::PERSONAL),
                "S1: slot {} waits for adviser {} in state {:?}",
                entry.slot,
                entry.adviser,
                it.state
            );
            ensure!(
                self.deadlines.of(entry.slot).is_some(),
                "L3: slot {} waits for one adviser for ever",
                entry.slot
            );
            waiting[it.queue.idx()] += 1;
        }
        for lane in 0..self.lanes.len() {
            let mut before = None;
            for slot in self.lines.iter(lane) {
                let it = &self.contacts[slot as usize];
                let queued = it.open && it.state == ContactState::Queued && !it.is(flag::PERSONAL);
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
                let step = self.step_at(slot, u32_of(lane));
                let alarm = self.alarms.of(u32_of(lane)).unwrap_or(Timestamp::NEVER);
                ensure!(alarm <= step, "L2: slot {slot} misses its step");
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
                    | ContactState::Dialling
                    | ContactState::SetAside
                    | ContactState::Consulting
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
            self.check_pair(slot, it)?;
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

    /// A consultation and the contact it is about belong to each other; a callback has nobody on the line.
    fn check_pair(&self, slot: u32, it: &Contact) -> Result<(), String> {
        let consulting = it.state == ContactState::Consulting;
        let waits = it.is(flag::CONSULT) && it.state != ContactState::WrapUp;
        ensure!(
            (it.peer != NONE) == (consulting || waits),
            "S21: slot {slot} is {:?} with peer {}",
            it.state,
            it.peer
        );
        if it.peer != NONE {
            let peer = &self.contacts[it.peer as usize];
            ensure!(
                peer.open && peer.peer == slot && peer.is(flag::CONSULT) == consulting,
                "S21: slot {slot} and its consultation have lost each other"
            );
        }
        let dials = matches!(it.state, ContactState::Dialling | ContactState::Parked);
        ensure!(
            !dials || it.is(flag::CALLBACK),
            "S20: slot {slot} is {:?} and no callback",
            it.state
        );
        ensure!(
            !dials || self.deadlines.of(slot).is_some(),
            "S20: the callback of slot {slot} is never rung"
        );
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
            if it.state != ContactState::SetAside {
                used += weights[it.channel as usize];
            }
            calls += u8::from(it.channel == Channel::Voice);
            let speaks = matches!(
                it.state,
                ContactState::Offered
                    | ContactState::Active
                    | ContactState::Consulting
                    | ContactState::Dialling
            );
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
            who.signed_in || who.first == NONE,
            "S7: adviser {adviser} is signed out with contacts"
        );
        Ok(())
    }

    fn check_idle(&self) -> Result<(), String> {
        let mut listed = 0;
        for mask in Mask::all() {
            for profile in 0..self.tables.n_profiles() {
                let mut before = None;
                for adviser in self.idle.iter(mask, profile) {
                    listed += 1;
                    let who = &self.advisers[adviser as usize];
                    let here = self.mask(adviser) == mask
                        && self.tables.profile(adviser, who.origins) as usize == profile;
                    ensure!(here, "S7: adviser {adviser} lies in a wrong idle list");
                    let seq = Some(self.idle.seq(adviser));
                    ensure!(before < seq, "S8: idle list is out of order at {adviser}");
                    before = seq;
                }
            }
        }
        let offerable = (0..u32_of(self.advisers.len()))
            .filter(|&adviser| !self.mask(adviser).is_nothing())
            .count();
        let quiet = (0..u32_of(self.advisers.len()))
            .filter(|&adviser| self.mask(adviser).is_quiet())
            .count();
        ensure!(
            quiet == self.idle.n_quiet() as usize,
            "L1: {quiet} are free for deferred work, {} counted",
            self.idle.n_quiet()
        );
        ensure!(
            listed == offerable,
            "L1: {offerable} are idle, {listed} listed"
        );
        Ok(())
    }

    /// L1 and L3: no waiting contact has somebody free who could take it and is not barred.
    fn check_nobody_waits_needlessly(&self) -> Result<(), String> {
        for adviser in (0..u32_of(self.advisers.len())).filter(|&at| self.idle.is_listed(at)) {
            let profile = self
                .tables
                .profile(adviser, self.advisers[adviser as usize].origins);
            let now = self.mask(adviser).channels();
            let mut channels = now;
            if self.idle.n_quiet() > self.tables.rules().reserve {
                channels = Channels(now.0 | self.quiet(adviser).0);
            }
            let barred = |slot: u32| self.bars_of(slot).iter().any(|bar| bar.adviser == adviser);
            for lane in 0..u32_of(self.lanes.len()) {
                let takes = channels.has(self.lanes.get(lane).channel)
                    && bits::has(self.lanes.able(lane), profile as usize);
                let mut line = self.lines.iter(lane as usize);
                let free = line.find(|&slot| takes && !barred(slot));
                ensure!(
                    free.is_none(),
                    "L1: slot {free:?} waits while adviser {adviser} is idle"
                );
            }
            let own = self.personal.iter().find(|it| {
                it.adviser == adviser
                    && now.has(self.contacts[it.slot as usize].channel)
                    && !barred(it.slot)
            });
            ensure!(
                own.is_none(),
                "L1: {own:?} waits while adviser {adviser} is idle"
            );
        }
        Ok(())
    }
}
