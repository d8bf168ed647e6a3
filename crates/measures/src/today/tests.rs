use linje_event::{By, OfferOutcome, Why, WhyRule};
use linje_types::{Channel, HOUR_US, Language, OfferId, Origin, SECOND_US, TopicId};

use super::*;

const FIRST: QueueId = QueueId(0);
const SECOND: QueueId = QueueId(1);
const ANE: AdviserId = AdviserId(0);

const NO_WHY: Why = Why {
    rule: WhyRule::FirstInLine,
    ring: 0,
    class: 0,
    barred: false,
    able: 1,
    idle_ms: 0,
    runner_up: AdviserId::NONE,
    runner_up_idle_ms: 0,
    waited_ms: 0,
};

fn midnight(now: Timestamp) -> Timestamp {
    Timestamp((now.0.div_euclid(24 * HOUR_US) + 1) * 24 * HOUR_US)
}

fn layout() -> Layout {
    Layout {
        queues: vec![
            Goal {
                within_us: 45 * SECOND_US,
            };
            2
        ],
        n_advisers: 2,
        next_midnight: midnight,
    }
}

fn at(s: i64) -> Timestamp {
    Timestamp(s * SECOND_US)
}

fn contact(n: u32) -> ContactId {
    ContactId::new(n, 1)
}

fn arrived(n: u32) -> Event {
    Event::ContactArrived {
        contact: contact(n),
        channel: Channel::Voice,
        topic: TopicId::NONE,
        origin: Origin::Synthetic,
        language: Language::Nb,
        in_menu: true,
    }
}

fn queued(n: u32, queue: QueueId, since: i64) -> Event {
    Event::ContactQueued {
        contact: contact(n),
        queue,
        topic: TopicId::NONE,
        language: Language::Nb,
        class: 0,
        enqueued: at(since),
    }
}

fn offered(n: u32) -> Event {
    Event::OfferMade {
        offer: OfferId::new(n, 1),
        contact: contact(n),
        adviser: ANE,
        expires: Timestamp::NEVER,
        why: NO_WHY,
    }
}

fn accepted(n: u32) -> Event {
    Event::OfferAccepted {
        offer: OfferId::new(n, 1),
        contact: contact(n),
        adviser: ANE,
    }
}

fn ended(n: u32) -> Event {
    Event::ContactEnded {
        contact: contact(n),
        adviser: ANE,
        by: By::Adviser,
        wrap_up_until: Timestamp::NEVER,
    }
}

fn closed(n: u32, queue: QueueId, reason: CloseReason) -> Event {
    Event::ContactClosed {
        contact: contact(n),
        adviser: ANE,
        queue,
        reason,
    }
}

fn day(events: &[(i64, Event)]) -> Day {
    let mut day = Day::new(layout(), at(0));
    for (s, event) in events {
        day.fold(at(*s), event);
    }
    day
}

/// One answered at once, one at 45 s, one at 46 s, one who left, one who waits.
fn a_morning() -> Vec<(i64, Event)> {
    let mut events = Vec::new();
    for n in 0..5 {
        events.push((10, arrived(n)));
        events.push((10, queued(n, FIRST, 10)));
    }
    events.push((10, offered(0)));
    events.push((10, accepted(0)));
    events.push((55, accepted(1)));
    events.push((56, accepted(2)));
    events.push((60, closed(3, FIRST, CloseReason::Abandoned)));
    events.push((310, ended(0)));
    events.push((340, closed(0, FIRST, CloseReason::Served)));
    events
}

#[test]
fn the_strict_service_level_counts_all_who_came() {
    let day = day(&a_morning());
    let queue = day.queue(FIRST).unwrap();
    assert_eq!(
        queue.level(),
        ServiceLevel {
            answered_within: 2,
            offered: 5
        }
    );
    assert_eq!((queue.answered, queue.abandoned, queue.served), (3, 1, 1));
    assert_eq!(queue.mean_wait_s(), Some((0.0 + 45.0 + 46.0) / 3.0));
    assert_eq!(day.waiting(FIRST), 1);
    assert_eq!(day.oldest(FIRST), Some(at(10)));
}

