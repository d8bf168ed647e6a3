//! Calls to the public network: asked of the trunk, rung, answered or not.
//!
//! Nothing may leave for a number that the list does not allow, and a number never reaches a log.
//! What happens after the answer is the business of any call.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rsipstack::dialog::authenticate::Credential;
use rsipstack::dialog::dialog::TerminatedReason;
use rsipstack::dialog::invitation::{InviteAsyncResult, InviteOption};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::prelude::HeadersExt as _;
use rsipstack::sip::{Header, Response, Transport, Uri};
use rsipstack::transport::SipAddr;

use super::board::{Board, Call, Deadline, Done, Way, new_media};
use super::bridge::Talk;
use super::{allow_header, key};
use crate::config::{self, Outgoing};
use crate::g711::Codec;
use crate::guard::TcpGuard;
use crate::media::{NewLeg, Order};
use crate::message::SessionTimer;
use crate::sdp::{self, Description, Direction, Local};
use crate::{CallCause, CallId, Event, LegId, Number, Party, destination};

/// Ended outgoing calls that are remembered.
const PAST: usize = 10_000;

/// The trunk as the stack needs it.
pub(crate) struct Trunk {
    settings: Outgoing,
    at: SipAddr,
    /// `host:port` or `host` of the addresses that are asked for.
    host: String,
}

impl Trunk {
    /// None when the host is none.
    pub(crate) fn new(settings: Outgoing) -> Option<Self> {
        let transport = match settings.transport {
            config::Transport::Udp => Transport::Udp,
            config::Transport::Tcp => Transport::Tcp,
        };
        let at = SipAddr {
            r#type: Some(transport),
            addr: settings.trunk.into(),
        };
        let host = settings
            .host
            .clone()
            .unwrap_or_else(|| settings.trunk.to_string());
        let trunk = Self { settings, at, host };
        trunk.address_of("+4790000000").map(|_| trunk)
    }

    /// Where it is.
    pub(crate) const fn at(&self) -> &SipAddr {
        &self.at
    }

    const fn is_stream(&self) -> bool {
        matches!(self.settings.transport, config::Transport::Tcp)
    }

    /// Makes sure that there is a connection, if it takes one. False when it takes one and there is none.
    pub(super) async fn open(&self, tcp: &Arc<TcpGuard>, within: Duration) -> bool {
        !self.is_stream() || Arc::clone(tcp).open(self.settings.trunk, within).await
    }

    /// The address of a number at this trunk.
    fn address_of(&self, number: &str) -> Option<Uri> {
        let stream = if self.is_stream() {
            ";transport=tcp"
        } else {
            ""
        };
        let text = format!("sip:{number}@{}{stream};user=phone", self.host);
        let is_plain = !self.host.is_empty()
            && self
                .host
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
        Uri::try_from(text.as_str()).ok().filter(|_| is_plain)
    }

    fn credential(&self) -> Option<Credential> {
        self.settings.login.as_ref().map(|login| Credential {
            username: login.user.clone(),
            password: login.password.clone(),
            realm: None,
            auth_username: None,
        })
    }
}

/// What is special about a call of ours.
#[derive(Debug, Default)]
pub(super) struct Out {
    /// Anything came back at all.
    heard: bool,
    rang: bool,
    /// What an early answer described; counts when the last one describes nothing.
    early: Option<Description>,
}

/// An outgoing call that waits for a connection to the trunk.
pub(super) struct Waiting {
    call: CallId,
    number: String,
    answer_by: Instant,
}

impl Board {
    pub(super) fn call_out(&mut self, id: CallId, number: &Number, ring_timeout: Duration) {
        let is_known = self.calls.contains_key(&id)
            || self.waiting.iter().any(|waiting| waiting.call == id)
            || self.past.contains(&id);
        if is_known || !id.is_outgoing() {
            tracing::error!("a number of an outgoing call was used twice, or is none");
            return;
        }
        match self.judge(number) {
            Ok(number) => {
                self.shared.outgoing.fetch_add(1, Ordering::Relaxed);
                let answer_by = Instant::now() + ring_timeout;
                self.wait_for_trunk(Waiting {
                    call: id,
                    number,
                    answer_by,
                });
            }
            Err(cause) => {
                self.remember(id);
                self.tell(Event::CallFailed { call: id, cause });
                self.end_early_legs(id);
            }
        }
    }

    /// The number in the form of the trunk, or why it is not called.
    fn judge(&self, number: &Number) -> Result<String, CallCause> {
        let trunk = self.shared.trunk.as_ref().ok_or(CallCause::Trunk)?;
        let Some(number) = destination::allowed(number, &trunk.settings.allowed) else {
            tracing::warn!("an outgoing call was refused: the list does not allow its destination");
            return Err(CallCause::Refused);
        };
        if self.shared.outgoing.load(Ordering::Relaxed) >= trunk.settings.max_calls {
            return Err(CallCause::Full);
        }
        Ok(number)
    }

