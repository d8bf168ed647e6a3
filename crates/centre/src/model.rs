//! The centre description as values. References are places in the tables, in the order of the file.
//!
//! Built only by `parse`, so every reference holds. Nothing here changes while the centre runs.

use linje_guidance::Guidance;
use linje_types::{
    Activity, Channel, Channels as ChannelSet, Clearance, GroupId, Language, PlanId, QueueId,
    SkillId, TopicId, UnitId,
};

use crate::after::{Cause, HandOver, NoteTemplate};
use crate::fault::{Fault, Place};
use crate::hours::{Date, OpeningHours, Period};
use crate::who::Who;

macro_rules! place_in {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u16);

        impl $name {
            /// The id as a place in its table.
            #[must_use]
            pub const fn idx(self) -> usize {
                self.0 as usize
            }
        }
    };
}

place_in! {
    /// A prompt, as its place in `Centre::prompts`.
    PromptId
}
place_in! {
    /// Opening hours, as their place in `Centre::hours`.
    HoursId
}
place_in! {
    /// A flow, as its place in `Centre::flows`.
    FlowId
}
place_in! {
    /// A priority class, as its place in `Centre::classes`.
    ClassId
}
place_in! {
    /// A profile of people, as its place in `People::profiles`.
    ProfileId
}

/// A text in the two languages of the first page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// Bokmål.
    pub nb: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The text in `language`; bokmål when it has none of its own.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Nb | Language::Nn | Language::Se => &self.nb,
        }
    }
}

/// A whole centre description.
#[derive(Debug, Clone, PartialEq)]
pub struct Centre {
    /// The id, such as `national-2015`.
    pub id: String,
    /// The name.
    pub name: Text,
    /// The label of this version of the description.
    pub version: String,
    /// Where its facts come from.
    pub source: String,
    /// What is assumed and not a public fact, one sentence each.
    pub assumed: Vec<Text>,
    /// The first day on which it holds; nothing in it may lie before.
    pub valid_from: Option<Date>,
    /// How work is handed out over all queues.
    pub routing: Routing,
    /// `[language]`: guaranteed longest wait of those who want it, if it has one of its own.
    pub languages: [Option<Guarantee>; 4],
    /// How citizens are rung.
    pub callback: Callback,
    /// Priority classes.
    pub classes: Vec<Class>,
    /// Units.
    pub units: Vec<Unit>,
    /// Groups of advisers.
    pub groups: Vec<Group>,
    /// Topics.
    pub topics: Vec<Topic>,
    /// Skills.
    pub skills: Vec<Skill>,
    /// Queues.
    pub queues: Vec<Queue>,
    /// Opening hours.
    pub hours: Vec<OpeningHours>,
    /// Phone numbers.
    pub numbers: Vec<Number>,
    /// Menus.
    pub flows: Vec<Flow>,
    /// Prompts.
    pub prompts: Vec<Prompt>,
    /// What is said to those who wait.
    pub waiting: Waiting,
    /// How much of an adviser each channel takes.
    pub channels: Channels,
    /// The synthetic people.
    pub people: People,
    /// The synthetic citizens.
    pub population: Population,
    /// Crisis plans (*beredskapsplaner*); their order gives `PlanId`.
    pub plans: Vec<Plan>,
    /// What the first line does and does not do, other agencies, needs groups.
    pub guidance: Guidance,
    /// What makes people come.
    pub causes: Vec<Cause>,
    /// Who takes over what the first line cannot end, the first that fits.
    pub hand_overs: Vec<HandOver>,
    /// Beginnings of conversation notes.
    pub note_templates: Vec<NoteTemplate>,
    /// What a person should look at, found while reading.
    pub warned: Vec<Fault>,
}

/// A guaranteed longest wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guarantee {
    /// Seconds, at most 20 minutes.
    pub seconds: u32,
    /// Where it stands.
    pub at: Place,
}

/// A queue that another part of the description names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueRef {
    /// The queue.
    pub queue: QueueId,
    /// Where it is named.
    pub at: Place,
}

