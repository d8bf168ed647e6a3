//! Calls as short scripts: what comes in on the left, what goes out below it.

use std::fmt::Write as _;
use std::sync::Arc;

use expect_test::{Expect, expect};
use linje_centre::Centre;
use linje_desk::{Accepted, CallerKey, Refusal, StoreFault};
use linje_event::{Effect, Event};
use linje_types::{
    AdviserId, Channel, Clearance, ContactId, Language, OfferId, QueueId, SECOND_US, Timestamp,
};
use linje_voice::{self as voice, Caller, Cause, LegId};

use crate::{Beside, Calls, Clips, Input, Output, PageId, Pages, Status};

/// Monday 23 November 2026, 10:00 in Oslo.
const START: Timestamp = Timestamp(1_795_424_400 * SECOND_US);
const CALL: voice::CallId = voice::CallId(7);
const CONTACT: ContactId = ContactId(40);
const OFFER: OfferId = OfferId(90);
const PHONE: AdviserId = AdviserId(901);
const AUTOMATIC: AdviserId = AdviserId(900);
const EXPERT: AdviserId = AdviserId(902);
const CONSULT: ContactId = ContactId(41);

struct Readers;

impl Status for Readers {
    fn place(&self, _: ContactId, _: QueueId) -> (Option<u32>, Option<f64>) {
        (Some(3), Some(125.0))
    }

    fn shown(&self, contact: ContactId) -> String {
        format!("C{}", contact.0)
    }

    fn caller_key(&self, number: &str) -> Option<CallerKey> {
        (number != "55550000").then_some(CallerKey([1; 32]))
    }

    fn clearance(&self, _: CallerKey) -> Clearance {
        Clearance::NONE
    }

    fn plans(&self) -> u64 {
        0
    }

    fn adviser_of(&self, user: &str) -> Option<AdviserId> {
        match user {
            "K990001" => Some(PHONE),
            "K990002" => Some(EXPERT),
            _ => None,
        }
    }

    fn user_of(&self, adviser: AdviserId) -> Option<String> {
        match adviser {
            PHONE => Some("K990001".to_owned()),
            EXPERT => Some("K990002".to_owned()),
            _ => None,
        }
    }
}

struct Script {
    calls: Calls,
    now: Timestamp,
    text: String,
    token: u64,
    leg: LegId,
    calls_out: Vec<voice::CallId>,
    last_play: u64,
}

fn script() -> Script {
    script_with(|_| Clips::default())
}

fn script_with(clips: impl FnOnce(&Centre) -> Clips) -> Script {
    let toml = include_str!("../../../centres/national-2015.toml");
    let centre = Arc::new(Centre::parse(toml).expect("the centre of the demo"));
    let clips = Arc::new(clips(&centre));
    Script {
        calls: Calls::new(centre, clips, Some(AUTOMATIC))
            .ringing(Some(linje_voice::Pattern::norwegian())),
        now: START,
        text: String::new(),
        token: 0,
        leg: LegId(0),
        calls_out: Vec::new(),
        last_play: 0,
    }
}

impl Script {
    fn on(&mut self, input: Input) -> &mut Self {
        let mut out = Vec::new();
        self.calls.step(input, self.now, &Readers, &mut out);
        for output in out {
            self.note(&output);
        }
        self
    }

    fn note(&mut self, output: &Output) {
        let line = match output {
            Output::Submit(submit) => {
                self.token = submit.token;
                let caller = if submit.caller.is_some() {
                    " caller"
                } else {
                    ""
                };
                format!("desk {:?}{caller}", submit.command)
            }
            Output::Voice(command) => {
                if let voice::Command::Dial { leg, .. } = command {
                    self.leg = *leg;
                }
                if let voice::Command::Play { play, .. } = command {
                    self.last_play = *play;
                }
                if let voice::Command::CallOut { call, .. } = command {
                    self.calls_out.push(*call);
                }
                format!("line {command:?}")
            }
            Output::Page(view) => format!(
                "page {} position={:?} keys={} reason={:?}",
                view.state.as_str(),
                view.position,
                view.keys.iter().map(|key| key.key).collect::<String>(),
                view.reason
            ),
            Output::Attending { .. } | Output::SaidYes { .. } | Output::Sound { .. } => {
                format!("beside {output:?}")
            }
            Output::Phone {
                adviser,
                registered,
            } => {
                format!("phone {} {registered}", adviser.0)
            }
        };
        // Menus have many prompts; what is said is the flow's business.
        let line = line.split(" items:").next().unwrap_or(&line).to_owned();
        writeln!(self.text, "{line}").expect("a string");
    }