#[test]
fn an_offer_that_fails_leaves_the_contact_in_line() {
    let mut events = vec![(0, arrived(0)), (0, queued(0, FIRST, 0)), (5, offered(0))];
    events.push((
        25,
        Event::OfferEnded {
            offer: OfferId::new(0, 1),
            contact: contact(0),
            adviser: ANE,
            outcome: OfferOutcome::Expired,
            barred_until: at(55),
        },
    ));
    let day = day(&events);
    assert_eq!(day.waiting(FIRST), 1);
    assert_eq!(day.queue(FIRST).unwrap().answered, 0);
}

#[test]
fn a_transferred_contact_counts_once_and_keeps_its_place() {
    let mut events = a_morning();
    events.push((
        100,
        Event::ContactTransferred {
            contact: contact(1),
            adviser: ANE,
            from: FIRST,
            queue: SECOND,
            class: 0,
            barred_until: at(130),
        },
    ));
    events.sort_by_key(|(s, _)| *s);
    let mut day = day(&events);
    assert_eq!(day.oldest(SECOND), Some(at(10)));
    assert_eq!(day.queue(SECOND).unwrap().offered, 0);
    assert_eq!(day.queue(SECOND).unwrap().transferred_in, 1);
    day.fold(at(400), &closed(1, SECOND, CloseReason::Abandoned));
    assert_eq!(
        day.queue(FIRST).unwrap().abandoned,
        1,
        "it had been answered"
    );
    assert_eq!(day.waiting(SECOND), 0);
}

#[test]
fn who_is_refused_at_a_full_queue_was_offered() {
    let day = day(&[
        (0, arrived(0)),
        (0, closed(0, FIRST, CloseReason::QueueFull)),
    ]);
    let queue = day.queue(FIRST).unwrap();
    assert_eq!((queue.offered, queue.refused, queue.abandoned), (1, 1, 0));
}

#[test]
fn who_leaves_in_the_menu_was_not_offered() {
    let day = day(&[
        (0, arrived(0)),
        (9, closed(0, QueueId::NONE, CloseReason::LeftInMenu)),
    ]);
    assert_eq!(day.queue(FIRST).unwrap().offered, 0);
    assert_eq!(day.arrived(), 1);
}

#[test]
fn the_hour_has_what_happened_in_each_minute() {
    let day = day(&a_morning());
    let minutes: Vec<_> = day.queue(FIRST).unwrap().hour.iter().collect();
    let of = |minute: i64| *minutes.iter().find(|m| m.at == at(minute * 60)).unwrap();
    assert_eq!(
        (of(0).offered, of(0).answered, of(0).answered_within),
        (5, 3, 2)
    );
    assert_eq!((of(0).waiting, of(1).abandoned, of(1).waiting), (2, 1, 1));
}

#[test]
fn midnight_begins_a_new_day_and_keeps_who_waits() {
    let mut day = day(&a_morning());
    day.advance(midnight(at(0)));
    let queue = day.queue(FIRST).unwrap();
    assert_eq!((queue.offered, queue.answered), (1, 0));
    assert_eq!(day.own(ANE), OwnDay::default());
    day.fold(midnight(at(0)).plus_s(5), &accepted(4));
    let level = day.queue(FIRST).unwrap().level();
    assert_eq!((level.answered_within, level.offered), (0, 1));
}

#[test]
fn own_figures_are_the_advisers_own() {
    let day = day(&a_morning());
    assert_eq!(day.own(ANE).answered, 3);
    assert_eq!(day.own(ANE).mean_talk_s(), Some(300.0));
    assert_eq!(day.own(AdviserId(1)), OwnDay::default());
}

