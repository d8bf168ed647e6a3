//! The reference: the routing rules once more, slow and obvious, to hold `linje-routing` against.
//!
//! Written from the specification and never from the engine's code. Plain lists, raw skills, linear
//! scans; nothing is indexed, cached or shared with the engine, so that the two can only agree by
//! both being right. It must never be used to route anybody.

use linje_event::{
    By, CloseReason, Command, ConsultAction, ConsultOutcome, Entry, Event, FailCause, Needs,
    NotReady, OfferOutcome, Rejection, Why, WhyRule, WrapUpAction,
};
use linje_routing::{AdviserRule, AdviserState, CAPACITY, Condition, MAX_HOPS, Request, Rules};
use linje_types::{
    Activity, AdviserId, Channel, Channels, Clearance, ContactId, Language, OfferId, Origin,
    Origins, PlanId, QueueId, RequestId, SECOND_US, Timestamp, TopicId, UnitId,
};

mod advisers;
mod callbacks;
mod citizens;
mod consults;
mod controllers;
mod conversations;
mod lookup;
mod meeting;
mod time;

pub(crate) use callbacks::pause_of_ours;

/// How many deadlines one [`Command::Tick`] fires.
pub const FIRED_PER_TICK: usize = 256;

/// How long a callback is offered where other contacts go straight through.
const READY_US: i64 = 20 * SECOND_US;

/// Where a contact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// In a menu.
    InMenu,
    /// In line.
    Waiting,
    /// Presented to an adviser.
    Offered {
        /// The offer.
        offer: OfferId,
        /// When it ends by itself.
        expires: Timestamp,
    },
    /// In conversation.
    Talking,
    /// On hold.
    OnHold,
    /// On hold while the adviser asks an expert.
    Consulting,
    /// Deferred work that its adviser has laid aside.
    Aside,
    /// Over for the citizen.
    WrappingUp {
        /// When the wrap-up ends by itself.
        until: Timestamp,
    },
    /// A callback that waits for its time.
    Parked {
        /// When that is.
        until: Timestamp,
    },
    /// A callback: the citizen is being rung.
    Dialling {
        /// When the attempt ends by itself.
        until: Timestamp,
    },
}

/// An open contact.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// Its channel.
    pub channel: Channel,
    /// Live or synthetic.
    pub origin: Origin,
    /// The language wanted.
    pub language: Language,
    /// Its topic.
    pub topic: TopicId,
    /// Its queue, or `NONE`.
    pub queue: QueueId,
    /// Its priority class.
    pub class: u8,
    /// When it came.
    pub arrived: Timestamp,
    /// Since when it waits, as people are told.
    pub enqueued: Timestamp,
    /// Since when it counts as waiting, for order, rings and overflow: the same, but for dated work.
    pub since: Timestamp,
    /// Its number among all that were ever put in line.
    pub sequence: u64,
    /// Where it is.
    pub stage: Stage,
    /// Who has it, or `NONE`.
    pub adviser: AdviserId,
    /// Who may not be asked, and until when.
    pub bars: Vec<(AdviserId, Timestamp)>,
    /// What an adviser must be cleared for.
    pub clearance: Clearance,
    /// Who is asked first.
    pub named: AdviserId,
    /// While only the named one is asked: until when.
    pub alone_until: Option<Timestamp>,
    /// The ring in force.
    pub ring: u8,
    /// Whether its guaranteed longest wait is over.
    pub overdue: bool,
    /// The queues that it has left.
    pub left: Vec<QueueId>,
    /// Whether the citizen is not on the line and will be rung.
    pub callback: bool,
    /// How often that was tried.
    pub attempts: u8,
    /// How many of those belong to earlier promises.
    pub attempts_before: u8,
    /// Rung before this moment.
    pub promised: Timestamp,
    /// How often our own line out has failed this promise.
    pub failed: u32,
    /// Whether an adviser rang them: that is tried once.
    pub out: bool,
    /// Whether citizen, adviser and expert talk all three.
    pub joined: bool,
    /// Whether it is a consultation of an expert.
    pub is_consult: bool,
    /// The other half: of a consultation the citizen's contact, of that one the consultation.
    pub peer: Option<ContactId>,
}

/// What an adviser is and does now.
#[derive(Debug, Clone)]
pub struct Adviser {
    /// Whether the day has begun.
    pub signed_in: bool,
    /// Whether desk or phone is there.
    pub present: bool,
    /// What they do.
    pub activity: Activity,
    /// What they take besides.
    pub also: Channels,
    /// Why they get no offers, if they do not.
    pub not_ready: Option<NotReady>,
    /// Whom they meet.
    pub origins: Origins,
    /// When, while they are gone, their written contacts go back.
    pub return_at: Timestamp,
    /// Place among the idle: the lowest has been idle longest.
    pub idle_number: u64,
    /// When that number was taken.
    pub idle_since: Timestamp,
}

/// The whole model.
#[derive(Debug, Clone)]
pub struct Reference {
    rules: Rules,
    contacts: Vec<Contact>,
    advisers: Vec<Adviser>,
    expected: Vec<i64>,
    plans: Vec<PlanId>,
    requests: Vec<Request>,
    requests_made: u32,
    sequences: u64,
    idle_numbers: u64,
    offers: u32,
    now: Timestamp,
    events: Vec<Event>,
}

