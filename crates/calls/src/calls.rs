//! The lines, and what happens on each.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use linje_centre::Centre;
use linje_desk::{Accepted, CallerKey, Refusal, Submit};
use linje_event::{CloseReason, Command, ConsultAction, Effect, Entry, Event, FailCause};
use linje_flow::{Circumstances, Input as Heard, Session, Step};
use linje_types::{
    AdviserId, Channel, Clearance, ContactId, Language, OfferId, Origin, QueueId, Timestamp,
    TopicId,
};
use linje_voice::{self as voice, CallId, LegId, Number, Pattern};

use crate::clips::Clips;
use crate::line::{Attends, End, Leg, Line, LineState};
use crate::page::{PageId, PageKey, PageView, Spoken};

mod attend;
mod callback;
mod consult;

pub use attend::{Beside, YES};

/// Effects that may wait for the reply that names their contact; older ones are forgotten.
const EARLY: usize = 1_000;

/// What calls need to know of the rest; answered from read models.
pub trait Status {
    /// The place in line of a contact (1 = next) and the expected wait of its queue in seconds.
    fn place(&self, contact: ContactId, queue: QueueId) -> (Option<u32>, Option<f64>);
    /// The opaque id of a contact, as the API shows it.
    fn shown(&self, contact: ContactId) -> String;
    /// The keyed hash of a number; `None` when it is marked as shared.
    fn caller_key(&self, number: &str) -> Option<CallerKey>;
    /// What an adviser must be cleared for to meet whoever may have this number.
    fn clearance(&self, caller: CallerKey) -> Clearance;
    /// The adviser whom a user of a phone is.
    fn adviser_of(&self, user: &str) -> Option<AdviserId>;
    /// A bit for each crisis plan that is on.
    fn plans(&self) -> u64;
    /// The user of an adviser's phone.
    fn user_of(&self, adviser: AdviserId) -> Option<String>;
}

/// What a page wants of its call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pages {
    /// Ring a number.
    Ring {
        /// A new call.
        page: PageId,
        /// Id of the number in the centre description.
        number: String,
        /// Whether a synthetic adviser shall answer.
        synthetic: bool,
    },
    /// Press a key.
    Key {
        /// The call.
        page: PageId,
        /// The key.
        key: char,
    },
    /// Hang up.
    HangUp {
        /// The call.
        page: PageId,
    },
    /// Show a call that a browser makes with sound.
    Follow {
        /// A new page.
        page: PageId,
        /// The call on the lines; it may not have been told yet.
        call: CallId,
    },
}

/// What happened.
#[derive(Debug)]
pub enum Input {
    /// On the lines.
    Voice(voice::Event),
    /// At the desk, after the commit. [`Effect::Dial`] comes as [`Input::Dial`].
    Effect(Effect),
    /// At the desk: [`Effect::Dial`], with the number that the vault keeps; `None` when it is not there any more.
    Dial {
        /// The contact.
        contact: ContactId,
        /// The adviser, who is ready.
        adviser: AdviserId,
        /// 1 = the first.
        attempt: u8,
        /// Whether the citizen asked for it.
        promised: bool,
        /// Whom to ring.
        number: Option<Number>,
    },
    /// A record of the log that may be about a contact on a line.
    Recorded(Event),
    /// The desk's answer to one of our commands.
    Reply {
        /// The token of the submit.
        token: u64,
        /// The answer.
        result: Result<Accepted, Refusal>,
    },
    /// On a page.
    Page(Pages),
    /// Somebody wants something beside the conversation.
    Beside(Beside),
    /// Time passed.
    Tick,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub enum Output {
    /// On the lines.
    Voice(voice::Command),
    /// At the desk; the answer comes back as [`Input::Reply`].
    Submit(Submit),
    /// On a page.
    Page(Box<PageView>),
    /// A phone came or went: the adviser's presence.
    Phone {
        /// The adviser.
        adviser: AdviserId,
        /// Whether a phone is there.
        registered: bool,
    },
    /// Somebody attends a conversation now, or nobody any more.
    Attending {
        /// The contact.
        contact: ContactId,
        /// Whether.
        on: bool,
    },
    /// The person outside said yes to being recorded.
    SaidYes {
        /// The contact.
        contact: ContactId,
    },
    /// Where the sound of a conversation is; `None` when it has none.
    Sound {
        /// The contact.
        contact: ContactId,
        /// The person outside and the adviser's phone.
        at: Option<(CallId, LegId)>,
    },
}

/// What a reply is about.
enum Asked {
    Arrive(u64),
    Enqueue(u64),
    Accept { line: u64, leg: Option<LegId> },
    Callback(u64),
    Dialled(u64),
    Nothing,
}

/// All lines of the centre.
pub struct Calls {
    centre: Arc<Centre>,
    clips: Arc<Clips>,
    automatic: Option<AdviserId>,
    greeting: Option<linje_centre::PromptId>,
    /// The numbers that the line out rings; None = there is no line out.
    rings: Option<Vec<Pattern>>,
    /// What asks the person outside whether they may be recorded.
    question: Option<linje_centre::PromptId>,
    lines: BTreeMap<u64, Line>,
    by_call: BTreeMap<CallId, u64>,
    by_page: BTreeMap<PageId, u64>,
    by_contact: BTreeMap<ContactId, u64>,
    by_leg: BTreeMap<LegId, u64>,
    by_consult: BTreeMap<ContactId, u64>,
    deadlines: BTreeSet<(Timestamp, u64)>,
    phones: BTreeSet<AdviserId>,
    asked: BTreeMap<u64, Asked>,
    early: VecDeque<(ContactId, Effect)>,
    /// Pages that show a call of which the lines have not told yet.
    follows: BTreeMap<CallId, PageId>,
    next: u64,
    now: Timestamp,
}

impl Calls {
    /// Nobody on the line. `automatic` answers calls by itself and says so; only in the demo.
    #[must_use]
    pub fn new(centre: Arc<Centre>, clips: Arc<Clips>, automatic: Option<AdviserId>) -> Calls {
        let greeting = centre.prompt_id("automatic-adviser");
        let question = centre.prompt_id("recording-question");
        Calls {
            centre,
            clips,
            automatic,
            greeting,
            rings: None,
            question,
            lines: BTreeMap::new(),
            by_call: BTreeMap::new(),
            by_page: BTreeMap::new(),
            by_contact: BTreeMap::new(),
            by_leg: BTreeMap::new(),
            by_consult: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            phones: BTreeSet::new(),
            asked: BTreeMap::new(),
            early: VecDeque::new(),
            follows: BTreeMap::new(),
            next: 0,
            now: Timestamp::ZERO,
        }
    }