    /// Calls at once over UDP and over an open connection; else asks for one first.
    fn wait_for_trunk(&mut self, waiting: Waiting) {
        let Some(trunk) = &self.shared.trunk else {
            return;
        };
        let peer = trunk.settings.trunk;
        if !trunk.is_stream() || self.shared.flows.is_open(peer) {
            return self.start_out(waiting);
        }
        self.waiting.push(waiting);
        if self.waiting.len() > 1 {
            return;
        }
        let (shared, done, within) = (
            Arc::clone(&self.shared),
            self.done.clone(),
            self.dial_timeout,
        );
        self.tasks.spawn(async move {
            let is_open = match &shared.trunk {
                Some(trunk) => trunk.open(&shared.tcp, within).await,
                None => false,
            };
            // The switchboard is gone only when everything ends.
            let _told = done.send(Done::TrunkOpen(is_open)).await;
        });
    }

    pub(super) fn trunk_opened(&mut self, is_open: bool) {
        if !is_open {
            return self.waiting_failed(CallCause::Trunk);
        }
        for waiting in std::mem::take(&mut self.waiting) {
            self.start_out(waiting);
        }
    }

    pub(super) fn waiting_failed(&mut self, cause: CallCause) {
        for waiting in std::mem::take(&mut self.waiting) {
            self.not_started(waiting.call, cause);
        }
    }

    /// An outgoing call that has no dialog is over.
    fn not_started(&mut self, id: CallId, cause: CallCause) {
        self.out_is_past(id);
        self.tell(Event::CallFailed { call: id, cause });
        self.end_early_legs(id);
    }

    fn start_out(&mut self, waiting: Waiting) {
        let id = waiting.call;
        let Some((dialog, new, local, flow)) = self.invite_out(&waiting) else {
            return self.not_started(id, CallCause::Trunk);
        };
        let (thread, _) = self.place_of(id).unwrap_or((0, Codec::Pcma));
        self.media.add(thread, new);
        self.dialogs.insert(key(&dialog.id()), Party::Call(id));
        self.timers
            .set(Instant::now() + self.dial_timeout, Deadline::Trunk(id));
        self.timers.set(waiting.answer_by, Deadline::Answer(id));
        self.shared.calls.fetch_add(1, Ordering::Relaxed);
        let source = self
            .shared
            .trunk
            .as_ref()
            .map_or(self.shared.advertised, |trunk| trunk.settings.trunk);
        let call = Call {
            way: Way::Sip(dialog),
            respond: None,
            out: Some(Out::default()),
            thread,
            offer: None,
            timer: SessionTimer::None,
            source,
            flows: vec![flow],
            local: Some(local),
            answered: false,
            confirmed: false,
            awaits_answer: false,
            expires: None,
            legs: self.early_legs(id),
            talk: Talk::default(),
            held_by_far: false,
            held: false,
            room: None,
            attendance: None,
        };
        self.calls.insert(id, call);
    }

