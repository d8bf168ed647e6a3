//! The centre that is simulated: every rule of the core is in it somewhere, with figures drawn from the seed.

use linje_routing::{
    AdviserRule, CallbackRule, Class, Condition, Overflow, QueueRule, Requirement, Ring, Rules,
};
use linje_types::{
    Channel, Channels, Clearance, GroupId, Origins, QueueId, SECOND_US, SkillId, UnitId,
};

use crate::dice::Dice;

/// Queues to which citizens come.
pub const QUEUES: u16 = 5;
/// Of those the one where callback tasks wait.
pub const CALLBACKS: QueueId = QueueId(4);
/// The experts' queue.
pub const EXPERTS: QueueId = QueueId(5);
/// How many advisers there are in the first description.
pub const ADVISERS: usize = 14;

fn need(skill: u16, level: u8) -> Requirement {
    Requirement {
        skill: SkillId(skill),
        level,
    }
}

/// The first description.
#[must_use]
pub fn rules(dice: &mut Dice) -> Rules {
    let advisers = (0..ADVISERS).map(|_| adviser(dice)).collect();
    let mut interrupts = [Channels::NONE; 4];
    if dice.chance(70) {
        interrupts[Channel::Voice as usize] = Channels::DEFERRED;
        interrupts[Channel::Chat as usize] = Channels(dice.pick(&[0, 8, 12]));
    }
    let mut rules = Rules {
        version: 1,
        weights: [
            dice.pick(&[100, 100, 60]),
            dice.pick(&[50, 33, 100]),
            dice.pick(&[100, 50, 25]),
            dice.pick(&[100, 40]),
        ],
        classes: vec![
            Class::ahead(0),
            Class {
                head_start_us: 60 * SECOND_US,
                guarantee_us: 300 * SECOND_US,
            },
            Class::ahead(-20 * SECOND_US),
        ],
        languages: [None, None, Some(need(0, 3)), Some(need(1, 1))],
        interrupts,
        advisers,
        plans: 3,
        ..Rules::empty()
    };
    rules.queues = (0..=QUEUES).map(|_| QueueRule::default()).collect();
    change(&mut rules, dice);
    rules
}

/// Another description with the same queues, people and weights, and other figures.
pub fn change(rules: &mut Rules, dice: &mut Dice) {
    rules.reserve = dice.pick(&[0, 1, 3]);
    rules.bar_us = dice.pick(&[30, 10]) * SECOND_US;
    rules.return_us = dice.pick(&[60, 20]) * SECOND_US;
    rules.language_guarantees = [1200, 1200, 120, 300].map(|s| s * SECOND_US);
    rules.callback = CallbackRule {
        ring_us: dice.pick(&[30, 10]) * SECOND_US,
        attempts: dice.pick(&[1, 2, 3]),
        retry_us: dice.pick(&[5, 60, 600]) * SECOND_US,
    };
    for idx in 0..rules.queues.len() {
        rules.queues[idx] = queue(u16::try_from(idx).unwrap_or(0), dice);
    }
    if dice.chance(30) {
        rules.advisers.push(adviser(dice));
    }
}

fn queue(idx: u16, dice: &mut Dice) -> QueueRule {
    let experts = idx == EXPERTS.0;
    let skill = need(idx % 3, dice.pick(&[1, 1, 2]));
    let mut rings = vec![Ring {
        after_us: 0,
        condition: if dice.chance(40) {
            Condition::ALWAYS
        } else {
            Condition::Skill(skill)
        },
        preferred: if dice.chance(40) {
            Condition::Unit(UnitId(dice.pick(&[0, 1])))
        } else {
            Condition::ALWAYS
        },
    }];
    if dice.chance(60) {
        rings.push(Ring {
            after_us: 20 * SECOND_US,
            condition: Condition::Any(vec![
                Condition::Skill(skill),
                Condition::Group(GroupId(0)),
                Condition::Not(Box::new(Condition::Unit(UnitId(1)))),
            ]),
            preferred: Condition::ALWAYS,
        });
        rings.push(Ring::of(Condition::ALWAYS));
        rings[2].after_us = 60 * SECOND_US;
    }
    let overflow = (idx < 2 && dice.chance(70)).then(|| Overflow {
        after_us: Some(dice.pick(&[30, 90]) * SECOND_US),
        expected_us: dice.chance(50).then_some(300 * SECOND_US),
        to: QueueId(idx + 1),
    });
    let others = (0..QUEUES).filter(|other| *other != idx).map(QueueId);
    QueueRule {
        rings,
        named_us: dice.pick(&[0, 20, 60]) * SECOND_US,
        goal_us: dice.pick(&[20, 60, 600]) * SECOND_US,
        overflow,
        transfers: others.filter(|_| dice.chance(70)).collect(),
        consults: if experts { Vec::new() } else { vec![EXPERTS] },
        experts,
        wrap_up_us: dice.pick(&[0, 10, 30]) * SECOND_US,
        ring_us: dice.pick(&[0, 20, 20, 10]) * SECOND_US,
        max_waiting: dice.pick(&[6, 20, 1000]),
        class: dice.pick(&[0, 1]),
    }
}

fn adviser(dice: &mut Dice) -> AdviserRule {
    let skills = (0..3).filter(|_| dice.chance(75));
    let skills: Vec<u16> = skills.collect();
    AdviserRule {
        unit: UnitId(dice.pick(&[0, 0, 1])),
        groups: if dice.chance(40) {
            vec![GroupId(0)]
        } else {
            Vec::new()
        },
        skills: skills
            .into_iter()
            .map(|skill| need(skill, dice.pick(&[1, 2, 3, 3])))
            .collect(),
        origins: Origins::LIVE,
        channels: Channels(dice.pick(&[15, 15, 15, 3])),
        clearance: Clearance(dice.pick(&[0, 1, 7])),
    }
}
