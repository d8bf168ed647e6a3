//! The switchboard: one task that owns every call and leg, takes commands and tells events.
//!
//! It must never wait for the shell above or for the network: what takes time runs in tasks of its own,
//! and events that find a full channel wait in a bounded backlog while new calls are refused.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use rsipstack::dialog::dialog::{
    DialogState, DialogStateReceiver, TerminatedReason, TransactionHandle,
};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::prelude::HeadersExt as _;
use rsipstack::sip::{Header, Request, Response, StatusCode};
use rsipstack::transaction::key::TransactionRole;
use rsipstack::transaction::transaction::{TransactionEvent, TransactionEventSender};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::bridge::{Attendance, Talk};
use super::browser::tell_caller;
use super::out::{Out, Waiting};
use super::phone::Leg;
use super::timers::Timers;
use super::{Arrival, Notice, Shared, allow_header, contact_header, key, sdp_header};
use crate::g711::Codec;
use crate::media::{self, After, Media, NewLeg, Order, Report, Source};
use crate::message::{self, SessionTimer};
use crate::sdp::{self, Description, Direction, Local};
use crate::web::{CallNews, PhoneNews};
use crate::{CallCause, CallId, Command, End, Event, LegId, Party};

/// Events that may wait for the shell above before new calls are refused.
const MAX_BACKLOG: usize = 4_096;
/// How long a shutdown waits for the last BYEs.
const FAREWELL: Duration = Duration::from_secs(2);

/// A deadline of the switchboard.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deadline {
    /// The phone should have said something by now.
    Dial(LegId),
    /// The session should have been refreshed by now.
    Session(CallId),
    /// The trunk should have said something by now.
    Trunk(CallId),
    /// An outgoing call should have been answered by now.
    Answer(CallId),
}

/// What a task found out.
pub(super) enum Done {
    Reinvited {
        leg: LegId,
        status: u16,
        answer: Option<Description>,
    },
    /// The stack could not carry out an INVITE.
    NotInvited(Party),
    /// Whether there is a connection to the trunk now.
    TrunkOpen(bool),
}

/// What a call is carried by.
pub(super) enum Way {
    Sip(InviteDialog),
    /// A page, and where it hears how its call stands.
    Browser(mpsc::Sender<CallNews>),
}

/// A call from or to the outside.
pub(super) struct Call {
    pub(super) way: Way,
    /// Where answers to its INVITE go; None when the INVITE was ours.
    pub(super) respond: Option<TransactionEventSender>,
    pub(super) out: Option<Out>,
    pub(super) thread: usize,
    pub(super) offer: Option<Description>,
    pub(super) timer: SessionTimer,
    pub(super) source: SocketAddr,
    /// Entries in the table of flows that this call holds.
    pub(super) flows: Vec<String>,
    /// Our end, once there is one.
    pub(super) local: Option<Local>,
    pub(super) answered: bool,
    pub(super) confirmed: bool,
    /// Our offer is out; the answer comes in the ACK.
    pub(super) awaits_answer: bool,
    pub(super) expires: Option<Instant>,
    pub(super) legs: Vec<LegId>,
    pub(super) talk: Talk,
    pub(super) held_by_far: bool,
    /// We hold: [`Command::Hold`].
    pub(super) held: bool,
    /// Two phones that the caller talks with at once.
    pub(super) room: Option<[LegId; 2]>,
    /// A phone that attends the conversation.
    pub(super) attendance: Option<Attendance>,
}

impl Call {
    /// The dialog, when it is a call by SIP.
    pub(super) const fn dialog(&self) -> Option<&InviteDialog> {
        match &self.way {
            Way::Sip(dialog) => Some(dialog),
            Way::Browser(_) => None,
        }
    }

    /// Came in, and was neither answered nor refused.
    const fn is_unanswered(&self) -> bool {
        !self.answered && self.out.is_none()
    }
}

/// A dialog that is to end: what its goodbye needs.
pub(super) struct Leaving {
    pub(super) dialog: InviteDialog,
    pub(super) flows: Vec<String>,
    /// The trunk is at the other end.
    pub(super) is_out: bool,
}

