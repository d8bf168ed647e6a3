//! Behaviour of the core as short scripts; every step ends with a full check of the state.

use std::{fmt::Write as _, sync::Arc};

use expect_test::{Expect, expect};
use linje_event::{CloseReason, Command, Effect, Entry, Event, FailCause, Output, WrapUpAction};
use linje_types::{
    Activity, AdviserId, Channel, Channels, Clearance, ContactId, Language, OfferId, Origin,
    Origins, QueueId, SECOND_US, SkillId, Timestamp, TopicId, UnitId,
};

use crate::{AdviserRule, Class, Condition, QueueRule, Requirement, Ring, Rules, State, Tables};

mod found;
mod rules_of_queues;
mod several_at_once;
mod together;

const START: Timestamp = Timestamp(1_000_000 * SECOND_US);

struct Centre {
    state: State,
    now: Timestamp,
    text: String,
    events: Vec<(Timestamp, Event)>,
    last_offer: OfferId,
}

impl Output for Centre {
    const WHY: bool = true;

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the script shows details of a few kinds"
    )]
    fn event(&mut self, event: &Event) {
        self.events.push((self.now, *event));
        if let Event::OfferMade { offer, .. } = event {
            self.last_offer = *offer;
        }
        let who =
            |name: &str, id: Option<u32>| id.map_or(String::new(), |id| format!(" {name}{id}"));
        let contact = who("c", event.contact().map(ContactId::slot));
        let adviser = who("a", event.adviser().map(|adviser| adviser.0));
        let more = match event {
            Event::OfferMade { why, .. } => format!(
                " able={} idle={} next={} waited={}{}",
                why.able,
                why.idle_ms,
                why.runner_up
                    .some()
                    .map_or_else(|| "-".to_owned(), |other| format!("a{}", other.0)),
                why.waited_ms,
                if why.barred { " barred" } else { "" }
            ),
            Event::OfferEnded { outcome, .. } => format!(" {outcome:?}"),
            Event::ContactClosed { reason, .. } => format!(" {reason:?}"),
            _ => String::new(),
        };
        let at = self.now.since_us(START) / SECOND_US;
        writeln!(self.text, "{at} {}{contact}{adviser}{more}", event.kind()).expect("a string");
    }

    fn effect(&mut self, effect: Effect) {
        writeln!(self.text, "    -> {effect:?}").expect("a string");
    }
}

fn rules(n_advisers: usize) -> Rules {
    let need = |skill| Requirement {
        skill: SkillId(skill),
        level: 2,
    };
    let queue = |skill| QueueRule {
        rings: vec![Ring::of(Condition::skills(&[need(skill)]))],
        transfers: vec![QueueId(1 - skill)],
        wrap_up_us: 30 * SECOND_US,
        ring_us: 20 * SECOND_US,
        max_waiting: 3,
        ..QueueRule::default()
    };
    Rules {
        queues: vec![queue(0), queue(1)],
        classes: vec![Class::ahead(0), Class::ahead(60 * SECOND_US)],
        advisers: vec![
            AdviserRule {
                unit: UnitId(0),
                skills: vec![need(0), need(1)],
                origins: Origins::SYNTHETIC,
                channels: Channels(15),
                groups: Vec::new(),
                clearance: Clearance::NONE,
            };
            n_advisers
        ],
        ..Rules::empty()
    }
}

fn centre(rules: &Rules) -> Centre {
    let tables = Arc::new(Tables::new(rules).expect("rules"));
    Centre {
        state: State::new(tables),
        now: START,
        text: String::new(),
        events: Vec::new(),
        last_offer: OfferId(0),
    }
}

impl Centre {
    fn at(&mut self, s: i64) -> &mut Self {
        self.now = START.plus_s(s);
        while self.state.next_deadline() <= self.now {
            self.run(Command::Tick);
        }
        self
    }

    fn run(&mut self, command: Command) -> &mut Self {
        let mut state = self.state.clone();
        if let Err(rejection) = state.handle(&command, self.now, self) {
            writeln!(self.text, "    refused: {rejection:?}").expect("a string");
        }
        self.state = state;
        self.state.check().expect("an invariant");
        self
    }

