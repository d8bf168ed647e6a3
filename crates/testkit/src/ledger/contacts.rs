//! What happens to contacts: each event is an edge of the published table.

use super::*;

impl Ledger {
    pub(super) fn arrived(
        &mut self,
        id: ContactId,
        channel: Channel,
        (origin, language): (Origin, Language),
        stage: Stage,
    ) -> Checked {
        let slot = id.slot() as usize;
        if self.open.len() <= slot {
            self.open.resize_with(slot + 1, || None);
            self.lives.resize(slot + 1, None);
        }
        let earlier = self.lives[slot].replace(id.generation());
        let new = earlier.is_none_or(|generation| generation < id.generation());
        hold!(new, "S1", "{id:?} was used before");
        hold!(
            self.open[slot].is_none(),
            "S1",
            "the slot of {id:?} is taken"
        );
        self.arrived += 1;
        self.n_open += 1;
        self.open[slot] = Some(Entry {
            id,
            stage,
            queue: QueueId::NONE,
            adviser: AdviserId::NONE,
            enqueued: self.at,
            since: self.at,
            deadline: Timestamp::NEVER,
            channel,
            origin,
            language,
            class: 0,
            sequence: 0,
            offer: None,
            bars: Vec::new(),
            needs: Needs::NONE,
            alone: false,
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
        });
        Ok(())
    }

    pub(super) fn needs(&mut self, id: ContactId, needs: Needs) -> Checked {
        let exists = needs.not_to.idx() < self.people.len();
        let entry = self.entry(id)?;
        let edge = matches!(entry.stage, Stage::Created | Stage::InMenu);
        let talking = matches!(entry.stage, Stage::Active | Stage::Held);
        hold!(
            edge || talking,
            "S1",
            "{id:?} has needs while {:?}",
            entry.stage
        );
        let due = if talking { entry.needs.due } else { needs.due };
        entry.needs = Needs { due, ..needs };
        if exists {
            entry.bars.retain(|(barred, _)| *barred != needs.not_to);
            entry.bars.push((needs.not_to, Timestamp::NEVER));
        }
        Ok(())
    }

    pub(super) fn queued(
        &mut self,
        id: ContactId,
        queue: QueueId,
        (language, class): (Language, u8),
        enqueued: Timestamp,
    ) -> Checked {
        let rule = self.rules.queues.get(queue.idx());
        let limit = rule.map_or(0, |rule| rule.max_waiting as usize);
        let waiting = self.waiting.get(queue.idx()).copied().unwrap_or(0);
        hold!(
            waiting < limit,
            "S14",
            "{waiting} wait in {queue:?} and {id:?} was let in"
        );
        let known = usize::from(class) < self.rules.classes.len();
        hold!(known, "S8", "{id:?} has the unknown class {class}");
        hold!(
            enqueued <= self.at,
            "S9",
            "{id:?} has waited since {enqueued:?}"
        );
        let goal_us = self.rules.queues[queue.idx()].goal_us;
        self.flows[queue.idx()].entered += 1;
        self.waiting[queue.idx()] += 1;
        self.sequences += 1;
        let sequence = self.sequences;
        let entry = self.entry(id)?;
        let from = entry.stage;
        let edge = matches!(from, Stage::Created | Stage::InMenu);
        hold!(edge, "S1", "{id:?} went from {from:?} into line");
        entry.stage = Stage::Queued;
        entry.queue = queue;
        entry.language = language;
        entry.class = class;
        entry.enqueued = enqueued;
        entry.since = enqueued;
        if !entry.is_live() && entry.needs.due != Timestamp::NEVER {
            entry.since = entry.needs.due.plus_us(-goal_us);
        }
        entry.sequence = sequence;
        self.begin_rings(id)
    }

