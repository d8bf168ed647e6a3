//! A callback keeps its place: a thousand who wait on the line and a thousand who will be rung are served in
//! the order in which they came, and nobody is rung twice at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use linje_event::{CloseReason, Command, Effect, Entry, Event, FailCause, Needs, Output};
use linje_routing::{AdviserRule, QueueRule, Rules, State, Tables};
use linje_testkit::dice::Dice;
use linje_types::{
    Activity, AdviserId, Channel, Channels, Clearance, ContactId, Language, Origin, Origins,
    QueueId, SECOND_US, Timestamp, TopicId, UnitId,
};

const START: Timestamp = Timestamp(1_800_000_000 * SECOND_US);
const EACH: usize = 1_000;
const ADVISERS: u32 = 20;

#[derive(Default)]
struct Heard {
    events: Vec<Event>,
    effects: Vec<Effect>,
}

impl Output for Heard {
    const WHY: bool = false;

    fn event(&mut self, event: &Event) {
        self.events.push(*event);
    }

    fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }
}

struct House {
    state: State,
    now: Timestamp,
    /// In the order in which somebody was found for them first.
    served: Vec<ContactId>,
    /// Who is being rung, and which attempt.
    dials: BTreeMap<ContactId, u8>,
    n_dials: usize,
}

impl House {
    fn run(&mut self, command: Command) -> Vec<Event> {
        let mut heard = Heard::default();
        let done = self.state.handle(&command, self.now, &mut heard);
        done.unwrap_or_else(|refusal| panic!("{command:?}: {refusal:?}"));
        for event in &heard.events {
            if let Event::OfferMade { contact, .. } = *event
                && !self.served.contains(&contact)
            {
                self.served.push(contact);
            }
        }
        for effect in heard.effects {
            if let Effect::Dial {
                contact, attempt, ..
            } = effect
            {
                self.n_dials += 1;
                let before = self.dials.insert(contact, attempt);
                assert_eq!(before, None, "{contact:?} is rung twice at once");
            }
            if let Effect::StopDial { contact, .. } = effect {
                assert!(self.dials.remove(&contact).is_some());
            }
        }
        heard.events
    }

    fn at(&mut self, now: Timestamp) {
        while self.state.next_deadline() <= now {
            self.now = self.now.max(self.state.next_deadline());
            self.run(Command::Tick);
        }
        self.now = now;
    }

    fn arrive(&mut self) -> ContactId {
        let contact = self.state.next_contact();
        self.run(Command::Arrive {
            contact,
            channel: Channel::Voice,
            topic: TopicId::NONE,
            origin: Origin::Live,
            language: Language::Nb,
            entry: Entry::Queue {
                queue: QueueId(0),
                class: 0,
                place: Timestamp::NEVER,
                needs: Needs::NONE,
            },
        });
        contact
    }
}

fn house() -> House {
    let rules = Rules {
        queues: vec![QueueRule {
            ring_us: 20 * SECOND_US,
            max_waiting: u32::MAX,
            ..QueueRule::default()
        }],
        advisers: vec![
            AdviserRule {
                unit: UnitId(0),
                skills: Vec::new(),
                origins: Origins::LIVE,
                groups: Vec::new(),
                clearance: Clearance::NONE,
                channels: Channels(15),
            };
            ADVISERS as usize
        ],
        ..Rules::empty()
    };
    House {
        state: State::new(Arc::new(Tables::new(&rules).expect("rules"))),
        now: START,
        served: Vec::new(),
        dials: BTreeMap::new(),
        n_dials: 0,
    }
}

/// What the phones do: answer the offer, ring the citizen, talk, hang up.
fn work(house: &mut House, dice: &mut Dice) {
    for adviser in (0..ADVISERS).map(AdviserId) {
        for contact in house.state.contacts_of(adviser) {
            let view = house.state.contact(contact).expect("open");
            if let Some(offer) = view.offer {
                house.run(Command::Accept { offer, adviser });
            } else if let Some(attempt) = house.dials.get(&contact).copied() {
                let failed = dice.chance(20).then_some(FailCause::Busy);
                if failed.is_none() {
                    house.dials.remove(&contact);
                }
                let dialled = Command::Dialled {
                    contact,
                    attempt,
                    failed,
                };
                house.run(dialled);
                let again = house
                    .state
                    .handle(&dialled, house.now, &mut Heard::default());
                assert!(again.is_err(), "a doubled answer changes nothing");
            } else if dice.chance(50) {
                house.run(Command::End { contact, adviser });
            }
        }
    }
}

