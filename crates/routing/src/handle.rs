//! Decisions: a command and a time in, events and effects out. Every change goes through `apply`.

use linje_event::{
    By, CloseReason, Command, Effect, Entry, Event, FailCause, OfferOutcome, Output, Rejection,
    Why, WhyRule, WrapUpAction,
};
use linje_types::{
    AdviserId, Channel, Channels, ContactId, Language, OfferId, Origin, QueueId, Timestamp, TopicId,
};

use crate::{
    bits,
    cast::ms_of,
    lines::NONE,
    state::{Contact, ContactState, State},
};

/// How many deadlines one `Tick` fires at most; the desk ticks until none is due.
pub const TICK_MAX: usize = 256;

impl State {
    /// Decides what `cmd` does at `now`, applies it and tells `out`.
    ///
    /// # Errors
    /// A rejection changed nothing.
    pub fn handle<O: Output>(
        &mut self,
        cmd: &Command,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        match *cmd {
            Command::Arrive {
                contact,
                channel,
                topic,
                origin,
                language,
                entry,
            } => self.arrive(contact, (channel, topic, origin, language), entry, now, out),
            Command::Enqueue {
                contact,
                queue,
                topic,
                language,
                class,
                place,
            } => {
                let slot = self.open(contact)?;
                self.expect(slot, &[ContactState::InMenu])?;
                self.enqueue(slot, (queue, topic, language, class), place, now, out)
            }
            Command::Leave { contact } => self.leave(contact, now, out),
            Command::Lose { contact } => self.lose(contact, now, out),
            Command::Close { contact, reason } => {
                let slot = self.open(contact)?;
                let waiting = [
                    ContactState::InMenu,
                    ContactState::Queued,
                    ContactState::Offered,
                ];
                self.expect(slot, &waiting)?;
                self.close_waiting(slot, reason, now, out);
                Ok(())
            }
            Command::Accept { offer, adviser } => self.accept(offer, adviser, now, out),
            Command::Decline { offer, adviser } => {
                let slot = self.offered(offer, adviser)?;
                self.let_go(slot, OfferOutcome::Declined, now, out);
                Ok(())
            }
            Command::Fail { offer, cause } => {
                let slot = self.offered(offer, AdviserId::NONE)?;
                let outcome = match cause {
                    FailCause::Busy => OfferOutcome::Busy,
                    FailCause::Unreachable => OfferOutcome::Unreachable,
                    FailCause::NoAnswer => OfferOutcome::Expired,
                    FailCause::BridgeFailed => OfferOutcome::BridgeFailed,
                };
                self.let_go(slot, outcome, now, out);
                Ok(())
            }
            Command::Hold { contact } => self.hold(contact, now, out),
            Command::Resume { contact } => self.resume(contact, now, out),
            Command::End { contact, adviser } => self.end(contact, adviser, now, out),
            Command::Transfer { contact, queue } => self.transfer(contact, queue, now, out),
            Command::WrapUp { contact, action } => self.wrap_up(contact, action, now, out),
            Command::SignIn { adviser, activity } => {
                self.known(adviser)?;
                if self.advisers[adviser.idx()].signed_in {
                    return Err(Rejection::SignedIn);
                }
                self.emit(Event::AdviserSignedIn { adviser, activity }, now, out);
                self.serve_adviser(adviser.0, now, out);
                Ok(())
            }
            Command::SignOut { adviser } => self.sign_out(adviser, now, out),
            Command::Choose { adviser, activity } => {
                self.signed_in(adviser)?;
                let takes = Channels::of(activity);
                let outcome = OfferOutcome::AdviserLeft;
                let back =
                    self.withdraw(adviser.0, outcome, |channel| !takes.has(channel), now, out);
                self.emit(Event::ActivityChosen { adviser, activity }, now, out);
                self.serve_all(&back, now, out);
                self.serve_adviser(adviser.0, now, out);
                Ok(())
            }
            Command::Meet { adviser, origins } => {
                self.known(adviser)?;
                self.emit(Event::OriginsChosen { adviser, origins }, now, out);
                self.serve_adviser(adviser.0, now, out);
                Ok(())
            }
            Command::LosePresence { adviser } => self.lose_presence(adviser, now, out),
            Command::RegainPresence { adviser } => {
                self.signed_in(adviser)?;
                if self.advisers[adviser.idx()].return_at == Timestamp::NEVER {
                    return Err(Rejection::WrongState);
                }
                self.emit(Event::PresenceRegained { adviser }, now, out);
                self.serve_adviser(adviser.0, now, out);
                Ok(())
            }
            Command::Publish { version } => {
                self.emit(Event::CentrePublished { version }, now, out);
                Ok(())
            }
            Command::Tick => {
                self.tick(now, out);
                Ok(())
            }
        }
    }