    /// The ring that fits the wait; and whether somebody is asked alone first.
    fn begin_rings(&mut self, id: ContactId) -> Checked {
        let entry = self.seen(id)?;
        let rule = &self.rules.queues[entry.queue.idx()];
        let ring = self.ring_for(entry);
        let named = entry.needs.named;
        let barred = entry.bars.iter().any(|(who, _)| *who == named);
        let alone = rule.named_us > 0 && !barred && self.named_is_able(entry);
        let until = self.at.plus_us(rule.named_us);
        let entry = self.entry(id)?;
        entry.ring = ring;
        entry.alone = alone;
        if alone {
            entry.deadline = until;
        }
        Ok(())
    }

    pub(super) fn offered(
        &mut self,
        offer: OfferId,
        id: ContactId,
        adviser: AdviserId,
        why: Why,
    ) -> Checked {
        let newer = self.last_offer.is_none_or(|last| last < offer.number());
        hold!(newer, "S12", "{offer:?} was used before");
        hold!(
            offer.slot() == id.slot(),
            "S12",
            "{offer:?} is not of {id:?}"
        );
        self.last_offer = Some(offer.number());
        let entry = self.seen(id)?;
        let from = entry.stage;
        hold!(
            from == Stage::Queued,
            "S3",
            "{id:?} was offered while {from:?}"
        );
        self.may_be_offered(adviser, entry)?;
        self.order_holds(adviser, entry, why)?;
        let queue = entry.queue;
        self.made_room = false;
        self.waiting[queue.idx()] -= 1;
        let entry = self.entry(id)?;
        entry.stage = Stage::Offered;
        entry.offer = Some(offer);
        entry.deadline = Timestamp::NEVER;
        entry.alone = false;
        self.hand_to(id, adviser)?;
        self.load_holds(adviser)
    }

    pub(super) fn answered(
        &mut self,
        offer: OfferId,
        id: ContactId,
        adviser: AdviserId,
    ) -> Checked {
        self.step(id, adviser, &[Stage::Offered], Stage::Active)?;
        let entry = self.entry(id)?;
        let live = entry.offer.take();
        let (queue, callback) = (entry.queue, entry.callback);
        hold!(
            live == Some(offer),
            "S12",
            "{offer:?} was answered, but {live:?} is live"
        );
        hold!(
            !callback,
            "S20",
            "{id:?} is answered, but nobody is on the line"
        );
        self.flows[queue.idx()].answered += 1;
        Ok(())
    }

    pub(super) fn offer_ended(
        &mut self,
        (offer, id): (OfferId, ContactId),
        adviser: AdviserId,
        outcome: OfferOutcome,
        barred_until: Timestamp,
    ) -> Checked {
        self.step(id, adviser, &[Stage::Offered], Stage::Queued)?;
        let live = self.entry(id)?.offer.take();
        hold!(
            live == Some(offer),
            "S12",
            "{offer:?} ended, but {live:?} is live"
        );
        let reason = match outcome {
            OfferOutcome::Declined => Some(NotReady::Declined),
            OfferOutcome::Expired => Some(NotReady::NoAnswer),
            OfferOutcome::Busy => Some(NotReady::PhoneBusy),
            OfferOutcome::Unreachable | OfferOutcome::BridgeFailed => {
                Some(NotReady::PhoneUnreachable)
            }
            OfferOutcome::CitizenLeft
            | OfferOutcome::Fault
            | OfferOutcome::PresenceLost
            | OfferOutcome::AdviserLeft
            | OfferOutcome::Interrupted => None,
        };
        if reason.is_some() {
            self.person(adviser)?.not_ready = reason;
        }
        if matches!(outcome, OfferOutcome::CitizenLeft | OfferOutcome::Fault) {
            self.leaving = Some(id);
        }
        if outcome == OfferOutcome::Interrupted {
            self.made_room = true;
        }
        let expected = if reason.is_some() {
            self.bar_for(id, adviser)?
        } else {
            Timestamp::ZERO
        };
        self.back_in_line(id, adviser, (barred_until, expected))
    }

