//! Calls to registered phones.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Instant;

use rsipstack::dialog::dialog::{TerminatedReason, TransactionHandle};
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Request, Response, StatusCode};

use super::board::{Board, Deadline, Done, Leaving, Renegotiated, new_media, renegotiated};
use super::bridge::Talk;
use super::{allow_header, contact_header, key, sdp_header, socket_address};
use crate::g711::Codec;
use crate::media::Order;
use crate::registrar::Target;
use crate::sdp::{self, Direction, Local};
use crate::web::PhoneNews;
use crate::{CallCause, CallId, Cause, Event, LegId, Party};

/// What rings.
pub(super) enum Device {
    Sip {
        dialog: InviteDialog,
        local: Local,
    },
    /// A page of this user, and what it shows of the call.
    Browser {
        user: String,
        contact: String,
        display: String,
    },
}

/// A call to a phone.
pub(super) struct Leg {
    pub(super) call: CallId,
    pub(super) device: Device,
    pub(super) thread: usize,
    /// Anything came back at all.
    heard: bool,
    ringing: bool,
    pub(super) answered: bool,
    pub(super) talk: Talk,
    pub(super) held_by_far: bool,
    /// What the phone shall be told about hold, what it was told last, and whether an answer is due.
    pub(super) wants_hold: bool,
    pub(super) told_hold: bool,
    pub(super) reinviting: bool,
}

impl Leg {
    pub(super) fn new(call: CallId, device: Device, thread: usize) -> Self {
        let ringing = matches!(device, Device::Browser { .. });
        Self {
            call,
            device,
            thread,
            heard: ringing,
            ringing,
            answered: false,
            talk: Talk::default(),
            held_by_far: false,
            wants_hold: false,
            told_hold: false,
            reinviting: false,
        }
    }

    /// Whether a page of this user is the phone.
    pub(super) fn is_of(&self, user: &str) -> bool {
        matches!(&self.device, Device::Browser { user: own, .. } if own == user)
    }
}

impl Board {
    pub(super) fn dial(
        &mut self,
        id: LegId,
        call_id: CallId,
        user: &str,
        contact: &str,
        display: &str,
    ) {
        if self.legs.contains_key(&id) {
            tracing::error!("a leg number was used twice");
            return;
        }
        let Some((thread, codec)) = self.place_of(call_id) else {
            return self.tell(Event::LegFailed {
                leg: id,
                cause: Cause::Cancelled,
            });
        };
        if self.dial_browser(id, (call_id, thread), user, contact, display) {
            if let Some(call) = self.calls.get_mut(&call_id) {
                call.legs.push(id);
            }
            return;
        }
        let target = {
            let registrar = self
                .shared
                .registrar
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            registrar.find(user, Instant::now())
        };
        let started = target.and_then(|target| self.invite(id, &target, codec, contact, display));
        let Some((dialog, new, local)) = started else {
            return self.tell(Event::LegFailed {
                leg: id,
                cause: Cause::Unreachable,
            });
        };
        self.media.add(thread, new);
        self.dialogs.insert(key(&dialog.id()), Party::Leg(id));
        self.timers
            .set(Instant::now() + self.dial_timeout, Deadline::Dial(id));
        self.shared.legs.fetch_add(1, Ordering::Relaxed);
        let leg = Leg::new(call_id, Device::Sip { dialog, local }, thread);
        self.legs.insert(id, leg);
        if let Some(call) = self.calls.get_mut(&call_id) {
            call.legs.push(id);
        }
    }

    fn invite(
        &mut self,
        id: LegId,
        target: &Target,
        codec: Codec,
        contact: &str,
        display: &str,
    ) -> Option<(InviteDialog, crate::media::NewLeg, Local)> {
        let signalling = socket_address(&target.at)?;
        let (new, local) = new_media(Party::Leg(id), self.shared.advertised.ip(), signalling)?;
        let display: String = display
            .chars()
            .filter(|c| !c.is_control() && !matches!(c, '"' | '\\'))
            .take(64)
            .collect();
        let option = InviteOption {
            caller_display_name: (!display.is_empty()).then_some(display),
            caller: self.shared.contact(None),
            callee: target.contact.clone(),
            destination: Some(target.at.clone()),
            contact: self.shared.contact(target.at.r#type),
            offer: Some(sdp::offer(local, codec, Direction::SendRecv).into_bytes()),
            headers: Some(vec![contact_header(contact), allow_header()]),
            ..InviteOption::default()
        };
        match self
            .shared
            .layer
            .do_invite_async(option, self.shared.states.clone())
        {
            Ok((dialog, task)) => {
                self.watch(Party::Leg(id), task);
                Some((dialog, new, local))
            }
            Err(error) => {
                tracing::debug!(%error, "cannot call a phone");
                None
            }
        }
    }

    pub(super) fn phone_heard(&mut self, id: LegId) {
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.heard = true;
        }
    }