    fn invite_out(&mut self, waiting: &Waiting) -> Option<(InviteDialog, NewLeg, Local, String)> {
        let shared = Arc::clone(&self.shared);
        let trunk = shared.trunk.as_ref()?;
        let party = Party::Call(waiting.call);
        let (new, local) = new_media(party, shared.advertised.ip(), trunk.settings.trunk)?;
        let callee = trunk.address_of(&waiting.number)?;
        let mut caller = shared.contact(None);
        if let Some(auth) = &mut caller.auth {
            trunk.settings.from.as_str().clone_into(&mut auth.user);
        }
        let identity = Header::Other("P-Asserted-Identity".to_owned(), format!("<{caller}>"));
        let option = InviteOption {
            caller,
            callee: callee.clone(),
            destination: Some(trunk.at.clone()),
            contact: shared.contact(trunk.at.r#type),
            offer: Some(sdp::offer(local, Codec::Pcma, Direction::SendRecv).into_bytes()),
            headers: Some(vec![identity, allow_header()]),
            credential: trunk.credential(),
            ..InviteOption::default()
        };
        // CANCEL goes to the address that was asked for, which need not say where the trunk is.
        let flow = shared.flows.hold(&callee, &trunk.at);
        match shared.layer.do_invite_async(option, shared.states.clone()) {
            Ok((dialog, task)) => {
                self.watch(party, task);
                Some((dialog, new, local, flow))
            }
            Err(_) => {
                // What the stack says may hold the number.
                tracing::warn!("the SIP stack did not take an outgoing call");
                shared.flows.release(&flow);
                None
            }
        }
    }

    /// Makes sure that an INVITE which the stack gives up without a word is not waited for.
    pub(super) fn watch(&mut self, party: Party, task: tokio::task::JoinHandle<InviteAsyncResult>) {
        let done = self.done.clone();
        // Not one of the tasks that a shutdown waits for: an INVITE may stay unanswered for long.
        tokio::spawn(async move {
            if !matches!(task.await, Ok(Ok((_, Some(_))))) {
                // The switchboard is gone only when everything ends.
                let _told = done.send(Done::NotInvited(party)).await;
            }
        });
    }

    /// The media thread of a call, and the codec that it prefers. None when the call is gone.
    ///
    /// A phone may be called for an outgoing call that is still to be made: then it chooses the thread.
    pub(super) fn place_of(&self, id: CallId) -> Option<(usize, Codec)> {
        if let Some(call) = self.calls.get(&id) {
            let codec = call
                .offer
                .as_ref()
                .map_or(Codec::Pcma, |offer| offer.remote.codec);
            return Some((call.thread, codec));
        }
        if !id.is_outgoing() || self.past.contains(&id) {
            return None;
        }
        let other = self.legs.values().find(|leg| leg.call == id);
        let thread = other.map_or_else(|| self.media.quietest(), |leg| leg.thread);
        Some((thread, Codec::Pcma))
    }

    /// Phones that were called before the call that they are for.
    fn early_legs(&self, id: CallId) -> Vec<LegId> {
        let own = self.legs.iter().filter(|(_, leg)| leg.call == id);
        own.map(|(leg, _)| *leg).collect()
    }

    fn end_early_legs(&mut self, id: CallId) {
        for leg in self.early_legs(id) {
            self.end_leg(leg, crate::Cause::Cancelled, true);
        }
    }

    /// An outgoing call that is withdrawn before it was made: its phones stop, and it is not made any more.
    pub(super) fn forget_unmade(&mut self, id: CallId) {
        let is_unmade = id.is_outgoing()
            && !self.calls.contains_key(&id)
            && !self.is_calling_out(id)
            && !self.past.contains(&id);
        if is_unmade {
            self.remember(id);
            self.end_early_legs(id);
        }
    }

    /// Whether the call is one of ours that was not answered yet.
    pub(super) fn is_calling_out(&self, id: CallId) -> bool {
        let call = self.calls.get(&id);
        call.is_some_and(|call| call.out.is_some() && !call.answered)
            || self.waiting.iter().any(|waiting| waiting.call == id)
    }

    fn out(&mut self, id: CallId) -> Option<&mut Out> {
        let call = self.calls.get_mut(&id).filter(|call| !call.answered)?;
        call.out.as_mut()
    }

    pub(super) fn out_heard(&mut self, id: CallId) {
        if let Some(out) = self.out(id) {
            out.heard = true;
        }
    }

    pub(super) fn out_early(&mut self, id: CallId, response: &Response) {
        let Some(out) = self.out(id) else { return };
        out.heard = true;
        if let Ok(early) = sdp::parse(&response.body) {
            out.early = Some(early);
        }
        if !out.rang && matches!(response.status_code.code(), 180 | 183) {
            out.rang = true;
            self.tell(Event::CallRinging { call: id });
        }
    }

    /// The call was answered, and the stack has confirmed that.
    pub(super) fn out_answered(&mut self, id: CallId, response: &Response) {
        let Some(out) = self.out(id) else { return };
        let early = out.early.take();
        let answer = if response.body.is_empty() {
            early
        } else {
            sdp::parse(&response.body).ok()
        };
        let Some(answer) = answer else {
            // Nothing that we can speak: goodbye.
            return self.fail_out(id, CallCause::Trunk, true);
        };
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        call.answered = true;
        call.confirmed = true;
        call.held_by_far = answer.remote.direction.is_hold();
        let order = Order::Remote {
            party: Party::Call(id),
            remote: answer.remote,
        };
        call.offer = Some(answer);
        if let Some(trunk) = self.shared.trunk.as_ref().filter(|trunk| trunk.is_stream())
            && let Some(contact) = contact_of(response)
        {
            // A later connection has another port on its far side than the Contact that was given on this one.
            let flow = self.shared.flows.hold(&contact, &trunk.at);
            call.flows.push(flow);
        }
        self.media.order(call.thread, order);
        self.tell(Event::CallAnswered { call: id });
    }

    pub(super) fn out_terminated(&mut self, id: CallId, reason: &TerminatedReason) {
        let Some(out) = self.out(id) else { return };
        let cause = cause_of(reason, out.heard, out.rang);
        self.fail_out(id, cause, false);
    }

    pub(super) fn trunk_timed_out(&mut self, id: CallId) {
        if self.out(id).is_some_and(|out| !out.heard) {
            if self.shared.trunk.as_ref().is_some_and(Trunk::is_stream) {
                self.shared.tcp.close_ours();
            }
            self.fail_out(id, CallCause::Trunk, true);
        }
    }

    pub(super) fn answer_timed_out(&mut self, id: CallId) {
        if self.is_calling_out(id) {
            self.fail_out(id, CallCause::NoAnswer, true);
        }
    }

    /// Ends an outgoing call that was not answered. `say` cancels it, or says goodbye if it was answered just now.
    pub(super) fn fail_out(&mut self, id: CallId, cause: CallCause, say: bool) {
        if let Some(at) = self.waiting.iter().position(|waiting| waiting.call == id) {
            self.waiting.remove(at);
            return self.not_started(id, cause);
        }
        self.close_call(id, say, Event::CallFailed { call: id, cause });
    }

    /// Gives the place of an outgoing call back.
    pub(super) fn out_is_past(&mut self, id: CallId) {
        self.shared.outgoing.fetch_sub(1, Ordering::Relaxed);
        self.remember(id);
    }

    fn remember(&mut self, id: CallId) {
        self.past.push_back(id);
        if self.past.len() > PAST {
            self.past.pop_front();
        }
    }
}

fn contact_of(response: &Response) -> Option<Uri> {
    let contacts = response.typed_contact_headers().ok()?;
    contacts.first().map(|contact| contact.uri.clone())
}

/// `heard`: the trunk said something; `rang`: it rang at the other end.
fn cause_of(reason: &TerminatedReason, heard: bool, rang: bool) -> CallCause {
    let status = match reason {
        TerminatedReason::UasOther(status)
        | TerminatedReason::UacOther(status)
        | TerminatedReason::ProxyError(status) => status.code(),
        TerminatedReason::UacCancel => 487,
        TerminatedReason::Timeout => 408,
        TerminatedReason::UasBusy | TerminatedReason::UacBusy => 486,
        TerminatedReason::ProxyAuthRequired => 407,
        TerminatedReason::UasDecline | TerminatedReason::UacBye | TerminatedReason::UasBye => 603,
    };
    match status {
        486 | 600 => CallCause::Busy,
        487 => CallCause::Cancelled,
        408 | 480 if rang => CallCause::NoAnswer,
        408 if !heard => CallCause::Trunk,
        401 | 403 | 407 | 500..=599 => CallCause::Trunk,
        404 | 408 | 410 | 480 | 484 | 604 => CallCause::Unreachable,
        // Redirections too: nobody but the list decides where a call goes.
        _ => CallCause::Declined,
    }
}

#[cfg(test)]
mod tests {
    use rsipstack::sip::StatusCode;

