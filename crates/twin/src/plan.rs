//! The advisers' day: who comes, who does what, when they eat, learn and go home.
//!
//! People choose their own time within reason: lunch and learning go where the phones need them
//! least. As many are asked to the phones as the busiest quarter needs; the others chat, write, or
//! work on tasks. Nothing here knows how the day really goes.

use std::collections::BTreeMap;

use linje_routing::{QueueRule, Rules};
use linje_types::{Activity, Channel, Channels, QueueId, Timestamp};

use crate::{
    arrivals::Source,
    calendar::Day,
    profile::{Duty, Error, Habits, Person, QUARTER_MIN},
    random::{Purpose, Streams},
};

/// Quarters of an hour in a day.
pub const QUARTERS: usize = 96;

/// What an adviser means to do from a moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wish {
    /// To be at home.
    Home,
    /// To be signed in and do this.
    Do(Activity),
}

/// A change of mind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step {
    pub(crate) at: Timestamp,
    /// Place in `Profile::people`.
    pub(crate) person: u32,
    pub(crate) wish: Wish,
}

/// The plan of one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub(crate) steps: Vec<Step>,
    /// By quarter of an hour from midnight: load offered to the phones, in erlang (talk and wrap-up).
    pub load: [f64; QUARTERS],
    /// By quarter of an hour from midnight: advisers planned on the phones, on average.
    pub on_phone: [f64; QUARTERS],
    /// How many come to work.
    pub at_work: usize,
}

impl Plan {
    /// A day without work.
    pub(crate) const EMPTY: Plan = Plan {
        steps: Vec::new(),
        load: [0.0; QUARTERS],
        on_phone: [0.0; QUARTERS],
        at_work: 0,
    };

    /// Highest load against advisers on the phones over the quarters of the day; 0 without load.
    #[must_use]
    pub fn peak(&self) -> f64 {
        let ratios = self.load.iter().zip(&self.on_phone);
        ratios
            .filter(|(load, _)| **load > 0.0)
            .map(|(load, on)| load / on.max(f64::MIN_POSITIVE))
            .fold(0.0, f64::max)
    }
}

/// What the planner knows that does not change from day to day.
#[derive(Debug, Clone)]
pub(crate) struct Planner {
    /// By person: by `Channel as usize`: bit row over the queues of `demands`.
    able: Vec<[u64; 4]>,
    /// By `Channel as usize`: the queues with arrivals.
    queues: [Vec<QueueId>; 4],
    /// By queue of the rules, seconds.
    wrap_up_s: Vec<f64>,
    weights: [f64; 4],
}

impl Planner {
    pub(crate) fn new(
        sources: &[Source],
        people: &[Person],
        rules: &Rules,
    ) -> Result<Planner, Error> {
        let mut queues: [Vec<QueueId>; 4] = Default::default();
        for source in sources {
            let list = &mut queues[source.stream.channel as usize];
            list.extend(source.stream.shares.iter().map(|share| share.queue));
            list.sort_unstable();
            list.dedup();
        }
        if queues.iter().any(|list| list.len() > 64) {
            return Err(Error::TooMany(64));
        }
        let able = people.iter().map(|person| able(person, &queues, rules));
        Ok(Planner {
            able: able.collect(),
            wrap_up_s: rules
                .queues
                .iter()
                .map(|queue| seconds(queue.wrap_up_us))
                .collect(),
            weights: rules
                .weights
                .map(|weight| f64::from(weight) / f64::from(linje_routing::CAPACITY)),
            queues,
        })
    }

