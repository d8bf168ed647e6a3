//! Callbacks: the place is kept, and the citizen is rung when an adviser is ready.

use super::*;

impl Reference {
    pub(super) fn ask_callback(
        &mut self,
        id: ContactId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<(), Rejection> {
        let contact = self.known(id)?;
        if contact.stage != Stage::Waiting {
            return Err(Rejection::WrongState);
        }
        if contact.callback {
            return Err(Rejection::Already);
        }
        if contact.channel != Channel::Voice || contact.is_consult {
            return Err(Rejection::NotAllowed);
        }
        self.promise_callback(id, from, until);
        Ok(())
    }

    fn promise_callback(&mut self, id: ContactId, from: Timestamp, until: Timestamp) {
        let now = self.now;
        let contact = self.contact_mut(id);
        contact.callback = true;
        contact.attempts_before = contact.attempts;
        contact.promised = until;
        contact.failed = 0;
        if from > now {
            contact.stage = Stage::Parked { until: from };
            contact.alone_until = None;
        }
        self.events.push(Event::CallbackAsked {
            contact: id,
            from,
            until,
        });
    }

    pub(super) fn book_callback(&mut self, command: &Command) -> Result<(), Rejection> {
        let Command::BookCallback {
            contact: id,
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
            unreachable!("called for nothing else");
        };
        self.open_to_citizens(queue, class)?;
        let about = (topic, origin, language);
        self.contacts
            .push(citizens::new_contact(id, Channel::Voice, about, self.now));
        self.events.push(Event::ContactArrived {
            contact: id,
            channel: Channel::Voice,
            topic,
            origin,
            language,
            in_menu: false,
        });
        let needs = Needs {
            clearance,
            not_to,
            ..Needs::NONE
        };
        let to = (queue, topic, language, class);
        if self.put_in_line(id, to, Timestamp::NEVER, needs) {
            self.promise_callback(id, from, until);
            self.find_adviser_for(id);
        }
        Ok(())
    }

    /// An adviser rings somebody, once.
    pub(super) fn call_out(
        &mut self,
        command: &Command,
        next_contact: ContactId,
    ) -> Result<(), Rejection> {
        let Command::CallOut {
            contact: id,
            adviser,
            queue,
            topic,
            language,
        } = *command
        else {
            unreachable!("called for nothing else");
        };
        self.known_signed_in(adviser)?;
        self.open_to_citizens(queue, 0)?;
        if !self.advisers[adviser.idx()].present {
            return Err(Rejection::WrongState);
        }
        let in_call = self
            .contacts
            .iter()
            .any(|contact| contact.adviser == adviser && contact.channel == Channel::Voice);
        let weight = self.rules.weights[Channel::Voice as usize];
        if in_call || self.used(adviser) + weight > CAPACITY {
            return Err(Rejection::HasContacts);
        }
        if id != next_contact {
            return Err(Rejection::WrongId);
        }
        let rule = &self.rules.queues[queue.idx()];
        let class = rule.class;
        let ring = citizens::rule_ring(rule, 0);
        let expires = self.now.plus_us(self.rules.callback.ring_us);
        self.sequences += 1;
        let about = (topic, Origin::Live, language);
        let mut contact = citizens::new_contact(id, Channel::Voice, about, self.now);
        contact.queue = queue;
        contact.class = class;
        contact.ring = ring;
        contact.sequence = self.sequences;
        contact.adviser = adviser;
        contact.callback = true;
        contact.out = true;
        contact.attempts = 1;
        contact.stage = Stage::Dialling { until: expires };
        self.contacts.push(contact);
        self.events.push(Event::ContactArrived {
            contact: id,
            channel: Channel::Voice,
            topic,
            origin: Origin::Live,
            language,
            in_menu: false,
        });
        self.events.push(Event::CalledOut {
            contact: id,
            adviser,
            queue,
            class,
            expires,
        });
        Ok(())
    }

    /// The adviser is ready: the citizen is rung.
    pub(super) fn dial(&mut self, id: ContactId, offer: OfferId) {
        let expires = self.now.plus_us(self.rules.callback.ring_us);
        let contact = self.contact_mut(id);
        contact.attempts = contact.attempts.saturating_add(1);
        contact.stage = Stage::Dialling { until: expires };
        let (adviser, attempt) = (contact.adviser, contact.attempts);
        self.events.push(Event::CallbackDialling {
            offer,
            contact: id,
            adviser,
            attempt,
            expires,
        });
    }

    pub(super) fn dialled(
        &mut self,
        id: ContactId,
        attempt: u8,
        failed: Option<FailCause>,
    ) -> Result<(), Rejection> {
        let contact = self.known(id)?;
        if !matches!(contact.stage, Stage::Dialling { .. }) {
            return Err(Rejection::WrongState);
        }
        if contact.attempts != attempt {
            return Err(Rejection::StaleOffer);
        }
        if let Some(cause) = failed {
            self.not_reached(id, cause);
            return Ok(());
        }
        let contact = self.contact_mut(id);
        contact.stage = Stage::Talking;
        contact.callback = false;
        let adviser = contact.adviser;
        self.events.push(Event::CallbackAnswered {
            contact: id,
            adviser,
        });
        Ok(())
    }

    /// Again later, or that was the last time.
    pub(super) fn not_reached(&mut self, id: ContactId, cause: FailCause) {
        let rule = self.rules.callback;
        let now = self.now;
        let contact = self.contact_mut(id);
        let adviser = core::mem::replace(&mut contact.adviser, AdviserId::NONE);
        // What failed on our side does not count.
        let ours = cause == FailCause::BridgeFailed;
        let tried = contact.attempts - contact.attempts_before;
        let out = contact.out || contact.attempts == u8::MAX;
        let retry_at = match (ours, out) {
            (_, true) => Timestamp::NEVER,
            (true, false) if now >= contact.promised => Timestamp::NEVER,
            (true, false) => now
                .plus_us(pause_of_ours(rule.retry_us, contact.failed))
                .min(contact.promised),
            (false, false) if tried >= rule.attempts => Timestamp::NEVER,
            (false, false) => now.plus_us(rule.retry_us),
        };
        let last = retry_at == Timestamp::NEVER;
        contact.attempts_before += u8::from(ours);
        contact.failed += u32::from(ours);
        contact.stage = Stage::Parked { until: retry_at };
        self.becomes_free(adviser);
        self.events.push(Event::CallbackMissed {
            contact: id,
            adviser,
            cause,
            retry_at,
        });
        if last {
            let reason = if ours {
                CloseReason::Fault
            } else {
                CloseReason::NotReached
            };
            self.remove(id, reason);
        }
        self.find_contacts_for(adviser);
    }

    /// Its time has come: in line at its place.
    pub(super) fn callback_due(&mut self, id: ContactId) {
        self.contact_mut(id).stage = Stage::Waiting;
        self.forget_bars(id);
        self.events.push(Event::CallbackDue { contact: id });
        self.find_adviser_for(id);
    }
}

/// The usual pause, doubled each time that our own line failed, until it is two hours.
pub(crate) fn pause_of_ours(usual_us: i64, failed: u32) -> i64 {
    let most = usual_us.max(2 * 3600 * SECOND_US);
    let mut pause = usual_us;
    for _ in 0..failed.min(12) {
        pause = pause.saturating_mul(2);
    }
    pause.min(most)
}
