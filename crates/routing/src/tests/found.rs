//! What random worlds found, one script each.

use linje_event::ConsultAction;
use linje_types::MINUTE_US;

use super::*;

/// Calls may have tasks laid aside; a call takes 60 of an adviser, a task 100, a chat 40.
fn interrupting(n_advisers: usize) -> Rules {
    let mut rules = rules(n_advisers);
    rules.weights = [60, 40, 100, 100];
    rules.interrupts[Channel::Voice as usize] = Channels::DEFERRED;
    rules
}

fn come(it: &mut Centre, channel: Channel, named: u32, due_s: Option<i64>) -> ContactId {
    let contact = it.state.next_contact();
    it.run(Command::Arrive {
        contact,
        channel,
        topic: TopicId::NONE,
        origin: Origin::Synthetic,
        language: Language::Nb,
        entry: Entry::Queue {
            queue: QueueId(0),
            class: 0,
            place: Timestamp::NEVER,
            needs: linje_event::Needs {
                named: AdviserId(named),
                due: due_s.map_or(Timestamp::NEVER, |s| START.plus_s(s)),
                ..linje_event::Needs::NONE
            },
        },
    });
    contact
}

fn also(it: &mut Centre, adviser: u32, channels: Channels) {
    it.run(Command::Also {
        adviser: AdviserId(adviser),
        channels,
    });
}

fn state_of(it: &Centre, contact: ContactId) -> crate::ContactState {
    it.state.contact(contact).expect("open").state
}

#[test]
fn a_callback_that_was_not_reached_does_not_wait_for_the_named_adviser_for_ever() {
    let mut rules = rules(2);
    rules.queues[0].named_us = 10 * MINUTE_US;
    let mut it = centre(&rules);
    it.sign_in(0);
    it.choose(0, Activity::Lunch);
    let contact = come(&mut it, Channel::Voice, 0, None);
    it.run(Command::AskCallback {
        contact,
        from: START,
        until: START.plus_s(3600),
    });
    it.choose(0, Activity::Phone);
    let offer = it.last_offer;
    it.run(Command::Accept {
        offer,
        adviser: AdviserId(0),
    });
    it.run(Command::Dialled {
        contact,
        attempt: 1,
        failed: Some(FailCause::Busy),
    });
    it.run(Command::SignOut {
        adviser: AdviserId(0),
    });
    it.at(20 * 60).sign_in(1);
    assert_eq!(it.state.contacts_of(AdviserId(1)), [contact]);
}

#[test]
fn an_adviser_who_no_longer_meets_such_people_is_not_waited_for() {
    let mut rules = rules(2);
    rules.queues[0].named_us = 10 * MINUTE_US;
    let mut it = centre(&rules);
    it.sign_in(0).choose(0, Activity::Lunch);
    let contact = come(&mut it, Channel::Voice, 0, None);
    it.sign_in(1);
    assert_eq!(state_of(&it, contact), crate::ContactState::Queued);
    it.run(Command::Meet {
        adviser: AdviserId(0),
        origins: Origins::LIVE,
    });
    assert_eq!(it.state.contacts_of(AdviserId(1)), [contact]);
    it.choose(0, Activity::Phone);
    assert!(it.state.contacts_of(AdviserId(0)).is_empty());
}

#[test]
fn what_ends_while_it_lies_aside_has_no_wrap_up_that_would_not_fit() {
    let mut it = centre(&interrupting(1));
    it.sign_in(0).choose(0, Activity::Tasks);
    also(&mut it, 0, Channels::LIVE);
    let task = it.arrive(0, Channel::Task, 0);
    it.accept();
    it.arrive(0, Channel::Voice, 0);
    it.accept();
    assert_eq!(state_of(&it, task), crate::ContactState::SetAside);
    it.run(Command::End {
        contact: task,
        adviser: AdviserId(0),
    });
    assert!(it.state.contact(task).is_none());
}

#[test]
fn room_that_was_made_is_filled() {
    let mut it = centre(&interrupting(1));
    it.sign_in(0).choose(0, Activity::Tasks);
    also(&mut it, 0, Channels::LIVE);
    it.arrive(0, Channel::Task, 0);
    it.accept();
    let chat = it.arrive(0, Channel::Chat, 0);
    assert_eq!(state_of(&it, chat), crate::ContactState::Queued, "no room");
    it.arrive(0, Channel::Voice, 0);
    assert_eq!(state_of(&it, chat), crate::ContactState::Offered);
}

#[test]
fn whoever_becomes_quiet_by_what_they_are_offered_gets_deferred_work_too() {
    let mut rules = interrupting(1);
    rules.weights = [90, 20, 30, 30];
    let mut it = centre(&rules);
    it.sign_in(0);
    also(
        &mut it,
        0,
        Channels::NONE.with(Channel::Chat).with(Channel::Message),
    );
    let first = it.arrive(0, Channel::Message, 0);
    it.accept();
    let second = it.arrive(0, Channel::Message, 0);
    // A call would have the message laid aside, so the adviser is not quiet and gets no more.
    assert_eq!(it.state.contacts_of(AdviserId(0)), [first]);
    let chat = it.arrive(0, Channel::Chat, 0);
    // Now a call does not fit whatever is laid aside, and there is room for the second message.
    assert_eq!(it.state.contacts_of(AdviserId(0)), [first, second, chat]);
    it.state.check().expect("nobody waits needlessly");
}

