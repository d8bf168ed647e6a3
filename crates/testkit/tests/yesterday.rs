//! Random days lived again: what the log says comes out once more, to the bit, whatever happened in it.
//!
//! The process that lives them wakes late, as a real one does: a deadline fires somewhere between its
//! moment and the next command.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::collections::BTreeMap;
use std::sync::Arc;

use linje_event::{
    CloseReason, Command, ConsultAction, Effect, Entry, Event, FailCause, Needs, Output,
    WrapUpAction,
};
use linje_routing::{
    AdviserRule, CallbackRule, Class, Condition, ContactState, ContactView, Overflow, QueueRule,
    Requirement, Ring, Rules, State, Tables,
};
use linje_testkit::dice::Dice;
use linje_twin::Sink;
use linje_twin::yesterday::{Change, Recorded, rerun, rerun_into, rerun_unchanged};
use linje_types::{
    Activity, AdviserId, Channel, Channels, Clearance, ContactId, Language, Origin, Origins,
    PlanId, QueueId, RequestId, SECOND_US, SkillId, Timestamp, TopicId, UnitId,
};

const WORLDS: u64 = 400;
const STEPS: u64 = 1000;
const BEGINNING: Timestamp = Timestamp(1_800_000_000 * SECOND_US);

#[derive(Default)]
struct Log(Vec<(Timestamp, Event)>);

impl Sink for Log {
    const WHY: bool = true;

    fn event(&mut self, at: Timestamp, event: &Event) {
        self.0.push((at, *event));
    }
}

struct Keep<'a>(&'a mut Log, Timestamp);

impl Output for Keep<'_> {
    const WHY: bool = true;

    fn event(&mut self, event: &Event) {
        self.0.0.push((self.1, *event));
    }

    fn effect(&mut self, _effect: Effect) {}
}

/// A small centre with every kind of rule in it.
fn rules(dice: &mut Dice) -> Rules {
    let n_queues = 2 + dice.below(4);
    let queues = (0..n_queues).map(|number| queue(dice, number, n_queues));
    let queues = queues.collect();
    let advisers = (0..2 + dice.below(8)).map(|_| AdviserRule {
        unit: UnitId(u16::from(dice.chance(50))),
        skills: (0..2)
            .filter_map(|skill| {
                let level = u8::try_from(dice.below(4)).unwrap();
                let skill = SkillId(skill);
                (level > 0).then_some(Requirement { skill, level })
            })
            .collect(),
        origins: Origins(dice.pick(&[1, 3, 3, 3])),
        channels: Channels(dice.pick(&[15, 15, 3, 1])),
        groups: Vec::new(),
        clearance: Clearance(dice.pick(&[0, 7])),
    });
    let advisers = advisers.collect();
    Rules {
        classes: vec![Class::ahead(0), Class::ahead(20 * SECOND_US)],
        interrupts: if dice.chance(70) {
            [
                Channels::DEFERRED,
                Channels::NONE,
                Channels::NONE,
                Channels::NONE,
            ]
        } else {
            [Channels::NONE; 4]
        },
        reserve: u32::try_from(dice.below(3)).unwrap(),
        callback: CallbackRule {
            ring_us: 25 * SECOND_US,
            attempts: dice.pick(&[1, 2, 3]),
            retry_us: dice.pick(&[SECOND_US, 60 * SECOND_US]),
        },
        plans: 2,
        queues,
        advisers,
        ..Rules::empty()
    }
}

