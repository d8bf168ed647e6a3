//! What the desk promises, one sentence per test.

use crate::world::{
    CALLBACKS, START, World, ZIP, arrive, arrive_at, enqueue, in_queue, rules, sign_in,
};
use linje_desk::{
    CallerKey, Input, OUTSIDE_ROOM, REDIAL_US, REMEMBER_US, Refusal, SHED_US, StoreFault, Submit,
    TIMER_ROOM, field,
};
use linje_event::{CloseReason, Command, Effect, Entry, Event, Rejection};
use linje_routing::{ContactState, Tables};
use linje_types::{
    Activity, AdviserId, Channel, ContactId, OfferId, QueueId, SECOND_US, Timestamp,
};

const QUEUE: QueueId = QueueId(0);
const OTHER: QueueId = QueueId(1);
const CALLER: CallerKey = CallerKey([9; 32]);

#[test]
fn nobody_hears_of_a_change_before_it_is_on_disk() {
    let mut world = World::new();
    world.settle();
    world.done(sign_in(0, Activity::Phone)).unwrap();
    let token = world.submit(arrive(Channel::Voice, QUEUE));
    assert!(world.answer(token).is_none());
    assert!(world.effects.is_empty());
    let offered = world.desk.state().contacts().next().unwrap();
    assert_eq!(
        offered.state,
        ContactState::Offered,
        "the desk is ahead of the log"
    );
    world.commit();
    let accepted = world.answer(token).unwrap().unwrap();
    assert_eq!(accepted.contact, Some(offered.id));
    assert_eq!(accepted.offer, offered.offer);
    assert_eq!(accepted.seq, world.log.records.len() as u64);
    assert!(matches!(world.effects[..], [Effect::Present { .. }]));
}

#[test]
fn what_came_during_a_commit_goes_out_together_right_after_it() {
    let mut world = World::new();
    world.settle();
    let first = world.submit(arrive(Channel::Chat, QUEUE));
    let flying = world.appending.clone().unwrap();
    let others: Vec<u64> = (0..5)
        .map(|_| world.submit(arrive(Channel::Chat, QUEUE)))
        .collect();
    assert_eq!(world.appending.clone().unwrap(), flying, "one at a time");
    world.commit();
    assert!(world.answer(first).is_some());
    assert!(others.iter().all(|token| world.answer(*token).is_none()));
    assert_eq!(world.appending.clone().unwrap().records.len(), 10);
    world.commit();
    assert!(others.iter().all(|token| world.answer(*token).is_some()));
}

#[test]
fn a_full_disk_keeps_the_batch_and_lets_only_hang_ups_in() {
    let mut world = World::new();
    world.settle();
    let kept = world
        .done(arrive(Channel::Chat, QUEUE))
        .unwrap()
        .contact
        .unwrap();
    let waiting = world.submit(arrive(Channel::Chat, QUEUE));
    let batch = world.appending.clone().unwrap();
    world.fail(StoreFault::Full, false);
    assert_eq!(world.health, [Some(StoreFault::Full)]);
    let refused = world.submit(arrive(Channel::Chat, QUEUE));
    assert_eq!(
        world.replies[&refused],
        Err(Refusal::StoreDown {
            fault: StoreFault::Full
        })
    );
    let left = world.submit(Command::Leave { contact: kept });
    assert!(world.desk.state().contact(kept).is_none(), "taken at once");
    assert!(world.answer(left).is_none(), "but not acknowledged");
    world.now = world.desk.deadline();
    world.step(Input::Tick);
    assert_eq!(
        world.appending.clone().unwrap(),
        batch,
        "the same append again"
    );
    world.commit();
    assert_eq!(world.health.last(), Some(&None));
    assert!(world.answer(waiting).unwrap().is_ok());
    world.commit();
    assert!(world.answer(left).unwrap().is_ok());
    assert!(
        world.done(arrive(Channel::Chat, QUEUE)).is_ok(),
        "open again"
    );
    world.assert_replays();
}