    /// With a line out that rings these numbers. Without one nobody is offered to be rung.
    #[must_use]
    pub fn ringing(mut self, rings: Option<Vec<Pattern>>) -> Calls {
        self.rings = rings;
        self
    }

    /// Another description is in force: calls from now on are walked through it. Its prompts are those of
    /// the one before.
    pub fn describe(&mut self, centre: Arc<Centre>) {
        self.centre = centre;
    }

    /// When to come back with [`Input::Tick`]; `NEVER` when only an input changes anything.
    #[must_use]
    pub fn next_deadline(&self) -> Timestamp {
        self.deadlines
            .first()
            .map_or(Timestamp::NEVER, |&(at, _)| at)
    }

    /// How many lines are open.
    #[must_use]
    pub fn n_lines(&self) -> usize {
        self.lines.len()
    }

    /// Takes what happened; what is to be done is appended to `out`, in order.
    pub fn step(
        &mut self,
        input: Input,
        now: Timestamp,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        self.now = self.now.max(now);
        match input {
            Input::Voice(event) => self.on_voice(event, status, out),
            Input::Effect(effect) => self.on_effect(effect, status, out),
            Input::Dial {
                contact,
                adviser,
                attempt,
                promised,
                number,
            } => {
                self.dial_out((contact, adviser, attempt), promised, number, status, out);
            }
            Input::Recorded(event) => self.on_record(&event, status, out),
            Input::Reply { token, result } => self.on_reply(token, result, status, out),
            Input::Page(page) => self.on_page(page, status, out),
            Input::Beside(beside) => self.on_beside(beside, status, out),
            Input::Tick => self.on_tick(status, out),
        }
    }

    fn on_voice(&mut self, event: voice::Event, status: &dyn Status, out: &mut Vec<Output>) {
        match event {
            voice::Event::Incoming {
                call,
                dialled,
                from,
            } => self.on_incoming(call, &dialled, &from, status, out),
            voice::Event::Digit { call, digit } => {
                if let Some(&line) = self.by_call.get(&call) {
                    self.on_key(line, digit, status, out);
                }
            }
            voice::Event::PlayEnded { call, play } => {
                if let Some(&line) = self.by_call.get(&call) {
                    self.on_played(line, play, status, out);
                }
            }
            voice::Event::CallEnded { call, by } => {
                if let Some(&line) = self.by_call.get(&call) {
                    self.on_gone(line, by, status, out);
                }
            }
            voice::Event::CallHeld { .. }
            | voice::Event::LegRinging { .. }
            | voice::Event::CallRinging { .. } => {}
            voice::Event::CallAnswered { call } => self.on_out_answered(call, out),
            voice::Event::CallFailed { call, cause } => self.on_out_failed(call, cause, out),
            voice::Event::LegAnswered { leg } => self.on_leg_answered(leg, out),
            voice::Event::LegFailed { leg, cause } => self.on_leg_failed(leg, cause, out),
            voice::Event::LegEnded { leg } => self.on_leg_ended(leg, out),
            voice::Event::LegHeld { leg, held } => self.on_leg_held(leg, held, out),
            voice::Event::Registered { user } => self.on_phone(&user, true, status, out),
            voice::Event::Unregistered { user, .. } => self.on_phone(&user, false, status, out),
        }
    }

    fn on_incoming(
        &mut self,
        call: CallId,
        dialled: &str,
        from: &voice::Caller,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        let figures = national(dialled);
        let Some(number) = self
            .centre
            .number(figures)
            .or_else(|| self.centre.number_named(dialled))
        else {
            out.push(Output::Voice(voice::Command::Reject {
                call,
                status: 404,
                reason: "Unknown number".to_owned(),
                retry_after: None,
            }));
            return;
        };
        let figures = number.number.clone();
        let caller = from
            .number
            .as_deref()
            .and_then(|number| status.caller_key(number));
        let mut line = Line::new(End::Sip(call), &figures, Origin::Live, caller);
        line.clearance = caller.map_or(Clearance::NONE, |caller| status.clearance(caller));
        line.from = from.number.as_deref().map(Number::from);
        let line = self.open(line);
        self.by_call.insert(call, line);
        self.arrive(line, out);
        if let Some(page) = self.follows.remove(&call) {
            self.follow(page, line, status, out);
        }
    }

