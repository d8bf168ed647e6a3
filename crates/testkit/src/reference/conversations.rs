//! What advisers do with contacts.

use super::*;

impl Reference {
    pub(super) fn accept(&mut self, offer: OfferId, adviser: AdviserId) -> Result<(), Rejection> {
        let id = self.known_offer(offer, adviser)?;
        let contact = self.contact_mut(id);
        let adviser = contact.adviser;
        if contact.callback {
            self.dial(id, offer);
            return Ok(());
        }
        contact.stage = Stage::Talking;
        self.events.push(Event::OfferAccepted {
            offer,
            contact: id,
            adviser,
        });
        Ok(())
    }

    pub(super) fn decline(&mut self, offer: OfferId, adviser: AdviserId) -> Result<(), Rejection> {
        let id = self.known_offer(offer, adviser)?;
        self.let_go(id, OfferOutcome::Declined, NotReady::Declined);
        Ok(())
    }

    pub(super) fn fail(&mut self, offer: OfferId, cause: FailCause) -> Result<(), Rejection> {
        let id = self.known_offer(offer, AdviserId::NONE)?;
        let (outcome, reason) = match cause {
            FailCause::Busy => (OfferOutcome::Busy, NotReady::PhoneBusy),
            FailCause::Unreachable => (OfferOutcome::Unreachable, NotReady::PhoneUnreachable),
            FailCause::NoAnswer => (OfferOutcome::Expired, NotReady::NoAnswer),
            FailCause::BridgeFailed => (OfferOutcome::BridgeFailed, NotReady::PhoneUnreachable),
        };
        self.let_go(id, outcome, reason);
        Ok(())
    }

    /// The adviser did not take it: not ready, not asked again for a while, the next one is asked.
    pub(super) fn let_go(&mut self, id: ContactId, outcome: OfferOutcome, reason: NotReady) {
        let adviser = self.contact_mut(id).adviser;
        let until = self.bar_until(id, adviser);
        self.take_offer_back(id, outcome, until);
        self.advisers[adviser.idx()].not_ready = Some(reason);
        self.find_adviser_for(id);
        self.take_up(adviser);
    }

    /// `ZERO` when nobody else who is signed in could help: then the same one is asked again.
    pub(super) fn bar_until(&self, id: ContactId, adviser: AdviserId) -> Timestamp {
        let Some(contact) = self.contact(id) else {
            return Timestamp::ZERO;
        };
        let could = |other: AdviserId| {
            other != adviser
                && self.advisers[other.idx()].signed_in
                && self.qualified(other, contact)
        };
        if self.adviser_ids().any(could) {
            self.now.plus_us(self.rules.bar_us)
        } else {
            Timestamp::ZERO
        }
    }

    /// Back in line where it was. Says nothing about whom to ask next.
    pub(super) fn take_offer_back(
        &mut self,
        id: ContactId,
        outcome: OfferOutcome,
        barred_until: Timestamp,
    ) {
        let contact = self.contact_mut(id);
        let adviser = contact.adviser;
        let Stage::Offered { offer, .. } = contact.stage else {
            unreachable!("only an offered contact has an offer to take back");
        };
        self.back_in_line(id, adviser, barred_until);
        self.events.push(Event::OfferEnded {
            offer,
            contact: id,
            adviser,
            outcome,
            barred_until,
        });
    }

    /// Everybody who let it go stays barred for their own time; bars that are over are forgotten.
    pub(super) fn back_in_line(
        &mut self,
        id: ContactId,
        adviser: AdviserId,
        barred_until: Timestamp,
    ) {
        let contact = self.contact_mut(id);
        contact.stage = Stage::Waiting;
        contact.adviser = AdviserId::NONE;
        if barred_until > Timestamp::ZERO {
            // Whose own case it is stays barred.
            let own = contact.bars.contains(&(adviser, Timestamp::NEVER));
            contact.bars.retain(|(barred, _)| *barred != adviser);
            let until = if own { Timestamp::NEVER } else { barred_until };
            contact.bars.push((adviser, until));
        }
        self.forget_bars(id);
    }