#[test]
fn timers_fire_while_the_store_is_down_and_fit_the_room() {
    let mut world = World::new();
    world.settle();
    world.done(sign_in(0, Activity::Phone)).unwrap();
    world.done(arrive(Channel::Voice, QUEUE)).unwrap();
    world.submit(arrive(Channel::Voice, QUEUE));
    world.fail(StoreFault::Unavailable, false);
    world.now = world.now.plus_us(25 * SECOND_US);
    world.step(Input::Tick);
    let adviser = world.desk.state().adviser(AdviserId(0)).unwrap();
    assert!(adviser.not_ready.is_some(), "the offer expired");
    const { assert!(TIMER_ROOM > OUTSIDE_ROOM) };
    world.settle();
    world.assert_replays();
}

#[test]
fn a_commit_that_takes_too_long_sheds_new_commands_only() {
    let mut world = World::new();
    world.settle();
    let chat = world
        .done(arrive(Channel::Chat, QUEUE))
        .unwrap()
        .contact
        .unwrap();
    world.submit(arrive(Channel::Chat, QUEUE));
    world.now = world.now.plus_us(SHED_US + 1);
    let shed = world.submit(arrive(Channel::Chat, QUEUE));
    assert_eq!(world.replies[&shed], Err(Refusal::Overloaded));
    world.submit(Command::Leave { contact: chat });
    assert!(world.desk.state().contact(chat).is_none());
    world.commit();
    assert!(world.done(arrive(Channel::Chat, QUEUE)).is_ok());
}

#[test]
fn the_open_batch_is_bounded() {
    let mut world = World::new();
    world.settle();
    world.submit(arrive(Channel::Chat, QUEUE));
    let mut adviser_in = false;
    for _ in 0..OUTSIDE_ROOM {
        adviser_in = !adviser_in;
        let adviser = AdviserId(1);
        world.submit(if adviser_in {
            sign_in(1, Activity::Lunch)
        } else {
            Command::SignOut { adviser }
        });
    }
    let refused = world.submit(arrive(Channel::Chat, QUEUE));
    assert_eq!(world.replies[&refused], Err(Refusal::Overloaded));
    world.settle();
    world.assert_replays();
}

#[test]
fn a_repeated_command_gets_the_first_reply_and_does_nothing() {
    let mut world = World::new();
    world.settle();
    let submit = Submit::new(0, arrive(Channel::Chat, QUEUE)).with_id(42);
    let first = world.send(submit.clone());
    let at_once = world.send(submit.clone());
    assert!(world.answer(at_once).is_none(), "waits for the same commit");
    world.settle();
    assert_eq!(world.answer(first), world.answer(at_once));
    let later = world.send(submit.clone());
    assert_eq!(world.answer(later), world.answer(first));
    world.crash(true);
    let after_crash = world.send(submit);
    world.settle();
    assert_eq!(world.answer(after_crash), world.answer(first));
    assert_eq!(world.desk.state().contacts().count(), 1);
    let other = world.send(Submit::new(0, arrive(Channel::Task, QUEUE)).with_id(42));
    assert_eq!(world.replies[&other], Err(Refusal::IdReused));
}

#[test]
fn a_refusal_is_remembered_too_also_after_a_crash() {
    let mut world = World::new();
    world.settle();
    let accept = Command::Accept {
        offer: OfferId::new(0, 99),
        adviser: AdviserId(0),
    };
    let submit = Submit::new(0, accept).with_id(5);
    let first = world.send(submit.clone());
    assert!(
        world.answer(first).is_none(),
        "not before it is remembered on disk"
    );
    world.settle();
    assert_eq!(world.answer(first), Some(Err(Rejection::StaleOffer)));
    world.crash(false);
    world.settle();
    let again = world.send(submit);
    assert_eq!(world.answer(again), Some(Err(Rejection::StaleOffer)));
}

