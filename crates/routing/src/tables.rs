//! Tables: what follows from the rules and never changes while they hold. Shared by `Arc`.

use std::collections::BTreeMap;

use linje_types::{
    Activity, Channel, Channels, Language, Origin, Origins, QueueId, Timestamp, UnitId,
};

use crate::{
    bits,
    cast::u32_of,
    rules::{AdviserRule, CAPACITY, QueueRule, Requirement, Rules},
};

/// Kinds of contact that one queue can hold: channel x language x origin.
const NEEDS: usize = 4 * 4 * 2;

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
    /// More than the ids can name.
    #[error("too many queues, advisers or lanes")]
    TooMany,
}

/// What an adviser is, as far as requirements can ask; shared by all who are alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Profile {
    unit: UnitId,
    skills: Vec<Requirement>,
    channels: Channels,
    origins: u8,
}

/// Lanes, profiles and which can serve which, as bit rows.
#[derive(Debug)]
pub struct Tables {
    rules: Rules,
    n_profiles: usize,
    /// The profile of all who meet nobody: it can serve no lane.
    nobody: u32,
    /// A lane is `demand << class_bits | class`.
    class_bits: u32,
    /// By share of the capacity in use: the channels that still fit.
    fits: [Channels; CAPACITY as usize + 1],
    profile_words: usize,
    lane_words: usize,
    /// By adviser, then origins 1..=3 minus one: the profile.
    profile_of: Vec<[u32; 3]>,
    /// By demand (queue x need): bit row over profiles.
    demand_profiles: Vec<u64>,
    /// By profile: bit row over lanes.
    profile_lanes: Vec<u64>,
    /// By mask index: bit row over lanes whose channel it holds.
    mask_lanes: Vec<u64>,
    masks: Vec<Channels>,
    /// By `Channel as usize`: the masks that hold it.
    masks_with: [Vec<usize>; 4],
    /// By `Channels.0`: index into `masks`.
    mask_idx: [u8; 16],
}

impl Tables {
    /// Evaluates every requirement once.
    ///
    /// # Errors
    /// When the rules contradict themselves or are larger than ids can name.
    pub fn new(rules: &Rules) -> Result<Tables, TableError> {
        validate(rules)?;
        let (profiles, profile_of) = intern(&rules.advisers);
        let n_classes = rules.classes.len();
        let class_bits = n_classes.next_power_of_two().trailing_zeros();
        let n_lanes = (rules.queues.len() * NEEDS) << class_bits;
        let n_profiles = profiles.len() + 1;
        let (profile_words, lane_words) = (bits::words(n_profiles), bits::words(n_lanes));
        let (masks, mask_idx) = masks();
        let mut tables = Tables {
            rules: rules.clone(),
            n_profiles,
            class_bits,
            fits: fits(&rules.weights),
            nobody: u32_of(profiles.len()),
            profile_words,
            lane_words,
            profile_of,
            demand_profiles: vec![0; rules.queues.len() * NEEDS * profile_words],
            profile_lanes: vec![0; n_profiles * lane_words],
            mask_lanes: vec![0; masks.len() * lane_words],
            masks_with: masks_with(&masks),
            masks,
            mask_idx,
        };
        for queue in 0..rules.queues.len() {
            for need in 0..NEEDS {
                tables.fill(&profiles, queue, need);
            }
        }
        Ok(tables)
    }