#[test]
fn a_day_read_back_goes_on_as_if_nothing_had_happened() {
    let events = a_morning();
    for cut in 0..events.len() {
        let before = day(&events[..cut]);
        let bytes = postcard::to_stdvec(&before).unwrap();
        let mut back: Day = postcard::from_bytes::<Day>(&bytes)
            .unwrap()
            .with_layout(layout());
        for (s, event) in &events[cut..] {
            back.fold(at(*s), event);
        }
        assert_eq!(back.queues, day(&events).queues);
    }
}

/// S26, small: the figures are what a slow count over the whole list gives.
#[test]
fn the_figures_equal_a_count_from_scratch() {
    let mut events = Vec::new();
    let mut seed = 7_u64;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    for n in 0..500 {
        let came = i64::try_from(next(20_000)).unwrap();
        let wait = i64::try_from(next(120)).unwrap();
        events.push((came, n, 0, arrived(n)));
        events.push((came, n, 1, queued(n, FIRST, came)));
        if next(4) == 0 {
            events.push((came + wait, n, 2, closed(n, FIRST, CloseReason::Abandoned)));
        } else {
            events.push((came + wait, n, 2, accepted(n)));
        }
    }
    events.sort_by_key(|(s, n, order, _)| (*s, *n, *order));
    let events: Vec<(i64, Event)> = events.into_iter().map(|(s, _, _, e)| (s, e)).collect();
    let day = day(&events);
    let came = |n: ContactId| {
        let (s, _) = events
            .iter()
            .find(|(_, e)| matches!(e, Event::ContactQueued { contact, .. } if *contact == n))
            .unwrap();
        *s
    };
    let waits: Vec<i64> = events
        .iter()
        .filter_map(|(s, e)| {
            let Event::OfferAccepted { contact, .. } = e else {
                return None;
            };
            Some(s - came(*contact))
        })
        .collect();
    let queue = day.queue(FIRST).unwrap();
    assert_eq!(queue.answered, waits.len() as u64);
    assert_eq!(
        queue.answered_within,
        waits.iter().filter(|wait| **wait <= 45).count() as u64
    );
    assert_eq!(queue.wait_us, waits.iter().sum::<i64>() * SECOND_US);
    assert_eq!(queue.answered + queue.abandoned, 500);
    assert_eq!(day.waiting(FIRST), 0);
}

#[test]
fn who_asked_to_be_rung_is_neither_waiting_nor_answered_nor_lost() {
    let mut events = vec![(0, arrived(0)), (0, queued(0, FIRST, 0))];
    let asked = Event::CallbackAsked {
        contact: contact(0),
        from: at(0),
        until: at(900),
    };
    events.push((20, asked));
    let parked = day(&events);
    assert_eq!(parked.waiting(FIRST), 0);
    let reached = Event::CallbackAnswered {
        contact: contact(0),
        adviser: ANE,
    };
    let mut rung = events.clone();
    rung.push((30, reached));
    rung.push((90, ended(0)));
    let mut given_up = events;
    given_up.push((60, closed(0, FIRST, CloseReason::NotReached)));
    for events in [rung, given_up] {
        let day = day(&events);
        let queue = day.queue(FIRST).unwrap();
        assert_eq!((queue.offered, queue.answered, queue.abandoned), (1, 0, 0));
    }
}

#[test]
fn a_question_to_an_expert_counts_nowhere() {
    let mut events = vec![(0, arrived(0)), (0, queued(0, FIRST, 0)), (0, accepted(0))];
    let started = Event::ConsultStarted {
        contact: contact(0),
        consult: contact(1),
        adviser: ANE,
        queue: SECOND,
    };
    events.extend([(10, arrived(1)), (10, started), (10, queued(1, SECOND, 10))]);
    let waiting = day(&events);
    assert_eq!((waiting.waiting(SECOND), waiting.arrived()), (1, 1));
    events.push((20, closed(1, SECOND, CloseReason::Cancelled)));
    let queue = day(&events).queue(SECOND).unwrap().clone();
    assert_eq!((queue.offered, queue.answered, queue.abandoned), (0, 0, 0));
}