fn queue(dice: &mut Dice, number: usize, n_queues: usize) -> QueueRule {
    let id = |number: usize| QueueId(u16::try_from(number).unwrap());
    let skilled = |dice: &mut Dice| {
        Condition::Skill(Requirement {
            skill: SkillId(u16::from(dice.chance(50))),
            level: dice.pick(&[1, 2]),
        })
    };
    let mut rings = vec![Ring::of(if dice.chance(60) {
        skilled(dice)
    } else {
        Condition::ALWAYS
    })];
    if dice.chance(50) {
        rings[0].preferred = skilled(dice);
        rings.push(Ring {
            after_us: dice.pick(&[5, 20]) * SECOND_US,
            condition: Condition::ALWAYS,
            preferred: Condition::Unit(UnitId(0)),
        });
    }
    let overflow = dice.chance(40).then(|| Overflow {
        after_us: dice.chance(70).then_some(30 * SECOND_US),
        expected_us: dice.chance(50).then_some(40 * SECOND_US),
        to: id(number + 1),
    });
    // The last queue is that of the experts.
    let experts = number == n_queues - 1;
    QueueRule {
        rings,
        named_us: dice.pick(&[0, 10 * SECOND_US]),
        overflow: overflow.filter(|_| number + 2 < n_queues),
        transfers: (0..n_queues - 1)
            .filter(|to| *to != number)
            .map(id)
            .collect(),
        consults: if experts {
            Vec::new()
        } else {
            vec![id(n_queues - 1)]
        },
        experts,
        wrap_up_us: dice.pick(&[0, 5, 30]) * SECOND_US,
        ring_us: dice.pick(&[0, 15, 20]) * SECOND_US,
        max_waiting: dice.pick(&[3, 50, 50]),
        ..QueueRule::default()
    }
}

/// Somebody lives a day in a random centre.
struct Life {
    rules: Rules,
    tables: Arc<Tables>,
    state: State,
    now: Timestamp,
    log: Log,
    longest_pause_us: i64,
}

impl Life {
    fn new(seed: u64) -> Life {
        let mut dice = Dice::new(seed);
        let rules = rules(&mut dice);
        let tables = Arc::new(Tables::new(&rules).unwrap());
        Life {
            state: State::new(Arc::clone(&tables)),
            rules,
            now: BEGINNING,
            log: Log::default(),
            tables,
            longest_pause_us: dice.pick(&[1, SECOND_US, 4 * SECOND_US, 15 * SECOND_US]),
        }
    }

    /// Commands may be refused, and some are.
    fn command(&mut self, command: &Command, now: Timestamp) {
        self.now = now;
        if let Command::Publish { .. } = command {
            // As the desk does it.
            let bytes = self.state.snapshot();
            self.state = State::restore(Arc::clone(&self.tables), &bytes).unwrap();
        }
        let mut keep = Keep(&mut self.log, now);
        let _refused = self.state.handle(command, now, &mut keep).is_err();
        let broken = self.state.check().err();
        assert_eq!(broken, None, "after {command:?}");
    }

    fn live(&mut self, steps: u64, dice: &mut Dice) {
        for _ in 0..steps {
            let pause_us = match dice.below(8) {
                0 => 0,
                1 => 60 * SECOND_US,
                _ => dice.within(0, self.longest_pause_us),
            };
            let now = self.now.plus_us(pause_us);
            while self.state.next_deadline() <= now {
                let due = self.state.next_deadline().max(self.now);
                let late_us = dice.pick(&[0, 1, 300, SECOND_US, i64::MAX]);
                self.command(&Command::Tick, due.plus_us(late_us).min(now));
            }
            let command = self.wish(dice, now);
            self.command(&command, now);
        }
    }

    fn wish(&self, dice: &mut Dice, now: Timestamp) -> Command {
        let open: Vec<ContactView> = self.state.contacts().collect();
        match dice.below(20) {
            0..5 => self.arrive(dice, now),
            5..9 => self.of_adviser(dice),
            9 => self.of_all(dice),
            _ if open.is_empty() => self.of_adviser(dice),
            _ => {
                // Most of them wait; those with somebody are looked for.
                let waits = |view: &ContactView| {
                    matches!(view.state, ContactState::Queued | ContactState::Parked)
                };
                let some: Vec<ContactView> = (0..6).map(|_| dice.pick(&open)).collect();
                let busy = some.iter().find(|view| !waits(view));
                self.of_contact(busy.unwrap_or(&some[0]), dice, now)
            }
        }
    }

    fn adviser(&self, dice: &mut Dice) -> AdviserId {
        AdviserId(u32::try_from(dice.below(self.state.n_advisers())).unwrap())
    }

    fn queue(&self, dice: &mut Dice) -> QueueId {
        QueueId(u16::try_from(dice.below(self.rules.queues.len() - 1)).unwrap())
    }

    fn experts(&self) -> QueueId {
        QueueId(u16::try_from(self.rules.queues.len() - 1).unwrap())
    }

