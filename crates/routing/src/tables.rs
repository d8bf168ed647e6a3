//! Tables: what follows from the rules and never changes while they hold. Shared by `Arc`.

use std::collections::BTreeMap;

use linje_types::{
    Channel, Channels, Clearance, GroupId, Language, Origin, Origins, QueueId, Timestamp, UnitId,
};

use crate::{
    bits,
    cast::u32_of,
    lanes::{Kind, Lane, NO_STEP},
    rules::{AdviserRule, CAPACITY, Condition, MAX_HOPS, Requirement, Rules, T_AGE_US},
};

/// Whoever is overdue comes this much earlier than anybody who is not, microseconds.
const FAR_US: i64 = 1 << 61;

/// Rules that cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// A weight that no adviser could ever hold, or none at all.
    #[error("channel weight {0} is not within 1..=100")]
    Weight(u16),
    /// No priority class.
    #[error("there is no priority class")]
    NoClass,
    /// A queue names a class that does not exist.
    #[error("queue {0} names priority class {1}, which does not exist")]
    Class(usize, u8),
    /// A head start or a guarantee beyond the bound within which nobody is overtaken.
    #[error("priority class {0} has a head start or a guarantee beyond 20 minutes")]
    Bound(usize),
    /// A guarantee for a language beyond the bound.
    #[error("the guaranteed longest wait of language {0} is not within 0..=20 minutes")]
    LanguageBound(usize),
    /// A queue without rings, with too many, or with rings that do not follow each other.
    #[error("queue {0} has no first ring at 0, more than 250 rings, or rings out of order")]
    Rings(usize),
    /// A time that is negative, or a goal of nothing.
    #[error("queue {0} has a negative time, or a goal that is not above 0")]
    Time(usize),
    /// A queue names a queue that does not exist, or one that takes only consultations.
    #[error("queue {0} names queue {1}, which does not exist or does not take such contacts")]
    Target(usize, usize),
    /// Overflow that would never end.
    #[error("the overflow of queue {0} leads in a circle or over more than 8 queues")]
    Circle(usize),
    /// A callback that is never tried or lasts no time, or a negative time of the centre.
    #[error(
        "a callback needs at least 1 attempt and times above 0; bar and return must not be negative"
    )]
    Callback,
    /// More crisis plans than can be switched.
    #[error("there are more than 64 crisis plans")]
    Plans,
    /// More than the ids can name.
    #[error("too many queues or advisers")]
    TooMany,
}

/// What an adviser is, as far as requirements can ask, and whom they meet; shared by all who are alike.
type Profile = (AdviserRule, Origins);

/// A set of profiles.
type Row = Vec<u64>;

/// Profiles, and which rule holds for which, as bit rows.
#[derive(Debug)]
pub struct Tables {
    rules: Rules,
    n_profiles: usize,
    /// The profile of all who meet nobody: it can serve no lane.
    nobody: u32,
    /// By share of the capacity in use: the channels that still fit.
    fits: [Channels; CAPACITY as usize + 1],
    interrupts: bool,
    /// By adviser, then origins 1..=3 minus one: the profile.
    profile_of: Vec<[u32; 3]>,
    /// By queue: number of its first ring.
    first_ring: Vec<usize>,
    n_rings: usize,
    /// By ring: for whom the condition holds, and who comes first (`None` = nobody before the others).
    rings: Vec<(Row, Option<Row>)>,
    languages: [Row; 4],
    channels: [Row; 4],
    origins: [Row; 2],
    clearances: Vec<Row>,
}