impl Reference {
    /// A centre at rest: nobody in line, nobody signed in.
    #[must_use]
    pub fn new(rules: &Rules) -> Reference {
        let advisers = rules.advisers.iter().map(Adviser::before_the_day);
        Reference {
            advisers: advisers.collect(),
            expected: vec![0; rules.queues.len()],
            rules: rules.clone(),
            contacts: Vec::new(),
            plans: Vec::new(),
            requests: Vec::new(),
            requests_made: 0,
            sequences: 0,
            idle_numbers: 0,
            offers: 0,
            now: Timestamp::ZERO,
            events: Vec::new(),
        }
    }

    /// Does what `command` asks at `now`. The events, or why nothing happened.
    ///
    /// `next_contact` is the id that the engine says comes next: ids are given, not part of the rules.
    ///
    /// # Errors
    /// The [`Rejection`]; then nothing has changed.
    pub fn handle(
        &mut self,
        command: &Command,
        now: Timestamp,
        next_contact: ContactId,
    ) -> Result<Vec<Event>, Rejection> {
        self.now = now;
        self.events.clear();
        self.run(command, next_contact)?;
        Ok(core::mem::take(&mut self.events))
    }

    fn run(&mut self, command: &Command, next_contact: ContactId) -> Result<(), Rejection> {
        match *command {
            Command::Arrive { contact, .. } | Command::BookCallback { contact, .. }
                if contact != next_contact =>
            {
                Err(Rejection::WrongId)
            }
            Command::Arrive {
                contact,
                channel,
                topic,
                origin,
                language,
                entry,
            } => self.arrive(contact, channel, (topic, origin, language), entry),
            Command::Enqueue {
                contact,
                queue,
                topic,
                language,
                class,
                place,
                needs,
            } => self.enqueue(contact, (queue, topic, language, class), place, needs),
            Command::Leave { contact } => self.leave(contact),
            Command::Lose { contact } => self.lose(contact, CloseReason::Lost),
            Command::Cut { contact } => self.lose(contact, CloseReason::Fault),
            Command::Close { contact, reason } => self.close(contact, reason),
            Command::Accept { offer, adviser } => self.accept(offer, adviser),
            Command::Decline { offer, adviser } => self.decline(offer, adviser),
            Command::Fail { offer, cause } => self.fail(offer, cause),
            Command::Hold { contact } => self.hold(contact),
            Command::Resume { contact } => self.resume(contact),
            Command::End { contact, adviser } => self.end(contact, adviser),
            Command::Transfer { contact, queue } => self.transfer(contact, queue),
            Command::WrapUp { contact, action } => self.wrap_up(contact, action),
            Command::SignIn { adviser, activity } => self.sign_in(adviser, activity),
            Command::SignOut { adviser } => self.sign_out(adviser),
            Command::Choose { adviser, activity } => {
                self.known_signed_in(adviser)?;
                self.choose(adviser, activity);
                Ok(())
            }
            Command::Meet { adviser, origins } => self.meet(adviser, origins),
            Command::LosePresence { adviser } => self.lose_presence(adviser),
            Command::RegainPresence { adviser } => self.regain_presence(adviser),
            Command::Publish { version } => {
                self.publish(version);
                Ok(())
            }
            Command::Tick => {
                self.tick();
                Ok(())
            }
            Command::Return { contact, adviser } => self.give_back(contact, adviser),
            Command::Consult {
                contact,
                consult,
                adviser,
                queue,
            } => self.consult(contact, (consult, next_contact), adviser, queue),
            Command::EndConsult {
                contact,
                adviser,
                action,
            } => self.end_consult(contact, adviser, action),
            Command::AskCallback {
                contact,
                from,
                until,
            } => self.ask_callback(contact, from, until),
            Command::BookCallback { .. } => self.book_callback(command),
            Command::Dialled {
                contact,
                attempt,
                failed,
            } => self.dialled(contact, attempt, failed),
            Command::Also { adviser, channels } => self.also(adviser, channels),
            Command::Expect { queue, wait_us } => self.expect(queue, wait_us),
            Command::SwitchPlan { plan, on } => self.switch_plan(plan, on),
            Command::AskAdvisers {
                activity,
                wanted,
                unit,
            } => self.ask_advisers(activity, wanted, unit),
            Command::AnswerRequest {
                request,
                adviser,
                yes,
            } => self.answer_request(request, adviser, yes),
            Command::CloseRequest { request } => self.close_request(request),
            Command::Protect {
                contact,
                clearance,
                not_to,
            } => self.protect(contact, clearance, not_to),
            Command::CallOut { .. } => self.call_out(command, next_contact),
            Command::Conference {
                contact,
                adviser,
                joined,
            } => self.conference(contact, adviser, joined),
        }
    }
}

impl Adviser {
    fn before_the_day(rule: &AdviserRule) -> Adviser {
        Adviser {
            signed_in: false,
            present: false,
            activity: Activity::Break,
            also: Channels::NONE,
            not_ready: None,
            origins: rule.origins,
            return_at: Timestamp::NEVER,
            idle_number: 0,
            idle_since: Timestamp::ZERO,
        }
    }
}
