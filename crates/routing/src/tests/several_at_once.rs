//! Several channels, deferred work beside the lines, laid aside and taken up.

use linje_event::Needs;

use super::*;

fn also(it: &mut Centre, adviser: u32, channels: Channels) {
    it.run(Command::Also {
        adviser: AdviserId(adviser),
        channels,
    });
}

fn task(it: &mut Centre, due_s: i64) -> ContactId {
    let contact = it.state.next_contact();
    it.run(Command::Arrive {
        contact,
        channel: Channel::Task,
        topic: TopicId::NONE,
        origin: Origin::Synthetic,
        language: Language::Nb,
        entry: Entry::Queue {
            queue: QueueId(0),
            class: 0,
            place: Timestamp::NEVER,
            needs: Needs {
                due: START.plus_s(due_s),
                ..Needs::NONE
            },
        },
    });
    contact
}

#[test]
fn who_takes_calls_and_chats_gets_whoever_has_used_most_of_the_goal() {
    let mut rules = rules(1);
    rules.queues[0].goal_us = 40 * SECOND_US;
    rules.queues[1].goal_us = 120 * SECOND_US;
    let mut it = centre(&rules);
    let chat = it.arrive(1, Channel::Chat, 0);
    let call = it.at(30).arrive(0, Channel::Voice, 0);
    it.at(60).sign_in(0);
    assert_eq!(it.state.contacts_of(AdviserId(0)), [call], "a phone only");
    let mut it = centre(&rules);
    it.sign_in(0).choose(0, Activity::Lunch);
    also(&mut it, 0, Channels::LIVE);
    let chat_2 = it.arrive(1, Channel::Chat, 0);
    let call_2 = it.at(30).arrive(0, Channel::Voice, 0);
    // The chat has used 60 of 120 seconds, the call 30 of 40.
    it.at(60).choose(0, Activity::Phone);
    assert_eq!(it.state.contacts_of(AdviserId(0)), [call_2]);
    assert_eq!((chat, call), (chat_2, call_2));
    it.shows(&expect![[r#"
        0 adviser_signed_in a0
        0 activity_chosen a0
        0 also_chosen a0
        0 contact_arrived c0
        0 contact_queued c0
        30 contact_arrived c1
        30 contact_queued c1
        60 activity_chosen a0
        60 offer_made c1 a0 able=2 idle=0 next=- waited=30000
    "#]]);
}

#[test]
fn deferred_work_comes_by_its_date_and_only_beyond_the_reserve() {
    let mut rules = rules(3);
    rules.reserve = 2;
    let mut it = centre(&rules);
    it.sign_in(0).sign_in(1);
    also(&mut it, 0, Channels::DEFERRED);
    let late = task(&mut it, 9_000);
    let soon = task(&mut it, 5_000);
    assert!(
        it.state.contacts_of(AdviserId(0)).is_empty(),
        "two are free, two stay free"
    );
    it.at(1).sign_in(2);
    assert_eq!(it.state.contacts_of(AdviserId(0)), [soon]);
    assert_eq!(it.state.position(late), Some(1));
}

#[test]
fn a_call_lays_a_task_aside_but_never_a_chat() {
    let mut rules = rules(1);
    rules.interrupts[Channel::Voice as usize] = Channels::NONE.with(Channel::Task);
    let mut it = centre(&rules);
    it.sign_in(0);
    also(&mut it, 0, Channels(15));
    let task = task(&mut it, 5_000);
    it.accept().at(10);
    let call = it.arrive(0, Channel::Voice, 0);
    assert_eq!(
        it.state.contact(task).expect("open").state,
        crate::ContactState::SetAside
    );
    it.accept().at(60).run(Command::Leave { contact: call });
    it.at(91);
    assert_eq!(
        it.state.contact(task).expect("open").state,
        crate::ContactState::Active
    );
    it.run(Command::End {
        contact: task,
        adviser: AdviserId(0),
    });
    it.at(130);
    let chat = it.arrive(0, Channel::Chat, 0);
    it.accept().at(140);
    let waits = it.arrive(0, Channel::Voice, 0);
    assert_eq!(
        it.state.contact(chat).expect("open").state,
        crate::ContactState::Active
    );
    assert_eq!(it.state.position(waits), Some(1));
    it.shows(&expect![[r#"
        0 adviser_signed_in a0
        0 also_chosen a0
        0 contact_arrived c0
        0 contact_needs c0
        0 contact_queued c0
        0 offer_made c0 a0 able=1 idle=0 next=- waited=0
        0 offer_accepted c0 a0
        10 contact_arrived c1
        10 contact_queued c1
        10 contact_set_aside c0 a0
        10 offer_made c1 a0 able=1 idle=10000 next=- waited=0
        10 offer_accepted c1 a0
        60 contact_ended c1 a0
        91 contact_closed c1 a0 Served
        91 contact_taken_up c0 a0
        91 contact_ended c0 a0
        130 contact_closed c0 a0 Served
        130 contact_arrived c0
        130 contact_queued c0
        130 offer_made c0 a0 able=1 idle=0 next=- waited=0
        130 offer_accepted c0 a0
        140 contact_arrived c1
        140 contact_queued c1
    "#]]);
}

#[test]
fn a_task_not_yet_begun_goes_back_when_a_call_comes_and_declining_takes_it_up_again() {
    let mut rules = rules(1);
    rules.interrupts[Channel::Voice as usize] = Channels::DEFERRED;
    let mut it = centre(&rules);
    it.sign_in(0);
    also(&mut it, 0, Channels::DEFERRED);
    let offered = task(&mut it, 5_000);
    it.arrive(0, Channel::Voice, 0);
    assert_eq!(
        it.state.position(offered),
        Some(1),
        "back in line at its place"
    );
    let mut it = centre(&rules);
    it.sign_in(0);
    also(&mut it, 0, Channels::DEFERRED);
    let begun = task(&mut it, 5_000);
    it.accept();
    it.arrive(0, Channel::Voice, 0);
    let offer = it.last_offer;
    it.run(Command::Decline {
        offer,
        adviser: AdviserId(0),
    });
    assert_eq!(
        it.state.contact(begun).expect("open").state,
        crate::ContactState::Active
    );
}

#[test]
fn deferred_work_can_be_given_back() {
    let mut it = centre(&rules(2));
    it.run(Command::SignIn {
        adviser: AdviserId(0),
        activity: Activity::Tasks,
    });
    let task = task(&mut it, 5_000);
    it.accept().run(Command::SignIn {
        adviser: AdviserId(1),
        activity: Activity::Tasks,
    });
    it.run(Command::Return {
        contact: task,
        adviser: AdviserId(0),
    });
    assert_eq!(it.state.contact(task).expect("open").adviser, AdviserId(1));
}
