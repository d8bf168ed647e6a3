//! From a day's log to what the world did in it.
//!
//! The events are applied one by one to the state of the day's start. An event that somebody outside the
//! core caused becomes a step of its contact or of the script; an event that the core decided only begins
//! or ends phases. The place in the log is kept with each, so that acts of one microsecond keep their order.

use core::ops::Range;
use std::sync::Arc;

use linje_event::{
    By, CloseReason, ConsultAction, ConsultOutcome, Event, FailCause, Needs, OfferOutcome,
    WrapUpAction,
};
use linje_routing::{ContactState, ContactView, RestoreError, State, Tables};
use linje_types::{Activity, AdviserId, ContactId, QueueId, RequestId, Timestamp};

use super::{
    draw::Pools,
    outcome::Fold,
    patience::{Patience, Waited},
    script::{
        Act, Asleep, Class, Kind, NONE, Outside, Over, Person, Phase, Recorded, Scripted, Step,
        Wanted,
    },
};

/// A log that cannot be taken apart.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A centre description that the log names is not at hand.
    #[error("centre description {0:016x} is not at hand")]
    UnknownCentre(u64),
    /// The state does not fit a centre description that the log names.
    #[error("cannot restore the state under centre description {version:016x}")]
    Restore {
        /// The description.
        version: u64,
        /// What is wrong.
        #[source]
        source: RestoreError,
    },
    /// An event about a contact that is not open.
    #[error("record {0} of the day is about a contact that is not open")]
    NoContact(u64),
    /// An event about an adviser whom the centre does not have.
    #[error("record {0} of the day is about an adviser whom the centre does not have")]
    NoAdviser(u64),
    /// More records than a day can have.
    #[error("a day has at most 4294967294 records")]
    TooMany,
}

/// The rules of a centre description by its hash.
pub(super) type TablesOf<'a> = &'a mut dyn FnMut(u64) -> Option<Arc<Tables>>;

impl Recorded {
    /// Takes a log apart.
    ///
    /// `state` is any state of that log at or before the start of `day`, and `events` all records since;
    /// those before the day only move the state on, those after it are not read. `tables` gives the rules
    /// of a centre description that came into force meanwhile, by its hash.
    ///
    /// # Errors
    /// When a description is not at hand, or the events do not follow from the state.
    pub fn of(
        mut state: State,
        events: impl IntoIterator<Item = (Timestamp, Event)>,
        day: Range<Timestamp>,
        tables: &mut dyn FnMut(u64) -> Option<Arc<Tables>>,
    ) -> Result<Recorded, RecordError> {
        let mut events = events.into_iter().peekable();
        while let Some((at, event)) = events.next_if(|(at, _)| *at < day.start) {
            check(&state, &event, 0)?;
            if let Event::CentrePublished { version } = event {
                state = publish(&state, version, tables)?.0;
            }
            state.apply(&event, at);
        }
        let mut recorder = Recorder::new(state, &day);
        for (at, event) in events.take_while(|(at, _)| *at < day.end) {
            recorder.take(at, &event, tables)?;
        }
        Ok(recorder.finish())
    }
}

/// The state under the description `version`, as the desk makes it.
fn publish(
    state: &State,
    version: u64,
    tables: TablesOf<'_>,
) -> Result<(State, Arc<Tables>), RecordError> {
    let tables = tables(version).ok_or(RecordError::UnknownCentre(version))?;
    let state = State::restore(Arc::clone(&tables), &state.snapshot())
        .map_err(|source| RecordError::Restore { version, source })?;
    Ok((state, tables))
}

/// Whether the event can be applied at all.
fn check(state: &State, event: &Event, record: u32) -> Result<(), RecordError> {
    let record = u64::from(record);
    if event
        .adviser()
        .is_some_and(|adviser| adviser.idx() >= state.n_advisers())
    {
        return Err(RecordError::NoAdviser(record));
    }
    let Some(contact) = event.contact() else {
        return Ok(());
    };
    let fits = if matches!(event, Event::ContactArrived { .. }) {
        contact == state.next_contact()
    } else {
        state.contact(contact).is_some()
    };
    fits.then_some(()).ok_or(RecordError::NoContact(record))
}

/// The open phases of a person.
#[derive(Debug, Clone, Copy)]
struct Now {
    person: u32,
    wait: u32,
    /// Menu, offer, talk or wrap-up.
    act: u32,
    /// Ended without a wrap-up: closed by the same command.
    closes: bool,
    /// An expert's side of somebody else's contact.
    consult: bool,
    /// Nobody is on the line: a callback, or an expert's side.
    patient: bool,
    /// What it needs, told before it is queued.
    needs: Needs,
    /// The record that queued it as it came, and when; `NONE` = it came otherwise.
    queued: (u32, Timestamp),
    /// How long the expert had talked when the contact was handed over.
    talked_us: Option<i64>,
    /// How often its work was laid aside.
    asides: u16,
    /// Since when it is laid aside; `NEVER` = it is not.
    aside_since: Timestamp,
    /// Microseconds laid aside, all times but the one that goes on.
    aside_us: i64,
    /// When the last record was about it.
    touched: Timestamp,
}