impl Tables {
    /// Evaluates every condition once.
    ///
    /// # Errors
    /// When the rules contradict themselves or are larger than ids can name.
    pub fn new(rules: &Rules) -> Result<Tables, TableError> {
        validate(rules)?;
        let (profiles, profile_of) = intern(&rules.advisers);
        let row = |holds: &dyn Fn(&Profile) -> bool| {
            let mut row = vec![0; bits::words(profiles.len() + 1)];
            for (idx, profile) in profiles.iter().enumerate() {
                if holds(profile) {
                    bits::set(&mut row, idx);
                }
            }
            row
        };
        let mut first_ring = Vec::with_capacity(rules.queues.len());
        let mut rings = Vec::new();
        for queue in &rules.queues {
            first_ring.push(rings.len());
            for ring in &queue.rings {
                let prefers = ring.preferred != Condition::ALWAYS;
                rings.push((
                    row(&|(who, _)| ring.condition.holds(who, rules)),
                    prefers.then(|| row(&|(who, _)| ring.preferred.holds(who, rules))),
                ));
            }
        }
        let speaks = |language: usize| match rules.languages[language] {
            Some(need) => row(&|(who, _)| who.has(need)),
            None => row(&|_| true),
        };
        Ok(Tables {
            rules: rules.clone(),
            n_profiles: profiles.len() + 1,
            nobody: u32_of(profiles.len()),
            fits: fits(&rules.weights),
            interrupts: rules.interrupts.iter().any(|of| *of != Channels::NONE),
            first_ring,
            n_rings: rings.len(),
            languages: core::array::from_fn(speaks),
            channels: core::array::from_fn(|at| {
                row(&|(who, _)| who.channels.has(Channel::ALL[at]))
            }),
            origins: core::array::from_fn(|at| row(&|(_, met)| met.has(Origin::ALL[at]))),
            clearances: (0_u8..)
                .take(Clearance::COUNT)
                .map(|need| row(&|(who, _)| who.clearance.covers(Clearance(need))))
                .collect(),
            rings,
            profile_of,
        })
    }

    /// The rules these tables were made of.
    #[must_use]
    #[inline]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// How many advisers there are.
    #[must_use]
    #[inline]
    pub fn n_advisers(&self) -> usize {
        self.rules.advisers.len()
    }

    /// How many queues there are.
    #[must_use]
    #[inline]
    pub fn n_queues(&self) -> usize {
        self.rules.queues.len()
    }

    #[inline]
    pub(crate) fn n_profiles(&self) -> usize {
        self.n_profiles
    }

    pub(crate) fn profile_words(&self) -> usize {
        bits::words(self.n_profiles)
    }

    pub(crate) fn n_rings(&self) -> usize {
        self.n_rings
    }

    /// The number of ring `ring` of `queue` among all rings.
    #[inline]
    pub(crate) fn ring(&self, queue: QueueId, ring: u8) -> usize {
        self.first_ring[queue.idx()] + usize::from(ring)
    }

    /// The ring of `queue` in force after waiting `waited_us`.
    #[inline]
    pub(crate) fn ring_after(&self, queue: QueueId, waited_us: i64) -> u8 {
        let rings = &self.rules.queues[queue.idx()].rings;
        if rings.len() == 1 {
            return 0;
        }
        let begun = rings.partition_point(|ring| ring.after_us <= waited_us);
        u8::try_from(begun.saturating_sub(1)).unwrap_or(u8::MAX)
    }

    /// The ring, or the last one when the queue has fewer.
    pub(crate) fn ring_within(&self, queue: QueueId, ring: u8) -> u8 {
        let rings = self
            .rules
            .queues
            .get(queue.idx())
            .map_or(1, |rule| rule.rings.len());
        ring.min(u8::try_from(rings.saturating_sub(1)).unwrap_or(u8::MAX))
    }

    /// The channels that fit beside what an adviser has.
    #[inline]
    pub(crate) fn fits(&self, used: u16) -> Channels {
        self.fits[usize::from(used.min(CAPACITY))]
    }

    #[inline]
    pub(crate) fn profile(&self, adviser: u32, origins: Origins) -> u32 {
        match usize::from(origins.0 & Origins::BOTH.0) {
            0 => self.nobody,
            met => self.profile_of[adviser as usize][met - 1],
        }
    }

    /// Static order while waiting: a place however old or late stays within bounds.
    #[inline]
    pub(crate) fn key(&self, since: Timestamp, class: u8) -> i64 {
        let class = &self.rules.classes[usize::from(class)];
        since.0.saturating_sub(class.head_start_us)
    }

    /// The order of one whose guaranteed longest wait is over.
    #[inline]
    pub(crate) fn overdue_key(&self, since: Timestamp, class: u8, language: Language) -> i64 {
        let guarantee = self.rules.guarantee_us(class, language);
        since.0.saturating_add(guarantee).saturating_sub(FAR_US)
    }