    fn sign_in(&mut self, adviser: u32) -> &mut Self {
        self.run(Command::SignIn {
            adviser: AdviserId(adviser),
            activity: Activity::Phone,
        })
    }

    fn choose(&mut self, adviser: u32, activity: Activity) -> &mut Self {
        self.run(Command::Choose {
            adviser: AdviserId(adviser),
            activity,
        })
    }

    fn arrive(&mut self, queue: u16, channel: Channel, class: u8) -> ContactId {
        let contact = self.state.next_contact();
        self.run(Command::Arrive {
            contact,
            channel,
            topic: TopicId::NONE,
            origin: Origin::Synthetic,
            language: Language::Nb,
            entry: Entry::Queue {
                queue: QueueId(queue),
                class,
                place: Timestamp::NEVER,
                needs: linje_event::Needs::NONE,
            },
        });
        contact
    }

    fn accept(&mut self) -> &mut Self {
        let offer = self.last_offer;
        self.run(Command::Accept {
            offer,
            adviser: AdviserId::NONE,
        })
    }

    /// Replays the events from nothing and through a snapshot; both must give this very state (S16).
    fn shows(&self, expected: &Expect) {
        let mut replayed = State::new(Arc::clone(&self.state.tables));
        for (at, event) in &self.events {
            replayed.apply(event, *at);
        }
        assert_eq!(replayed.hash(), self.state.hash());
        let restored = State::restore(Arc::clone(&self.state.tables), &self.state.snapshot());
        assert_eq!(restored.expect("a snapshot").hash(), self.state.hash());
        expected.assert_eq(&self.text);
    }
}