    /// When `Command::Tick` is next wanted; `NEVER` when nothing is due.
    #[must_use]
    #[inline]
    pub fn next_deadline(&self) -> Timestamp {
        self.deadlines.next().map_or(Timestamp::NEVER, |(at, _)| at)
    }

    #[inline(always)]
    fn emit<O: Output>(&mut self, event: Event, now: Timestamp, out: &mut O) {
        self.apply(&event, now);
        out.event(&event);
    }

    fn effect<O: Output>(&self, slot: u32, effect: Effect, out: &mut O) {
        if self.contacts[slot as usize].origin == Origin::Live {
            out.effect(effect);
        }
    }

    #[inline]
    fn open(&self, contact: ContactId) -> Result<u32, Rejection> {
        self.slot_of(contact).ok_or(Rejection::UnknownContact)
    }

    #[inline]
    fn expect(&self, slot: u32, states: &[ContactState]) -> Result<(), Rejection> {
        let state = self.contacts[slot as usize].state;
        states
            .contains(&state)
            .then_some(())
            .ok_or(Rejection::WrongState)
    }

    #[inline]
    fn known(&self, adviser: AdviserId) -> Result<(), Rejection> {
        (adviser.idx() < self.advisers.len())
            .then_some(())
            .ok_or(Rejection::UnknownAdviser)
    }

    #[inline]
    fn signed_in(&self, adviser: AdviserId) -> Result<(), Rejection> {
        self.known(adviser)?;
        self.advisers[adviser.idx()]
            .signed_in
            .then_some(())
            .ok_or(Rejection::NotSignedIn)
    }

    /// The slot of a live offer, if it is the one named and `adviser` may answer it (S12).
    #[inline]
    fn offered(&self, offer: OfferId, adviser: AdviserId) -> Result<u32, Rejection> {
        let slot = offer.slot();
        let it = self
            .contacts
            .get(slot as usize)
            .ok_or(Rejection::StaleOffer)?;
        let live = it.open && it.state == ContactState::Offered && it.offer == offer.number();
        let theirs = adviser == AdviserId::NONE || adviser.0 == it.adviser;
        (live && theirs)
            .then_some(slot)
            .ok_or(Rejection::StaleOffer)
    }

    fn arrive<O: Output>(
        &mut self,
        contact: ContactId,
        (channel, topic, origin, language): (Channel, TopicId, Origin, Language),
        entry: Entry,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        if contact != self.next_contact() {
            return Err(Rejection::WrongId);
        }
        if let Entry::Queue { queue, class, .. } = entry {
            self.known_queue(queue, class)?;
        }
        let arrived = Event::ContactArrived {
            contact,
            channel,
            topic,
            origin,
            language,
            in_menu: entry == Entry::Menu,
        };
        self.emit(arrived, now, out);
        match entry {
            Entry::Menu => Ok(()),
            Entry::Queue {
                queue,
                class,
                place,
            } => {
                let slot = contact.slot();
                self.enqueue(slot, (queue, topic, language, class), place, now, out)
            }
        }
    }

    #[inline]
    fn known_queue(&self, queue: QueueId, class: u8) -> Result<(), Rejection> {
        let rules = self.tables.rules();
        if queue.idx() >= rules.queues.len() {
            return Err(Rejection::UnknownQueue);
        }
        if usize::from(class) >= rules.classes.len() {
            return Err(Rejection::UnknownClass);
        }
        Ok(())
    }