/// Where the switchboard hears from.
pub(crate) struct Inbox {
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) notices: mpsc::Receiver<Notice>,
    pub(crate) states: DialogStateReceiver,
    pub(crate) reports: mpsc::Receiver<Report>,
}

/// The switchboard.
pub(crate) struct Board {
    pub(super) shared: Arc<Shared>,
    pub(super) media: Media,
    events: mpsc::Sender<Event>,
    backlog: VecDeque<Event>,
    pub(super) calls: HashMap<CallId, Call>,
    pub(super) legs: HashMap<LegId, Leg>,
    /// Users whose phone is a browser, and where their pages hear of it.
    pub(super) browsers: HashMap<String, mpsc::Sender<PhoneNews>>,
    pub(super) dialogs: HashMap<String, Party>,
    /// Calls that were answered and hung up before the ACK came.
    leaving: HashMap<String, Leaving>,
    pub(super) timers: Timers<Deadline>,
    pub(super) tasks: JoinSet<()>,
    pub(super) done: mpsc::Sender<Done>,
    found: mpsc::Receiver<Done>,
    pub(super) dial_timeout: Duration,
    registrar_due: Option<Instant>,
    /// Outgoing calls that wait for a connection to the trunk.
    pub(super) waiting: Vec<Waiting>,
    /// Outgoing calls that ended lately, oldest first: no phone is to ring for them.
    pub(super) past: VecDeque<CallId>,
    /// Calls in the order in which they came, from the oldest on that nobody has taken up.
    untaken: VecDeque<(Instant, CallId)>,
}

impl Board {
    pub(crate) fn new(
        shared: Arc<Shared>,
        media: Media,
        events: mpsc::Sender<Event>,
        dial_timeout: Duration,
    ) -> Self {
        let (done, found) = mpsc::channel(1_024);
        Self {
            shared,
            media,
            events,
            backlog: VecDeque::new(),
            calls: HashMap::new(),
            legs: HashMap::new(),
            browsers: HashMap::new(),
            dialogs: HashMap::new(),
            leaving: HashMap::new(),
            timers: Timers::new(),
            tasks: JoinSet::new(),
            done,
            found,
            dial_timeout,
            registrar_due: None,
            waiting: Vec::new(),
            past: VecDeque::new(),
            untaken: VecDeque::new(),
        }
    }

    /// Runs until `stop`, then hangs everything up.
    pub(crate) async fn run(mut self, mut inbox: Inbox, stop: CancellationToken) {
        let events = self.events.clone();
        loop {
            let due = [self.timers.next(), self.registrar_due]
                .into_iter()
                .flatten()
                .min();
            let due = due.unwrap_or_else(|| Instant::now() + Duration::from_secs(3_600));
            tokio::select! {
                () = stop.cancelled() => break,
                Some(command) = inbox.commands.recv() => self.obey(command),
                Some(notice) = inbox.notices.recv() => self.notice(notice),
                Some(state) = inbox.states.recv() => self.state(state),
                Some(report) = inbox.reports.recv() => self.report(report),
                Some(done) = self.found.recv() => self.done(done),
                Some(ended) = self.tasks.join_next(), if !self.tasks.is_empty() => {
                    if ended.is_err_and(|error| error.is_panic()) {
                        tracing::error!("a telephony task panicked");
                    }
                }
                () = tokio::time::sleep_until(due.into()) => self.expire(Instant::now()),
                room = events.reserve(), if !self.backlog.is_empty() => match (room, self.backlog.pop_front()) {
                    (Ok(room), Some(event)) => room.send(event),
                    _ => self.backlog.clear(),
                },
            }
            self.flush();
        }
        self.farewell().await;
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.backlog.push_back(event);
    }

