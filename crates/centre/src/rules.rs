//! The part of a centre description that the routing core runs on.

use core::fmt::{self, Write as _};

use linje_routing::{AdviserRule, CAPACITY, Class, Condition, QueueRule, Requirement, Ring, Rules};
use linje_types::{Channels, Clearance, Language, Origins, QueueId, SECOND_US, SkillId};

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
    rules.classes = centre
        .classes
        .iter()
        .map(|class| Class::ahead(i64::from(class.head_start_s) * SECOND_US))
        .collect();
    for language in SKILL_LANGUAGES {
        rules.languages[language as usize] = language_skill(centre, language);
    }
    rules.queues = centre
        .queues
        .iter()
        .map(|queue| queue_rule(centre, queue))
        .collect();
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

fn queue_rule(centre: &Centre, queue: &Queue) -> QueueRule {
    let needed: Vec<Requirement> = queue
        .requires
        .iter()
        .map(|requirement| Requirement {
            skill: requirement.skill,
            level: requirement.level,
        })
        .collect();
    let others = (0_u16..).zip(&centre.queues);
    QueueRule {
        // Who serves a queue follows from the skills; `check` holds the named units against them.
        rings: vec![Ring::of(Condition::skills(&needed))],
        transfers: others
            .filter(|(_, other)| other.channel == queue.channel && other.id != queue.id)
            .map(|(id, _)| QueueId(id))
            .collect(),
        wrap_up_us: i64::from(queue.wrap_up_s) * SECOND_US,
        ring_us: i64::from(queue.ring_s) * SECOND_US,
        max_waiting: queue.max_waiting,
        class: u8::try_from(queue.class.0).unwrap_or(0),
        ..QueueRule::default()
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
            Role::Adviser | Role::Leader | Role::Steering => Origins::SYNTHETIC,
        },
        channels: channels(centre, person),
        groups: Vec::new(),
        clearance: Clearance::NONE,
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
        Role::Adviser | Role::Demo => all,
        Role::Leader | Role::Steering => Channels::NONE,
    }
}

/// Whether a person has the skills of a queue.
pub(crate) fn serves(person: &Person, queue: &Queue) -> bool {
    queue.requires.iter().all(|requirement| {
        let mut skills = person.skills.iter();
        skills.any(|(skill, level)| *skill == requirement.skill && *level >= requirement.level)
    })
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