#[test]
fn command_ids_are_forgotten_after_a_day() {
    let mut world = World::new();
    world.settle();
    let submit = Submit::new(0, arrive(Channel::Task, QUEUE)).with_id(1);
    world.send(submit.clone());
    world.settle();
    world.advance(REMEMBER_US);
    world.send(Submit::new(0, arrive(Channel::Task, QUEUE)).with_id(2));
    world.send(submit);
    world.settle();
    assert_eq!(world.desk.state().contacts().count(), 3);
}

#[test]
fn another_writer_ends_this_one() {
    let mut world = World::new();
    world.settle();
    let flying = world.submit(arrive(Channel::Chat, QUEUE));
    let open = world.submit(arrive(Channel::Chat, QUEUE));
    world.step(Input::Fenced);
    let fenced = Err(Refusal::StoreDown {
        fault: StoreFault::Fenced,
    });
    assert!(world.reload);
    assert_eq!(
        (world.replies[&flying], world.replies[&open]),
        (fenced, fenced)
    );
    let later = world.submit(arrive(Channel::Chat, QUEUE));
    assert_eq!(world.replies[&later], fenced);
    assert_eq!(world.desk.deadline(), Timestamp::NEVER);
}

#[test]
fn after_a_crash_calls_are_lost_with_a_callback_and_the_rest_goes_on() {
    let mut world = World::new();
    world.settle();
    world.done(sign_in(0, Activity::Phone)).unwrap();
    world.done(sign_in(1, Activity::Chat)).unwrap();
    let talking = world
        .done(arrive(Channel::Voice, ZIP))
        .unwrap()
        .contact
        .unwrap();
    let waiting = world
        .done(arrive(Channel::Voice, QUEUE))
        .unwrap()
        .contact
        .unwrap();
    let chat = world
        .done(arrive(Channel::Chat, ZIP))
        .unwrap()
        .contact
        .unwrap();
    let task = world
        .done(arrive(Channel::Task, QUEUE))
        .unwrap()
        .contact
        .unwrap();
    let came = [talking, waiting].map(|call| world.desk.state().contact(call).unwrap().enqueued);
    world.advance(600 * SECOND_US);
    world.crash(true);
    world.settle();
    for call in [talking, waiting] {
        assert!(world.desk.state().contact(call).is_none());
        assert_eq!(closed(&world, call), Some(CloseReason::Fault));
    }
    let state = world.desk.state();
    assert_eq!(state.contact(chat).unwrap().state, ContactState::Active);
    assert_eq!(state.contact(task).unwrap().state, ContactState::Queued);
    let callbacks: Vec<ContactId> = state
        .contacts()
        .filter(|view| view.queue == CALLBACKS && view.channel == Channel::Task)
        .map(|view| view.id)
        .collect();
    assert_eq!(callbacks.len(), 2);
    let since = |task: ContactId| state.contact(task).unwrap().enqueued;
    assert_eq!(
        [since(callbacks[0]), since(callbacks[1])],
        came,
        "a task counts from when the citizen came, not from the restart"
    );
    let whose = &world.log.vault[&(callbacks[0], field::CALLBACK_FOR.to_owned())].value;
    assert_eq!(whose.as_slice(), talking.0.to_le_bytes());
    assert!((0..2).all(|who| !state.adviser(AdviserId(who)).unwrap().present));
    let records = world.log.records.len();
    world.crash(true);
    world.settle();
    assert_eq!(
        world.log.records.len(),
        records,
        "putting right twice changes nothing"
    );
}

#[test]
fn advisers_and_calls_of_the_population_may_outlive_a_crash() {
    let mut world = World::new();
    world.settle();
    world.done(sign_in(0, Activity::Phone)).unwrap();
    let Command::Arrive {
        contact,
        channel,
        topic,
        language,
        entry,
        ..
    } = arrive(Channel::Voice, QUEUE)
    else {
        panic!("an arrival")
    };
    let origin = linje_types::Origin::Synthetic;
    let call = Command::Arrive {
        contact,
        channel,
        topic,
        origin,
        language,
        entry,
    };
    let call = world.done(call).unwrap().contact.unwrap();
    world.reconcile.keep_synthetic = true;
    world.reconcile.present = vec![AdviserId(0)];
    world.crash(true);
    world.settle();
    assert!(world.desk.state().contact(call).is_some());
    assert!(world.desk.state().adviser(AdviserId(0)).unwrap().present);
    world.reconcile.keep_synthetic = false;
    world.crash(true);
    world.settle();
    assert_eq!(closed(&world, call), Some(CloseReason::Fault));
    assert_eq!(
        world.desk.state().contacts().count(),
        0,
        "nobody rings synthetic people"
    );
}