    fn flush(&mut self) {
        while let Some(event) = self.backlog.pop_front() {
            match self.events.try_send(event) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(event)) => {
                    self.backlog.push_front(event);
                    break;
                }
                Err(mpsc::error::TrySendError::Closed(_)) => self.backlog.clear(),
            }
        }
        let is_taken = |call: &CallId| {
            self.calls
                .get(call)
                .is_none_or(|call| !call.is_unanswered())
        };
        while self
            .untaken
            .pop_front_if(|(_, call)| is_taken(call))
            .is_some()
        {}
        let gate = &self.shared.gate;
        gate.set_untaken(self.untaken.front().map(|(since, _)| *since));
        gate.set_overloaded(self.backlog.len() > MAX_BACKLOG);
    }

    async fn farewell(&mut self) {
        self.shared.gate.set_ready(false);
        self.waiting_failed(CallCause::Cancelled);
        let calls: Vec<CallId> = self.calls.keys().copied().collect();
        for call in calls {
            self.end_call(call, End::Near, true);
        }
        // Phones whose outgoing call was still to be made.
        let legs: Vec<LegId> = self.legs.keys().copied().collect();
        for leg in legs {
            self.end_leg(leg, crate::Cause::Cancelled, true);
        }
        self.flush();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(FAREWELL, all).await.is_err() {
            tracing::warn!("some calls were not said goodbye to");
        }
        self.media.stop();
    }

    fn expire(&mut self, now: Instant) {
        while let Some(deadline) = self.timers.due(now) {
            match deadline {
                Deadline::Dial(leg) => self.dial_timed_out(leg),
                Deadline::Trunk(call) => self.trunk_timed_out(call),
                Deadline::Answer(call) => self.answer_timed_out(call),
                Deadline::Session(call) => {
                    if self
                        .calls
                        .get(&call)
                        .and_then(|call| call.expires)
                        .is_some_and(|at| at <= now)
                    {
                        self.end_call(call, End::SignallingTimeout, true);
                    }
                }
            }
        }
        self.registry_changed(now);
    }

    fn registry_changed(&mut self, now: Instant) {
        let events = {
            let mut registrar = self
                .shared
                .registrar
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let events = registrar.expire(now);
            self.registrar_due = registrar.next_deadline();
            events
        };
        self.registered(events);
    }

    /// Tells what became of registrations. Whoever has a browser as phone has one without them too.
    fn registered(&mut self, events: Vec<Event>) {
        let browsers = &self.browsers;
        let is_news = |event: &Event| !matches!(event, Event::Unregistered { user, .. } if browsers.contains_key(user));
        self.backlog.extend(events.into_iter().filter(is_news));
    }

    fn notice(&mut self, notice: Notice) {
        match notice {
            Notice::Arrival(arrival) => self.arrive(*arrival),
            Notice::Registry(events) => {
                self.registered(events);
                self.registry_changed(Instant::now());
            }
            Notice::Browser(ask) => self.browser(*ask),
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Ringing { call, contact } => self.ring(call, &contact),
            Command::Answer { call, contact } => self.answer(call, &contact),
            Command::Reject {
                call,
                status,
                reason,
                retry_after,
            } => self.reject(call, status, reason, retry_after),
            Command::Play {
                call,
                play,
                items,
                then_music,
            } => {
                let after = if then_music {
                    After::Music
                } else {
                    After::Silence
                };
                self.hear(
                    call,
                    Source::Clips {
                        play: Some(play),
                        items,
                        after,
                    },
                );
            }
            Command::Music { call } => self.hear(call, Source::Music),
            Command::Silence { call } => self.hear(call, Source::Silence),
            Command::RingTone { leg } => self.ring_tone(leg),
            Command::Echo { call, first } => self.hear(
                call,
                Source::Clips {
                    play: None,
                    items: first,
                    after: After::Echo,
                },
            ),
            Command::Dial {
                leg,
                call,
                user,
                contact,
                caller_display,
            } => self.dial(leg, call, &user, &contact, &caller_display),
            Command::AnswerLeg { leg } => self.answer_leg(leg),
            Command::CancelLeg { leg } | Command::HangUpLeg { leg } => {
                self.end_leg(leg, crate::Cause::Cancelled, true)
            }
            Command::Bridge { a, b } => self.bridge(a, b),
            Command::Unbridge { party } => self.part_pair(party),
            Command::Conference { call, legs } => self.conference(call, legs),
            Command::Attend { leg, to, how } => self.attend(leg, to, how),
            Command::Hold { call } => self.hold(call, true),
            Command::Resume { call } => self.hold(call, false),
            Command::CallOut {
                call,
                number,
                ring_timeout,
            } => self.call_out(call, &number, ring_timeout),
            Command::HangUp { call } => {
                self.forget_unmade(call);
                self.end_call(call, End::Near, true);
            }
        }
    }

    // A call comes, is answered, and ends.

    fn arrive(&mut self, arrival: Arrival) {
        let Arrival {
            call,
            dialog,
            respond,
            offer,
            timer,
            dialled,
            from,
            source,
            flow,
            came,
        } = arrival;
        if dialog.state().is_terminated() {
            // Cancelled before we came to it: nobody was told of this call.
            self.shared.calls.fetch_sub(1, Ordering::Relaxed);
            self.shared.layer.remove_dialog(&dialog.id());
            self.release(flow.into_iter().collect());
            return;
        }
        self.dialogs.insert(key(&dialog.id()), Party::Call(call));
        self.untaken.push_back((came, call));
        let state = Call {
            way: Way::Sip(dialog),
            respond: Some(respond),
            out: None,
            thread: self.media.quietest(),
            offer,
            timer,
            source,
            flows: flow.into_iter().collect(),
            local: None,
            answered: false,
            confirmed: false,
            awaits_answer: false,
            expires: None,
            legs: Vec::new(),
            talk: Talk::default(),
            held_by_far: false,
            held: false,
            room: None,
            attendance: None,
        };
        self.calls.insert(call, state);
        self.tell(Event::Incoming {
            call,
            dialled,
            from,
        });
    }

    fn ring(&mut self, id: CallId, contact: &str) {
        let call = self.calls.get(&id).filter(|call| call.is_unanswered());
        let Some(dialog) = call.and_then(Call::dialog) else {
            return;
        };
        let rung = dialog.ringing(Some(vec![contact_header(contact), allow_header()]), None);
        if let Err(error) = rung {
            tracing::debug!(%error, "cannot ring");
        }
    }

    fn answer(&mut self, id: CallId, contact: &str) {
        let advertised = self.shared.advertised.ip();
        let Some(call) = self.calls.get_mut(&id).filter(|call| call.is_unanswered()) else {
            return;
        };
        if let Way::Browser(page) = &call.way {
            tell_caller(page, CallNews::Answered);
            call.answered = true;
            return;
        }
        let Some((new, local)) = new_media(Party::Call(id), advertised, call.source) else {
            tracing::error!("cannot open an RTP socket");
            self.end_call(id, End::Failed, true);
            return;
        };
        call.answered = true;
        call.local = Some(local);
        self.media.add(call.thread, new);
        let mut headers = vec![
            sdp_header(),
            contact_header(contact),
            allow_header(),
            Header::Supported("timer".into()),
        ];
        headers.extend(message::session_headers(call.timer));
        let body = match &call.offer {
            Some(offer) => {
                self.media.order(
                    call.thread,
                    Order::Remote {
                        party: Party::Call(id),
                        remote: offer.remote,
                    },
                );
                call.held_by_far = offer.remote.direction.is_hold();
                sdp::answer(local, offer, offer.remote.direction.answered())
            }
            None => {
                call.awaits_answer = true;
                sdp::offer(local, Codec::Pcma, Direction::SendRecv)
            }
        };
        let accepted = call.dialog().is_some_and(|dialog| {
            dialog
                .accept(Some(headers), Some(body.into_bytes()))
                .is_ok()
        });
        self.arm_session(id);
        if !accepted {
            self.end_call(id, End::Failed, false);
        }
    }

    fn arm_session(&mut self, id: CallId) {
        if let Some(call) = self.calls.get_mut(&id)
            && let SessionTimer::Theirs(interval) = call.timer
        {
            let at = Instant::now() + interval;
            call.expires = Some(at);
            self.timers.set(at, Deadline::Session(id));
        }
    }

    fn reject(&mut self, id: CallId, status: u16, reason: String, retry_after: Option<u32>) {
        let Some(call) = self.calls.get(&id).filter(|call| call.is_unanswered()) else {
            return;
        };
        let Some(dialog) = call.dialog() else {
            return self.end_call(id, End::Near, false);
        };
        let code = StatusCode::from(if (300..700).contains(&status) {
            status
        } else {
            503
        });
        if let Some(seconds) = retry_after {
            // The stack's own rejection has no room for this header; the first final response counts.
            let response = final_response(dialog, code.clone(), seconds);
            if let Some(respond) = &call.respond {
                // The transaction may be over already.
                let _sent = respond.send(TransactionEvent::Respond(response));
            }
        }
        let reason: String = reason
            .chars()
            .filter(|c| !c.is_control())
            .take(120)
            .collect();
        let reason = (!reason.is_empty()).then(|| {
            format!(
                "SIP;cause={};text=\"{}\"",
                code.code(),
                reason.replace(['"', '\\'], "'")
            )
        });
        let _rejected = dialog.reject(Some(code), reason);
        self.end_call(id, End::Near, false);
    }

    /// Forgets a call. `say` tells the other side.
    pub(super) fn end_call(&mut self, id: CallId, by: End, say: bool) {
        if self.is_calling_out(id) {
            self.fail_out(id, CallCause::Cancelled, say);
        } else {
            self.close_call(id, say, Event::CallEnded { call: id, by });
        }
    }

    pub(super) fn close_call(&mut self, id: CallId, say: bool, event: Event) {
        let Some(call) = self.calls.remove(&id) else {
            return;
        };
        self.shared.calls.fetch_sub(1, Ordering::Relaxed);
        if call.out.is_some() {
            self.out_is_past(id);
        }
        if call.local.is_some() || call.dialog().is_none() {
            self.media.remove(call.thread, Party::Call(id));
        }
        let hurries = call.answered && !call.confirmed;
        match call.way {
            Way::Browser(page) => {
                if let Event::CallEnded { by, .. } = event {
                    tell_caller(&page, CallNews::Ended(by));
                }
            }
            Way::Sip(dialog) => {
                self.dialogs.remove(&key(&dialog.id()));
                let leaving = Leaving {
                    dialog,
                    flows: call.flows,
                    is_out: call.out.is_some(),
                };
                self.leave(leaving, say, hurries);
            }
        }
        self.tell(event);
        for leg in call.legs {
            self.end_leg(leg, crate::Cause::Cancelled, true);
        }
    }

    /// Ends the dialog of a call. `say` tells the other side; `hurries` when its ACK did not come yet.
    fn leave(&mut self, leaving: Leaving, say: bool, hurries: bool) {
        if !say {
            self.release(leaving.flows);
        } else if hurries {
            // No BYE before the ACK (RFC 3261, 15): it could overtake our 200.
            self.leaving.insert(key(&leaving.dialog.id()), leaving);
        } else {
            self.part(leaving);
        }
    }

    fn release(&self, flows: Vec<String>) {
        for flow in flows {
            self.shared.flows.release(&flow);
        }
    }

    /// Ends a dialog in whatever state it is, then forgets it.
    pub(super) fn part(&mut self, leaving: Leaving) {
        let shared = Arc::clone(&self.shared);
        let Leaving {
            dialog,
            flows,
            is_out,
        } = leaving;
        let within = self.dial_timeout;
        self.tasks.spawn(async move {
            if let Some(trunk) = shared.trunk.as_ref().filter(|_| is_out) {
                // A connection that the trunk closed meanwhile is opened again: else it would not hear the goodbye.
                let _is_open = trunk.open(&shared.tcp, within).await;
            }
            let parted = match (dialog.state().can_cancel(), dialog.role()) {
                (false, _) => dialog.bye().await,
                (true, TransactionRole::Server) => {
                    dialog.reject(Some(StatusCode::TemporarilyUnavailable), None)
                }
                (true, TransactionRole::Client) => {
                    let cancelled = dialog.cancel().await;
                    // Answered in the same moment: then the cancellation did nothing.
                    if dialog.state().is_confirmed() {
                        dialog.bye().await
                    } else {
                        cancelled
                    }
                }
            };
            if let Err(error) = parted {
                tracing::debug!(%error, "goodbye was not answered");
            }
            if dialog.state().is_terminated() {
                shared.layer.remove_dialog(&dialog.id());
            }
            // Only now: the goodbye had to find its way.
            for flow in flows {
                shared.flows.release(&flow);
            }
        });
    }

    fn report(&mut self, report: Report) {
        match report {
            Report::Digit {
                party: Party::Call(call),
                digit,
            } => {
                if self.calls.contains_key(&call) {
                    self.tell(Event::Digit { call, digit });
                }
            }
            Report::Digit {
                party: Party::Leg(_),
                ..
            }
            | Report::PlayEnded {
                party: Party::Leg(_),
                ..
            } => {}
            Report::PlayEnded {
                party: Party::Call(call),
                play,
            } => {
                if self.calls.contains_key(&call) {
                    self.tell(Event::PlayEnded { call, play });
                }
            }
            Report::Quiet {
                party: Party::Call(call),
            } => self.end_call(call, End::MediaTimeout, true),
            Report::Quiet {
                party: Party::Leg(leg),
            } => self.end_leg(leg, crate::Cause::Timeout, true),
        }
    }

    // What the dialogs tell.

    fn state(&mut self, state: DialogState) {
        let party = self.dialogs.get(&key(state.id())).copied();
        match (state, party) {
            (DialogState::Terminated(id, reason), party) => {
                self.shared.layer.remove_dialog(&id);
                if let Some(leaving) = self.leaving.remove(&key(&id)) {
                    self.release(leaving.flows);
                }
                match party {
                    Some(Party::Call(call)) if self.is_calling_out(call) => {
                        self.out_terminated(call, &reason)
                    }
                    Some(Party::Call(call)) => self.end_call(call, end_of(call, &reason), false),
                    Some(Party::Leg(leg)) => self.phone_terminated(leg, &reason),
                    None => {}
                }
            }
            (DialogState::Confirmed(_, response), Some(Party::Call(call))) => {
                if self.is_calling_out(call) {
                    self.out_answered(call, &response);
                } else {
                    self.confirmed(call);
                }
            }
            (DialogState::Trying(_), Some(Party::Call(call))) => self.out_heard(call),
            (DialogState::Early(_, response), Some(Party::Call(call))) => {
                self.out_early(call, &response)
            }
            (DialogState::Confirmed(id, _), None) => {
                if let Some(leaving) = self.leaving.remove(&key(&id)) {
                    self.part(leaving);
                }
            }
            (DialogState::Confirmed(_, response), Some(Party::Leg(leg))) => {
                self.phone_confirmed(leg, &response)
            }
            (DialogState::Trying(_), Some(Party::Leg(leg))) => self.phone_heard(leg),
            (DialogState::Early(_, response), Some(Party::Leg(leg))) => {
                self.phone_early(leg, &response)
            }
            (DialogState::Updated(_, request, handle), Some(party)) => {
                self.renegotiate(party, &request, handle)
            }
            (DialogState::Info(_, request, handle), party) => self.info(party, &request, handle),
            (DialogState::Options(_, _, handle), _) => {
                self.respond(handle, StatusCode::OK, vec![allow_header()], None)
            }
            (DialogState::Updated(_, _, handle), None) => {
                self.respond(
                    handle,
                    StatusCode::CallTransactionDoesNotExist,
                    Vec::new(),
                    None,
                );
            }
            (
                DialogState::Publish(_, _, handle)
                | DialogState::Notify(_, _, handle)
                | DialogState::Refer(_, _, handle)
                | DialogState::Message(_, _, handle),
                _,
            ) => self.respond(
                handle,
                StatusCode::MethodNotAllowed,
                vec![allow_header()],
                None,
            ),
            (
                DialogState::Calling(_)
                | DialogState::Trying(_)
                | DialogState::Early(_, _)
                | DialogState::WaitAck(_, _),
                _,
            ) => {}
        }
    }

    pub(super) fn respond(
        &mut self,
        handle: TransactionHandle,
        status: StatusCode,
        headers: Vec<Header>,
        body: Option<String>,
    ) {
        self.tasks.spawn(async move {
            if handle
                .respond(status, Some(headers), body.map(String::into_bytes))
                .await
                .is_err()
            {
                tracing::debug!("a request ended before its answer");
            }
        });
    }

    fn info(&mut self, party: Option<Party>, request: &Request, handle: TransactionHandle) {
        let key = message::info_key(request);
        let status = if key.is_some() || request.body.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UnsupportedMediaType
        };
        if let (Some(digit), Some(Party::Call(call))) = (key, party) {
            self.tell(Event::Digit { call, digit });
        }
        self.respond(handle, status, Vec::new(), None);
    }

    /// The ACK came. It carries the answer when our 200 carried the offer.
    fn confirmed(&mut self, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        call.confirmed = true;
        if !call.awaits_answer {
            return;
        }
        call.awaits_answer = false;
        let answer = call
            .dialog()
            .and_then(InviteDialog::last_remote_ack)
            .and_then(|ack| sdp::parse(&ack.body).ok());
        match answer {
            Some(answer) => {
                let remote = answer.remote;
                call.offer = Some(answer);
                self.media.order(
                    call.thread,
                    Order::Remote {
                        party: Party::Call(id),
                        remote,
                    },
                );
                self.caller_held(id, remote.direction.is_hold());
            }
            None if call.offer.is_none() => self.end_call(id, End::Failed, true),
            None => {}
        }
    }

    fn caller_held(&mut self, id: CallId, held: bool) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        if call.held_by_far != held {
            call.held_by_far = held;
            self.tell(Event::CallHeld { call: id, held });
        }
        self.refresh_pair(Party::Call(id));
    }

    /// A re-INVITE or UPDATE of the caller.
    pub(super) fn caller_renegotiates(
        &mut self,
        id: CallId,
        request: &Request,
        handle: TransactionHandle,
    ) {
        let timer = message::session_timer(request);
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        if timer == SessionTimer::TooShort {
            let shortest =
                Header::Other("Min-SE".into(), message::MIN_SESSION.as_secs().to_string());
            self.respond(
                handle,
                StatusCode::SessionIntervalTooSmall,
                vec![shortest],
                None,
            );
            return;
        }
        if matches!(timer, SessionTimer::Theirs(_)) {
            call.timer = timer;
        }
        let Some(local) = call.local.as_mut() else {
            self.respond(handle, StatusCode::RequestPending, Vec::new(), None);
            return;
        };
        let reply = renegotiated(request, local, None);
        let thread = call.thread;
        let mut headers = message::session_headers(call.timer);
        match reply {
            Renegotiated::Answer { text, description } => {
                let remote = description.remote;
                call.offer = Some(description);
                headers.push(sdp_header());
                self.respond(handle, StatusCode::OK, headers, Some(text));
                self.media.order(
                    thread,
                    Order::Remote {
                        party: Party::Call(id),
                        remote,
                    },
                );
                self.caller_held(id, remote.direction.is_hold());
            }
            Renegotiated::Offer { text } => {
                call.awaits_answer = true;
                headers.push(sdp_header());
                self.respond(handle, StatusCode::OK, headers, Some(text));
            }
            Renegotiated::Nothing => self.respond(handle, StatusCode::OK, headers, None),
            Renegotiated::Refused => {
                self.respond(handle, StatusCode::NotAcceptableHere, Vec::new(), None)
            }
        }
        self.arm_session(id);
    }
}

