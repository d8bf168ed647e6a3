use linje_event::{By, Why, WhyRule};
use linje_types::{Language, MINUTE_US, OfferId, Origin};

use super::*;
use crate::{Amounts as _, QUARTER_US, formula};

const FIRST: QueueId = QueueId(0);
const SECOND: QueueId = QueueId(1);
const ANE: AdviserId = AdviserId(0);
const BO: AdviserId = AdviserId(1);
const NORTH: UnitId = UnitId(3);

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

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape that the roll-up asks for"
)]
fn yard(_: u64) -> Option<Yardstick> {
    Some(Yardstick {
        within_us: vec![45 * SECOND_US, 60 * SECOND_US],
        units: vec![NORTH, UnitId(4)],
        weights: [100, 25, 100, 100],
        capacity: 100,
        short_us: Yardstick::SHORT_US,
    })
}

fn at(s: i64) -> Timestamp {
    Timestamp(s * SECOND_US)
}

fn contact(n: u32) -> ContactId {
    ContactId::new(n, 1)
}

fn came(n: u32, channel: Channel, queue: QueueId, s: i64) -> [(i64, Event); 2] {
    let arrived = Event::ContactArrived {
        contact: contact(n),
        channel,
        topic: TopicId::NONE,
        origin: Origin::Synthetic,
        language: Language::Nb,
        in_menu: true,
    };
    [(s, arrived), (s, queued(n, queue, s))]
}

fn queued(n: u32, queue: QueueId, since: i64) -> Event {
    Event::ContactQueued {
        contact: contact(n),
        queue,
        topic: TopicId(7),
        language: Language::Nb,
        class: 0,
        enqueued: at(since),
    }
}

fn assigned(n: u32, adviser: AdviserId) -> Event {
    Event::ContactAssigned {
        offer: OfferId::new(n, 1),
        contact: contact(n),
        adviser,
        why: NO_WHY,
    }
}

fn ended(n: u32, adviser: AdviserId) -> Event {
    Event::ContactEnded {
        contact: contact(n),
        adviser,
        by: By::Adviser,
        wrap_up_until: Timestamp::NEVER,
    }
}

fn closed(n: u32, adviser: AdviserId, reason: CloseReason) -> Event {
    Event::ContactClosed {
        contact: contact(n),
        adviser,
        queue: FIRST,
        reason,
    }
}

fn signed_in(adviser: AdviserId, activity: Activity) -> Event {
    Event::AdviserSignedIn { adviser, activity }
}

fn fold(events: &[(i64, Event)]) -> Cells {
    let mut rollup = RollUp::default();
    let published = Event::CentrePublished { version: 1 };
    let first = (at(0), &published);
    let rest = events.iter().map(|(s, event)| (at(*s), event));
    rollup.fold(std::iter::once(first).chain(rest), &mut yard)
}

fn total(cells: &Cells, wanted: impl Fn(&Key) -> bool) -> Sums {
    let mut sums = Sums::default();
    for (_, part) in cells.iter().filter(|(key, _)| wanted(key)) {
        sums.plus(part);
    }
    sums
}

#[test]
fn a_contact_counts_in_the_quarter_in_which_it_came_and_its_handling_where_it_ended() {
    let mut events = vec![(0, signed_in(ANE, Activity::Phone))];
    events.extend(came(0, Channel::Voice, FIRST, 890));
    events.push((930, assigned(0, ANE)));
    events.push((
        1000,
        Event::ContactHeld {
            contact: contact(0),
            adviser: ANE,
        },
    ));
    events.push((
        1030,
        Event::ContactResumed {
            contact: contact(0),
            adviser: ANE,
        },
    ));
    events.push((1130, ended(0, ANE)));
    events.push((1150, closed(0, ANE, CloseReason::Served)));
    let cells = fold(&events);
    let quarter = |n: i64| total(&cells, |key| key.quarter == n);
    let (first, second) = (quarter(0), quarter(1));
    assert_eq!(first.get(Quantity::Offered), 1);
    assert_eq!(first.get(Quantity::AnsweredWithin), 1);
    assert_eq!(first.get(Quantity::ServedByFirst), 1);
    assert_eq!(first.waits(Waits::All), [40.0]);
    assert_eq!(first.get(Quantity::Ended), 0);
    assert_eq!(second.get(Quantity::Talk), 170 * SECOND_US);
    assert_eq!(second.get(Quantity::Hold), 30 * SECOND_US);
    assert_eq!(second.get(Quantity::WrapUp), 20 * SECOND_US);
    assert_eq!(formula("aht_s").unwrap().apply(&second), Some(220.0));
    let unit = total(&cells, |key| key.unit == NORTH && key.topic == TopicId(7));
    assert_eq!(
        (unit.get(Quantity::Offered), unit.get(Quantity::Answered)),
        (0, 1)
    );
}