    /// S9: nobody is barred when no other who is signed in could take it.
    fn bar_for(&self, id: ContactId, adviser: AdviserId) -> Result<Timestamp, Violation> {
        let entry = self.seen(id)?;
        let other = |other: &AdviserId| {
            *other != adviser && self.people[other.idx()].signed_in && self.qualifies(*other, entry)
        };
        if self.everybody().any(|id| other(&id)) {
            Ok(self.at.plus_us(self.rules.bar_us))
        } else {
            Ok(Timestamp::ZERO)
        }
    }

    /// S9: keeps its place, and the one who let it go is not asked again for a while.
    fn back_in_line(
        &mut self,
        id: ContactId,
        adviser: AdviserId,
        (barred_until, expected): (Timestamp, Timestamp),
    ) -> Checked {
        let at = self.at;
        hold!(
            barred_until == expected,
            "S9",
            "{id:?} let go by {adviser:?} is barred until {barred_until:?}, not {expected:?}"
        );
        self.take_from(id)?;
        let entry = self.entry(id)?;
        entry.stage = Stage::Queued;
        if barred_until > Timestamp::ZERO {
            let own = entry.bars.contains(&(adviser, Timestamp::NEVER));
            entry.bars.retain(|(barred, _)| *barred != adviser);
            let until = if own { Timestamp::NEVER } else { barred_until };
            entry.bars.push((adviser, until));
        }
        entry.forget_bars(at);
        let queue = entry.queue;
        self.waiting[queue.idx()] += 1;
        Ok(())
    }

    pub(super) fn set_aside(&mut self, id: ContactId, adviser: AdviserId, aside: bool) -> Checked {
        let live = self.seen(id)?.is_live();
        hold!(!live, "S4", "{id:?} cannot wait and was laid aside");
        if aside {
            let from = [Stage::Active, Stage::Held];
            self.step(id, adviser, &from, Stage::SetAside)?;
        } else {
            self.step(id, adviser, &[Stage::SetAside], Stage::Active)?;
        }
        let weight = self.weight(id)?;
        let person = self.person(adviser)?;
        if aside {
            person.used -= weight;
            self.made_room = true;
        } else {
            person.used += weight;
        }
        self.load_holds(adviser)
    }

    pub(super) fn ended(&mut self, id: ContactId, adviser: AdviserId, until: Timestamp) -> Checked {
        let entry = self.seen(id)?;
        let aside = entry.stage == Stage::SetAside;
        let mut full = self.at;
        if aside {
            let weight = self.weight(id)?;
            self.person(adviser)?.used += weight;
        } else {
            full = full.plus_us(self.rules.queues[entry.queue.idx()].wrap_up_us);
        }
        let from = [Stage::Active, Stage::Held, Stage::SetAside];
        self.step(id, adviser, &from, Stage::WrapUp)?;
        hold!(
            until == full,
            "S7",
            "the wrap-up of {id:?} ends at {until:?}, not {full:?}"
        );
        self.entry(id)?.deadline = until;
        Ok(())
    }

    pub(super) fn transferred(
        &mut self,
        id: ContactId,
        adviser: AdviserId,
        (from, queue, class): (QueueId, QueueId, u8),
        barred_until: Timestamp,
    ) -> Checked {
        self.step(id, adviser, &[Stage::Active, Stage::Held], Stage::Queued)?;
        let allowed = &self.rules.queues[from.idx()].transfers;
        hold!(
            allowed.contains(&queue),
            "S21",
            "no rule sends {id:?} from {from:?} to {queue:?}"
        );
        let expected = self.at.plus_us(self.rules.bar_us);
        self.moves_on(id, from, queue)?;
        self.entry(id)?.class = class;
        self.flows[from.idx()].transferred_out += 1;
        self.flows[queue.idx()].transferred_in += 1;
        self.back_in_line(id, adviser, (barred_until, expected))?;
        self.becomes_free(adviser);
        Ok(())
    }