    fn clear(&mut self) -> &mut Self {
        self.text.clear();
        self
    }

    fn reply(&mut self, result: Result<(), Refusal>) -> &mut Self {
        let accepted = result.map(|()| Accepted {
            contact: Some(CONTACT),
            offer: None,
            closed: None,
            seq: 1,
        });
        self.on(Input::Reply {
            token: self.token,
            result: accepted,
        })
    }

    fn ring(&mut self, dialled: &str) -> &mut Self {
        self.on(Input::Voice(voice::Event::Incoming {
            call: CALL,
            dialled: dialled.to_owned(),
            from: Caller {
                number: Some("22334455".to_owned()),
            },
        }))
    }

    fn key(&mut self, digit: char) -> &mut Self {
        self.on(Input::Voice(voice::Event::Digit { call: CALL, digit }))
    }

    fn present(&mut self, adviser: AdviserId) -> &mut Self {
        self.on(Input::Effect(Effect::Present {
            callback: false,
            offer: OFFER,
            contact: CONTACT,
            adviser,
            channel: Channel::Voice,
        }))
    }

    fn connect(&mut self, adviser: AdviserId) -> &mut Self {
        self.on(Input::Effect(Effect::Connect {
            contact: CONTACT,
            adviser,
        }))
    }

    /// A caller who pressed 2 and waits, with a phone registered.
    fn waiting(&mut self) -> &mut Self {
        let user = "K990001".to_owned();
        self.on(Input::Voice(voice::Event::Registered { user }));
        self.ring("55553333").reply(Ok(())).key('2').reply(Ok(()))
    }

    /// The same, talking on the phone.
    fn talking(&mut self) -> &mut Self {
        self.waiting().present(PHONE);
        let leg = self.leg;
        self.on(Input::Voice(voice::Event::LegAnswered { leg }))
            .reply(Ok(()))
            .connect(PHONE)
    }

    fn shows(&self, expected: &Expect) {
        expected.assert_eq(&self.text);
    }
}

