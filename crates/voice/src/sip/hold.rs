//! Hold that we ask for: the caller hears music, the phone gets a re-INVITE.
//!
//! One re-INVITE at a time per phone; what was wanted meanwhile is asked when the answer came.

use super::board::{Board, Done};
use super::phone::Device;
use super::sdp_header;
use crate::g711::Codec;
use crate::media::Order;
use crate::sdp::{self, Description, Direction};
use crate::web::PhoneNews;
use crate::{CallId, Cause, LegId, Party};

/// Tries when both sides ask at once (RFC 3261, 14.1).
const GLARE_TRIES: usize = 3;

impl Board {
    pub(super) fn hold(&mut self, id: CallId, held: bool) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let Some(Party::Leg(leg_id)) = call.talk.partner else {
            return;
        };
        call.held = held;
        self.refresh_all(id);
        self.tell_hold(leg_id, held);
    }

    /// What the phone shall know about hold.
    pub(super) fn tell_hold(&mut self, id: LegId, held: bool) {
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.wants_hold = held;
        }
        self.reinvite(id);
    }

    /// Tells the phone what is wanted, if it was told otherwise.
    fn reinvite(&mut self, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        if leg.reinviting || leg.wants_hold == leg.told_hold || !leg.answered {
            return;
        }
        leg.told_hold = leg.wants_hold;
        let held = leg.told_hold;
        let Device::Sip { dialog, local } = &mut leg.device else {
            return self.tell_phone(id, PhoneNews::Held { leg: id, held });
        };
        leg.reinviting = true;
        local.version = local.version.wrapping_add(1);
        let direction = if held {
            Direction::SendOnly
        } else {
            Direction::SendRecv
        };
        let codec = self
            .calls
            .get(&leg.call)
            .and_then(|call| call.offer.as_ref())
            .map_or(Codec::Pcma, |offer| offer.remote.codec);
        let body = sdp::offer(*local, codec, direction).into_bytes();
        let (dialog, done) = (dialog.clone(), self.done.clone());
        self.tasks.spawn(async move {
            let answered = dialog
                .reinvite_with_glare_retry(Some(vec![sdp_header()]), Some(body), GLARE_TRIES)
                .await;
            let response = answered.ok().flatten();
            let status = response
                .as_ref()
                .map_or(408, |response| response.status_code.code());
            let answer = response
                .filter(|_| status == 200)
                .and_then(|response| sdp::parse(&response.body).ok());
            // The switchboard is gone only when everything ends.
            let _told = done
                .send(Done::Reinvited {
                    leg: id,
                    status,
                    answer,
                })
                .await;
        });
    }

    pub(super) fn reinvited(&mut self, id: LegId, status: u16, answer: Option<Description>) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        leg.reinviting = false;
        let thread = leg.thread;
        if matches!(status, 408 | 481) {
            // The phone does not know this call any more (RFC 3261, 12.2.1.2).
            return self.end_leg(id, Cause::Unreachable, true);
        }
        if let Some(answer) = answer {
            let mut remote = answer.remote;
            if leg.told_hold && remote.direction == Direction::SendOnly {
                // A phone that answers hold with hold: it is ours, not its own.
                remote.direction = Direction::Inactive;
            }
            self.media.order(
                thread,
                Order::Remote {
                    party: Party::Leg(id),
                    remote,
                },
            );
        }
        self.reinvite(id);
    }
}
