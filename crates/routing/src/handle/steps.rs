//! What happens by itself as time passes, and what follows when somebody has more than one thing at once.

use super::*;

impl State {
    pub(super) fn tick<O: Output>(&mut self, now: Timestamp, out: &mut O) {
        let mut fired = 0;
        while fired < TICK_MAX {
            let contact = self.deadlines.next().filter(|(at, _)| *at <= now);
            let lane = self.alarms.next().filter(|(at, _)| *at <= now);
            match (contact, lane) {
                (None, None) => return,
                (Some((at, slot)), Some((of_lane, _))) if at <= of_lane => self.due(slot, now, out),
                (_, Some((_, lane))) => {
                    // To set an alarm right is not to fire a deadline.
                    if !self.alarm(lane, now, out) {
                        continue;
                    }
                }
                (Some((_, slot)), None) => self.due(slot, now, out),
            }
            fired += 1;
        }
    }

    fn due<O: Output>(&mut self, slot: u32, now: Timestamp, out: &mut O) {
        let it = self.contacts[slot as usize];
        let contact = self.id_of(slot);
        match it.state {
            ContactState::Queued if it.is(flag::PERSONAL) => {
                self.ring_started(slot, now, out);
                self.serve_contact(slot, now, out);
            }
            ContactState::Queued => {
                self.emit(Event::BarEnded { contact }, now, out);
                self.serve_contact(slot, now, out);
            }
            // B5: the longest wait throws the caller out while a phone rings.
            ContactState::Offered if mutant!(5) => {
                self.close(slot, it.queue, CloseReason::Abandoned, now, out);
            }
            ContactState::Offered => self.let_go(slot, OfferOutcome::Expired, now, out),
            ContactState::WrapUp => self.finished(slot, now, out),
            ContactState::Active | ContactState::Held | ContactState::SetAside => {
                self.returned(slot, now, out);
            }
            ContactState::Parked => {
                self.emit(Event::CallbackDue { contact }, now, out);
                self.serve_contact(slot, now, out);
            }
            ContactState::Dialling => self.not_reached(slot, FailCause::NoAnswer, now, out),
            ContactState::InMenu | ContactState::Consulting => self.deadlines.clear(slot),
        }
    }

    /// The first contact of a lane may have a step to take: its guarantee, its overflow, its next ring.
    /// Gives whether it had.
    fn alarm<O: Output>(&mut self, lane: u32, now: Timestamp, out: &mut O) -> bool {
        let slot = self.lines.head(lane as usize);
        if slot == NONE {
            self.alarms.clear(lane);
            return false;
        }
        let exact = (self.step_at(slot, lane), self.lines.order(slot).1);
        if self.alarms.entry(lane) != Some(exact) {
            self.alarms.set_with(lane, exact.0, exact.1);
            return false;
        }
        let it = self.contacts[slot as usize];
        let contact = self.id_of(slot);
        let waited = now.since_us(self.since(slot));
        let queue = &self.tables.rules().queues[it.queue.idx()];
        let guarantee = self.tables.rules().guarantee_us(it.class, it.language);
        if Channels::LIVE.has(it.channel) && !it.is(flag::OVERDUE) && waited >= guarantee {
            self.emit(Event::ContactOverdue { contact }, now, out);
            // A bar that has run out meanwhile is forgotten with this.
            self.serve_contact(slot, now, out);
            return true;
        }
        let overflow = queue.overflow.filter(|overflow| {
            overflow.after_us.is_some_and(|after| waited >= after)
                && !self.has_visited(slot, overflow.to)
        });
        if let Some(overflow) = overflow {
            self.overflowed(slot, overflow.to, now, out);
        } else {
            self.ring_started(slot, now, out);
        }
        self.serve_contact(slot, now, out);
        true
    }

    fn overflowed<O: Output>(&mut self, slot: u32, to: QueueId, now: Timestamp, out: &mut O) {
        let overflowed = Event::ContactOverflowed {
            contact: self.id_of(slot),
            from: self.contacts[slot as usize].queue,
            queue: to,
        };
        self.emit(overflowed, now, out);
    }