    /// From one queue to another, never to one that it has left.
    fn moves_on(&mut self, id: ContactId, from: QueueId, queue: QueueId) -> Checked {
        let entry = self.entry(id)?;
        let was = core::mem::replace(&mut entry.queue, queue);
        hold!(
            was == from,
            "S2",
            "{id:?} went on from {from:?} but was in {was:?}"
        );
        hold!(
            !entry.left.contains(&queue),
            "S21",
            "{id:?} goes round in a loop to {queue:?}"
        );
        entry.left.push(from);
        entry.overdue = false;
        entry.alone = false;
        let ring = self.ring_for(self.seen(id)?);
        self.entry(id)?.ring = ring;
        Ok(())
    }

    pub(super) fn overflowed(&mut self, id: ContactId, from: QueueId, queue: QueueId) -> Checked {
        let (at, stage) = (self.at, self.seen(id)?.stage);
        hold!(
            stage == Stage::Queued,
            "S13",
            "{id:?} moved on while {stage:?}"
        );
        let to = self.rules.queues[from.idx()].overflow;
        let allowed = to.is_some_and(|to| to.to == queue);
        hold!(allowed, "S21", "no rule moves {id:?} on to {queue:?}");
        self.moves_on(id, from, queue)?;
        self.entry(id)?.forget_bars(at);
        self.flows[from.idx()].overflowed_out += 1;
        self.flows[queue.idx()].overflowed_in += 1;
        self.waiting[from.idx()] -= 1;
        self.waiting[queue.idx()] += 1;
        Ok(())
    }

    pub(super) fn returned(&mut self, id: ContactId, adviser: AdviserId) -> Checked {
        let gone = self.person(adviser)?.absent_until;
        let due = gone.is_some_and(|until| until <= self.at);
        hold!(
            due,
            "S9",
            "{id:?} went back although {adviser:?} is gone until {gone:?}"
        );
        let channel = self.seen(id)?.channel;
        hold!(
            channel != Channel::Voice,
            "S9",
            "the call {id:?} went back in line"
        );
        self.goes_back(id, adviser, (Timestamp::ZERO, Timestamp::ZERO))
    }

    pub(super) fn given_back(
        &mut self,
        id: ContactId,
        adviser: AdviserId,
        barred_until: Timestamp,
    ) -> Checked {
        let live = self.seen(id)?.is_live();
        hold!(!live, "S9", "{id:?} cannot wait and was given back");
        let expected = self.bar_for(id, adviser)?;
        self.goes_back(id, adviser, (barred_until, expected))
    }

    fn goes_back(
        &mut self,
        id: ContactId,
        adviser: AdviserId,
        bar: (Timestamp, Timestamp),
    ) -> Checked {
        let aside = self.seen(id)?.stage == Stage::SetAside;
        let from = [Stage::Active, Stage::Held, Stage::SetAside];
        self.step(id, adviser, &from, Stage::Queued)?;
        if aside {
            let weight = self.weight(id)?;
            self.person(adviser)?.used += weight;
        }
        let queue = self.seen(id)?.queue;
        self.flows[queue.idx()].returned += 1;
        self.back_in_line(id, adviser, bar)?;
        self.becomes_free(adviser);
        Ok(())
    }

