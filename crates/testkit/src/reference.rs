//! The reference: the routing rules once more, slow and obvious, to hold `linje-routing` against.
//!
//! Written from the specification and never from the engine's code. Plain lists, raw skills, linear
//! scans; nothing is indexed, cached or shared with the engine, so that the two can only agree by
//! both being right. It must never be used to route anybody.

use linje_event::{
    By, CloseReason, Command, Entry, Event, FailCause, NotReady, OfferOutcome, Rejection, Why,
    WhyRule, WrapUpAction,
};
use linje_routing::{AdviserRule, AdviserState, CAPACITY, Requirement, Rules};
use linje_types::{
    Activity, AdviserId, Channel, Channels, ContactId, Language, OfferId, Origin, Origins, QueueId,
    Timestamp, TopicId,
};

/// How many deadlines one [`Command::Tick`] fires.
pub const FIRED_PER_TICK: usize = 256;

/// Where a contact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// In a menu.
    InMenu,
    /// In line.
    Waiting,
    /// Presented to an adviser.
    Offered {
        /// The offer.
        offer: OfferId,
        /// When it ends by itself.
        expires: Timestamp,
    },
    /// In conversation.
    Talking,
    /// On hold.
    OnHold,
    /// Over for the citizen.
    WrappingUp {
        /// When the wrap-up ends by itself.
        until: Timestamp,
    },
}

/// An open contact.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// Its channel.
    pub channel: Channel,
    /// Live or synthetic.
    pub origin: Origin,
    /// The language wanted.
    pub language: Language,
    /// Its topic.
    pub topic: TopicId,
    /// Its queue, or `NONE`.
    pub queue: QueueId,
    /// Its priority class.
    pub class: u8,
    /// When it came.
    pub arrived: Timestamp,
    /// Since when it counts as waiting.
    pub enqueued: Timestamp,
    /// Its number among all that were ever put in line.
    pub sequence: u64,
    /// Where it is.
    pub stage: Stage,
    /// Who has it, or `NONE`.
    pub adviser: AdviserId,
    /// Who let it go, and until when they are not asked again.
    pub bars: Vec<(AdviserId, Timestamp)>,
}

/// What an adviser is and does now.
#[derive(Debug, Clone)]
pub struct Adviser {
    /// Whether the day has begun.
    pub signed_in: bool,
    /// Whether desk or phone is there.
    pub present: bool,
    /// What they do.
    pub activity: Activity,
    /// Why they get no offers, if they do not.
    pub not_ready: Option<NotReady>,
    /// Whom they meet.
    pub origins: Origins,
    /// When, while they are gone, their written contacts go back.
    pub return_at: Timestamp,
    /// Place among the idle: the lowest has been idle longest.
    pub idle_number: u64,
    /// When that number was taken.
    pub idle_since: Timestamp,
}

/// The whole model.
#[derive(Debug, Clone)]
pub struct Reference {
    rules: Rules,
    contacts: Vec<Contact>,
    advisers: Vec<Adviser>,
    sequences: u64,
    idle_numbers: u64,
    offers: u32,
    now: Timestamp,
    events: Vec<Event>,
}

impl Reference {
    /// A centre at rest: nobody in line, nobody signed in.
    #[must_use]
    pub fn new(rules: &Rules) -> Reference {
        let advisers = rules.advisers.iter().map(Adviser::before_the_day);
        Reference {
            advisers: advisers.collect(),
            rules: rules.clone(),
            contacts: Vec::new(),
            sequences: 0,
            idle_numbers: 0,
            offers: 0,
            now: Timestamp::ZERO,
            events: Vec::new(),
        }
    }

    /// Does what `command` asks at `now`. The events, or why nothing happened.
    ///
    /// `next_contact` is the id that the engine says comes next: ids are given, not part of the rules.
    ///
    /// # Errors
    /// The [`Rejection`]; then nothing has changed.
    pub fn handle(
        &mut self,
        command: &Command,
        now: Timestamp,
        next_contact: ContactId,
    ) -> Result<Vec<Event>, Rejection> {
        self.now = now;
        self.events.clear();
        self.run(command, next_contact)?;
        Ok(core::mem::take(&mut self.events))
    }