    pub(super) fn phone_early(&mut self, id: LegId, response: &Response) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        leg.heard = true;
        if !leg.ringing && matches!(response.status_code.code(), 180 | 183) {
            leg.ringing = true;
            self.tell(Event::LegRinging { leg: id });
        }
    }

    pub(super) fn dial_timed_out(&mut self, id: LegId) {
        if self.legs.get(&id).is_some_and(|leg| !leg.heard) {
            self.end_leg(id, Cause::Unreachable, true);
        }
    }

    /// The phone was answered. The stack tells this again after every later request.
    pub(super) fn phone_confirmed(&mut self, id: LegId, response: &Response) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        if leg.answered {
            return;
        }
        leg.heard = true;
        let Ok(answer) = sdp::parse(&response.body) else {
            return self.end_leg(id, Cause::Declined, true);
        };
        leg.answered = true;
        leg.held_by_far = answer.remote.direction.is_hold();
        let thread = leg.thread;
        self.media.order(
            thread,
            Order::Remote {
                party: Party::Leg(id),
                remote: answer.remote,
            },
        );
        self.tell(Event::LegAnswered { leg: id });
    }

    pub(super) fn phone_terminated(&mut self, id: LegId, reason: &TerminatedReason) {
        let Some(leg) = self.legs.get(&id) else {
            return;
        };
        let cause = cause_of(reason, leg.ringing);
        self.end_leg(id, cause, false);
    }

    /// Forgets a leg. `say` tells the phone; `cause` is told when it was not answered.
    pub(super) fn end_leg(&mut self, id: LegId, cause: Cause, say: bool) {
        self.tell_phone(id, PhoneNews::Gone { leg: id });
        let Some(leg) = self.legs.remove(&id) else {
            return;
        };
        self.shared.legs.fetch_sub(1, Ordering::Relaxed);
        self.media.remove(leg.thread, Party::Leg(id));
        if let Some(call) = self.calls.get_mut(&leg.call) {
            call.legs.retain(|other| *other != id);
        }
        self.partner_gone(leg.talk.partner);
        self.leg_left(leg.call, id);
        if let Device::Sip { dialog, .. } = leg.device {
            self.dialogs.remove(&key(&dialog.id()));
            if say {
                self.part(Leaving {
                    dialog,
                    flows: Vec::new(),
                    is_out: false,
                });
            }
        }
        self.tell(if leg.answered {
            Event::LegEnded { leg: id }
        } else {
            Event::LegFailed { leg: id, cause }
        });
    }

    /// A re-INVITE or UPDATE, of either side.
    pub(super) fn renegotiate(
        &mut self,
        party: Party,
        request: &Request,
        handle: TransactionHandle,
    ) {
        match party {
            Party::Call(call) => self.caller_renegotiates(call, request, handle),
            Party::Leg(leg) => self.phone_renegotiates(leg, request, handle),
        }
    }

    fn phone_renegotiates(&mut self, id: LegId, request: &Request, handle: TransactionHandle) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        if leg.reinviting {
            // Both asked at once (RFC 3261, 14.2).
            return self.respond(handle, StatusCode::RequestPending, Vec::new(), None);
        }
        let most = leg.told_hold.then_some(Direction::SendOnly);
        let Device::Sip { local, .. } = &mut leg.device else {
            return;
        };
        match renegotiated(request, local, most) {
            Renegotiated::Answer { text, description } => {
                let thread = leg.thread;
                let held = description.remote.direction.is_hold();
                let changed = std::mem::replace(&mut leg.held_by_far, held) != held;
                self.media.order(
                    thread,
                    Order::Remote {
                        party: Party::Leg(id),
                        remote: description.remote,
                    },
                );
                self.respond(handle, StatusCode::OK, vec![sdp_header()], Some(text));
                if changed {
                    self.tell(Event::LegHeld { leg: id, held });
                }
                self.refresh_pair(Party::Leg(id));
            }
            Renegotiated::Offer { text } => {
                self.respond(handle, StatusCode::OK, vec![sdp_header()], Some(text))
            }
            Renegotiated::Nothing => self.respond(handle, StatusCode::OK, Vec::new(), None),
            Renegotiated::Refused => {
                self.respond(handle, StatusCode::NotAcceptableHere, Vec::new(), None)
            }
        }
    }

    pub(super) fn done(&mut self, done: Done) {
        match done {
            Done::Reinvited {
                leg,
                status,
                answer,
            } => self.reinvited(leg, status, answer),
            Done::NotInvited(Party::Leg(leg)) => {
                if self.legs.get(&leg).is_some_and(|leg| !leg.answered) {
                    self.end_leg(leg, Cause::Unreachable, true);
                }
            }
            Done::NotInvited(Party::Call(call)) => {
                if self.is_calling_out(call) {
                    self.fail_out(call, CallCause::Trunk, true);
                }
            }
            Done::TrunkOpen(is_open) => self.trunk_opened(is_open),
        }
    }
}

fn cause_of(reason: &TerminatedReason, rang: bool) -> Cause {
    let status = match reason {
        TerminatedReason::UasOther(status)
        | TerminatedReason::UacOther(status)
        | TerminatedReason::ProxyError(status) => status.code(),
        TerminatedReason::UacCancel => 487,
        TerminatedReason::Timeout => 408,
        TerminatedReason::UasBusy | TerminatedReason::UacBusy => 486,
        TerminatedReason::UasDecline
        | TerminatedReason::ProxyAuthRequired
        | TerminatedReason::UacBye
        | TerminatedReason::UasBye => 603,
    };
    match status {
        486 | 600 => Cause::Busy,
        487 => Cause::Cancelled,
        408 | 480 if rang => Cause::Timeout,
        404 | 408 | 410 | 480 | 481 | 484 | 500..=599 | 604 => Cause::Unreachable,
        _ => Cause::Declined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_become_causes() {
        let of = |status: u16, rang| {
            cause_of(&TerminatedReason::UasOther(StatusCode::from(status)), rang)
        };
        assert_eq!([of(486, true), of(600, false)], [Cause::Busy, Cause::Busy]);
        assert_eq!(
            [of(480, false), of(404, true), of(503, false)],
            [Cause::Unreachable; 3]
        );
        assert_eq!([of(480, true), of(408, true)], [Cause::Timeout; 2]);
        assert_eq!([of(603, true), of(403, false)], [Cause::Declined; 2]);
        assert_eq!(of(487, true), Cause::Cancelled);
    }
}
