//! An adviser asks an expert while the citizen stays with them.
#![expect(clippy::wildcard_enum_match_arm, reason = "wherever else it waits")]

use super::*;

impl Reference {
    pub(super) fn consult(
        &mut self,
        id: ContactId,
        (consult, next_contact): (ContactId, ContactId),
        who: AdviserId,
        queue: QueueId,
    ) -> Result<(), Rejection> {
        let contact = self.known(id)?.clone();
        if !conversations::in_conversation(&contact) {
            return Err(Rejection::WrongState);
        }
        if who != AdviserId::NONE && who != contact.adviser {
            return Err(Rejection::NotYours);
        }
        self.known_queue(queue)?;
        let allowed = &self.rules.queues[contact.queue.idx()].consults;
        if contact.is_consult || contact.channel != Channel::Voice || !allowed.contains(&queue) {
            return Err(Rejection::NotAllowed);
        }
        if consult != next_contact {
            return Err(Rejection::WrongId);
        }
        // Adviser and expert speak Norwegian with each other.
        let about = (contact.topic, contact.origin, Language::Nb);
        let mut own = citizens::new_contact(consult, contact.channel, about, self.now);
        own.is_consult = true;
        own.peer = Some(id);
        own.clearance = contact.clearance;
        // Nobody is asked about their own case.
        own.bars = contact.bars.clone();
        own.bars.retain(|(_, until)| *until == Timestamp::NEVER);
        self.contacts.push(own);
        let asking = self.contact_mut(id);
        asking.stage = Stage::Consulting;
        asking.peer = Some(consult);
        self.events.push(Event::ContactArrived {
            contact: consult,
            channel: contact.channel,
            topic: contact.topic,
            origin: contact.origin,
            language: Language::Nb,
            in_menu: false,
        });
        self.events.push(Event::ConsultStarted {
            contact: id,
            consult,
            adviser: contact.adviser,
            queue,
        });
        let class = self.rules.queues[queue.idx()].class;
        let to = (queue, contact.topic, Language::Nb, class);
        if self.put_in_line(consult, to, Timestamp::NEVER, Needs::NONE) {
            self.find_adviser_for(consult);
        } else {
            self.consult_over(id, consult, ConsultOutcome::Failed);
        }
        Ok(())
    }

    pub(super) fn end_consult(
        &mut self,
        id: ContactId,
        who: AdviserId,
        action: ConsultAction,
    ) -> Result<(), Rejection> {
        let contact = self.known(id)?;
        let Some(consult) = contact.peer.filter(|_| contact.stage == Stage::Consulting) else {
            return Err(Rejection::WrongState);
        };
        if who != AdviserId::NONE && who != contact.adviser {
            return Err(Rejection::NotYours);
        }
        if action == ConsultAction::TakeBack {
            self.stop_consult(id, ConsultOutcome::TakenBack);
            return Ok(());
        }
        self.hand_over(id, consult)
    }

    /// The citizen joins the two, or hears music again.
    pub(super) fn conference(
        &mut self,
        id: ContactId,
        who: AdviserId,
        joined: bool,
    ) -> Result<(), Rejection> {
        let contact = self.known(id)?.clone();
        let Some(consult) = contact.peer.filter(|_| contact.stage == Stage::Consulting) else {
            return Err(Rejection::WrongState);
        };
        if who != AdviserId::NONE && who != contact.adviser {
            return Err(Rejection::NotYours);
        }
        if self.known(consult)?.stage != Stage::Talking {
            return Err(Rejection::WrongState);
        }
        if contact.joined == joined {
            return Err(Rejection::Already);
        }
        self.contact_mut(id).joined = joined;
        self.events.push(Event::ConferenceSet {
            contact: id,
            consult,
            adviser: contact.adviser,
            joined,
        });
        Ok(())
    }

    fn hand_over(&mut self, id: ContactId, consult: ContactId) -> Result<(), Rejection> {
        let expert = self.known(consult)?.clone();
        if expert.stage != Stage::Talking {
            return Err(Rejection::WrongState);
        }
        if self.contact_mut(id).left.contains(&expert.queue) {
            return Err(Rejection::Loop);
        }
        let from = self.contact_mut(id).adviser;
        self.remove(consult, CloseReason::HandedOver);
        self.becomes_free(from);
        self.change_queue(id, expert.queue);
        let contact = self.contact_mut(id);
        contact.adviser = expert.adviser;
        contact.stage = Stage::Talking;
        contact.peer = None;
        contact.joined = false;
        self.events.push(Event::ContactHandedOver {
            contact: id,
            from,
            to: expert.adviser,
            queue: expert.queue,
        });
        self.events.push(Event::ConsultEnded {
            contact: id,
            consult,
            outcome: ConsultOutcome::HandedOver,
        });
        self.find_contacts_for(from);
        Ok(())
    }

    /// The consultation about `id` is over, wherever it has got to.
    pub(super) fn stop_consult(&mut self, id: ContactId, outcome: ConsultOutcome) {
        let Some(consult) = self.contact_mut(id).peer else {
            return;
        };
        self.consult_over(id, consult, outcome);
        match self.contact_mut(consult).stage {
            Stage::Talking if outcome == ConsultOutcome::ExpertLeft => {
                self.end_conversation(consult, By::Adviser);
            }
            Stage::Talking => self.end_conversation(consult, By::Citizen),
            Stage::Offered { .. } => self.withdraw_and_remove(consult, CloseReason::Cancelled),
            _ => self.remove(consult, CloseReason::Cancelled),
        }
    }

    /// The expert's connection died.
    pub(super) fn lose_consult(&mut self, consult: ContactId) -> Result<(), Rejection> {
        let own = self.known(consult)?;
        let Some(id) = own.peer.filter(|_| own.stage == Stage::Talking) else {
            return Err(Rejection::WrongState);
        };
        let expert = own.adviser;
        self.consult_over(id, consult, ConsultOutcome::Failed);
        self.remove(consult, CloseReason::Lost);
        self.find_contacts_for(expert);
        Ok(())
    }

    /// The adviser is with the citizen again.
    fn consult_over(&mut self, id: ContactId, consult: ContactId, outcome: ConsultOutcome) {
        let contact = self.contact_mut(id);
        contact.stage = Stage::Talking;
        contact.peer = None;
        contact.joined = false;
        if let Some(own) = self.contacts.iter_mut().find(|own| own.id == consult) {
            own.peer = None;
        }
        self.events.push(Event::ConsultEnded {
            contact: id,
            consult,
            outcome,
        });
    }
}
