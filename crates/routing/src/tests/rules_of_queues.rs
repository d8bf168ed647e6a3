//! Rings, preference, named advisers, clearance, one's own case, guarantees, overflow.

use linje_event::Needs;

use super::*;
use crate::{Overflow, T_AGE_US};

fn skill(skill: u16, level: u8) -> Condition {
    Condition::Skill(Requirement {
        skill: SkillId(skill),
        level,
    })
}

fn ring(after_s: i64, condition: Condition) -> Ring {
    Ring {
        after_us: after_s * SECOND_US,
        ..Ring::of(condition)
    }
}

/// Two advisers: the first a beginner (level 2 of skills 0 and 1), the second an expert of skill 0.
fn house() -> Rules {
    let mut rules = rules(2);
    rules.advisers[1].skills = vec![Requirement {
        skill: SkillId(0),
        level: 3,
    }];
    rules
}

fn come(it: &mut Centre, queue: u16, needs: Needs) -> ContactId {
    let contact = it.state.next_contact();
    it.run(Command::Arrive {
        contact,
        channel: Channel::Voice,
        topic: TopicId::NONE,
        origin: Origin::Synthetic,
        language: Language::Nb,
        entry: Entry::Queue {
            queue: QueueId(queue),
            class: 0,
            place: Timestamp::NEVER,
            needs,
        },
    });
    contact
}

