//! What citizens do.

use super::*;

/// Where a contact goes and what is known of it: queue, topic, language, class.
pub(super) type To = (QueueId, TopicId, Language, u8);

impl Reference {
    pub(super) fn arrive(
        &mut self,
        id: ContactId,
        channel: Channel,
        (topic, origin, language): (TopicId, Origin, Language),
        entry: Entry,
    ) -> Result<(), Rejection> {
        if let Entry::Queue { queue, class, .. } = entry {
            self.open_to_citizens(queue, class)?;
        }
        self.contacts.push(new_contact(
            id,
            channel,
            (topic, origin, language),
            self.now,
        ));
        self.events.push(Event::ContactArrived {
            contact: id,
            channel,
            topic,
            origin,
            language,
            in_menu: entry == Entry::Menu,
        });
        if let Entry::Queue {
            queue,
            class,
            place,
            needs,
        } = entry
        {
            self.come_in(id, (queue, topic, language, class), place, needs);
        }
        Ok(())
    }

    pub(super) fn enqueue(
        &mut self,
        id: ContactId,
        to: To,
        place: Timestamp,
        needs: Needs,
    ) -> Result<(), Rejection> {
        if self.known(id)?.stage != Stage::InMenu {
            return Err(Rejection::WrongState);
        }
        self.open_to_citizens(to.0, to.3)?;
        self.come_in(id, to, place, needs);
        Ok(())
    }

    fn come_in(&mut self, id: ContactId, to: To, place: Timestamp, needs: Needs) {
        if self.put_in_line(id, to, place, needs) {
            self.overflow_at_entry(id);
            self.find_adviser_for(id);
        }
    }

    /// Whether there was room.
    pub(super) fn put_in_line(
        &mut self,
        id: ContactId,
        (queue, topic, language, class): To,
        place: Timestamp,
        needs: Needs,
    ) -> bool {
        let rule = self.rules.queues[queue.idx()].clone();
        if self.waiting(queue) >= rule.max_waiting as usize {
            self.contact_mut(id).queue = queue;
            self.remove(id, CloseReason::QueueFull);
            return false;
        }
        if needs != Needs::NONE {
            self.note_needs(id, needs);
        }
        // Nobody has waited since a moment that is still to come, or since before 1970.
        let enqueued = place.min(self.now).max(Timestamp::ZERO);
        self.sequences += 1;
        let (sequence, now) = (self.sequences, self.now);
        let due = needs.due.max(Timestamp::ZERO);
        let contact = self.contact_mut(id);
        contact.queue = queue;
        contact.topic = topic;
        contact.language = language;
        contact.class = class;
        contact.enqueued = enqueued;
        contact.since = enqueued;
        if is_deferred(contact.channel) && due != Timestamp::NEVER {
            contact.since = due.plus_us(-rule.goal_us);
        }
        contact.sequence = sequence;
        contact.stage = Stage::Waiting;
        let since = contact.since;
        contact.ring = rule_ring(&rule, now.since_us(since));
        self.events.push(Event::ContactQueued {
            contact: id,
            queue,
            topic,
            language,
            class,
            enqueued,
        });
        if rule.named_us > 0 && self.named_can(id) {
            self.contact_mut(id).alone_until = Some(now.plus_us(rule.named_us));
        }
        true
    }

    fn note_needs(&mut self, id: ContactId, needs: Needs) {
        let needs = Needs {
            clearance: Clearance(needs.clearance.0 & Clearance::ALL.0),
            due: needs.due.max(Timestamp::ZERO),
            ..needs
        };
        let exists = needs.not_to.idx() < self.advisers.len();
        let contact = self.contact_mut(id);
        contact.clearance = needs.clearance;
        contact.named = needs.named;
        if exists {
            contact.bars.push((needs.not_to, Timestamp::NEVER));
        }
        self.events.push(Event::ContactNeeds { contact: id, needs });
    }

    /// Whether the one whom the contact names is at work, able in some ring, and not barred.
    fn named_can(&self, id: ContactId) -> bool {
        self.contact(id).is_some_and(|contact| {
            let barred = contact.bars.iter().any(|(who, _)| *who == contact.named);
            self.could_be_asked_alone(contact) && !barred
        })
    }

    /// Whether the one whom the contact names is at work and able in some ring.
    pub(super) fn could_be_asked_alone(&self, contact: &Contact) -> bool {
        let known = self.advisers.get(contact.named.idx());
        let rings = &self.rules.queues[contact.queue.idx()].rings;
        known.is_some_and(|who| who.signed_in)
            && rings
                .iter()
                .any(|ring| self.fits_ring(contact.named, contact, &ring.condition))
    }