    fn needs(&self, dice: &mut Dice, now: Timestamp) -> Needs {
        if dice.chance(60) {
            return Needs::NONE;
        }
        let mut somebody = |percent| {
            if dice.chance(percent) {
                AdviserId(u32::try_from(dice.below(self.state.n_advisers())).unwrap())
            } else {
                AdviserId::NONE
            }
        };
        Needs {
            named: somebody(60),
            not_to: somebody(20),
            clearance: Clearance(dice.pick(&[0, 0, 1])),
            due: dice.pick(&[Timestamp::NEVER, now.plus_s(90)]),
        }
    }

    fn arrive(&self, dice: &mut Dice, now: Timestamp) -> Command {
        let contact = self.state.next_contact();
        let (queue, topic) = (self.queue(dice), dice.pick(&[TopicId::NONE, TopicId(3)]));
        let origin = dice.pick(&[Origin::Live, Origin::Live, Origin::Synthetic]);
        let (language, class) = (Language::Nb, dice.pick(&[0, 0, 1]));
        let needs = self.needs(dice, now);
        if dice.chance(10) {
            return Command::BookCallback {
                contact,
                queue,
                topic,
                origin,
                language,
                class,
                clearance: needs.clearance,
                not_to: needs.not_to,
                from: now.plus_s(dice.pick(&[-5, 0, 30])),
                until: now.plus_s(600),
            };
        }
        let place = dice.pick(&[Timestamp::NEVER, Timestamp::NEVER, now.plus_s(-25)]);
        let entry = Entry::Queue {
            queue,
            class,
            place,
            needs,
        };
        Command::Arrive {
            contact,
            channel: dice.pick(&[
                Channel::Voice,
                Channel::Voice,
                Channel::Chat,
                Channel::Message,
                Channel::Task,
            ]),
            topic,
            origin,
            language,
            entry: if dice.chance(25) { Entry::Menu } else { entry },
        }
    }

    fn of_adviser(&self, dice: &mut Dice) -> Command {
        let adviser = self.adviser(dice);
        let view = self.state.adviser(adviser).unwrap();
        let activity = dice.pick(&[
            Activity::Phone,
            Activity::Phone,
            Activity::Chat,
            Activity::Written,
            Activity::Tasks,
            Activity::Lunch,
        ]);
        if !view.signed_in {
            return Command::SignIn { adviser, activity };
        }
        if !view.present {
            return Command::RegainPresence { adviser };
        }
        if view.not_ready.is_some() && dice.chance(70) {
            let activity = view.activity;
            return Command::Choose { adviser, activity };
        }
        match dice.below(12) {
            0 => Command::SignOut { adviser },
            1 => Command::LosePresence { adviser },
            2 => Command::Meet {
                adviser,
                origins: Origins(dice.pick(&[1, 3, 3])),
            },
            3..6 => Command::Also {
                adviser,
                channels: Channels(dice.pick(&[0, 12, 15, 3])),
            },
            6 => Command::AnswerRequest {
                request: RequestId(u32::try_from(dice.below(4)).unwrap()),
                adviser,
                yes: dice.chance(60),
            },
            _ => Command::Choose { adviser, activity },
        }
    }

    fn of_all(&self, dice: &mut Dice) -> Command {
        let open = self.state.requests().first().map(|request| request.id);
        match (dice.below(6), open) {
            (0, _) => Command::Publish {
                version: dice.next(),
            },
            (1, _) => Command::SwitchPlan {
                plan: PlanId(u8::from(dice.chance(50))),
                on: dice.chance(50),
            },
            (2, Some(request)) => Command::CloseRequest { request },
            (3, Some(request)) => Command::AnswerRequest {
                request,
                adviser: self.adviser(dice),
                yes: dice.chance(80),
            },
            (2..4, None) => Command::AskAdvisers {
                activity: dice.pick(&[Activity::Phone, Activity::Chat]),
                wanted: dice.pick(&[1, 2]),
                unit: dice.pick(&[None, Some(UnitId(0))]),
            },
            _ => Command::Expect {
                queue: self.queue(dice),
                wait_us: dice.within(0, 80) * SECOND_US,
            },
        }
    }