const NOBODY: Now = Now {
    person: NONE,
    wait: NONE,
    act: NONE,
    closes: false,
    consult: false,
    patient: false,
    needs: Needs::NONE,
    queued: (NONE, Timestamp::NEVER),
    talked_us: None,
    asides: 0,
    aside_since: Timestamp::NEVER,
    aside_us: 0,
    touched: Timestamp::ZERO,
};

/// Never chose because of a request.
const DISAGREED: (Timestamp, Activity) = (Timestamp::NEVER, Activity::Break);

struct Recorder {
    state: State,
    start: State,
    from: Timestamp,
    end: Timestamp,
    seq: u32,
    people: Vec<Person>,
    phases: Vec<Phase>,
    steps: Vec<Step>,
    script: Vec<Scripted>,
    published: Vec<(u64, Arc<Tables>)>,
    asleep: Vec<Asleep>,
    /// By slot.
    now: Vec<Now>,
    /// By adviser: the last offer that they let go, and when.
    let_go: Vec<(u32, Timestamp)>,
    /// By adviser: when an offer was last withdrawn because of what they did.
    withdrew: Vec<Timestamp>,
    /// By adviser: when a yes to a request last made them choose, and what.
    agreed: Vec<(Timestamp, Activity)>,
    returns: Vec<i64>,
    fold: Fold,
}

impl Recorder {
    fn new(state: State, day: &Range<Timestamp>) -> Recorder {
        let n_advisers = state.n_advisers();
        let mut recorder = Recorder {
            fold: Fold::new(&state, day.start),
            start: state.clone(),
            from: day.start,
            end: day.end.plus_us(-1),
            seq: 0,
            people: Vec::new(),
            phases: Vec::new(),
            steps: Vec::new(),
            script: Vec::new(),
            published: Vec::new(),
            asleep: Vec::new(),
            now: Vec::new(),
            let_go: vec![(NONE, Timestamp::NEVER); n_advisers],
            withdrew: vec![Timestamp::NEVER; n_advisers],
            agreed: vec![DISAGREED; n_advisers],
            returns: Vec::new(),
            state,
        };
        let open: Vec<ContactView> = recorder.start.contacts().collect();
        for view in &open {
            recorder.adopt(view);
        }
        for view in &open {
            if let Some(consult) = view.consult {
                recorder.is_about(consult, view.id);
            }
        }
        recorder
    }

    /// A contact that was open when the day began.
    fn adopt(&mut self, view: &ContactView) {
        let what = (view.channel, view.topic);
        self.enter(view.id, Person::new(what, view.origin, view.language));
        self.now[view.id.slot() as usize].patient = view.callback || view.consult_of.is_some();
        for kind in phases_of(view.state) {
            self.begin(view.id, *kind, view.queue, view.adviser, self.from);
            if let Some(phase) = self.phases.last_mut() {
                phase.before = true;
            }
        }
        if view.state == ContactState::SetAside {
            self.lay_aside(view.id, self.from);
        }
    }

    fn take(
        &mut self,
        at: Timestamp,
        event: &Event,
        tables: TablesOf<'_>,
    ) -> Result<(), RecordError> {
        check(&self.state, event, self.seq)?;
        self.read(at, event, tables)?;
        let slot = event.contact().map(ContactId::slot);
        if let Some(now) = slot.and_then(|slot| self.now.get_mut(slot as usize)) {
            now.touched = at;
        }
        self.fold.event(at, event);
        self.state.apply(event, at);
        self.fold.after(at, &self.state);
        self.seq += 1;
        (self.seq < NONE).then_some(()).ok_or(RecordError::TooMany)
    }

