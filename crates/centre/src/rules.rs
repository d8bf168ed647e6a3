//! The part of a centre description that the routing core runs on.

use core::fmt::{self, Write as _};

use linje_routing::{
    AdviserRule, CAPACITY, CallbackRule, Class, Condition, Overflow, QueueRule, Requirement, Ring,
    Rules, T_AGE_US,
};
use linje_types::{Channels, Language, Origins, SECOND_US, SkillId};

use crate::model::{Centre, Queue};
use crate::people::{Extra, Person, Role, staff};

/// The languages that not everybody speaks; each is a skill after those of the description.
const SKILL_LANGUAGES: [Language; 2] = [Language::Se, Language::En];

/// The rules of a centre and everybody in it. Ids are places in the description; advisers are
/// numbered as in `staff`.
#[must_use]
pub fn routing_rules(centre: &Centre, extra: &Extra) -> Rules {
    let mut rules = Rules::empty();
    for (weight, load) in rules.weights.iter_mut().zip(centre.channels.0) {
        *weight = u16::from(load.weight).max(CAPACITY / u16::from(load.at_once).max(1));
    }
    rules.classes = centre.classes.iter().map(class_rule).collect();
    for (guarantee, own) in rules.language_guarantees.iter_mut().zip(centre.languages) {
        *guarantee = own.map_or(T_AGE_US, |own| us(own.seconds));
    }
    rules.interrupts = centre.routing.interrupts;
    rules.reserve = centre.routing.reserve;
    rules.bar_us = us(centre.routing.bar_s);
    rules.return_us = us(centre.routing.return_s);
    rules.callback = CallbackRule {
        ring_us: us(centre.callback.ring_s),
        attempts: centre.callback.attempts,
        retry_us: us(centre.callback.retry_s),
    };
    rules.plans = u8::try_from(centre.plans.len()).unwrap_or(u8::MAX);
    for language in SKILL_LANGUAGES {
        rules.languages[language as usize] = language_skill(centre, language);
    }
    rules.queues = centre.queues.iter().map(queue_rule).collect();
    rules.advisers = staff(centre, extra)
        .iter()
        .map(|person| adviser_rule(centre, person))
        .collect();
    rules.version = fingerprint(&rules);
    rules
}

/// The skill that stands for a language; `None` when everybody speaks it.
fn language_skill(centre: &Centre, language: Language) -> Option<Requirement> {
    let place = SKILL_LANGUAGES.iter().position(|of| *of == language)?;
    let skill = u16::try_from(centre.skills.len() + place).ok()?;
    Some(Requirement {
        skill: SkillId(skill),
        level: 1,
    })
}

fn us(seconds: u32) -> i64 {
    i64::from(seconds) * SECOND_US
}

fn class_rule(class: &crate::model::Class) -> Class {
    Class {
        head_start_us: us(class.head_start_s),
        guarantee_us: class.guarantee_s.map_or(T_AGE_US, us),
    }
}

fn queue_rule(queue: &Queue) -> QueueRule {
    QueueRule {
        // Who serves a queue follows from its rings; `check` holds the named units against them.
        rings: (0..queue.rings.len())
            .map(|ring| ring_rule(queue, ring))
            .collect(),
        named_us: us(queue.named_s),
        goal_us: us(queue.goal.within_s),
        overflow: queue.overflow.map(|overflow| Overflow {
            after_us: overflow.after_s.map(us),
            expected_us: overflow.expected_s.map(us),
            to: overflow.to,
        }),
        transfers: queue.transfers_to.iter().map(|to| to.queue).collect(),
        consults: queue.consults.iter().map(|to| to.queue).collect(),
        experts: queue.experts,
        wrap_up_us: us(queue.wrap_up_s),
        ring_us: us(queue.ring_s),
        max_waiting: queue.max_waiting,
        class: u8::try_from(queue.class.0).unwrap_or(0),
    }
}

fn ring_rule(queue: &Queue, ring: usize) -> Ring {
    let own = &queue.rings[ring];
    Ring {
        after_us: us(own.after_s),
        condition: queue.who(ring).condition(),
        preferred: own
            .prefer
            .as_ref()
            .map_or(Condition::ALWAYS, crate::who::Who::condition),
    }
}

fn adviser_rule(centre: &Centre, person: &Person) -> AdviserRule {
    let known = person.skills.iter();
    let mut skills: Vec<Requirement> = known
        .map(|(skill, level)| Requirement {
            skill: *skill,
            level: *level,
        })
        .collect();
    let spoken = person.languages.iter();
    skills.extend(spoken.filter_map(|language| language_skill(centre, *language)));
    AdviserRule {
        unit: person.unit,
        skills,
        origins: match person.role {
            Role::Demo | Role::Automatic => Origins::LIVE,
            Role::Adviser | Role::Leader | Role::Steering | Role::Expert => Origins::SYNTHETIC,
        },
        channels: channels(centre, person),
        groups: person.groups.clone(),
        clearance: person.clearance,
    }
}

/// The channels of the queues that a person can serve; the automatic adviser only talks.
fn channels(centre: &Centre, person: &Person) -> Channels {
    let served = centre.queues.iter().filter(|queue| serves(person, queue));
    let all = served.fold(Channels::NONE, |channels, queue| {
        channels.with(queue.channel)
    });
    match person.role {
        Role::Automatic => Channels(all.0 & Channels::of(linje_types::Activity::Phone).0),
        Role::Adviser | Role::Demo | Role::Expert => all,
        Role::Leader | Role::Steering => Channels::NONE,
    }
}

/// Whether a person can take contacts of a queue in some ring.
pub(crate) fn serves(person: &Person, queue: &Queue) -> bool {
    (0..queue.rings.len()).any(|ring| queue.who(ring).holds(person))
}

/// FNV-1a over the rules as text: another rule, another number.
fn fingerprint(rules: &Rules) -> u64 {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    let written = write!(hash, "{rules:?}");
    debug_assert!(written.is_ok(), "hashing cannot fail");
    hash.0
}

struct Fnv(u64);

impl fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}
