//! What happens by itself.

use super::*;

impl Reference {
    /// The earliest moment at which something happens by itself, or `NEVER`.
    #[must_use]
    pub fn next_deadline(&self) -> Timestamp {
        let own = self.contacts.iter().map(|contact| self.deadline(contact));
        let steps = self.contacts.iter().map(|contact| self.next_step(contact));
        own.chain(steps).min().unwrap_or(Timestamp::NEVER)
    }

    pub(super) fn tick(&mut self) {
        for _ in 0..FIRED_PER_TICK {
            let own = self.contacts.iter();
            let own = own.map(|it| (self.deadline(it), it.id.slot(), it.id, it.stage));
            let own = own.min_by_key(|it| (it.0, it.1));
            let steps = self.contacts.iter();
            let steps = steps.map(|it| (self.next_step(it), it.sequence, it.id));
            let step = steps.min_by_key(|it| (it.0, it.1));
            let (Some(own), Some(step)) = (own, step) else {
                return;
            };
            if own.0.min(step.0) > self.now {
                return;
            }
            if own.0 <= step.0 {
                self.fire(own.2, own.3);
            } else {
                self.take_step(step.2);
            }
        }
    }

    fn fire(&mut self, id: ContactId, stage: Stage) {
        match stage {
            Stage::Waiting if self.contact_mut(id).alone_until.is_some() => {
                self.ring_starts(id);
                self.find_adviser_for(id);
            }
            Stage::Waiting => {
                self.forget_bars(id);
                self.events.push(Event::BarEnded { contact: id });
                self.find_adviser_for(id);
            }
            Stage::Offered { .. } => self.let_go(id, OfferOutcome::Expired, NotReady::NoAnswer),
            Stage::Talking | Stage::OnHold | Stage::Aside => self.send_back(id),
            Stage::WrappingUp { .. } => self.finish(id),
            Stage::Parked { .. } => self.callback_due(id),
            Stage::Dialling { .. } => self.not_reached(id, FailCause::NoAnswer),
            Stage::InMenu | Stage::Consulting => unreachable!("these have no deadline"),
        }
    }

    /// The adviser has been gone too long.
    fn send_back(&mut self, id: ContactId) {
        let adviser = self.contact_mut(id).adviser;
        self.back_in_line(id, adviser, Timestamp::ZERO);
        self.becomes_free(adviser);
        self.events.push(Event::ContactReturned {
            contact: id,
            adviser,
        });
        self.find_adviser_for(id);
    }

    /// When the contact's own clock runs out, or `NEVER`.
    #[must_use]
    pub fn deadline(&self, contact: &Contact) -> Timestamp {
        match contact.stage {
            Stage::InMenu | Stage::Consulting => Timestamp::NEVER,
            Stage::Waiting => contact.alone_until.unwrap_or_else(|| {
                let ends = contact.bars.iter().map(|(_, until)| *until);
                ends.min().unwrap_or(Timestamp::NEVER)
            }),
            Stage::Offered { expires, .. } => expires,
            Stage::WrappingUp { until } | Stage::Parked { until } | Stage::Dialling { until } => {
                until
            }
            Stage::Talking | Stage::OnHold | Stage::Aside => {
                let adviser = &self.advisers[contact.adviser.idx()];
                if adviser.present || contact.channel == Channel::Voice {
                    Timestamp::NEVER
                } else {
                    adviser.return_at
                }
            }
        }
    }

    /// When waiting longer changes something for a contact in line: its guarantee, its overflow, its next ring.
    fn next_step(&self, contact: &Contact) -> Timestamp {
        if contact.stage != Stage::Waiting || contact.alone_until.is_some() {
            return Timestamp::NEVER;
        }
        let rings = &self.rules.queues[contact.queue.idx()].rings;
        let next_ring = rings.get(usize::from(contact.ring) + 1);
        let waits = [
            self.guarantee(contact).filter(|_| !contact.overdue),
            self.overflows_after(contact).map(|(after_us, _)| after_us),
            next_ring.map(|ring| ring.after_us),
        ];
        let first = waits.into_iter().flatten().min();
        first.map_or(Timestamp::NEVER, |us| contact.since.plus_us(us))
    }

    /// One step of waiting: overdue, then overflow, then the ring.
    fn take_step(&mut self, id: ContactId) {
        let Some(contact) = self.contact(id) else {
            return;
        };
        let waited = self.now.since_us(contact.since);
        let over = self.guarantee(contact).is_some_and(|us| waited >= us);
        if over && !contact.overdue {
            self.contact_mut(id).overdue = true;
            self.forget_bars(id);
            self.events.push(Event::ContactOverdue { contact: id });
            self.find_adviser_for(id);
            return;
        }
        match self.overflows_after(contact) {
            Some((after_us, to)) if waited >= after_us => self.overflow(id, to),
            _ => self.ring_starts(id),
        }
        self.find_adviser_for(id);
    }

    /// The guaranteed longest wait; nobody promises one for work that can wait.
    fn guarantee(&self, contact: &Contact) -> Option<i64> {
        let of_class = self.rules.classes[usize::from(contact.class)].guarantee_us;
        let of_language = self.rules.language_guarantees[contact.language as usize];
        (!citizens::is_deferred(contact.channel)).then(|| of_class.min(of_language))
    }

    fn overflows_after(&self, contact: &Contact) -> Option<(i64, QueueId)> {
        let overflow = self.rules.queues[contact.queue.idx()].overflow?;
        let new = !contact.left.contains(&overflow.to);
        let after_us = overflow.after_us.filter(|_| new)?;
        Some((after_us, overflow.to))
    }

    fn overflow(&mut self, id: ContactId, to: QueueId) {
        let from = self.contact_mut(id).queue;
        self.change_queue(id, to);
        self.forget_bars(id);
        self.events.push(Event::ContactOverflowed {
            contact: id,
            from,
            queue: to,
        });
    }

    /// At once, as long as the wait there is expected to be too long.
    pub(super) fn overflow_at_entry(&mut self, id: ContactId) {
        for _ in 0..MAX_HOPS {
            let contact = self.contact_mut(id);
            let (queue, left) = (contact.queue, contact.left.clone());
            let Some(rule) = self.rules.queues[queue.idx()].overflow else {
                return;
            };
            let expected = self.expected[queue.idx()];
            let too_long = rule.expected_us.is_some_and(|us| expected >= us);
            if !too_long || left.contains(&rule.to) {
                return;
            }
            self.overflow(id, rule.to);
        }
    }

    /// The ring that fits the wait; whoever was to be asked alone no longer is.
    pub(super) fn ring_starts(&mut self, id: ContactId) {
        let now = self.now;
        let queue = self.contact_mut(id).queue;
        let rule = self.rules.queues[queue.idx()].clone();
        let contact = self.contact_mut(id);
        contact.ring = citizens::rule_ring(&rule, now.since_us(contact.since));
        contact.alone_until = None;
        let ring = contact.ring;
        self.forget_bars(id);
        self.events.push(Event::RingStarted { contact: id, ring });
    }
}