    /// Whether any contact may lay deferred work aside.
    #[inline]
    pub(crate) fn interrupts(&self) -> bool {
        self.interrupts
    }

    /// What all contacts of a kind share.
    pub(crate) fn lane(&self, kind: &Kind) -> Lane {
        let queue = &self.rules.queues[kind.queue.idx()];
        let guarantee = self.rules.guarantee_us(kind.class, kind.language);
        let live = Channels::LIVE.has(kind.channel);
        let mut step_us = NO_STEP;
        if live && !kind.overdue {
            step_us = guarantee;
        }
        if let Some(next) = queue.rings.get(usize::from(kind.ring) + 1) {
            step_us = step_us.min(next.after_us);
        }
        let overflow = queue.overflow.as_ref().filter(|_| !kind.fixed);
        if let Some(after_us) = overflow.and_then(|overflow| overflow.after_us) {
            step_us = step_us.min(after_us);
        }
        Lane {
            channel: kind.channel,
            overdue: kind.overdue,
            prefers: self.rings[self.ring(kind.queue, kind.ring)].1.is_some(),
            to_since: if kind.overdue {
                FAR_US - guarantee
            } else {
                self.rules.classes[usize::from(kind.class)].head_start_us
            },
            step_us,
            goal_us: queue.goal_us,
            comes_first: self.rules.comes_before_deferred(kind.channel),
        }
    }

    /// The profiles that are able to take a kind of contact, and those of them that come first.
    pub(crate) fn rows(&self, kind: &Kind) -> (Row, Row) {
        let (ring, preferred) = &self.rings[self.ring(kind.queue, kind.ring)];
        let need = usize::from(kind.clearance.0 & Clearance::ALL.0);
        let able: Row = (0..self.profile_words())
            .map(|word| {
                ring[word]
                    & self.languages[kind.language as usize][word]
                    & self.channels[kind.channel as usize][word]
                    & self.origins[kind.origin as usize][word]
                    & self.clearances[need][word]
            })
            .collect();
        let first = match preferred {
            Some(preferred) => able.iter().zip(preferred).map(|(a, b)| a & b).collect(),
            None => able.clone(),
        };
        (able, first)
    }

    /// Whether the adviser, meeting `origins`, is able to take a kind of contact in some ring.
    pub(crate) fn able_ever(&self, adviser: u32, origins: Origins, kind: &Kind) -> bool {
        let profile = self.profile(adviser, origins) as usize;
        let rings = self.rules.queues[kind.queue.idx()].rings.len();
        (0_u8..).take(rings).any(|ring| {
            let (able, _) = self.rows(&Kind { ring, ..*kind });
            bits::has(&able, profile)
        })
    }

    /// Whether the adviser, meeting `origins`, has what any kind of contact of `queue` on `channel` needs.
    pub(crate) fn serves(
        &self,
        adviser: u32,
        origins: Origins,
        queue: QueueId,
        channel: Channel,
    ) -> bool {
        let profile = self.profile(adviser, origins) as usize;
        let rings = self.rules.queues[queue.idx()].rings.len();
        let first = self.first_ring[queue.idx()];
        bits::has(&self.channels[channel as usize], profile)
            && self.origins.iter().any(|row| bits::has(row, profile))
            && self.languages.iter().any(|row| bits::has(row, profile))
            && (first..first + rings).any(|ring| bits::has(&self.rings[ring].0, profile))
    }
}

fn validate(rules: &Rules) -> Result<(), TableError> {
    for &weight in &rules.weights {
        if weight == 0 || weight > CAPACITY {
            return Err(TableError::Weight(weight));
        }
    }
    let n_classes = rules.classes.len();
    if n_classes == 0 {
        return Err(TableError::NoClass);
    }
    for (idx, class) in rules.classes.iter().enumerate() {
        let bound = 0..=T_AGE_US;
        if class.head_start_us.saturating_abs() > T_AGE_US || !bound.contains(&class.guarantee_us) {
            return Err(TableError::Bound(idx));
        }
    }
    for (idx, guarantee) in rules.language_guarantees.iter().enumerate() {
        if !(0..=T_AGE_US).contains(guarantee) {
            return Err(TableError::LanguageBound(idx));
        }
    }
    let callback = &rules.callback;
    let times = [callback.retry_us, rules.bar_us, rules.return_us];
    if callback.attempts == 0 || callback.ring_us <= 0 || times.iter().any(|us| *us < 0) {
        return Err(TableError::Callback);
    }
    if rules.plans > 64 {
        return Err(TableError::Plans);
    }
    if rules.queues.len() >= usize::from(u16::MAX)
        || n_classes > usize::from(u8::MAX)
        || rules.advisers.len() > 10_000_000
    {
        return Err(TableError::TooMany);
    }
    (0..rules.queues.len()).try_for_each(|queue| validate_queue(rules, queue))
}

