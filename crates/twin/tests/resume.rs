//! After a crash the population goes on with whoever is there, and the days go on as they would have.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod common;

use linje_centre::{Centre, Extra, routing_rules};
use linje_event::{Command, Effect, Event, Output};
use linje_routing::{AdviserState, ContactState, Rules, State};
use linje_twin::{Ask, Citizen, Nothing, Population, Profile, Sink, profile_from, simulate};
use linje_types::{
    Activity, AdviserId, Channel, ContactId, Language, OfferId, Origin, QueueId, Timestamp, TopicId,
};

use common::{Tally, empty_state, monday};

const SEED: u64 = 11;

fn national(phones: usize) -> (Profile, Rules) {
    let text = include_str!("../../../centres/national-2015.toml");
    let centre = Centre::parse(text).unwrap();
    let extra = Extra {
        phones,
        automatic: true,
    };
    (profile_from(&centre), routing_rules(&centre, &extra))
}

/// When citizens came.
#[derive(Default)]
struct Came(Vec<Timestamp>);

impl Sink for Came {
    const WHY: bool = false;

    fn event(&mut self, at: Timestamp, event: &Event) {
        if matches!(event, Event::ContactArrived { .. }) {
            self.0.push(at);
        }
    }
}

#[test]
fn the_same_citizens_come_after_a_crash_and_nobody_is_stuck() {
    let (profile, rules) = national(0);
    let mut state = empty_state(&rules);
    let mut population = Population::new(profile.clone(), &rules, SEED, monday(8, 0)).unwrap();
    simulate(&mut state, &mut population, monday(10, 20), &mut Nothing);
    let open = state.contacts().count();
    assert!(open > 300, "{open} open");
    let mut crashed = state.clone();
    let mut resumed = Population::resume(profile, &rules, SEED, &crashed, monday(10, 20)).unwrap();

    let (mut as_it_was, mut as_it_is) = (Came::default(), Came::default());
    simulate(&mut state, &mut population, monday(23, 0), &mut as_it_was);
    let ran = simulate(&mut crashed, &mut resumed, monday(23, 0), &mut as_it_is);
    assert_eq!(as_it_was.0, as_it_is.0);
    assert!(as_it_is.0.len() > 10_000);
    assert_eq!(ran.refused, 0);
    crashed.check().unwrap();
    let open = crashed.contacts().filter(|view| {
        matches!(view.channel, Channel::Voice | Channel::Chat) || view.state != ContactState::Queued
    });
    assert_eq!(open.count(), 0);
    let there = (0..crashed.n_advisers())
        .filter_map(|number| crashed.adviser(AdviserId(u32::try_from(number).unwrap())))
        .filter(|view| view.signed_in);
    assert_eq!(there.count(), 0);
}

/// The shell in small: commands of the population reach the core late, events reach the population
/// later still, and now and then the log is busy.
struct Shell {
    state: State,
    population: Population,
    events: Vec<(Timestamp, Event)>,
    busy: u64,
    late: Vec<(Citizen, ContactId)>,
}

struct Keep<'a>(&'a mut Vec<(Timestamp, Event)>, Timestamp);

impl Output for Keep<'_> {
    const WHY: bool = true;

    fn event(&mut self, event: &Event) {
        self.0.push((self.1, *event));
    }

    fn effect(&mut self, _effect: Effect) {}
}

impl Shell {
    fn handle(&mut self, command: &Command, now: Timestamp) -> bool {
        let mut keep = Keep(&mut self.events, now);
        self.state.handle(command, now, &mut keep).is_ok()
    }

    fn submit(&mut self, ask: Ask, now: Timestamp) {
        self.busy += 1;
        if self.busy.is_multiple_of(97) {
            self.population.postponed(&ask, now);
            return;
        }
        let mut command = ask.command;
        if let (Some(citizen), Command::Arrive { contact, .. }) = (ask.citizen, &mut command) {
            *contact = self.state.next_contact();
            // Replies come before the events are told, or after.
            if self.busy.is_multiple_of(2) {
                self.late.push((citizen, *contact));
            } else {
                self.population.arrived(citizen, *contact, now);
            }
        }
        self.handle(&command, now);
    }

    fn turn(&mut self, now: Timestamp) {
        while self.state.next_deadline() <= now {
            self.handle(&Command::Tick, now);
        }
        let mut asks = Vec::new();
        self.population.due(now, &mut asks);
        for ask in asks {
            self.submit(ask, now);
        }
        for (at, event) in std::mem::take(&mut self.events) {
            self.population.observe(at, &event);
        }
        for (citizen, contact) in std::mem::take(&mut self.late) {
            self.population.arrived(citizen, contact, now);
        }
    }
}