    fn enqueue<O: Output>(
        &mut self,
        slot: u32,
        (queue, topic, language, class): (QueueId, TopicId, Language, u8),
        place: Timestamp,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        self.known_queue(queue, class)?;
        if self.waiting[queue.idx()] >= self.tables.rules().queues[queue.idx()].max_waiting {
            let (contact, reason) = (self.id_of(slot), CloseReason::QueueFull);
            self.close(slot, queue, reason, now, out);
            self.effect(slot, Effect::Release { contact, reason }, out);
            return Ok(());
        }
        let queued = Event::ContactQueued {
            contact: self.id_of(slot),
            queue,
            topic,
            language,
            class,
            enqueued: place.min(now),
        };
        self.emit(queued, now, out);
        self.serve_contact(slot, now, out);
        Ok(())
    }

    fn leave<O: Output>(
        &mut self,
        contact: ContactId,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.open(contact)?;
        match self.contacts[slot as usize].state {
            ContactState::InMenu => {
                self.close_waiting(slot, CloseReason::LeftInMenu, now, out);
            }
            ContactState::Queued | ContactState::Offered => {
                self.close_waiting(slot, CloseReason::Abandoned, now, out);
            }
            ContactState::Active | ContactState::Held => self.ended(slot, By::Citizen, now, out),
            ContactState::WrapUp => return Err(Rejection::WrongState),
        }
        Ok(())
    }

    fn lose<O: Output>(
        &mut self,
        contact: ContactId,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.open(contact)?;
        let Contact {
            state,
            adviser,
            queue,
            ..
        } = self.contacts[slot as usize];
        match state {
            ContactState::InMenu | ContactState::Queued | ContactState::Offered => {
                self.close_waiting(slot, CloseReason::Lost, now, out);
            }
            ContactState::Active | ContactState::Held => {
                let adviser_id = AdviserId(adviser);
                let disconnect = Effect::Disconnect {
                    contact,
                    adviser: adviser_id,
                    requeued: false,
                };
                self.effect(slot, disconnect, out);
                self.close(slot, queue, CloseReason::Lost, now, out);
                self.serve_adviser(adviser, now, out);
            }
            ContactState::WrapUp => return Err(Rejection::WrongState),
        }
        Ok(())
    }

    /// Closes a contact that no adviser has answered; a ringing adviser is left in peace at once (S10).
    fn close_waiting<O: Output>(
        &mut self,
        slot: u32,
        reason: CloseReason,
        now: Timestamp,
        out: &mut O,
    ) {
        let Contact {
            state,
            adviser,
            queue,
            ..
        } = self.contacts[slot as usize];
        let contact = self.id_of(slot);
        if state == ContactState::Offered {
            self.end_offer(slot, OfferOutcome::CitizenLeft, Timestamp::ZERO, now, out);
        }
        self.close(slot, queue, reason, now, out);
        self.effect(slot, Effect::Release { contact, reason }, out);
        if state == ContactState::Offered {
            self.serve_adviser(adviser, now, out);
        }
    }

    fn close<O: Output>(
        &mut self,
        slot: u32,
        queue: QueueId,
        reason: CloseReason,
        now: Timestamp,
        out: &mut O,
    ) {
        let closed = Event::ContactClosed {
            contact: self.id_of(slot),
            adviser: AdviserId(self.contacts[slot as usize].adviser),
            queue,
            reason,
        };
        self.emit(closed, now, out);
    }

    fn accept<O: Output>(
        &mut self,
        offer: OfferId,
        adviser: AdviserId,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.offered(offer, adviser)?;
        let contact = self.id_of(slot);
        let adviser = AdviserId(self.contacts[slot as usize].adviser);
        let accepted = Event::OfferAccepted {
            offer,
            contact,
            adviser,
        };
        self.emit(accepted, now, out);
        self.effect(slot, Effect::Connect { contact, adviser }, out);
        Ok(())
    }

