//! An adviser asks an expert while the caller waits: who hears whom, and every way in which it ends.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops where something is not as it should be, and waits for one event among many"
)]

mod common;

use std::time::Duration;

use common::{Line, PATIENCE, config, have, run_to};
use linje_voice::testing::{Baresip, PhoneBehaviour, Sipp, heard_at_all, heard_in_order, tone};
use linje_voice::{Attend, CallId, Cause, Command, End, Event, LegId};

const ADVISER: &str = "K990001";
const EXPERT: &str = "K990002";
/// Everybody speaks with a tone of their own, above everything in the music.
const VOICES: [(&str, f64); 4] = [
    ("ringing", 425.0),
    ("caller", 1_100.0),
    ("adviser", 1_500.0),
    ("expert", 1_900.0),
];
const WAIT: PhoneBehaviour = PhoneBehaviour::AnswerAndWait { ring_ms: 0 };

fn speech(who: &str) -> Vec<i16> {
    let hertz = VOICES.iter().find(|(name, _)| *name == who).unwrap().1;
    tone(hertz, 7_000, 8_000 * 60)
}

async fn heard_by(phone: &Baresip) -> Vec<&'static str> {
    heard_in_order(&phone.heard().await.unwrap(), &VOICES)
}

/// Time for everybody to be heard.
async fn talk() {
    tokio::time::sleep(Duration::from_millis(1_800)).await;
}

async fn succeeded(sipp: Sipp) {
    let totals = sipp.finish().await.unwrap();
    assert_eq!(
        (totals.successful, totals.failed, totals.exit),
        (1, 0, 0),
        "{totals:?}"
    );
}

/// The caller is put aside, the expert is called.
fn ask(line: &mut Line, call: CallId) -> LegId {
    line.send(Command::Music { call });
    line.dial(call, EXPERT)
}

async fn consult(line: &mut Line, call: CallId, adviser: LegId) -> LegId {
    let expert = ask(line, call);
    line.event(Event::LegAnswered { leg: expert }).await;
    line.send(Command::bridge(adviser, expert));
    expert
}

struct Three {
    line: Line,
    caller: Baresip,
    adviser: Baresip,
    expert: Baresip,
    call: CallId,
    leg: LegId,
}

