//! Callbacks (*Bli ringt opp*): the place is kept, and the citizen is rung when an adviser is ready.

use super::*;

impl State {
    pub(super) fn ask_callback<O: Output>(
        &mut self,
        contact: ContactId,
        from: Timestamp,
        until: Timestamp,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.open(contact)?;
        self.expect(slot, &[ContactState::Queued])?;
        let it = &self.contacts[slot as usize];
        if it.is(flag::CALLBACK) {
            return Err(Rejection::Already);
        }
        if it.channel != Channel::Voice || it.is(flag::CONSULT) {
            return Err(Rejection::NotAllowed);
        }
        let asked = Event::CallbackAsked {
            contact,
            from,
            until,
        };
        self.emit(asked, now, out);
        Ok(())
    }

    pub(super) fn book_callback<O: Output>(
        &mut self,
        command: &Command,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let Command::BookCallback {
            contact,
            queue,
            topic,
            origin,
            language,
            class,
            clearance,
            not_to,
            from,
            until,
        } = *command
        else {
            return Err(Rejection::WrongState);
        };
        if contact != self.next_contact() {
            return Err(Rejection::WrongId);
        }
        self.queue_for_citizens(queue, class)?;
        let arrived = Event::ContactArrived {
            contact,
            channel: Channel::Voice,
            topic,
            origin,
            language,
            in_menu: false,
        };
        self.emit(arrived, now, out);
        let needs = Needs {
            clearance,
            not_to,
            ..Needs::NONE
        };
        let slot = contact.slot();
        let to = (queue, topic, language, class);
        if self.put_in_line(slot, to, (Timestamp::NEVER, needs), now, out) {
            let asked = Event::CallbackAsked {
                contact,
                from,
                until,
            };
            self.emit(asked, now, out);
            self.serve_contact(slot, now, out);
        }
        Ok(())
    }

    /// An adviser rings somebody: once, and without anybody being asked.
    pub(super) fn call_out<O: Output>(
        &mut self,
        command: &Command,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let Command::CallOut {
            contact,
            adviser,
            queue,
            topic,
            language,
        } = *command
        else {
            return Err(Rejection::WrongState);
        };
        self.signed_in(adviser)?;
        self.queue_for_citizens(queue, 0)?;
        let who = &self.advisers[adviser.idx()];
        if who.return_at != Timestamp::NEVER {
            return Err(Rejection::WrongState);
        }
        if who.calls > 0 || !self.tables.fits(who.used).has(Channel::Voice) {
            return Err(Rejection::HasContacts);
        }
        if contact != self.next_contact() {
            return Err(Rejection::WrongId);
        }
        let rules = self.tables.rules();
        let class = rules.queues[queue.idx()].class;
        let expires = now.plus_us(rules.callback.ring_us);
        let arrived = Event::ContactArrived {
            contact,
            channel: Channel::Voice,
            topic,
            origin: Origin::Live,
            language,
            in_menu: false,
        };
        self.emit(arrived, now, out);
        let called = Event::CalledOut {
            contact,
            adviser,
            queue,
            class,
            expires,
        };
        self.emit(called, now, out);
        let dial = Effect::Dial {
            contact,
            adviser,
            attempt: 1,
            promised: false,
        };
        self.effect(contact.slot(), dial, out);
        Ok(())
    }

    /// The adviser is ready: ring the citizen.
    pub(super) fn dial<O: Output>(&mut self, slot: u32, now: Timestamp, out: &mut O) {
        let it = self.contacts[slot as usize];
        let contact = self.id_of(slot);
        let adviser = AdviserId(it.adviser);
        let attempt = it.attempts.saturating_add(1);
        let dialling = Event::CallbackDialling {
            offer: OfferId::new(slot, it.offer),
            contact,
            adviser,
            attempt,
            expires: now.plus_us(self.tables.rules().callback.ring_us),
        };
        self.emit(dialling, now, out);
        let dial = Effect::Dial {
            contact,
            adviser,
            attempt,
            promised: true,
        };
        self.effect(slot, dial, out);
    }

    pub(super) fn dialled<O: Output>(
        &mut self,
        contact: ContactId,
        attempt: u8,
        failed: Option<FailCause>,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.open(contact)?;
        self.expect(slot, &[ContactState::Dialling])?;
        if self.contacts[slot as usize].attempts != attempt {
            return Err(Rejection::StaleOffer);
        }
        if let Some(cause) = failed {
            self.not_reached(slot, cause, now, out);
            return Ok(());
        }
        let adviser = AdviserId(self.contacts[slot as usize].adviser);
        self.emit(Event::CallbackAnswered { contact, adviser }, now, out);
        self.effect(slot, Effect::Connect { contact, adviser }, out);
        Ok(())
    }

    /// An attempt failed: again later, or it was the last. One that never left us (`BridgeFailed`) is not counted; it
    /// is tried again after growing pauses, for the last time when the promise runs out.
    pub(super) fn not_reached<O: Output>(
        &mut self,
        slot: u32,
        cause: FailCause,
        now: Timestamp,
        out: &mut O,
    ) {
        let it = self.contacts[slot as usize];
        let contact = self.id_of(slot);
        let adviser = AdviserId(it.adviser);
        let rule = self.tables.rules().callback;
        // What failed on our side does not count.
        let ours = cause == FailCause::BridgeFailed;
        let tried = it.attempts.saturating_sub(it.attempts_before);
        let promised = self.promise_of(slot);
        let until = promised.map_or(Timestamp::ZERO, |promised| promised.until);
        let over = if ours {
            now >= until
        } else {
            tried >= rule.attempts
        };
        let last = it.is(flag::OUT) || over || it.attempts == u8::MAX;
        let again = if ours {
            let before = promised.map_or(0, |promised| promised.failed);
            now.plus_us(rule.our_pause_us(before)).min(until)
        } else {
            now.plus_us(rule.retry_us)
        };
        self.effect(slot, Effect::StopDial { contact, adviser }, out);
        let missed = Event::CallbackMissed {
            contact,
            adviser,
            cause,
            retry_at: if last { Timestamp::NEVER } else { again },
        };
        self.emit(missed, now, out);
        if last {
            let reason = if ours {
                CloseReason::Fault
            } else {
                CloseReason::NotReached
            };
            self.close(slot, it.queue, reason, now, out);
            self.effect(slot, Effect::Release { contact, reason }, out);
        }
        self.serve_adviser(adviser.0, now, out);
    }
}