    /// What the event says of the world; the state is still the one before it.
    fn read(
        &mut self,
        at: Timestamp,
        event: &Event,
        tables: TablesOf<'_>,
    ) -> Result<(), RecordError> {
        match *event {
            Event::CentrePublished { version } => self.published(at, version, tables)?,
            Event::ContactArrived {
                contact,
                channel,
                topic,
                origin,
                language,
                in_menu,
            } => {
                let person = Person::new((channel, topic), origin, language);
                let person = self.enter(contact, person);
                self.outside(at, Outside::Arrive(person));
                if in_menu {
                    let (queue, adviser) = (QueueId::NONE, AdviserId::NONE);
                    self.begin(contact, Kind::Menu, queue, adviser, at);
                }
            }
            Event::ContactQueued {
                contact,
                queue,
                topic,
                language,
                class,
                enqueued,
            } => {
                let now = &mut self.now[contact.slot() as usize];
                let needs = core::mem::replace(&mut now.needs, Needs::NONE);
                let consult = now.consult;
                let wanted = Wanted {
                    queue,
                    topic,
                    language,
                    class: self.class(queue, class),
                    place: if enqueued == at {
                        Timestamp::NEVER
                    } else {
                        enqueued
                    },
                    needs,
                };
                if !consult {
                    self.wants(contact, wanted, at);
                }
                self.begin(contact, Kind::Wait, queue, AdviserId::NONE, at);
            }
            Event::OfferMade {
                contact, adviser, ..
            } => {
                let queue = self.queue_of(contact);
                self.begin(contact, Kind::Offer, queue, adviser, at);
            }
            Event::ContactAssigned {
                contact, adviser, ..
            } => self.answered(contact, adviser, at),
            Event::OfferAccepted {
                contact, adviser, ..
            } => {
                self.acts(contact, Act::Accept, at);
                self.answered(contact, adviser, at);
            }
            Event::OfferEnded {
                contact,
                adviser,
                outcome,
                ..
            } => self.offer_ended(contact, adviser, outcome, at),
            Event::ContactHeld { contact, .. } => self.step(contact, Act::Hold, at),
            Event::ContactResumed { contact, .. } => self.step(contact, Act::Resume, at),
            Event::ContactEnded {
                contact,
                adviser,
                by,
                wrap_up_until,
            } => {
                let act = match by {
                    By::Citizen => Act::Leave,
                    By::Adviser => Act::End,
                    By::Lost => Act::Lose,
                };
                if self.now[contact.slot() as usize].consult && by != By::Adviser {
                    // The consultation was ended from the other side.
                    self.cut(contact, at);
                } else {
                    self.acts(contact, act, at);
                }
                let queue = self.queue_of(contact);
                self.begin(contact, Kind::WrapUp, queue, adviser, at);
                self.now[contact.slot() as usize].closes = wrap_up_until <= at;
            }
            Event::WrapUpSet { contact, until, .. } => {
                let action = if until == Timestamp::NEVER {
                    WrapUpAction::StopClock
                } else {
                    let running = self.view(contact).and_then(|view| view.deadline);
                    let from = running.map_or(at, |running| running.max(at));
                    WrapUpAction::Extend(until.since_us(from))
                };
                self.step(contact, Act::WrapUp(action), at);
            }
            Event::ContactTransferred { contact, queue, .. } => {
                self.acts(contact, Act::Transfer(queue), at);
                self.begin(contact, Kind::Wait, queue, AdviserId::NONE, at);
            }
            Event::ContactReturned { contact, .. } => {
                self.note_late(contact, at);
                let queue = self.queue_of(contact);
                self.cut(contact, at);
                self.begin(contact, Kind::Wait, queue, AdviserId::NONE, at);
            }
            Event::ContactClosed {
                contact,
                reason,
                queue,
                ..
            } => self.closed(contact, reason, queue, at),
            Event::AdviserSignedIn { adviser, activity } => {
                self.outside(at, Outside::SignIn(adviser, activity));
            }
            Event::AdviserSignedOut { adviser } => {
                let rang = self.rang(adviser, at);
                self.outside(at, Outside::SignOut(adviser, rang));
            }
            Event::ActivityChosen { adviser, activity } => self.chose(adviser, activity, at),
            Event::OriginsChosen { adviser, origins } => {
                self.outside(at, Outside::Meet(adviser, origins));
            }
            Event::PresenceLost { adviser, .. } => {
                self.outside(at, Outside::LosePresence(adviser));
            }
            Event::PresenceRegained { adviser } => {
                self.outside(at, Outside::RegainPresence(adviser));
            }
            Event::BarEnded { contact } => self.note_late(contact, at),
            Event::ContactNeeds { contact, needs } => {
                self.now[contact.slot() as usize].needs = needs;
            }
            Event::RingStarted { contact, .. }
            | Event::ContactOverdue { contact }
            | Event::ContactOverflowed { contact, .. } => self.note_late_step(contact, at),
            Event::CallbackDue { contact } => self.note_late(contact, at),
            Event::ContactSetAside { contact, .. } => self.lay_aside(contact, at),
            Event::ContactTakenUp { contact, .. } => self.take_up(contact, at),
            Event::ContactGivenBack { contact, .. } => {
                let queue = self.queue_of(contact);
                self.acts(contact, Act::Return, at);
                self.begin(contact, Kind::Wait, queue, AdviserId::NONE, at);
            }
            Event::ConsultStarted {
                contact,
                consult,
                queue,
                ..
            } => self.consult_started(contact, consult, queue, at),
            Event::ConsultEnded {
                contact,
                consult,
                outcome,
            } => self.consult_ended(contact, consult, outcome, at),
            Event::ContactHandedOver {
                contact, to, queue, ..
            } => {
                let talked_us = self.now[contact.slot() as usize].talked_us.take();
                let act = Act::EndConsult(ConsultAction::HandOver, talked_us);
                self.acts(contact, act, at);
                self.begin(contact, Kind::Talk, queue, to, at);
            }
            Event::CallbackAsked {
                contact,
                from,
                until,
            } => self.callback_asked(contact, (from, until), at),
            Event::CallbackDialling {
                contact, adviser, ..
            } => {
                let queue = self.queue_of(contact);
                self.acts(contact, Act::Accept, at);
                self.begin(contact, Kind::Dial, queue, adviser, at);
            }
            Event::CallbackAnswered { contact, adviser } => {
                self.acts(contact, Act::Dialled(None), at);
                self.now[contact.slot() as usize].patient = false;
                self.answered(contact, adviser, at);
            }
            Event::CallbackMissed { contact, cause, .. } => {
                if self.is_due(contact, at) {
                    self.note_late(contact, at);
                    self.now[contact.slot() as usize].act = NONE;
                } else {
                    self.acts(contact, Act::Dialled(Some(cause)), at);
                }
            }
            Event::CalledOut { contact, .. } => {
                // Nobody sent it, and nobody waits: the day that is lived again goes without.
                self.script.pop();
                let now = &mut self.now[contact.slot() as usize];
                now.consult = true;
                now.patient = true;
            }
            Event::ConferenceSet { .. } => {}
            Event::AlsoChosen { adviser, channels } => {
                self.outside(at, Outside::Also(adviser, channels));
            }
            Event::QueueExpected { queue, wait_us } => {
                self.outside(at, Outside::Expect(queue, wait_us));
            }
            Event::PlanSwitched { plan, on } => self.outside(at, Outside::Plan(plan, on)),
            Event::RequestMade {
                activity,
                wanted,
                unit,
                ..
            } => self.outside(at, Outside::Ask(activity, wanted, unit)),
            Event::RequestAnswered {
                request,
                adviser,
                yes,
            } => self.request_answered(request, adviser, yes, at),
            Event::RequestClosed { request } => {
                let asked = self
                    .state
                    .requests()
                    .iter()
                    .find(|asked| asked.id == request);
                let enough =
                    asked.is_some_and(|asked| asked.accepted() >= usize::from(asked.wanted));
                if !enough {
                    self.outside(at, Outside::CloseRequest(request));
                }
            }
        }
        Ok(())
    }