#[test]
fn a_slow_and_sometimes_busy_shell_leaves_nobody_behind() {
    let (profile, rules) = national(3);
    let start = monday(12, 0);
    let mut shell = Shell {
        state: empty_state(&rules),
        population: Population::new(profile, &rules, SEED, start).unwrap(),
        events: Vec::new(),
        busy: 0,
        late: Vec::new(),
    };
    // A turn each 200 ms, as a live service under load.
    let mut now = start;
    while now < monday(18, 0) {
        now = now.plus_us(200_000);
        shell.turn(now);
        if now == start.plus_s(10) {
            let ready = (0..shell.state.n_advisers())
                .filter_map(|number| {
                    shell
                        .state
                        .adviser(AdviserId(u32::try_from(number).unwrap()))
                })
                .filter(|view| view.state != AdviserState::SignedOut);
            assert!(
                ready.count() > 400,
                "a population that begins at noon is at work at once"
            );
        }
    }
    shell.state.check().unwrap();
    let left: Vec<_> = shell
        .state
        .contacts()
        .filter(|view| matches!(view.channel, Channel::Voice | Channel::Chat))
        .collect();
    assert!(
        left.is_empty(),
        "{} left, first {:?}",
        left.len(),
        left.first()
    );
    let there: Vec<_> = (0..shell.state.n_advisers())
        .filter_map(|number| {
            shell
                .state
                .adviser(AdviserId(u32::try_from(number).unwrap()))
        })
        .filter(|view| view.signed_in)
        .collect();
    assert!(
        there.is_empty(),
        "{} there, first {:?}",
        there.len(),
        there.first()
    );
}

#[test]
fn real_people_are_left_alone() {
    let (profile, rules) = national(2);
    let demo = AdviserId(u32::try_from(rules.advisers.len() - 1).unwrap());
    let mut state = empty_state(&rules);
    let mut population = Population::new(profile, &rules, SEED, monday(8, 0)).unwrap();
    let mut tally = Tally::default();
    simulate(&mut state, &mut population, monday(10, 0), &mut tally);
    let live = state.next_contact();
    let mut shell = Shell {
        state,
        population,
        events: Vec::new(),
        busy: 0,
        late: Vec::new(),
    };
    let now = monday(10, 0);
    shell.handle(
        &Command::SignIn {
            adviser: demo,
            activity: Activity::Phone,
        },
        now,
    );
    shell.handle(&arrival(live), now);
    let offer = shell.state.contact(live).unwrap().offer.unwrap();
    shell.handle(
        &Command::Accept {
            offer,
            adviser: demo,
        },
        now,
    );
    let mut events = std::mem::take(&mut shell.events);
    events.retain(|(at, _)| *at == now);
    for (at, event) in events {
        shell.population.observe(at, &event);
    }
    simulate(
        &mut shell.state,
        &mut shell.population,
        monday(23, 0),
        &mut tally,
    );
    let view = shell.state.contact(live).unwrap();
    assert_eq!(
        (view.state, view.adviser),
        (ContactState::Active, demo),
        "the real call goes on"
    );
    assert!(shell.state.adviser(demo).unwrap().signed_in);
    assert_eq!(
        shell
            .state
            .contacts()
            .filter(|view| view.channel == Channel::Voice)
            .count(),
        1
    );
}

fn arrival(contact: ContactId) -> Command {
    Command::Arrive {
        contact,
        channel: Channel::Voice,
        topic: TopicId::NONE,
        origin: Origin::Live,
        language: Language::Nb,
        entry: linje_event::Entry::Queue {
            queue: QueueId(1),
            class: 0,
            place: Timestamp::NEVER,
            needs: linje_event::Needs::NONE,
        },
    }
}

#[test]
fn a_made_up_citizen_helped_by_a_real_adviser_hangs_up_in_the_end() {
    let (profile, rules) = national(1);
    let demo = AdviserId(u32::try_from(rules.advisers.len() - 1).unwrap());
    let now = monday(9, 30);
    let mut shell = Shell {
        state: empty_state(&rules),
        population: Population::new(profile, &rules, SEED, now).unwrap(),
        events: Vec::new(),
        busy: 0,
        late: Vec::new(),
    };
    shell.handle(
        &Command::SignIn {
            adviser: demo,
            activity: Activity::Phone,
        },
        now,
    );
    let both = linje_types::Origins::BOTH;
    shell.handle(
        &Command::Meet {
            adviser: demo,
            origins: both,
        },
        now,
    );
    // The advisers of the population stay at home in this test: their commands are dropped.
    let (mut answered, mut finished): (Option<OfferId>, bool) = (None, false);
    let mut at = now;
    while at < now.plus_s(4 * 3_600) && !finished {
        at = at.plus_s(1);
        while shell.state.next_deadline() <= at {
            shell.handle(&Command::Tick, at);
        }
        let mut asks = Vec::new();
        shell.population.due(at, &mut asks);
        for ask in asks {
            let of_adviser = matches!(ask.command, Command::SignIn { .. });
            if !of_adviser {
                shell.submit(ask, at);
            }
        }
        for (at, event) in std::mem::take(&mut shell.events) {
            shell.population.observe(at, &event);
            #[expect(clippy::wildcard_enum_match_arm, reason = "two kinds matter")]
            match event {
                Event::OfferMade { offer, adviser, .. }
                    if adviser == demo && answered.is_none() =>
                {
                    answered = Some(offer);
                }
                Event::ContactEnded { adviser, by, .. } if adviser == demo => {
                    assert_eq!(by, linje_event::By::Citizen);
                    finished = true;
                }
                _ => {}
            }
        }
        if let Some(offer) = answered {
            shell.handle(
                &Command::Accept {
                    offer,
                    adviser: demo,
                },
                at,
            );
        }
    }
    assert!(finished);
}