#[test]
fn a_call_is_offered_answered_held_and_wrapped_up() {
    let mut it = centre(&rules(1));
    it.sign_in(0).at(5);
    let contact = it.arrive(0, Channel::Voice, 0);
    it.at(7).accept();
    it.at(60).run(Command::Hold { contact });
    it.at(70).run(Command::Resume { contact });
    it.at(100).run(Command::Leave { contact });
    it.at(131);
    it.shows(&expect![[r#"
        0 adviser_signed_in a0
        5 contact_arrived c0
        5 contact_queued c0
        5 offer_made c0 a0 able=1 idle=5000 next=- waited=0
        7 offer_accepted c0 a0
        60 contact_held c0 a0
        70 contact_resumed c0 a0
        100 contact_ended c0 a0
        131 contact_closed c0 a0 Served
    "#]]);
}

#[test]
fn the_adviser_idle_longest_comes_first_and_the_runner_up_is_named() {
    let mut it = centre(&rules(3));
    it.sign_in(2).at(1).sign_in(0).at(2).sign_in(1).at(10);
    it.arrive(0, Channel::Voice, 0);
    it.shows(&expect![[r#"
        0 adviser_signed_in a2
        1 adviser_signed_in a0
        2 adviser_signed_in a1
        10 contact_arrived c0
        10 contact_queued c0
        10 offer_made c0 a2 able=3 idle=10000 next=a0 waited=0
    "#]]);
}

#[test]
fn who_does_not_answer_is_not_ready_and_the_contact_keeps_its_place() {
    let mut it = centre(&rules(2));
    it.sign_in(0);
    it.arrive(0, Channel::Voice, 0);
    it.at(1).arrive(0, Channel::Voice, 0);
    it.at(2).sign_in(1);
    // The first caller comes back at 20 s, before the second, and is barred from adviser 0 until 50 s.
    it.at(20).choose(0, Activity::Phone);
    it.at(23);
    it.shows(&expect![[r#"
        0 adviser_signed_in a0
        0 contact_arrived c0
        0 contact_queued c0
        0 offer_made c0 a0 able=1 idle=0 next=- waited=0
        1 contact_arrived c1
        1 contact_queued c1
        2 adviser_signed_in a1
        2 offer_made c1 a1 able=1 idle=0 next=- waited=1000
        20 offer_ended c0 a0 Expired
        20 activity_chosen a0
        23 offer_ended c1 a1 Expired
        23 offer_made c1 a0 able=1 idle=3000 next=- waited=22000
    "#]]);
}

#[test]
fn a_full_queue_refuses_with_a_reason() {
    let mut it = centre(&rules(1));
    for _ in 0..4 {
        it.arrive(0, Channel::Voice, 0);
    }
    assert_eq!(it.state.waiting(QueueId(0)), 3);
    assert!(it.text.ends_with("0 contact_closed c3 QueueFull\n"));
}

#[test]
fn a_head_start_beats_an_earlier_arrival_by_no_more_than_it_says() {
    let mut it = centre(&rules(1));
    let first = it.arrive(0, Channel::Voice, 0);
    it.at(59);
    let urgent = it.arrive(0, Channel::Voice, 1);
    it.at(61);
    let late = it.arrive(0, Channel::Voice, 1);
    let order = |contact| it.state.position(contact).expect("waiting");
    assert_eq!((order(urgent), order(first), order(late)), (1, 2, 3));
}

#[test]
fn a_late_answer_to_an_old_offer_changes_nothing() {
    let mut it = centre(&rules(2));
    it.sign_in(0).sign_in(1);
    it.arrive(0, Channel::Voice, 0);
    let old = it.last_offer;
    it.run(Command::Fail {
        offer: old,
        cause: FailCause::Busy,
    });
    let before = it.state.hash();
    it.run(Command::Accept {
        offer: old,
        adviser: AdviserId(0),
    });
    assert!(it.text.ends_with("refused: StaleOffer\n"));
    assert_eq!(it.state.hash(), before);
}

#[test]
fn the_clock_of_the_wrap_up_can_be_stopped_and_extended() {
    let mut it = centre(&rules(1));
    it.sign_in(0);
    let contact = it.arrive(0, Channel::Voice, 0);
    it.accept();
    it.run(Command::End {
        contact,
        adviser: AdviserId(0),
    });
    it.run(Command::WrapUp {
        contact,
        action: WrapUpAction::Extend(60 * SECOND_US),
    });
    assert_eq!(
        it.state.contact(contact).and_then(|it| it.deadline),
        Some(START.plus_s(90))
    );
    it.run(Command::WrapUp {
        contact,
        action: WrapUpAction::StopClock,
    });
    assert_eq!(it.state.contact(contact).and_then(|it| it.deadline), None);
    it.at(5_000).run(Command::WrapUp {
        contact,
        action: WrapUpAction::Done,
    });
    assert!(it.state.contact(contact).is_none());
    assert!(it.state.adviser(AdviserId(0)).expect("known").free);
}

#[test]
fn a_chat_goes_back_in_line_when_the_adviser_stays_away_and_a_call_does_not() {
    let mut it = centre(&rules(2));
    it.sign_in(0);
    let call = it.arrive(0, Channel::Voice, 0);
    it.accept().sign_in(1).choose(1, Activity::Chat);
    let chat = it.arrive(0, Channel::Chat, 0);
    it.accept();
    for adviser in [AdviserId(0), AdviserId(1)] {
        it.run(Command::LosePresence { adviser });
    }
    it.at(61);
    assert_eq!(it.state.position(chat), Some(1));
    assert_eq!(it.state.contact(call).expect("open").adviser, AdviserId(0));
}

#[test]
fn a_transfer_keeps_the_place_and_passes_over_the_one_who_had_it() {
    let mut it = centre(&rules(2));
    it.sign_in(0);
    let contact = it.arrive(0, Channel::Voice, 0);
    it.accept().at(40).sign_in(1).choose(1, Activity::Lunch);
    it.run(Command::Transfer {
        contact,
        queue: QueueId(1),
    });
    assert_eq!(it.state.contact(contact).expect("open").enqueued, START);
    assert_eq!(it.state.position(contact), Some(1));
    it.at(71);
    let view = it.state.contact(contact).expect("open");
    assert_eq!(view.adviser, AdviserId(0), "the bar of 30 s is over");
}

#[test]
fn a_redial_gets_its_old_place() {
    let mut it = centre(&rules(1));
    let lost = it.arrive(0, Channel::Voice, 0);
    it.at(10);
    let other = it.arrive(0, Channel::Voice, 0);
    it.at(20).run(Command::Lose { contact: lost });
    it.at(30);
    let contact = it.state.next_contact();
    it.run(Command::Arrive {
        contact,
        channel: Channel::Voice,
        topic: TopicId::NONE,
        origin: Origin::Synthetic,
        language: Language::Nb,
        entry: Entry::Queue {
            queue: QueueId(0),
            class: 0,
            place: START,
            needs: linje_event::Needs::NONE,
        },
    });
    assert_eq!(it.state.position(contact), Some(1));
    assert_eq!(it.state.position(other), Some(2));
    it.run(Command::Close {
        contact: other,
        reason: CloseReason::Cancelled,
    });
    assert!(it.state.contact(other).is_none());
}

#[test]
fn synthetic_people_never_meet_real_ones_unless_the_adviser_opts_in() {
    let mut rules = rules(1);
    rules.advisers[0].origins = Origins::LIVE;
    let mut it = centre(&rules);
    it.sign_in(0);
    let contact = it.arrive(0, Channel::Voice, 0);
    assert_eq!(it.state.position(contact), Some(1));
    it.run(Command::Meet {
        adviser: AdviserId(0),
        origins: Origins::BOTH,
    });
    assert_eq!(it.state.position(contact), None, "offered now");
}

#[test]
fn who_chooses_to_meet_nobody_is_offered_nobody() {
    let mut it = centre(&rules(1));
    it.run(Command::Meet {
        adviser: AdviserId(0),
        origins: Origins(0),
    });
    it.sign_in(0);
    let contact = it.arrive(0, Channel::Voice, 0);
    assert_eq!(it.state.position(contact), Some(1));
    it.run(Command::Meet {
        adviser: AdviserId(0),
        origins: Origins::SYNTHETIC,
    });
    assert_eq!(it.state.position(contact), None, "offered now");
}

#[test]
fn a_full_queue_lets_a_live_caller_go_with_the_reason() {
    let mut rules = rules(1);
    rules.queues[0].max_waiting = 0;
    let mut it = centre(&rules);
    let contact = it.state.next_contact();
    it.run(Command::Arrive {
        contact,
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
    });
    let reason = CloseReason::QueueFull;
    let release = format!("    -> {:?}\n", Effect::Release { contact, reason });
    assert!(it.text.ends_with(&release), "{}", it.text);
}

#[test]
fn a_slot_used_again_looks_the_same_after_a_restore() {
    let mut it = centre(&rules(1));
    let contact = it.arrive(0, Channel::Voice, 0);
    it.arrive(0, Channel::Voice, 0);
    it.run(Command::Leave { contact });
    let tables = Arc::clone(&it.state.tables);
    let mut restored = State::restore(tables, &it.state.snapshot()).expect("a snapshot");
    let arrive = Command::Arrive {
        contact: it.state.next_contact(),
        channel: Channel::Voice,
        topic: TopicId::NONE,
        origin: Origin::Synthetic,
        language: Language::Nb,
        entry: Entry::Menu,
    };
    it.run(arrive);
    let now = it.now;
    restored
        .handle(&arrive, now, &mut centre(&rules(1)))
        .expect("accepted");
    assert_eq!(restored.hash(), it.state.hash());
}

#[test]
fn a_place_before_all_time_is_first_and_does_not_wrap_around() {
    let mut it = centre(&rules(1));
    let first = it.arrive(0, Channel::Voice, 1);
    let contact = it.state.next_contact();
    it.run(Command::Arrive {
        contact,
        channel: Channel::Voice,
        topic: TopicId::NONE,
        origin: Origin::Synthetic,
        language: Language::Nb,
        entry: Entry::Queue {
            queue: QueueId(0),
            class: 1,
            place: Timestamp(i64::MIN),
            needs: linje_event::Needs::NONE,
        },
    });
    assert_eq!(it.state.position(contact), Some(1));
    assert_eq!(it.state.position(first), Some(2));
}
