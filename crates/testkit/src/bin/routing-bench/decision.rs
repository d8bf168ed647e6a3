//! One decision in a large and full centre: 10,000 wait, 2,000 advisers, 200 skills.
//!
//! 300 kinds of adviser with 5 to 50 skills each, 60 queues that ask for one to three skills, three
//! classes, three channels and four languages. All rules are on: three rings with preferred advisers,
//! overflow, guaranteed longest waits, named advisers, clearance, one's own case, several channels at once,
//! deferred work laid aside and kept for quiet moments. Whoever lets an offer go comes back a moment
//! later, or the house would soon be empty.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use linje_event::{Command, Effect, Entry, Event, Needs, Output, WrapUpAction};
use linje_routing::{
    AdviserRule, CAPACITY, Class, Condition, ContactState, Overflow, QueueRule, Requirement, Ring,
    Rules, State, Tables,
};
use linje_testkit::dice::Dice;
use linje_types::{
    Activity, AdviserId, Channel, Channels, Clearance, ContactId, Language, OfferId, Origin,
    Origins, QueueId, SECOND_US, SkillId, Timestamp, TopicId, UnitId,
};

use crate::{Part, Size, figure, median, number, quantile};

const WAITING: usize = 10_000;
const ADVISERS: u32 = 2_000;
const SKILLS: u16 = 200;
const KINDS: usize = 300;
const QUEUES: u16 = 60;
const STEP_US: i64 = 20_000;

fn rules(dice: &mut Dice) -> Rules {
    let kinds: Vec<Vec<Requirement>> = (0..KINDS).map(|_| skills(dice)).collect();
    let language = |skill| {
        Some(Requirement {
            skill: SkillId(SKILLS + skill),
            level: 1,
        })
    };
    let adviser = |dice: &mut Dice| {
        let mut skills = kinds[dice.below(KINDS)].clone();
        let spoken = [(0, 80), (1, 2)]
            .into_iter()
            .filter(|(_, percent)| dice.chance(*percent));
        skills.extend(spoken.filter_map(|(skill, _)| language(skill)));
        AdviserRule {
            unit: UnitId(small(dice.below(20))),
            skills,
            origins: Origins::LIVE,
            groups: Vec::new(),
            clearance: dice.pick(&[
                Clearance::NONE,
                Clearance::NONE,
                Clearance::NONE,
                Clearance::SHIELDED,
                Clearance::ALL,
            ]),
            channels: Channels::NONE
                .with(Channel::Voice)
                .with(Channel::Chat)
                .with(Channel::Message),
        }
    };
    Rules {
        weights: [CAPACITY, CAPACITY / 2, CAPACITY, CAPACITY],
        classes: [0, 120, 600].map(|s| Class::ahead(s * SECOND_US)).to_vec(),
        languages: [None, None, language(1), language(0)],
        language_guarantees: [1_200, 1_200, 300, 900].map(|s| s * SECOND_US),
        interrupts: [
            Channels::NONE.with(Channel::Message),
            Channels::NONE,
            Channels::NONE,
            Channels::NONE,
        ],
        reserve: 20,
        queues: (0..QUEUES).map(|id| queue(dice, &kinds, id)).collect(),
        advisers: (0..ADVISERS).map(|_| adviser(dice)).collect(),
        ..Rules::empty()
    }
}

fn skills(dice: &mut Dice) -> Vec<Requirement> {
    let count = 5 + dice.below(46);
    let mut skills: Vec<Requirement> = Vec::with_capacity(count);
    while skills.len() < count {
        let skill = SkillId(small(dice.below(usize::from(SKILLS))));
        if skills.iter().all(|has| has.skill != skill) {
            skills.push(Requirement {
                skill,
                level: dice.pick(&[1, 2, 3]),
            });
        }
    }
    skills
}