/// How work is handed out over all queues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routing {
    /// How many advisers who take calls or chats stay free of deferred work.
    pub reserve: u32,
    /// Seconds for which a contact that came back is not offered to who let it go.
    pub bar_s: u32,
    /// Seconds that an adviser may be gone before chats, messages and tasks go back in line.
    pub return_s: u32,
    /// `[channel that comes]`: the deferred channels whose work it may set aside.
    pub interrupts: [ChannelSet; 4],
    /// What contacts of this centre can need an adviser to be cleared for.
    pub clearances: Clearance,
}

/// How citizens are rung: those whose call broke off, and those who asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// The queue of tasks to ring those whose call was lost.
    pub lost_calls: Option<QueueId>,
    /// Working days until a promised callback is due.
    pub working_days: u16,
    /// How long one attempt rings, in seconds.
    pub ring_s: u32,
    /// How often it is tried.
    pub attempts: u8,
    /// Seconds between two attempts.
    pub retry_s: u32,
    /// When and how those who wait are offered it (*Bli ringt opp*); `None` = never.
    pub offer: Option<CallbackOffer>,
    /// Where it stands.
    pub at: Place,
}

/// The offer to be rung instead of waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackOffer {
    /// Offered when the expected wait is at least this, in seconds.
    pub expected_s: u32,
    /// The queues that offer it.
    pub queues: Vec<QueueRef>,
    /// The key that a waiting caller presses.
    pub key: char,
    /// What offers it.
    pub offer: PromptId,
    /// What confirms it.
    pub confirm: PromptId,
    /// What the citizen hears first when rung.
    pub greeting: PromptId,
    /// What a caller hears who cannot be rung, in a queue whose callers are, by a crisis plan, rung instead of waiting.
    pub withheld: Option<PromptId>,
    /// The parts of a day that a citizen can choose.
    pub windows: Vec<Window>,
    /// Where it stands.
    pub at: Place,
}

/// A part of a day in which a citizen can ask to be rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The part of the day.
    pub period: Period,
    /// Where it stands.
    pub at: Place,
}

/// A group of advisers, such as a team or a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The id.
    pub id: String,
    /// The name.
    pub name: Text,
    /// The units whose people can be in it; none named = all.
    pub units: Vec<UnitId>,
    /// Share of those people who are in it, 0 to 1.
    pub share: f64,
    /// Where it stands.
    pub at: Place,
}

/// A crisis plan: what a traffic controller switches on when very many come at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The id.
    pub id: String,
    /// The name.
    pub name: Text,
    /// What it does, step by step.
    pub steps: Vec<PlanStep>,
    /// Where it stands.
    pub at: Place,
}

/// A step of a crisis plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanStep {
    /// What it does and why, for those who switch it and those who feel it.
    pub text: Text,
    /// What it does.
    pub act: PlanAct,
    /// Where it stands.
    pub at: Place,
}

/// What a step of a crisis plan does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanAct {
    /// Says a prompt first in the menu of every flow.
    Say(PromptId),
    /// Makes a menu shorter.
    Menu {
        /// The step with the menu.
        target: Target,
        /// The keys that are left.
        keys: Vec<char>,
        /// What is said instead; empty = what is said always.
        prompts: Vec<PromptUse>,
    },
    /// Callers of these queues are rung back instead of waiting.
    CallbackOnly(Vec<QueueId>),
    /// Advisers are asked to help; they decide.
    Ask {
        /// What they are asked to do.
        activity: Activity,
        /// How many are wanted.
        wanted: u16,
        /// Of this unit; `None` = of all.
        unit: Option<UnitId>,
    },
}

/// A priority class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// The id.
    pub id: String,
    /// The name.
    pub name: Text,
    /// How many seconds earlier a contact of this class counts as having come.
    pub head_start_s: u32,
    /// Guaranteed longest wait, in seconds, if it has one of its own.
    pub guarantee_s: Option<u32>,
    /// Whether a look-up of the person gives it, and not this description.
    pub by_lookup: bool,
    /// Where it stands.
    pub at: Place,
}

