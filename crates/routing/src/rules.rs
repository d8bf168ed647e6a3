//! Rules: the part of a centre description that the core runs on, as plain data, and what they mean.
//!
//! **Who can take it.** A queue has rings. Ring `k` is in force when the contact has waited
//! `rings[k].after_us` or longer (since `enqueued`, so a kept place keeps its ring). An adviser is *able*
//! when the ring's condition holds for them, they speak the language (`Rules::languages`), take the
//! channel, meet the origin, and are cleared for what the contact needs. Whoever the contact must not go
//! to (`Needs::not_to`, one's own case) is barred from it for ever.
//!
//! **Who should.** Among those able and free, those for whom `preferred` holds come first; within each
//! tier the one idle longest. A named adviser who is signed in and able in some ring is asked alone until
//! `QueueRule::named_us` after the contact was queued, or until they have been asked once, sign out, or no
//! longer meet such people. Whoever would have to lay work aside for some channel that they take is asked
//! only when nobody else is free.
//!
//! **Who is next.** The order of those who wait is fixed at entry: `key = enqueued - head start of the
//! class`; lower first, then the number in which they were queued. Every live contact (call, chat) has a
//! guaranteed longest wait, the least of `T_AGE_US`, its class's and its language's; when it is over the
//! contact goes before all whose is not, and among those by `enqueued + guarantee`. Head starts are at
//! most [`T_AGE_US`]. From this follows the bound L2: whoever has waited `T_AGE_US` is overtaken by nobody
//! who comes later. For a later contact either is not overdue (it goes after), or is overdue with
//! `enqueued' + g' > enqueued + T_AGE_US >= enqueued + g` since it came `T_AGE_US` later (it goes after too).
//! A deferred contact (message, task) has no guarantee but a date: it counts as enqueued at
//! `due - goal_us`, or when it came if it has no date. A place or a date before 1970 counts as 1970. Who waits
//! for a named adviser only is not yet in a line: rings, guarantee and overflow begin when that is over.
//! What is due at one moment: clocks of contacts before steps of waiting; clocks by (time, slot); steps by
//! (exact time, number in which it was queued); for one contact overdue, then overflow, then ring.
//!
//! **Several channels.** An adviser takes the channel of the activity and what `Also` adds: live channels
//! at once, deferred ones only when it is quiet, that is when more than `Rules::reserve` advisers who take a
//! live channel are free and have nothing laid aside (beside a deferred activity they too count at once).
//! Who has several channels at once gets the contact that has used the largest share of its queue's
//! `goal_us`, head start counted; overdue ones first, then those who may have deferred work laid aside. Of
//! those who name the adviser only the first in order is weighed.
//! A contact takes its channel's weight of the adviser's capacity from the offer to the end of the wrap-up.
//! When nobody free can take a contact of channel `c`, an adviser who takes `c` may lay aside deferred work in
//! hand on a channel in `Rules::interrupts[c]`, or lose an offer of it; it weighs nothing while aside and is
//! taken up again when it fits. What ends while aside has no wrap-up. "Quiet" counts those free for a live
//! channel who would lay nothing aside for any channel they take.
//!
//! **Overflow.** After `after_us` of waiting, or at entry when the measured expectation is at least
//! `expected_us`, a contact moves to another queue, once for each queue, place and class kept. Booked
//! callbacks and consultations do not move on at entry. No contact comes to a queue that it has left, by
//! overflow, transfer or hand-over. `max_waiting` bounds those who come to a queue first, not those who move there.
//!
//! **Another description.** On `Publish` all who wait are looked at in order; weights may then exceed an adviser's
//! capacity until what they hold is over, so channel weights are to be changed at night.

use linje_types::{
    Channels, Clearance, GroupId, Language, MINUTE_US, Origins, QueueId, SECOND_US, SkillId, UnitId,
};

/// What one adviser can hold at once; a channel's weight is a share of it.
pub const CAPACITY: u16 = 100;

/// After so long nobody who comes later overtakes (L2), microseconds.
pub const T_AGE_US: i64 = 20 * MINUTE_US;

/// The longest chain of queues that one contact may go through.
pub const MAX_HOPS: usize = 8;

/// The longest pause before a callback is tried again after our own line out failed, microseconds.
pub(crate) const OUR_PAUSE_MAX_US: i64 = 120 * MINUTE_US;