#[test]
fn deferred_work_is_not_offered_only_to_be_taken_back_for_a_call_that_waits() {
    let mut it = centre(&interrupting(1));
    let task = come(&mut it, Channel::Task, u32::MAX, Some(-600));
    let call = it.at(5).arrive(0, Channel::Voice, 0);
    it.sign_in(0).choose(0, Activity::Tasks);
    it.run(Command::Decline {
        offer: it.last_offer,
        adviser: AdviserId(0),
    });
    it.at(60);
    also(&mut it, 0, Channels::LIVE);
    it.choose(0, Activity::Tasks);
    assert_eq!(state_of(&it, call), crate::ContactState::Offered);
    assert_eq!(state_of(&it, task), crate::ContactState::Queued);
    assert!(!it.text.contains("Interrupted"), "{}", it.text);
}

#[test]
fn whoever_was_handed_over_does_not_come_back_to_the_queue_that_was_left() {
    let mut rules = rules(2);
    rules.advisers[0].skills.truncate(1);
    rules.advisers[1].skills.remove(0);
    rules.queues[0].transfers.clear();
    rules.queues[0].consults = vec![QueueId(1)];
    rules.queues[1].transfers = vec![QueueId(0)];
    rules.queues[1].experts = true;
    let mut it = centre(&rules);
    it.sign_in(0).sign_in(1);
    let contact = it.arrive(0, Channel::Voice, 0);
    it.accept().run(Command::Consult {
        contact,
        consult: ContactId::new(1, 0),
        adviser: AdviserId(0),
        queue: QueueId(1),
    });
    it.accept().run(Command::EndConsult {
        contact,
        adviser: AdviserId(0),
        action: ConsultAction::HandOver,
    });
    it.run(Command::Transfer {
        contact,
        queue: QueueId(0),
    });
    assert!(it.text.contains("refused: Loop"), "{}", it.text);
}

#[test]
fn a_second_promise_has_attempts_of_its_own_and_numbers_of_its_own() {
    let mut rules = rules(1);
    rules.callback.attempts = 1;
    let mut it = centre(&rules);
    let contact = it.arrive(0, Channel::Voice, 0);
    let ask = Command::AskCallback {
        contact,
        from: START,
        until: START.plus_s(3600),
    };
    let ring = |it: &mut Centre, attempt| {
        let offer = it.last_offer;
        it.run(Command::Accept {
            offer,
            adviser: AdviserId(0),
        });
        it.run(Command::Dialled {
            contact,
            attempt,
            failed: None,
        });
    };
    it.run(ask).sign_in(0);
    ring(&mut it, 1);
    it.run(Command::Transfer {
        contact,
        queue: QueueId(1),
    });
    it.at(5).run(ask).at(40);
    ring(&mut it, 1);
    assert!(
        it.text.contains("refused: StaleOffer"),
        "a late word about the first attempt"
    );
    assert_eq!(state_of(&it, contact), crate::ContactState::Dialling);
    it.run(Command::Dialled {
        contact,
        attempt: 2,
        failed: None,
    });
    assert_eq!(state_of(&it, contact), crate::ContactState::Active);
}

#[test]
fn other_rules_let_somebody_free_take_whoever_waits_at_once() {
    let before = rules(1);
    let mut narrow = before.clone();
    narrow.queues[0].rings[0].condition = Condition::Any(Vec::new());
    let mut it = centre(&narrow);
    it.sign_in(0);
    let contact = it.arrive(0, Channel::Voice, 0);
    assert_eq!(state_of(&it, contact), crate::ContactState::Queued);
    let tables = Arc::new(Tables::new(&before).expect("rules"));
    it.state = State::restore(tables, &it.state.snapshot()).expect("it fits");
    it.run(Command::Publish { version: 2 });
    assert_eq!(state_of(&it, contact), crate::ContactState::Offered);
}

#[test]
fn protection_found_late_follows_the_contact_and_ones_own_case_does_not_come_back() {
    let mut rules = rules(3);
    rules.advisers[2].clearance = Clearance::SHIELDED;
    let mut it = centre(&rules);
    it.sign_in(0);
    let contact = come(&mut it, Channel::Voice, u32::MAX, None);
    it.accept();
    it.run(Command::Protect {
        contact,
        clearance: Clearance::SHIELDED,
        not_to: AdviserId(0),
    });
    assert_eq!(
        it.state.contacts_of(AdviserId(0)),
        [contact],
        "they keep it"
    );
    it.sign_in(1);
    it.run(Command::Transfer {
        contact,
        queue: QueueId(1),
    });
    assert_eq!(state_of(&it, contact), crate::ContactState::Queued);
    // Not the one who is not cleared, and never again the one whose own case it is.
    it.at(3600);
    assert_eq!(state_of(&it, contact), crate::ContactState::Queued);
    assert!(it.state.contacts_of(AdviserId(1)).is_empty());
    it.sign_in(2);
    assert_eq!(it.state.contacts_of(AdviserId(2)), [contact]);
}