/// Asks for what some kind of adviser has.
fn queue(dice: &mut Dice, kinds: &[Vec<Requirement>], id: u16) -> QueueRule {
    let kind = &kinds[dice.below(kinds.len())];
    let count = 1 + dice.below(3);
    let needed: Vec<_> = (0..count).map(|_| kind[dice.below(kind.len())]).collect();
    QueueRule {
        rings: vec![
            Ring {
                preferred: Condition::Skill(Requirement {
                    level: 3,
                    ..needed[0]
                }),
                ..Ring::of(Condition::skills(&needed))
            },
            Ring {
                after_us: 60 * SECOND_US,
                ..Ring::of(Condition::skills(&needed[..needed.len().min(2)]))
            },
            Ring {
                after_us: 180 * SECOND_US,
                ..Ring::of(Condition::skills(&needed[..1]))
            },
        ],
        named_us: 60 * SECOND_US,
        goal_us: [45, 60, 120][usize::from(id) % 3] * SECOND_US,
        overflow: id.is_multiple_of(4).then_some(Overflow {
            after_us: Some(600 * SECOND_US),
            expected_us: None,
            to: QueueId(id + 1),
        }),
        wrap_up_us: 30 * SECOND_US,
        ring_us: 20 * SECOND_US,
        max_waiting: u32::MAX,
        ..QueueRule::default()
    }
}

fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(0)
}

/// Remembers what the load generator needs to go on.
#[derive(Default)]
struct Seen {
    /// Offers made and not yet answered, with the adviser.
    offers: Vec<(OfferId, AdviserId)>,
    talks: Vec<ContactId>,
    wrapping: Vec<ContactId>,
    /// Advisers who let an offer go.
    back: Vec<AdviserId>,
    waiting: Vec<ContactId>,
    decisions: u64,
}

impl Output for Seen {
    const WHY: bool = true;

    #[inline]
    fn event(&mut self, event: &Event) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the rest needs no answer")]
        match *event {
            Event::OfferMade { offer, adviser, .. } => {
                self.decisions += 1;
                self.offers.push((offer, adviser));
            }
            Event::OfferAccepted { contact, .. } => self.talks.push(contact),
            Event::OfferEnded { adviser, .. } => self.back.push(adviser),
            Event::ContactEnded { contact, .. } => self.wrapping.push(contact),
            Event::ContactQueued { contact, .. } => self.waiting.push(contact),
            _ => {}
        }
    }

    fn effect(&mut self, effect: Effect) {
        black_box(effect);
    }
}

/// The kinds of command timed apart.
const NAMES: [&str; 6] = [
    "arrive",
    "accept",
    "decline, give to the next",
    "end",
    "wrap-up done, next comes",
    "leave",
];

struct House {
    state: State,
    seen: Seen,
    dice: Dice,
    now: Timestamp,
}

impl House {
    fn open() -> House {
        let mut dice = Dice::new(2015);
        let rules = rules(&mut dice);
        let tables = Tables::new(&rules).expect("the rules of the bench are whole");
        let mut house = House {
            state: State::new(Arc::new(tables)),
            seen: Seen::default(),
            dice,
            now: Timestamp(1_800_000_000_000_000),
        };
        for adviser in (0..ADVISERS).map(AdviserId) {
            let activity = house.dice.pick(&[
                Activity::Phone,
                Activity::Phone,
                Activity::Phone,
                Activity::Chat,
                Activity::Written,
            ]);
            house.handle(&Command::SignIn { adviser, activity });
            if house.dice.chance(30) {
                let channels = house
                    .dice
                    .pick(&[Channels::DEFERRED, Channels::LIVE, Channels(15)]);
                house.handle(&Command::Also { adviser, channels });
            }
        }
        house
    }

    fn handle(&mut self, command: &Command) -> bool {
        self.state.handle(command, self.now, &mut self.seen).is_ok()
    }

