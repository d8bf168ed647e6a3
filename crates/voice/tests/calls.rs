//! Calls with SIPp: every way in which one begins, changes and ends.

mod common;

use common::{Line, config, have, run_to};
use linje_voice::testing::{PhoneBehaviour, Sipp, SippTotals};
use linje_voice::{Cause, Command, End, Event};

async fn succeeded(sipp: Sipp) {
    let totals = sipp.finish().await.unwrap();
    assert_eq!((totals.successful, totals.failed, totals.exit), (1, 0, 0), "{totals:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_hears_a_prompt_presses_keys_and_is_hung_up() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(config(0)).await;
    let caller = Sipp::callers_that_press(&run_to(&line, "+47-55.55(33)33"), "3#", 300).unwrap();
    let call = line
        .expect("incoming call", |event| match event {
            Event::Incoming { call, dialled, from } => Some((*call, dialled.clone(), from.number.clone())),
            _ => None,
        })
        .await;
    assert_eq!((call.1.as_str(), call.2.as_deref()), ("+4755553333", Some("9001")));
    let call = call.0;
    line.send(Command::Ringing { call, contact: "c-1".into() });
    line.send(Command::Answer { call, contact: "c-1".into() });
    line.play(call, 7);
    line.event(Event::Digit { call, digit: '3' }).await;
    line.event(Event::Digit { call, digit: '#' }).await;
    line.event(Event::PlayEnded { call, play: 7 }).await;
    line.send(Command::HangUp { call });
    line.ended(call, End::Near).await;
    succeeded(caller).await;
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_phone_is_called_and_bridged_and_hangs_up() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(config(1)).await;
    let behaviour = PhoneBehaviour::AnswerAndHangUp { ring_ms: 100, talk_ms: 500 };
    let phones = line.sipp_phones(1, 1, behaviour).await;
    let caller = Sipp::callers_until_bye(&run_to(&line, "load")).unwrap();
    let call = line.answered_call().await;
    let leg = line.connect(call, "K990001").await;
    line.event(Event::LegEnded { leg }).await;
    line.send(Command::HangUp { call });
    line.ended(call, End::Near).await;
    succeeded(caller).await;
    succeeded(phones).await;
    line.is_empty_again().await;
}