    use super::*;

    #[test]
    fn statuses_become_causes() {
        let of = |status: u16, rang| {
            let reason = TerminatedReason::UasOther(StatusCode::from(status));
            cause_of(&reason, true, rang)
        };
        assert_eq!([of(486, true), of(600, false)], [CallCause::Busy; 2]);
        assert_eq!([of(480, true), of(408, true)], [CallCause::NoAnswer; 2]);
        assert_eq!(
            [
                of(404, true),
                of(480, false),
                of(408, false),
                of(484, false)
            ],
            [CallCause::Unreachable; 4]
        );
        assert_eq!(
            [of(603, true), of(302, false), of(488, false)],
            [CallCause::Declined; 3]
        );
        assert_eq!(
            [of(503, true), of(403, false), of(407, false)],
            [CallCause::Trunk; 3]
        );
        assert_eq!(of(487, true), CallCause::Cancelled);
        let silence = cause_of(&TerminatedReason::Timeout, false, false);
        assert_eq!(silence, CallCause::Trunk);
    }

    #[test]
    fn numbers_have_an_address_at_the_trunk() {
        let at = |host: Option<&str>, transport| {
            let mut outgoing = Outgoing::new("127.0.0.1:5070".parse().unwrap(), "22334455".into());
            outgoing.host = host.map(str::to_owned);
            outgoing.transport = transport;
            let trunk = Trunk::new(outgoing)?;
            trunk.address_of("+4790000001").map(|uri| uri.to_string())
        };
        assert_eq!(
            at(None, config::Transport::Udp).as_deref(),
            Some("sip:+4790000001@127.0.0.1:5070;user=phone")
        );
        let named = at(Some("trunk.example"), config::Transport::Tcp).unwrap();
        assert!(
            named.starts_with("sip:+4790000001@trunk.example;transport="),
            "{named}"
        );
        assert_eq!(at(Some("a b"), config::Transport::Udp), None);
        assert_eq!(at(Some("x>\r\nEvil: 1"), config::Transport::Udp), None);
    }
}