/// What kind of unit it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnitKind {
    /// A contact centre.
    ContactCentre,
    /// The Service Centre.
    ServiceCentre,
    /// The steering unit, where the traffic controllers sit.
    Steering,
    /// A deciding unit, whose experts can be consulted; not a part of the contact centre.
    Deciding,
}

impl UnitKind {
    /// The words that files use.
    pub const NAMES: [(&'static str, UnitKind); 4] = [
        ("contact-centre", UnitKind::ContactCentre),
        ("service-centre", UnitKind::ServiceCentre),
        ("steering", UnitKind::Steering),
        ("deciding", UnitKind::Deciding),
    ];
}

/// A unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// The id.
    pub id: String,
    /// The name.
    pub name: Text,
    /// The kind.
    pub kind: UnitKind,
    /// How many people work there.
    pub people: u16,
    /// Share of its people who speak Northern Sámi, in percent.
    pub sami_percent: u8,
    /// `[protection]`: share of its people who are cleared for it, 0 to 1, if not that of all.
    pub cleared: Option<[f64; 3]>,
    /// How many of its people have each profile; the sum is `people`.
    pub profiles: Vec<(ProfileId, u16)>,
    /// What is assumed about it.
    pub assumed: Vec<String>,
    /// Where it stands.
    pub at: Place,
}

/// A topic (*tema*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// The three-letter code.
    pub code: String,
    /// The name.
    pub name: Text,
    /// The code of its group (*temagruppe*); empty when it has none.
    pub group: String,
    /// The skill that knows it best.
    pub skill: Option<SkillId>,
    /// Whether nothing about it may be kept on a person.
    pub no_log: bool,
    /// Where it stands.
    pub at: Place,
}

/// A skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    /// The id.
    pub id: String,
    /// The name.
    pub name: Text,
    /// Where it stands.
    pub at: Place,
}

/// A skill and the least level of it, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    /// The skill.
    pub skill: SkillId,
    /// The least level.
    pub level: u8,
    /// Where it stands.
    pub at: Place,
}

/// What a queue is measured on; the figures are one set, none is shown alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goal {
    /// Share to be answered within the time, 0 to 1.
    pub share: f64,
    /// The time, in seconds.
    pub within_s: u32,
    /// Share to be ended by the first adviser, 0 to 1.
    pub first_contact_end: Option<f64>,
}

/// What a queue belongs to on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QueueGroup {
    /// The keys of the main number.
    Main,
    /// The partner line.
    Partner,
    /// Numbers of their own.
    Own,
    /// Chat.
    Chat,
    /// Secure messages.
    Written,
    /// Tasks and callbacks.
    Tasks,
    /// Experts of the deciding units, for consultations only (*kompetansekøer*).
    Experts,
    /// For measurement in the demo only.
    Demo,
}

impl QueueGroup {
    /// The words that files use.
    pub const NAMES: [(&'static str, QueueGroup); 8] = [
        ("main", QueueGroup::Main),
        ("partner", QueueGroup::Partner),
        ("own", QueueGroup::Own),
        ("chat", QueueGroup::Chat),
        ("written", QueueGroup::Written),
        ("tasks", QueueGroup::Tasks),
        ("experts", QueueGroup::Experts),
        ("demo", QueueGroup::Demo),
    ];

    /// The word that files and the API use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize].0
    }
}