    /// Moves on at once when the queue's expected wait is too long.
    pub(super) fn overflow_at_entry<O: Output>(&mut self, slot: u32, now: Timestamp, out: &mut O) {
        for _ in 0..crate::rules::MAX_HOPS {
            let queue = self.contacts[slot as usize].queue;
            let Some(overflow) = self.tables.rules().queues[queue.idx()].overflow else {
                return;
            };
            let expected = self.expected[queue.idx()];
            let too_long = overflow.expected_us.is_some_and(|most| expected >= most);
            if !too_long || self.has_visited(slot, overflow.to) {
                return;
            }
            self.overflowed(slot, overflow.to, now, out);
        }
    }

    /// The ring that the wait so far has reached; the named adviser is no longer waited for.
    pub(super) fn ring_started<O: Output>(&mut self, slot: u32, now: Timestamp, out: &mut O) {
        let waited = now.since_us(self.since(slot));
        let queue = self.contacts[slot as usize].queue;
        let started = Event::RingStarted {
            contact: self.id_of(slot),
            ring: self.tables.ring_after(queue, waited),
        };
        self.emit(started, now, out);
    }

    /// Those who wait for one adviser only who has gone home or no longer meets such people are everybody's
    /// now. Gives them, in order.
    pub(super) fn stop_asking<O: Output>(
        &mut self,
        adviser: u32,
        now: Timestamp,
        out: &mut O,
    ) -> Vec<u32> {
        let own = self.personal.iter().filter(|it| it.adviser == adviser);
        let mut slots: Vec<u32> = own.map(|it| it.slot).collect();
        slots.retain(|&slot| !self.named_is_able(slot));
        for &slot in &slots {
            self.ring_started(slot, now, out);
        }
        slots
    }

    /// Back in line where it was.
    fn returned<O: Output>(&mut self, slot: u32, now: Timestamp, out: &mut O) {
        let contact = self.id_of(slot);
        let adviser = AdviserId(self.contacts[slot as usize].adviser);
        let disconnect = Effect::Disconnect {
            contact,
            adviser,
            requeued: true,
        };
        self.effect(slot, disconnect, out);
        self.emit(Event::ContactReturned { contact, adviser }, now, out);
        self.serve_contact(slot, now, out);
    }

    /// The adviser gives deferred work back.
    pub(super) fn give_back<O: Output>(
        &mut self,
        contact: ContactId,
        adviser: AdviserId,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.open(contact)?;
        let in_hand = [
            ContactState::Active,
            ContactState::Held,
            ContactState::SetAside,
        ];
        self.expect(slot, &in_hand)?;
        let it = self.contacts[slot as usize];
        if adviser != AdviserId::NONE && adviser.0 != it.adviser {
            return Err(Rejection::NotYours);
        }
        if !Channels::DEFERRED.has(it.channel) {
            return Err(Rejection::NotAllowed);
        }
        let disconnect = Effect::Disconnect {
            contact,
            adviser: AdviserId(it.adviser),
            requeued: true,
        };
        self.effect(slot, disconnect, out);
        let returned = Event::ContactGivenBack {
            contact,
            adviser: AdviserId(it.adviser),
            barred_until: self.barred_until(slot, it.adviser, now),
        };
        self.emit(returned, now, out);
        self.serve_contact(slot, now, out);
        self.serve_adviser(it.adviser, now, out);
        Ok(())
    }

    /// Lays deferred work aside, or takes an offer of it back, until a contact fits. Gives those who are in line
    /// again, `None` when nothing had to be done.
    #[inline]
    pub(super) fn make_room<O: Output>(
        &mut self,
        slot: u32,
        adviser: u32,
        now: Timestamp,
        out: &mut O,
    ) -> Option<Vec<u32>> {
        let channel = self.contacts[slot as usize].channel;
        let used = self.advisers[adviser as usize].used;
        if !self.tables.interrupts() || self.tables.fits(used).has(channel) {
            return None;
        }
        let mut back = Vec::new();
        let mut soft: Vec<u32> = self
            .slots_of(adviser)
            .filter(|&slot| self.is_soft(slot, channel))
            .collect();
        soft.sort_unstable();
        for other in soft {
            if self
                .tables
                .fits(self.advisers[adviser as usize].used)
                .has(channel)
            {
                break;
            }
            if self.contacts[other as usize].state == ContactState::Offered {
                self.end_offer(other, OfferOutcome::Interrupted, Timestamp::ZERO, now, out);
                back.push(other);
            } else {
                let aside = Event::ContactSetAside {
                    contact: self.id_of(other),
                    adviser: AdviserId(adviser),
                };
                self.emit(aside, now, out);
            }
        }
        Some(back)
    }