    pub(super) fn closed(&mut self, id: ContactId, queue: QueueId, reason: CloseReason) -> Checked {
        let entry = self.seen(id)?.clone();
        let from = entry.stage;
        let in_line = !matches!(
            reason,
            CloseReason::Served
                | CloseReason::LeftInMenu
                | CloseReason::QueueFull
                | CloseReason::HandedOver
        );
        let edge = match from {
            Stage::Created => reason == CloseReason::QueueFull,
            Stage::InMenu => !matches!(reason, CloseReason::Served | CloseReason::Abandoned),
            Stage::Queued | Stage::Parked => in_line,
            Stage::Active if entry.is_consult => {
                matches!(reason, CloseReason::Lost | CloseReason::HandedOver)
            }
            Stage::Active | Stage::Held | Stage::SetAside => {
                matches!(reason, CloseReason::Lost | CloseReason::Fault)
            }
            Stage::WrapUp => reason == CloseReason::Served,
            Stage::Offered | Stage::Consulting | Stage::Dialling => false,
        };
        hold!(edge, "S1", "{id:?} was closed as {reason:?} while {from:?}");
        let talks = entry.peer.is_some() && reason != CloseReason::HandedOver;
        hold!(
            !talks || from == Stage::Created,
            "S21",
            "{id:?} was closed in the middle of a consultation"
        );
        if from == Stage::SetAside {
            let weight = self.weight(id)?;
            self.person(entry.adviser)?.used += weight;
        }
        if entry.adviser != AdviserId::NONE {
            self.take_from(id)?;
            self.becomes_free(entry.adviser);
        }
        self.open[id.slot() as usize] = None;
        self.closed += 1;
        self.n_open -= 1;
        if reason == CloseReason::QueueFull {
            return self.refused(id, queue);
        }
        hold!(
            queue == entry.queue,
            "S2",
            "{id:?} closed in {queue:?}, was in {:?}",
            entry.queue
        );
        if from == Stage::Queued {
            self.waiting[queue.idx()] -= 1;
        }
        if from.before_an_answer() {
            self.flows[queue.idx()].closed_waiting += 1;
        } else if from.in_hand() {
            self.flows[queue.idx()].closed_after += 1;
        }
        Ok(())
    }

    fn refused(&mut self, id: ContactId, queue: QueueId) -> Checked {
        let waiting = self.waiting.get(queue.idx()).copied();
        let limit = self.rules.queues.get(queue.idx());
        let limit = limit.map(|rule| rule.max_waiting as usize);
        let full = waiting.is_some() && waiting >= limit;
        hold!(
            full,
            "S14",
            "{id:?} was refused: {waiting:?} of {limit:?} waited"
        );
        self.flows[queue.idx()].entered += 1;
        self.flows[queue.idx()].refused += 1;
        Ok(())
    }

    pub(super) fn consult_started(
        &mut self,
        id: ContactId,
        consult: ContactId,
        adviser: AdviserId,
        queue: QueueId,
    ) -> Checked {
        let citizens = self.seen(id)?.clone();
        let rule = &self.rules.queues[citizens.queue.idx()];
        hold!(
            rule.consults.contains(&queue) && !citizens.is_consult,
            "S21",
            "no rule lets {queue:?} be asked about {id:?}"
        );
        let from = [Stage::Active, Stage::Held];
        self.step(id, adviser, &from, Stage::Consulting)?;
        let own = self.entry(consult)?;
        let alike = own.channel == citizens.channel && own.origin == citizens.origin;
        hold!(
            own.stage == Stage::Created && alike,
            "S21",
            "{consult:?} is not a new consultation about {id:?}"
        );
        own.is_consult = true;
        own.peer = Some(id);
        own.needs.clearance = citizens.needs.clearance;
        let for_ever = |bar: &&(AdviserId, Timestamp)| bar.1 == Timestamp::NEVER;
        own.bars = citizens.bars.iter().filter(for_ever).copied().collect();
        self.entry(id)?.peer = Some(consult);
        Ok(())
    }

    pub(super) fn consult_ended(
        &mut self,
        id: ContactId,
        consult: ContactId,
        outcome: ConsultOutcome,
    ) -> Checked {
        let handed = outcome == ConsultOutcome::HandedOver;
        let entry = self.entry(id)?;
        let fits = if handed {
            entry.stage == Stage::Active
        } else {
            entry.stage == Stage::Consulting && entry.peer == Some(consult)
        };
        hold!(
            fits,
            "S21",
            "{consult:?} about {id:?} ended as {outcome:?} while {:?}",
            entry.stage
        );
        entry.stage = Stage::Active;
        entry.peer = None;
        entry.joined = false;
        if let Ok(own) = self.entry(consult) {
            hold!(
                own.peer == Some(id),
                "S21",
                "{consult:?} was not about {id:?}"
            );
            own.peer = None;
        }
        Ok(())
    }