/// A queue: one national line of those who wait for the same service.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    /// The id.
    pub id: String,
    /// The name.
    pub name: Text,
    /// What it belongs to.
    pub group: QueueGroup,
    /// The key of the main menu, if it has one.
    pub key: Option<char>,
    /// The channel whose contacts wait here.
    pub channel: Channel,
    /// The skills that everybody in the first ring has.
    pub requires: Vec<Requirement>,
    /// Who can take its contacts, step by step; one or more.
    pub rings: Vec<Ring>,
    /// Seconds for which the adviser whom a contact names is asked alone; 0 = not at all.
    pub named_s: u32,
    /// When and where its contacts move on.
    pub overflow: Option<Overflow>,
    /// The queues that an adviser may transfer its contacts to without a word.
    pub transfers_to: Vec<QueueRef>,
    /// The experts' queues that can be consulted about its contacts.
    pub consults: Vec<QueueRef>,
    /// Whether only consultations come here (*kompetansekø*).
    pub experts: bool,
    /// Whether nothing about its contacts may be kept on a person.
    pub no_log: bool,
    /// The languages in which it is served.
    pub languages: Vec<Language>,
    /// The goal.
    pub goal: Goal,
    /// Its hours.
    pub hours: HoursId,
    /// Time for wrap-up, in seconds.
    pub wrap_up_s: u32,
    /// How long an offer stands before it goes to the next, in seconds.
    pub ring_s: u32,
    /// How many may wait at once.
    pub max_waiting: u32,
    /// The priority class of those who come here.
    pub class: ClassId,
    /// Working days until its contacts are due; 0 for contacts that wait on the line.
    pub deadline_working_days: u16,
    /// What it is about.
    pub topics: Vec<TopicId>,
    /// The units that serve it; empty means that nothing is said about it.
    pub units: Vec<UnitId>,
    /// Whether it is there in the demo only.
    pub demo_only: bool,
    /// What is assumed about it.
    pub assumed: Vec<String>,
    /// Where it stands.
    pub at: Place,
}

/// A step of a queue's circle: who can take its contacts from some wait on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// In force from this wait on, in seconds; the first ring's is 0.
    pub after_s: u32,
    /// Who can take them.
    pub who: Who,
    /// Who of them comes first; `None` = nobody before the others.
    pub prefer: Option<Who>,
    /// Whether those of all earlier rings stay in.
    pub widen: bool,
    /// Where it stands.
    pub at: Place,
}

/// When and where the contacts of a queue move on; place and class are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow {
    /// Where to.
    pub to: QueueId,
    /// After this wait, in seconds.
    pub after_s: Option<u32>,
    /// At entry, when the expected wait is at least this, in seconds.
    pub expected_s: Option<u32>,
    /// Where it stands.
    pub at: Place,
}

impl Queue {
    /// Who can take contacts in ring number `ring`, those taken over from earlier rings among them.
    #[must_use]
    pub fn who(&self, ring: usize) -> Who {
        let Some(own) = self.rings.get(ring) else {
            return Who::Any(Vec::new());
        };
        if !own.widen || ring == 0 {
            return own.who.clone();
        }
        let earlier = self.who(ring - 1);
        if let Who::Any(mut parts) = earlier {
            parts.push(own.who.clone());
            return Who::Any(parts);
        }
        Who::Any(vec![earlier, own.who.clone()])
    }
}

/// A phone number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// The id, such as `main`.
    pub id: String,
    /// The figures without spaces.
    pub number: String,
    /// The name.
    pub name: Text,
    /// Where its callers go.
    pub flow: FlowId,
    /// Whether the number is assumed.
    pub assumed: bool,
    /// Whether it is there in the demo only.
    pub demo_only: bool,
    /// Where it stands.
    pub at: Place,
}

/// A menu: steps that a caller goes through, beginning with the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The id.
    pub id: String,
    /// The name.
    pub name: Text,
    /// The languages that callers can choose; the first is the usual one.
    pub languages: Vec<Language>,
    /// The steps.
    pub steps: Vec<FlowStep>,
    /// Where it stands.
    pub at: Place,
}

/// A step of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowStep {
    /// The id.
    pub id: String,
    /// What happens.
    pub act: FlowAct,
    /// Where it stands.
    pub at: Place,
}

/// A step somewhere in the flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The flow.
    pub flow: FlowId,
    /// The place of the step in the flow.
    pub step: u16,
}

/// Which language a prompt is spoken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// The caller's.
    Chosen,
    /// The one that follows the caller's in the list of the flow: to offer the choice.
    Next,
    /// Always this one.
    Fixed(Language),
}

/// A prompt to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromptUse {
    /// The prompt.
    pub prompt: PromptId,
    /// Its language.
    pub speech: Speech,
    /// Where it stands.
    pub at: Place,
}