#[test]
fn a_call_is_answered_only_when_its_contact_is_durable() {
    let mut it = script();
    it.ring("55553333");
    it.shows(&expect![[r#"
        desk Arrive { contact: ContactId(18446744073709551615), channel: Voice, topic: TopicId(65535), origin: Live, language: Nb, entry: Menu } caller
    "#]]);
    it.clear().reply(Ok(()));
    it.shows(&expect![[r#"
        line Answer { call: CallId(7), contact: "C40" }
        line Play { call: CallId(7), play: 1,
    "#]]);
}

#[test]
fn a_key_puts_the_caller_in_line_and_a_phone_rings_and_is_bridged() {
    let mut it = script();
    it.talking();
    it.shows(&expect![[r#"
        phone 901 true
        desk Arrive { contact: ContactId(18446744073709551615), channel: Voice, topic: TopicId(65535), origin: Live, language: Nb, entry: Menu } caller
        line Answer { call: CallId(7), contact: "C40" }
        line Play { call: CallId(7), play: 1,
        desk Enqueue { contact: ContactId(40), queue: QueueId(1), topic: TopicId(65535), language: Nb, class: 0, place: Timestamp(9223372036854775807), needs: Needs { clearance: Clearance(0), named: AdviserId(4294967295), not_to: AdviserId(4294967295), due: Timestamp(9223372036854775807) } }
        line Music { call: CallId(7) }
        line Dial { leg: LegId(4), call: CallId(7), user: "K990001", contact: "C40", caller_display: "Arbeid og helse" }
        desk Accept { offer: OfferId(90), adviser: AdviserId(901) }
        line Bridge { a: Call(CallId(7)), b: Leg(LegId(4)) }
    "#]]);
}

#[test]
fn the_caller_leaves_while_the_phone_rings_and_the_phone_is_left_in_peace() {
    let mut it = script();
    it.waiting().present(PHONE).clear();
    it.on(Input::Voice(voice::Event::CallEnded {
        call: CALL,
        by: voice::End::Far,
    }));
    it.shows(&expect![[r#"
        desk Leave { contact: ContactId(40) }
        line CancelLeg { leg: LegId(4) }
    "#]]);
    assert_eq!(it.calls.n_lines(), 0);
}

#[test]
fn a_busy_phone_gives_the_offer_back() {
    let mut it = script();
    it.waiting().present(PHONE).clear();
    let leg = it.leg;
    it.on(Input::Voice(voice::Event::LegFailed {
        leg,
        cause: Cause::Busy,
    }));
    it.shows(&expect![[r#"
        desk Fail { offer: OfferId(90), cause: Busy }
    "#]]);
}

#[test]
fn an_answer_that_comes_too_late_hangs_the_phone_up() {
    let mut it = script();
    it.waiting().present(PHONE).clear();
    let leg = it.leg;
    it.on(Input::Voice(voice::Event::LegAnswered { leg }))
        .reply(Err(Refusal::Rejected(linje_event::Rejection::StaleOffer)));
    it.shows(&expect![[r#"
        desk Accept { offer: OfferId(90), adviser: AdviserId(901) }
        line HangUpLeg { leg: LegId(4) }
    "#]]);
}

#[test]
fn whoever_hangs_up_ends_both_sides() {
    let mut it = script();
    it.talking().clear();
    let leg = it.leg;
    it.on(Input::Voice(voice::Event::LegEnded { leg }))
        .on(Input::Effect(Effect::Disconnect {
            contact: CONTACT,
            adviser: PHONE,
            requeued: false,
        }));
    it.shows(&expect![[r#"
        desk End { contact: ContactId(40), adviser: AdviserId(901) }
        line HangUp { call: CallId(7) }
    "#]]);
}

#[test]
fn a_phone_that_holds_is_not_told_to_hold_again() {
    let mut it = script();
    it.talking().clear();
    let leg = it.leg;
    it.on(Input::Voice(voice::Event::LegHeld { leg, held: true }))
        .on(Input::Effect(Effect::Hold { contact: CONTACT }));
    it.shows(&expect![[r#"
        desk Hold { contact: ContactId(40) }
    "#]]);
}

#[test]
fn a_transfer_gives_the_caller_music_again() {
    let mut it = script();
    it.talking().clear();
    it.on(Input::Effect(Effect::Disconnect {
        contact: CONTACT,
        adviser: PHONE,
        requeued: true,
    }));
    it.shows(&expect![[r#"
        line HangUpLeg { leg: LegId(4) }
        line Unbridge { party: Call(CallId(7)) }
        line Music { call: CallId(7) }
    "#]]);
}

#[test]
fn the_automatic_adviser_accepts_at_once_says_so_and_echoes() {
    let mut it = script();
    it.waiting().clear().present(AUTOMATIC).connect(AUTOMATIC);
    it.shows(&expect![[r#"
        desk Accept { offer: OfferId(90), adviser: AdviserId(900) }
        line Echo { call: CallId(7), first: [] }
    "#]]);
}

#[test]
fn a_call_whose_sound_dies_is_lost() {
    let mut it = script();
    it.waiting().clear();
    it.on(Input::Voice(voice::Event::CallEnded {
        call: CALL,
        by: voice::End::MediaTimeout,
    }));
    it.shows(&expect![[r#"
        desk Lose { contact: ContactId(40) }
    "#]]);
}

#[test]
fn an_unknown_number_and_a_full_disk_get_a_clear_no() {
    let mut it = script();
    it.ring("12345678");
    it.ring("55553333").reply(Err(Refusal::StoreDown {
        fault: StoreFault::Full,
    }));
    it.shows(&expect![[r#"
        line Reject { call: CallId(7), status: 404, reason: "Unknown number", retry_after: None }
        desk Arrive { contact: ContactId(18446744073709551615), channel: Voice, topic: TopicId(65535), origin: Live, language: Nb, entry: Menu } caller
        line Reject { call: CallId(7), status: 503, reason: "Service unavailable", retry_after: Some(5) }
    "#]]);
}

#[test]
fn a_page_goes_through_the_same_menu_and_follows_the_log() {
    let mut it = script();
    let page = PageId(1);
    it.on(Input::Page(Pages::Ring {
        page,
        number: "main".to_owned(),
        synthetic: true,
    }))
    .reply(Ok(()))
    .on(Input::Page(Pages::Key { page, key: '2' }))
    .reply(Ok(()));
    let contact = CONTACT;
    let adviser = AdviserId(3);
    it.on(Input::Recorded(Event::OfferAccepted {
        offer: OFFER,
        contact,
        adviser,
    }))
    .on(Input::Recorded(Event::ContactHeld { contact, adviser }))
    .on(Input::Recorded(Event::ContactEnded {
        contact,
        adviser,
        by: linje_event::By::Adviser,
        wrap_up_until: START,
    }));
    it.shows(&expect![[r#"
        desk Arrive { contact: ContactId(18446744073709551615), channel: Voice, topic: TopicId(65535), origin: Synthetic, language: Nb, entry: Menu }
        page ringing position=None keys= reason=None
        page menu position=None keys=123459* reason=None
        desk Enqueue { contact: ContactId(40), queue: QueueId(1), topic: TopicId(65535), language: Nb, class: 0, place: Timestamp(9223372036854775807), needs: Needs { clearance: Clearance(0), named: AdviserId(4294967295), not_to: AdviserId(4294967295), due: Timestamp(9223372036854775807) } }
        page menu position=None keys= reason=None
        page queued position=Some(3) keys= reason=None
        page active position=None keys= reason=None
        page held position=None keys= reason=None
        page closed position=None keys= reason=Some("served")
    "#]]);
}

#[test]
fn a_withheld_or_shared_number_has_no_key() {
    let mut it = script();
    it.on(Input::Voice(voice::Event::Incoming {
        call: CALL,
        dialled: "+4755553333".to_owned(),
        from: Caller { number: None },
    }));
    assert!(!it.text.contains("caller"));
    it.clear();
    it.on(Input::Voice(voice::Event::Incoming {
        call: voice::CallId(8),
        dialled: "55553333".to_owned(),
        from: Caller {
            number: Some("55550000".to_owned()),
        },
    }));
    assert!(!it.text.contains("caller"));
}

/// An adviser who talks asks an expert, whose phone rings and is answered.
fn consulting() -> Script {
    let mut it = script();
    let user = "K990002".to_owned();
    it.on(Input::Voice(voice::Event::Registered { user }));
    it.talking().clear().on(Input::Effect(Effect::Consult {
        contact: CONTACT,
        consult: CONSULT,
        adviser: PHONE,
    }));
    it.on(Input::Effect(Effect::Present {
        callback: false,
        offer: OfferId(91),
        contact: CONSULT,
        adviser: EXPERT,
        channel: Channel::Voice,
    }));
    let leg = it.leg;
    it.on(Input::Voice(voice::Event::LegAnswered { leg }))
        .reply(Ok(()))
        .on(Input::Effect(Effect::Connect {
            contact: CONSULT,
            adviser: EXPERT,
        }));
    it
}

#[test]
fn an_expert_talks_with_the_adviser_while_the_citizen_hears_music() {
    let mut it = consulting();
    it.on(Input::Effect(Effect::Resume { contact: CONTACT }))
        .on(Input::Effect(Effect::Disconnect {
            contact: CONSULT,
            adviser: EXPERT,
            requeued: false,
        }));
    it.shows(&expect![[r#"
        line Music { call: CallId(7) }
        line Dial { leg: LegId(6), call: CallId(7), user: "K990002", contact: "C41", caller_display: "Arbeid og helse" }
        desk Accept { offer: OfferId(91), adviser: AdviserId(902) }
        line Bridge { a: Leg(LegId(4)), b: Leg(LegId(6)) }
        line Bridge { a: Call(CallId(7)), b: Leg(LegId(4)) }
        line HangUpLeg { leg: LegId(6) }
    "#]]);
}

#[test]
fn all_three_talk_until_the_expert_hangs_up() {
    let mut it = consulting();
    it.clear().on(Input::Effect(Effect::Conference {
        contact: CONTACT,
        joined: true,
    }));
    it.on(Input::Effect(Effect::Conference {
        contact: CONTACT,
        joined: false,
    }))
    .on(Input::Effect(Effect::Conference {
        contact: CONTACT,
        joined: true,
    }));
    let leg = it.leg;
    it.on(Input::Voice(voice::Event::LegEnded { leg }))
        .on(Input::Effect(Effect::Resume { contact: CONTACT }));
    it.shows(&expect![[r#"
        line Conference { call: CallId(7), legs: [LegId(4), LegId(6)] }
        line Music { call: CallId(7) }
        line Bridge { a: Leg(LegId(4)), b: Leg(LegId(6)) }
        line Conference { call: CallId(7), legs: [LegId(4), LegId(6)] }
        desk End { contact: ContactId(41), adviser: AdviserId(902) }
        line Bridge { a: Call(CallId(7)), b: Leg(LegId(4)) }
    "#]]);
}

fn attends(how: voice::Attend) -> Input {
    Input::Beside(Beside::Attend {
        contact: CONTACT,
        user: "leader".to_owned(),
        how,
    })
}

#[test]
fn somebody_attends_this_conversation_and_no_other() {
    let mut it = script();
    it.talking().clear().on(attends(voice::Attend::Listen));
    let leg = it.leg;
    it.on(Input::Voice(voice::Event::LegAnswered { leg }))
        .on(attends(voice::Attend::Join));
    it.on(Input::Effect(Effect::Disconnect {
        contact: CONTACT,
        adviser: PHONE,
        requeued: true,
    }));
    it.on(attends(voice::Attend::Listen));
    it.shows(&expect![[r#"
        line Dial { leg: LegId(6), call: CallId(7), user: "leader", contact: "C40", caller_display: "Medlytting" }
        line AnswerLeg { leg: LegId(6) }
        line Attend { leg: LegId(6), to: LegId(4), how: Listen }
        beside Attending { contact: ContactId(40), on: true }
        line Attend { leg: LegId(6), to: LegId(4), how: Join }
        line HangUpLeg { leg: LegId(6) }
        beside Attending { contact: ContactId(40), on: false }
        line HangUpLeg { leg: LegId(4) }
        line Unbridge { party: Call(CallId(7)) }
        line Music { call: CallId(7) }
        beside Attending { contact: ContactId(40), on: false }
    "#]]);
}

#[test]
fn a_yes_counts_only_when_it_was_asked_for_and_only_once() {
    let mut it = script();
    it.talking().clear();
    let key = |digit| Input::Voice(voice::Event::Digit { call: CALL, digit });
    let ask = |on| {
        Input::Beside(Beside::AskYes {
            contact: CONTACT,
            on,
        })
    };
    it.on(key('1'))
        .on(ask(true))
        .on(key('2'))
        .on(key('1'))
        .on(key('1'));
    it.on(ask(true)).on(ask(false)).on(key('1'));
    it.on(Input::Beside(Beside::Sound { contact: CONTACT }));
    it.shows(&expect![[r#"
        beside SaidYes { contact: ContactId(40) }
        beside Sound { contact: ContactId(40), at: Some((CallId(7), LegId(4))) }
    "#]]);
}

#[test]
fn the_question_is_said_aloud_and_makes_room_for_a_yes_a_hold_and_its_end() {
    let mut it = script_with(|centre| {
        let prompt = centre
            .prompt_id("recording-question")
            .expect("the question");
        Clips::silent(prompt, Language::Nb)
    });
    it.talking().clear();
    let ask = Input::Beside(Beside::AskYes {
        contact: CONTACT,
        on: true,
    });
    it.on(ask);
    // Its end is known by the number of the play, as the line tells it.
    let play = it.last_play;
    it.on(Input::Voice(voice::Event::PlayEnded { call: CALL, play }));
    it.on(Input::Beside(Beside::AskYes {
        contact: CONTACT,
        on: true,
    }));
    it.on(Input::Effect(Effect::Hold { contact: CONTACT }));
    it.on(Input::Voice(voice::Event::Digit {
        call: CALL,
        digit: '1',
    }));
    it.on(Input::Effect(Effect::Resume { contact: CONTACT }));
    it.on(Input::Beside(Beside::AskYes {
        contact: CONTACT,
        on: true,
    }));
    it.on(Input::Voice(voice::Event::Digit {
        call: CALL,
        digit: '1',
    }));
    it.shows(&expect![[r#"
        line Play { call: CallId(7), play: 2,
        line Bridge { a: Call(CallId(7)), b: Leg(LegId(4)) }
        line Play { call: CallId(7), play: 4,
        line Bridge { a: Call(CallId(7)), b: Leg(LegId(4)) }
        line Hold { call: CallId(7) }
        line Resume { call: CallId(7) }
        line Play { call: CallId(7), play: 6,
        line Bridge { a: Call(CallId(7)), b: Leg(LegId(4)) }
        line Play { call: CallId(7), play: 8,
        line Bridge { a: Call(CallId(7)), b: Leg(LegId(4)) }
        beside SaidYes { contact: ContactId(40) }
    "#]]);
}

#[test]
fn the_citizen_is_handed_over_and_the_phone_of_the_first_adviser_ends() {
    let mut it = consulting();
    it.clear().on(Input::Effect(Effect::HandOver {
        contact: CONTACT,
        consult: CONSULT,
        from: PHONE,
        to: EXPERT,
    }));
    it.on(Input::Voice(voice::Event::CallEnded {
        call: CALL,
        by: voice::End::Far,
    }));
    it.shows(&expect![[r#"
        line Bridge { a: Call(CallId(7)), b: Leg(LegId(6)) }
        line HangUpLeg { leg: LegId(4) }
        desk Leave { contact: ContactId(40) }
        line HangUpLeg { leg: LegId(6) }
    "#]]);
}

#[test]
fn hanging_up_while_the_expert_is_there_hands_over() {
    let mut it = consulting();
    it.clear();
    let leg = LegId(4);
    it.on(Input::Voice(voice::Event::LegEnded { leg }));
    it.shows(&expect![[r#"
        desk EndConsult { contact: ContactId(40), adviser: AdviserId(901), action: HandOver }
    "#]]);
}

#[test]
fn an_expert_who_hangs_up_ends_the_consultation_only() {
    let mut it = consulting();
    it.clear();
    let leg = it.leg;
    it.on(Input::Voice(voice::Event::LegEnded { leg }));
    it.shows(&expect![[r#"
        desk End { contact: ContactId(41), adviser: AdviserId(902) }
    "#]]);
}

#[test]
fn a_citizen_is_rung_when_the_phone_of_the_adviser_was_answered() {
    let mut it = script();
    let user = "K990001".to_owned();
    it.on(Input::Voice(voice::Event::Registered { user }));
    it.clear().on(Input::Effect(Effect::Present {
        callback: true,
        offer: OFFER,
        contact: CONTACT,
        adviser: PHONE,
        channel: Channel::Voice,
    }));
    let leg = it.leg;
    it.on(Input::Voice(voice::Event::LegAnswered { leg }))
        .reply(Ok(()))
        .on(Input::Dial {
            contact: CONTACT,
            adviser: PHONE,
            attempt: 1,
            promised: true,
            number: Some("22334455".into()),
        });
    let call = *it.calls_out.last().expect("a call out");
    it.on(Input::Voice(voice::Event::CallAnswered { call }))
        .reply(Ok(()))
        .connect(PHONE)
        .on(Input::Voice(voice::Event::CallEnded {
            call,
            by: voice::End::Far,
        }));
    it.shows(&expect![[r#"
        line Dial { leg: LegId(3), call: CallId(9223372036854775809), user: "K990001", contact: "C40", caller_display: "Linje" }
        desk Accept { offer: OfferId(90), adviser: AdviserId(901) }
        line RingTone { leg: LegId(3) }
        line CallOut { call: CallId(9223372036854775809), number: Number(..), ring_timeout: 25s }
        desk Dialled { contact: ContactId(40), attempt: 1, failed: None }
        line Bridge { a: Call(CallId(9223372036854775809)), b: Leg(LegId(3)) }
        desk Leave { contact: ContactId(40) }
        line HangUpLeg { leg: LegId(3) }
    "#]]);
}

/// What was ordered on the web is offered at once when somebody is free: the phone may ring before the record comes.
#[test]
fn the_record_of_what_was_ordered_elsewhere_does_not_take_the_line_from_whoever_is_to_be_rung() {
    let mut it = script();
    let user = "K990001".to_owned();
    it.on(Input::Voice(voice::Event::Registered { user }));
    it.clear()
        .on(Input::Effect(Effect::Present {
            callback: true,
            offer: OFFER,
            contact: CONTACT,
            adviser: PHONE,
            channel: Channel::Voice,
        }))
        .on(Input::Recorded(Event::CallbackAsked {
            contact: CONTACT,
            from: Timestamp::ZERO,
            until: Timestamp::NEVER,
        }));
    let leg = it.leg;
    it.on(Input::Voice(voice::Event::LegAnswered { leg }))
        .reply(Ok(()))
        .on(Input::Dial {
            contact: CONTACT,
            adviser: PHONE,
            attempt: 1,
            promised: true,
            number: Some("22334455".into()),
        });
    it.shows(&expect![[r#"
        line Dial { leg: LegId(3), call: CallId(9223372036854775809), user: "K990001", contact: "C40", caller_display: "Linje" }
        desk Accept { offer: OfferId(90), adviser: AdviserId(901) }
        line RingTone { leg: LegId(3) }
        line CallOut { call: CallId(9223372036854775809), number: Number(..), ring_timeout: 25s }
    "#]]);
}

#[test]
fn whoever_is_rung_by_an_adviser_is_not_told_of_a_promise_and_the_adviser_hears_it_ring() {
    let mut it = script();
    let user = "K990001".to_owned();
    it.on(Input::Voice(voice::Event::Registered { user }));
    it.clear().on(Input::Dial {
        contact: CONTACT,
        adviser: PHONE,
        attempt: 1,
        promised: false,
        number: Some("22334455".into()),
    });
    let (leg, call) = (it.leg, *it.calls_out.last().expect("a call out"));
    it.on(Input::Voice(voice::Event::LegAnswered { leg }))
        .on(Input::Voice(voice::Event::CallAnswered { call }))
        .reply(Ok(()))
        .connect(PHONE);
    it.shows(&expect![[r#"
        line Dial { leg: LegId(3), call: CallId(9223372036854775809), user: "K990001", contact: "C40", caller_display: "Linje" }
        line AnswerLeg { leg: LegId(3) }
        line CallOut { call: CallId(9223372036854775809), number: Number(..), ring_timeout: 25s }
        line RingTone { leg: LegId(3) }
        desk Dialled { contact: ContactId(40), attempt: 1, failed: None }
        line Bridge { a: Call(CallId(9223372036854775809)), b: Leg(LegId(3)) }
    "#]]);
}

#[test]
fn a_citizen_who_does_not_answer_leaves_the_adviser_in_peace() {
    let mut it = script();
    it.on(Input::Dial {
        contact: CONTACT,
        adviser: PHONE,
        attempt: 2,
        promised: true,
        number: Some("22334455".into()),
    });
    let call = *it.calls_out.last().expect("a call out");
    it.clear().on(Input::Voice(voice::Event::CallFailed {
        call,
        cause: voice::CallCause::NoAnswer,
    }));
    it.on(Input::Effect(Effect::StopDial {
        contact: CONTACT,
        adviser: PHONE,
    }));
    assert_eq!(it.calls.n_lines(), 0);
    it.shows(&expect![[r#"
        desk Dialled { contact: ContactId(40), attempt: 2, failed: Some(NoAnswer) }
        line HangUp { call: CallId(9223372036854775809) }
    "#]]);
}