#[test]
fn a_thousand_callbacks_among_a_thousand_callers_keep_their_order_and_are_rung_once() {
    let mut house = house();
    let mut dice = Dice::new(7);
    let mut came = Vec::new();
    let mut callbacks = 0;
    let mut waiting = 0;
    while callbacks < EACH || waiting < EACH {
        house.at(house.now.plus_us(dice.within(0, SECOND_US)));
        let contact = house.arrive();
        came.push(contact);
        let rung = waiting >= EACH || callbacks < EACH && dice.chance(50);
        if rung {
            callbacks += 1;
            house.run(Command::AskCallback {
                contact,
                from: house.now,
                until: house.now.plus_s(48 * 3600),
            });
        } else {
            waiting += 1;
        }
    }
    for adviser in (0..ADVISERS).map(AdviserId) {
        house.run(Command::SignIn {
            adviser,
            activity: Activity::Phone,
        });
    }
    for _ in 0..100_000 {
        if house.state.n_open() == 0 {
            break;
        }
        house.at(house.now.plus_us(dice.within(1, 5 * SECOND_US)));
        work(&mut house, &mut dice);
    }
    assert_eq!(
        house.state.n_open(),
        0,
        "everybody was helped, or could not be reached"
    );
    assert!(house.dials.is_empty());
    assert!(house.n_dials >= EACH, "{} dials", house.n_dials);
    assert_eq!(house.served, came, "in the order in which they came");
}

/// Why a contact was closed, if one was.
fn closed(events: &[Event]) -> Option<CloseReason> {
    events.iter().find_map(|event| {
        if let Event::ContactClosed { reason, .. } = event {
            Some(*reason)
        } else {
            None
        }
    })
}

/// A line out that is away is our fault: no attempt at the citizen, longer and longer pauses, and an end.
#[test]
fn while_the_line_out_is_away_nobody_is_blamed_and_the_pauses_grow_until_the_promise_runs_out() {
    let mut house = house();
    let contact = house.arrive();
    let until = house.now.plus_s(24 * 3600);
    house.run(Command::AskCallback {
        contact,
        from: house.now,
        until,
    });
    house.run(Command::SignIn {
        adviser: AdviserId(0),
        activity: Activity::Phone,
    });
    let mut pauses = Vec::new();
    let reason = loop {
        let view = house.state.contact(contact).expect("still promised");
        if let Some(offer) = view.offer {
            let adviser = view.adviser;
            house.run(Command::Accept { offer, adviser });
            let events = house.run(Command::Dialled {
                contact,
                attempt: house.dials[&contact],
                failed: Some(FailCause::BridgeFailed),
            });
            if let Some(reason) = closed(&events) {
                break reason;
            }
        }
        let view = house.state.contact(contact).expect("still promised");
        let due = view.deadline.expect("it is tried again");
        assert!(due <= until, "not after the promise");
        pauses.push(due.since_us(house.now) / (60 * SECOND_US));
        assert!(pauses.len() < 50, "it has an end");
        house.at(due);
    };
    assert_eq!(pauses.first_chunk(), Some(&[10, 20, 40, 80, 120, 120]));
    assert_eq!((reason, house.now), (CloseReason::Fault, until));
    assert_eq!(house.state.n_open(), 0);
}

/// The citizen has as many attempts as the rule says, however often our own line failed between them.
#[test]
fn attempts_that_never_left_us_take_none_from_the_citizen() {
    let mut house = house();
    let contact = house.arrive();
    house.run(Command::AskCallback {
        contact,
        from: house.now,
        until: house.now.plus_s(48 * 3600),
    });
    house.run(Command::SignIn {
        adviser: AdviserId(0),
        activity: Activity::Phone,
    });
    let causes = [
        FailCause::BridgeFailed,
        FailCause::NoAnswer,
        FailCause::BridgeFailed,
        FailCause::Busy,
        FailCause::BridgeFailed,
        FailCause::NoAnswer,
    ];
    let mut reasons = Vec::new();
    for cause in causes {
        let view = house.state.contact(contact).expect("an attempt is left");
        let (Some(offer), adviser) = (view.offer, view.adviser) else {
            panic!("{view:?}");
        };
        house.run(Command::Accept { offer, adviser });
        let events = house.run(Command::Dialled {
            contact,
            attempt: house.dials[&contact],
            failed: Some(cause),
        });
        reasons.extend(closed(&events));
        if let Some(view) = house.state.contact(contact) {
            let due = view.deadline.expect("it is tried again");
            house.at(due);
        }
    }
    assert_eq!(reasons, [CloseReason::NotReached], "three of three");
}