    fn of_contact(&self, view: &ContactView, dice: &mut Dice, now: Timestamp) -> Command {
        let contact = view.id;
        let adviser = view.adviser;
        match view.state {
            ContactState::InMenu => match dice.below(8) {
                0 => Command::Leave { contact },
                1 => Command::Close {
                    contact,
                    reason: dice.pick(&[CloseReason::ClosedHours, CloseReason::NoChoice]),
                },
                _ => Command::Enqueue {
                    contact,
                    queue: self.queue(dice),
                    topic: TopicId(1),
                    language: Language::Nb,
                    class: 0,
                    place: Timestamp::NEVER,
                    needs: self.needs(dice, now),
                },
            },
            ContactState::Queued | ContactState::Parked => match dice.below(8) {
                0 | 1 => Command::Leave { contact },
                2 => Command::Lose { contact },
                3 => Command::Close {
                    contact,
                    reason: CloseReason::Cancelled,
                },
                _ => Command::AskCallback {
                    contact,
                    from: now.plus_s(dice.pick(&[-5, 0, 20])),
                    until: now.plus_s(900),
                },
            },
            ContactState::Offered => {
                let offer = view.offer.unwrap();
                match dice.below(12) {
                    0 => Command::Decline { offer, adviser },
                    1 => Command::Fail {
                        offer,
                        cause: dice.pick(&[
                            FailCause::Busy,
                            FailCause::Unreachable,
                            FailCause::NoAnswer,
                            FailCause::BridgeFailed,
                        ]),
                    },
                    2 => Command::Leave { contact },
                    3 => Command::Lose { contact },
                    _ => Command::Accept { offer, adviser },
                }
            }
            ContactState::Active => self.talk(view, dice),
            ContactState::SetAside => self.talk(view, dice),
            ContactState::Held => Command::Resume { contact },
            ContactState::Consulting => match dice.below(30) {
                0 => Command::Leave { contact },
                1 => Command::Lose { contact },
                2 => Command::End { contact, adviser },
                3 | 4 => Command::EndConsult {
                    contact,
                    adviser,
                    action: ConsultAction::TakeBack,
                },
                _ => Command::EndConsult {
                    contact,
                    adviser,
                    action: ConsultAction::HandOver,
                },
            },
            ContactState::Dialling => match dice.below(6) {
                0 => Command::End { contact, adviser },
                1 => Command::Lose { contact },
                2 => Command::Dialled {
                    contact,
                    attempt: view.attempts,
                    failed: Some(dice.pick(&[FailCause::Busy, FailCause::NoAnswer])),
                },
                _ => Command::Dialled {
                    contact,
                    attempt: view.attempts,
                    failed: None,
                },
            },
            ContactState::WrapUp => Command::WrapUp {
                contact,
                action: match dice.below(3) {
                    0 => WrapUpAction::Done,
                    1 => WrapUpAction::Extend(dice.within(0, 20) * SECOND_US),
                    _ => WrapUpAction::StopClock,
                },
            },
        }
    }

    fn talk(&self, view: &ContactView, dice: &mut Dice) -> Command {
        let (contact, adviser) = (view.id, view.adviser);
        match dice.below(12) {
            0 => Command::Leave { contact },
            1 => Command::Lose { contact },
            2 => Command::Hold { contact },
            3 => Command::Transfer {
                contact,
                queue: self.queue(dice),
            },
            4 => Command::Return { contact, adviser },
            5..8 if view.channel == Channel::Voice => Command::Consult {
                contact,
                consult: self.state.next_contact(),
                adviser,
                queue: self.experts(),
            },
            _ => Command::End {
                contact: if dice.chance(95) {
                    contact
                } else {
                    ContactId(7)
                },
                adviser,
            },
        }
    }

    /// The part of the log from `earlier` on, taken apart.
    fn recorded(&self, start: State, earlier: usize, from: Timestamp) -> Recorded {
        let until = self.now.plus_us(1);
        let log = self.log.0.iter().skip(earlier).copied();
        Recorded::of(start, log, from..until, &mut |_| {
            Some(Arc::clone(&self.tables))
        })
        .unwrap()
    }
}