    // ---- Consultations, callbacks, requests, work laid aside.

    /// The consultation is a person of its own, found again by the contact that it is about.
    fn is_about(&mut self, consult: ContactId, contact: ContactId) {
        let own = &mut self.now[consult.slot() as usize];
        own.consult = true;
        own.patient = true;
        let number = own.person;
        let citizen = self.now[contact.slot() as usize].person as usize;
        let (first, last) = self.people[citizen].consults;
        self.people[citizen].consults = if first == NONE {
            (number, number)
        } else {
            self.people[last as usize].next_consult = number;
            (first, number)
        };
    }

    fn consult_started(
        &mut self,
        contact: ContactId,
        consult: ContactId,
        queue: QueueId,
        at: Timestamp,
    ) {
        self.step(contact, Act::Consult(queue), at);
        // It has come like any contact; but nobody sent it.
        self.script.pop();
        self.is_about(consult, contact);
    }

    /// How long the expert has talked; `None` when nobody has answered.
    fn talked(&self, consult: ContactId, at: Timestamp) -> Option<i64> {
        let act = self.now[consult.slot() as usize].act;
        let phase = self.phases.get(act as usize);
        phase
            .filter(|phase| phase.kind == Kind::Talk)
            .map(|phase| at.since_us(phase.began))
    }

    fn consult_ended(
        &mut self,
        contact: ContactId,
        consult: ContactId,
        outcome: ConsultOutcome,
        at: Timestamp,
    ) {
        let talked_us = self.talked(consult, at);
        match outcome {
            ConsultOutcome::TakenBack => {
                let act = Act::EndConsult(ConsultAction::TakeBack, talked_us);
                self.step(contact, act, at);
            }
            ConsultOutcome::ExpertLeft => self.step(contact, Act::ConsultOver, at),
            ConsultOutcome::Failed if talked_us.is_some() => {
                self.step(contact, Act::ConsultOver, at);
            }
            // The queue was full; the citizen left; the contact was handed over, which has been seen.
            ConsultOutcome::Failed | ConsultOutcome::CitizenLeft | ConsultOutcome::HandedOver => {}
        }
    }