    /// Makes the plan of a day.
    pub(crate) fn plan(
        &self,
        day: &Day,
        (sources, people, habits): (&[Source], &[Person], &Habits),
        streams: &Streams,
    ) -> Plan {
        let demands = self.demands(day, sources);
        let phone = &demands[Channel::Voice as usize];
        if demands.iter().all(|demand| demand.total() <= 0.0) {
            return Plan::EMPTY;
        }
        let draws = Draws {
            streams,
            day: day.number,
        };
        let mut free = at_work(people, habits, &draws);
        let mut sheet = Sheet {
            plan: Plan {
                load: phone.quarters,
                at_work: free.len(),
                ..Plan::EMPTY
            },
            day: *day,
            draws,
            target: habits.peak_load,
        };
        for channel in [Channel::Chat, Channel::Message, Channel::Task] {
            let mut picker = self.picker(channel, &demands, &mut free);
            for person in picker.take(self.heads(channel, &demands)) {
                sheet.quiet_day(person, activity_of(channel));
            }
            free.extend(picker.rest());
        }
        let mut picker = self.picker(Channel::Voice, &demands, &mut free);
        let written = |person: usize| self.able[person][Channel::Message as usize] != 0;
        sheet.phone_days(&mut picker, written);
        free.extend(picker.rest());
        free.sort_unstable();
        for person in free {
            let activity = if written(person) {
                Activity::Written
            } else {
                Activity::Learning
            };
            sheet.quiet_day(person, activity);
        }
        sheet.plan.steps.sort_unstable();
        sheet.plan
    }

    fn demands(&self, day: &Day, sources: &[Source]) -> [Demand; 4] {
        let mut demands: [Demand; 4] = core::array::from_fn(|channel| Demand {
            by_queue: vec![0.0; self.queues[channel].len()],
            quarters: [0.0; QUARTERS],
        });
        for source in sources {
            let channel = source.stream.channel as usize;
            let stay = 1.0 - source.stream.menu.map_or(0.0, |menu| menu.leave_share);
            let rates = source.rates(day);
            let weights: f64 = source.stream.shares.iter().map(|share| share.weight).sum();
            let mut work_s = 0.0;
            for share in &source.stream.shares {
                let per_contact = share.talk_mean_s + self.wrap_up_s[share.queue.idx()];
                let part = share.weight / weights * per_contact * stay * self.weights[channel];
                let place = self.queues[channel]
                    .binary_search(&share.queue)
                    .unwrap_or(0);
                demands[channel].by_queue[place] +=
                    part * rates.iter().copied().fold(0.0, f64::max);
                work_s += part;
            }
            for (quarter, rate) in demands[channel].quarters.iter_mut().zip(rates) {
                *quarter += rate * work_s;
            }
        }
        demands
    }

    /// How many a channel other than the phone needs.
    fn heads(&self, channel: Channel, demands: &[Demand; 4]) -> usize {
        let demand = &demands[channel as usize];
        let heads = match channel {
            Channel::Chat | Channel::Voice => demand.peak() / 0.75 + 1.0,
            // Work that waits is spread over the five and a half hours that are left of a day.
            Channel::Message | Channel::Task => demand.total() / (5.5 * 4.0) / 0.85 + 1.0,
        };
        if demand.total() > 0.0 {
            whole(heads)
        } else {
            0
        }
    }

    fn picker(&self, channel: Channel, demands: &[Demand; 4], free: &mut Vec<usize>) -> Picker {
        let need = demands[channel as usize].by_queue.clone();
        let mut picker = Picker {
            cover: vec![0.0; need.len()],
            rounds: 1.0,
            need,
            groups: BTreeMap::new(),
            unable: Vec::new(),
        };
        // Taken from the end, so the order is turned.
        for person in free.drain(..).rev() {
            match self.able[person][channel as usize] {
                0 => picker.unable.push(person),
                mask => picker.groups.entry(mask).or_default().push(person),
            }
        }
        picker
    }
}

/// Work of one channel.
struct Demand {
    /// By queue of the channel: erlang at its busiest.
    by_queue: Vec<f64>,
    /// Erlang.
    quarters: [f64; QUARTERS],
}

impl Demand {
    /// Erlang-quarters of the day.
    fn total(&self) -> f64 {
        self.quarters.iter().sum()
    }

    fn peak(&self) -> f64 {
        self.quarters.iter().copied().fold(0.0, f64::max)
    }
}