#[test]
fn adviser_time_is_split_at_the_quarter_and_counts_concurrency_right() {
    let mut events = vec![(600, signed_in(ANE, Activity::Chat))];
    // Two chats at a quarter of the capacity each, from 800 and 1000 s.
    events.extend(came(0, Channel::Chat, FIRST, 800));
    events.push((800, assigned(0, ANE)));
    events.extend(came(1, Channel::Chat, FIRST, 1000));
    events.push((1000, assigned(1, ANE)));
    events.push((
        1200,
        Event::ActivityChosen {
            adviser: ANE,
            activity: Activity::Lunch,
        },
    ));
    events.push((1300, closed(0, ANE, CloseReason::Lost)));
    events.push((1400, closed(1, ANE, CloseReason::Lost)));
    events.push((1700, Event::AdviserSignedOut { adviser: ANE }));
    let cells = fold(&events);
    let time = |n: i64| {
        let sums = total(&cells, |key| key.quarter == n && key.queue == QueueId::NONE);
        [
            Quantity::SignedIn,
            Quantity::Idle,
            Quantity::Busy,
            Quantity::Load,
            Quantity::Room,
        ]
        .map(|quantity| sums.get(quantity) / SECOND_US)
    };
    assert_eq!(time(0), [300, 200, 100, 25, 300]);
    // 900-1000 one chat, 1000-1200 two, 1200-1300 two in lunch, 1300-1400 one in lunch.
    assert_eq!(time(1), [800, 0, 500, 25 + 100 + 50 + 25, 300 + 50 + 25]);
    let present = total(&cells, |key| key.quarter == 0);
    assert_eq!(present.get(Quantity::Present), 1);
}

#[test]
fn who_leaves_is_counted_by_how_long_they_waited() {
    let mut events = Vec::new();
    for (n, wait) in [(0, 9), (1, 45), (2, 46)] {
        events.extend(came(n, Channel::Voice, FIRST, 0));
        events.push((wait, closed(n, AdviserId::NONE, CloseReason::Abandoned)));
    }
    events.sort_by_key(|(s, _)| *s);
    let sums = total(&fold(&events), |_| true);
    assert_eq!(sums.get(Quantity::Abandoned), 3);
    assert_eq!(sums.get(Quantity::AbandonedWithin), 2);
    assert_eq!(sums.get(Quantity::AbandonedShort), 1);
    assert_eq!(sums.get(Quantity::WaitAbandoned), 100 * SECOND_US);
    assert_eq!(sums.waits(Waits::Answered), [0.0; 0]);
}

#[test]
fn a_transfer_is_two_conversations_of_one_contact_and_no_flow_out() {
    let mut events = vec![
        (0, signed_in(ANE, Activity::Phone)),
        (0, signed_in(BO, Activity::Phone)),
    ];
    events.extend(came(0, Channel::Voice, FIRST, 0));
    events.push((0, assigned(0, ANE)));
    events.push((
        100,
        Event::ContactTransferred {
            contact: contact(0),
            adviser: ANE,
            from: FIRST,
            queue: SECOND,
            class: 0,
            barred_until: at(130),
        },
    ));
    events.push((160, assigned(0, BO)));
    events.push((200, ended(0, BO)));
    events.push((200, closed(0, BO, CloseReason::Served)));
    let cells = fold(&events);
    let sums = total(&cells, |_| true);
    let counts = [
        Quantity::Offered,
        Quantity::Answered,
        Quantity::Ended,
        Quantity::Handled,
        Quantity::Transfers,
        Quantity::Served,
        Quantity::ServedByFirst,
        Quantity::FlowedOut,
    ]
    .map(|quantity| sums.get(quantity));
    assert_eq!(counts, [1, 1, 2, 1, 1, 1, 0, 0]);
    let second = total(&cells, |key| key.queue == SECOND);
    assert_eq!(second.get(Quantity::Talk), 40 * SECOND_US);
}