    /// Asked for in line, or booked without coming.
    fn callback_asked(
        &mut self,
        contact: ContactId,
        window: (Timestamp, Timestamp),
        at: Timestamp,
    ) {
        let now = self.now[contact.slot() as usize];
        let queue = self.queue_of(contact);
        if now.queued.1 == at && now.queued.0 + 1 == self.seq {
            self.people[now.person as usize].booked = Some(window);
            self.now[contact.slot() as usize].patient = true;
            self.phases[now.wait as usize].patient = true;
            return;
        }
        self.step_in(now.wait, Act::AskCallback(window.0, window.1), at);
        self.phases[now.wait as usize].over = Over::Acted;
        self.now[contact.slot() as usize].patient = true;
        self.begin(contact, Kind::Wait, queue, AdviserId::NONE, at);
    }

    fn request_answered(
        &mut self,
        request: RequestId,
        adviser: AdviserId,
        yes: bool,
        at: Timestamp,
    ) {
        self.outside(at, Outside::Answer(request, adviser, yes));
        let asked = self
            .state
            .requests()
            .iter()
            .find(|asked| asked.id == request);
        let does = self.state.adviser(adviser).map(|view| view.activity);
        if let Some(asked) = asked.filter(|asked| yes && does != Some(asked.activity)) {
            self.agreed[adviser.idx()] = (at, asked.activity);
        }
    }

    fn lay_aside(&mut self, contact: ContactId, at: Timestamp) {
        let now = &mut self.now[contact.slot() as usize];
        now.asides = now.asides.saturating_add(1);
        now.aside_since = at;
    }

    fn take_up(&mut self, contact: ContactId, at: Timestamp) {
        let now = &mut self.now[contact.slot() as usize];
        now.aside_us += at.since_us(now.aside_since);
        now.aside_since = Timestamp::NEVER;
    }

    fn published(
        &mut self,
        at: Timestamp,
        version: u64,
        tables: TablesOf<'_>,
    ) -> Result<(), RecordError> {
        let (state, tables) = publish(&self.state, version, tables)?;
        let place = u32::try_from(self.published.len()).map_err(|_| RecordError::TooMany)?;
        self.state = state;
        let n_advisers = self.state.n_advisers();
        self.let_go.resize(n_advisers, (NONE, Timestamp::NEVER));
        self.withdrew.resize(n_advisers, Timestamp::NEVER);
        self.agreed.resize(n_advisers, DISAGREED);
        self.fold.widen(at, n_advisers);
        self.published.push((version, tables));
        self.outside(at, Outside::Publish(place));
        Ok(())
    }

    fn enter(&mut self, contact: ContactId, person: Person) -> u32 {
        let slot = contact.slot() as usize;
        if self.now.len() <= slot {
            self.now.resize(slot + 1, NOBODY);
        }
        let number = u32::try_from(self.people.len()).unwrap_or(NONE);
        self.now[slot] = Now {
            person: number,
            ..NOBODY
        };
        self.people.push(person);
        number
    }

    fn outside(&mut self, at: Timestamp, act: Outside) {
        let seq = self.seq;
        self.script.push(Scripted { at, seq, act });
    }

    fn view(&self, contact: ContactId) -> Option<ContactView> {
        self.state.contact(contact)
    }

    fn queue_of(&self, contact: ContactId) -> QueueId {
        self.view(contact).map_or(QueueId::NONE, |view| view.queue)
    }

    fn class(&self, queue: QueueId, class: u8) -> Class {
        let rules = self.state.tables().rules();
        let usual = rules.queues.get(queue.idx()).map(|rule| rule.class);
        if usual == Some(class) {
            Class::OfQueue
        } else {
            Class::Fixed(class)
        }
    }

    /// A contact chose a queue: in a menu, or by coming.
    fn wants(&mut self, contact: ContactId, wanted: Wanted, at: Timestamp) {
        let now = self.now[contact.slot() as usize];
        if now.act == NONE {
            self.people[now.person as usize].wanted = Some(wanted);
            // What cannot be booked did not come by a booking.
            let plain = wanted.place == Timestamp::NEVER
                && (wanted.needs.named, wanted.needs.due) == (AdviserId::NONE, Timestamp::NEVER);
            if plain {
                self.now[contact.slot() as usize].queued = (self.seq, at);
            }
        } else {
            self.acts(contact, Act::Enqueue(wanted), at);
        }
    }