#[test]
fn an_offer_that_goes_on_is_presented_again() {
    let mut world = World::new();
    world.settle();
    world.done(sign_in(1, Activity::Chat)).unwrap();
    world.done(arrive(Channel::Chat, QUEUE)).unwrap();
    let before = world.effects.clone();
    assert!(matches!(before[..], [Effect::Present { .. }]));
    world.reconcile.present = vec![AdviserId(1)];
    world.crash(true);
    world.settle();
    assert_eq!(world.effects, [before[0], before[0]]);
}

#[test]
fn a_redial_gets_the_old_place_once_and_cancels_the_callback() {
    let mut world = World::new();
    world.settle();
    let enqueued = world.now;
    let first = ring(&mut world, QUEUE, Some(CALLER));
    world.advance(60 * SECOND_US);
    let behind = ring(&mut world, QUEUE, None);
    world.crash(true);
    world.settle();
    assert_eq!(closed(&world, first), Some(CloseReason::Fault));
    world.crash(true);
    world.settle();
    world.advance(120 * SECOND_US);
    let place = world.desk.place_for(CALLER, world.now).unwrap();
    assert_eq!((place.queue, place.enqueued), (QUEUE, enqueued));
    assert_eq!(
        world.desk.state().contact(place.callback).unwrap().queue,
        CALLBACKS
    );
    let stranger = ring(&mut world, QUEUE, None);
    let again = ring(&mut world, QUEUE, Some(CALLER));
    let state = world.desk.state();
    assert_eq!(state.contact(again).unwrap().enqueued, enqueued);
    assert_eq!(state.position(again), Some(1));
    assert!(state.contact(behind).is_none());
    assert_eq!(state.position(stranger), Some(2));
    assert_eq!(closed(&world, place.callback), Some(CloseReason::Cancelled));
    assert_eq!(world.desk.place_for(CALLER, world.now), None, "used once");
    world.crash(true);
    world.settle();
    let place = world.desk.place_for(CALLER, world.now).unwrap();
    assert_eq!(
        place.enqueued, enqueued,
        "lost again, still the first place"
    );
    world.assert_replays();
}

#[test]
fn a_place_is_kept_ten_minutes_and_only_for_its_queue() {
    let mut world = World::new();
    world.settle();
    let enqueued = world.now;
    ring(&mut world, QUEUE, Some(CALLER));
    world.crash(true);
    world.settle();
    let other = ring(&mut world, OTHER, Some(CALLER));
    assert!(world.desk.state().contact(other).unwrap().enqueued > START.plus_us(-1));
    assert!(
        world.desk.place_for(CALLER, world.now).is_some(),
        "not used up elsewhere"
    );
    world.done(Command::Leave { contact: other }).unwrap();
    world.advance(REDIAL_US);
    assert_eq!(world.desk.place_for(CALLER, world.now), None);
    let late = ring(&mut world, QUEUE, Some(CALLER));
    assert!(world.desk.state().contact(late).unwrap().enqueued > enqueued);
    assert!(
        !world
            .log
            .vault
            .keys()
            .any(|(_, name)| name == field::REDIAL),
        "forgotten on disk too"
    );
}