/// Chooses people for a channel so that its queues are covered evenly.
struct Picker {
    need: Vec<f64>,
    cover: Vec<f64>,
    rounds: f64,
    /// By what they can do: those left.
    groups: BTreeMap<u64, Vec<usize>>,
    unable: Vec<usize>,
}

impl Picker {
    fn take(&mut self, n: usize) -> Vec<usize> {
        core::iter::from_fn(|| self.next()).take(n).collect()
    }

    /// Somebody of the group that covers most of what is missing.
    fn next(&mut self) -> Option<usize> {
        let mut best = self.best();
        while let Some((gain, _)) = best {
            if gain > 1e-9 {
                break;
            }
            // Everything that those left can do is covered: once more round.
            self.rounds += 1.0;
            best = self.best();
            if self.rounds > 1e4 {
                break;
            }
        }
        let (_, mask) = best?;
        let group = self.groups.get_mut(&mask)?;
        let person = group.pop()?;
        if group.is_empty() {
            self.groups.remove(&mask);
        }
        self.cover_by(mask);
        Some(person)
    }

    fn missing(&self, queue: usize) -> f64 {
        (self.need[queue] * self.rounds - self.cover[queue]).max(0.0)
    }

    fn best(&self) -> Option<(f64, u64)> {
        let mut best: Option<(f64, u64)> = None;
        for &mask in self.groups.keys() {
            let gain: f64 = places(mask).map(|queue| self.missing(queue)).sum();
            if best.is_none_or(|(most, _)| gain > most) {
                best = Some((gain, mask));
            }
        }
        best
    }

    fn cover_by(&mut self, mask: u64) {
        let sum: f64 = places(mask).map(|queue| self.missing(queue)).sum();
        if sum <= 0.0 {
            return;
        }
        for queue in places(mask) {
            let part = self.missing(queue) / sum;
            self.cover[queue] += part;
        }
    }

    fn rest(self) -> impl Iterator<Item = usize> {
        self.groups.into_values().flatten().chain(self.unable)
    }
}

/// Random numbers of one day.
#[derive(Clone, Copy)]
struct Draws<'a> {
    streams: &'a Streams,
    day: u64,
}

impl Draws<'_> {
    fn unit(&self, purpose: Purpose, person: usize, which: u64) -> f64 {
        self.streams.unit(purpose, self.number(person, which))
    }

    fn number(&self, person: usize, which: u64) -> u64 {
        self.day << 32 | (person as u64) << 6 | which
    }
}

/// The people who come today, in the order of chance.
fn at_work(people: &[Person], habits: &Habits, draws: &Draws<'_>) -> Vec<usize> {
    let comes = |&(idx, person): &(usize, &Person)| match person.duty {
        Duty::Always => false,
        Duty::Days { share } => {
            draws.unit(Purpose::Presence, idx, 0) >= habits.absent_share
                && draws.unit(Purpose::Presence, idx, 1) < share
        }
    };
    let mut those: Vec<usize> = people
        .iter()
        .enumerate()
        .filter(comes)
        .map(|(idx, _)| idx)
        .collect();
    those.sort_by_cached_key(|idx| draws.streams.bits(Purpose::Order, draws.number(*idx, 0)));
    those
}

/// A stretch of a person's day, minutes after midnight.
#[derive(Clone, Copy)]
struct Block {
    from: f64,
    until: f64,
    activity: Activity,
}

/// The plan while it is made.
struct Sheet<'a> {
    plan: Plan,
    day: Day,
    draws: Draws<'a>,
    target: f64,
}

const LUNCH: (f64, f64) = (10.5 * 60.0, 12.75 * 60.0);
const AFTERNOON: (f64, f64) = (13.0 * 60.0, 14.25 * 60.0);