    /// Takes up what was laid aside, as far as it fits again.
    pub(super) fn take_up<O: Output>(&mut self, adviser: u32, now: Timestamp, out: &mut O) {
        let mut aside: Vec<u32> = self
            .slots_of(adviser)
            .filter(|&slot| self.contacts[slot as usize].state == ContactState::SetAside)
            .collect();
        aside.sort_unstable();
        for slot in aside {
            let channel = self.contacts[slot as usize].channel;
            if self
                .tables
                .fits(self.advisers[adviser as usize].used)
                .has(channel)
            {
                let taken_up = Event::ContactTakenUp {
                    contact: self.id_of(slot),
                    adviser: AdviserId(adviser),
                };
                self.emit(taken_up, now, out);
            }
        }
    }

    /// Deferred work for somebody free who takes it when it is quiet.
    pub(super) fn serve_quiet<O: Output>(&mut self, slot: u32, now: Timestamp, out: &mut O) {
        if self.idle.n_willing() == 0 || self.idle.n_quiet() <= self.tables.rules().reserve {
            return;
        }
        if let Some(found) = self.find_quiet(slot) {
            self.give(slot, WhyRule::Quiet, found, now, out);
        }
    }

    fn find_quiet(&self, slot: u32) -> Option<Longest> {
        let it = &self.contacts[slot as usize];
        let (lane, channel) = (it.lane, it.channel);
        let takes =
            |adviser: u32| self.quiet(adviser).has(channel) && !self.is_barred(slot, adviser);
        self.idle.longest_quiet(self.lanes.able(lane), takes)
    }

    /// As long as it is quiet: the deferred contact first in order that somebody free would take. While it stays
    /// quiet only the one who has just become free can change anything.
    pub(super) fn serve_quiet_lines<O: Output>(
        &mut self,
        adviser: u32,
        now: Timestamp,
        out: &mut O,
    ) {
        let reserve = self.tables.rules().reserve;
        let everybody = self.idle.take_low() <= reserve;
        if !everybody && !self.idle.is_willing(adviser) {
            return;
        }
        let origins = self.advisers[adviser as usize].origins;
        let own = self.tables.profile(adviser, origins);
        while self.idle.n_quiet() > reserve {
            let mut lanes = Vec::new();
            let mut of_profile = |profile: u32| {
                let can = self.lanes.for_profile(profile);
                let deferred = self.lanes.for_channels(Channels::DEFERRED);
                let both = |word: usize| deferred[word] & can[word];
                self.lines.each(both, |lane| {
                    lanes.push((self.lines.head_order(lane as usize), lane));
                });
            };
            if everybody {
                for (idx, &word) in self.idle.willing().iter().enumerate() {
                    bits::each(idx, word, &mut of_profile);
                }
            } else {
                of_profile(own);
            }
            lanes.sort_unstable();
            lanes.dedup();
            let Some((slot, found)) = self.first_quiet(&lanes) else {
                return;
            };
            self.give(slot, WhyRule::Quiet, found, now, out);
        }
    }

    /// The first in order of these lanes, which are sorted by their heads, whom somebody free would take.
    fn first_quiet(&self, lanes: &[((i64, u64), u32)]) -> Option<(u32, Longest)> {
        let mut first: Option<((i64, u64), u32, Longest)> = None;
        for &(head, lane) in lanes {
            if first.is_some_and(|first| first.0 < head) {
                break;
            }
            if let Some((slot, found)) = self.first_quiet_of(lane) {
                let order = self.lines.order(slot);
                if first.is_none_or(|first| order < first.0) {
                    first = Some((order, slot, found));
                }
            }
        }
        first.map(|(_, slot, found)| (slot, found))
    }

    /// The first of a lane whom somebody free would take: only those whom somebody is barred from are passed over.
    fn first_quiet_of(&self, lane: u32) -> Option<(u32, Longest)> {
        for slot in self.lines.iter(lane as usize) {
            let found = self.find_quiet(slot);
            if let Some(found) = found {
                return Some((slot, found));
            }
            if self.contacts[slot as usize].bars == 0 {
                return None;
            }
        }
        None
    }
}
