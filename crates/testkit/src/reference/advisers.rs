//! What advisers do with their day.

use super::*;

impl Reference {
    pub(super) fn sign_in(&mut self, id: AdviserId, activity: Activity) -> Result<(), Rejection> {
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

    pub(super) fn sign_out(&mut self, id: AdviserId) -> Result<(), Rejection> {
        self.known_signed_in(id)?;
        let mut back = self.offered_to(id);
        let all = self.contacts.iter().filter(|contact| contact.adviser == id);
        if all.count() > back.len() {
            return Err(Rejection::HasContacts);
        }
        for contact in &back {
            self.take_offer_back(*contact, OfferOutcome::AdviserLeft, Timestamp::ZERO);
        }
        self.advisers[id.idx()].signed_in = false;
        self.events.push(Event::AdviserSignedOut { adviser: id });
        back.extend(self.stop_asking_alone(id));
        self.find_adviser_for_each(&back);
        Ok(())
    }

    /// Those who wait for this one only, who can no longer take them, wait for everybody.
    fn stop_asking_alone(&mut self, id: AdviserId) -> Vec<ContactId> {
        let waits = |contact: &&Contact| {
            contact.stage == Stage::Waiting
                && contact.alone_until.is_some()
                && contact.named == id
                && !self.could_be_asked_alone(contact)
        };
        let mut own: Vec<&Contact> = self.contacts.iter().filter(waits).collect();
        own.sort_by_key(|contact| self.order(contact));
        let own: Vec<ContactId> = own.iter().map(|contact| contact.id).collect();
        for contact in &own {
            self.ring_starts(*contact);
        }
        own
    }

    pub(super) fn choose(&mut self, id: AdviserId, activity: Activity) {
        let mut takes = Channels::of(activity);
        if takes != Channels::NONE {
            takes.0 |= self.advisers[id.idx()].also.0;
        }
        let mut offered = self.offered_to(id);
        offered.retain(|contact| {
            let channel = self.contact(*contact).map(|contact| contact.channel);
            channel.is_some_and(|channel| !takes.has(channel))
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
    }

    pub(super) fn also(&mut self, id: AdviserId, channels: Channels) -> Result<(), Rejection> {
        self.known_signed_in(id)?;
        self.advisers[id.idx()].also = channels;
        self.events.push(Event::AlsoChosen {
            adviser: id,
            channels,
        });
        self.find_contacts_for(id);
        Ok(())
    }

    /// May be chosen before the day begins, and lasts until it is chosen anew.
    pub(super) fn meet(&mut self, id: AdviserId, origins: Origins) -> Result<(), Rejection> {
        self.known_adviser(id)?;
        self.advisers[id.idx()].origins = origins;
        self.events.push(Event::OriginsChosen {
            adviser: id,
            origins,
        });
        let back = self.stop_asking_alone(id);
        self.find_adviser_for_each(&back);
        self.find_contacts_for(id);
        Ok(())
    }

    pub(super) fn lose_presence(&mut self, id: AdviserId) -> Result<(), Rejection> {
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

    pub(super) fn regain_presence(&mut self, id: AdviserId) -> Result<(), Rejection> {
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

    pub(super) fn becomes_free(&mut self, id: AdviserId) {
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