    /// The open contacts, in no order that means anything.
    #[must_use]
    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    /// The open contact with this id.
    #[must_use]
    pub fn contact(&self, id: ContactId) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.id == id)
    }

    /// The advisers, by id.
    #[must_use]
    pub fn advisers(&self) -> &[Adviser] {
        &self.advisers
    }

    /// The rules it runs on.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The earliest moment at which something happens by itself, or `NEVER`.
    #[must_use]
    pub fn next_deadline(&self) -> Timestamp {
        let all = self.contacts.iter().map(|contact| self.deadline(contact));
        all.min().unwrap_or(Timestamp::NEVER)
    }

    /// How many wait in `queue`; those who are just presented to somebody do not.
    #[must_use]
    pub fn waiting(&self, queue: QueueId) -> usize {
        let waits = |contact: &&Contact| contact.queue == queue && contact.stage == Stage::Waiting;
        self.contacts.iter().filter(waits).count()
    }

    /// Share of [`CAPACITY`] in use.
    #[must_use]
    pub fn used(&self, adviser: AdviserId) -> u16 {
        let theirs = |contact: &&Contact| contact.adviser == adviser;
        let weight = |contact: &Contact| self.rules.weights[contact.channel as usize];
        self.contacts.iter().filter(theirs).map(weight).sum()
    }

    /// The place in its queue, 1 = first, of a contact that waits.
    #[must_use]
    pub fn position(&self, id: ContactId) -> Option<usize> {
        let own = self.contact(id)?;
        if own.stage != Stage::Waiting {
            return None;
        }
        let before = |other: &&Contact| {
            other.stage == Stage::Waiting
                && other.queue == own.queue
                && self.order(other) < self.order(own)
        };
        Some(1 + self.contacts.iter().filter(before).count())
    }

    /// The earliest moment that somebody who waits in `queue` counts as having waited since.
    #[must_use]
    pub fn oldest(&self, queue: QueueId) -> Option<Timestamp> {
        let waits = |contact: &&Contact| contact.queue == queue && contact.stage == Stage::Waiting;
        let all = self.contacts.iter().filter(waits);
        all.map(|contact| contact.enqueued).min()
    }

    /// The contacts that an adviser has, lowest slot first.
    #[must_use]
    pub fn contacts_of(&self, id: AdviserId) -> Vec<ContactId> {
        let theirs = self.contacts.iter().filter(|contact| contact.adviser == id);
        let mut found: Vec<ContactId> = theirs.map(|contact| contact.id).collect();
        found.sort_by_key(|contact| contact.slot());
        found
    }

    /// Whether an offer of some kind could come to this adviser now.
    #[must_use]
    pub fn free(&self, id: AdviserId) -> bool {
        let mut channels = Channel::ALL.iter();
        channels.any(|channel| self.open_for(id, *channel))
    }

    /// What the adviser does, in the words of the Trafikkbilde: the most pressing thing of all.
    #[must_use]
    pub fn state_of(&self, id: AdviserId) -> AdviserState {
        let adviser = &self.advisers[id.idx()];
        let stages: Vec<Stage> = self
            .contacts
            .iter()
            .filter(|contact| contact.adviser == id)
            .map(|contact| contact.stage)
            .collect();
        let any = |wanted: fn(&Stage) -> bool| stages.iter().any(wanted);
        if !adviser.signed_in {
            AdviserState::SignedOut
        } else if any(|stage| matches!(stage, Stage::Talking | Stage::OnHold)) {
            AdviserState::Busy
        } else if any(|stage| matches!(stage, Stage::Offered { .. })) {
            AdviserState::Offered
        } else if any(|stage| matches!(stage, Stage::WrappingUp { .. })) {
            AdviserState::WrapUp
        } else if !adviser.present || Channels::of(adviser.activity) == Channels::NONE {
            AdviserState::Away
        } else if adviser.not_ready.is_some() {
            AdviserState::NotReady
        } else {
            AdviserState::Ready
        }
    }

    /// What those do who have what some contact of `queue` on `channel` needs.
    #[must_use]
    pub fn states_of(&self, queue: QueueId, channel: Channel) -> Vec<AdviserState> {
        let mut states = Vec::new();
        for id in self.adviser_ids() {
            let serves = |language: &Language| {
                let needs =
                    |origin: &Origin| self.has_skills(id, queue, channel, *language, *origin);
                Origin::ALL.iter().any(needs)
            };
            if Language::ALL.iter().any(serves) {
                states.push(self.state_of(id));
            }
        }
        states
    }

    fn run(&mut self, command: &Command, next_contact: ContactId) -> Result<(), Rejection> {
        match *command {
            Command::Arrive { contact, .. } if contact != next_contact => Err(Rejection::WrongId),
            Command::Arrive {
                contact,
                channel,
                topic,
                origin,
                language,
                entry,
            } => self.arrive(contact, channel, topic, origin, language, entry),
            Command::Enqueue {
                contact,
                queue,
                topic,
                language,
                class,
                place,
                ..
            } => self.enqueue(contact, queue, topic, language, class, place),
            Command::Leave { contact } => self.leave(contact),
            Command::Lose { contact } => self.lose(contact),
            Command::Close { contact, reason } => self.close(contact, reason),
            Command::Accept { offer, adviser } => self.accept(offer, adviser),
            Command::Decline { offer, adviser } => self.decline(offer, adviser),
            Command::Fail { offer, cause } => self.fail(offer, cause),
            Command::Hold { contact } => self.hold(contact),
            Command::Resume { contact } => self.resume(contact),
            Command::End { contact, adviser } => self.end(contact, adviser),
            Command::Transfer { contact, queue } => self.transfer(contact, queue),
            Command::WrapUp { contact, action } => self.wrap_up(contact, action),
            Command::SignIn { adviser, activity } => self.sign_in(adviser, activity),
            Command::SignOut { adviser } => self.sign_out(adviser),
            Command::Choose { adviser, activity } => self.choose(adviser, activity),
            Command::Meet { adviser, origins } => self.meet(adviser, origins),
            Command::LosePresence { adviser } => self.lose_presence(adviser),
            Command::RegainPresence { adviser } => self.regain_presence(adviser),
            Command::Publish { version } => {
                self.events.push(Event::CentrePublished { version });
                Ok(())
            }
            Command::Tick => {
                self.tick();
                Ok(())
            }
            _ => return Err(Rejection::NotAllowed),
        }
    }
}