    pub(super) fn handed_over(
        &mut self,
        id: ContactId,
        (from, to): (AdviserId, AdviserId),
        queue: QueueId,
    ) -> Checked {
        self.step(id, from, &[Stage::Consulting], Stage::Active)?;
        let entry = self.seen(id)?;
        let was = entry.queue;
        let barred = entry.bars.contains(&(to, Timestamp::NEVER));
        hold!(!barred, "S6", "{id:?} was handed over to {to:?}, barred");
        self.take_from(id)?;
        self.becomes_free(from);
        self.moves_on(id, was, queue)?;
        self.flows[was.idx()].handed_out += 1;
        self.flows[queue.idx()].handed_in += 1;
        self.hand_to(id, to)?;
        self.load_holds(to)
    }

    /// Citizen, adviser and expert talk all three, or no longer do: only while the expert is there.
    pub(super) fn conference_set(
        &mut self,
        (id, consult): (ContactId, ContactId),
        adviser: AdviserId,
        joined: bool,
    ) -> Checked {
        self.step(id, adviser, &[Stage::Consulting], Stage::Consulting)?;
        let talks = self.seen(consult)?.stage == Stage::Active;
        let entry = self.entry(id)?;
        let fits = talks && entry.peer == Some(consult) && entry.joined != joined;
        hold!(fits, "S21", "{consult:?} is not to be joined to {id:?}");
        entry.joined = joined;
        Ok(())
    }

    /// An adviser with room for a call rings somebody, who has just come into being.
    pub(super) fn called_out(
        &mut self,
        id: ContactId,
        adviser: AdviserId,
        (queue, class): (QueueId, u8),
        expires: Timestamp,
    ) -> Checked {
        let entry = self.seen(id)?;
        let new = entry.stage == Stage::Created && entry.channel == Channel::Voice;
        hold!(new, "S1", "{id:?} is rung while {:?}", entry.stage);
        let there = self.working(adviser)?.absent_until.is_none();
        hold!(there, "S6", "{adviser:?} rings {id:?} and is not there");
        self.flows[queue.idx()].entered += 1;
        self.sequences += 1;
        let sequence = self.sequences;
        let entry = self.entry(id)?;
        entry.stage = Stage::Dialling;
        entry.queue = queue;
        entry.class = class;
        entry.sequence = sequence;
        entry.callback = true;
        entry.out = true;
        entry.attempts = 1;
        entry.deadline = expires;
        let ring = self.ring_for(self.seen(id)?);
        self.entry(id)?.ring = ring;
        self.hand_to(id, adviser)?;
        self.load_holds(adviser)
    }

    pub(super) fn callback_asked(
        &mut self,
        id: ContactId,
        from: Timestamp,
        until: Timestamp,
    ) -> Checked {
        let at = self.at;
        let entry = self.entry(id)?;
        let waits = entry.stage == Stage::Queued && !entry.callback && !entry.is_consult;
        hold!(waits, "S20", "{id:?} is to be rung while {:?}", entry.stage);
        entry.callback = true;
        entry.attempts_before = entry.attempts;
        entry.promised = until;
        entry.failed = 0;
        if from > at {
            entry.stage = Stage::Parked;
            entry.deadline = from;
            entry.alone = false;
            let queue = entry.queue;
            self.waiting[queue.idx()] -= 1;
        }
        Ok(())
    }

    pub(super) fn callback_due(&mut self, id: ContactId) -> Checked {
        let at = self.at;
        let entry = self.entry(id)?;
        let due = entry.stage == Stage::Parked && entry.deadline <= at;
        hold!(due, "S20", "{id:?} is due while {:?}", entry.stage);
        entry.stage = Stage::Queued;
        entry.forget_bars(at);
        let queue = entry.queue;
        self.waiting[queue.idx()] += 1;
        Ok(())
    }