    fn begin(
        &mut self,
        contact: ContactId,
        kind: Kind,
        queue: QueueId,
        adviser: AdviserId,
        at: Timestamp,
    ) {
        let now = &mut self.now[contact.slot() as usize];
        let number = u32::try_from(self.phases.len()).unwrap_or(NONE);
        self.phases.push(Phase {
            began: at,
            person: now.person,
            kind,
            before: false,
            patient: now.patient,
            let_go: false,
            queue,
            adviser,
            over: Over::Clock,
            first: NONE,
            last: NONE,
            ready: NONE,
            next: NONE,
        });
        if kind == Kind::Wait {
            now.wait = number;
        } else {
            now.act = number;
            now.asides = 0;
            now.aside_since = Timestamp::NEVER;
            now.aside_us = 0;
        }
        let person = &mut self.people[now.person as usize];
        let last = core::mem::replace(&mut person.last[kind as usize], number);
        if last == NONE {
            person.first[kind as usize] = number;
        } else {
            self.phases[last as usize].next = number;
        }
    }

    /// The contact is with an adviser.
    fn answered(&mut self, contact: ContactId, adviser: AdviserId, at: Timestamp) {
        let queue = self.queue_of(contact);
        self.stop_waiting(contact, at);
        self.begin(contact, Kind::Talk, queue, adviser, at);
    }

    fn stop_waiting(&mut self, contact: ContactId, at: Timestamp) {
        let wait = core::mem::replace(&mut self.now[contact.slot() as usize].wait, NONE);
        self.cut_phase(wait, at);
    }

    fn cut_phase(&mut self, phase: u32, at: Timestamp) {
        if let Some(phase) = self.phases.get_mut(phase as usize) {
            phase.over = Over::Cut(at.since_us(phase.began));
        }
    }

    /// What goes on ends through somebody else.
    fn cut(&mut self, contact: ContactId, at: Timestamp) {
        let act = core::mem::replace(&mut self.now[contact.slot() as usize].act, NONE);
        self.cut_phase(act, at);
    }

    /// Somebody acts within what goes on.
    fn step(&mut self, contact: ContactId, act: Act, at: Timestamp) {
        let now = self.now[contact.slot() as usize];
        let phase = self.phases.get(now.act as usize);
        let began = phase.map_or(at, |phase| phase.began);
        self.step_in(now.act, act, at);
        if now.asides == 0 {
            return;
        }
        // The work stands still while it is laid aside.
        let until = at.min(now.aside_since);
        if let Some(step) = self.steps.last_mut() {
            step.after_us = until.since_us(began) - now.aside_us;
            step.aside = (now.aside_since < Timestamp::NEVER)
                .then(|| (now.asides, at.since_us(now.aside_since)));
        }
    }

    /// Somebody acts, and what went on is over.
    fn acts(&mut self, contact: ContactId, act: Act, at: Timestamp) {
        self.step(contact, act, at);
        let phase = core::mem::replace(&mut self.now[contact.slot() as usize].act, NONE);
        if let Some(phase) = self.phases.get_mut(phase as usize) {
            phase.over = Over::Acted;
        }
    }

    fn step_in(&mut self, phase: u32, act: Act, at: Timestamp) {
        let Some(phase) = self.phases.get_mut(phase as usize) else {
            return;
        };
        let number = u32::try_from(self.steps.len()).unwrap_or(NONE);
        self.steps.push(Step {
            after_us: at.since_us(phase.began),
            aside: None,
            seq: self.seq,
            act,
            next: NONE,
        });
        let last = core::mem::replace(&mut phase.last, number);
        if last == NONE {
            phase.first = number;
        } else {
            self.steps[last as usize].next = number;
        }
    }

    fn offer_ended(
        &mut self,
        contact: ContactId,
        adviser: AdviserId,
        outcome: OfferOutcome,
        at: Timestamp,
    ) {
        let phase = self.now[contact.slot() as usize].act;
        let by_clock = self.is_due(contact, at);
        match outcome {
            OfferOutcome::Declined => self.acts(contact, Act::Decline, at),
            OfferOutcome::Expired if by_clock => {
                self.note_late(contact, at);
                self.now[contact.slot() as usize].act = NONE;
            }
            OfferOutcome::Expired => self.acts(contact, Act::Fail(FailCause::NoAnswer), at),
            OfferOutcome::Busy => self.acts(contact, Act::Fail(FailCause::Busy), at),
            OfferOutcome::Unreachable => {
                self.acts(contact, Act::Fail(FailCause::Unreachable), at);
            }
            OfferOutcome::BridgeFailed => {
                self.acts(contact, Act::Fail(FailCause::BridgeFailed), at);
            }
            OfferOutcome::CitizenLeft | OfferOutcome::Fault | OfferOutcome::Interrupted => {
                self.cut(contact, at);
            }
            OfferOutcome::PresenceLost | OfferOutcome::AdviserLeft => {
                self.withdrew[adviser.idx()] = at;
                self.cut(contact, at);
            }
        }
        if lets_go(outcome)
            && let Some(offer) = self.phases.get_mut(phase as usize)
        {
            offer.let_go = true;
            self.let_go[adviser.idx()] = (phase, at);
        }
    }