    fn on_page(&mut self, page: Pages, status: &dyn Status, out: &mut Vec<Output>) {
        match page {
            Pages::Ring {
                page,
                number,
                synthetic,
            } => {
                let origin = if synthetic {
                    Origin::Synthetic
                } else {
                    Origin::Live
                };
                let figures = self
                    .centre
                    .number_named(&number)
                    .map_or(number, |number| number.number.clone());
                let line = self.open(Line::new(End::Page(page), &figures, origin, None));
                self.by_page.insert(page, line);
                self.arrive(line, out);
                self.show(line, status, out);
            }
            Pages::Key { page, key } => {
                if let Some(&line) = self.by_page.get(&page) {
                    self.on_key(line, key, status, out);
                }
            }
            Pages::HangUp { page } => {
                if let Some(&line) = self.by_page.get(&page) {
                    if let Some(call) = self.lines.get(&line).and_then(Line::call) {
                        out.push(Output::Voice(voice::Command::HangUp { call }));
                    }
                    self.on_gone(line, voice::End::Far, status, out);
                }
            }
            Pages::Follow { page, call } => match self.by_call.get(&call) {
                Some(&line) => self.follow(page, line, status, out),
                None => {
                    if self.follows.len() == EARLY {
                        self.follows.pop_first();
                    }
                    self.follows.insert(call, page);
                }
            },
        }
    }

    /// A page shows this line from now on.
    fn follow(&mut self, page: PageId, line: u64, status: &dyn Status, out: &mut Vec<Output>) {
        if let Some(it) = self.lines.get_mut(&line) {
            it.followed = Some(page);
            self.by_page.insert(page, line);
            self.show(line, status, out);
        }
    }

    fn open(&mut self, line: Line) -> u64 {
        self.next += 1;
        self.lines.insert(self.next, line);
        self.next
    }

    fn arrive(&mut self, line: u64, out: &mut Vec<Output>) {
        let it = &self.lines[&line];
        let command = Command::Arrive {
            contact: ContactId::NONE,
            channel: Channel::Voice,
            topic: TopicId::NONE,
            origin: it.origin,
            language: it.language,
            entry: Entry::Menu,
        };
        let caller = it.caller;
        let mut submit = self.submit(command, Asked::Arrive(line));
        submit.caller = caller;
        out.push(Output::Submit(submit));
    }

    fn submit(&mut self, command: Command, asked: Asked) -> Submit {
        self.next += 1;
        if !matches!(asked, Asked::Nothing) {
            self.asked.insert(self.next, asked);
        }
        Submit::new(self.next, command)
    }

    fn on_reply(
        &mut self,
        token: u64,
        result: Result<Accepted, Refusal>,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        match self.asked.remove(&token) {
            Some(Asked::Arrive(line)) => self.arrived(line, result, status, out),
            Some(Asked::Enqueue(line)) => self.enqueued(line, result, status, out),
            Some(Asked::Accept { line, leg }) => {
                if let (Err(_), Some(leg)) = (result, leg) {
                    out.push(Output::Voice(voice::Command::HangUpLeg { leg }));
                    self.forget_leg(line, leg);
                }
            }
            Some(Asked::Callback(line)) => {
                let promised = result.is_ok_and(|accepted| accepted.closed.is_none());
                self.callback_asked(line, promised, status, out);
            }
            Some(Asked::Dialled(line)) => {
                if result.is_err() {
                    self.hang_up(line, status, out);
                }
            }
            Some(Asked::Nothing) | None => {}
        }
    }

    fn arrived(
        &mut self,
        line: u64,
        result: Result<Accepted, Refusal>,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        let contact = result.ok().and_then(|accepted| accepted.contact);
        let Some(contact) = contact else {
            return self.refuse(line, status, out);
        };
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        it.contact = Some(contact);
        self.by_contact.insert(contact, line);
        if it.gone {
            let leave = self.submit(Command::Leave { contact }, Asked::Nothing);
            out.push(Output::Submit(leave));
            return self.close(line, status, out);
        }
        it.state = LineState::Menu;
        if let Some(call) = it.call() {
            out.push(Output::Voice(voice::Command::Answer {
                call,
                contact: status.shown(contact),
            }));
        }
        let figures = &it.number;
        let rung = it.from.as_ref().zip(self.rings.as_ref());
        let rung = rung.is_some_and(|(from, rings)| linje_voice::may_call(from, rings).is_ok());
        let circumstances = Circumstances {
            language: it.language,
            plans: status.plans(),
            can_be_rung: it.origin == Origin::Live && rung,
            line_out: self.rings.is_some(),
        };
        let Ok((session, steps)) = Session::start(&self.centre, figures, self.now, circumstances)
        else {
            return self.hang_up(line, status, out);
        };
        it.session = Some(session);
        it.centre = Some(Arc::clone(&self.centre));
        self.run(line, steps, status, out);
        for effect in self.early_for(contact) {
            self.on_effect(effect, status, out);
        }
    }

    /// The desk could not take the call: said by the line itself, nothing was promised (S15).
    fn refuse(&mut self, line: u64, status: &dyn Status, out: &mut Vec<Output>) {
        if let Some(it) = self.lines.get_mut(&line) {
            it.reason = Some("unavailable");
            if let Some(call) = it.call() {
                out.push(Output::Voice(voice::Command::Reject {
                    call,
                    status: 503,
                    reason: "Service unavailable".to_owned(),
                    retry_after: Some(5),
                }));
            }
            self.close(line, status, out);
        }
    }