/// What a step of a flow does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlowAct {
    /// Plays prompts and goes on.
    Play {
        /// The prompts in order.
        prompts: Vec<PromptUse>,
        /// Where the caller goes then.
        then: Target,
    },
    /// Plays prompts and waits for a key.
    Menu(Menu),
    /// Changes the language and goes on.
    Language {
        /// The new language; `Next` takes the one that follows in the list of the flow.
        speech: Speech,
        /// Where the caller goes then.
        then: Target,
    },
    /// Goes one way when open and another when closed.
    Hours {
        /// The hours.
        hours: HoursId,
        /// Where the caller goes when it is open.
        open: Target,
        /// Where the caller goes when it is closed.
        closed: Target,
    },
    /// Puts the caller in a queue.
    Queue {
        /// The queue.
        queue: QueueId,
        /// The topic, when the choice tells it.
        topic: Option<TopicId>,
        /// Another class than that of the queue.
        class: Option<ClassId>,
        /// What the caller hears first.
        prompts: Vec<PromptUse>,
        /// Whether place and wait are announced.
        announce: bool,
    },
    /// Plays prompts and ends the call.
    HangUp {
        /// The prompts in order.
        prompts: Vec<PromptUse>,
        /// Whether the service is closed, which the figures count apart.
        closed: bool,
    },
}

/// A menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// What is said.
    pub prompts: Vec<PromptUse>,
    /// The choices.
    pub keys: Vec<MenuKey>,
    /// The key that says it again.
    pub repeat: Option<char>,
    /// How long to wait for a key after the words, in seconds.
    pub timeout_s: u32,
    /// How often to ask before giving up, 1 to 9.
    pub tries: u8,
    /// What is said when no key came.
    pub on_no_key: Vec<PromptUse>,
    /// What is said when the key has no meaning.
    pub on_wrong_key: Vec<PromptUse>,
    /// Where a caller goes who does not choose.
    pub give_up: Target,
}

/// A choice of a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuKey {
    /// The key: 0-9, * or #.
    pub key: char,
    /// Where it leads.
    pub to: Target,
    /// What it is, for callers who see the keys.
    pub label: Text,
    /// Where it stands.
    pub at: Place,
}

/// Something that callers hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The id.
    pub id: String,
    /// The words, ready to be spoken.
    pub texts: Vec<(Language, String)>,
    /// Recordings that replace the spoken words: a file name by language.
    pub recordings: Vec<(Language, String)>,
    /// Whether the program itself plays it, by its id, without a step that says so.
    pub program: bool,
    /// Where it stands.
    pub at: Place,
}

impl Prompt {
    /// The words in `language`.
    #[must_use]
    pub fn text(&self, language: Language) -> Option<&str> {
        find_language(&self.texts, language)
    }

    /// The recording in `language`.
    #[must_use]
    pub fn recording(&self, language: Language) -> Option<&str> {
        find_language(&self.recordings, language)
    }

    /// Whether it can be heard in `language`.
    #[must_use]
    pub fn speaks(&self, language: Language) -> bool {
        self.text(language).is_some() || self.recording(language).is_some()
    }
}

fn find_language(texts: &[(Language, String)], language: Language) -> Option<&str> {
    texts
        .iter()
        .find(|(of, _)| *of == language)
        .map(|(_, text)| text.as_str())
}

/// What is said to those who wait, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Seconds from the start of the wait to the first announcement.
    pub first_s: u32,
    /// Seconds between announcements, counted from the end of one to the start of the next.
    pub every_s: u32,
    /// "All advisers are busy."
    pub hold: PromptId,
    /// "You are now number".
    pub position: PromptId,
    /// "in the queue", after the number.
    pub in_queue: PromptId,
    /// "There are many before you", when no prompt has the number.
    pub many: PromptId,
    /// "We expect to answer you in about", before the minutes.
    pub wait: PromptId,
    /// "one minute".
    pub minute: PromptId,
    /// "minutes", after the number.
    pub minutes: PromptId,
    /// "You will soon be answered", when less than a minute is left.
    pub soon: PromptId,
    /// "It can take more than an hour", when no prompt has the number.
    pub long: PromptId,
    /// "Nobody can take your call now", when the queue takes no more.
    pub full: PromptId,
    /// `[number]`: the prompt of each number from 0.
    pub numbers: Vec<PromptId>,
}