    /// A choice: the way back after an offer that was let go, or what the adviser meant to do anyway.
    fn chose(&mut self, adviser: AdviserId, activity: Activity, at: Timestamp) {
        if self.agreed[adviser.idx()] == (at, activity) {
            // It follows from the yes to a request.
            self.agreed[adviser.idx()] = DISAGREED;
            return;
        }
        let back = self
            .state
            .adviser(adviser)
            .is_some_and(|view| view.not_ready.is_some() && view.activity == activity);
        let (offer, since) = self.let_go[adviser.idx()];
        if let Some(offer) = self
            .phases
            .get_mut(offer as usize)
            .filter(|offer| back && offer.ready == NONE)
        {
            offer.ready = u32::try_from(self.steps.len()).unwrap_or(NONE);
            self.returns.push(at.since_us(since));
            self.steps.push(Step {
                after_us: at.since_us(since),
                aside: None,
                seq: self.seq,
                act: Act::Ready,
                next: NONE,
            });
            return;
        }
        let rang = self.rang(adviser, at);
        self.outside(at, Outside::Choose(adviser, activity, rang));
    }

    /// Whether the adviser was being offered something until now.
    fn rang(&self, adviser: AdviserId, at: Timestamp) -> bool {
        let offered = |contact: &ContactId| {
            self.view(*contact)
                .is_some_and(|view| view.state == ContactState::Offered)
        };
        self.withdrew[adviser.idx()] == at || self.state.contacts_of(adviser).iter().any(offered)
    }

    fn closed(&mut self, contact: ContactId, reason: CloseReason, queue: QueueId, at: Timestamp) {
        let Some(view) = self.view(contact) else {
            return;
        };
        if self.now[contact.slot() as usize].consult && view.state != ContactState::WrapUp {
            return self.consult_closed(&view, reason, at);
        }
        let act = match (view.state, reason) {
            // The last attempt of a callback: the core gives up.
            (_, CloseReason::NotReached | CloseReason::Fault) if self.missed(contact) => {
                self.stop_waiting(contact, at);
                self.now[contact.slot() as usize] = NOBODY;
                return;
            }
            (ContactState::WrapUp, _) => return self.served(contact, &view, at),
            (ContactState::InMenu, CloseReason::QueueFull) if queue != QueueId::NONE => {
                return self.refused(contact, queue, at);
            }
            (ContactState::InMenu, CloseReason::LeftInMenu)
            | (ContactState::Queued | ContactState::Offered, CloseReason::Abandoned) => Act::Leave,
            (_, CloseReason::Lost) => Act::Lose,
            (_, CloseReason::Fault) => Act::Cut,
            _ => Act::Close(reason),
        };
        let now = self.now[contact.slot() as usize];
        if now.wait == NONE {
            self.acts(contact, act, at);
        } else {
            self.step_in(now.wait, act, at);
            self.phases[now.wait as usize].over = Over::Acted;
        }
        self.now[contact.slot() as usize] = NOBODY;
    }

    /// Whether a callback has just not been reached: no attempt goes on.
    fn missed(&self, contact: ContactId) -> bool {
        self.view(contact)
            .is_some_and(|view| view.state == ContactState::Parked && view.deadline.is_none())
    }

    /// An expert's side is over before its wrap-up: only a connection that died is the world's doing.
    fn consult_closed(&mut self, view: &ContactView, reason: CloseReason, at: Timestamp) {
        if reason == CloseReason::HandedOver
            && let Some(about) = view.consult_of
        {
            let talked_us = self.talked(view.id, at);
            self.now[about.slot() as usize].talked_us = talked_us;
        }
        if reason == CloseReason::Lost {
            self.acts(view.id, Act::Lose, at);
        }
        self.stop_waiting(view.id, at);
        self.cut(view.id, at);
        self.now[view.id.slot() as usize] = NOBODY;
    }

    /// The wrap-up is over: by its clock, at once, or because the adviser said so.
    fn served(&mut self, contact: ContactId, view: &ContactView, at: Timestamp) {
        let now = self.now[contact.slot() as usize];
        if !now.closes {
            if view.deadline.is_some_and(|deadline| deadline <= at) {
                self.note_late(contact, at);
            } else {
                self.acts(contact, Act::WrapUp(WrapUpAction::Done), at);
            }
        }
        self.now[contact.slot() as usize] = NOBODY;
    }

    /// The queue was full: which class it asked for was not written down.
    fn refused(&mut self, contact: ContactId, queue: QueueId, at: Timestamp) {
        let now = self.now[contact.slot() as usize];
        let person = self.people[now.person as usize];
        let wanted = Wanted {
            queue,
            topic: person.topic,
            language: person.language,
            class: Class::OfQueue,
            place: Timestamp::NEVER,
            needs: Needs::NONE,
        };
        self.wants(contact, wanted, at);
        self.now[contact.slot() as usize] = NOBODY;
    }

