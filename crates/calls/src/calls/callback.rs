//! Being rung instead of waiting (*Bli ringt opp*): asked for with a key, rung when an adviser is ready.

use core::time::Duration;

use linje_centre::hours;
use linje_desk::field;
use linje_voice::CallCause;

use super::*;

/// Why a line ends that is rung later.
pub(super) const PROMISED: &str = "callback";
/// How long the network rings a citizen: less than the core waits, so that its answer is the network's own.
const RING: Duration = Duration::from_secs(25);
/// A number that is not needed any more is forgotten at the latest this long after the promise.
const KEPT_S: i64 = 24 * 3600;

impl Calls {
    /// The caller in line wants to be rung; the place is kept.
    pub(super) fn ask_callback(&mut self, line: u64, out: &mut Vec<Output>) {
        let Some(contact) = self.lines.get(&line).and_then(|it| it.contact) else {
            return;
        };
        let ask = Command::AskCallback {
            contact,
            from: Timestamp::ZERO,
            until: self.promise(),
        };
        self.promise_callback(line, ask, out);
    }

    /// Nobody waits for the queue now: the caller is rung when the turn comes.
    pub(super) fn book_callback(
        &mut self,
        line: u64,
        (queue, topic, language, class): (QueueId, TopicId, Language, u8),
        out: &mut Vec<Output>,
    ) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        it.queue = queue;
        it.keys.clear();
        let book = Command::BookCallback {
            contact: ContactId::NONE,
            queue,
            topic,
            origin: it.origin,
            language,
            class,
            clearance: it.clearance,
            not_to: AdviserId::NONE,
            from: Timestamp::ZERO,
            until: self.promise(),
        };
        self.promise_callback(line, book, out);
    }

    fn promise(&self) -> Timestamp {
        hours::working_days_after(self.now, self.centre.callback.working_days)
    }

    fn promise_callback(&mut self, line: u64, command: Command, out: &mut Vec<Output>) {
        let until = self.promise();
        let Some(it) = self.lines.get(&line) else {
            return;
        };
        let Some(number) = it.from.clone() else {
            return;
        };
        let caller = it.caller;
        let mut submit = self.submit(command, Asked::Callback(line));
        submit.caller = caller;
        submit.vault.push((
            field::CALLBACK_NUMBER.to_owned(),
            number.as_str().as_bytes().to_vec(),
            until.plus_s(KEPT_S),
        ));
        out.push(Output::Submit(submit));
    }

    /// The promise is durable: the caller hears it and may hang up.
    pub(super) fn callback_asked(
        &mut self,
        line: u64,
        promised: bool,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        // The record and the reply both say it; the first of them counts.
        if it.reason == Some(PROMISED) {
            return;
        }
        if !promised {
            // In line the caller waits on; whoever should not wait at all is told that nobody can take the call.
            if it.state == LineState::Menu {
                self.hear(line, Heard::Refused, status, out);
            }
            return;
        }
        let in_menu = it.state == LineState::Menu;
        if let Some(contact) = it.contact.take() {
            self.by_contact.remove(&contact);
            if in_menu {
                let reason = CloseReason::Cancelled;
                let close = self.submit(Command::Close { contact, reason }, Asked::Nothing);
                out.push(Output::Submit(close));
            }
        }
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        it.session = None;
        it.music = false;
        it.keys.clear();
        it.reason = Some(PROMISED);
        let language = it.language;
        let gone = it.gone;
        let confirm = self
            .centre
            .callback
            .offer
            .as_ref()
            .map(|offer| offer.confirm);
        match confirm.filter(|_| !gone) {
            Some(prompt) => {
                it.hang_up_after = true;
                self.play(line, vec![Spoken { prompt, language }], out);
                self.show(line, status, out);
            }
            None => self.hang_up(line, status, out),
        }
    }

    /// A line for a citizen who is not on it yet, so that the adviser's phone can ring for it.
    pub(super) fn prepare_callback(&mut self, contact: ContactId) {
        if self.by_contact.contains_key(&contact) {
            return;
        }
        let call = CallId::outgoing(self.next + 1);
        self.next += 1;
        let mut line = Line::new(End::Sip(call), "", Origin::Live, None);
        line.contact = Some(contact);
        line.state = LineState::Offered;
        let line = self.open(line);
        self.by_call.insert(call, line);
        self.by_contact.insert(contact, line);
    }

    /// Whether the line is of a callback that is not being rung.
    pub(super) fn is_unrung(&self, line: u64) -> bool {
        self.lines.get(&line).is_some_and(|it| {
            it.session.is_none()
                && it.dialling.is_none()
                && it.talking.is_none()
                && it.call().is_some_and(CallId::is_outgoing)
        })
    }

    /// The adviser is ready: ring the citizen.
    pub(super) fn dial_out(
        &mut self,
        (contact, adviser, attempt): (ContactId, AdviserId, u8),
        promised: bool,
        number: Option<Number>,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        self.prepare_callback(contact);
        let Some(&line) = self.by_contact.get(&contact) else {
            return;
        };
        let no_phone = self.lines.get(&line).is_some_and(|it| it.leg.is_none());
        if no_phone {
            // Accepted on the page: the adviser's phone rings while the citizen's does.
            let nobody = OfferId(u64::MAX);
            let leg = self.ring(line, contact, nobody, adviser, status, out);
            if let Some(it) = self.lines.get_mut(&line) {
                it.leg = leg;
            }
        }
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        it.dialling = Some(attempt);
        it.promised = promised;
        it.talking = Some(adviser);
        it.state = LineState::Ringing;
        if let Some(Leg {
            id: leg, answered, ..
        }) = it.leg
        {
            out.push(Output::Voice(if answered {
                voice::Command::RingTone { leg }
            } else {
                voice::Command::AnswerLeg { leg }
            }));
        }
        let call = it.call();
        match (call, number) {
            (Some(call), Some(number)) => {
                out.push(Output::Voice(voice::Command::CallOut {
                    call,
                    number,
                    ring_timeout: RING,
                }));
            }
            // The number is not at hand: that is not the citizen's doing.
            _ => self.dialled(line, Some(FailCause::BridgeFailed), out),
        }
    }

    /// Whether the citizen who was rung first hears who rings.
    pub(super) fn greet_rung(&mut self, line: u64, out: &mut Vec<Output>) -> bool {
        let greeting = self
            .centre
            .callback
            .offer
            .as_ref()
            .map(|offer| offer.greeting);
        let Some(it) = self.lines.get_mut(&line) else {
            return false;
        };
        let rung = it.promised && it.call().is_some_and(CallId::is_outgoing);
        let language = it.language;
        let Some(prompt) =
            greeting.filter(|prompt| rung && self.clips.get(*prompt, language).is_some())
        else {
            return false;
        };
        it.greets = true;
        self.play(line, vec![Spoken { prompt, language }], out);
        true
    }

    pub(super) fn on_out_answered(&mut self, call: CallId, out: &mut Vec<Output>) {
        if let Some(&line) = self.by_call.get(&call) {
            self.dialled(line, None, out);
        } else {
            out.push(Output::Voice(voice::Command::HangUp { call }));
        }
    }

    pub(super) fn on_out_failed(&mut self, call: CallId, cause: CallCause, out: &mut Vec<Output>) {
        let Some(&line) = self.by_call.get(&call) else {
            return;
        };
        let cause = match cause {
            CallCause::Cancelled => return,
            CallCause::Busy | CallCause::Declined => FailCause::Busy,
            CallCause::NoAnswer => FailCause::NoAnswer,
            CallCause::Unreachable | CallCause::Refused => FailCause::Unreachable,
            // Our side: the citizen loses no attempt by it.
            CallCause::Full | CallCause::Trunk => FailCause::BridgeFailed,
        };
        self.dialled(line, Some(cause), out);
    }

    /// Tells the desk what came of ringing.
    fn dialled(&mut self, line: u64, failed: Option<FailCause>, out: &mut Vec<Output>) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        let (Some(contact), Some(attempt)) = (it.contact, it.dialling) else {
            return;
        };
        let asked = if failed.is_none() {
            it.dialling = None;
            Asked::Dialled(line)
        } else {
            Asked::Nothing
        };
        let dialled = Command::Dialled {
            contact,
            attempt,
            failed,
        };
        let submit = self.submit(dialled, asked);
        out.push(Output::Submit(submit));
    }

    /// Not rung now: the line goes, the contact waits on.
    pub(super) fn drop_callback(&mut self, line: u64, out: &mut Vec<Output>) {
        let Some(it) = self.lines.remove(&line) else {
            return;
        };
        self.deadlines.remove(&(it.armed, line));
        if let Some(contact) = it.contact {
            self.by_contact.remove(&contact);
        }
        if let Some(call) = it.call() {
            self.by_call.remove(&call);
            out.push(Output::Voice(voice::Command::HangUp { call }));
        }
        self.end_leg(it.leg, out);
    }
}
