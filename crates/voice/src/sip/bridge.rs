//! Who talks with whom. Every party has at most one partner; without one a call hears its own source
//! (music, clips, silence) and a phone hears silence or a ringing tone.
//!
//! Parties that talk belong to one call, so their media live on one thread. It must never join a party to two.
//! Beside pairs there are a room of three (the caller and two phones) and a phone that attends a pair; only there
//! are voices mixed.

use super::board::Board;
use crate::media::{Order, Source};
use crate::{Attend, CallId, LegId, Party};

/// What a party hears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Hears {
    /// What a command last asked for, or silence.
    #[default]
    Own,
    Silence,
    Music,
    Partner(Party),
    Mix([Option<Party>; 2]),
}

/// A phone that attends the conversation of the caller with another phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attendance {
    leg: LegId,
    to: LegId,
    how: Attend,
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
        self.refresh_with(a);
    }

    /// The caller and two phones hear each other.
    pub(super) fn conference(&mut self, id: CallId, legs: [LegId; 2]) {
        let members = [Party::Call(id), Party::Leg(legs[0]), Party::Leg(legs[1])];
        let together = members.iter().all(|party| self.call_of(*party) == Some(id));
        if !together || legs[0] == legs[1] {
            return;
        }
        for party in members {
            self.part_pair(party);
        }
        if let Some(call) = self.calls.get_mut(&id) {
            call.room = Some(legs);
        }
        self.refresh_all(id);
    }

    /// A phone attends a conversation.
    pub(super) fn attend(&mut self, leg: LegId, to: LegId, how: Attend) {
        let call = self.call_of(Party::Leg(leg));
        let together = call.is_some() && call == self.call_of(Party::Leg(to));
        let Some(call) = call.filter(|_| together && leg != to) else {
            return;
        };
        self.part_pair(Party::Leg(leg));
        if let Some(state) = self.calls.get_mut(&call) {
            state.attendance = Some(Attendance { leg, to, how });
        }
        self.refresh_all(call);
    }

    /// The person outside, for one of the phones of a room.
    pub(super) fn caller_in_room(&self, id: CallId, leg: LegId) -> Option<Party> {
        let room = self.calls.get(&id)?.room?;
        room.contains(&leg).then_some(Party::Call(id))
    }

    /// A phone is gone: so are the room and the attendance that it was part of.
    pub(super) fn leg_left(&mut self, id: CallId, leg: LegId) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        call.attendance
            .take_if(|own| own.leg == leg || own.to == leg);
        if call.room.is_some_and(|room| room.contains(&leg)) {
            self.empty_room(id);
        }
        self.refresh_all(id);
    }

    /// Nobody of the room hears another any more.
    fn empty_room(&mut self, id: CallId) {
        let room = self.calls.get_mut(&id).and_then(|call| call.room.take());
        let Some([a, b]) = room else { return };
        for party in [Party::Call(id), Party::Leg(a), Party::Leg(b)] {
            self.alone(party);
        }
    }

    /// The room that a party is in.
    fn room_of(&self, party: Party) -> Option<(CallId, [LegId; 2])> {
        let id = match party {
            Party::Call(id) => id,
            Party::Leg(leg) => self.legs.get(&leg)?.call,
        };
        let room = self.calls.get(&id)?.room?;
        let is_in = match party {
            Party::Call(_) => true,
            Party::Leg(leg) => room.contains(&leg),
        };
        is_in.then_some((id, room))
    }

    /// Both hear silence from now on.
    pub(super) fn part_pair(&mut self, party: Party) {
        if let Some((room, _)) = self.room_of(party) {
            self.empty_room(room);
        }
        let partner = self.talk_mut(party).and_then(|talk| talk.partner.take());
        if partner.is_some() {
            self.alone(party);
            self.partner_gone(partner);
            self.refresh_with(party);
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

    /// Brings what everybody of a party's call hears in line with hold.
    pub(super) fn refresh_pair(&mut self, party: Party) {
        self.refresh_with(party);
    }

    fn refresh_with(&mut self, party: Party) {
        let call = match party {
            Party::Call(id) => Some(id),
            Party::Leg(id) => self.legs.get(&id).map(|leg| leg.call),
        };
        if let Some(call) = call {
            self.refresh_all(call);
        }
    }

    /// Brings what everybody of a call hears in line with who talks with whom.
    pub(super) fn refresh_all(&mut self, id: CallId) {
        let legs = self.calls.get(&id).map(|call| call.legs.clone());
        self.refresh(Party::Call(id));
        for leg in legs.unwrap_or_default() {
            self.refresh(Party::Leg(leg));
        }
    }

    /// Brings what one party hears in line with its conversation, if it has one.
    fn refresh(&mut self, party: Party) {
        let Some(hears) = self.wanted(party) else {
            return;
        };
        if self.talk(party).is_some_and(|talk| talk.hears == hears) {
            return;
        }
        let source = match hears {
            Hears::Music => Source::Music,
            Hears::Partner(from) => Source::Relay { from },
            Hears::Mix(of) => Source::Mix { of },
            Hears::Silence | Hears::Own => Source::Silence,
        };
        self.play(party, hears, source);
    }

    /// What a party shall hear; none when it is in no conversation.
    fn wanted(&self, party: Party) -> Option<Hears> {
        if let Some((call, [a, b])) = self.room_of(party) {
            let all = [Party::Call(call), Party::Leg(a), Party::Leg(b)];
            if self.is_held_by(party) {
                return Some(Hears::Silence);
            }
            let mut others = all
                .into_iter()
                .filter(|other| *other != party && !self.is_held_by(*other));
            return Some(Hears::Mix([others.next(), others.next()]));
        }
        let attendance = self.attendance_at(party);
        if let Some((call, own)) = attendance
            && party == Party::Leg(own.leg)
        {
            let pair = (Party::Call(call), Party::Leg(own.to));
            let talk = self.talk(pair.0).and_then(|talk| talk.partner) == Some(pair.1)
                && self.conversation(pair.0, pair.1) == Hears::Partner(pair.1)
                && self.conversation(pair.1, pair.0) == Hears::Partner(pair.0);
            return Some(if talk {
                Hears::Mix([Some(pair.0), Some(pair.1)])
            } else {
                Hears::Silence
            });
        }
        let partner = self.talk(party).and_then(|talk| talk.partner)?;
        let hears = self.conversation(party, partner);
        let attendant = attendance.filter(|(call, own)| own.speaks_to(*call, party, partner));
        Some(match (hears, attendant) {
            (Hears::Partner(partner), Some((_, own))) => {
                Hears::Mix([Some(partner), Some(Party::Leg(own.leg))])
            }
            (hears, _) => hears,
        })
    }

    fn attendance_at(&self, party: Party) -> Option<(CallId, Attendance)> {
        let id = match party {
            Party::Call(id) => id,
            Party::Leg(id) => self.legs.get(&id)?.call,
        };
        Some((id, self.calls.get(&id)?.attendance?))
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

impl Attendance {
    /// Whether a party that talks with `partner` hears whoever attends.
    fn speaks_to(self, call: CallId, party: Party, partner: Party) -> bool {
        let (caller, phone) = (Party::Call(call), Party::Leg(self.to));
        match self.how {
            Attend::Listen => false,
            Attend::Whisper => party == phone && partner == caller,
            Attend::Join => {
                (party == phone && partner == caller) || (party == caller && partner == phone)
            }
        }
    }
}