    /// The offer ends through the adviser: not ready, barred for a while, the contact goes to others.
    fn let_go<O: Output>(&mut self, slot: u32, outcome: OfferOutcome, now: Timestamp, out: &mut O) {
        let until = self.barred_until(slot, self.contacts[slot as usize].adviser, None, now);
        self.end_offer(slot, outcome, until, now, out);
        self.serve_contact(slot, now, out);
    }

    fn end_offer<O: Output>(
        &mut self,
        slot: u32,
        outcome: OfferOutcome,
        barred_until: Timestamp,
        now: Timestamp,
        out: &mut O,
    ) {
        let it = self.contacts[slot as usize];
        let contact = self.id_of(slot);
        let offer = OfferId::new(slot, it.offer);
        let adviser = AdviserId(it.adviser);
        let ended = Event::OfferEnded {
            offer,
            contact,
            adviser,
            outcome,
            barred_until,
        };
        self.emit(ended, now, out);
        let withdraw = Effect::Withdraw {
            offer,
            contact,
            adviser,
        };
        self.effect(slot, withdraw, out);
    }

    /// S9: nobody is barred when no other who is signed in could take it.
    fn barred_until(
        &self,
        slot: u32,
        adviser: u32,
        lane: Option<u32>,
        now: Timestamp,
    ) -> Timestamp {
        let lane = lane.unwrap_or(self.contacts[slot as usize].lane);
        let row = self.tables.profiles_for(lane);
        let mut others = 0;
        for (idx, &word) in row.iter().enumerate() {
            bits::each(idx, word, |profile| {
                others += self.signed_in[profile as usize];
            });
        }
        let who = &self.advisers[adviser as usize];
        let own = self.tables.profile(adviser, who.origins) as usize;
        if who.signed_in && bits::has(row, own) {
            others -= 1;
        }
        if others == 0 {
            Timestamp::ZERO
        } else {
            now.plus_us(self.tables.rules().bar_us)
        }
    }

    fn hold<O: Output>(
        &mut self,
        contact: ContactId,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.open(contact)?;
        self.expect(slot, &[ContactState::Active])?;
        let adviser = AdviserId(self.contacts[slot as usize].adviser);
        self.emit(Event::ContactHeld { contact, adviser }, now, out);
        self.effect(slot, Effect::Hold { contact }, out);
        Ok(())
    }

    fn resume<O: Output>(
        &mut self,
        contact: ContactId,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.open(contact)?;
        self.expect(slot, &[ContactState::Held])?;
        let adviser = AdviserId(self.contacts[slot as usize].adviser);
        self.emit(Event::ContactResumed { contact, adviser }, now, out);
        self.effect(slot, Effect::Resume { contact }, out);
        Ok(())
    }

    /// The slot of a contact that talks, and whose it is.
    #[inline]
    fn talking(&self, contact: ContactId) -> Result<u32, Rejection> {
        let slot = self.open(contact)?;
        self.expect(slot, &[ContactState::Active, ContactState::Held])?;
        Ok(slot)
    }

    fn end<O: Output>(
        &mut self,
        contact: ContactId,
        adviser: AdviserId,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.talking(contact)?;
        if adviser != AdviserId::NONE && adviser.0 != self.contacts[slot as usize].adviser {
            return Err(Rejection::NotYours);
        }
        self.ended(slot, By::Adviser, now, out);
        Ok(())
    }

    fn ended<O: Output>(&mut self, slot: u32, by: By, now: Timestamp, out: &mut O) {
        let Contact { adviser, queue, .. } = self.contacts[slot as usize];
        let contact = self.id_of(slot);
        let adviser_id = AdviserId(adviser);
        let wrap_up_us = self.tables.rules().queues[queue.idx()].wrap_up_us;
        let disconnect = Effect::Disconnect {
            contact,
            adviser: adviser_id,
            requeued: false,
        };
        self.effect(slot, disconnect, out);
        let ended = Event::ContactEnded {
            contact,
            adviser: adviser_id,
            by,
            wrap_up_until: now.plus_us(wrap_up_us),
        };
        self.emit(ended, now, out);
        if wrap_up_us == 0 {
            self.finished(slot, now, out);
        }
    }

