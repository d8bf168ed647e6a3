//! Who talks with whom. Every party has at most one partner; without one a call hears its own source
//! (music, clips, silence) and a phone hears silence or a ringing tone.
//!
//! Parties that talk belong to one call, so their media live on one thread. It must never join a party to two.

use super::board::Board;
use crate::media::{Order, Source};
use crate::{CallId, LegId, Party};

/// What a party hears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Hears {
    /// What a command last asked for, or silence.
    #[default]
    Own,
    Silence,
    Music,
    Partner(Party),
}

/// A party's side of a conversation.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Talk {
    pub(super) partner: Option<Party>,
    hears: Hears,
}

impl Board {
    /// A call plays something of its own: it talks with nobody any more.
    pub(super) fn hear(&mut self, id: CallId, source: Source) {
        if !self.calls.get(&id).is_some_and(|call| call.answered) {
            return;
        }
        self.part_pair(Party::Call(id));
        self.play(Party::Call(id), Hears::Own, source);
    }

    /// A phone hears that it rings elsewhere.
    pub(super) fn ring_tone(&mut self, id: LegId) {
        let party = Party::Leg(id);
        if self.legs.get(&id).is_some_and(|leg| leg.answered) {
            self.part_pair(party);
            self.play(party, Hears::Own, Source::Ringing);
        }
    }

    pub(super) fn bridge(&mut self, a: Party, b: Party) {
        let together = self.call_of(a).is_some() && self.call_of(a) == self.call_of(b);
        if a == b || !together {
            return;
        }
        if self.talk(a).and_then(|talk| talk.partner) != Some(b) {
            self.part_pair(a);
            self.part_pair(b);
            for (party, partner) in [(a, b), (b, a)] {
                if let Some(talk) = self.talk_mut(party) {
                    talk.partner = Some(partner);
                }
            }
        }
        self.refresh(a);
        self.refresh(b);
    }

    /// Both hear silence from now on.
    pub(super) fn part_pair(&mut self, party: Party) {
        let partner = self.talk_mut(party).and_then(|talk| talk.partner.take());
        if partner.is_some() {
            self.alone(party);
            self.partner_gone(partner);
        }
    }

    /// The other side of this party's conversation is gone.
    pub(super) fn partner_gone(&mut self, party: Option<Party>) {
        let Some(party) = party else { return };
        if let Some(talk) = self.talk_mut(party) {
            talk.partner = None;
            self.alone(party);
        }
    }

    /// After parting: silence, and no hold of ours outlives the conversation that it was for.
    fn alone(&mut self, party: Party) {
        self.play(party, Hears::Silence, Source::Silence);
        match party {
            Party::Call(id) => {
                if let Some(call) = self.calls.get_mut(&id) {
                    call.held = false;
                }
            }
            Party::Leg(id) => self.tell_hold(id, false),
        }
    }

    /// Brings what both partners hear in line with hold.
    pub(super) fn refresh_pair(&mut self, party: Party) {
        self.refresh(party);
        if let Some(partner) = self.talk(party).and_then(|talk| talk.partner) {
            self.refresh(partner);
        }
    }

    /// Brings what one party hears in line with its conversation, if it has one.
    pub(super) fn refresh(&mut self, party: Party) {
        let Some(partner) = self.talk(party).and_then(|talk| talk.partner) else {
            return;
        };
        let hears = self.conversation(party, partner);
        if self.talk(party).is_some_and(|talk| talk.hears == hears) {
            return;
        }
        let source = match hears {
            Hears::Music => Source::Music,
            Hears::Partner(from) => Source::Relay { from },
            Hears::Silence | Hears::Own => Source::Silence,
        };
        self.play(party, hears, source);
    }

    /// What one hears of its partner.
    fn conversation(&self, party: Party, partner: Party) -> Hears {
        let held = |party| match party {
            Party::Call(id) => self.calls.get(&id).is_some_and(|call| call.held),
            Party::Leg(_) => false,
        };
        match party {
            // The person outside: music while we hold, or while the phone does.
            Party::Call(_) if held(party) || self.is_held_by(partner) => Hears::Music,
            Party::Call(_) => Hears::Partner(partner),
            // Whoever holds does not listen.
            Party::Leg(_) if held(partner) || self.is_held_by(party) => Hears::Silence,
            Party::Leg(_) => match (partner, self.is_held_by(partner)) {
                (Party::Call(_), true) => Hears::Silence,
                (Party::Leg(_), true) => Hears::Music,
                (_, false) => Hears::Partner(partner),
            },
        }
    }

    fn is_held_by(&self, party: Party) -> bool {
        match party {
            Party::Call(id) => self.calls.get(&id).is_some_and(|call| call.held_by_far),
            Party::Leg(id) => self.legs.get(&id).is_some_and(|leg| leg.held_by_far),
        }
    }

    /// The call that an answered party belongs to.
    fn call_of(&self, party: Party) -> Option<CallId> {
        match party {
            Party::Call(id) => self.calls.get(&id).filter(|call| call.answered).map(|_| id),
            Party::Leg(id) => self
                .legs
                .get(&id)
                .filter(|leg| leg.answered)
                .map(|leg| leg.call),
        }
    }

    fn talk(&self, party: Party) -> Option<&Talk> {
        match party {
            Party::Call(id) => self.calls.get(&id).map(|call| &call.talk),
            Party::Leg(id) => self.legs.get(&id).map(|leg| &leg.talk),
        }
    }

    fn talk_mut(&mut self, party: Party) -> Option<&mut Talk> {
        match party {
            Party::Call(id) => self.calls.get_mut(&id).map(|call| &mut call.talk),
            Party::Leg(id) => self.legs.get_mut(&id).map(|leg| &mut leg.talk),
        }
    }

    fn play(&mut self, party: Party, hears: Hears, source: Source) {
        let thread = match party {
            Party::Call(id) => self.calls.get(&id).map(|call| call.thread),
            Party::Leg(id) => self.legs.get(&id).map(|leg| leg.thread),
        };
        let (Some(thread), Some(talk)) = (thread, self.talk_mut(party)) else {
            return;
        };
        talk.hears = hears;
        self.media.order(thread, Order::Hear { party, source });
    }
}