/// Caller and adviser talk on telephones; the expert's is registered.
async fn three(expert_answers: bool) -> Three {
    let mut line = Line::open(config(2)).await;
    let mut adviser = line.baresip_phone(ADVISER, true, &speech("adviser")).await;
    let expert = line
        .baresip_phone(EXPERT, expert_answers, &speech("expert"))
        .await;
    let caller = line.baresip_caller(&speech("caller")).await;
    let call = line.answered_call().await;
    let leg = line.connect(call, ADVISER).await;
    adviser
        .wait_for("CALL_ESTABLISHED", PATIENCE)
        .await
        .unwrap();
    talk().await;
    Three {
        line,
        caller,
        adviser,
        expert,
        call,
        leg,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caller_hears_music_while_two_talk_and_is_taken_back() {
    if !have(&["baresip"]) {
        return;
    }
    let Three {
        mut line,
        mut caller,
        mut adviser,
        mut expert,
        call,
        leg,
    } = three(true).await;
    let second = consult(&mut line, call, leg).await;
    expert.wait_for("CALL_ESTABLISHED", PATIENCE).await.unwrap();
    talk().await;
    line.send(Command::bridge(call, leg));
    line.send(Command::HangUpLeg { leg: second });
    line.event(Event::LegEnded { leg: second }).await;
    expert.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    talk().await;
    line.send(Command::HangUp { call });
    line.event(Event::LegEnded { leg }).await;
    caller.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    adviser.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    assert_eq!(heard_by(&caller).await, ["adviser", "music", "adviser"]);
    assert_eq!(heard_by(&adviser).await, ["caller", "expert", "caller"]);
    assert_eq!(heard_by(&expert).await, ["adviser"]);
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caller_is_handed_over_to_the_expert() {
    if !have(&["baresip"]) {
        return;
    }
    let Three {
        mut line,
        mut caller,
        mut adviser,
        mut expert,
        call,
        leg,
    } = three(false).await;
    let second = ask(&mut line, call);
    line.event(Event::LegRinging { leg: second }).await;
    line.send(Command::RingTone { leg });
    talk().await;
    expert.accept().await.unwrap();
    line.event(Event::LegAnswered { leg: second }).await;
    line.send(Command::bridge(leg, second));
    talk().await;
    line.send(Command::bridge(call, second));
    line.send(Command::HangUpLeg { leg });
    line.event(Event::LegEnded { leg }).await;
    adviser.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    talk().await;
    caller.hang_up().await.unwrap();
    line.ended(call, End::Far).await;
    line.event(Event::LegEnded { leg: second }).await;
    expert.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    assert_eq!(heard_by(&caller).await, ["adviser", "music", "expert"]);
    assert_eq!(heard_by(&adviser).await, ["caller", "ringing", "expert"]);
    assert_eq!(heard_by(&expert).await, ["adviser", "caller"]);
    line.is_empty_again().await;
}

async fn heard_by_at_all(phone: &Baresip) -> Vec<&'static str> {
    heard_at_all(&phone.heard().await.unwrap(), &VOICES)
}

#[tokio::test(flavor = "multi_thread")]
async fn all_three_hear_the_two_others_and_nobody_hears_themselves() {
    if !have(&["baresip"]) {
        return;
    }
    let Three {
        mut line,
        mut caller,
        mut adviser,
        mut expert,
        call,
        leg,
    } = three(true).await;
    let second = consult(&mut line, call, leg).await;
    expert.wait_for("CALL_ESTABLISHED", PATIENCE).await.unwrap();
    line.send(Command::Conference {
        call,
        legs: [leg, second],
    });
    talk().await;
    talk().await;
    // The expert leaves: the two are joined as before, without mixing.
    expert.hang_up().await.unwrap();
    line.event(Event::LegEnded { leg: second }).await;
    line.send(Command::bridge(call, leg));
    talk().await;
    line.send(Command::HangUp { call });
    line.event(Event::LegEnded { leg }).await;
    caller.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    adviser.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    assert_eq!(heard_by_at_all(&caller).await, ["adviser", "expert"]);
    assert_eq!(heard_by_at_all(&adviser).await, ["caller", "expert"]);
    assert_eq!(heard_by_at_all(&expert).await, ["caller", "adviser"]);
    let order = heard_by(&caller).await;
    assert!(
        order.contains(&"mixed") && order.last() == Some(&"adviser"),
        "{order:?}"
    );
    line.is_empty_again().await;
}

/// The third telephone attends the conversation of the caller and the adviser.
async fn attended(how: Attend) -> [Vec<&'static str>; 3] {
    let Three {
        mut line,
        mut caller,
        mut adviser,
        mut expert,
        call,
        leg,
    } = three(true).await;
    let second = line.dial(call, EXPERT);
    line.event(Event::LegAnswered { leg: second }).await;
    line.send(Command::Attend {
        leg: second,
        to: leg,
        how,
    });
    talk().await;
    line.send(Command::HangUpLeg { leg: second });
    line.event(Event::LegEnded { leg: second }).await;
    talk().await;
    line.send(Command::HangUp { call });
    line.event(Event::LegEnded { leg }).await;
    for phone in [&mut caller, &mut adviser, &mut expert] {
        phone.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    }
    line.is_empty_again().await;
    [
        heard_by_at_all(&caller).await,
        heard_by_at_all(&adviser).await,
        heard_by_at_all(&expert).await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn who_listens_is_heard_by_nobody_who_whispers_by_the_adviser_who_joins_by_both() {
    if !have(&["baresip"]) {
        return;
    }
    let both = vec!["caller", "adviser"];
    let (adviser, caller, third) = (vec!["adviser"], vec!["caller"], "expert");
    assert_eq!(
        attended(Attend::Listen).await,
        [adviser.clone(), caller.clone(), both.clone()]
    );
    assert_eq!(
        attended(Attend::Whisper).await,
        [adviser, vec!["caller", third], both.clone()]
    );
    assert_eq!(
        attended(Attend::Join).await,
        [vec!["adviser", third], vec!["caller", third], both]
    );
}

/// Nobody has two partners: whoever is given a new one leaves the old one, and can come back.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_partner_takes_the_place_of_the_old_one() {
    if !have(&["baresip"]) {
        return;
    }
    let Three {
        mut line,
        mut caller,
        mut adviser,
        mut expert,
        call,
        leg,
    } = three(true).await;
    let second = line.dial(call, EXPERT);
    line.event(Event::LegAnswered { leg: second }).await;
    line.send(Command::bridge(leg, second));
    talk().await;
    line.send(Command::HangUpLeg { leg: second });
    line.event(Event::LegEnded { leg: second }).await;
    line.send(Command::bridge(call, leg));
    talk().await;
    line.send(Command::HangUp { call });
    line.event(Event::LegEnded { leg }).await;
    caller.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    adviser.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    expert.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    assert_eq!(heard_by(&caller).await, ["adviser"]);
    assert_eq!(heard_by(&adviser).await, ["caller", "expert", "caller"]);
    assert_eq!(heard_by(&expert).await, ["adviser"]);
    line.is_empty_again().await;
}

/// Hold before the question: the adviser's phone was told to be silent, and must speak again to the expert.
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_does_not_outlive_the_conversation_it_was_for() {
    if !have(&["baresip"]) {
        return;
    }
    let Three {
        mut line,
        mut caller,
        mut adviser,
        mut expert,
        call,
        leg,
    } = three(true).await;
    line.send(Command::Hold { call });
    talk().await;
    let second = consult(&mut line, call, leg).await;
    expert.wait_for("CALL_ESTABLISHED", PATIENCE).await.unwrap();
    talk().await;
    // The expert hangs up: the adviser is alone, the caller still hears music.
    expert.hang_up().await.unwrap();
    line.event(Event::LegEnded { leg: second }).await;
    line.send(Command::bridge(call, leg));
    talk().await;
    adviser.hang_up().await.unwrap();
    line.event(Event::LegEnded { leg }).await;
    line.send(Command::HangUp { call });
    caller.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    assert_eq!(heard_by(&caller).await, ["adviser", "music", "adviser"]);
    // This telephone records nothing more once it was put on hold; that it speaks again is heard above and below.
    assert_eq!(heard_by(&adviser).await, ["caller"]);
    assert_eq!(heard_by(&expert).await, ["adviser"]);
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_expert_hangs_up_and_the_caller_waits_for_the_adviser() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(config(2)).await;
    let adviser = line.sipp_phone(ADVISER, WAIT).await;
    let leaves = PhoneBehaviour::AnswerAndHangUp {
        ring_ms: 0,
        talk_ms: 400,
    };
    let expert = line.sipp_phone(EXPERT, leaves).await;
    let caller = Sipp::callers_until_bye(&run_to(&line, "load")).unwrap();
    let call = line.answered_call().await;
    let leg = line.connect(call, ADVISER).await;
    let second = consult(&mut line, call, leg).await;
    line.event(Event::LegEnded { leg: second }).await;
    line.send(Command::bridge(call, leg));
    line.send(Command::HangUp { call });
    line.ended(call, End::Near).await;
    line.event(Event::LegEnded { leg }).await;
    for sipp in [caller, adviser, expert] {
        succeeded(sipp).await;
    }
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_adviser_hangs_up_and_the_switchboard_decides() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(config(2)).await;
    let leaves = PhoneBehaviour::AnswerAndHangUp {
        ring_ms: 0,
        talk_ms: 900,
    };
    let adviser = line.sipp_phone(ADVISER, leaves).await;
    let expert = line.sipp_phone(EXPERT, WAIT).await;
    let caller = Sipp::callers_that_hang_up(&run_to(&line, "load"), 2_500).unwrap();
    let call = line.answered_call().await;
    let leg = line.connect(call, ADVISER).await;
    let second = consult(&mut line, call, leg).await;
    line.event(Event::LegEnded { leg }).await;
    // Nobody was joined by that; now the caller is.
    line.send(Command::bridge(call, second));
    line.ended(call, End::Far).await;
    line.event(Event::LegEnded { leg: second }).await;
    for sipp in [caller, adviser, expert] {
        succeeded(sipp).await;
    }
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caller_hangs_up_and_both_phones_end() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(config(2)).await;
    let adviser = line.sipp_phone(ADVISER, WAIT).await;
    let expert = line.sipp_phone(EXPERT, WAIT).await;
    let caller = Sipp::callers_that_hang_up(&run_to(&line, "load"), 1_500).unwrap();
    let call = line.answered_call().await;
    let leg = line.connect(call, ADVISER).await;
    let second = consult(&mut line, call, leg).await;
    line.ended(call, End::Far).await;
    line.event(Event::LegEnded { leg }).await;
    line.event(Event::LegEnded { leg: second }).await;
    for sipp in [caller, adviser, expert] {
        succeeded(sipp).await;
    }
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caller_hangs_up_while_the_expert_is_called() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(config(2)).await;
    let adviser = line.sipp_phone(ADVISER, WAIT).await;
    let expert = line
        .sipp_phone(EXPERT, PhoneBehaviour::RingUntilCancelled)
        .await;
    let caller = Sipp::callers_that_hang_up(&run_to(&line, "load"), 1_500).unwrap();
    let call = line.answered_call().await;
    let leg = line.connect(call, ADVISER).await;
    let second = ask(&mut line, call);
    line.event(Event::LegRinging { leg: second }).await;
    line.ended(call, End::Far).await;
    line.event(Event::LegEnded { leg }).await;
    line.event(Event::LegFailed {
        leg: second,
        cause: Cause::Cancelled,
    })
    .await;
    for sipp in [caller, adviser, expert] {
        succeeded(sipp).await;
    }
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expert_who_is_busy_changes_nothing_else() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(config(2)).await;
    let adviser = line.sipp_phone(ADVISER, WAIT).await;
    let expert = line.sipp_phone(EXPERT, PhoneBehaviour::Refuse(486)).await;
    let caller = Sipp::callers_until_bye(&run_to(&line, "load")).unwrap();
    let call = line.answered_call().await;
    let leg = line.connect(call, ADVISER).await;
    let second = ask(&mut line, call);
    // Not yet answered: nobody can be joined to it.
    line.send(Command::bridge(leg, second));
    line.event(Event::LegFailed {
        leg: second,
        cause: Cause::Busy,
    })
    .await;
    line.send(Command::bridge(call, leg));
    line.send(Command::unbridge(leg));
    line.send(Command::bridge(leg, call));
    line.send(Command::HangUp { call });
    line.ended(call, End::Near).await;
    line.event(Event::LegEnded { leg }).await;
    for sipp in [caller, adviser, expert] {
        succeeded(sipp).await;
    }
    line.is_empty_again().await;
}

/// Parties of different calls are never joined.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_joined_to_a_stranger() {
    if !have(&["baresip"]) {
        return;
    }
    let Three {
        mut line,
        mut caller,
        mut adviser,
        mut expert,
        call,
        leg,
    } = three(true).await;
    let run = run_to(&line, "load");
    let other = Sipp::callers_until_bye(&run).unwrap();
    let stranger = line.answered_call().await;
    let second = line.connect(stranger, EXPERT).await;
    expert.wait_for("CALL_ESTABLISHED", PATIENCE).await.unwrap();
    line.send(Command::bridge(leg, second));
    line.send(Command::bridge(call, second));
    line.send(Command::bridge(call, call));
    talk().await;
    for call in [stranger, call] {
        line.send(Command::HangUp { call });
        line.ended(call, End::Near).await;
    }
    caller.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    adviser.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    assert_eq!(heard_by(&caller).await, ["adviser"]);
    assert_eq!(heard_by(&adviser).await, ["caller"]);
    succeeded(other).await;
    line.is_empty_again().await;
}