#[test]
fn a_quarter_that_is_over_is_whole_after_the_next_event() {
    let cells = fold(&[
        (0, signed_in(ANE, Activity::Phone)),
        (2000, signed_in(BO, Activity::Phone)),
    ]);
    for n in [0, 1] {
        let sums = total(&cells, |key| key.quarter == n);
        assert_eq!(sums.get(Quantity::Idle), QUARTER_US, "quarter {n}");
    }
    assert_eq!(QUARTER_US, 15 * MINUTE_US);
}

#[test]
fn what_was_not_stored_is_as_if_it_had_not_happened() {
    let mut events = vec![(0, signed_in(ANE, Activity::Phone))];
    events.extend(came(0, Channel::Voice, FIRST, 100));
    events.push((120, assigned(0, ANE)));
    events.push((1000, ended(0, ANE)));
    events.push((1010, closed(0, ANE, CloseReason::Served)));
    let (mut once, mut twice) = (RollUp::default(), RollUp::default());
    for (s, event) in &events {
        let expected = once.fold([(at(*s), event)], &mut yard);
        once.keep();
        let before = twice.clone();
        drop(twice.fold([(at(*s), event)], &mut yard));
        twice.undo();
        assert_eq!(twice, before);
        assert_eq!(twice.fold([(at(*s), event)], &mut yard), expected);
        twice.keep();
    }
    assert_eq!(once, twice);
}

fn of(sums: &Sums, quantities: &[Quantity]) -> Vec<i64> {
    let value = |quantity: &Quantity| match quantity.kind() {
        crate::Kind::Count => sums.get(*quantity),
        crate::Kind::Time => sums.get(*quantity) / SECOND_US,
    };
    quantities.iter().map(value).collect()
}

#[test]
fn a_callback_is_neither_answered_nor_abandoned_until_the_citizen_is_reached() {
    let mut events = vec![(0, signed_in(ANE, Activity::Phone))];
    let asked = |n| Event::CallbackAsked {
        contact: contact(n),
        from: at(0),
        until: at(9000),
    };
    for n in [0, 1] {
        events.extend(came(n, Channel::Voice, FIRST, 0));
        events.push((40, asked(n)));
    }
    let offer = |n| Event::OfferMade {
        offer: OfferId::new(n, 1),
        contact: contact(n),
        adviser: ANE,
        expires: Timestamp::NEVER,
        why: NO_WHY,
    };
    events.push((500, offer(0)));
    let answered = Event::CallbackAnswered {
        contact: contact(0),
        adviser: ANE,
    };
    events.push((520, answered));
    events.push((620, ended(0, ANE)));
    events.push((620, closed(0, ANE, CloseReason::Served)));
    events.push((700, offer(1)));
    let missed = Event::CallbackMissed {
        contact: contact(1),
        adviser: ANE,
        cause: linje_event::FailCause::NoAnswer,
        retry_at: Timestamp::NEVER,
    };
    events.push((730, missed));
    events.push((730, closed(1, AdviserId::NONE, CloseReason::NotReached)));
    events.push((800, Event::AdviserSignedOut { adviser: ANE }));
    let sums = total(&fold(&events), |_| true);
    let wanted = [
        Quantity::Offered,
        Quantity::Callbacks,
        Quantity::CallbacksWithin,
        Quantity::CallbacksReached,
        Quantity::Answered,
        Quantity::Abandoned,
        Quantity::WaitCallback,
        Quantity::WaitReached,
        Quantity::Talk,
        Quantity::Served,
        Quantity::Busy,
    ];
    assert_eq!(
        of(&sums, &wanted),
        [2, 2, 2, 1, 0, 0, 80, 520, 100, 1, 120 + 30]
    );
    assert_eq!(sums.waits(Waits::All), [40.0, 40.0]);
}