    /// A deadline fired after it was due: the process woke late, or was not there.
    fn note_late(&mut self, contact: ContactId, at: Timestamp) {
        let due = self.view(contact).and_then(|view| view.deadline);
        self.fired(contact, due, at);
    }

    fn fired(&mut self, contact: ContactId, due: Option<Timestamp>, at: Timestamp) {
        let set = self.now[contact.slot() as usize].touched;
        let asleep = due.map(|due| asleep(due, set, at));
        self.asleep.extend(asleep.filter(|it| it.from < at));
    }

    /// The same for a step of somebody in line, who may wait for one adviser only.
    fn note_late_step(&mut self, contact: ContactId, at: Timestamp) {
        if self
            .view(contact)
            .is_some_and(|view| view.waits_for.is_some())
        {
            return self.note_late(contact, at);
        }
        let due = self.state.next_step(contact);
        self.fired(contact, due, at);
    }

    /// Whether the contact's own clock is at its end.
    fn is_due(&self, contact: ContactId, at: Timestamp) -> bool {
        let due = self.view(contact).and_then(|view| view.deadline);
        due.is_some_and(|due| due <= at)
    }

    fn finish(mut self) -> Recorded {
        let end = self.end;
        // What was due and did not fire any more.
        for view in self.state.contacts() {
            let step = self.state.next_step(view.id);
            let due = [view.deadline, step].into_iter().flatten();
            let due = due.filter(|due| *due <= end);
            let set = self.now[view.id.slot() as usize].touched;
            let asleep = due.map(|due| asleep(due, set, Timestamp::NEVER));
            self.asleep.extend(asleep);
        }
        for now in core::mem::take(&mut self.now) {
            self.cut_phase(now.wait, end);
            self.cut_phase(now.act, end);
        }
        self.asleep.sort_unstable();
        self.asleep.dedup();
        let n_queues = self.state.tables().n_queues();
        let seed = u64::from_ne_bytes(self.from.0.to_ne_bytes());
        Recorded {
            patience: self.patience(n_queues),
            pools: Pools::of(seed, n_queues, &self.people, &self.phases, self.returns),
            outcome: self.fold.finish(end, &self.state),
            start: self.start,
            from: self.from,
            end,
            people: self.people,
            phases: self.phases,
            steps: self.steps,
            script: self.script,
            published: self.published,
            asleep: self.asleep,
        }
    }

    fn patience(&self, n_queues: usize) -> Patience {
        let waits = self
            .phases
            .iter()
            .filter(|phase| phase.kind == Kind::Wait && !phase.before && !phase.patient);
        let waits: Vec<_> = waits
            .map(|phase| {
                let channel = self.people[phase.person as usize].channel;
                (phase.queue, channel, self.waited(phase))
            })
            .collect();
        Patience::of(n_queues, &waits)
    }

    fn waited(&self, phase: &Phase) -> Waited {
        let last = self.steps.get(phase.last as usize);
        match phase.over {
            Over::Cut(us) => Waited { us, left: false },
            Over::Acted | Over::Clock => Waited {
                us: last.map_or(0, |step| step.after_us),
                left: last.is_some_and(|step| matches!(step.act, Act::Leave | Act::Lose)),
            },
        }
    }
}

fn asleep(due: Timestamp, set: Timestamp, until: Timestamp) -> Asleep {
    Asleep {
        from: due.max(set),
        set_late: set > due,
        until,
    }
}

/// The phases that a contact is in.
pub(super) fn phases_of(state: ContactState) -> &'static [Kind] {
    match state {
        ContactState::InMenu => &[Kind::Menu],
        ContactState::Queued => &[Kind::Wait],
        ContactState::Offered => &[Kind::Wait, Kind::Offer],
        ContactState::Active
        | ContactState::Held
        | ContactState::SetAside
        | ContactState::Consulting => &[Kind::Talk],
        ContactState::Parked => &[Kind::Wait],
        ContactState::Dialling => &[Kind::Wait, Kind::Dial],
        ContactState::WrapUp => &[Kind::WrapUp],
    }
}

/// Whether an offer that ended so leaves the adviser not ready.
pub(super) fn lets_go(outcome: OfferOutcome) -> bool {
    match outcome {
        OfferOutcome::Declined
        | OfferOutcome::Expired
        | OfferOutcome::Busy
        | OfferOutcome::Unreachable
        | OfferOutcome::BridgeFailed => true,
        OfferOutcome::CitizenLeft
        | OfferOutcome::Fault
        | OfferOutcome::PresenceLost
        | OfferOutcome::AdviserLeft
        | OfferOutcome::Interrupted => false,
    }
}