    fn enqueued(
        &mut self,
        line: u64,
        result: Result<Accepted, Refusal>,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        let heard = match result {
            Ok(accepted) if accepted.closed.is_none() => {
                let Some(it) = self.lines.get_mut(&line) else {
                    return;
                };
                if it.state == LineState::Menu {
                    it.state = LineState::Queued;
                }
                it.enqueued = Some(self.now);
                return self.show(line, status, out);
            }
            Ok(_) => {
                if let Some(it) = self.lines.get_mut(&line) {
                    it.reason = Some(CloseReason::QueueFull.as_str());
                }
                Heard::Refused
            }
            // The log cannot be written: the caller is told that nobody can take the call now.
            Err(_) => Heard::Refused,
        };
        self.hear(line, heard, status, out);
    }

    fn on_key(&mut self, line: u64, key: char, status: &dyn Status, out: &mut Vec<Output>) {
        let listening = self.lines.get(&line).is_some_and(|it| {
            matches!(
                it.state,
                LineState::Menu | LineState::Queued | LineState::Offered
            )
        });
        if listening {
            self.hear(line, Heard::Key(key), status, out);
        } else {
            self.hear_yes(line, key, status, out);
        }
    }

    fn on_played(&mut self, line: u64, play: u64, status: &dyn Status, out: &mut Vec<Output>) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        if it.play != play {
            return;
        }
        it.play_ends = Timestamp::NEVER;
        it.said.clear();
        if it.question {
            return self.stop_asking(line, status, out);
        }
        if core::mem::take(&mut it.greets) {
            if let (Some(call), Some(leg)) = (it.call(), it.leg.filter(|leg| leg.answered)) {
                out.push(Output::Voice(voice::Command::bridge(call, leg.id)));
            }
            return;
        }
        if it.hang_up_after {
            return self.hang_up(line, status, out);
        }
        self.hear(line, Heard::PlayEnded, status, out);
    }

    /// Tells the menu what was heard and does what it says.
    fn hear(&mut self, line: u64, heard: Heard, status: &dyn Status, out: &mut Vec<Output>) {
        let now = self.now;
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        let Some(session) = it.session.as_mut() else {
            return;
        };
        let centre = it.centre.as_ref().unwrap_or(&self.centre);
        let steps = session.on(centre, heard, now);
        it.language = session.language();
        self.run(line, steps, status, out);
    }

    fn run(&mut self, line: u64, steps: Vec<Step>, status: &dyn Status, out: &mut Vec<Output>) {
        for step in steps {
            self.run_one(line, step, status, out);
        }
        self.show(line, status, out);
    }