    pub(super) fn forget_bars(&mut self, id: ContactId) {
        let now = self.now;
        self.contact_mut(id).bars.retain(|(_, until)| *until > now);
    }

    pub(super) fn hold(&mut self, id: ContactId) -> Result<(), Rejection> {
        let contact = self.known(id)?;
        if contact.stage != Stage::Talking || contact.is_consult {
            return Err(Rejection::WrongState);
        }
        let contact = self.contact_mut(id);
        contact.stage = Stage::OnHold;
        let adviser = contact.adviser;
        self.events.push(Event::ContactHeld {
            contact: id,
            adviser,
        });
        Ok(())
    }

    pub(super) fn resume(&mut self, id: ContactId) -> Result<(), Rejection> {
        if self.known(id)?.stage != Stage::OnHold {
            return Err(Rejection::WrongState);
        }
        let contact = self.contact_mut(id);
        contact.stage = Stage::Talking;
        let adviser = contact.adviser;
        self.events.push(Event::ContactResumed {
            contact: id,
            adviser,
        });
        Ok(())
    }

    pub(super) fn end(&mut self, id: ContactId, adviser: AdviserId) -> Result<(), Rejection> {
        let contact = self.known(id)?;
        let in_hand = matches!(
            contact.stage,
            Stage::Talking
                | Stage::OnHold
                | Stage::Consulting
                | Stage::Aside
                | Stage::Dialling { .. }
        );
        if !in_hand {
            return Err(Rejection::WrongState);
        }
        if adviser != AdviserId::NONE && adviser != contact.adviser {
            return Err(Rejection::NotYours);
        }
        let (stage, about) = (contact.stage, contact.peer.filter(|_| contact.is_consult));
        if let Some(citizens) = about {
            self.stop_consult(citizens, ConsultOutcome::ExpertLeft);
        } else if let Stage::Dialling { .. } = stage {
            self.not_reached(id, FailCause::NoAnswer);
        } else {
            if stage == Stage::Consulting {
                self.stop_consult(id, ConsultOutcome::TakenBack);
            }
            self.end_conversation(id, By::Adviser);
        }
        Ok(())
    }

    pub(super) fn end_conversation(&mut self, id: ContactId, by: By) {
        let (queue, adviser) = (self.contact_mut(id).queue, self.contact_mut(id).adviser);
        let mut wrap_up_us = self.rules.queues[queue.idx()].wrap_up_us;
        if self.contact_mut(id).stage == Stage::Aside {
            // The adviser has something else in hand.
            wrap_up_us = 0;
        }
        let until = self.now.plus_us(wrap_up_us);
        self.contact_mut(id).stage = Stage::WrappingUp { until };
        self.events.push(Event::ContactEnded {
            contact: id,
            adviser,
            by,
            wrap_up_until: until,
        });
        if wrap_up_us == 0 {
            self.finish(id);
        } else {
            self.find_contacts_for(adviser);
        }
    }

    /// The wrap-up is over.
    pub(super) fn finish(&mut self, id: ContactId) {
        let adviser = self.contact_mut(id).adviser;
        self.remove(id, CloseReason::Served);
        self.find_contacts_for(adviser);
    }

    pub(super) fn transfer(&mut self, id: ContactId, queue: QueueId) -> Result<(), Rejection> {
        let contact = self.known(id)?;
        if !in_conversation(contact) {
            return Err(Rejection::WrongState);
        }
        self.known_queue(queue)?;
        let allowed = &self.rules.queues[contact.queue.idx()].transfers;
        if contact.is_consult || !allowed.contains(&queue) {
            return Err(Rejection::NotAllowed);
        }
        if contact.left.contains(&queue) {
            return Err(Rejection::Loop);
        }
        let (adviser, from) = (contact.adviser, contact.queue);
        let class = self.rules.queues[queue.idx()].class;
        let barred_until = self.now.plus_us(self.rules.bar_us);
        self.contact_mut(id).class = class;
        self.change_queue(id, queue);
        self.back_in_line(id, adviser, barred_until);
        self.becomes_free(adviser);
        self.events.push(Event::ContactTransferred {
            contact: id,
            adviser,
            from,
            queue,
            class,
            barred_until,
        });
        self.find_adviser_for(id);
        self.find_contacts_for(adviser);
        Ok(())
    }

