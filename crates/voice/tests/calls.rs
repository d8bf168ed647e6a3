//! Calls with SIPp: every way in which one begins, changes and ends.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops where something is not as it should be, and waits for one event among many"
)]

mod common;

use std::time::Duration;

use common::{Line, config, have, run_to};
use linje_voice::testing::{PhoneBehaviour, RawSip, Sipp, SippRun};
use linje_voice::{CallId, Cause, Command, Config, End, Event, LegId};

async fn succeeded(sipp: Sipp) {
    let totals = sipp.finish().await.unwrap();
    assert_eq!(
        (totals.successful, totals.failed, totals.exit),
        (1, 0, 0),
        "{totals:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_hears_a_prompt_presses_keys_and_is_hung_up() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(config(0)).await;
    let caller = Sipp::callers_that_press(&run_to(&line, "+47-55.55(33)33"), "3#", 300).unwrap();
    let (call, dialled, number) = line
        .expect("incoming call", |event| match event {
            Event::Incoming {
                call,
                dialled,
                from,
            } => Some((*call, dialled.clone(), from.number.clone())),
            _ => None,
        })
        .await;
    assert_eq!(
        (dialled.as_str(), number.as_deref()),
        ("+4755553333", Some("9001"))
    );
    line.send(Command::Ringing {
        call,
        contact: "c-1".into(),
    });
    line.send(Command::Answer {
        call,
        contact: "c-1".into(),
    });
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
    let behaviour = PhoneBehaviour::AnswerAndHangUp {
        ring_ms: 100,
        talk_ms: 500,
    };
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

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_takes_the_phone_along() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(config(1)).await;
    let phones = line
        .sipp_phones(1, 1, PhoneBehaviour::AnswerAndWait { ring_ms: 0 })
        .await;
    let caller = Sipp::callers_that_hang_up(&run_to(&line, "load"), 1_500).unwrap();
    let call = line.answered_call().await;
    let leg = line.connect(call, "K990001").await;
    line.ended(call, End::Far).await;
    line.event(Event::LegEnded { leg }).await;
    succeeded(caller).await;
    succeeded(phones).await;
    line.is_empty_again().await;
}

/// S10 and B4: a caller who gives up while it rings leaves no ringing phone behind.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_cancels_stops_the_ringing() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(config(1)).await;
    let phones = line
        .sipp_phones(1, 1, PhoneBehaviour::RingUntilCancelled)
        .await;
    let caller = Sipp::callers_that_cancel(&run_to(&line, "load"), 700).unwrap();
    let call = line.incoming().await;
    line.send(Command::Ringing {
        call,
        contact: "c-1".into(),
    });
    let leg = line.dial(call, "K990001");
    line.event(Event::LegRinging { leg }).await;
    line.ended(call, End::Cancelled).await;
    line.event(Event::LegFailed {
        leg,
        cause: Cause::Cancelled,
    })
    .await;
    succeeded(caller).await;
    succeeded(phones).await;
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_was_told_to_stop_rings_no_more_and_the_caller_waits_on() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(config(1)).await;
    let phones = line
        .sipp_phones(1, 1, PhoneBehaviour::RingUntilCancelled)
        .await;
    let caller = Sipp::callers_until_bye(&run_to(&line, "load")).unwrap();
    let call = line.answered_call().await;
    let leg = line.dial(call, "K990001");
    line.event(Event::LegRinging { leg }).await;
    line.send(Command::CancelLeg { leg });
    line.event(Event::LegFailed {
        leg,
        cause: Cause::Cancelled,
    })
    .await;
    // S12: what comes too late changes nothing.
    line.send(Command::bridge(call, leg));
    line.send(Command::HangUpLeg { leg });
    line.send(Command::HangUp { call });
    line.ended(call, End::Near).await;
    succeeded(caller).await;
    succeeded(phones).await;
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_that_are_busy_absent_or_unknown_are_told_apart() {
    if !have(&["sipp"]) {
        return;
    }
    for (status, cause) in [
        (486, Cause::Busy),
        (480, Cause::Unreachable),
        (603, Cause::Declined),
    ] {
        let mut line = Line::open(config(1)).await;
        let phones = line.sipp_phones(1, 1, PhoneBehaviour::Refuse(status)).await;
        let caller = Sipp::callers_until_bye(&run_to(&line, "load")).unwrap();
        let call = line.answered_call().await;
        let leg = line.dial(call, "K990001");
        line.event(Event::LegFailed { leg, cause }).await;
        let unknown = line.dial(call, "K990002");
        line.event(Event::LegFailed {
            leg: unknown,
            cause: Cause::Unreachable,
        })
        .await;
        line.send(Command::HangUp { call });
        line.ended(call, End::Near).await;
        succeeded(caller).await;
        succeeded(phones).await;
        line.is_empty_again().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_gone_without_a_word_is_unreachable() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(Config {
        dial_timeout: Duration::from_millis(700),
        ..config(1)
    })
    .await;
    drop(
        line.sipp_phones(1, 1, PhoneBehaviour::RingUntilCancelled)
            .await,
    );
    let caller = Sipp::callers_until_bye(&run_to(&line, "load")).unwrap();
    let call = line.answered_call().await;
    let leg = line.dial(call, "K990001");
    line.event(Event::LegFailed {
        leg,
        cause: Cause::Unreachable,
    })
    .await;
    line.send(Command::HangUp { call });
    line.ended(call, End::Near).await;
    succeeded(caller).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_caller_hears_the_reason_and_when_to_come_back() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(config(0)).await;
    for (status, retry_after) in [(503, Some(30)), (486, None)] {
        let caller = Sipp::callers_that_are_refused(&run_to(&line, "load"), status).unwrap();
        let call = line.incoming().await;
        line.send(Command::Reject {
            call,
            status,
            reason: "fullt".into(),
            retry_after,
        });
        line.ended(call, End::Near).await;
        succeeded(caller).await;
    }
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_come_by_info_and_an_offer_may_come_late() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(config(0)).await;
    let caller = Sipp::callers_that_send_info(&run_to(&line, "55553333"), '4').unwrap();
    let call = line.answered_call().await;
    line.event(Event::Digit { call, digit: '4' }).await;
    line.play(call, 1);
    line.event(Event::PlayEnded { call, play: 1 }).await;
    line.send(Command::HangUp { call });
    succeeded(caller).await;
    let caller = Sipp::callers_without_offer(&run_to(&line, "55553333")).unwrap();
    let call = line.answered_call().await;
    line.play(call, 2);
    line.event(Event::PlayEnded { call, play: 2 }).await;
    line.send(Command::HangUp { call });
    succeeded(caller).await;
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hold_from_either_side_is_answered_and_told() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(config(1)).await;
    let caller = Sipp::callers_that_hold(&run_to(&line, "load")).unwrap();
    let call = line.answered_call().await;
    line.event(Event::CallHeld { call, held: true }).await;
    line.event(Event::CallHeld { call, held: false }).await;
    line.ended(call, End::Far).await;
    succeeded(caller).await;

    let phones = line.sipp_phones(1, 1, PhoneBehaviour::HoldAndResume).await;
    let caller = Sipp::callers_until_bye(&run_to(&line, "load")).unwrap();
    let call = line.answered_call().await;
    let leg = line.connect(call, "K990001").await;
    line.event(Event::LegHeld { leg, held: true }).await;
    line.event(Event::LegHeld { leg, held: false }).await;
    line.event(Event::LegEnded { leg }).await;
    line.send(Command::HangUp { call });
    succeeded(caller).await;
    succeeded(phones).await;
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tcp_callers_are_served_on_one_connection_and_on_many() {
    if !have(&["sipp"]) {
        return;
    }
    for transport in ["t1", "tn"] {
        let mut line = Line::open(config(0)).await;
        let run = SippRun {
            calls: 10,
            rate: 20,
            transport,
            ..run_to(&line, "load")
        };
        let callers = Sipp::callers_until_bye(&run).unwrap();
        for _ in 0..10 {
            let call = line.answered_call().await;
            line.send(Command::HangUp { call });
            line.ended(call, End::Near).await;
        }
        let totals = callers.finish().await.unwrap();
        assert_eq!(
            (totals.successful, totals.failed),
            (10, 0),
            "{transport}: {totals:?}"
        );
        line.is_empty_again().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_taken_before_ready_and_no_more_than_allowed() {
    let mut line = Line::open(Config {
        max_calls: 1,
        ..config(0)
    })
    .await;
    let raw = RawSip::new(line.voice.local_addr()).await.unwrap();
    line.voice.set_ready(false);
    raw.send(
        raw.request("INVITE", "55553333", "early", "", "")
            .unwrap()
            .as_bytes(),
    )
    .await
    .unwrap();
    let answer = raw.receive(common::PATIENCE).await.unwrap();
    assert!(
        answer.starts_with("SIP/2.0 503 ") && answer.contains("Retry-After: 5"),
        "{answer}"
    );
    assert_eq!(raw.options("alive").await.unwrap(), Some(200));
    line.voice.set_ready(true);
    raw.send(
        raw.request("INVITE", "55553333", "first", "", "")
            .unwrap()
            .as_bytes(),
    )
    .await
    .unwrap();
    let call = line.incoming().await;
    raw.send(
        raw.request("INVITE", "55553333", "second", "", "")
            .unwrap()
            .as_bytes(),
    )
    .await
    .unwrap();
    assert_eq!(raw.status_for("second", common::PATIENCE).await, Some(503));
    line.send(Command::HangUp { call });
    assert_eq!(raw.status_for("first", common::PATIENCE).await, Some(480));
    line.ended(call, End::Near).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_for_nobody_do_nothing() {
    let line = Line::open(config(0)).await;
    let (call, leg) = (CallId(999), LegId(999));
    for command in [
        Command::Answer {
            call,
            contact: String::new(),
        },
        Command::Music { call },
        Command::bridge(call, leg),
        Command::Hold { call },
        Command::HangUp { call },
        Command::HangUpLeg { leg },
    ] {
        line.send(command);
    }
    let raw = RawSip::new(line.voice.local_addr()).await.unwrap();
    assert_eq!(raw.options("still-there").await.unwrap(), Some(200));
    line.is_empty_again().await;
    line.voice.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_said_in_one_line() {
    let line = Line::open(config(0)).await;
    let address = line.voice.local_addr();
    let (events, _inbox) = tokio::sync::mpsc::channel(1);
    let second = linje_voice::Voice::start(
        Config {
            sip: address,
            ..config(0)
        },
        line.bank.clone(),
        events,
    )
    .await;
    let text = second.err().unwrap().to_string();
    assert_eq!(text, format!("cannot listen for SIP on `{address}` (udp)"));
}
