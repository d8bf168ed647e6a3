//! Decisions: a command and a time in, events and effects out. Every change goes through `apply`.

use linje_event::{
    By, CloseReason, Command, Effect, Entry, Event, FailCause, Needs, OfferOutcome, Output,
    Rejection, Why, WhyRule, WrapUpAction,
};
use linje_types::{
    Activity, AdviserId, Channel, Channels, Clearance, ContactId, Language, OfferId, Origin,
    QueueId, SECOND_US, Timestamp, TopicId,
};

use crate::{
    bits,
    cast::ms_of,
    idle::{Longest, PLAIN, WITH_ASIDE},
    lines::NONE,
    state::{Contact, ContactState, State, flag},
};

mod callback;
mod consult;
mod request;
mod steps;

/// How long a callback is offered in a queue whose contacts go straight through: somebody must say that they are ready.
const CALLBACK_OFFER_US: i64 = 20 * SECOND_US;

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
                needs,
            } => {
                let slot = self.open(contact)?;
                self.expect(slot, &[ContactState::InMenu])?;
                let to = (queue, topic, language, class);
                self.enqueue(slot, to, (place, needs), now, out)
            }
            Command::Leave { contact } => self.leave(contact, now, out),
            Command::Lose { contact } => self.lose(contact, CloseReason::Lost, now, out),
            Command::Cut { contact } => self.lose(contact, CloseReason::Fault, now, out),
            Command::Close { contact, reason } => {
                let slot = self.open(contact)?;
                let waiting = [
                    ContactState::InMenu,
                    ContactState::Queued,
                    ContactState::Offered,
                    ContactState::Parked,
                ];
                self.expect(slot, &waiting)?;
                if self.contacts[slot as usize].is(flag::CONSULT) {
                    return Err(Rejection::WrongState);
                }
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
                self.choose(adviser, activity, now, out);
                Ok(())
            }
            Command::Meet { adviser, origins } => {
                self.known(adviser)?;
                self.emit(Event::OriginsChosen { adviser, origins }, now, out);
                let back = self.stop_asking(adviser.0, now, out);
                self.serve_all(&back, now, out);
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
                // The new description may let somebody free take somebody who waits.
                let waiting = self.in_order();
                self.serve_all(&waiting, now, out);
                Ok(())
            }
            Command::Tick => {
                self.tick(now, out);
                Ok(())
            }
            Command::Return { contact, adviser } => self.give_back(contact, adviser, now, out),
            Command::Consult {
                contact,
                consult,
                adviser,
                queue,
            } => self.consult(contact, consult, adviser, queue, now, out),
            Command::EndConsult {
                contact,
                adviser,
                action,
            } => self.end_consult(contact, adviser, action, now, out),
            Command::AskCallback {
                contact,
                from,
                until,
            } => self.ask_callback(contact, from, until, now, out),
            Command::BookCallback { .. } => self.book_callback(cmd, now, out),
            Command::Dialled {
                contact,
                attempt,
                failed,
            } => self.dialled(contact, attempt, failed, now, out),
            Command::Also { adviser, channels } => {
                self.signed_in(adviser)?;
                self.emit(Event::AlsoChosen { adviser, channels }, now, out);
                self.serve_adviser(adviser.0, now, out);
                Ok(())
            }
            Command::Expect { queue, wait_us } => {
                self.known_queue(queue, 0)?;
                self.emit(Event::QueueExpected { queue, wait_us }, now, out);
                Ok(())
            }
            Command::SwitchPlan { plan, on } => self.switch_plan(plan, on, now, out),
            Command::AskAdvisers {
                activity,
                wanted,
                unit,
            } => self.ask_advisers(activity, wanted, unit, now, out),
            Command::AnswerRequest {
                request,
                adviser,
                yes,
            } => self.answer_request(request, adviser, yes, now, out),
            Command::CloseRequest { request } => self.close_request(request, now, out),
            Command::Protect {
                contact,
                clearance,
                not_to,
            } => self.protect(contact, clearance, not_to, now, out),
            Command::CallOut { .. } => self.call_out(cmd, now, out),
            Command::Conference {
                contact,
                adviser,
                joined,
            } => self.conference(contact, adviser, joined, now, out),
        }
    }

    fn choose<O: Output>(
        &mut self,
        adviser: AdviserId,
        activity: Activity,
        now: Timestamp,
        out: &mut O,
    ) {
        let mut takes = Channels::of(activity);
        if takes != Channels::NONE {
            takes = Channels(takes.0 | self.advisers[adviser.idx()].also.0);
        }
        let outcome = OfferOutcome::AdviserLeft;
        let back = self.withdraw(adviser.0, outcome, |channel| !takes.has(channel), now, out);
        self.emit(Event::ActivityChosen { adviser, activity }, now, out);
        self.serve_all(&back, now, out);
        self.serve_adviser(adviser.0, now, out);
    }

    /// When `Command::Tick` is next wanted; `NEVER` when nothing is due.
    #[must_use]
    #[inline]
    pub fn next_deadline(&self) -> Timestamp {
        let of_contact = self.deadlines.next().map_or(Timestamp::NEVER, |(at, _)| at);
        let of_lane = self.alarms.next().map_or(Timestamp::NEVER, |(at, _)| at);
        of_contact.min(of_lane)
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
        let mut live = it.open && it.state == ContactState::Offered && it.offer == offer.number();
        // B9: the same call answered twice.
        if mutant!(9) {
            live |= it.open && it.state == ContactState::Active;
        }
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
            self.queue_for_citizens(queue, class)?;
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
                needs,
            } => {
                let slot = contact.slot();
                let to = (queue, topic, language, class);
                self.enqueue(slot, to, (place, needs), now, out)
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

    /// The same, and contacts of citizens may come there.
    fn queue_for_citizens(&self, queue: QueueId, class: u8) -> Result<(), Rejection> {
        self.known_queue(queue, class)?;
        if self.tables.rules().queues[queue.idx()].experts {
            return Err(Rejection::NotAllowed);
        }
        Ok(())
    }

    fn enqueue<O: Output>(
        &mut self,
        slot: u32,
        to: (QueueId, TopicId, Language, u8),
        (place, needs): (Timestamp, Needs),
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        self.queue_for_citizens(to.0, to.3)?;
        if self.put_in_line(slot, to, (place, needs), now, out) {
            self.overflow_at_entry(slot, now, out);
            self.serve_contact(slot, now, out);
        }
        Ok(())
    }

    /// Whether there was room.
    fn put_in_line<O: Output>(
        &mut self,
        slot: u32,
        (queue, topic, language, class): (QueueId, TopicId, Language, u8),
        (place, needs): (Timestamp, Needs),
        now: Timestamp,
        out: &mut O,
    ) -> bool {
        let contact = self.id_of(slot);
        if self.waiting[queue.idx()] >= self.tables.rules().queues[queue.idx()].max_waiting {
            let reason = CloseReason::QueueFull;
            self.close(slot, queue, reason, now, out);
            self.effect(slot, Effect::Release { contact, reason }, out);
            return false;
        }
        if needs != Needs::NONE {
            let needs = Needs {
                clearance: Clearance(needs.clearance.0 & Clearance::ALL.0),
                due: needs.due.max(Timestamp::ZERO),
                ..needs
            };
            self.emit(Event::ContactNeeds { contact, needs }, now, out);
        }
        let queued = Event::ContactQueued {
            contact,
            queue,
            topic,
            language,
            class,
            enqueued: place.min(now).max(Timestamp::ZERO),
        };
        self.emit(queued, now, out);
        true
    }

    fn leave<O: Output>(
        &mut self,
        contact: ContactId,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.open(contact)?;
        let it = &self.contacts[slot as usize];
        // Nobody is on the line: not yet rung, or an adviser and an expert.
        if it.is(flag::CALLBACK) || it.is(flag::CONSULT) {
            return Err(Rejection::WrongState);
        }
        match it.state {
            ContactState::InMenu => {
                self.close_waiting(slot, CloseReason::LeftInMenu, now, out);
            }
            ContactState::Queued | ContactState::Offered => {
                self.close_waiting(slot, CloseReason::Abandoned, now, out);
            }
            ContactState::Active | ContactState::Held | ContactState::SetAside => {
                // B1: "answered" hours after the call has ended.
                if mutant!(1) {
                    return Ok(());
                }
                self.ended(slot, By::Citizen, now, out);
            }
            ContactState::Consulting => {
                self.stop_consult(slot, linje_event::ConsultOutcome::CitizenLeft, now, out);
                self.ended(slot, By::Citizen, now, out);
            }
            ContactState::WrapUp | ContactState::Parked | ContactState::Dialling => {
                return Err(Rejection::WrongState);
            }
        }
        Ok(())
    }

    fn lose<O: Output>(
        &mut self,
        contact: ContactId,
        reason: CloseReason,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.open(contact)?;
        let it = self.contacts[slot as usize];
        let Contact {
            state,
            adviser,
            queue,
            ..
        } = it;
        if it.is(flag::CALLBACK) && state != ContactState::Dialling {
            return Err(Rejection::WrongState);
        }
        if it.is(flag::CONSULT) {
            return self.lose_consult(slot, now, out);
        }
        match state {
            ContactState::InMenu | ContactState::Queued | ContactState::Offered => {
                self.close_waiting(slot, reason, now, out);
            }
            ContactState::Dialling => {
                // What ends with the service says nothing about the citizen.
                let cause = if reason == CloseReason::Fault {
                    FailCause::BridgeFailed
                } else {
                    FailCause::Unreachable
                };
                self.not_reached(slot, cause, now, out);
            }
            ContactState::Active
            | ContactState::Held
            | ContactState::SetAside
            | ContactState::Consulting => {
                if state == ContactState::Consulting {
                    self.stop_consult(slot, linje_event::ConsultOutcome::CitizenLeft, now, out);
                }
                let adviser_id = AdviserId(adviser);
                let disconnect = Effect::Disconnect {
                    contact,
                    adviser: adviser_id,
                    requeued: false,
                };
                self.effect(slot, disconnect, out);
                self.close(slot, queue, reason, now, out);
                self.serve_adviser(adviser, now, out);
            }
            ContactState::WrapUp | ContactState::Parked => return Err(Rejection::WrongState),
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
            let outcome = if reason == CloseReason::Fault {
                OfferOutcome::Fault
            } else {
                OfferOutcome::CitizenLeft
            };
            self.end_offer(slot, outcome, Timestamp::ZERO, now, out);
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
        if self.contacts[slot as usize].is(flag::CALLBACK) {
            self.dial(slot, now, out);
            return Ok(());
        }
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
        let until = self.barred_until(slot, self.contacts[slot as usize].adviser, now);
        let adviser = self.contacts[slot as usize].adviser;
        self.end_offer(slot, outcome, until, now, out);
        self.serve_contact(slot, now, out);
        self.take_up(adviser, now, out);
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
        // B4: the caller has gone, the phone rings on, and who answers hears silence.
        if mutant!(4) && outcome == OfferOutcome::CitizenLeft {
            return;
        }
        self.effect(slot, withdraw, out);
    }

    /// S9: nobody is barred when no other who is signed in could take it in the ring in force.
    fn barred_until(&self, slot: u32, adviser: u32, now: Timestamp) -> Timestamp {
        let lane = self.contacts[slot as usize].lane;
        let row = self.lanes.able(lane);
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
        if self.contacts[slot as usize].is(flag::CONSULT) {
            return Err(Rejection::WrongState);
        }
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
        let slot = self.open(contact)?;
        let Contact {
            state,
            adviser: has_it,
            flags,
            ..
        } = self.contacts[slot as usize];
        // B14: a late word of an old leg ends the call of somebody else.
        let theirs = adviser == AdviserId::NONE || adviser.0 == has_it || mutant!(14);
        match state {
            ContactState::Active
            | ContactState::Held
            | ContactState::SetAside
            | ContactState::Consulting
            | ContactState::Dialling
                if !theirs =>
            {
                Err(Rejection::NotYours)
            }
            ContactState::Active if flags & flag::CONSULT != 0 => {
                let of = self.contacts[slot as usize].peer;
                self.stop_consult(of, linje_event::ConsultOutcome::ExpertLeft, now, out);
                Ok(())
            }
            ContactState::Active | ContactState::Held | ContactState::SetAside => {
                self.ended(slot, By::Adviser, now, out);
                Ok(())
            }
            ContactState::Consulting => {
                self.stop_consult(slot, linje_event::ConsultOutcome::TakenBack, now, out);
                self.ended(slot, By::Adviser, now, out);
                Ok(())
            }
            ContactState::Dialling => {
                self.not_reached(slot, FailCause::NoAnswer, now, out);
                Ok(())
            }
            ContactState::InMenu
            | ContactState::Queued
            | ContactState::Offered
            | ContactState::WrapUp
            | ContactState::Parked => Err(Rejection::WrongState),
        }
    }

    fn ended<O: Output>(&mut self, slot: u32, by: By, now: Timestamp, out: &mut O) {
        let Contact {
            adviser,
            queue,
            state,
            ..
        } = self.contacts[slot as usize];
        let contact = self.id_of(slot);
        let adviser_id = AdviserId(adviser);
        // What lies aside is closed without: its adviser has something else in hand (S5).
        let wrap_up_us = if state == ContactState::SetAside {
            0
        } else {
            self.tables.rules().queues[queue.idx()].wrap_up_us
        };
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
        } else {
            // With nothing left that could be laid aside the adviser may count as free for quiet work.
            self.serve_adviser(adviser, now, out);
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
        let rules = self.tables.rules();
        let allowed = rules.queues[it.queue.idx()].transfers.contains(&queue);
        if !allowed || it.is(flag::CONSULT) {
            return Err(Rejection::NotAllowed);
        }
        if self.has_visited(slot, queue) {
            return Err(Rejection::Loop);
        }
        let class = rules.queues[queue.idx()].class;
        let transferred = Event::ContactTransferred {
            contact,
            adviser: AdviserId(it.adviser),
            from: it.queue,
            queue,
            class,
            barred_until: now.plus_us(rules.bar_us),
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

    /// What is found in a conversation holds from then on: for a transfer, for an expert who is asked, for
    /// work that is given back. Who has it now keeps it; handing it over is for people to say.
    fn protect<O: Output>(
        &mut self,
        contact: ContactId,
        clearance: Clearance,
        not_to: AdviserId,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.talking(contact)?;
        let it = &self.contacts[slot as usize];
        let needs = Needs {
            clearance: Clearance((it.clearance.0 | clearance.0) & Clearance::ALL.0),
            named: AdviserId(it.named),
            not_to,
            due: Timestamp::NEVER,
        };
        self.emit(Event::ContactNeeds { contact, needs }, now, out);
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
        let mut back = self.withdraw(adviser.0, OfferOutcome::AdviserLeft, |_| true, now, out);
        self.emit(Event::AdviserSignedOut { adviser }, now, out);
        back.extend(self.stop_asking(adviser.0, now, out));
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

    /// All who wait, first in order first.
    fn in_order(&self) -> Vec<u32> {
        let mut waiting: Vec<u32> = (0_u32..)
            .zip(&self.contacts)
            .filter(|(_, it)| it.open && it.state == ContactState::Queued)
            .map(|(slot, _)| slot)
            .collect();
        waiting.sort_unstable_by_key(|&slot| self.lines.order(slot));
        waiting
    }

    fn serve_all<O: Output>(&mut self, slots: &[u32], now: Timestamp, out: &mut O) {
        for &slot in slots {
            if self.contacts[slot as usize].state == ContactState::Queued {
                self.serve_contact(slot, now, out);
            }
        }
    }

    /// A contact waits: the able adviser idle longest gets it, those whom the rule prefers first.
    #[inline]
    fn serve_contact<O: Output>(&mut self, slot: u32, now: Timestamp, out: &mut O) {
        let it = &self.contacts[slot as usize];
        if it.state != ContactState::Queued {
            return;
        }
        // B3: one adviser who may not be asked halts it for all.
        if mutant!(3) && it.bars > 0 {
            return;
        }
        if it.is(flag::PERSONAL) {
            self.serve_named(slot, now, out);
            return;
        }
        let (lane, channel) = (it.lane, it.channel);
        if self.lanes.get(lane).prefers {
            let first = self.lanes.preferred(lane);
            if let Some(found) = self.find::<O>(slot, first, PLAIN) {
                self.give(slot, WhyRule::Preferred, found, now, out);
                return;
            }
        }
        let able = self.lanes.able(lane);
        if let Some(found) = self.find::<O>(slot, able, PLAIN) {
            self.give(slot, WhyRule::IdleLongest, found, now, out);
        } else if self.tables.interrupts()
            && let Some(found) = self.find::<O>(slot, self.lanes.able(lane), WITH_ASIDE)
        {
            self.give(slot, WhyRule::SetAside, found, now, out);
        } else if Channels::DEFERRED.has(channel) {
            self.serve_quiet(slot, now, out);
        }
    }

    #[inline]
    fn find<O: Output>(&self, slot: u32, profiles: &[u64], masks: u32) -> Option<Longest> {
        let it = &self.contacts[slot as usize];
        let any_barred = it.bars > 0;
        let barred = |adviser| any_barred && self.is_barred(slot, adviser);
        let wanted = (it.channel, masks);
        if O::WHY {
            self.idle
                .longest::<true>(wanted, profiles, barred, any_barred)
        } else {
            self.idle
                .longest::<false>(wanted, profiles, barred, any_barred)
        }
    }

    /// Offers a waiting contact to the one who was found.
    #[inline]
    fn give<O: Output>(
        &mut self,
        slot: u32,
        rule: WhyRule,
        found: Longest,
        now: Timestamp,
        out: &mut O,
    ) {
        let why = if O::WHY {
            let it = &self.contacts[slot as usize];
            let idle_ms =
                |adviser: u32| ms_of(now.since_us(self.advisers[adviser as usize].idle_since));
            Why {
                rule,
                ring: it.ring,
                class: it.class,
                barred: it.bars > 0 && self.idle_barred(slot),
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
        let was_quiet = self.mask(found.adviser).is_quiet();
        self.offer(slot, found.adviser, why, now, out);
        if !was_quiet {
            // Work that would have been laid aside for a call no longer is when the call would not fit anyway.
            self.serve_if_quiet(found.adviser, now, out);
        }
    }

    /// The named adviser gets it when free; nobody else does yet.
    fn serve_named<O: Output>(&mut self, slot: u32, now: Timestamp, out: &mut O) {
        let it = &self.contacts[slot as usize];
        let (named, channel) = (it.named, it.channel);
        let free = self.idle.is_listed(named) && self.mask(named).channels().has(channel);
        if free && !self.is_barred(slot, named) {
            let found = Longest {
                adviser: named,
                runner_up: NONE,
                able: 1,
            };
            self.give(slot, WhyRule::Named, found, now, out);
        }
    }

    /// A bar holds until an event ends it, however late that comes.
    fn is_barred(&self, slot: u32, adviser: u32) -> bool {
        self.bars_of(slot).iter().any(|bar| bar.adviser == adviser)
    }

    /// Whether somebody barred could have taken it.
    fn idle_barred(&self, slot: u32) -> bool {
        let it = &self.contacts[slot as usize];
        let profiles = self.lanes.able(it.lane);
        self.bars_of(slot).iter().any(|bar| {
            let origins = self.advisers[bar.adviser as usize].origins;
            self.mask(bar.adviser).channels().has(it.channel)
                && bits::has(profiles, self.tables.profile(bar.adviser, origins) as usize)
        })
    }

    /// An adviser is free: the first in line among those they can take comes, until nothing fits; then what
    /// they had laid aside; then, when it is quiet, deferred work for whoever is free.
    #[inline]
    fn serve_adviser<O: Output>(&mut self, adviser: u32, now: Timestamp, out: &mut O) {
        while self.idle.is_listed(adviser) {
            let Some(first) = self.first_for::<O>(adviser, now) else {
                break;
            };
            let why = if O::WHY {
                let it = &self.contacts[first.slot as usize];
                Why {
                    rule: first.rule,
                    ring: it.ring,
                    class: it.class,
                    barred: first.passed,
                    able: first.lines,
                    idle_ms: ms_of(now.since_us(self.advisers[adviser as usize].idle_since)),
                    runner_up: AdviserId::NONE,
                    runner_up_idle_ms: 0,
                    waited_ms: ms_of(now.since_us(it.enqueued)),
                }
            } else {
                NO_WHY
            };
            self.offer(first.slot, adviser, why, now, out);
        }
        self.take_up(adviser, now, out);
        self.serve_if_quiet(adviser, now, out);
    }

    /// Deferred work for whoever is free, when it is quiet and `adviser` may have made it so.
    #[inline]
    fn serve_if_quiet<O: Output>(&mut self, adviser: u32, now: Timestamp, out: &mut O) {
        if self.idle.n_willing() > 0
            && self.tables.rules().reserve < self.idle.n_quiet()
            && self.idle.is_listed(adviser)
        {
            self.serve_quiet_lines(adviser, now, out);
        }
    }

    /// Who of all that wait is next for an adviser.
    #[inline]
    fn first_for<O: Output>(&self, adviser: u32, now: Timestamp) -> Option<First> {
        let who = &self.advisers[adviser as usize];
        let channels = self.mask(adviser).channels();
        let own = self
            .lanes
            .for_profile(self.tables.profile(adviser, who.origins));
        let mask = self.lanes.for_channels(channels);
        let rule = Rule {
            by_share: channels.0.count_ones() > 1,
            now,
        };
        let can_take = |word: usize| own[word] & mask[word];
        let mut lines = 0;
        let mut head: Option<(Rank, u32)> = None;
        if rule.by_share {
            self.lines.each(can_take, |lane| {
                lines += 1;
                let rank = self.rank(lane, self.lines.head_order(lane as usize));
                if head.as_ref().is_none_or(|(best, _)| rule.puts(&rank, best)) {
                    head = Some((rank, lane));
                }
            });
        } else {
            let mut first = ((i64::MAX, u64::MAX), NONE);
            self.lines.each(can_take, |lane| {
                if O::WHY {
                    lines += 1;
                }
                let order = self.lines.head_order(lane as usize);
                if order < first.0 {
                    first = (order, lane);
                }
            });
            if first.1 != NONE {
                head = Some((self.rank(first.1, first.0), first.1));
            }
        }
        let mut best = match head {
            Some((rank, lane)) => {
                let slot = self.lines.head(lane as usize);
                if self.contacts[slot as usize].bars == 0 || !self.is_barred(slot, adviser) {
                    Some((rank, slot, false))
                } else {
                    self.first_not_barred((own, mask), rule, adviser)
                }
            }
            None => None,
        };
        let mut named = false;
        if let Some((rank, slot)) = self.personal_for(adviser, channels)
            && best
                .as_ref()
                .is_none_or(|(best, ..)| rule.puts(&rank, best))
        {
            best = Some((rank, slot, false));
            named = true;
        }
        best.map(|(rank, slot, passed)| First {
            slot,
            rule: match () {
                () if named => WhyRule::Named,
                () if rank.overdue => WhyRule::Overdue,
                () if rule.by_share => WhyRule::GoalShare,
                () => WhyRule::FirstInLine,
            },
            lines,
            passed,
        })
    }

    #[inline]
    fn rank(&self, lane: u32, order: (i64, u64)) -> Rank {
        let lane = self.lanes.get(lane);
        Rank {
            order,
            overdue: lane.overdue,
            comes_first: lane.comes_first,
            goal_us: lane.goal_us,
        }
    }

    /// The slow path: the very first is barred from this adviser, so each lane gives its first who is not.
    fn first_not_barred(
        &self,
        (own, mask): (&[u64], &[u64]),
        rule: Rule,
        adviser: u32,
    ) -> Option<(Rank, u32, bool)> {
        let can_take = |word: usize| own[word] & mask[word];
        let mut best: Option<(Rank, u32, bool)> = None;
        self.lines.each(can_take, |lane| {
            let first = self.lines.iter(lane as usize).find(|&slot| {
                self.contacts[slot as usize].bars == 0 || !self.is_barred(slot, adviser)
            });
            let Some(slot) = first else { return };
            let rank = self.rank(lane, self.lines.order(slot));
            if best
                .as_ref()
                .is_none_or(|(best, ..)| rule.puts(&rank, best))
            {
                best = Some((rank, slot, true));
            }
        });
        best
    }

    /// The first of those who wait for this adviser only.
    fn personal_for(&self, adviser: u32, channels: Channels) -> Option<(Rank, u32)> {
        if self.personal.is_empty() {
            return None;
        }
        let from = self.personal.partition_point(|it| it.adviser < adviser);
        let own = self.personal[from..].iter();
        own.take_while(|it| it.adviser == adviser)
            .find(|it| {
                channels.has(self.contacts[it.slot as usize].channel)
                    && !self.is_barred(it.slot, adviser)
            })
            .map(|it| {
                let lane = self.contacts[it.slot as usize].lane;
                (self.rank(lane, it.order), it.slot)
            })
    }

    #[inline]
    fn offer<O: Output>(&mut self, slot: u32, adviser: u32, why: Why, now: Timestamp, out: &mut O) {
        let made = self.make_room(slot, adviser, now, out);
        self.make_offer(slot, adviser, why, now, out);
        if let Some(back) = made {
            self.serve_all(&back, now, out);
            // There may be more room now than this contact takes.
            self.serve_adviser(adviser, now, out);
        }
    }

    #[inline]
    fn make_offer<O: Output>(
        &mut self,
        slot: u32,
        adviser: u32,
        why: Why,
        now: Timestamp,
        out: &mut O,
    ) {
        let it = &self.contacts[slot as usize];
        let (queue, channel) = (it.queue, it.channel);
        let callback = it.is(flag::CALLBACK);
        let contact = self.id_of(slot);
        let offer = OfferId::new(slot, self.next_offer);
        let adviser = AdviserId(adviser);
        let mut ring_us = self.tables.rules().queues[queue.idx()].ring_us;
        if ring_us == 0 && callback {
            ring_us = CALLBACK_OFFER_US;
        }
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
            callback,
        };
        self.effect(slot, present, out);
    }
}

/// What decides between two who wait.
#[derive(Debug, Clone, Copy)]
struct Rank {
    order: (i64, u64),
    overdue: bool,
    /// May have deferred work laid aside, and so goes before all that waits.
    comes_first: bool,
    goal_us: i64,
}

/// How they are compared.
#[derive(Debug, Clone, Copy)]
struct Rule {
    /// The adviser takes several channels: by share of the goal used.
    by_share: bool,
    now: Timestamp,
}

impl Rule {
    /// Whether `a` goes before `b`. In order, overdue ones come first by their keys. By share of the goal used,
    /// `(now - since + head start) / goal`, the larger first; before all others overdue ones in their order, then
    /// those who may have deferred work laid aside.
    #[inline]
    fn puts(self, a: &Rank, b: &Rank) -> bool {
        if !self.by_share || a.overdue || b.overdue {
            return a.order < b.order;
        }
        if a.comes_first != b.comes_first {
            return a.comes_first;
        }
        let used = |rank: &Rank| i128::from(self.now.0) - i128::from(rank.order.0);
        let (left, right) = (
            used(a) * i128::from(b.goal_us),
            used(b) * i128::from(a.goal_us),
        );
        left > right || left == right && a.order < b.order
    }
}

/// Who is next for an adviser, and by which rule.
#[derive(Debug, Clone, Copy)]
struct First {
    slot: u32,
    rule: WhyRule,
    /// How many lines held somebody.
    lines: u32,
    /// Whether one was passed over because of a bar.
    passed: bool,
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