impl Sheet<'_> {
    /// A day of chat, written work, tasks or learning.
    fn quiet_day(&mut self, person: usize, activity: Activity) {
        let unit = |which| self.draws.unit(Purpose::Jitter, person, which);
        let from = 8.0 * 60.0 + 55.0 * unit(0);
        let until = 15.0 * 60.0 + 30.0 + 30.0 * unit(1);
        let lunch = LUNCH.0 + (LUNCH.1 - LUNCH.0) * unit(2);
        let pause = AFTERNOON.0 + 15.0 + (AFTERNOON.1 - AFTERNOON.0) * unit(3);
        let blocks = [
            Block {
                from: lunch,
                until: lunch + 30.0,
                activity: Activity::Lunch,
            },
            Block {
                from: pause,
                until: pause + 12.0,
                activity: Activity::Break,
            },
        ];
        self.step(person, from, Wish::Do(activity));
        self.blocks(person, &blocks, activity);
        self.step(person, until, Wish::Home);
    }

    /// Days on the phones, one after the other until the busiest quarter has its people.
    fn phone_days(&mut self, picker: &mut Picker, written: impl Fn(usize) -> bool) {
        let peak = self.plan.load.iter().copied().fold(0.0, f64::max);
        let first = picker.take(whole(peak / self.target));
        let shifts: Vec<(usize, Block)> = first
            .iter()
            .map(|&person| (person, self.shift(person)))
            .collect();
        for (person, shift) in shifts {
            self.phone_day(person, shift, written(person));
        }
        while self.plan.peak() > self.target {
            let Some(person) = picker.next() else { return };
            let shift = self.shift(person);
            self.phone_day(person, shift, written(person));
        }
    }

    /// When somebody is on the phones, breaks not counted; the others can reckon with them from here on.
    fn shift(&mut self, person: usize) -> Block {
        let unit = |which| self.draws.unit(Purpose::Start, person, which);
        let from = if unit(0) < 0.04 {
            540.0 + 10.0 * unit(1)
        } else {
            520.0 + 18.0 * unit(1)
        };
        let until = if unit(2) < 0.3 {
            915.0 + 40.0 * unit(3)
        } else {
            903.0 + 12.0 * unit(3)
        };
        self.count(from, until, 1.0);
        Block {
            from,
            until,
            activity: Activity::Phone,
        }
    }

    fn phone_day(&mut self, person: usize, shift: Block, written: bool) {
        let mut blocks: Vec<Block> = Vec::with_capacity(4);
        self.place(person, &mut blocks, Activity::Lunch, 30.0, LUNCH);
        let extra = self.draws.unit(Purpose::Block, person, 0);
        if extra < 0.30 {
            self.place(person, &mut blocks, Activity::Learning, 45.0, AFTERNOON);
        } else if extra < 0.55 {
            self.place(person, &mut blocks, Activity::Fagprat, 30.0, AFTERNOON);
        } else if extra < 0.70 {
            self.place(person, &mut blocks, Activity::Meeting, 30.0, AFTERNOON);
        }
        self.place(
            person,
            &mut blocks,
            Activity::Break,
            10.0,
            (9.25 * 60.0, 10.5 * 60.0),
        );
        self.place(person, &mut blocks, Activity::Break, 10.0, AFTERNOON);
        blocks.sort_by(|a, b| a.from.total_cmp(&b.from));
        let unit = |which| self.draws.unit(Purpose::Jitter, person, which);
        let home = shift.until.max(905.0) + 10.0 + 45.0 * unit(1);
        let early = unit(2) < 0.15;
        let arrives = 465.0 + 45.0 * unit(3);
        let aside = if written {
            Activity::Written
        } else {
            Activity::Fagprat
        };
        if early {
            self.step(person, arrives, Wish::Do(aside));
        }
        self.step(person, shift.from, Wish::Do(shift.activity));
        self.blocks(person, &blocks, shift.activity);
        self.step(person, shift.until, Wish::Do(aside));
        self.step(person, home, Wish::Home);
    }

    /// Puts a block where the phones have most to spare.
    fn place(
        &mut self,
        person: usize,
        blocks: &mut Vec<Block>,
        activity: Activity,
        minutes: f64,
        window: (f64, f64),
    ) {
        let which = 8 + blocks.len() as u64;
        let jitter = 15.0 * self.draws.unit(Purpose::Jitter, person, which);
        let mut best: Option<(f64, f64)> = None;
        let mut from = window.0;
        while from <= window.1 {
            let start = from + jitter;
            let spare = self.spare(start, start + minutes);
            if clear(blocks, start, start + minutes) && best.is_none_or(|(most, _)| spare > most) {
                best = Some((spare, start));
            }
            from += f64::from(QUARTER_MIN);
        }
        let Some((_, start)) = best else { return };
        self.count(start, start + minutes, -1.0);
        blocks.push(Block {
            from: start,
            until: start + minutes,
            activity,
        });
    }

    /// Advisers more than needed at the tightest of the quarters touched.
    fn spare(&self, from: f64, until: f64) -> f64 {
        let (first, last) = (quarter_of(from), quarter_of(until));
        (first..=last)
            .map(|quarter| self.plan.on_phone[quarter] - self.plan.load[quarter] / self.target)
            .fold(f64::INFINITY, f64::min)
    }

    /// Adds to the advisers on the phones, by the part of each quarter covered.
    fn count(&mut self, from: f64, until: f64, by: f64) {
        let length = f64::from(QUARTER_MIN);
        for quarter in quarter_of(from)..=quarter_of(until) {
            #[expect(clippy::cast_precision_loss, reason = "at most 96")]
            let begins = quarter as f64 * length;
            let covered = until.min(begins + length) - from.max(begins);
            self.plan.on_phone[quarter] += by * (covered / length).max(0.0);
        }
    }

    fn blocks(&mut self, person: usize, blocks: &[Block], then: Activity) {
        for block in blocks {
            self.step(person, block.from, Wish::Do(block.activity));
            self.step(person, block.until, Wish::Do(then));
        }
    }

    fn step(&mut self, person: usize, minute: f64, wish: Wish) {
        let at = self.day.at(minute);
        let person = u32::try_from(person).unwrap_or(u32::MAX);
        self.plan.steps.push(Step { at, person, wish });
    }
}