    fn needs(&mut self) -> Needs {
        let dice = &mut self.dice;
        let adviser = AdviserId(u32::try_from(dice.below(ADVISERS as usize)).unwrap_or(0));
        Needs {
            clearance: match dice.below(100) {
                0 => Clearance::CONFIDENTIAL,
                1..=3 => Clearance::SHIELDED,
                _ => Clearance::NONE,
            },
            named: if dice.chance(5) {
                adviser
            } else {
                AdviserId::NONE
            },
            not_to: if dice.chance(1) {
                adviser
            } else {
                AdviserId::NONE
            },
            due: Timestamp::NEVER,
        }
    }

    fn arrival(&mut self) -> Command {
        let needs = self.needs();
        let dice = &mut self.dice;
        Command::Arrive {
            contact: self.state.next_contact(),
            channel: dice.pick(&[
                Channel::Voice,
                Channel::Voice,
                Channel::Voice,
                Channel::Chat,
                Channel::Message,
            ]),
            topic: TopicId::NONE,
            origin: Origin::Live,
            language: [Language::Nb, Language::Nn, Language::En, Language::Se]
                [[0, 0, 0, 0, 0, 1, 1, 2, 2, 3][dice.below(10)]],
            entry: Entry::Queue {
                queue: QueueId(small(dice.below(usize::from(QUEUES)))),
                class: [0, 0, 0, 0, 1, 2][dice.below(6)],
                place: Timestamp::NEVER,
                needs,
            },
        }
    }

    fn waiting(&self) -> usize {
        (0..QUEUES)
            .map(|queue| self.state.waiting(QueueId(queue)) as usize)
            .sum()
    }

    /// Contacts come until as many wait as should, everybody able to work having something to do.
    fn fill(&mut self) {
        while self.waiting() < WAITING {
            self.now = self.now.plus_us(STEP_US);
            let arrival = self.arrival();
            self.handle(&arrival);
            self.answer_all();
        }
    }

    fn answer_all(&mut self) {
        while let Some((offer, adviser)) = self.seen.offers.pop() {
            self.handle(&Command::Accept { offer, adviser });
        }
    }

    /// What happens next: answers first, then somebody comes or goes so that the number who wait stays.
    fn next(&mut self, waiting: usize) -> Option<(usize, Command)> {
        if let Some((offer, adviser)) = self.seen.offers.pop() {
            let live = self
                .state
                .contacts_of(adviser)
                .iter()
                .any(|contact| contact.slot() == offer.slot());
            let declines = self.dice.chance(5);
            return live.then_some(if declines {
                (2, Command::Decline { offer, adviser })
            } else {
                (1, Command::Accept { offer, adviser })
            });
        }
        if let Some(adviser) = self.seen.back.pop() {
            let activity = self.state.adviser(adviser)?.activity;
            self.handle(&Command::Choose { adviser, activity });
            return None;
        }
        if waiting < WAITING {
            return Some((0, self.arrival()));
        }
        match self.dice.below(10) {
            0 => self.leaves().map(|contact| (5, Command::Leave { contact })),
            1..=4 => {
                let contact = take(&mut self.seen.wrapping, &mut self.dice)?;
                (self.is(contact, ContactState::WrapUp)).then_some((
                    4,
                    Command::WrapUp {
                        contact,
                        action: WrapUpAction::Done,
                    },
                ))
            }
            _ => {
                let contact = take(&mut self.seen.talks, &mut self.dice)?;
                (self.is(contact, ContactState::Active)).then_some((
                    3,
                    Command::End {
                        contact,
                        adviser: AdviserId::NONE,
                    },
                ))
            }
        }
    }

    fn leaves(&mut self) -> Option<ContactId> {
        let contact = take(&mut self.seen.waiting, &mut self.dice)?;
        self.is(contact, ContactState::Queued).then_some(contact)
    }

    fn is(&self, contact: ContactId, state: ContactState) -> bool {
        self.state
            .contact(contact)
            .is_some_and(|view| view.state == state)
    }
}

fn take(contacts: &mut Vec<ContactId>, dice: &mut Dice) -> Option<ContactId> {
    if contacts.is_empty() {
        return None;
    }
    Some(contacts.swap_remove(dice.below(contacts.len())))
}