    /// What was found in a conversation is needed from then on.
    pub(super) fn protect(
        &mut self,
        id: ContactId,
        clearance: Clearance,
        not_to: AdviserId,
    ) -> Result<(), Rejection> {
        let contact = self.known(id)?;
        if !in_conversation(contact) {
            return Err(Rejection::WrongState);
        }
        let needs = Needs {
            clearance: Clearance((contact.clearance.0 | clearance.0) & Clearance::ALL.0),
            named: contact.named,
            not_to,
            due: Timestamp::NEVER,
        };
        if not_to.idx() < self.advisers.len() {
            let bars = &mut self.contact_mut(id).bars;
            bars.retain(|(barred, _)| *barred != not_to);
            bars.push((not_to, Timestamp::NEVER));
        }
        self.contact_mut(id).clearance = needs.clearance;
        self.events.push(Event::ContactNeeds { contact: id, needs });
        Ok(())
    }

    /// Deferred work goes back in line.
    pub(super) fn give_back(&mut self, id: ContactId, who: AdviserId) -> Result<(), Rejection> {
        let contact = self.known(id)?;
        if !in_conversation(contact) && contact.stage != Stage::Aside {
            return Err(Rejection::WrongState);
        }
        let adviser = contact.adviser;
        if who != AdviserId::NONE && who != adviser {
            return Err(Rejection::NotYours);
        }
        if !citizens::is_deferred(contact.channel) {
            return Err(Rejection::NotAllowed);
        }
        let barred_until = self.bar_until(id, adviser);
        self.back_in_line(id, adviser, barred_until);
        self.becomes_free(adviser);
        self.events.push(Event::ContactGivenBack {
            contact: id,
            adviser,
            barred_until,
        });
        self.find_adviser_for(id);
        self.find_contacts_for(adviser);
        Ok(())
    }

    /// It has left one queue and is in another; the wait goes on, the rest begins anew.
    pub(super) fn change_queue(&mut self, id: ContactId, queue: QueueId) {
        let (rule, now) = (self.rules.queues[queue.idx()].clone(), self.now);
        let contact = self.contact_mut(id);
        let from = core::mem::replace(&mut contact.queue, queue);
        if !contact.left.contains(&from) {
            contact.left.push(from);
        }
        contact.overdue = false;
        contact.alone_until = None;
        contact.ring = citizens::rule_ring(&rule, now.since_us(contact.since));
    }

    pub(super) fn wrap_up(&mut self, id: ContactId, action: WrapUpAction) -> Result<(), Rejection> {
        let contact = self.known(id)?;
        let adviser = contact.adviser;
        let Stage::WrappingUp { until } = contact.stage else {
            return Err(Rejection::WrongState);
        };
        let until = match action {
            WrapUpAction::Done => {
                self.finish(id);
                return Ok(());
            }
            WrapUpAction::Extend(us) if until == Timestamp::NEVER => self.now.plus_us(us.max(0)),
            WrapUpAction::Extend(us) => until.max(self.now).plus_us(us.max(0)),
            WrapUpAction::StopClock => Timestamp::NEVER,
        };
        self.contact_mut(id).stage = Stage::WrappingUp { until };
        self.events.push(Event::WrapUpSet {
            contact: id,
            adviser,
            until,
        });
        Ok(())
    }
}

pub(super) fn in_conversation(contact: &Contact) -> bool {
    contact.stage == Stage::Talking || contact.stage == Stage::OnHold
}
