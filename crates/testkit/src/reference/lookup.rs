//! Looking up and taking away.

use super::*;

impl Reference {
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

    /// How many wait in `queue`; those who are just presented to somebody do not.
    #[must_use]
    pub fn waiting(&self, queue: QueueId) -> usize {
        let waits = |contact: &&Contact| contact.queue == queue && contact.stage == Stage::Waiting;
        self.contacts.iter().filter(waits).count()
    }

    /// Share of [`CAPACITY`] in use; what is laid aside takes none.
    #[must_use]
    pub fn used(&self, adviser: AdviserId) -> u16 {
        let theirs =
            |contact: &&Contact| contact.adviser == adviser && contact.stage != Stage::Aside;
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

    /// The earliest moment that somebody who waits in `queue` has waited since.
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
        let busy = |stage: &Stage| {
            matches!(
                stage,
                Stage::Talking
                    | Stage::OnHold
                    | Stage::Consulting
                    | Stage::Aside
                    | Stage::Dialling { .. }
            )
        };
        if !adviser.signed_in {
            AdviserState::SignedOut
        } else if any(busy) {
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

    pub(super) fn remove(&mut self, id: ContactId, reason: CloseReason) {
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

    pub(super) fn contact_mut(&mut self, id: ContactId) -> &mut Contact {
        let found = self.contacts.iter_mut().find(|contact| contact.id == id);
        found.unwrap_or_else(|| unreachable!("the contact was looked up before"))
    }

    pub(super) fn known(&self, id: ContactId) -> Result<&Contact, Rejection> {
        self.contact(id).ok_or(Rejection::UnknownContact)
    }

    pub(super) fn known_offer(
        &self,
        offer: OfferId,
        adviser: AdviserId,
    ) -> Result<ContactId, Rejection> {
        let live = |contact: &&Contact| {
            matches!(contact.stage, Stage::Offered { offer: live, .. } if live == offer)
                && (adviser == AdviserId::NONE || adviser == contact.adviser)
        };
        let found = self.contacts.iter().find(live);
        found.map(|contact| contact.id).ok_or(Rejection::StaleOffer)
    }

    pub(super) fn known_queue(&self, queue: QueueId) -> Result<(), Rejection> {
        if queue.idx() < self.rules.queues.len() {
            Ok(())
        } else {
            Err(Rejection::UnknownQueue)
        }
    }

    /// Whether citizens may come to this queue in this class.
    pub(super) fn open_to_citizens(&self, queue: QueueId, class: u8) -> Result<(), Rejection> {
        self.known_queue(queue)?;
        if usize::from(class) >= self.rules.classes.len() {
            return Err(Rejection::UnknownClass);
        }
        if self.rules.queues[queue.idx()].experts {
            return Err(Rejection::NotAllowed);
        }
        Ok(())
    }

    pub(super) fn known_adviser(&self, id: AdviserId) -> Result<(), Rejection> {
        if id.idx() < self.advisers.len() {
            Ok(())
        } else {
            Err(Rejection::UnknownAdviser)
        }
    }

    pub(super) fn known_signed_in(&self, id: AdviserId) -> Result<(), Rejection> {
        self.known_adviser(id)?;
        if self.advisers[id.idx()].signed_in {
            Ok(())
        } else {
            Err(Rejection::NotSignedIn)
        }
    }

    pub(super) fn adviser_ids(&self) -> impl Iterator<Item = AdviserId> + use<> {
        (0..u32::try_from(self.advisers.len()).unwrap_or(u32::MAX)).map(AdviserId)
    }
}