/// What a new offer comes to.
pub(super) enum Renegotiated {
    Answer {
        text: String,
        description: Description,
    },
    /// There was no offer: ours goes out.
    Offer {
        text: String,
    },
    /// Nothing but a refresh.
    Nothing,
    Refused,
}

/// Answers a new offer. `most` limits what we say about our side while we hold the other.
pub(super) fn renegotiated(
    request: &Request,
    local: &mut Local,
    most: Option<Direction>,
) -> Renegotiated {
    if request.body.is_empty() {
        if request.method != rsipstack::sip::Method::Invite {
            return Renegotiated::Nothing;
        }
        local.version = local.version.wrapping_add(1);
        return Renegotiated::Offer {
            text: sdp::offer(*local, Codec::Pcma, most.unwrap_or_default()),
        };
    }
    let Ok(description) = sdp::parse(&request.body) else {
        return Renegotiated::Refused;
    };
    local.version = local.version.wrapping_add(1);
    let direction = match (description.remote.direction.answered(), most) {
        (Direction::SendRecv, Some(most)) => most,
        (Direction::RecvOnly, Some(_)) => Direction::Inactive,
        (direction, _) => direction,
    };
    Renegotiated::Answer {
        text: sdp::answer(*local, &description, direction),
        description,
    }
}

