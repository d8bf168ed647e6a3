//! The documented routing of two vendors, and the named queues of the national contact centre, as centre
//! descriptions that the core runs: who is offered a contact, and when.

use std::sync::Arc;

use expect_test::{Expect, expect};
use linje_centre::{Centre, Extra, examine, render, routing_rules, staff};
use linje_event::{Command, Effect, Entry, Event, Needs, Output};
use linje_routing::{State, Tables};
use linje_types::{
    Activity, AdviserId, Channel, Clearance, ContactId, Language, OfferId, Origin, QueueId,
    SECOND_US, Timestamp, TopicId,
};

const GENESYS: &str = include_str!("../../../centres/examples/genesys-bullseye.toml");
const AMAZON: &str = include_str!("../../../centres/examples/amazon-connect-steps.toml");
const NKS: &str = include_str!("../../../centres/examples/nks-queues.toml");
const START: Timestamp = Timestamp(1_000_000 * SECOND_US);

/// A centre whose advisers let go of everything that they are offered, if told so.
struct Day {
    centre: Centre,
    state: State,
    now: Timestamp,
    /// When, which contact, to whom.
    offers: Vec<(i64, ContactId, AdviserId, OfferId)>,
}

impl Output for Day {
    const WHY: bool = false;

    fn event(&mut self, event: &Event) {
        if let Event::OfferMade { offer, .. } = event {
            let at = self.now.since_us(START) / SECOND_US;
            let contact = event.contact().expect("an offer is of a contact");
            let adviser = event.adviser().expect("an offer is to somebody");
            self.offers.push((at, contact, adviser, *offer));
        }
    }

    fn effect(&mut self, _effect: Effect) {}
}

impl Day {
    fn new(text: &str) -> Day {
        let (centre, faults) = examine(text);
        assert_eq!(render(&faults, "example.toml"), "");
        let centre = centre.expect("a description without faults is a centre");
        let rules = routing_rules(&centre, &Extra::default());
        let tables = Arc::new(Tables::new(&rules).expect("rules that the core accepts"));
        Day {
            centre,
            state: State::new(tables),
            now: START,
            offers: Vec::new(),
        }
    }

    fn run(&mut self, command: &Command) {
        let mut state = self.state.clone();
        state
            .handle(command, self.now, self)
            .expect("a command that makes sense");
        state.check().expect("every invariant");
        self.state = state;
    }

    /// Goes on to `s` seconds after the start, firing what is due on the way.
    fn at(&mut self, s: i64) {
        let until = START.plus_s(s);
        while self.state.next_deadline() <= until {
            self.now = self.state.next_deadline().max(self.now);
            self.run(&Command::Tick);
        }
        self.now = until;
    }

    fn sign_in(&mut self, adviser: AdviserId) {
        let activity = Activity::Phone;
        self.run(&Command::SignIn { adviser, activity });
    }

    fn arrive(&mut self, queue: QueueId, language: Language, needs: Needs) -> ContactId {
        let contact = self.state.next_contact();
        self.run(&Command::Arrive {
            contact,
            channel: Channel::Voice,
            topic: TopicId::NONE,
            origin: Origin::Synthetic,
            language,
            entry: Entry::Queue {
                queue,
                class: 0,
                place: Timestamp::NEVER,
                needs,
            },
        });
        contact
    }

    /// Each adviser who is offered the contact declines it, and the next is asked when a ring has them.
    fn everybody_declines(&mut self, last_s: i64) {
        for s in 0..=last_s {
            self.at(s);
            while let Some((_, _, adviser, offer)) = self.offers.last().copied() {
                let before = self.offers.len();
                let is_open =
                    |state: &State| state.contacts().any(|contact| contact.offer == Some(offer));
                if is_open(&self.state) {
                    self.run(&Command::Decline { offer, adviser });
                }
                if self.offers.len() == before {
                    break;
                }
            }
        }
    }

    /// The offers as text: when, and the unit of the adviser.
    fn shown(&self) -> String {
        let staff = staff(&self.centre, &Extra::default());
        let mut text = String::new();
        for (at, _, adviser, _) in &self.offers {
            let unit = staff[adviser.idx()].unit;
            let name = &self.centre.units[unit.idx()].name.nb;
            text.push_str(&format!("{at} s: {name}\n"));
        }
        text
    }
}

fn everybody(day: &mut Day) {
    let count = u32::from(day.centre.people.count);
    for adviser in (0..count).map(AdviserId) {
        day.sign_in(adviser);
    }
}