    pub(super) fn leave(&mut self, id: ContactId) -> Result<(), Rejection> {
        let contact = self.known(id)?;
        if contact.callback || contact.is_consult {
            return Err(Rejection::WrongState);
        }
        match contact.stage {
            Stage::InMenu => self.remove(id, CloseReason::LeftInMenu),
            Stage::Waiting => self.remove(id, CloseReason::Abandoned),
            Stage::Offered { .. } => self.withdraw_and_remove(id, CloseReason::Abandoned),
            Stage::Talking | Stage::OnHold | Stage::Aside => self.end_conversation(id, By::Citizen),
            Stage::Consulting => {
                self.stop_consult(id, ConsultOutcome::CitizenLeft);
                self.end_conversation(id, By::Citizen);
            }
            Stage::WrappingUp { .. } | Stage::Parked { .. } | Stage::Dialling { .. } => {
                return Err(Rejection::WrongState);
            }
        }
        Ok(())
    }

    pub(super) fn lose(&mut self, id: ContactId, reason: CloseReason) -> Result<(), Rejection> {
        let contact = self.known(id)?;
        let stage = contact.stage;
        if contact.is_consult {
            return self.lose_consult(id);
        }
        // Nobody is on the line of a callback before the citizen is rung.
        if contact.callback && !matches!(stage, Stage::Dialling { .. }) {
            return Err(Rejection::WrongState);
        }
        match stage {
            Stage::InMenu | Stage::Waiting => self.remove(id, reason),
            Stage::Offered { .. } => self.withdraw_and_remove(id, reason),
            Stage::Dialling { .. } if reason == CloseReason::Fault => {
                self.not_reached(id, FailCause::BridgeFailed);
            }
            Stage::Dialling { .. } => self.not_reached(id, FailCause::Unreachable),
            Stage::Talking | Stage::OnHold | Stage::Aside | Stage::Consulting => {
                if stage == Stage::Consulting {
                    self.stop_consult(id, ConsultOutcome::CitizenLeft);
                }
                let adviser = self.contact_mut(id).adviser;
                self.remove(id, reason);
                self.find_contacts_for(adviser);
            }
            Stage::WrappingUp { .. } | Stage::Parked { .. } => return Err(Rejection::WrongState),
        }
        Ok(())
    }

    pub(super) fn close(&mut self, id: ContactId, reason: CloseReason) -> Result<(), Rejection> {
        let contact = self.known(id)?;
        if contact.is_consult {
            return Err(Rejection::WrongState);
        }
        match contact.stage {
            Stage::InMenu | Stage::Waiting | Stage::Parked { .. } => self.remove(id, reason),
            Stage::Offered { .. } => self.withdraw_and_remove(id, reason),
            Stage::Talking
            | Stage::OnHold
            | Stage::Consulting
            | Stage::Aside
            | Stage::Dialling { .. }
            | Stage::WrappingUp { .. } => return Err(Rejection::WrongState),
        }
        Ok(())
    }

    pub(super) fn withdraw_and_remove(&mut self, id: ContactId, reason: CloseReason) {
        let adviser = self.contact_mut(id).adviser;
        let outcome = if reason == CloseReason::Fault {
            OfferOutcome::Fault
        } else {
            OfferOutcome::CitizenLeft
        };
        self.take_offer_back(id, outcome, Timestamp::ZERO);
        self.remove(id, reason);
        self.find_contacts_for(adviser);
    }
}

/// A contact that has just come.
pub(super) fn new_contact(
    id: ContactId,
    channel: Channel,
    (topic, origin, language): (TopicId, Origin, Language),
    now: Timestamp,
) -> Contact {
    Contact {
        id,
        channel,
        origin,
        language,
        topic,
        queue: QueueId::NONE,
        class: 0,
        arrived: now,
        enqueued: now,
        since: now,
        sequence: 0,
        stage: Stage::InMenu,
        adviser: AdviserId::NONE,
        bars: Vec::new(),
        clearance: Clearance::NONE,
        named: AdviserId::NONE,
        alone_until: None,
        ring: 0,
        overdue: false,
        left: Vec::new(),
        callback: false,
        attempts: 0,
        attempts_before: 0,
        promised: Timestamp::ZERO,
        failed: 0,
        out: false,
        joined: false,
        is_consult: false,
        peer: None,
    }
}

/// Work that can wait.
pub(super) fn is_deferred(channel: Channel) -> bool {
    channel == Channel::Message || channel == Channel::Task
}

/// The last ring whose time has come.
pub(super) fn rule_ring(rule: &linje_routing::QueueRule, waited_us: i64) -> u8 {
    let mut ring = 0;
    for (number, step) in (0_u8..).zip(&rule.rings) {
        if step.after_us <= waited_us {
            ring = number;
        }
    }
    ring
}