/// Whether a stretch keeps ten minutes from all blocks.
fn clear(blocks: &[Block], from: f64, until: f64) -> bool {
    blocks
        .iter()
        .all(|block| until + 10.0 <= block.from || from >= block.until + 10.0)
}

fn able(person: &Person, queues: &[Vec<QueueId>; 4], rules: &Rules) -> [u64; 4] {
    let rule = &rules.advisers[person.adviser.idx()];
    core::array::from_fn(|channel| {
        if !rule.channels.has(Channel::ALL[channel]) {
            return 0;
        }
        let serves = |queue: &QueueRule| {
            let mut rings = queue.rings.iter();
            rings.any(|ring| ring.condition.holds(rule, rules))
        };
        (0..)
            .zip(&queues[channel])
            .fold(0, |mask, (bit, queue): (u32, &QueueId)| {
                mask | u64::from(serves(&rules.queues[queue.idx()])) << bit
            })
    })
}

fn places(mut mask: u64) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        let place = (mask != 0).then(|| mask.trailing_zeros() as usize)?;
        mask &= mask - 1;
        Some(place)
    })
}

/// The activity whose contacts come on `channel`.
pub(crate) fn activity_of(channel: Channel) -> Activity {
    let found = Activity::ALL
        .iter()
        .find(|activity| Channels::of(**activity).has(channel));
    found.copied().unwrap_or(Activity::Phone)
}

fn seconds(us: i64) -> f64 {
    Timestamp(us).since_s(Timestamp::ZERO)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small positive head counts"
)]
fn whole(number: f64) -> usize {
    number.max(0.0) as usize
}

fn quarter_of(minute: f64) -> usize {
    whole(minute / f64::from(QUARTER_MIN)).min(QUARTERS - 1)
}