/// The place where two logs part and what is around it.
fn part(log: &[(Timestamp, Event)], again: &[(Timestamp, Event)]) -> String {
    let place = log.iter().zip(again).position(|(a, b)| a != b);
    let place = place.unwrap_or_else(|| log.len().min(again.len()));
    let around = |log: &[(Timestamp, Event)]| {
        let lines = log.iter().skip(place.saturating_sub(6)).take(9);
        let lines: Vec<String> = lines
            .map(|(at, event)| format!("  {} {event:?}", at.since_us(BEGINNING)))
            .collect();
        lines.join("\n")
    };
    format!("event {place}: was\n{}\nis\n{}", around(log), around(again))
}

#[test]
fn a_random_day_is_the_same_again_under_the_same_rules() {
    let mut kinds: BTreeMap<&'static str, u64> = BTreeMap::new();
    for seed in 1..=WORLDS {
        let mut life = Life::new(seed);
        let mut dice = Dice::new(seed ^ 0x79_6573_7465_7264);
        // The day begins in the middle of things.
        life.live(STEPS / 4, &mut dice);
        let before = life.state.clone();
        let from = life.now.plus_us(1);
        life.now = from;
        let earlier = life.log.0.len();
        life.live(STEPS, &mut dice);
        let recorded = life.recorded(before, earlier, from);
        let mut again = Log::default();
        let outcome = rerun_unchanged(&recorded, &mut again).unwrap();
        let log = &life.log.0[earlier..];
        assert!(log == again.0, "seed {seed}: {}", part(log, &again.0));
        assert_eq!(outcome.state_hash, life.state.hash(), "seed {seed}");
        assert_eq!(&outcome, recorded.outcome(), "seed {seed}");
        // The same rules as a change, from the beginning of the log.
        let empty = State::new(Arc::clone(&life.tables));
        let recorded = life.recorded(empty, 0, from);
        let same = rerun(&recorded, &Change::rules(Arc::clone(&life.tables))).unwrap();
        assert_eq!(same.fates, outcome.fates, "seed {seed}");
        for (_, event) in log {
            *kinds.entry(event.kind()).or_default() += 1;
        }
    }
    println!("{kinds:?}");
    assert!(kinds.len() >= 41, "not every kind happened: {kinds:?}");
    assert!(kinds.values().all(|count| *count > 100), "{kinds:?}");
}

/// Every invariant after every command.
struct Checked;

impl Sink for Checked {
    const WHY: bool = false;

    fn event(&mut self, _at: Timestamp, _event: &Event) {}

    fn after(&mut self, _at: Timestamp, state: &State) {
        assert_eq!(state.check().err(), None);
    }
}

#[test]
fn a_random_day_can_be_lived_under_any_rules_that_have_its_queues() {
    for seed in 1..=WORLDS / 4 {
        let mut life = Life::new(seed);
        let mut dice = Dice::new(seed);
        life.live(STEPS, &mut dice);
        let start = State::new(Arc::clone(&life.tables));
        let recorded = life.recorded(start, 0, BEGINNING);
        let mut rules = life.rules.clone();
        for queue in &mut rules.queues {
            queue.rings = QueueRule::default().rings;
            queue.overflow = None;
            queue.consults.retain(|_| dice.chance(50));
            queue.transfers.retain(|_| dice.chance(50));
            queue.wrap_up_us = dice.pick(&[0, SECOND_US, 60 * SECOND_US]);
            queue.ring_us = dice.pick(&[0, SECOND_US, 20 * SECOND_US]);
            queue.max_waiting = dice.pick(&[1, 5, u32::MAX]);
        }
        let change = Change::rules(Arc::new(Tables::new(&rules).unwrap()));
        let one = rerun_into(&recorded, &change, &mut Checked).unwrap();
        let two = rerun(&recorded, &change).unwrap();
        assert_eq!(one, two, "the same change gives the same day");
        assert_eq!(one.fates.len(), recorded.n_contacts(), "everybody came");
        let channels = |fates: &[linje_twin::yesterday::Fate]| {
            fates.iter().map(|fate| fate.channel).collect::<Vec<_>>()
        };
        assert_eq!(channels(&one.fates), channels(&recorded.outcome().fates));
    }
}