/// How much of an adviser's capacity of 100 a contact takes, and how many there may be at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Part of the capacity, 1 to 100.
    pub weight: u8,
    /// Most at once, 1 to 10.
    pub at_once: u8,
}

/// `[channel]`: the load of each, in the order of `Channel`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Channels(pub [Load; 4]);

impl Channels {
    /// The load of a contact on `channel`.
    #[must_use]
    pub const fn load(&self, channel: Channel) -> Load {
        self.0[channel as usize]
    }
}

/// How the synthetic people are made.
#[derive(Debug, Clone, PartialEq)]
pub struct People {
    /// The seed: same seed, same people.
    pub seed: u64,
    /// How many.
    pub count: u16,
    /// Share who lead and take no contacts, 0 to 1.
    pub leaders: f64,
    /// Share of advisers who work part time, 0 to 1.
    pub part_time: f64,
    /// Share who are absent on a day, 0 to 1.
    pub absent: f64,
    /// Share who serve in English, 0 to 1.
    pub english: f64,
    /// `[level - 1]`: share of skills that are held at each level; the sum is 1.
    pub levels: Vec<f64>,
    /// `[protection]`: share who are cleared for it, 0 to 1: shielded, confidential, strict.
    pub cleared: [f64; 3],
    /// What people can be.
    pub profiles: Vec<Profile>,
    /// Where it stands.
    pub at: Place,
}

/// What some people know.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The id.
    pub id: String,
    /// The name.
    pub name: Text,
    /// Each skill and the share of these people who have it, 0 to 1.
    pub skills: Vec<(SkillId, f64)>,
    /// The level at which they have it, when it is the same for all of them.
    pub levels: Vec<(SkillId, u8)>,
    /// Where it stands.
    pub at: Place,
}

/// How many citizens come, when, and how long they take.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Calls in a year.
    pub yearly_calls: u32,
    /// Days with open lines in a year.
    pub working_days: u16,
    /// `[weekday]` from Monday: arrivals against the mean day; the mean of the open days is 1.
    pub weekdays: [f64; 7],
    /// First minute of the day curve.
    pub curve_from: u16,
    /// Minutes of each part of the day curve.
    pub curve_step: u16,
    /// Share of a day's arrivals in each part; the sum is 1.
    pub curve: Vec<f64>,
    /// Mean time that a caller waits before hanging up, in seconds.
    pub patience_s: u32,
    /// Mean time of a call, in seconds.
    pub handling_s: u32,
    /// Mean time of wrap-up, in seconds.
    pub wrap_up_s: u32,
    /// Work that comes at the busiest time against those signed in, 0 to 1.
    pub peak_load: f64,
    /// Share of callers who want English, 0 to 1.
    pub english: f64,
    /// Where they go.
    pub arrivals: Vec<Arrivals>,
}

/// Who comes to one queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrivals {
    /// The queue.
    pub queue: QueueId,
    /// How many in a year.
    pub yearly: f64,
    /// Mean time of a contact, in seconds.
    pub handling_s: u32,
    /// Mean time of wrap-up, in seconds.
    pub wrap_up_s: u32,
    /// Whether the number is assumed.
    pub assumed: bool,
}

impl Population {
    /// Share of a day's arrivals per minute at `minute` of the day; 0 outside the curve.
    #[must_use]
    pub fn share_per_minute(&self, minute: u16) -> f64 {
        let Some(since) = minute.checked_sub(self.curve_from) else {
            return 0.0;
        };
        let part = usize::from(since / self.curve_step.max(1));
        self.curve
            .get(part)
            .map_or(0.0, |share| share / f64::from(self.curve_step))
    }

