//! What happens by itself as time passes, and what follows when somebody has more than one thing at once.

use super::*;

impl State {
    pub(super) fn tick<O: Output>(&mut self, now: Timestamp, out: &mut O) {
        for _ in 0..TICK_MAX {
            let contact = self.deadlines.next().filter(|(at, _)| *at <= now);
            let lane = self.alarms.next().filter(|(at, _)| *at <= now);
            match (contact, lane) {
                (None, None) => return,
                (Some((at, slot)), Some((of_lane, _))) if at <= of_lane => self.due(slot, now, out),
                (_, Some((_, lane))) => self.alarm(lane, now, out),
                (Some((_, slot)), None) => self.due(slot, now, out),
            }
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
    fn alarm<O: Output>(&mut self, lane: u32, now: Timestamp, out: &mut O) {
        let slot = self.lines.head(lane as usize);
        if slot == NONE {
            self.alarms.clear(lane);
            return;
        }
        let exact = (self.step_at(slot, lane), self.lines.order(slot).1);
        if self.alarms.entry(lane) != Some(exact) {
            self.alarms.set_with(lane, exact.0, exact.1);
            return;
        }
        let it = self.contacts[slot as usize];
        let contact = self.id_of(slot);
        let waited = now.since_us(self.since(slot));
        let queue = &self.tables.rules().queues[it.queue.idx()];
        let guarantee = self.tables.rules().guarantee_us(it.class, it.language);
        if Channels::LIVE.has(it.channel) && !it.is(flag::OVERDUE) && waited >= guarantee {
            self.emit(Event::ContactOverdue { contact }, now, out);
            return;
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

    /// An adviser has gone home: those who waited for them only are everybody's now. Gives them, in order.
    pub(super) fn stop_asking<O: Output>(
        &mut self,
        adviser: u32,
        now: Timestamp,
        out: &mut O,
    ) -> Vec<u32> {
        let own = self.personal.iter().filter(|it| it.adviser == adviser);
        let slots: Vec<u32> = own.map(|it| it.slot).collect();
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

    /// Lays deferred work aside, or takes an offer of it back, until a contact fits. Gives those who are in line again.
    #[inline]
    pub(super) fn make_room<O: Output>(
        &mut self,
        slot: u32,
        adviser: u32,
        now: Timestamp,
        out: &mut O,
    ) -> Vec<u32> {
        let mut back = Vec::new();
        let channel = self.contacts[slot as usize].channel;
        let used = self.advisers[adviser as usize].used;
        if !self.tables.interrupts() || self.tables.fits(used).has(channel) {
            return back;
        }
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
                return back;
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
        back
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
        let it = &self.contacts[slot as usize];
        let (lane, channel) = (it.lane, it.channel);
        let takes =
            |adviser: u32| self.quiet(adviser).has(channel) && !self.is_barred(slot, adviser, now);
        if let Some(found) = self.idle.longest_quiet(self.lanes.able(lane), takes) {
            self.give(slot, WhyRule::Quiet, found, now, out);
        }
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
            let before = self.next_offer;
            for (_, lane) in lanes {
                self.serve_quiet_lane(lane, now, out);
                if self.next_offer != before {
                    break;
                }
            }
            if self.next_offer == before {
                return;
            }
        }
    }

    /// The first of a lane whom somebody free would take: only those whom somebody is barred from are passed over.
    fn serve_quiet_lane<O: Output>(&mut self, lane: u32, now: Timestamp, out: &mut O) {
        let before = self.next_offer;
        let mut at = self.lines.head(lane as usize);
        while at != NONE {
            let (next, barred) = (self.lines.next(at), self.contacts[at as usize].bars > 0);
            self.serve_quiet(at, now, out);
            if self.next_offer != before || !barred {
                return;
            }
            at = next;
        }
    }
}