/// What two readings of the clock cost, nanoseconds.
fn clock_ns() -> f64 {
    let mut pairs: Vec<f64> = (0..200_000).map(|_| nanos(|| ())).collect();
    median(&mut pairs)
}

fn nanos<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    black_box(work());
    let taken = start.elapsed();
    number(u64::try_from(taken.as_nanos()).unwrap_or(u64::MAX))
}

/// Times single commands, then clones of the full state.
pub(crate) fn measure(size: &Size) -> Part {
    let mut part = Part {
        name: "decision",
        title: format!(
            "one command at {WAITING} waiting x {ADVISERS} advisers x {SKILLS} skills, why on, warm, {} timed by the monotonic clock less its own cost",
            size.steps
        ),
        figures: Vec::new(),
        wrong: Vec::new(),
    };
    let mut house = House::open();
    house.fill();
    steps(&mut house, size.steps / 4);
    let clock = clock_ns();
    part.figures.push(figure(
        "clock",
        "cost of the clock, taken off each",
        clock,
        "ns",
    ));
    let before = house.seen.decisions;
    let mut by_kind = steps(&mut house, size.steps);
    let decisions = house.seen.decisions - before;
    let mut all: Vec<f64> = by_kind.iter().flatten().copied().collect();
    for (key, share) in [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("max", 1.0)] {
        let value = (quantile(&mut all, share) - clock).max(0.0);
        part.figures
            .push(figure(key, &format!("all commands, {key}"), value, "ns"));
    }
    for (name, times) in NAMES.into_iter().zip(&mut by_kind) {
        let what = format!("{name} ({}), p99", times.len());
        let value = (quantile(times, 0.99) - clock).max(0.0);
        part.figures.push(figure(name, &what, value, "ns"));
    }
    part.figures.push(figure(
        "offers",
        "offers decided meanwhile",
        number(decisions),
        "",
    ));
    clones(&house.state, size, &mut part);
    let waiting = house.waiting();
    if waiting.abs_diff(WAITING) > 100 {
        part.wrong
            .push(format!("{waiting} wait at the end, not {WAITING}"));
    }
    if decisions < size.steps as u64 / 20 {
        part.wrong
            .push(format!("only {decisions} offers were decided"));
    }
    if let Err(broken) = house.state.check() {
        part.wrong.push(broken);
    }
    part
}

/// Nanoseconds of each command, by kind.
fn steps(house: &mut House, count: usize) -> [Vec<f64>; 6] {
    let mut times: [Vec<f64>; 6] = Default::default();
    let mut waiting = house.waiting();
    let mut done = 0;
    while done < count {
        house.now = house.now.plus_us(STEP_US / 100);
        let Some((kind, command)) = house.next(waiting) else {
            waiting = house.waiting();
            continue;
        };
        let (state, seen, now) = (&mut house.state, &mut house.seen, house.now);
        let mut result = Ok(());
        times[kind].push(nanos(|| result = state.handle(&command, now, seen)));
        if result.is_ok() {
            done += 1;
        }
        waiting = house.waiting();
    }
    times
}

fn clones(state: &State, size: &Size, part: &mut Part) {
    let mut clone_us = Vec::with_capacity(size.clones);
    let mut drop_us = Vec::with_capacity(size.clones);
    for _ in 0..size.clones {
        let mut copy = None;
        clone_us.push(nanos(|| copy = Some(state.clone())) / 1e3);
        drop_us.push(nanos(|| drop(copy)) / 1e3);
    }
    for (key, share) in [("clone_p50", 0.5), ("clone_max", 1.0)] {
        let value = quantile(&mut clone_us, share);
        let name = if share < 1.0 { "median" } else { "max" };
        part.figures.push(figure(
            key,
            &format!("clone of that state, {name}"),
            value,
            "us",
        ));
    }
    part.figures.push(figure(
        "drop_p50",
        "drop of the clone, median",
        median(&mut drop_us),
        "us",
    ));
}