/// Signs everybody in and lets one contact go from hand to hand.
fn declined_by_all(text: &str, needs: Needs, expected: &Expect) {
    let mut day = Day::new(text);
    everybody(&mut day);
    day.arrive(QueueId(0), Language::Nb, needs);
    day.everybody_declines(200);
    expected.assert_eq(&day.shown());
}

/// Only the advisers from number `first` are there: when does which of them get the contact?
fn first_offer(text: &str, first: u32) -> (i64, AdviserId) {
    let mut day = Day::new(text);
    let count = u32::from(day.centre.people.count);
    for adviser in (first..count).map(AdviserId) {
        day.sign_in(adviser);
    }
    day.arrive(QueueId(0), Language::Nb, Needs::NONE);
    day.at(300);
    let (at, _, adviser, _) = day.offers[0];
    (at, adviser)
}

#[test]
fn six_rings_take_skills_away_one_by_one() {
    declined_by_all(
        GENESYS,
        Needs::NONE,
        &expect![[r#"
            0 s: Ring 1
            10 s: Ring 2
            25 s: Ring 3
            45 s: Ring 4
            70 s: Ring 5
            100 s: Ring 6
        "#]],
    );
}

#[test]
fn whoever_is_free_gets_it_when_their_ring_begins() {
    let begins = [0, 10, 25, 45, 70, 100];
    for (first, begins) in (0..).zip(begins) {
        assert_eq!(first_offer(GENESYS, first), (begins, AdviserId(first)));
    }
}

#[test]
fn steps_expire_and_levels_are_joined_by_and_and_or() {
    declined_by_all(
        AMAZON,
        Needs::NONE,
        &expect![[r#"
            0 s: Engelsk og Kinesis
            0 s: Engelsk og Kinesis
            30 s: Kinesis, litt engelsk
            30 s: Redshift, litt engelsk
            50 s: Nesten nok
            50 s: Engelsk uten teknikk
            75 s: Bare køen
        "#]],
    );
}

#[test]
fn a_named_adviser_is_the_step_before_all_others() {
    // Two meet the first step; the one idle longest is asked, unless the contact names the other.
    for (named, asked) in [(AdviserId::NONE, 1), (AdviserId(0), 0)] {
        let mut day = Day::new(AMAZON);
        day.sign_in(AdviserId(1));
        day.at(1);
        day.sign_in(AdviserId(0));
        let needs = Needs {
            named,
            ..Needs::NONE
        };
        day.arrive(QueueId(0), Language::Nb, needs);
        assert_eq!(day.offers[0].2, AdviserId(asked));
    }
}

#[test]
fn the_twin_of_each_queue_is_a_rule() {
    let centre = Day::new(NKS).centre;
    // 57 rows of the real list less 21 twins.
    assert_eq!(centre.queues.len(), 36);
    let queues = u16::try_from(centre.queues.len()).expect("few");
    let staff = staff(&centre, &Extra::default());
    let shielded = |adviser: usize| staff[adviser].clearance.covers(Clearance::SHIELDED);
    assert_eq!([0, 1, 2, 3].map(shielded), [false, false, true, true]);
    for queue in (0..queues).map(QueueId) {
        let id = &centre.queue(queue).id;
        let language = centre.queue(queue).languages[0];
        let mut day = Day::new(NKS);
        let needs = Needs {
            clearance: Clearance::SHIELDED,
            ..Needs::NONE
        };
        let employee = day.arrive(queue, language, needs);
        day.at(10);
        let other = day.arrive(queue, language, Needs::NONE);
        // Two who are not cleared: only the ordinary caller is answered, though the employee came first.
        day.at(20);
        day.sign_in(AdviserId(0));
        day.sign_in(AdviserId(1));
        day.at(60);
        let offered: Vec<(ContactId, AdviserId)> =
            day.offers.iter().map(|offer| (offer.1, offer.2)).collect();
        assert!(offered.iter().all(|(contact, _)| *contact == other), "{id}");
        assert!(!offered.is_empty(), "{id}");
        // One who is cleared: the employee has kept the place, and goes first.
        let before = day.offers.len();
        day.sign_in(AdviserId(2));
        let (at, contact, adviser, _) = day.offers[before];
        assert_eq!((at, contact, adviser), (60, employee, AdviserId(2)), "{id}");
    }
}

#[test]
fn what_must_be_forgotten_is_marked() {
    let centre = Day::new(NKS).centre;
    let forgotten: Vec<&str> = centre
        .queues
        .iter()
        .filter(|queue| queue.no_log)
        .map(|queue| queue.id.as_str())
        .collect();
    assert_eq!(forgotten, ["sosiale-tjenester", "gjeldsveiledning"]);
}