    fn finished<O: Output>(&mut self, slot: u32, now: Timestamp, out: &mut O) {
        let Contact { adviser, queue, .. } = self.contacts[slot as usize];
        self.close(slot, queue, CloseReason::Served, now, out);
        self.serve_adviser(adviser, now, out);
    }

    fn transfer<O: Output>(
        &mut self,
        contact: ContactId,
        queue: QueueId,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.talking(contact)?;
        self.known_queue(queue, 0)?;
        let it = self.contacts[slot as usize];
        let class = self.tables.rules().queues[queue.idx()].class;
        let lane = self
            .tables
            .lane(queue, it.channel, it.language, it.origin, class);
        let transferred = Event::ContactTransferred {
            contact,
            adviser: AdviserId(it.adviser),
            from: it.queue,
            queue,
            class,
            barred_until: self.barred_until(slot, it.adviser, Some(lane), now),
        };
        let disconnect = Effect::Disconnect {
            contact,
            adviser: AdviserId(it.adviser),
            requeued: true,
        };
        self.effect(slot, disconnect, out);
        self.emit(transferred, now, out);
        self.serve_contact(slot, now, out);
        self.serve_adviser(it.adviser, now, out);
        Ok(())
    }

    fn wrap_up<O: Output>(
        &mut self,
        contact: ContactId,
        action: WrapUpAction,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.open(contact)?;
        self.expect(slot, &[ContactState::WrapUp])?;
        let adviser = AdviserId(self.contacts[slot as usize].adviser);
        let until = match action {
            WrapUpAction::Done => {
                self.finished(slot, now, out);
                return Ok(());
            }
            WrapUpAction::Extend(us) => {
                let from = self.deadlines.of(slot).map_or(now, |until| until.max(now));
                from.plus_us(us.max(0))
            }
            WrapUpAction::StopClock => Timestamp::NEVER,
        };
        let set = Event::WrapUpSet {
            contact,
            adviser,
            until,
        };
        self.emit(set, now, out);
        Ok(())
    }

    fn sign_out<O: Output>(
        &mut self,
        adviser: AdviserId,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        self.signed_in(adviser)?;
        let answered = self
            .slots_of(adviser.0)
            .any(|slot| self.contacts[slot as usize].state != ContactState::Offered);
        if answered {
            return Err(Rejection::HasContacts);
        }
        let back = self.withdraw(adviser.0, OfferOutcome::AdviserLeft, |_| true, now, out);
        self.emit(Event::AdviserSignedOut { adviser }, now, out);
        self.serve_all(&back, now, out);
        Ok(())
    }

    fn lose_presence<O: Output>(
        &mut self,
        adviser: AdviserId,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        self.signed_in(adviser)?;
        if self.advisers[adviser.idx()].return_at != Timestamp::NEVER {
            return Err(Rejection::WrongState);
        }
        let back = self.withdraw(adviser.0, OfferOutcome::PresenceLost, |_| true, now, out);
        let lost = Event::PresenceLost {
            adviser,
            return_at: now.plus_us(self.tables.rules().return_us),
        };
        self.emit(lost, now, out);
        self.serve_all(&back, now, out);
        Ok(())
    }

    /// Takes back the adviser's offers on the channels named; gives the contacts, by slot.
    fn withdraw<O: Output>(
        &mut self,
        adviser: u32,
        outcome: OfferOutcome,
        channel: impl Fn(Channel) -> bool,
        now: Timestamp,
        out: &mut O,
    ) -> Vec<u32> {
        let mut back: Vec<u32> = self
            .slots_of(adviser)
            .filter(|&slot| {
                let it = &self.contacts[slot as usize];
                it.state == ContactState::Offered && channel(it.channel)
            })
            .collect();
        back.sort_unstable();
        for &slot in &back {
            self.end_offer(slot, outcome, Timestamp::ZERO, now, out);
        }
        back
    }