    /// Arrivals that a queue expects on a weekday (0 = Monday).
    #[must_use]
    pub fn expected(&self, arrivals: &Arrivals, weekday: usize) -> f64 {
        let factor = self.weekdays.get(weekday).copied().unwrap_or(0.0);
        arrivals.yearly / f64::from(self.working_days.max(1)) * factor
    }
}

impl Centre {
    /// The queue with this id.
    #[must_use]
    pub fn queue_id(&self, id: &str) -> Option<QueueId> {
        position(&self.queues, |queue| queue.id == id).map(QueueId)
    }

    /// The skill with this id.
    #[must_use]
    pub fn skill_id(&self, id: &str) -> Option<SkillId> {
        position(&self.skills, |skill| skill.id == id).map(SkillId)
    }

    /// The topic with this code.
    #[must_use]
    pub fn topic_id(&self, code: &str) -> Option<TopicId> {
        position(&self.topics, |topic| topic.code == code).map(TopicId)
    }

    /// The unit with this id.
    #[must_use]
    pub fn unit_id(&self, id: &str) -> Option<UnitId> {
        position(&self.units, |unit| unit.id == id).map(UnitId)
    }

    /// The group with this id.
    #[must_use]
    pub fn group_id(&self, id: &str) -> Option<GroupId> {
        position(&self.groups, |group| group.id == id).map(GroupId)
    }

    /// The crisis plan with this id.
    #[must_use]
    pub fn plan_id(&self, id: &str) -> Option<PlanId> {
        let place = position(&self.plans, |plan| plan.id == id)?;
        u8::try_from(place).ok().map(PlanId)
    }

    /// Whether one who waits in `queue` and may expect to wait `expected_s` more is offered to be rung.
    #[must_use]
    pub fn offers_callback(&self, queue: QueueId, expected_s: u32) -> bool {
        let offer = self.callback.offer.as_ref();
        offer.is_some_and(|offer| {
            let named = offer.queues.iter().any(|named| named.queue == queue);
            named && expected_s >= offer.expected_s
        })
    }

    /// The highest level of a skill.
    #[must_use]
    pub fn highest_level(&self) -> u8 {
        u8::try_from(self.people.levels.len()).unwrap_or(u8::MAX)
    }

    /// The prompt with this id.
    #[must_use]
    pub fn prompt_id(&self, id: &str) -> Option<PromptId> {
        position(&self.prompts, |prompt| prompt.id == id).map(PromptId)
    }

    /// The number with these figures.
    #[must_use]
    pub fn number(&self, figures: &str) -> Option<&Number> {
        self.numbers.iter().find(|number| number.number == figures)
    }

    /// The number with this id.
    #[must_use]
    pub fn number_named(&self, id: &str) -> Option<&Number> {
        self.numbers.iter().find(|number| number.id == id)
    }

    /// A queue. Panics for an id of another centre.
    #[must_use]
    pub fn queue(&self, id: QueueId) -> &Queue {
        &self.queues[id.idx()]
    }

    /// The hours of a queue.
    #[must_use]
    pub fn hours_of(&self, id: QueueId) -> &OpeningHours {
        &self.hours[self.queue(id).hours.idx()]
    }

    /// A prompt. Panics for an id of another centre.
    #[must_use]
    pub fn prompt(&self, id: PromptId) -> &Prompt {
        &self.prompts[id.idx()]
    }

    /// A step of a flow. Panics for a target of another centre.
    #[must_use]
    pub fn step(&self, target: Target) -> &FlowStep {
        &self.flows[target.flow.idx()].steps[usize::from(target.step)]
    }

    /// The languages that some flow offers, in order, each once.
    #[must_use]
    pub fn spoken_languages(&self) -> Vec<Language> {
        let mut languages: Vec<Language> = self
            .flows
            .iter()
            .flat_map(|flow| flow.languages.iter().copied())
            .collect();
        languages.sort();
        languages.dedup();
        languages
    }
}

fn position<T>(items: &[T], is_it: impl Fn(&T) -> bool) -> Option<u16> {
    u16::try_from(items.iter().position(is_it)?).ok()
}
