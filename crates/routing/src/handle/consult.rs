//! Consultations: an adviser asks an expert while the citizen stays theirs.

use linje_event::{ConsultAction, ConsultOutcome};

use super::*;
use crate::rules::AMONG_ADVISERS;

impl State {
    pub(super) fn consult<O: Output>(
        &mut self,
        contact: ContactId,
        consult: ContactId,
        adviser: AdviserId,
        queue: QueueId,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.talking(contact)?;
        let it = self.contacts[slot as usize];
        if adviser != AdviserId::NONE && adviser.0 != it.adviser {
            return Err(Rejection::NotYours);
        }
        self.known_queue(queue, 0)?;
        let rules = self.tables.rules();
        let allowed = rules.queues[it.queue.idx()].consults.contains(&queue);
        if !allowed || it.channel != Channel::Voice || it.is(flag::CONSULT) {
            return Err(Rejection::NotAllowed);
        }
        if consult != self.next_contact() {
            return Err(Rejection::WrongId);
        }
        let class = rules.queues[queue.idx()].class;
        let adviser = AdviserId(it.adviser);
        let arrived = Event::ContactArrived {
            contact: consult,
            channel: it.channel,
            topic: it.topic,
            origin: it.origin,
            language: AMONG_ADVISERS,
            in_menu: false,
        };
        self.emit(arrived, now, out);
        let started = Event::ConsultStarted {
            contact,
            consult,
            adviser,
            queue,
        };
        self.emit(started, now, out);
        let effect = Effect::Consult {
            contact,
            consult,
            adviser,
        };
        self.effect(slot, effect, out);
        let to = (queue, it.topic, AMONG_ADVISERS, class);
        let own = consult.slot();
        if self.put_in_line(own, to, (Timestamp::NEVER, Needs::NONE), now, out) {
            self.serve_contact(own, now, out);
        } else {
            self.consult_over(slot, consult, ConsultOutcome::Failed, now, out);
        }
        Ok(())
    }

    pub(super) fn end_consult<O: Output>(
        &mut self,
        contact: ContactId,
        adviser: AdviserId,
        action: ConsultAction,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.open(contact)?;
        self.expect(slot, &[ContactState::Consulting])?;
        let it = self.contacts[slot as usize];
        if adviser != AdviserId::NONE && adviser.0 != it.adviser {
            return Err(Rejection::NotYours);
        }
        match action {
            ConsultAction::TakeBack => {
                self.stop_consult(slot, ConsultOutcome::TakenBack, now, out);
                Ok(())
            }
            ConsultAction::HandOver => self.hand_over(slot, now, out),
        }
    }

    /// The citizen joins the two, or hears music again.
    pub(super) fn conference<O: Output>(
        &mut self,
        contact: ContactId,
        adviser: AdviserId,
        joined: bool,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let slot = self.open(contact)?;
        self.expect(slot, &[ContactState::Consulting])?;
        let it = self.contacts[slot as usize];
        if adviser != AdviserId::NONE && adviser.0 != it.adviser {
            return Err(Rejection::NotYours);
        }
        if self.contacts[it.peer as usize].state != ContactState::Active {
            return Err(Rejection::WrongState);
        }
        if it.is(flag::JOINED) == joined {
            return Err(Rejection::Already);
        }
        let set = Event::ConferenceSet {
            contact,
            consult: self.id_of(it.peer),
            adviser: AdviserId(it.adviser),
            joined,
        };
        self.emit(set, now, out);
        self.effect(slot, Effect::Conference { contact, joined }, out);
        Ok(())
    }

    fn hand_over<O: Output>(
        &mut self,
        slot: u32,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        let it = self.contacts[slot as usize];
        let expert = self.contacts[it.peer as usize];
        if expert.state != ContactState::Active {
            return Err(Rejection::WrongState);
        }
        if self.has_visited(slot, expert.queue) {
            return Err(Rejection::Loop);
        }
        let (contact, consult) = (self.id_of(slot), self.id_of(it.peer));
        let (from, to) = (AdviserId(it.adviser), AdviserId(expert.adviser));
        let effect = Effect::HandOver {
            contact,
            consult,
            from,
            to,
        };
        self.effect(slot, effect, out);
        self.close(it.peer, expert.queue, CloseReason::HandedOver, now, out);
        let handed = Event::ContactHandedOver {
            contact,
            from,
            to,
            queue: expert.queue,
        };
        self.emit(handed, now, out);
        let ended = Event::ConsultEnded {
            contact,
            consult,
            outcome: ConsultOutcome::HandedOver,
        };
        self.emit(ended, now, out);
        self.serve_adviser(from.0, now, out);
        Ok(())
    }

    /// Ends the consultation about the contact in `slot`, wherever it is; the adviser is with the citizen again.
    pub(super) fn stop_consult<O: Output>(
        &mut self,
        slot: u32,
        outcome: ConsultOutcome,
        now: Timestamp,
        out: &mut O,
    ) {
        let peer = self.contacts[slot as usize].peer;
        let consult = self.id_of(peer);
        let by = if outcome == ConsultOutcome::ExpertLeft {
            By::Adviser
        } else {
            By::Citizen
        };
        if self.contacts[peer as usize].state == ContactState::Active {
            self.consult_over(slot, consult, outcome, now, out);
            self.ended(peer, by, now, out);
        } else {
            self.consult_over(slot, consult, outcome, now, out);
            self.close_waiting(peer, CloseReason::Cancelled, now, out);
        }
    }

    /// The expert's connection died.
    pub(super) fn lose_consult<O: Output>(
        &mut self,
        peer: u32,
        now: Timestamp,
        out: &mut O,
    ) -> Result<(), Rejection> {
        self.expect(peer, &[ContactState::Active])?;
        let it = self.contacts[peer as usize];
        let consult = self.id_of(peer);
        self.consult_over(it.peer, consult, ConsultOutcome::Failed, now, out);
        let disconnect = Effect::Disconnect {
            contact: consult,
            adviser: AdviserId(it.adviser),
            requeued: false,
        };
        self.effect(peer, disconnect, out);
        self.close(peer, it.queue, CloseReason::Lost, now, out);
        self.serve_adviser(it.adviser, now, out);
        Ok(())
    }

    fn consult_over<O: Output>(
        &mut self,
        slot: u32,
        consult: ContactId,
        outcome: ConsultOutcome,
        now: Timestamp,
        out: &mut O,
    ) {
        let contact = self.id_of(slot);
        let ended = Event::ConsultEnded {
            contact,
            consult,
            outcome,
        };
        self.emit(ended, now, out);
        if outcome != ConsultOutcome::CitizenLeft {
            self.effect(slot, Effect::Resume { contact }, out);
        }
    }
}