#[test]
fn the_circle_widens_step_by_step() {
    let mut rules = house();
    rules.queues[0].rings = vec![ring(0, skill(0, 3)), ring(30, skill(0, 2))];
    let mut it = centre(&rules);
    it.sign_in(0).at(10);
    it.arrive(0, Channel::Voice, 0);
    it.at(39).at(40);
    it.shows(&expect![[r#"
        0 adviser_signed_in a0
        10 contact_arrived c0
        10 contact_queued c0
        40 ring_started c0
        40 offer_made c0 a0 able=1 idle=40000 next=- waited=30000
    "#]]);
}

#[test]
fn a_kept_place_keeps_its_ring() {
    let mut rules = house();
    rules.queues[0].rings = vec![ring(0, skill(0, 3)), ring(30, skill(0, 2))];
    let mut it = centre(&rules);
    it.sign_in(0).at(100);
    let contact = it.state.next_contact();
    it.run(Command::Arrive {
        contact,
        channel: Channel::Voice,
        topic: TopicId::NONE,
        origin: Origin::Synthetic,
        language: Language::Nb,
        entry: Entry::Queue {
            queue: QueueId(0),
            class: 0,
            place: START.plus_s(60),
            needs: Needs::NONE,
        },
    });
    let view = it.state.contact(contact).expect("open");
    assert_eq!((view.ring, view.adviser), (1, AdviserId(0)));
}

#[test]
fn those_whom_the_rule_prefers_come_first_and_the_others_before_nobody() {
    let mut rules = house();
    rules.queues[0].rings[0].preferred = skill(0, 3);
    let mut it = centre(&rules);
    it.sign_in(0).at(1).sign_in(1).at(10);
    it.arrive(0, Channel::Voice, 0);
    it.arrive(0, Channel::Voice, 0);
    it.shows(&expect![[r#"
        0 adviser_signed_in a0
        1 adviser_signed_in a1
        10 contact_arrived c0
        10 contact_queued c0
        10 offer_made c0 a1 able=1 idle=9000 next=- waited=0
        10 contact_arrived c1
        10 contact_queued c1
        10 offer_made c1 a0 able=1 idle=10000 next=- waited=0
    "#]]);
}

#[test]
fn and_or_and_not_over_skills_units_groups_and_languages() {
    let mut rules = house();
    rules.advisers[0].groups = vec![linje_types::GroupId(4)];
    rules.queues[0].rings = vec![Ring::of(Condition::All(vec![
        Condition::Any(vec![skill(1, 2), Condition::Unit(UnitId(9))]),
        Condition::Group(linje_types::GroupId(4)),
        Condition::Not(Box::new(skill(0, 3))),
        Condition::Speaks(Language::En),
    ]))];
    let mut it = centre(&rules);
    it.sign_in(1).sign_in(0);
    it.arrive(0, Channel::Voice, 0);
    assert_eq!(it.state.contacts_of(AdviserId(0)).len(), 1);
    assert!(it.state.contacts_of(AdviserId(1)).is_empty());
}

#[test]
fn an_answer_comes_back_to_the_one_who_asked_for_a_while() {
    let mut rules = house();
    rules.queues[0].named_us = 60 * SECOND_US;
    let mut it = centre(&rules);
    it.sign_in(0).sign_in(1);
    let first = come(&mut it, 0, Needs::NONE);
    it.accept();
    let named = Needs {
        named: AdviserId(0),
        ..Needs::NONE
    };
    let back = come(&mut it, 0, named);
    assert_eq!(
        it.state.contact(back).expect("open").waits_for,
        Some(AdviserId(0)),
        "the other is free, but is not asked yet"
    );
    it.at(20).run(Command::Leave { contact: first });
    it.at(50);
    assert_eq!(it.state.contact(back).expect("open").adviser, AdviserId(0));
    it.accept();
    let late = come(&mut it, 0, named);
    it.at(109);
    assert_eq!(
        it.state.contact(late).expect("open").adviser,
        AdviserId::NONE
    );
    it.at(110);
    assert_eq!(it.state.contact(late).expect("open").adviser, AdviserId(1));
    it.run(Command::SignOut {
        adviser: AdviserId(0),
    });
}

#[test]
fn who_goes_home_is_no_longer_waited_for() {
    let mut rules = house();
    rules.queues[0].named_us = 600 * SECOND_US;
    let mut it = centre(&rules);
    it.sign_in(0).sign_in(1).choose(0, Activity::Lunch);
    let named = Needs {
        named: AdviserId(0),
        ..Needs::NONE
    };
    let contact = come(&mut it, 0, named);
    it.at(5).run(Command::SignOut {
        adviser: AdviserId(0),
    });
    assert_eq!(
        it.state.contact(contact).expect("open").adviser,
        AdviserId(1)
    );
}

#[test]
fn a_shielded_person_meets_only_who_is_cleared_and_nobody_their_own_case() {
    let mut rules = house();
    rules.advisers[1].clearance = Clearance::SHIELDED;
    let mut it = centre(&rules);
    it.sign_in(0).at(1).sign_in(1).at(2);
    let shielded = Needs {
        clearance: Clearance::SHIELDED,
        ..Needs::NONE
    };
    let contact = come(&mut it, 0, shielded);
    assert_eq!(
        it.state.contact(contact).expect("open").adviser,
        AdviserId(1)
    );
    let own = Needs {
        not_to: AdviserId(0),
        ..Needs::NONE
    };
    let own = come(&mut it, 0, own);
    it.at(100_000);
    assert_ne!(it.state.contact(own).expect("open").adviser, AdviserId(0));
}

#[test]
fn a_guaranteed_longest_wait_goes_before_all_whose_is_not_over() {
    let mut rules = house();
    rules.language_guarantees[Language::Se as usize] = 120 * SECOND_US;
    rules.classes[1].head_start_us = T_AGE_US;
    let mut it = centre(&rules);
    it.arrive(0, Channel::Voice, 1);
    let contact = it.state.next_contact();
    it.run(Command::Arrive {
        contact,
        channel: Channel::Voice,
        topic: TopicId::NONE,
        origin: Origin::Synthetic,
        language: Language::Se,
        entry: Entry::Queue {
            queue: QueueId(0),
            class: 0,
            place: Timestamp::NEVER,
            needs: Needs::NONE,
        },
    });
    assert_eq!(it.state.position(contact), Some(2));
    it.at(120);
    assert_eq!(it.state.position(contact), Some(1));
    it.sign_in(0);
    it.shows(&expect![[r#"
        0 contact_arrived c0
        0 contact_queued c0
        0 contact_arrived c1
        0 contact_queued c1
        120 contact_overdue c1
        120 adviser_signed_in a0
        120 offer_made c1 a0 able=2 idle=0 next=- waited=120000
    "#]]);
}

#[test]
fn after_twenty_minutes_nobody_who_comes_later_overtakes() {
    let mut rules = house();
    rules.classes[1].head_start_us = T_AGE_US;
    let mut it = centre(&rules);
    let first = it.arrive(0, Channel::Voice, 0);
    let before = it.at(1_199).arrive(0, Channel::Voice, 1);
    let after = it.at(1_200).arrive(0, Channel::Voice, 1);
    assert_eq!(it.state.position(first), Some(1));
    it.sign_in(0).accept();
    assert_eq!(it.state.contact(first).expect("open").adviser, AdviserId(0));
    assert_eq!(it.state.position(before), Some(1));
    assert_eq!(it.state.position(after), Some(2));
}

#[test]
fn who_waits_too_long_moves_on_with_the_place_and_never_in_a_circle() {
    let mut rules = house();
    rules.queues[0].overflow = Some(Overflow {
        after_us: Some(60 * SECOND_US),
        expected_us: Some(300 * SECOND_US),
        to: QueueId(1),
    });
    let mut it = centre(&rules);
    let contact = it.arrive(0, Channel::Voice, 0);
    it.at(60);
    it.sign_in(0).accept();
    it.run(Command::Transfer {
        contact,
        queue: QueueId(0),
    });
    it.run(Command::Expect {
        queue: QueueId(0),
        wait_us: 300 * SECOND_US,
    });
    it.arrive(0, Channel::Voice, 0);
    it.shows(&expect![[r#"
        0 contact_arrived c0
        0 contact_queued c0
        60 contact_overflowed c0
        60 adviser_signed_in a0
        60 offer_made c0 a0 able=1 idle=0 next=- waited=60000
        60 offer_accepted c0 a0
            refused: Loop
        60 queue_expected
        60 contact_arrived c1
        60 contact_queued c1
        60 contact_overflowed c1
    "#]]);
}

#[test]
fn a_blind_transfer_needs_a_rule_that_allows_it() {
    let mut rules = house();
    rules.queues[0].transfers.clear();
    let mut it = centre(&rules);
    it.sign_in(0);
    let contact = it.arrive(0, Channel::Voice, 0);
    it.accept().run(Command::Transfer {
        contact,
        queue: QueueId(1),
    });
    assert!(it.text.contains("refused: NotAllowed"), "{}", it.text);
}