#[test]
fn a_question_to_an_expert_is_no_contact_of_a_citizen() {
    let mut events = vec![
        (0, signed_in(ANE, Activity::Phone)),
        (0, signed_in(BO, Activity::Phone)),
    ];
    events.extend(came(0, Channel::Voice, FIRST, 0));
    events.push((0, assigned(0, ANE)));
    let started = Event::ConsultStarted {
        contact: contact(0),
        consult: contact(1),
        adviser: ANE,
        queue: SECOND,
    };
    events.push((100, started));
    events.push((100, queued(1, SECOND, 100)));
    events.push((110, assigned(1, BO)));
    let consult_ended = |outcome| Event::ConsultEnded {
        contact: contact(0),
        consult: contact(1),
        outcome,
    };
    let mut handed = events.clone();
    // Taken back: the adviser goes on with the citizen.
    events.push((160, consult_ended(linje_event::ConsultOutcome::TakenBack)));
    events.push((160, ended(1, BO)));
    events.push((160, closed(1, BO, CloseReason::Served)));
    events.push((200, ended(0, ANE)));
    events.push((200, closed(0, ANE, CloseReason::Served)));
    let wanted = [
        Quantity::Offered,
        Quantity::Answered,
        Quantity::Ended,
        Quantity::Transfers,
        Quantity::ServedByFirst,
        Quantity::Served,
        Quantity::Consults,
        Quantity::ConsultTalk,
        Quantity::Talk,
        Quantity::Hold,
    ];
    let sums = total(&fold(&events), |_| true);
    assert_eq!(of(&sums, &wanted), [1, 1, 1, 0, 1, 1, 1, 50, 140, 60]);
    // Handed over: the expert has the citizen, the first adviser is free.
    handed.push((160, closed(1, BO, CloseReason::HandedOver)));
    let over = Event::ContactHandedOver {
        contact: contact(0),
        from: ANE,
        to: BO,
        queue: SECOND,
    };
    handed.push((160, over));
    handed.push((160, consult_ended(linje_event::ConsultOutcome::HandedOver)));
    handed.push((200, ended(0, BO)));
    handed.push((200, closed(0, BO, CloseReason::Served)));
    handed.push((300, Event::AdviserSignedOut { adviser: ANE }));
    let cells = fold(&handed);
    let sums = total(&cells, |_| true);
    assert_eq!(of(&sums, &wanted), [1, 1, 2, 1, 0, 1, 1, 50, 140, 60]);
    let first = total(&cells, |key| key.unit == NORTH);
    assert_eq!(of(&first, &[Quantity::Busy, Quantity::Idle]), [160, 140]);
}

#[test]
fn work_laid_aside_weighs_nothing_and_is_not_talk() {
    let mut events = vec![(0, signed_in(ANE, Activity::Tasks))];
    events.extend(came(0, Channel::Task, FIRST, 0));
    events.push((0, assigned(0, ANE)));
    let aside = Event::ContactSetAside {
        contact: contact(0),
        adviser: ANE,
    };
    let taken_up = Event::ContactTakenUp {
        contact: contact(0),
        adviser: ANE,
    };
    events.push((100, aside));
    events.push((300, taken_up));
    events.push((350, ended(0, ANE)));
    events.push((350, closed(0, ANE, CloseReason::Served)));
    events.push((400, Event::AdviserSignedOut { adviser: ANE }));
    let sums = total(&fold(&events), |_| true);
    let wanted = [
        Quantity::Talk,
        Quantity::Busy,
        Quantity::Idle,
        Quantity::Load,
    ];
    assert_eq!(of(&sums, &wanted), [150, 150, 250, 150]);
}

#[test]
fn who_overflows_before_an_answer_has_flowed_out_once() {
    let mut events = vec![(0, signed_in(ANE, Activity::Phone))];
    events.extend(came(0, Channel::Voice, FIRST, 0));
    for (s, from, queue) in [(60, FIRST, SECOND), (90, SECOND, FIRST)] {
        let overflowed = Event::ContactOverflowed {
            contact: contact(0),
            from,
            queue,
        };
        events.push((s, overflowed));
    }
    events.push((100, assigned(0, ANE)));
    let cells = fold(&events);
    let first = total(&cells, |key| key.queue == FIRST);
    let wanted = [Quantity::Offered, Quantity::FlowedOut, Quantity::Answered];
    assert_eq!(of(&first, &wanted), [1, 1, 1]);
}
