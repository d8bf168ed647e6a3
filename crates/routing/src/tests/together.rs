//! Experts, callbacks, requests and crisis plans.

use linje_event::ConsultAction;
use linje_types::{PlanId, RequestId};

use super::*;

/// Queue 0 for citizens, queue 1 for experts; adviser 0 serves the first, adviser 1 the second.
fn experts() -> Rules {
    let mut rules = rules(2);
    rules.advisers[0].skills.truncate(1);
    rules.advisers[1].skills.remove(0);
    rules.queues[0].transfers.clear();
    rules.queues[0].consults = vec![QueueId(1)];
    rules.queues[1].transfers.clear();
    rules.queues[1].experts = true;
    rules
}

fn consulting() -> (Centre, ContactId) {
    let mut it = centre(&experts());
    it.sign_in(0).sign_in(1).at(5);
    let contact = it.arrive(0, Channel::Voice, 0);
    it.accept().at(10).run(Command::Consult {
        contact,
        consult: ContactId::new(1, 0),
        adviser: AdviserId(0),
        queue: QueueId(1),
    });
    (it, contact)
}

#[test]
fn an_expert_is_asked_and_the_citizen_taken_back() {
    let (mut it, contact) = consulting();
    it.at(12).accept();
    it.at(40).run(Command::EndConsult {
        contact,
        adviser: AdviserId(0),
        action: ConsultAction::TakeBack,
    });
    it.at(60).run(Command::Leave { contact });
    it.at(200);
    it.shows(&expect![[r#"
        0 adviser_signed_in a0
        0 adviser_signed_in a1
        5 contact_arrived c0
        5 contact_queued c0
        5 offer_made c0 a0 able=1 idle=5000 next=- waited=0
        5 offer_accepted c0 a0
        10 contact_arrived c1
        10 consult_started c0 a0
        10 contact_queued c1
        10 offer_made c1 a1 able=1 idle=10000 next=- waited=0
        12 offer_accepted c1 a1
        40 consult_ended c0
        40 contact_ended c1 a1
        60 contact_ended c0 a0
        200 contact_closed c1 a1 Served
        200 contact_closed c0 a0 Served
    "#]]);
}

#[test]
fn whoever_speaks_another_language_with_the_citizen_asks_an_expert_who_does_not() {
    let mut rules = experts();
    let sami = Requirement {
        skill: SkillId(2),
        level: 2,
    };
    rules.languages[Language::Se as usize] = Some(sami);
    rules.advisers[0].skills.push(sami);
    let mut it = centre(&rules);
    it.sign_in(0).sign_in(1).at(5);
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
            needs: linje_event::Needs::NONE,
        },
    });
    it.accept().at(10).run(Command::Consult {
        contact,
        consult: ContactId::new(1, 0),
        adviser: AdviserId(0),
        queue: QueueId(1),
    });
    it.at(12).accept();
    it.shows(&expect![[r#"
        0 adviser_signed_in a0
        0 adviser_signed_in a1
        5 contact_arrived c0
        5 contact_queued c0
        5 offer_made c0 a0 able=1 idle=5000 next=- waited=0
        5 offer_accepted c0 a0
        10 contact_arrived c1
        10 consult_started c0 a0
        10 contact_queued c1
        10 offer_made c1 a1 able=1 idle=10000 next=- waited=0
        12 offer_accepted c1 a1
    "#]]);
}

#[test]
fn the_citizen_goes_over_to_the_expert() {
    let (mut it, contact) = consulting();
    it.run(Command::EndConsult {
        contact,
        adviser: AdviserId(0),
        action: ConsultAction::HandOver,
    });
    assert!(
        it.text.contains("refused: WrongState"),
        "nobody has answered yet"
    );
    it.at(12).accept();
    it.at(40).run(Command::EndConsult {
        contact,
        adviser: AdviserId(0),
        action: ConsultAction::HandOver,
    });
    assert_eq!(
        it.state.contact(contact).expect("open").adviser,
        AdviserId(1)
    );
    assert!(it.state.contacts_of(AdviserId(0)).is_empty());
    it.at(60).run(Command::Leave { contact });
    it.at(200);
    it.shows(&expect![[r#"
        0 adviser_signed_in a0
        0 adviser_signed_in a1
        5 contact_arrived c0
        5 contact_queued c0
        5 offer_made c0 a0 able=1 idle=5000 next=- waited=0
        5 offer_accepted c0 a0
        10 contact_arrived c1
        10 consult_started c0 a0
        10 contact_queued c1
        10 offer_made c1 a1 able=1 idle=10000 next=- waited=0
            refused: WrongState
        12 offer_accepted c1 a1
        40 contact_closed c1 a1 HandedOver
        40 contact_handed_over c0 a1
        40 consult_ended c0
        60 contact_ended c0 a1
        200 contact_closed c0 a1 Served
    "#]]);
}

#[test]
fn when_the_citizen_leaves_the_expert_is_free_too() {
    let (mut it, contact) = consulting();
    it.at(12).run(Command::Leave { contact });
    assert_eq!(it.state.n_open(), 1, "the adviser wraps up");
    let (mut it, contact) = consulting();
    it.at(12).accept().at(20).run(Command::Lose { contact });
    it.at(100);
    assert_eq!(it.state.n_open(), 0);
}

#[test]
fn when_the_expert_leaves_the_adviser_is_with_the_citizen_again() {
    let (mut it, contact) = consulting();
    it.at(12).accept();
    let consult = it.state.contact(contact).and_then(|it| it.consult);
    it.at(20).run(Command::End {
        contact: consult.expect("a consultation"),
        adviser: AdviserId(1),
    });
    let view = it.state.contact(contact).expect("open");
    assert_eq!(view.state, crate::ContactState::Active);
    assert_eq!(view.adviser, AdviserId(0));
}

#[test]
fn no_citizen_comes_straight_to_the_experts() {
    let mut it = centre(&experts());
    it.arrive(1, Channel::Voice, 0);
    assert!(it.text.contains("refused: NotAllowed"), "{}", it.text);
}

#[test]
fn a_callback_keeps_its_place_and_is_rung_when_somebody_is_ready() {
    let mut it = centre(&rules(1));
    let first = it.arrive(0, Channel::Voice, 0);
    let second = it.at(5).arrive(0, Channel::Voice, 0);
    it.at(10).run(Command::AskCallback {
        contact: first,
        from: Timestamp::ZERO,
        until: START.plus_s(100_000),
    });
    it.run(Command::Leave { contact: first });
    assert!(
        it.text.contains("refused: WrongState"),
        "nobody is on the line"
    );
    it.at(20).sign_in(0).at(22).accept();
    it.at(25).run(Command::Dialled {
        contact: first,
        attempt: 1,
        failed: None,
    });
    assert_eq!(it.state.position(second), Some(1));
    it.shows(&expect![[r#"
        0 contact_arrived c0
        0 contact_queued c0
        5 contact_arrived c1
        5 contact_queued c1
        10 callback_asked c0
            refused: WrongState
        20 adviser_signed_in a0
        20 offer_made c0 a0 able=1 idle=0 next=- waited=20000
        22 callback_dialling c0 a0
        25 callback_answered c0 a0
    "#]]);
}

#[test]
fn who_does_not_answer_is_tried_again_later_and_not_for_ever() {
    let mut rules = rules(1);
    rules.callback.attempts = 2;
    let mut it = centre(&rules);
    it.sign_in(0);
    it.run(Command::BookCallback {
        contact: ContactId::new(0, 0),
        queue: QueueId(0),
        topic: TopicId::NONE,
        origin: Origin::Synthetic,
        language: Language::Nb,
        class: 0,
        clearance: Clearance::NONE,
        not_to: AdviserId::NONE,
        from: START.plus_s(60),
        until: START.plus_s(100_000),
    });
    it.at(60).accept();
    it.at(90);
    it.at(690).accept().at(700).run(Command::Dialled {
        contact: ContactId::new(0, 0),
        attempt: 2,
        failed: Some(FailCause::Busy),
    });
    it.shows(&expect![[r#"
        0 adviser_signed_in a0
        0 contact_arrived c0
        0 contact_queued c0
        0 callback_asked c0
        60 callback_due c0
        60 offer_made c0 a0 able=1 idle=60000 next=- waited=60000
        60 callback_dialling c0 a0
        90 callback_missed c0 a0
        690 callback_due c0
        690 offer_made c0 a0 able=1 idle=600000 next=- waited=690000
        690 callback_dialling c0 a0
        700 callback_missed c0 a0
        700 contact_closed c0 NotReached
    "#]]);
}

#[test]
fn advisers_are_asked_and_decide() {
    let mut it = centre(&rules(3));
    for adviser in 0..3 {
        it.sign_in(adviser).choose(adviser, Activity::Learning);
    }
    it.run(Command::AskAdvisers {
        activity: Activity::Phone,
        wanted: 1,
        unit: None,
    });
    for (adviser, yes) in [(0, false), (0, true), (1, true), (2, true)] {
        it.run(Command::AnswerRequest {
            request: RequestId(0),
            adviser: AdviserId(adviser),
            yes,
        });
    }
    assert!(it.state.requests().is_empty());
    it.shows(&expect![[r#"
        0 adviser_signed_in a0
        0 activity_chosen a0
        0 adviser_signed_in a1
        0 activity_chosen a1
        0 adviser_signed_in a2
        0 activity_chosen a2
        0 request_made
        0 request_answered a0
            refused: Already
        0 request_answered a1
        0 request_closed
        0 activity_chosen a1
            refused: UnknownRequest
    "#]]);
}

#[test]
fn a_crisis_plan_is_on_or_off() {
    let mut rules = rules(0);
    rules.plans = 2;
    let mut it = centre(&rules);
    let plan = PlanId(1);
    it.run(Command::SwitchPlan { plan, on: true });
    it.run(Command::SwitchPlan { plan, on: true });
    assert!(it.text.contains("refused: UnknownPlan"));
    assert!(it.state.plan_is_on(plan) && !it.state.plan_is_on(PlanId(0)));
}
