//! A storm: more is due at one moment than one tick fires. Engine and reference fire the same.

use std::sync::Arc;

use linje_event::{Command, Effect, Entry, Event, Output};
use linje_routing::{AdviserRule, QueueRule, Rules, State, TICK_MAX, Tables};
use linje_testkit::reference::{FIRED_PER_TICK, Reference};
use linje_types::{
    Activity, AdviserId, Channel, Channels, Language, Origin, Origins, QueueId, SECOND_US,
    Timestamp, TopicId, UnitId,
};

const START: Timestamp = Timestamp(1_800_000_000 * SECOND_US);

#[derive(Default)]
struct Events(Vec<Event>);

impl Output for Events {
    const WHY: bool = true;

    fn event(&mut self, event: &Event) {
        self.0.push(*event);
    }

    fn effect(&mut self, _effect: Effect) {}
}

struct Pair {
    state: State,
    reference: Reference,
}

impl Pair {
    fn both(&mut self, command: &Command, now: Timestamp) -> Vec<Event> {
        let next_contact = self.state.next_contact();
        let mut out = Events::default();
        self.state.handle(command, now, &mut out).expect("accepted");
        let expected = self.reference.handle(command, now, next_contact);
        assert_eq!(Ok(&out.0), expected.as_ref());
        self.state.check().expect("an invariant");
        out.0
    }

    fn arrive(&mut self, now: Timestamp) -> Vec<Event> {
        let arrive = Command::Arrive {
            contact: self.state.next_contact(),
            channel: Channel::Voice,
            topic: TopicId::NONE,
            origin: Origin::Live,
            language: Language::Nb,
            entry: Entry::Queue {
                queue: QueueId(0),
                class: 0,
                place: Timestamp::NEVER,
                needs: linje_event::Needs::NONE,
            },
        };
        self.both(&arrive, now)
    }
}

/// `n_advisers` phones ring for as many callers, and nobody answers.
fn ringing(n_advisers: u32) -> Pair {
    let rules = Rules {
        queues: vec![QueueRule {
            ring_us: 20 * SECOND_US,
            max_waiting: 1000,
            ..QueueRule::default()
        }],
        advisers: vec![
            AdviserRule {
                unit: UnitId(0),
                skills: Vec::new(),
                origins: Origins::LIVE,
                groups: Vec::new(),
                clearance: linje_types::Clearance::NONE,
                channels: Channels(15),
            };
            n_advisers as usize
        ],
        ..Rules::empty()
    };
    let tables = Arc::new(Tables::new(&rules).expect("rules"));
    let mut pair = Pair {
        state: State::new(tables),
        reference: Reference::new(&rules),
    };
    for adviser in (0..n_advisers).map(AdviserId) {
        let activity = Activity::Phone;
        pair.both(&Command::SignIn { adviser, activity }, START);
        pair.arrive(START);
    }
    pair
}

#[test]
fn a_tick_fires_a_bounded_number_and_the_next_one_the_rest() {
    assert_eq!(TICK_MAX, FIRED_PER_TICK);
    let mut pair = ringing(300);
    let due = START.plus_s(20);
    assert_eq!(pair.state.next_deadline(), due);
    assert_eq!(pair.both(&Command::Tick, due).len(), TICK_MAX);
    assert_eq!(pair.state.next_deadline(), due, "44 are still due");
    assert_eq!(pair.both(&Command::Tick, due).len(), 300 - TICK_MAX);
    assert_eq!(pair.state.next_deadline(), due.plus_s(30), "the bars");
    assert_eq!(pair.state.waiting(QueueId(0)), 300);
}

#[test]
fn between_two_ticks_of_a_storm_other_commands_see_an_ordered_house() {
    let mut pair = ringing(300);
    let due = START.plus_s(20);
    pair.both(&Command::Tick, due);
    let choose = Command::Choose {
        adviser: AdviserId(3),
        activity: Activity::Phone,
    };
    let events = pair.both(&choose, due);
    assert_eq!(
        events.len(),
        2,
        "the first in line whom they did not let go"
    );
    pair.both(&Command::Tick, due);
    pair.arrive(due);
}