/// Everything the core is told about a centre. Ids are places in these lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Hash of the centre description.
    pub version: u64,
    /// By `Channel as usize`: share of [`CAPACITY`] that one contact takes, 1..=100.
    pub weights: [u16; 4],
    /// By priority class. Class 0 is the usual.
    pub classes: Vec<Class>,
    /// By `Language as usize`: the skill an adviser needs to speak it; `None` = everybody does.
    pub languages: [Option<Requirement>; 4],
    /// By `Language as usize`: guaranteed longest wait of live contacts, microseconds, 0..=[`T_AGE_US`].
    pub language_guarantees: [i64; 4],
    /// By `Channel as usize` of the contact that comes: the deferred channels whose active contacts it may lay aside.
    pub interrupts: [Channels; 4],
    /// How many advisers who take a live channel stay free of deferred work.
    pub reserve: u32,
    /// How citizens are rung.
    pub callback: CallbackRule,
    /// By `QueueId`.
    pub queues: Vec<QueueRule>,
    /// By `AdviserId`.
    pub advisers: Vec<AdviserRule>,
    /// How many crisis plans there are, at most 64.
    pub plans: u8,
    /// How long a contact that came back is not offered to the adviser who let it go (S9).
    pub bar_us: i64,
    /// How long an adviser may be gone before contacts that are not calls go back in line (L6).
    pub return_us: i64,
}

/// One priority class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    /// Microseconds that it counts as having waited before it came, at most [`T_AGE_US`] either way.
    pub head_start_us: i64,
    /// Guaranteed longest wait of live contacts, microseconds, 0..=[`T_AGE_US`].
    pub guarantee_us: i64,
}

impl Class {
    /// A class with this head start, microseconds, and the guarantee of everybody.
    #[must_use]
    pub const fn ahead(head_start_us: i64) -> Class {
        Class {
            head_start_us,
            guarantee_us: T_AGE_US,
        }
    }
}

/// How a citizen who asked for a callback is rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallbackRule {
    /// How long one attempt lasts, microseconds, more than 0.
    pub ring_us: i64,
    /// How often it is tried, 1 or more.
    pub attempts: u8,
    /// How long between two attempts, microseconds.
    pub retry_us: i64,
}

impl CallbackRule {
    /// The pause after our own line out has failed `before` times and fails again, microseconds: twice the pause
    /// before, at most two hours, or the usual pause if that is longer.
    #[must_use]
    pub fn our_pause_us(&self, before: u8) -> i64 {
        let doubled = self.retry_us.saturating_mul(1 << before.min(12));
        doubled.min(OUR_PAUSE_MAX_US.max(self.retry_us))
    }
}

/// A skill at a level or better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requirement {
    /// The skill.
    pub skill: SkillId,
    /// The least level, 1..=3.
    pub level: u8,
}

/// What must hold for an adviser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Has the skill at the level or better.
    Skill(Requirement),
    /// Speaks the language.
    Speaks(Language),
    /// Belongs to the unit.
    Unit(UnitId),
    /// Belongs to the group.
    Group(GroupId),
    /// All of them hold; none named = always.
    All(Vec<Condition>),
    /// One of them holds; none named = never.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
}

impl Condition {
    /// Holds for everybody.
    pub const ALWAYS: Condition = Condition::All(Vec::new());

    /// Whether it holds for an adviser.
    #[must_use]
    pub fn holds(&self, adviser: &AdviserRule, rules: &Rules) -> bool {
        match self {
            Condition::Skill(need) => adviser.has(*need),
            Condition::Speaks(language) => rules
                .language(*language)
                .is_none_or(|need| adviser.has(need)),
            Condition::Unit(unit) => adviser.unit == *unit,
            Condition::Group(group) => adviser.groups.contains(group),
            Condition::All(all) => all.iter().all(|part| part.holds(adviser, rules)),
            Condition::Any(any) => any.iter().any(|part| part.holds(adviser, rules)),
            Condition::Not(part) => !part.holds(adviser, rules),
        }
    }

    /// All of these skills.
    #[must_use]
    pub fn skills(needed: &[Requirement]) -> Condition {
        Condition::All(needed.iter().copied().map(Condition::Skill).collect())
    }
}

/// One step of a queue's circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// In force from this wait on, microseconds; the first ring's is 0, each later one's is larger.
    pub after_us: i64,
    /// Who is able.
    pub condition: Condition,
    /// Who of them comes first; `ALWAYS` = nobody before the others.
    pub preferred: Condition,
}

impl Ring {
    /// A first ring of all for whom `condition` holds.
    #[must_use]
    pub const fn of(condition: Condition) -> Ring {
        Ring {
            after_us: 0,
            condition,
            preferred: Condition::ALWAYS,
        }
    }
}

