//! What people hear, with baresip on both ends: the recordings are compared with what was played.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops where something is not as it should be, and waits for one event among many"
)]

mod common;

use std::time::Duration;

use common::{Line, PATIENCE, config, have, prompt};
use linje_voice::testing::{correlation, rms, tone};
use linje_voice::{Command, End, Event};

/// Speech of the caller and of the phone: tones that appear nowhere else.
fn caller_speech() -> Vec<i16> {
    [(300.0, 3_000), (620.0, 3_500)]
        .iter()
        .flat_map(|&(hertz, samples)| tone(hertz, 7_000, samples))
        .collect::<Vec<i16>>()
        .repeat(20)
}

fn phone_speech() -> Vec<i16> {
    [(450.0, 2_500), (380.0, 4_500)]
        .iter()
        .flat_map(|&(hertz, samples)| tone(hertz, 7_000, samples))
        .collect::<Vec<i16>>()
        .repeat(20)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_telephone_hears_prompt_and_music_and_presses_a_key() {
    if !have(&["baresip"]) {
        return;
    }
    let mut line = Line::open(config(0)).await;
    let mut caller = line.baresip_caller(&caller_speech()).await;
    let call = line.answered_call().await;
    line.play(call, 1);
    caller.wait_for("CALL_ESTABLISHED", PATIENCE).await.unwrap();
    line.event(Event::PlayEnded { call, play: 1 }).await;
    caller.press('2').await.unwrap();
    line.event(Event::Digit { call, digit: '2' }).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    caller.hang_up().await.unwrap();
    line.ended(call, End::Far).await;
    let heard = caller.heard().await.unwrap();
    let likeness = correlation(&heard, &prompt());
    assert!(likeness >= 0.9, "prompt {likeness}");
    let music = line.bank.sent_music();
    let likeness = correlation(&heard, &music[..8_000]);
    assert!(likeness >= 0.9, "music {likeness}");
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn caller_and_phone_hear_each_other_and_hold_brings_music() {
    if !have(&["baresip"]) {
        return;
    }
    let mut line = Line::open(config(1)).await;
    let mut phone = line.baresip_phone("K990001", true, &phone_speech()).await;
    let mut caller = line.baresip_caller(&caller_speech()).await;
    let call = line.answered_call().await;
    let leg = line.connect(call, "K990001").await;
    phone.wait_for("CALL_ESTABLISHED", PATIENCE).await.unwrap();
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    line.send(Command::Hold { call });
    tokio::time::sleep(Duration::from_millis(2_000)).await;
    line.send(Command::Resume { call });
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    line.send(Command::HangUpLeg { leg });
    line.event(Event::LegEnded { leg }).await;
    phone.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    line.send(Command::HangUp { call });
    caller.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    let (at_caller, at_phone) = (caller.heard().await.unwrap(), phone.heard().await.unwrap());
    let likeness = correlation(&at_caller, &phone_speech()[..7_000]);
    assert!(likeness >= 0.9, "phone to caller {likeness}");
    let likeness = correlation(&at_phone, &caller_speech()[..6_500]);
    assert!(likeness >= 0.9, "caller to phone {likeness}");
    let likeness = correlation(&at_caller, &line.bank.sent_music()[..6_000]);
    assert!(likeness >= 0.9, "music on hold {likeness}");
    let end = &at_caller[at_caller.len().saturating_sub(12_000)..];
    assert!(
        rms(end) > 500.0,
        "the caller hears the phone again: {}",
        rms(end)
    );
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_echo_gives_the_caller_back_what_it_says() {
    if !have(&["baresip"]) {
        return;
    }
    let mut line = Line::open(config(0)).await;
    let mut caller = line.baresip_caller(&caller_speech()).await;
    let call = line.answered_call().await;
    let first = vec![line.bank.id("prompt").unwrap()];
    line.send(Command::Echo { call, first });
    caller.wait_for("CALL_ESTABLISHED", PATIENCE).await.unwrap();
    tokio::time::sleep(Duration::from_millis(4_000)).await;
    line.send(Command::HangUp { call });
    caller.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    let heard = caller.heard().await.unwrap();
    assert!(correlation(&heard, &prompt()) >= 0.9);
    assert!(correlation(&heard, &caller_speech()[..6_500]) >= 0.9);
}