    fn serve_all<O: Output>(&mut self, slots: &[u32], now: Timestamp, out: &mut O) {
        for &slot in slots {
            if self.contacts[slot as usize].state == ContactState::Queued {
                self.serve_contact(slot, now, out);
            }
        }
    }

    fn tick<O: Output>(&mut self, now: Timestamp, out: &mut O) {
        for _ in 0..TICK_MAX {
            let Some((at, slot)) = self.deadlines.next() else {
                return;
            };
            if at > now {
                return;
            }
            self.due(slot, now, out);
        }
    }

    fn due<O: Output>(&mut self, slot: u32, now: Timestamp, out: &mut O) {
        let it = self.contacts[slot as usize];
        let contact = self.id_of(slot);
        match it.state {
            ContactState::Queued => {
                self.emit(Event::BarEnded { contact }, now, out);
                self.serve_contact(slot, now, out);
            }
            ContactState::Offered => self.let_go(slot, OfferOutcome::Expired, now, out),
            ContactState::WrapUp => self.finished(slot, now, out),
            ContactState::Active | ContactState::Held => {
                let adviser = AdviserId(it.adviser);
                let disconnect = Effect::Disconnect {
                    contact,
                    adviser,
                    requeued: true,
                };
                self.effect(slot, disconnect, out);
                self.emit(Event::ContactReturned { contact, adviser }, now, out);
                self.serve_contact(slot, now, out);
            }
            ContactState::InMenu => self.deadlines.clear(slot),
        }
    }

    /// A contact waits: the able adviser idle longest gets it.
    #[inline]
    fn serve_contact<O: Output>(&mut self, slot: u32, now: Timestamp, out: &mut O) {
        let it = &self.contacts[slot as usize];
        let any_barred = it.bars > 0;
        let barred = |adviser| any_barred && self.is_barred(slot, adviser, now);
        let profiles = self.tables.profiles_for(it.lane);
        let channel = it.channel;
        let found = if O::WHY {
            self.idle
                .longest::<true>(&self.tables, channel, profiles, barred, any_barred)
        } else {
            self.idle
                .longest::<false>(&self.tables, channel, profiles, barred, any_barred)
        };
        let Some(found) = found else { return };
        let why = if O::WHY {
            let idle_ms =
                |adviser: u32| ms_of(now.since_us(self.advisers[adviser as usize].idle_since));
            Why {
                rule: WhyRule::IdleLongest,
                ring: 0,
                class: it.class,
                barred: any_barred && self.idle_barred(slot, now),
                able: found.able,
                idle_ms: idle_ms(found.adviser),
                runner_up: AdviserId(found.runner_up),
                runner_up_idle_ms: if found.runner_up == NONE {
                    0
                } else {
                    idle_ms(found.runner_up)
                },
                waited_ms: ms_of(now.since_us(it.enqueued)),
            }
        } else {
            NO_WHY
        };
        self.offer(slot, found.adviser, why, now, out);
    }

    fn is_barred(&self, slot: u32, adviser: u32, now: Timestamp) -> bool {
        self.bars_of(slot)
            .iter()
            .any(|bar| bar.adviser == adviser && bar.until > now)
    }

    /// Whether somebody barred could have taken it.
    fn idle_barred(&self, slot: u32, now: Timestamp) -> bool {
        let it = &self.contacts[slot as usize];
        let profiles = self.tables.profiles_for(it.lane);
        self.bars_of(slot).iter().any(|bar| {
            let origins = self.advisers[bar.adviser as usize].origins;
            bar.until > now
                && self.mask(bar.adviser).has(it.channel)
                && bits::has(profiles, self.tables.profile(bar.adviser, origins) as usize)
        })
    }