/// What citizens do.
impl Reference {
    fn arrive(
        &mut self,
        id: ContactId,
        channel: Channel,
        topic: TopicId,
        origin: Origin,
        language: Language,
        entry: Entry,
    ) -> Result<(), Rejection> {
        if let Entry::Queue { queue, class, .. } = entry {
            self.known_queue(queue)?;
            self.known_class(class)?;
        }
        self.contacts.push(Contact {
            id,
            channel,
            origin,
            language,
            topic,
            queue: QueueId::NONE,
            class: 0,
            arrived: self.now,
            enqueued: self.now,
            sequence: 0,
            stage: Stage::InMenu,
            adviser: AdviserId::NONE,
            bars: Vec::new(),
        });
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
            ..
        } = entry
        {
            self.put_in_line(id, queue, topic, language, class, place);
        }
        Ok(())
    }

    fn enqueue(
        &mut self,
        id: ContactId,
        queue: QueueId,
        topic: TopicId,
        language: Language,
        class: u8,
        place: Timestamp,
    ) -> Result<(), Rejection> {
        if self.known(id)?.stage != Stage::InMenu {
            return Err(Rejection::WrongState);
        }
        self.known_queue(queue)?;
        self.known_class(class)?;
        self.put_in_line(id, queue, topic, language, class, place);
        Ok(())
    }

    fn put_in_line(
        &mut self,
        id: ContactId,
        queue: QueueId,
        topic: TopicId,
        language: Language,
        class: u8,
        place: Timestamp,
    ) {
        if self.waiting(queue) >= self.rules.queues[queue.idx()].max_waiting as usize {
            self.contact_mut(id).queue = queue;
            self.remove(id, CloseReason::QueueFull);
            return;
        }
        // Nobody has waited since a moment that is still to come.
        let enqueued = place.min(self.now);
        self.sequences += 1;
        let sequence = self.sequences;
        let contact = self.contact_mut(id);
        contact.queue = queue;
        contact.topic = topic;
        contact.language = language;
        contact.class = class;
        contact.enqueued = enqueued;
        contact.sequence = sequence;
        contact.stage = Stage::Waiting;
        self.events.push(Event::ContactQueued {
            contact: id,
            queue,
            topic,
            language,
            class,
            enqueued,
        });
        self.find_adviser_for(id);
    }

    fn leave(&mut self, id: ContactId) -> Result<(), Rejection> {
        match self.known(id)?.stage {
            Stage::InMenu => self.remove(id, CloseReason::LeftInMenu),
            Stage::Waiting => self.remove(id, CloseReason::Abandoned),
            Stage::Offered { .. } => self.withdraw_and_remove(id, CloseReason::Abandoned),
            Stage::Talking | Stage::OnHold => self.end_conversation(id, By::Citizen),
            Stage::WrappingUp { .. } => return Err(Rejection::WrongState),
        }
        Ok(())
    }

    fn lose(&mut self, id: ContactId) -> Result<(), Rejection> {
        match self.known(id)?.stage {
            Stage::InMenu | Stage::Waiting => self.remove(id, CloseReason::Lost),
            Stage::Offered { .. } => self.withdraw_and_remove(id, CloseReason::Lost),
            Stage::Talking | Stage::OnHold => {
                let adviser = self.contact_mut(id).adviser;
                self.remove(id, CloseReason::Lost);
                self.find_contacts_for(adviser);
            }
            Stage::WrappingUp { .. } => return Err(Rejection::WrongState),
        }
        Ok(())
    }

    fn close(&mut self, id: ContactId, reason: CloseReason) -> Result<(), Rejection> {
        match self.known(id)?.stage {
            Stage::InMenu | Stage::Waiting => self.remove(id, reason),
            Stage::Offered { .. } => self.withdraw_and_remove(id, reason),
            Stage::Talking | Stage::OnHold | Stage::WrappingUp { .. } => {
                return Err(Rejection::WrongState);
            }
        }
        Ok(())
    }

    fn withdraw_and_remove(&mut self, id: ContactId, reason: CloseReason) {
        let adviser = self.contact_mut(id).adviser;
        self.take_offer_back(id, OfferOutcome::CitizenLeft, Timestamp::ZERO);
        self.remove(id, reason);
        self.find_contacts_for(adviser);
    }
}