fn validate_queue(rules: &Rules, queue: usize) -> Result<(), TableError> {
    let rule = &rules.queues[queue];
    if usize::from(rule.class) >= rules.classes.len() {
        return Err(TableError::Class(queue, rule.class));
    }
    let first = rule.rings.first().is_some_and(|ring| ring.after_us == 0);
    let grows = rule.rings.is_sorted_by(|a, b| a.after_us < b.after_us);
    if !first || !grows || rule.rings.len() > 250 {
        return Err(TableError::Rings(queue));
    }
    let overflow = rule.overflow.iter();
    let waits = overflow.flat_map(|overflow| [overflow.after_us, overflow.expected_us]);
    let times = [rule.named_us, rule.wrap_up_us, rule.ring_us];
    if rule.goal_us <= 0 || waits.flatten().chain(times).any(|us| us < 0) {
        return Err(TableError::Time(queue));
    }
    let target = |to: &QueueId, experts: bool| match rules.queues.get(to.idx()) {
        Some(other) if other.experts == experts && to.idx() != queue => Ok(()),
        _ => Err(TableError::Target(queue, to.idx())),
    };
    rule.transfers.iter().try_for_each(|to| target(to, false))?;
    rule.consults.iter().try_for_each(|to| target(to, true))?;
    let mut at = queue;
    for _ in 0..MAX_HOPS {
        let Some(overflow) = &rules.queues[at].overflow else {
            return Ok(());
        };
        if at == queue {
            target(&overflow.to, rule.experts)?;
        } else if overflow.to.idx() >= rules.queues.len() {
            return Ok(());
        }
        at = overflow.to.idx();
    }
    Err(TableError::Circle(queue))
}

/// What decides whether two advisers are alike.
type Likeness = (
    UnitId,
    Vec<GroupId>,
    Vec<Requirement>,
    Channels,
    Clearance,
    u8,
);

/// Profiles in the order of first use, those that the day starts with first, and each adviser's three.
fn intern(advisers: &[AdviserRule]) -> (Vec<Profile>, Vec<[u32; 3]>) {
    let mut known: BTreeMap<Likeness, u32> = BTreeMap::new();
    let mut profiles = Vec::new();
    let mut id_of = |rule: &AdviserRule, origins: u8| {
        let mut skills = rule.skills.clone();
        skills.sort_unstable();
        let mut groups = rule.groups.clone();
        groups.sort_unstable();
        groups.dedup();
        let clearance = Clearance(rule.clearance.0 & Clearance::ALL.0);
        let likeness = (rule.unit, groups, skills, rule.channels, clearance, origins);
        *known.entry(likeness).or_insert_with(|| {
            profiles.push((rule.clone(), Origins(origins)));
            u32_of(profiles.len() - 1)
        })
    };
    for rule in advisers {
        let met = rule.origins.0 & Origins::BOTH.0;
        if met != 0 {
            id_of(rule, met);
        }
    }
    let profile_of = advisers
        .iter()
        .map(|rule| [id_of(rule, 1), id_of(rule, 2), id_of(rule, 3)])
        .collect();
    (profiles, profile_of)
}

/// By share in use: the channels whose weight is left.
fn fits(weights: &[u16; 4]) -> [Channels; CAPACITY as usize + 1] {
    let mut fits = [Channels::NONE; CAPACITY as usize + 1];
    for (used, channels) in (0..).zip(&mut fits) {
        let left = |channel: &&Channel| used + weights[**channel as usize] <= CAPACITY;
        *channels = Channel::ALL
            .iter()
            .filter(left)
            .fold(Channels::NONE, |all, channel| all.with(*channel));
    }
    fits
}