    /// An adviser is free: the first in line among those they can take comes, until nothing fits.
    #[inline]
    fn serve_adviser<O: Output>(&mut self, adviser: u32, now: Timestamp, out: &mut O) {
        while self.idle.is_listed(adviser) {
            let Some((slot, lines, passed)) = self.first_for::<O>(adviser, now) else {
                return;
            };
            let why = if O::WHY {
                let it = &self.contacts[slot as usize];
                Why {
                    rule: WhyRule::FirstInLine,
                    ring: 0,
                    class: it.class,
                    barred: passed,
                    able: lines,
                    idle_ms: ms_of(now.since_us(self.advisers[adviser as usize].idle_since)),
                    runner_up: AdviserId::NONE,
                    runner_up_idle_ms: 0,
                    waited_ms: ms_of(now.since_us(it.enqueued)),
                }
            } else {
                NO_WHY
            };
            self.offer(slot, adviser, why, now, out);
        }
    }

    /// The first in line for an adviser, how many lines held somebody, and whether one was passed over.
    #[inline]
    fn first_for<O: Output>(&self, adviser: u32, now: Timestamp) -> Option<(u32, u32, bool)> {
        let origins = self.advisers[adviser as usize].origins;
        let lanes = self.tables.lanes_for(self.tables.profile(adviser, origins));
        let mask = self
            .tables
            .lanes_in(self.tables.mask_idx(self.mask(adviser)));
        let mut best = ((i64::MAX, u64::MAX), NONE);
        let mut lines = 0;
        let can_take = |word: usize| lanes[word] & mask[word];
        self.lines.each(can_take, |lane| {
            if O::WHY {
                lines += 1;
            }
            let order = self.lines.head_order(lane as usize);
            if order < best.0 {
                best = (order, lane);
            }
        });
        if best.1 == NONE {
            return None;
        }
        let slot = self.lines.head(best.1 as usize);
        if self.contacts[slot as usize].bars == 0 || !self.is_barred(slot, adviser, now) {
            return Some((slot, lines, false));
        }
        self.first_not_barred(adviser, lanes, mask, now)
            .map(|slot| (slot, lines, true))
    }

    /// The slow path: the winner's head is barred from this adviser, so each lane gives its first who is not.
    fn first_not_barred(
        &self,
        adviser: u32,
        lanes: &[u64],
        mask: &[u64],
        now: Timestamp,
    ) -> Option<u32> {
        let mut best = ((i64::MAX, u64::MAX), NONE);
        let can_take = |word: usize| lanes[word] & mask[word];
        self.lines.each(can_take, |lane| {
            let first = self.lines.iter(lane as usize).find(|&slot| {
                self.contacts[slot as usize].bars == 0 || !self.is_barred(slot, adviser, now)
            });
            if let Some(slot) = first {
                best = best.min((self.lines.order(slot), slot));
            }
        });
        (best.1 != NONE).then_some(best.1)
    }

    #[inline]
    fn offer<O: Output>(&mut self, slot: u32, adviser: u32, why: Why, now: Timestamp, out: &mut O) {
        let it = &self.contacts[slot as usize];
        let (queue, channel) = (it.queue, it.channel);
        let contact = self.id_of(slot);
        let offer = OfferId::new(slot, self.next_offer);
        let adviser = AdviserId(adviser);
        let ring_us = self.tables.rules().queues[queue.idx()].ring_us;
        if ring_us == 0 {
            let assigned = Event::ContactAssigned {
                offer,
                contact,
                adviser,
                why,
            };
            self.emit(assigned, now, out);
            self.effect(slot, Effect::Connect { contact, adviser }, out);
            return;
        }
        let made = Event::OfferMade {
            offer,
            contact,
            adviser,
            expires: now.plus_us(ring_us),
            why,
        };
        self.emit(made, now, out);
        let present = Effect::Present {
            offer,
            contact,
            adviser,
            channel,
        };
        self.effect(slot, present, out);
    }
}

const NO_WHY: Why = Why {
    rule: WhyRule::IdleLongest,
    ring: 0,
    class: 0,
    barred: false,
    able: 0,
    idle_ms: 0,
    runner_up: AdviserId::NONE,
    runner_up_idle_ms: 0,
    waited_ms: 0,
};