    fn run_one(&mut self, line: u64, step: Step, status: &dyn Status, out: &mut Vec<Output>) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        match step {
            Step::Play { prompts, .. } => {
                let said: Vec<Spoken> = prompts
                    .iter()
                    .map(|prompt| Spoken {
                        prompt: prompt.id,
                        language: prompt.language,
                    })
                    .collect();
                self.play(line, said, out);
            }
            Step::ListenUntil(_) => {}
            Step::Keys(keys) => {
                it.keys = keys
                    .into_iter()
                    .map(|key| PageKey {
                        key: key.key,
                        label: key.label,
                    })
                    .collect();
            }
            Step::Enqueue {
                queue,
                topic,
                language,
                class,
            } => self.enqueue(line, (queue, topic, language, class), out),
            Step::AskCallback => self.ask_callback(line, out),
            Step::BookCallback {
                queue,
                topic,
                language,
                class,
            } => self.book_callback(line, (queue, topic, language, class), out),
            Step::Music => {
                it.music = true;
                if let Some(call) = it.call() {
                    out.push(Output::Voice(voice::Command::Music { call }));
                }
            }
            Step::Close(reason) => {
                it.reason = Some(reason.as_str());
                if let Some(contact) = it.contact {
                    let close = self.submit(Command::Close { contact, reason }, Asked::Nothing);
                    out.push(Output::Submit(close));
                }
            }
            Step::HangUp => {
                if it.said.is_empty() {
                    self.hang_up(line, status, out);
                } else {
                    it.hang_up_after = true;
                }
            }
        }
    }

    fn play(&mut self, line: u64, said: Vec<Spoken>, out: &mut Vec<Output>) {
        let now = self.now;
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        let clips: Vec<_> = said
            .iter()
            .filter_map(|spoken| self.clips.get(spoken.prompt, spoken.language))
            .collect();
        it.play += 1;
        it.said = said;
        match it.end {
            End::Sip(call) => out.push(Output::Voice(voice::Command::Play {
                call,
                play: it.play,
                items: clips.iter().map(|clip| clip.id).collect(),
                then_music: it.music,
            })),
            End::Page(_) => {
                let lasts = clips.iter().map(|clip| clip.lasts_us).sum();
                self.arm(line, |it| it.play_ends = now.plus_us(lasts));
            }
        }
    }

    fn enqueue(
        &mut self,
        line: u64,
        (queue, topic, language, class): (QueueId, TopicId, Language, u8),
        out: &mut Vec<Output>,
    ) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        let Some(contact) = it.contact else { return };
        it.queue = queue;
        it.language = language;
        it.keys.clear();
        let clearance = it.clearance;
        let command = Command::Enqueue {
            contact,
            queue,
            topic,
            language,
            class,
            place: Timestamp::NEVER,
            needs: linje_event::Needs {
                clearance,
                ..linje_event::Needs::NONE
            },
        };
        let submit = self.submit(command, Asked::Enqueue(line));
        out.push(Output::Submit(submit));
    }

    /// Tells the menu where the caller is in line, for the announcement that may be due.
    fn tell_status(&mut self, line: u64, status: &dyn Status) {
        let now = self.now;
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        let (Some(contact), Some(session)) = (it.contact, it.session.as_mut()) else {
            return;
        };
        if it.state != LineState::Queued {
            return;
        }
        let (Some(position), expected) = status.place(contact, it.queue) else {
            return;
        };
        let heard = Heard::QueueStatus {
            position,
            expected_wait_s: expected.map(whole_seconds),
        };
        // News of the queue is kept for later; it asks for nothing now.
        let centre = it.centre.as_ref().unwrap_or(&self.centre);
        session.on(centre, heard, now);
    }

    fn on_effect(&mut self, effect: Effect, status: &dyn Status, out: &mut Vec<Output>) {
        let contact = contact_of(&effect);
        if let Some(&line) = self.by_consult.get(&contact) {
            return self.on_consult(line, effect, status, out);
        }
        if let Effect::Present { callback: true, .. } = effect {
            self.prepare_callback(contact);
        }
        let Some(&line) = self.by_contact.get(&contact) else {
            // The desk may be faster than its own reply: kept until the reply names the contact.
            if self.early.len() == EARLY {
                self.early.pop_front();
            }
            self.early.push_back((contact, effect));
            return;
        };
        match effect {
            Effect::Present {
                offer,
                adviser,
                channel,
                ..
            } => {
                if channel == Channel::Voice {
                    self.present(line, offer, adviser, status, out);
                }
            }
            Effect::Withdraw { offer, .. } => self.withdraw(line, offer, out),
            Effect::Resume { .. } if self.is_consulting(line) => self.take_back(line, status, out),
            Effect::Connect { adviser, .. } => self.connect(line, adviser, status, out),
            Effect::Hold { .. } => self.hold(line, true, status, out),
            Effect::Resume { .. } => self.hold(line, false, status, out),
            Effect::Disconnect { requeued, .. } => self.disconnect(line, requeued, status, out),
            Effect::Release { reason, .. } => self.release(line, reason, status, out),
            Effect::Consult { consult, .. } => self.consult(line, consult, status, out),
            Effect::HandOver { consult, to, .. } => {
                self.hand_over(line, consult, to, status, out);
            }
            Effect::Conference { joined, .. } => self.conference(line, joined, status, out),
            // It comes with its number, as `Input::Dial`.
            Effect::Dial { .. } => {}
            Effect::StopDial { .. } => self.drop_callback(line, out),
        }
    }

    fn early_for(&mut self, contact: ContactId) -> Vec<Effect> {
        let mine = |entry: &&(ContactId, Effect)| entry.0 == contact;
        let effects = self
            .early
            .iter()
            .filter(mine)
            .map(|entry| entry.1)
            .collect();
        self.early.retain(|entry| entry.0 != contact);
        effects
    }

    /// What the log says about a line: effects are made for live contacts only, and a page shows every state.
    fn on_record(&mut self, event: &Event, status: &dyn Status, out: &mut Vec<Output>) {
        let Some(line) = event
            .contact()
            .and_then(|contact| self.by_contact.get(&contact).copied())
        else {
            return;
        };
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        let synthetic = it.origin == Origin::Synthetic;
        match *event {
            Event::OfferMade { .. } => it.state = LineState::Offered,
            Event::OfferEnded { .. } if it.state == LineState::Offered => {
                it.state = LineState::Queued;
            }
            Event::ContactQueued { .. } => it.state = LineState::Queued,
            Event::ContactTransferred { queue, .. } => {
                it.queue = queue;
                if synthetic {
                    self.disconnect(line, true, status, out);
                }
            }
            Event::OfferAccepted { adviser, .. } | Event::ContactAssigned { adviser, .. }
                if synthetic =>
            {
                self.connect(line, adviser, status, out);
            }
            Event::ContactHeld { .. } if synthetic => self.hold(line, true, status, out),
            Event::ContactResumed { .. } if synthetic => self.hold(line, false, status, out),
            Event::ContactReturned { .. } if synthetic => {
                self.disconnect(line, true, status, out);
            }
            Event::ContactEnded { .. } if synthetic => self.disconnect(line, false, status, out),
            Event::ContactClosed { reason, .. } if synthetic => {
                self.release(line, reason, status, out);
            }
            // Who is to be rung already asked elsewhere: the line of it may be there before the record that says so.
            Event::CallbackAsked { .. } if it.call().is_some_and(CallId::is_outgoing) => return,
            Event::CallbackAsked { .. } => self.callback_asked(line, true, status, out),
            Event::CentrePublished { .. }
            | Event::ContactArrived { .. }
            | Event::OfferEnded { .. }
            | Event::OfferAccepted { .. }
            | Event::ContactAssigned { .. }
            | Event::ContactHeld { .. }
            | Event::ContactResumed { .. }
            | Event::ContactReturned { .. }
            | Event::ContactEnded { .. }
            | Event::ContactClosed { .. }
            | Event::WrapUpSet { .. }
            | Event::BarEnded { .. }
            | Event::ContactNeeds { .. }
            | Event::RingStarted { .. }
            | Event::ContactOverdue { .. }
            | Event::ContactOverflowed { .. }
            | Event::ContactSetAside { .. }
            | Event::ContactGivenBack { .. }
            | Event::ContactTakenUp { .. }
            | Event::ConsultStarted { .. }
            | Event::ConsultEnded { .. }
            | Event::ContactHandedOver { .. }
            | Event::CallbackDue { .. }
            | Event::CallbackDialling { .. }
            | Event::CallbackAnswered { .. }
            | Event::CallbackMissed { .. }
            | Event::CalledOut { .. }
            | Event::ConferenceSet { .. }
            | Event::AlsoChosen { .. }
            | Event::QueueExpected { .. }
            | Event::PlanSwitched { .. }
            | Event::RequestMade { .. }
            | Event::RequestAnswered { .. }
            | Event::RequestClosed { .. }
            | Event::AdviserSignedIn { .. }
            | Event::AdviserSignedOut { .. }
            | Event::ActivityChosen { .. }
            | Event::OriginsChosen { .. }
            | Event::PresenceLost { .. }
            | Event::PresenceRegained { .. } => return,
        }
        self.show(line, status, out);
    }

    fn present(
        &mut self,
        line: u64,
        offer: OfferId,
        adviser: AdviserId,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        if Some(adviser) == self.automatic {
            let accept = Command::Accept { offer, adviser };
            let submit = self.submit(accept, Asked::Accept { line, leg: None });
            out.push(Output::Submit(submit));
            return;
        }
        let contact = self.lines.get(&line).and_then(|it| it.contact);
        let leg = contact.and_then(|contact| self.ring(line, contact, offer, adviser, status, out));
        if let Some(it) = self.lines.get_mut(&line) {
            it.leg = leg;
        }
    }

    /// Rings an adviser's phone for a line; `None` when there is none: then the desk's page is where it is answered.
    fn ring(
        &mut self,
        line: u64,
        contact: ContactId,
        offer: OfferId,
        adviser: AdviserId,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) -> Option<Leg> {
        let user = status
            .user_of(adviser)
            .filter(|_| self.phones.contains(&adviser))?;
        let leg = LegId(self.next + 1);
        let it = self.lines.get(&line)?;
        let call = it.call()?;
        let name = if it.queue == QueueId::NONE {
            "Linje".to_owned()
        } else {
            self.centre
                .queue(it.queue)
                .name
                .get(Language::Nb)
                .to_owned()
        };
        self.next += 1;
        self.by_leg.insert(leg, line);
        out.push(Output::Voice(voice::Command::Dial {
            leg,
            call,
            user,
            contact: status.shown(contact),
            caller_display: name,
        }));
        Some(Leg {
            id: leg,
            adviser,
            offer,
            answered: false,
        })
    }

    fn withdraw(&mut self, line: u64, offer: OfferId, out: &mut Vec<Output>) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        let leg = it.leg.take_if(|leg| leg.offer == offer);
        self.end_leg(leg, out);
        if self.is_unrung(line) {
            self.drop_callback(line, out);
        }
    }

    /// A phone is no longer wanted.
    fn end_leg(&mut self, leg: Option<Leg>, out: &mut Vec<Output>) {
        let Some(leg) = leg else { return };
        self.by_leg.remove(&leg.id);
        out.push(Output::Voice(if leg.answered {
            voice::Command::HangUpLeg { leg: leg.id }
        } else {
            voice::Command::CancelLeg { leg: leg.id }
        }));
    }

    fn connect(
        &mut self,
        line: u64,
        adviser: AdviserId,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        let automatic = Some(adviser) == self.automatic;
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        it.state = LineState::Active;
        it.talking = Some(adviser);
        it.music = false;
        it.said.clear();
        it.keys.clear();
        if let (Some(call), Some(leg)) = (it.call(), it.leg) {
            if !leg.answered {
                out.push(Output::Voice(voice::Command::AnswerLeg { leg: leg.id }));
            } else if !self.greet_rung(line, out) {
                out.push(Output::Voice(voice::Command::bridge(call, leg.id)));
            }
        } else if automatic {
            self.greet(line, out);
        } else if let Some(call) = it.call() {
            out.push(Output::Voice(voice::Command::Silence { call }));
        }
        self.hear(line, Heard::Answered, status, out);
        self.show(line, status, out);
    }

    /// The automatic adviser says what it is, then repeats what it hears.
    fn greet(&mut self, line: u64, out: &mut Vec<Output>) {
        let Some(it) = self.lines.get(&line) else {
            return;
        };
        let spoken = self.greeting.map(|prompt| Spoken {
            prompt,
            language: it.language,
        });
        let Some(call) = it.call() else {
            return self.play(line, spoken.into_iter().collect(), out);
        };
        let clip = spoken.and_then(|spoken| self.clips.get(spoken.prompt, spoken.language));
        out.push(Output::Voice(voice::Command::Echo {
            call,
            first: clip.iter().map(|clip| clip.id).collect(),
        }));
    }

    fn hold(&mut self, line: u64, held: bool, status: &dyn Status, out: &mut Vec<Output>) {
        let cut_short = self.lines.get(&line).is_some_and(|it| it.question);
        self.stop_asking(line, status, out);
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        it.question_due |= cut_short;
        it.state = if held {
            LineState::Held
        } else {
            LineState::Active
        };
        it.music = held;
        // A phone that holds by itself has already done what we would ask of it.
        let by_phone = it.held_by_phone;
        it.held_by_phone = by_phone && held;
        if let (Some(call), false) = (it.call(), by_phone) {
            out.push(Output::Voice(if held {
                voice::Command::Hold { call }
            } else {
                voice::Command::Resume { call }
            }));
        }
        self.show(line, status, out);
        if !held {
            self.ask_aloud(line, status, out);
        }
    }

    fn disconnect(
        &mut self,
        line: u64,
        requeued: bool,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        it.talking = None;
        self.end_attendance(line, out);
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        if let Some(leg) = it.leg.take() {
            self.by_leg.remove(&leg.id);
            out.push(Output::Voice(voice::Command::HangUpLeg { leg: leg.id }));
        }
        if !requeued {
            if let Some(it) = self.lines.get_mut(&line) {
                it.reason = Some(CloseReason::Served.as_str());
            }
            return self.hang_up(line, status, out);
        }
        it.state = LineState::Queued;
        it.music = true;
        if let Some(call) = it.call() {
            out.push(Output::Voice(voice::Command::unbridge(call)));
        }
        self.hear(line, Heard::BackInQueue, status, out);
    }

    fn release(
        &mut self,
        line: u64,
        reason: CloseReason,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        it.reason = Some(reason.as_str());
        let words_follow = matches!(
            reason,
            CloseReason::QueueFull | CloseReason::ClosedHours | CloseReason::NoChoice
        );
        if !words_follow {
            self.hang_up(line, status, out);
        }
    }

    fn hang_up(&mut self, line: u64, status: &dyn Status, out: &mut Vec<Output>) {
        if let Some(call) = self.lines.get(&line).and_then(Line::call) {
            out.push(Output::Voice(voice::Command::HangUp { call }));
        }
        self.close(line, status, out);
    }

    /// The citizen is gone: the desk is told. It makes a callback task when the call died.
    fn on_gone(&mut self, line: u64, by: voice::End, status: &dyn Status, out: &mut Vec<Output>) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        let Some(contact) = it.contact else {
            it.gone = true;
            if it.reason == Some(callback::PROMISED) {
                self.close(line, status, out);
            }
            return;
        };
        let died = matches!(
            by,
            voice::End::MediaTimeout | voice::End::SignallingTimeout | voice::End::Failed
        );
        let command = if died {
            Command::Lose { contact }
        } else {
            Command::Leave { contact }
        };
        it.reason = Some(if died { "lost" } else { "left" });
        let submit = self.submit(command, Asked::Nothing);
        out.push(Output::Submit(submit));
        self.close(line, status, out);
    }

    fn close(&mut self, line: u64, status: &dyn Status, out: &mut Vec<Output>) {
        if let Some(it) = self.lines.get_mut(&line) {
            it.state = LineState::Closed;
            it.said.clear();
            it.keys.clear();
            it.music = false;
        }
        self.show(line, status, out);
        self.end_attendance(line, out);
        let Some(it) = self.lines.remove(&line) else {
            return;
        };
        self.deadlines.remove(&(it.armed, line));
        if let Some(contact) = it.contact {
            self.by_contact.remove(&contact);
        }
        if let Some(consult) = it.consult {
            self.by_consult.remove(&consult);
        }
        self.end_leg(it.leg, out);
        self.end_leg(it.expert, out);
        if let Some(page) = it.page() {
            self.by_page.remove(&page);
        }
        if let Some(call) = it.call() {
            self.by_call.remove(&call);
        }
    }

    fn on_leg_answered(&mut self, leg: LegId, out: &mut Vec<Output>) {
        let Some((line, it)) = self.line_of(leg) else {
            out.push(Output::Voice(voice::Command::HangUpLeg { leg }));
            return;
        };
        let Some(mine) = it.leg.as_mut().filter(|mine| mine.id == leg) else {
            if !self.attendant_answered(line, leg, out) {
                self.expert_answered(line, leg, out);
            }
            return;
        };
        mine.answered = true;
        let (offer, adviser) = (mine.offer, mine.adviser);
        if it.dialling.is_some() {
            out.push(Output::Voice(voice::Command::RingTone { leg }));
            return;
        }
        if it.talking == Some(adviser) {
            // Accepted on the page while the phone rang.
            let (call, connected) = (it.call(), it.state == LineState::Active);
            if let Some(call) = call
                && !(connected && self.greet_rung(line, out))
            {
                out.push(Output::Voice(voice::Command::bridge(call, leg)));
            }
            return;
        }
        let accept = Command::Accept { offer, adviser };
        let asked = Asked::Accept {
            line,
            leg: Some(leg),
        };
        let submit = self.submit(accept, asked);
        out.push(Output::Submit(submit));
    }

    fn on_leg_failed(&mut self, leg: LegId, cause: voice::Cause, out: &mut Vec<Output>) {
        let Some((line, _)) = self.line_of(leg) else {
            return;
        };
        if self.attendant_left(line, leg, out) {
            return;
        }
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        let Some(mine) = it.leg.filter(|mine| mine.id == leg).or(it.expert) else {
            return;
        };
        let accepted = it.talking == Some(mine.adviser);
        let contact = it.contact;
        self.forget_leg(line, leg);
        let offer = mine.offer;
        let adviser = mine.adviser;
        let command = match cause {
            voice::Cause::Cancelled => return,
            voice::Cause::Declined => Command::Decline { offer, adviser },
            voice::Cause::Busy => Command::Fail {
                offer,
                cause: FailCause::Busy,
            },
            voice::Cause::Unreachable => Command::Fail {
                offer,
                cause: FailCause::Unreachable,
            },
            voice::Cause::Timeout => Command::Fail {
                offer,
                cause: FailCause::NoAnswer,
            },
        };
        // Accepted on the page, but the phone never came: back in line is worse than talking without it.
        if accepted && contact.is_some() {
            return;
        }
        let submit = self.submit(command, Asked::Nothing);
        out.push(Output::Submit(submit));
    }

    fn on_leg_ended(&mut self, leg: LegId, out: &mut Vec<Output>) {
        let Some((line, _)) = self.line_of(leg) else {
            return;
        };
        if self.attendant_left(line, leg, out) {
            return;
        }
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        if it.expert.is_some_and(|expert| expert.id == leg) {
            return self.expert_left(line, out);
        }
        let (Some(mine), Some(contact)) = (it.leg, it.contact) else {
            return;
        };
        let talking = it.talking == Some(mine.adviser) || it.dialling.is_some();
        let expert = it.expert.filter(|expert| expert.answered);
        self.forget_leg(line, leg);
        let command = if let (true, Some(_)) = (talking, expert) {
            // Hanging up while the expert is on the line is how a phone hands over.
            Command::EndConsult {
                contact,
                adviser: mine.adviser,
                action: ConsultAction::HandOver,
            }
        } else if talking {
            Command::End {
                contact,
                adviser: mine.adviser,
            }
        } else {
            // Answered and gone before the two were connected.
            Command::Fail {
                offer: mine.offer,
                cause: FailCause::BridgeFailed,
            }
        };
        let submit = self.submit(command, Asked::Nothing);
        out.push(Output::Submit(submit));
    }

    fn on_leg_held(&mut self, leg: LegId, held: bool, out: &mut Vec<Output>) {
        let Some((_, it)) = self.line_of(leg) else {
            return;
        };
        let Some(contact) = it.contact else { return };
        it.held_by_phone = true;
        let command = if held {
            Command::Hold { contact }
        } else {
            Command::Resume { contact }
        };
        let submit = self.submit(command, Asked::Nothing);
        out.push(Output::Submit(submit));
    }

    fn line_of(&mut self, leg: LegId) -> Option<(u64, &mut Line)> {
        let line = *self.by_leg.get(&leg)?;
        Some((line, self.lines.get_mut(&line)?))
    }

    fn forget_leg(&mut self, line: u64, leg: LegId) {
        self.by_leg.remove(&leg);
        if let Some(it) = self.lines.get_mut(&line) {
            it.leg.take_if(|mine| mine.id == leg);
            it.expert.take_if(|mine| mine.id == leg);
        }
    }

    fn on_phone(
        &mut self,
        user: &str,
        registered: bool,
        status: &dyn Status,
        out: &mut Vec<Output>,
    ) {
        let Some(adviser) = status.adviser_of(user) else {
            return;
        };
        if registered {
            self.phones.insert(adviser);
        } else {
            self.phones.remove(&adviser);
        }
        out.push(Output::Phone {
            adviser,
            registered,
        });
    }

    fn on_tick(&mut self, status: &dyn Status, out: &mut Vec<Output>) {
        let now = self.now;
        while let Some(&(at, line)) = self.deadlines.first() {
            if at > now {
                return;
            }
            self.deadlines.remove(&(at, line));
            let Some(it) = self.lines.get_mut(&line) else {
                continue;
            };
            it.armed = Timestamp::NEVER;
            if it.play_ends <= now {
                let play = it.play;
                self.on_played(line, play, status, out);
            } else {
                self.tell_status(line, status);
                self.hear(line, Heard::Timeout, status, out);
            }
            self.arm(line, |_| {});
        }
    }

    /// Changes a line and notes when the clock must come back to it.
    fn arm(&mut self, line: u64, change: impl FnOnce(&mut Line)) {
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        change(it);
        let at = it.deadline();
        if at == it.armed {
            return;
        }
        self.deadlines.remove(&(it.armed, line));
        it.armed = at;
        if at != Timestamp::NEVER {
            self.deadlines.insert((at, line));
        }
    }

    /// Notes the line's clock and, for a page, shows how it stands.
    fn show(&mut self, line: u64, status: &dyn Status, out: &mut Vec<Output>) {
        self.arm(line, |_| {});
        let Some(it) = self.lines.get(&line) else {
            return;
        };
        let Some(page) = it.page() else { return };
        let waiting = matches!(it.state, LineState::Queued | LineState::Offered);
        let (position, expected_wait_s) = match it.contact {
            Some(contact) if waiting => status.place(contact, it.queue),
            _ => (None, None),
        };
        let mut view = PageView {
            page,
            at: Timestamp::ZERO,
            contact: it.contact,
            state: it.state,
            reason: it.reason.filter(|_| it.state == LineState::Closed),
            playing: (!it.said.is_empty()).then(|| (it.play, it.said.clone())),
            music: it.music,
            keys: it.keys.clone(),
            language: it.language,
            position,
            expected_wait_s,
            enqueued: it.enqueued,
            adviser: it.talking,
            synthetic: it.origin == Origin::Synthetic,
        };
        let Some(it) = self.lines.get_mut(&line) else {
            return;
        };
        if it.shown.as_ref() != Some(&view) {
            it.shown = Some(view.clone());
            view.at = self.now;
            out.push(Output::Page(Box::new(view)));
        }
    }
}

/// The contact of an effect.
fn contact_of(effect: &Effect) -> ContactId {
    match *effect {
        Effect::Present { contact, .. }
        | Effect::Withdraw { contact, .. }
        | Effect::Connect { contact, .. }
        | Effect::Hold { contact }
        | Effect::Resume { contact }
        | Effect::Disconnect { contact, .. }
        | Effect::Consult { contact, .. }
        | Effect::HandOver { contact, .. }
        | Effect::Dial { contact, .. }
        | Effect::StopDial { contact, .. }
        | Effect::Conference { contact, .. }
        | Effect::Release { contact, .. } => contact,
    }
}

/// The eight figures of a Norwegian number, without the country code.
fn national(dialled: &str) -> &str {
    dialled
        .strip_prefix("+47")
        .or_else(|| dialled.strip_prefix("0047"))
        .unwrap_or(dialled)
}

/// Seconds for an announcement; an expected wait is never negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a u32 holds"
)]
fn whole_seconds(wait_s: f64) -> u32 {
    wait_s.clamp(0.0, 1e6) as u32
}