    fn fill(&mut self, profiles: &[Profile], queue: usize, need: usize) {
        let (channel, language, origin) = need_parts(need);
        let demand = queue * NEEDS + need;
        let n_classes = self.rules.classes.len();
        let first = demand << self.class_bits;
        let lanes = first..first + n_classes;
        for (idx, mask) in self.masks.iter().enumerate() {
            if mask.has(channel) {
                let row = &mut self.mask_lanes[idx * self.lane_words..(idx + 1) * self.lane_words];
                lanes.clone().for_each(|lane| bits::set(row, lane));
            }
        }
        let language = self.rules.language(language);
        let row = demand * self.profile_words..(demand + 1) * self.profile_words;
        for (idx, profile) in profiles.iter().enumerate() {
            if !able(
                profile,
                &self.rules.queues[queue],
                channel,
                language,
                origin,
            ) {
                continue;
            }
            bits::set(&mut self.demand_profiles[row.clone()], idx);
            let row = &mut self.profile_lanes[idx * self.lane_words..(idx + 1) * self.lane_words];
            lanes.clone().for_each(|lane| bits::set(row, lane));
        }
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

    pub(crate) fn n_lanes(&self) -> usize {
        (self.n_queues() * NEEDS) << self.class_bits
    }

    /// The channels that fit beside what an adviser has.
    #[inline]
    pub(crate) fn fits(&self, used: u16) -> Channels {
        self.fits[usize::from(used.min(CAPACITY))]
    }

    #[inline]
    pub(crate) fn masks(&self) -> &[Channels] {
        &self.masks
    }

    /// The indexes of the masks that hold a channel.
    #[inline]
    pub(crate) fn masks_with(&self, channel: Channel) -> &[usize] {
        &self.masks_with[channel as usize]
    }

    #[inline]
    pub(crate) fn mask_idx(&self, channels: Channels) -> usize {
        usize::from(self.mask_idx[usize::from(channels.0 & 15)])
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
    pub(crate) fn key(&self, enqueued: Timestamp, class: u8) -> i64 {
        enqueued
            .0
            .saturating_sub(self.rules.classes[usize::from(class)])
    }

    /// The line of (queue, kind of contact, class).
    #[inline]
    pub(crate) fn lane(
        &self,
        queue: QueueId,
        channel: Channel,
        language: Language,
        origin: Origin,
        class: u8,
    ) -> u32 {
        let need = need_of(channel, language, origin);
        let demand = queue.idx() * NEEDS + need;
        u32_of(demand << self.class_bits | usize::from(class))
    }

    /// The lanes of a queue.
    pub(crate) fn lanes_of(&self, queue: QueueId) -> std::ops::Range<usize> {
        let per_queue = NEEDS << self.class_bits;
        queue.idx() * per_queue..(queue.idx() + 1) * per_queue
    }

    /// The profiles that can take what waits in `lane`.
    #[inline]
    pub(crate) fn profiles_for(&self, lane: u32) -> &[u64] {
        let demand = lane as usize >> self.class_bits;
        &self.demand_profiles[demand * self.profile_words..(demand + 1) * self.profile_words]
    }

    #[inline]
    pub(crate) fn lanes_for(&self, profile: u32) -> &[u64] {
        let profile = profile as usize;
        &self.profile_lanes[profile * self.lane_words..(profile + 1) * self.lane_words]
    }

    #[inline]
    pub(crate) fn lanes_in(&self, mask: usize) -> &[u64] {
        &self.mask_lanes[mask * self.lane_words..(mask + 1) * self.lane_words]
    }

    /// Whether the adviser, meeting `origins`, has what any kind of contact of `queue` on `channel` needs.
    pub(crate) fn serves(
        &self,
        adviser: u32,
        origins: Origins,
        queue: QueueId,
        channel: Channel,
    ) -> bool {
        let lanes = self.lanes_for(self.profile(adviser, origins));
        Language::ALL.iter().any(|&language| {
            Origin::ALL.iter().any(|&origin| {
                bits::has(
                    lanes,
                    self.lane(queue, channel, language, origin, 0) as usize,
                )
            })
        })
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
    for (queue, rule) in rules.queues.iter().enumerate() {
        if usize::from(rule.class) >= n_classes {
            return Err(TableError::Class(queue, rule.class));
        }
    }
    let too_many = rules.queues.len() >= usize::from(u16::MAX)
        || n_classes > usize::from(u8::MAX)
        || rules.advisers.len() > 10_000_000
        || rules.queues.len() * NEEDS * n_classes.next_power_of_two() > 16_000_000;
    if too_many {
        return Err(TableError::TooMany);
    }
    Ok(())
}

/// Profiles in the order of first use, those that the day starts with first, and each adviser's three.
fn intern(advisers: &[AdviserRule]) -> (Vec<Profile>, Vec<[u32; 3]>) {
    let mut known: BTreeMap<Profile, u32> = BTreeMap::new();
    let mut profiles = Vec::new();
    let mut id_of = |rule: &AdviserRule, origins: u8| {
        let mut skills = rule.skills.clone();
        skills.sort_unstable();
        let profile = Profile {
            unit: rule.unit,
            skills,
            channels: rule.channels,
            origins,
        };
        *known.entry(profile.clone()).or_insert_with(|| {
            profiles.push(profile);
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

/// The masks that some activity can give: every non-empty part of what it takes.
fn masks() -> (Vec<Channels>, [u8; 16]) {
    let mut masks: Vec<Channels> = Activity::ALL
        .iter()
        .flat_map(|&activity| (1..16).map(move |part| Channels(part & Channels::of(activity).0)))
        .filter(|mask| *mask != Channels::NONE)
        .collect();
    masks.sort_unstable();
    masks.dedup();
    let mut idx = [u8::MAX; 16];
    for (place, mask) in (0_u8..).zip(&masks) {
        idx[usize::from(mask.0)] = place;
    }
    (masks, idx)
}

fn masks_with(masks: &[Channels]) -> [Vec<usize>; 4] {
    core::array::from_fn(|channel| {
        let holds = |mask: &usize| masks[*mask].has(Channel::ALL[channel]);
        (0..masks.len()).filter(holds).collect()
    })
}

fn able(
    profile: &Profile,
    queue: &QueueRule,
    channel: Channel,
    language: Option<Requirement>,
    origin: Origin,
) -> bool {
    let has = |need: &Requirement| {
        profile
            .skills
            .iter()
            .any(|own| own.skill == need.skill && own.level >= need.level)
    };
    Origins(profile.origins).has(origin)
        && profile.channels.has(channel)
        && (queue.units.is_empty() || queue.units.contains(&profile.unit))
        && queue.requires.iter().all(has)
        && language.iter().all(has)
}

fn need_of(channel: Channel, language: Language, origin: Origin) -> usize {
    (channel as usize * 4 + language as usize) * 2 + origin as usize
}

fn need_parts(need: usize) -> (Channel, Language, Origin) {
    (
        Channel::ALL[need / 8],
        Language::ALL[need / 2 % 4],
        Origin::ALL[need % 2],
    )
}