#[test]
fn a_call_that_died_in_the_menu_has_no_place_but_its_callback_is_cancelled() {
    let mut world = World::new();
    world.settle();
    let submit = Submit::new(0, arrive_at(Channel::Voice, Entry::Menu)).with_caller(CALLER);
    world.send(submit);
    world.crash(false);
    world.settle();
    assert_eq!(
        world.desk.state().contacts().count(),
        0,
        "never acknowledged"
    );
    let submit = Submit::new(0, arrive_at(Channel::Voice, Entry::Menu)).with_caller(CALLER);
    world.send(submit.clone());
    world.settle();
    world.crash(true);
    world.settle();
    assert_eq!(world.desk.place_for(CALLER, world.now), None);
    let callback = world.desk.state().contacts().next().unwrap().id;
    let token = world.send(submit);
    world.settle();
    let call = world.answer(token).unwrap().unwrap().contact.unwrap();
    let now = world.now;
    world.done(enqueue(call, OTHER)).unwrap();
    assert_eq!(world.desk.state().contact(call).unwrap().enqueued, now);
    assert_eq!(closed(&world, callback), Some(CloseReason::Cancelled));
}

#[test]
fn the_callers_hash_is_forgotten_when_the_call_ends() {
    let mut world = World::new();
    world.settle();
    let call = ring(&mut world, QUEUE, Some(CALLER));
    assert!(
        world
            .log
            .vault
            .contains_key(&(call, field::CALLER.to_owned()))
    );
    world.done(Command::Leave { contact: call }).unwrap();
    assert!(world.log.vault.is_empty());
}

#[test]
fn a_full_queue_says_so_and_keeps_the_place_for_another_try() {
    let mut world = World::new();
    world.settle();
    ring(&mut world, QUEUE, Some(CALLER));
    world.crash(true);
    world.settle();
    for _ in 0..50 {
        ring(&mut world, QUEUE, None);
    }
    let submit = Submit::new(0, arrive_at(Channel::Voice, in_queue(QUEUE))).with_caller(CALLER);
    let token = world.send(submit);
    world.settle();
    let accepted = world.answer(token).unwrap().unwrap();
    assert_eq!(accepted.closed, Some(CloseReason::QueueFull));
    assert!(world.desk.place_for(CALLER, world.now).is_some());
}

#[test]
fn a_new_centre_description_takes_over_in_a_running_day() {
    let mut world = World::new();
    world.settle();
    world.done(arrive(Channel::Chat, QUEUE)).unwrap();
    let mut rules = rules();
    rules.advisers.push(rules.advisers[0].clone());
    let tables = std::sync::Arc::new(Tables::new(&rules).unwrap());
    world.step(Input::Publish {
        token: 900,
        tables,
        version: 8,
    });
    world.settle();
    assert!(world.replies[&900].is_ok());
    assert_eq!(world.desk.state().n_advisers(), 5);
    rules.queues.truncate(1);
    rules.queues[0].transfers.clear();
    rules.advisers.clear();
    world.step(Input::Publish {
        token: 901,
        tables: std::sync::Arc::new(Tables::new(&rules).unwrap()),
        version: 9,
    });
    assert_eq!(world.replies[&901], Err(Refusal::Unpublishable));
    assert_eq!(world.desk.state().n_advisers(), 5);
}

#[test]
fn time_never_goes_back_also_over_a_restart() {
    let mut world = World::new();
    world.settle();
    world.done(arrive(Channel::Chat, QUEUE)).unwrap();
    let at = world.log.records.last().unwrap().at;
    world.now = Timestamp(at.0 - 3_600 * SECOND_US);
    world.crash(true);
    world.done(arrive(Channel::Chat, QUEUE)).unwrap();
    assert_eq!(world.log.records.last().unwrap().at, at);
}

fn ring(world: &mut World, queue: QueueId, caller: Option<CallerKey>) -> ContactId {
    let mut submit = Submit::new(0, arrive(Channel::Voice, queue));
    submit.caller = caller;
    let token = world.send(submit);
    world.settle();
    world.answer(token).unwrap().unwrap().contact.unwrap()
}

fn closed(world: &World, call: ContactId) -> Option<CloseReason> {
    world.log.records.iter().find_map(|record| {
        let Event::ContactClosed {
            contact, reason, ..
        } = record.event
        else {
            return None;
        };
        (contact == call).then_some(reason)
    })
}