/// A socket and random numbers for a leg.
pub(super) fn new_media(
    party: Party,
    advertised: std::net::IpAddr,
    signalling: SocketAddr,
) -> Option<(NewLeg, Local)> {
    let socket = media::rtp_socket(advertised).ok()?;
    let port = socket.local_addr().ok()?.port();
    let mut random = [0_u8; 14];
    getrandom::fill(&mut random).ok()?;
    let word = |at: usize| {
        random
            .get(at..at + 4)
            .and_then(<[u8]>::first_chunk)
            .map_or(0, |bytes| u32::from_be_bytes(*bytes))
    };
    let new = NewLeg {
        party,
        socket: Some(socket),
        ssrc: word(0),
        timestamp: word(4),
        sequence: u16::from_be_bytes([random[8], random[9]]),
        signalling: signalling.ip(),
    };
    let local = Local {
        address: SocketAddr::new(advertised, port),
        session: word(10) >> 1,
        version: 1,
    };
    Some((new, local))
}

/// Who ended a call. The stack names the sides by who called: in an outgoing call we are the client.
fn end_of(call: CallId, reason: &TerminatedReason) -> End {
    match reason {
        TerminatedReason::UacCancel => End::Cancelled,
        TerminatedReason::UacBye if call.is_outgoing() => End::Near,
        TerminatedReason::UasBye if call.is_outgoing() => End::Far,
        TerminatedReason::UacBye => End::Far,
        TerminatedReason::Timeout => End::SignallingTimeout,
        TerminatedReason::UasBye | TerminatedReason::UasDecline | TerminatedReason::UasBusy => {
            End::Near
        }
        TerminatedReason::UacBusy
        | TerminatedReason::ProxyError(_)
        | TerminatedReason::ProxyAuthRequired
        | TerminatedReason::UacOther(_)
        | TerminatedReason::UasOther(_) => End::Failed,
    }
}

/// A final response to the INVITE of a dialog with `Retry-After`.
fn final_response(dialog: &InviteDialog, status_code: StatusCode, retry_after_s: u32) -> Response {
    let request = dialog.initial_request();
    let copied = |header: &Header| {
        matches!(
            header,
            Header::Via(_) | Header::From(_) | Header::CallId(_) | Header::CSeq(_)
        )
    };
    let mut headers: Vec<Header> = request
        .headers
        .iter()
        .filter(|header| copied(header))
        .cloned()
        .collect();
    if let Ok(to) = request.to_header() {
        headers.push(to.with_tag(dialog.id().local_tag.into()).into());
    }
    headers.push(Header::RetryAfter(retry_after_s.to_string().into()));
    headers.push(Header::ContentLength(0_u32.into()));
    Response {
        status_code,
        wire_reason: None,
        version: request.version,
        headers: headers.into(),
        body: Vec::new(),
    }
}