    pub(super) fn dialling(
        &mut self,
        (offer, id): (OfferId, ContactId),
        adviser: AdviserId,
        attempt: u8,
        expires: Timestamp,
    ) -> Checked {
        self.step(id, adviser, &[Stage::Offered], Stage::Dialling)?;
        let most = self.most_attempts;
        let entry = self.entry(id)?;
        let live = entry.offer.take();
        hold!(
            live == Some(offer),
            "S12",
            "{offer:?} was answered, but {live:?} is live"
        );
        hold!(entry.callback, "S20", "{id:?} is rung but on the line");
        hold!(
            attempt == entry.attempts + 1 && attempt - entry.attempts_before <= most,
            "S20",
            "{id:?} is rung for time {attempt} of {most} after {}",
            entry.attempts
        );
        entry.attempts = attempt;
        entry.deadline = expires;
        Ok(())
    }

    pub(super) fn callback_answered(&mut self, id: ContactId, adviser: AdviserId) -> Checked {
        self.step(id, adviser, &[Stage::Dialling], Stage::Active)?;
        let entry = self.entry(id)?;
        entry.callback = false;
        let queue = entry.queue;
        self.flows[queue.idx()].answered += 1;
        Ok(())
    }

    pub(super) fn callback_missed(
        &mut self,
        id: ContactId,
        (adviser, cause): (AdviserId, FailCause),
        retry_at: Timestamp,
    ) -> Checked {
        // What failed on our side does not count.
        let ours = cause == FailCause::BridgeFailed;
        self.step(id, adviser, &[Stage::Dialling], Stage::Parked)?;
        self.take_from(id)?;
        self.becomes_free(adviser);
        let rule = self.rules.callback;
        let at = self.at;
        let entry = self.entry(id)?;
        entry.deadline = retry_at;
        let over = if ours {
            at >= entry.promised
        } else {
            entry.attempts - entry.attempts_before >= rule.attempts
        };
        let expected = if entry.out || over || entry.attempts == u8::MAX {
            Timestamp::NEVER
        } else if ours {
            let pause = crate::reference::pause_of_ours(rule.retry_us, entry.failed);
            at.plus_us(pause).min(entry.promised)
        } else {
            at.plus_us(rule.retry_us)
        };
        entry.attempts_before += u8::from(ours);
        entry.failed += u32::from(ours);
        hold!(
            retry_at == expected,
            "S20",
            "{id:?} is tried again at {retry_at:?}, not {expected:?}"
        );
        Ok(())
    }

    /// One edge of the table, with the one adviser who has the contact.
    pub(super) fn step(
        &mut self,
        id: ContactId,
        adviser: AdviserId,
        from: &[Stage],
        to: Stage,
    ) -> Checked {
        let absent = self.person(adviser)?.absent_until;
        let entry = self.entry(id)?;
        let stage = entry.stage;
        hold!(
            from.contains(&stage),
            "S1",
            "{id:?} went from {stage:?} to {to:?}"
        );
        let has = entry.adviser;
        hold!(
            has == adviser,
            "S3",
            "{adviser:?} acts for {id:?}, but {has:?} has it"
        );
        entry.stage = to;
        if matches!(
            to,
            Stage::Active | Stage::Held | Stage::SetAside | Stage::Consulting
        ) {
            let goes_back = entry.channel != Channel::Voice;
            let until = absent.filter(|_| goes_back);
            entry.deadline = until.unwrap_or(Timestamp::NEVER);
        }
        Ok(())
    }

    pub(super) fn weight(&self, id: ContactId) -> Result<u16, Violation> {
        Ok(self.rules.weights[self.seen(id)?.channel as usize])
    }

    /// The adviser has it and its weight from now on.
    fn hand_to(&mut self, id: ContactId, adviser: AdviserId) -> Checked {
        let weight = self.weight(id)?;
        let person = self.person(adviser)?;
        person.has.push(id.slot());
        person.used += weight;
        self.entry(id)?.adviser = adviser;
        Ok(())
    }

    /// Nobody has it any more.
    fn take_from(&mut self, id: ContactId) -> Checked {
        let weight = self.weight(id)?;
        let adviser = core::mem::replace(&mut self.entry(id)?.adviser, AdviserId::NONE);
        let person = self.person(adviser)?;
        person.has.retain(|slot| *slot != id.slot());
        person.used = person.used.saturating_sub(weight);
        Ok(())
    }
}