/// When and where a contact moves on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow {
    /// After this wait, microseconds; `None` = not by time.
    pub after_us: Option<i64>,
    /// At entry, when the queue's expected wait is at least this, microseconds; `None` = not by expectation.
    pub expected_us: Option<i64>,
    /// Where to.
    pub to: QueueId,
}

/// One queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRule {
    /// Who can take it, step by step; one or more, at most 250.
    pub rings: Vec<Ring>,
    /// How long a named adviser is asked alone, microseconds; 0 = not at all.
    pub named_us: i64,
    /// The acceptable wait, microseconds, more than 0; for deferred channels the time to do it in.
    pub goal_us: i64,
    /// When it moves on.
    pub overflow: Option<Overflow>,
    /// The queues that a contact in conversation may be transferred to without a word (blind).
    pub transfers: Vec<QueueId>,
    /// The experts' queues that may be consulted about a contact of this queue.
    pub consults: Vec<QueueId>,
    /// Whether only consultations come here (*kompetansekø*).
    pub experts: bool,
    /// Wrap-up after each contact, microseconds; 0 = none.
    pub wrap_up_us: i64,
    /// How long an offer lasts, microseconds; 0 = contacts go straight through (zip tone).
    pub ring_us: i64,
    /// How many may wait; more are refused with a reason (S14).
    pub max_waiting: u32,
    /// The priority class of contacts that are transferred here, and of consultations.
    pub class: u8,
}

impl Default for QueueRule {
    fn default() -> QueueRule {
        QueueRule {
            rings: vec![Ring::of(Condition::ALWAYS)],
            named_us: 0,
            goal_us: 45 * SECOND_US,
            overflow: None,
            transfers: Vec::new(),
            consults: Vec::new(),
            experts: false,
            wrap_up_us: 0,
            ring_us: 0,
            max_waiting: 0,
            class: 0,
        }
    }
}

impl QueueRule {
    /// A queue of one ring: all who have these skills.
    #[must_use]
    pub fn requiring(needed: &[Requirement]) -> QueueRule {
        QueueRule {
            rings: vec![Ring::of(Condition::skills(needed))],
            ..QueueRule::default()
        }
    }
}

/// One adviser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdviserRule {
    /// The unit.
    pub unit: UnitId,
    /// The groups.
    pub groups: Vec<GroupId>,
    /// Skills and levels, 1..=3.
    pub skills: Vec<Requirement>,
    /// Whom they meet at the start of a day.
    pub origins: Origins,
    /// Channels they can take at all.
    pub channels: Channels,
    /// What they are cleared for.
    pub clearance: Clearance,
}

impl AdviserRule {
    /// Whether they have a skill at the level or better.
    #[must_use]
    pub fn has(&self, need: Requirement) -> bool {
        let mut skills = self.skills.iter();
        skills.any(|own| own.skill == need.skill && own.level >= need.level)
    }
}

/// What advisers and experts speak with each other, whatever the citizen speaks: whoever is asked about a conversation
/// need not know its language. The citizen stays with the adviser, who does.
pub(crate) const AMONG_ADVISERS: Language = Language::Nb;

impl Rules {
    /// Rules with no queue and nobody in it, and the usual times.
    #[must_use]
    pub fn empty() -> Rules {
        Rules {
            version: 0,
            weights: [CAPACITY, CAPACITY / 2, CAPACITY, CAPACITY],
            classes: vec![Class::ahead(0)],
            languages: [None; 4],
            language_guarantees: [T_AGE_US; 4],
            interrupts: [Channels::NONE; 4],
            reserve: 0,
            callback: CallbackRule {
                ring_us: 30 * SECOND_US,
                attempts: 3,
                retry_us: 10 * MINUTE_US,
            },
            queues: Vec::new(),
            advisers: Vec::new(),
            plans: 0,
            bar_us: 30 * SECOND_US,
            return_us: 60 * SECOND_US,
        }
    }

    /// Whether contacts of `channel` may lay some deferred work aside, and so go before all of it in line.
    #[must_use]
    #[inline]
    pub fn comes_before_deferred(&self, channel: linje_types::Channel) -> bool {
        let before = self.interrupts[channel as usize].0 & Channels::DEFERRED.0;
        Channels::LIVE.has(channel) && before != 0
    }

    /// The skill needed for `language`.
    #[must_use]
    pub fn language(&self, language: Language) -> Option<Requirement> {
        self.languages[language as usize]
    }

    /// Guaranteed longest wait of a live contact, microseconds.
    #[must_use]
    pub fn guarantee_us(&self, class: u8, language: Language) -> i64 {
        let of_class = self.classes[usize::from(class)].guarantee_us;
        of_class.min(self.language_guarantees[language as usize])
    }
}