/// What advisers do with contacts.
impl Reference {
    fn accept(&mut self, offer: OfferId, adviser: AdviserId) -> Result<(), Rejection> {
        let id = self.known_offer(offer, adviser)?;
        let contact = self.contact_mut(id);
        contact.stage = Stage::Talking;
        let adviser = contact.adviser;
        self.events.push(Event::OfferAccepted {
            offer,
            contact: id,
            adviser,
        });
        Ok(())
    }

    fn decline(&mut self, offer: OfferId, adviser: AdviserId) -> Result<(), Rejection> {
        let id = self.known_offer(offer, adviser)?;
        self.let_go(id, OfferOutcome::Declined, NotReady::Declined);
        Ok(())
    }

    fn fail(&mut self, offer: OfferId, cause: FailCause) -> Result<(), Rejection> {
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
    fn let_go(&mut self, id: ContactId, outcome: OfferOutcome, reason: NotReady) {
        let adviser = self.contact_mut(id).adviser;
        let until = self.bar_until(id, adviser);
        self.take_offer_back(id, outcome, until);
        self.advisers[adviser.idx()].not_ready = Some(reason);
        self.find_adviser_for(id);
    }

    /// `ZERO` when nobody else who is signed in could help: then the same one is asked again.
    fn bar_until(&self, id: ContactId, adviser: AdviserId) -> Timestamp {
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
    fn take_offer_back(&mut self, id: ContactId, outcome: OfferOutcome, barred_until: Timestamp) {
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
    fn back_in_line(&mut self, id: ContactId, adviser: AdviserId, barred_until: Timestamp) {
        let now = self.now;
        let contact = self.contact_mut(id);
        contact.stage = Stage::Waiting;
        contact.adviser = AdviserId::NONE;
        if barred_until > Timestamp::ZERO {
            contact.bars.retain(|(barred, _)| *barred != adviser);
            contact.bars.push((adviser, barred_until));
        }
        contact.bars.retain(|(_, until)| *until > now);
    }

    fn hold(&mut self, id: ContactId) -> Result<(), Rejection> {
        if self.known(id)?.stage != Stage::Talking {
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

    fn resume(&mut self, id: ContactId) -> Result<(), Rejection> {
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

    fn end(&mut self, id: ContactId, adviser: AdviserId) -> Result<(), Rejection> {
        let contact = self.known(id)?;
        if !in_conversation(contact) {
            return Err(Rejection::WrongState);
        }
        if adviser != AdviserId::NONE && adviser != contact.adviser {
            return Err(Rejection::NotYours);
        }
        self.end_conversation(id, By::Adviser);
        Ok(())
    }

    fn end_conversation(&mut self, id: ContactId, by: By) {
        let (queue, adviser) = (self.contact_mut(id).queue, self.contact_mut(id).adviser);
        let wrap_up_us = self.rules.queues[queue.idx()].wrap_up_us;
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
        }
    }

    /// The wrap-up is over.
    fn finish(&mut self, id: ContactId) {
        let adviser = self.contact_mut(id).adviser;
        self.remove(id, CloseReason::Served);
        self.find_contacts_for(adviser);
    }

    fn transfer(&mut self, id: ContactId, queue: QueueId) -> Result<(), Rejection> {
        if !in_conversation(self.known(id)?) {
            return Err(Rejection::WrongState);
        }
        self.known_queue(queue)?;
        let class = self.rules.queues[queue.idx()].class;
        let contact = self.contact_mut(id);
        let adviser = contact.adviser;
        let from = core::mem::replace(&mut contact.queue, queue);
        contact.class = class;
        let barred_until = self.bar_until(id, adviser);
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

    fn wrap_up(&mut self, id: ContactId, action: WrapUpAction) -> Result<(), Rejection> {
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

/// What advisers do with their day.
impl Reference {
    fn sign_in(&mut self, id: AdviserId, activity: Activity) -> Result<(), Rejection> {
        self.known_adviser(id)?;
        if self.advisers[id.idx()].signed_in {
            return Err(Rejection::SignedIn);
        }
        let adviser = &mut self.advisers[id.idx()];
        adviser.signed_in = true;
        adviser.present = true;
        adviser.activity = activity;
        adviser.not_ready = None;
        self.becomes_free(id);
        self.events.push(Event::AdviserSignedIn {
            adviser: id,
            activity,
        });
        self.find_contacts_for(id);
        Ok(())
    }

    fn sign_out(&mut self, id: AdviserId) -> Result<(), Rejection> {
        self.known_signed_in(id)?;
        let offered = self.offered_to(id);
        let all = self.contacts.iter().filter(|contact| contact.adviser == id);
        if all.count() > offered.len() {
            return Err(Rejection::HasContacts);
        }
        for contact in &offered {
            self.take_offer_back(*contact, OfferOutcome::AdviserLeft, Timestamp::ZERO);
        }
        self.advisers[id.idx()].signed_in = false;
        self.events.push(Event::AdviserSignedOut { adviser: id });
        self.find_adviser_for_each(&offered);
        Ok(())
    }

    fn choose(&mut self, id: AdviserId, activity: Activity) -> Result<(), Rejection> {
        self.known_signed_in(id)?;
        let mut offered = self.offered_to(id);
        offered.retain(|contact| {
            let channel = self.contact(*contact).map(|contact| contact.channel);
            channel.is_some_and(|channel| !Channels::of(activity).has(channel))
        });
        for contact in &offered {
            self.take_offer_back(*contact, OfferOutcome::AdviserLeft, Timestamp::ZERO);
        }
        let adviser = &mut self.advisers[id.idx()];
        adviser.activity = activity;
        adviser.not_ready = None;
        self.becomes_free(id);
        self.events.push(Event::ActivityChosen {
            adviser: id,
            activity,
        });
        self.find_adviser_for_each(&offered);
        self.find_contacts_for(id);
        Ok(())
    }

    /// May be chosen before the day begins, and lasts until it is chosen anew.
    fn meet(&mut self, id: AdviserId, origins: Origins) -> Result<(), Rejection> {
        self.known_adviser(id)?;
        self.advisers[id.idx()].origins = origins;
        self.events.push(Event::OriginsChosen {
            adviser: id,
            origins,
        });
        self.find_contacts_for(id);
        Ok(())
    }

    fn lose_presence(&mut self, id: AdviserId) -> Result<(), Rejection> {
        self.known_signed_in(id)?;
        if !self.advisers[id.idx()].present {
            return Err(Rejection::WrongState);
        }
        let offered = self.offered_to(id);
        for contact in &offered {
            self.take_offer_back(*contact, OfferOutcome::PresenceLost, Timestamp::ZERO);
        }
        let return_at = self.now.plus_us(self.rules.return_us);
        self.advisers[id.idx()].present = false;
        self.advisers[id.idx()].return_at = return_at;
        self.events.push(Event::PresenceLost {
            adviser: id,
            return_at,
        });
        self.find_adviser_for_each(&offered);
        Ok(())
    }

    fn regain_presence(&mut self, id: AdviserId) -> Result<(), Rejection> {
        self.known_signed_in(id)?;
        if self.advisers[id.idx()].present {
            return Err(Rejection::WrongState);
        }
        self.advisers[id.idx()].present = true;
        self.becomes_free(id);
        self.events.push(Event::PresenceRegained { adviser: id });
        self.find_contacts_for(id);
        Ok(())
    }

    fn becomes_free(&mut self, id: AdviserId) {
        self.idle_numbers += 1;
        let adviser = &mut self.advisers[id.idx()];
        adviser.idle_number = self.idle_numbers;
        adviser.idle_since = self.now;
    }

    /// Contacts presented to this adviser now, lowest slot first.
    fn offered_to(&self, id: AdviserId) -> Vec<ContactId> {
        let mut found = Vec::new();
        for contact in &self.contacts {
            if contact.adviser == id && matches!(contact.stage, Stage::Offered { .. }) {
                found.push(contact.id);
            }
        }
        found.sort_by_key(|contact| contact.slot());
        found
    }
}

/// What happens by itself.
impl Reference {
    fn tick(&mut self) {
        for _ in 0..FIRED_PER_TICK {
            let due = |contact: &&Contact| self.deadline(contact) <= self.now;
            let order = |contact: &&Contact| (self.deadline(contact), contact.id.slot());
            let Some(next) = self.contacts.iter().filter(due).min_by_key(order) else {
                return;
            };
            self.fire(next.id, next.stage);
        }
    }

    fn fire(&mut self, id: ContactId, stage: Stage) {
        match stage {
            Stage::Waiting => self.end_bar(id),
            Stage::Offered { .. } => self.let_go(id, OfferOutcome::Expired, NotReady::NoAnswer),
            Stage::Talking | Stage::OnHold => self.send_back(id),
            Stage::WrappingUp { .. } => self.finish(id),
            Stage::InMenu => unreachable!("a menu has no deadline"),
        }
    }

    fn end_bar(&mut self, id: ContactId) {
        let now = self.now;
        self.contact_mut(id).bars.retain(|(_, until)| *until > now);
        self.events.push(Event::BarEnded { contact: id });
        self.find_adviser_for(id);
    }

    /// The adviser has been gone too long.
    fn send_back(&mut self, id: ContactId) {
        let contact = self.contact_mut(id);
        let adviser = contact.adviser;
        self.back_in_line(id, adviser, Timestamp::ZERO);
        self.becomes_free(adviser);
        self.events.push(Event::ContactReturned {
            contact: id,
            adviser,
        });
        self.find_adviser_for(id);
    }

    /// When something happens to the contact by itself, or `NEVER`.
    #[must_use]
    pub fn deadline(&self, contact: &Contact) -> Timestamp {
        match contact.stage {
            Stage::InMenu => Timestamp::NEVER,
            Stage::Waiting => {
                let ends = contact.bars.iter().map(|(_, until)| *until);
                ends.min().unwrap_or(Timestamp::NEVER)
            }
            Stage::Offered { expires, .. } => expires,
            Stage::WrappingUp { until } => until,
            Stage::Talking | Stage::OnHold => {
                let adviser = &self.advisers[contact.adviser.idx()];
                if adviser.present || contact.channel == Channel::Voice {
                    Timestamp::NEVER
                } else {
                    adviser.return_at
                }
            }
        }
    }
}

/// Who meets whom.
impl Reference {
    /// Whether the adviser has what the contact needs, whatever they do now.
    fn qualified(&self, id: AdviserId, contact: &Contact) -> bool {
        let (channel, language) = (contact.channel, contact.language);
        self.has_skills(id, contact.queue, channel, language, contact.origin)
    }

    fn has_skills(
        &self,
        id: AdviserId,
        queue: QueueId,
        channel: Channel,
        language: Language,
        origin: Origin,
    ) -> bool {
        let rule = &self.rules.advisers[id.idx()];
        let queue = &self.rules.queues[queue.idx()];
        let language = self.rules.languages[language as usize];
        queue.rings[0].condition.holds(rule, &self.rules)
            && language.is_none_or(|need| meets(rule, need))
            && self.advisers[id.idx()].origins.has(origin)
            && rule.channels.has(channel)
    }

    /// Whether the adviser could take it now, were it not for a bar.
    fn able(&self, id: AdviserId, contact: &Contact) -> bool {
        self.open_for(id, contact.channel) && self.qualified(id, contact)
    }

    /// Whether the adviser is there, ready, and has room for one more of this channel.
    fn open_for(&self, id: AdviserId, channel: Channel) -> bool {
        let adviser = &self.advisers[id.idx()];
        adviser.signed_in
            && adviser.present
            && adviser.not_ready.is_none()
            && Channels::of(adviser.activity).has(channel)
            && self.used(id) + self.rules.weights[channel as usize] <= CAPACITY
            && (channel != Channel::Voice || !self.has_a_call(id))
    }

    /// Nobody has two calls, whatever a call weighs and in whatever state it is.
    fn has_a_call(&self, id: AdviserId) -> bool {
        let mut theirs = self.contacts.iter().filter(|other| other.adviser == id);
        theirs.any(|other| other.channel == Channel::Voice)
    }

    fn barred(&self, id: AdviserId, contact: &Contact) -> bool {
        let mut bars = contact.bars.iter();
        bars.any(|(adviser, until)| *adviser == id && self.now < *until)
    }

    /// First come, first served, but for the head start of the class.
    fn order(&self, contact: &Contact) -> (i64, u64) {
        let head_start = self.rules.classes[usize::from(contact.class)].head_start_us;
        (
            contact.enqueued.0.saturating_sub(head_start),
            contact.sequence,
        )
    }

    fn find_adviser_for_each(&mut self, contacts: &[ContactId]) {
        for contact in contacts {
            self.find_adviser_for(*contact);
        }
    }

    /// The contact waits: the able adviser who has been idle longest gets it.
    fn find_adviser_for(&mut self, id: ContactId) {
        let Some(contact) = self.contact(id) else {
            return;
        };
        let mut able: Vec<AdviserId> = Vec::new();
        let mut passed_over = false;
        for adviser in self.adviser_ids() {
            if !self.able(adviser, contact) {
                continue;
            }
            if self.barred(adviser, contact) {
                passed_over = true;
            } else {
                able.push(adviser);
            }
        }
        able.sort_by_key(|adviser| self.advisers[adviser.idx()].idle_number);
        let Some(&chosen) = able.first() else {
            return;
        };
        let runner_up = able.get(1).copied().unwrap_or(AdviserId::NONE);
        let why = Why {
            rule: WhyRule::IdleLongest,
            ring: 0,
            class: contact.class,
            barred: passed_over,
            able: u32::try_from(able.len()).unwrap_or(u32::MAX),
            idle_ms: self.idle_ms(chosen),
            runner_up,
            runner_up_idle_ms: self.idle_ms(runner_up),
            waited_ms: millis(self.now.since_us(contact.enqueued)),
        };
        self.offer(id, chosen, why);
    }

    /// The adviser is free: the first in line among those they can take, until there is no more room.
    fn find_contacts_for(&mut self, adviser: AdviserId) {
        while let Some((id, why)) = self.first_in_line(adviser) {
            self.offer(id, adviser, why);
        }
    }

    fn first_in_line(&self, adviser: AdviserId) -> Option<(ContactId, Why)> {
        let mut candidates: Vec<&Contact> = Vec::new();
        let mut lines = Vec::new();
        for contact in &self.contacts {
            if contact.stage == Stage::Waiting && self.able(adviser, contact) {
                lines.push(line(contact));
                candidates.push(contact);
            }
        }
        lines.sort_unstable();
        lines.dedup();
        candidates.sort_by_key(|contact| self.order(contact));
        let is_free = |contact: &&Contact| !self.barred(adviser, contact);
        let place = candidates.iter().position(is_free)?;
        let chosen = candidates[place];
        let why = Why {
            rule: WhyRule::FirstInLine,
            ring: 0,
            class: chosen.class,
            barred: place > 0,
            able: u32::try_from(lines.len()).unwrap_or(u32::MAX),
            idle_ms: self.idle_ms(adviser),
            runner_up: AdviserId::NONE,
            runner_up_idle_ms: 0,
            waited_ms: millis(self.now.since_us(chosen.enqueued)),
        };
        Some((chosen.id, why))
    }

    fn offer(&mut self, id: ContactId, adviser: AdviserId, why: Why) {
        let offer = OfferId::new(id.slot(), self.offers);
        self.offers += 1;
        let queue = self.contact_mut(id).queue;
        let ring_us = self.rules.queues[queue.idx()].ring_us;
        let expires = self.now.plus_us(ring_us);
        let contact = self.contact_mut(id);
        contact.adviser = adviser;
        if ring_us == 0 {
            contact.stage = Stage::Talking;
            self.events.push(Event::ContactAssigned {
                offer,
                contact: id,
                adviser,
                why,
            });
        } else {
            contact.stage = Stage::Offered { offer, expires };
            self.events.push(Event::OfferMade {
                offer,
                contact: id,
                adviser,
                expires,
                why,
            });
        }
    }

    fn idle_ms(&self, adviser: AdviserId) -> u32 {
        adviser.some().map_or(0, |id| {
            millis(self.now.since_us(self.advisers[id.idx()].idle_since))
        })
    }
}

/// Looking up and taking away.
impl Reference {
    fn remove(&mut self, id: ContactId, reason: CloseReason) {
        let Some(place) = self.contacts.iter().position(|contact| contact.id == id) else {
            return;
        };
        let contact = self.contacts.remove(place);
        if contact.adviser != AdviserId::NONE {
            self.becomes_free(contact.adviser);
        }
        self.events.push(Event::ContactClosed {
            contact: id,
            adviser: contact.adviser,
            queue: contact.queue,
            reason,
        });
    }

    fn contact_mut(&mut self, id: ContactId) -> &mut Contact {
        let found = self.contacts.iter_mut().find(|contact| contact.id == id);
        found.unwrap_or_else(|| unreachable!("the contact was looked up before"))
    }

    fn known(&self, id: ContactId) -> Result<&Contact, Rejection> {
        self.contact(id).ok_or(Rejection::UnknownContact)
    }

    fn known_offer(&self, offer: OfferId, adviser: AdviserId) -> Result<ContactId, Rejection> {
        let live = |contact: &&Contact| {
            matches!(contact.stage, Stage::Offered { offer: live, .. } if live == offer)
                && (adviser == AdviserId::NONE || adviser == contact.adviser)
        };
        let found = self.contacts.iter().find(live);
        found.map(|contact| contact.id).ok_or(Rejection::StaleOffer)
    }

    fn known_queue(&self, queue: QueueId) -> Result<(), Rejection> {
        if queue.idx() < self.rules.queues.len() {
            Ok(())
        } else {
            Err(Rejection::UnknownQueue)
        }
    }

    fn known_class(&self, class: u8) -> Result<(), Rejection> {
        if usize::from(class) < self.rules.classes.len() {
            Ok(())
        } else {
            Err(Rejection::UnknownClass)
        }
    }

    fn known_adviser(&self, id: AdviserId) -> Result<(), Rejection> {
        if id.idx() < self.advisers.len() {
            Ok(())
        } else {
            Err(Rejection::UnknownAdviser)
        }
    }

    fn known_signed_in(&self, id: AdviserId) -> Result<(), Rejection> {
        self.known_adviser(id)?;
        if self.advisers[id.idx()].signed_in {
            Ok(())
        } else {
            Err(Rejection::NotSignedIn)
        }
    }

    fn adviser_ids(&self) -> impl Iterator<Item = AdviserId> + use<> {
        (0..u32::try_from(self.advisers.len()).unwrap_or(u32::MAX)).map(AdviserId)
    }
}

impl Adviser {
    fn before_the_day(rule: &AdviserRule) -> Adviser {
        Adviser {
            signed_in: false,
            present: false,
            activity: Activity::Break,
            not_ready: None,
            origins: rule.origins,
            return_at: Timestamp::NEVER,
            idle_number: 0,
            idle_since: Timestamp::ZERO,
        }
    }
}

fn meets(rule: &AdviserRule, need: Requirement) -> bool {
    rule.skills
        .iter()
        .any(|has| has.skill == need.skill && has.level >= need.level)
}

fn in_conversation(contact: &Contact) -> bool {
    contact.stage == Stage::Talking || contact.stage == Stage::OnHold
}

/// Contacts of one line differ in nothing but their place.
fn line(contact: &Contact) -> (QueueId, u8, Channel, Language, Origin) {
    (
        contact.queue,
        contact.class,
        contact.channel,
        contact.language,
        contact.origin,
    )
}

fn millis(us: i64) -> u32 {
    u32::try_from(us / 1000).unwrap_or(u32::MAX)
}
