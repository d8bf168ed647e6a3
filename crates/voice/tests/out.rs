//! Calls to the public network, through a trunk that SIPp or a telephone plays.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops where something is not as it should be, and waits for one event among many"
)]

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use common::{Line, PATIENCE, config, config_with_trunk, have};
use linje_voice::testing::{
    Baresip, BaresipAccount, PhoneBehaviour, Sipp, free_port, heard_in_order, tone,
};
use linje_voice::{
    CallCause, CallId, Cause, Command, Config, End, Event, Login, Outgoing, Transport,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::timeout;

const MINUTE: Duration = Duration::from_secs(60);

async fn succeeded(sipp: Sipp, calls: u64) {
    let totals = sipp.finish().await.unwrap();
    assert_eq!(
        (totals.successful, totals.failed, totals.exit),
        (calls, 0, 0),
        "{totals:?}"
    );
}

/// A line with a trunk that behaves so for `calls` calls.
async fn line_and_trunk(phones: u32, calls: u32, behaviour: PhoneBehaviour) -> (Line, Sipp) {
    let port = free_port().unwrap();
    let line = Line::open(config_with_trunk(phones, port)).await;
    let trunk = line.answering(port, calls, "u1", behaviour).await;
    (line, trunk)
}

fn outgoing(config: &mut Config) -> &mut Outgoing {
    config.outgoing.as_mut().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_called_answers_and_is_like_any_caller_from_then_on() {
    if !have(&["sipp"]) {
        return;
    }
    let wait = PhoneBehaviour::AnswerAndWait { ring_ms: 300 };
    let (mut line, trunk) = line_and_trunk(1, 1, wait).await;
    let phone = line
        .sipp_phone("K990001", PhoneBehaviour::AnswerAndWait { ring_ms: 0 })
        .await;
    let call = line.call_out("900 00 001", MINUTE);
    line.event(Event::CallRinging { call }).await;
    // What is for calls that came in does nothing to a call that goes out.
    line.send(Command::Answer {
        call,
        contact: "c".into(),
    });
    line.send(Command::Reject {
        call,
        status: 486,
        reason: String::new(),
        retry_after: None,
    });
    line.event(Event::CallAnswered { call }).await;
    line.play(call, 1);
    line.event(Event::PlayEnded { call, play: 1 }).await;
    let leg = line.connect(call, "K990001").await;
    line.send(Command::HangUp { call });
    line.ended(call, End::Near).await;
    line.event(Event::LegEnded { leg }).await;
    succeeded(trunk, 1).await;
    succeeded(phone, 1).await;
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_hangs_up_takes_the_phone_along() {
    if !have(&["sipp"]) {
        return;
    }
    let behaviour = PhoneBehaviour::AnswerAndHangUp {
        ring_ms: 0,
        talk_ms: 1_500,
    };
    let (mut line, trunk) = line_and_trunk(1, 1, behaviour).await;
    let phone = line
        .sipp_phone("K990001", PhoneBehaviour::AnswerAndWait { ring_ms: 0 })
        .await;
    let call = line.call_out("+4790000001", MINUTE);
    line.event(Event::CallAnswered { call }).await;
    let leg = line.connect(call, "K990001").await;
    line.ended(call, End::Far).await;
    line.event(Event::LegEnded { leg }).await;
    succeeded(trunk, 1).await;
    succeeded(phone, 1).await;
    line.is_empty_again().await;
}

/// The adviser's phone may be called first, so that nobody who answers has to wait.
#[tokio::test(flavor = "multi_thread")]
async fn the_advisers_phone_may_be_called_before_the_person() {
    if !have(&["sipp"]) {
        return;
    }
    let wait = PhoneBehaviour::AnswerAndWait { ring_ms: 0 };
    let (mut line, trunk) = line_and_trunk(1, 1, wait).await;
    let phone = line.sipp_phone("K990001", wait).await;
    let call = CallId::outgoing(1);
    let leg = line.dial(call, "K990001");
    line.event(Event::LegAnswered { leg }).await;
    // The person is not there yet.
    line.send(Command::bridge(call, leg));
    assert_eq!(line.call_out("90000001", MINUTE), call);
    line.event(Event::CallAnswered { call }).await;
    line.send(Command::bridge(call, leg));
    line.send(Command::HangUp { call });
    line.ended(call, End::Near).await;
    line.event(Event::LegEnded { leg }).await;
    // No phone rings for a call that is over.
    let late = line.dial(call, "K990001");
    line.event(Event::LegFailed {
        leg: late,
        cause: Cause::Cancelled,
    })
    .await;
    succeeded(trunk, 1).await;
    succeeded(phone, 1).await;
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_withdrawn_before_it_is_made_stops_the_advisers_phone() {
    if !have(&["sipp"]) {
        return;
    }
    let mut line = Line::open(config(1)).await;
    let rings = PhoneBehaviour::RingUntilCancelled;
    let phone = line.sipp_phone("K990001", rings).await;
    let call = CallId::outgoing(1);
    let leg = line.dial(call, "K990001");
    line.event(Event::LegRinging { leg }).await;
    line.send(Command::HangUp { call });
    let cause = Cause::Cancelled;
    line.event(Event::LegFailed { leg, cause }).await;
    let late = line.dial(call, "K990001");
    line.event(Event::LegFailed { leg: late, cause }).await;
    succeeded(phone, 1).await;
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_fails_takes_the_advisers_phone_along() {
    if !have(&["sipp"]) {
        return;
    }
    let (mut line, trunk) = line_and_trunk(1, 1, PhoneBehaviour::Refuse(486)).await;
    let wait = PhoneBehaviour::AnswerAndWait { ring_ms: 0 };
    let phone = line.sipp_phone("K990001", wait).await;
    let leg = line.dial(CallId::outgoing(1), "K990001");
    line.event(Event::LegAnswered { leg }).await;
    let call = line.call_out("90000001", MINUTE);
    line.failed(call, CallCause::Busy).await;
    line.event(Event::LegEnded { leg }).await;
    succeeded(trunk, 1).await;
    succeeded(phone, 1).await;
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_unreachable_refused_and_redirected_are_told_apart() {
    if !have(&["sipp"]) {
        return;
    }
    for (status, cause) in [
        (486, CallCause::Busy),
        (404, CallCause::Unreachable),
        (480, CallCause::Unreachable),
        (603, CallCause::Declined),
        // Never followed: nobody but the list decides where a call goes.
        (302, CallCause::Declined),
        (503, CallCause::Trunk),
    ] {
        let (mut line, trunk) = line_and_trunk(0, 1, PhoneBehaviour::Refuse(status)).await;
        let call = line.call_out("90000001", MINUTE);
        line.failed(call, cause).await;
        succeeded(trunk, 1).await;
        line.is_empty_again().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers_and_the_ringing_stops() {
    if !have(&["sipp"]) {
        return;
    }
    let (mut line, trunk) = line_and_trunk(0, 1, PhoneBehaviour::RingUntilCancelled).await;
    let call = line.call_out("90000001", Duration::from_millis(900));
    line.event(Event::CallRinging { call }).await;
    line.failed(call, CallCause::NoAnswer).await;
    succeeded(trunk, 1).await;
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_withdrawn_stops_ringing() {
    if !have(&["sipp"]) {
        return;
    }
    let (mut line, trunk) = line_and_trunk(0, 1, PhoneBehaviour::RingUntilCancelled).await;
    let call = line.call_out("90000001", MINUTE);
    line.event(Event::CallRinging { call }).await;
    line.send(Command::HangUp { call });
    line.send(Command::HangUp { call });
    line.failed(call, CallCause::Cancelled).await;
    succeeded(trunk, 1).await;
    line.is_empty_again().await;
}

/// The person answers in the moment in which the call is withdrawn: they are not left with an open line.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_crosses_the_withdrawal_is_said_goodbye_to() {
    if !have(&["sipp"]) {
        return;
    }
    let (mut line, trunk) = line_and_trunk(0, 1, PhoneBehaviour::AnswerWhenCancelled).await;
    let call = line.call_out("90000001", MINUTE);
    line.event(Event::CallRinging { call }).await;
    line.send(Command::HangUp { call });
    line.failed(call, CallCause::Cancelled).await;
    // The trunk got ACK and BYE.
    succeeded(trunk, 1).await;
    line.is_empty_again().await;
    let told =
        |event: &Event| matches!(event, Event::CallAnswered { .. } | Event::CallEnded { .. });
    assert!(!line.seen.iter().any(told), "{:?}", line.seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn early_media_rings_and_the_last_description_counts() {
    if !have(&["sipp"]) {
        return;
    }
    let (mut line, trunk) = line_and_trunk(0, 1, PhoneBehaviour::EarlyMedia).await;
    let call = line.call_out("90000001", MINUTE);
    line.event(Event::CallRinging { call }).await;
    line.event(Event::CallAnswered { call }).await;
    line.play(call, 3);
    line.event(Event::PlayEnded { call, play: 3 }).await;
    line.send(Command::HangUp { call });
    line.ended(call, End::Near).await;
    let rang_again = |event: &Event| matches!(event, Event::CallRinging { .. });
    assert!(!line.seen.iter().any(rang_again), "{:?}", line.seen);
    succeeded(trunk, 1).await;
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_that_asks_who_calls_is_answered() {
    if !have(&["sipp"]) {
        return;
    }
    for (status, password, is_right) in [
        (401, "hemmelig", true),
        (401, "feil", false),
        (407, "hemmelig", true),
    ] {
        let port = free_port().unwrap();
        let mut config = config_with_trunk(0, port);
        outgoing(&mut config).login = Some(Login {
            user: "linje".into(),
            password: password.into(),
        });
        let mut line = Line::open(config).await;
        let behaviour = PhoneBehaviour::Challenge {
            status,
            user: "linje",
            password: "hemmelig",
        };
        let trunk = line.answering(port, 1, "u1", behaviour).await;
        let call = line.call_out("90000001", MINUTE);
        if is_right {
            line.event(Event::CallAnswered { call }).await;
            line.send(Command::HangUp { call });
            line.ended(call, End::Near).await;
        } else {
            line.failed(call, CallCause::Trunk).await;
        }
        succeeded(trunk, 1).await;
        line.is_empty_again().await;
    }
}

/// Toll fraud: what the list does not name never leaves this machine.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_not_on_the_list_never_leaves() {
    let trunk = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = trunk.local_addr().unwrap().port();
    let mut line = Line::open(config_with_trunk(0, port)).await;
    let refused = [
        "82912345",
        "+4782000000",
        "112",
        "02600",
        "+46700000001",
        "0046700000001",
        "+12425550123",
        "900000011",
        "anonymous",
        "90000001@127.0.0.1",
        "90000001;x=1",
        "",
    ];
    for number in refused {
        let call = line.call_out(number, MINUTE);
        line.failed(call, CallCause::Refused).await;
    }
    assert_eq!(line.voice.stats().dialogs, 0);
    // The first thing that the trunk hears is the number that is allowed.
    let call = line.call_out("90000001", MINUTE);
    let mut first = vec![0; 4_096];
    let (length, _) = timeout(PATIENCE, trunk.recv_from(&mut first))
        .await
        .unwrap()
        .unwrap();
    let text = String::from_utf8_lossy(&first[..length]).into_owned();
    assert!(
        text.starts_with(&format!(
            "INVITE sip:+4790000001@127.0.0.1:{port};user=phone SIP/2.0\r\n"
        )),
        "{text}"
    );
    let own = line.voice.local_addr();
    assert!(
        text.contains(&format!("P-Asserted-Identity: <sip:22334455@{own}>\r\n")),
        "{text}"
    );
    line.send(Command::HangUp { call });
    line.failed(call, CallCause::Cancelled).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_calls_go_out_than_allowed() {
    if !have(&["sipp"]) {
        return;
    }
    let port = free_port().unwrap();
    let mut config = config_with_trunk(0, port);
    outgoing(&mut config).max_calls = 2;
    let mut line = Line::open(config).await;
    let wait = PhoneBehaviour::AnswerAndWait { ring_ms: 0 };
    let trunk = line.answering(port, 3, "u1", wait).await;
    let first = line.call_out("90000001", MINUTE);
    let second = line.call_out("90000002", MINUTE);
    let third = line.call_out("90000003", MINUTE);
    line.failed(third, CallCause::Full).await;
    line.event(Event::CallAnswered { call: first }).await;
    line.event(Event::CallAnswered { call: second }).await;
    line.send(Command::HangUp { call: first });
    line.ended(first, End::Near).await;
    let fourth = line.call_out("90000004", MINUTE);
    line.event(Event::CallAnswered { call: fourth }).await;
    for call in [second, fourth] {
        line.send(Command::HangUp { call });
        line.ended(call, End::Near).await;
    }
    succeeded(trunk, 3).await;
    line.is_empty_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_that_is_missing_or_silent_is_told_of() {
    let mut line = Line::open(config(0)).await;
    let call = line.call_out("90000001", MINUTE);
    line.failed(call, CallCause::Trunk).await;

    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut line = Line::open(Config {
        dial_timeout: Duration::from_millis(600),
        ..config_with_trunk(0, silent.local_addr().unwrap().port())
    })
    .await;
    let call = line.call_out("90000001", MINUTE);
    line.failed(call, CallCause::Trunk).await;
    assert_eq!(line.voice.stats().outgoing, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_over_tcp_is_called_on_one_connection_that_we_open() {
    if !have(&["sipp"]) {
        return;
    }
    let port = free_port().unwrap();
    let mut config = config_with_trunk(0, port);
    outgoing(&mut config).transport = Transport::Tcp;
    let mut line = Line::open(config).await;
    // Nobody there yet.
    let call = line.call_out("90000001", MINUTE);
    line.failed(call, CallCause::Trunk).await;
    let wait = PhoneBehaviour::AnswerAndWait { ring_ms: 100 };
    let trunk = line.answering(port, 4, "t1", wait).await;
    // Three at once share one connection, the fourth finds it open.
    let calls: Vec<CallId> = (1..=3)
        .map(|n| line.call_out(&format!("9000000{n}"), MINUTE))
        .collect();
    for call in calls {
        line.event(Event::CallAnswered { call }).await;
        line.send(Command::HangUp { call });
        line.ended(call, End::Near).await;
    }
    let call = line.call_out("90000004", MINUTE);
    line.event(Event::CallAnswered { call }).await;
    assert_eq!(line.voice.stats().connections, 1);
    line.send(Command::HangUp { call });
    line.ended(call, End::Near).await;
    succeeded(trunk, 4).await;
    line.is_empty_again().await;
}

/// One SIP message of a stream.
async fn message(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut byte = [0];
    loop {
        timeout(PATIENCE, stream.read_exact(&mut byte))
            .await
            .unwrap()
            .unwrap();
        text.push(char::from(byte[0]));
        if text.ends_with("\r\n\r\n") {
            break;
        }
    }
    let length = field(&text, "Content-Length").parse().unwrap();
    let mut body = vec![0; length];
    timeout(PATIENCE, stream.read_exact(&mut body))
        .await
        .unwrap()
        .unwrap();
    text + &String::from_utf8(body).unwrap()
}

fn field<'a>(text: &'a str, name: &str) -> &'a str {
    let line = text.lines().find(|line| {
        line.to_lowercase()
            .starts_with(&format!("{}:", name.to_lowercase()))
    });
    line.unwrap().split_once(':').unwrap().1.trim()
}

fn ok(request: &str, body: &str) -> String {
    let [via, from, to, call_id, cseq] =
        ["Via", "From", "To", "Call-ID", "CSeq"].map(|name| field(request, name));
    let tag = if to.contains("tag=") {
        ""
    } else {
        ";tag=trunk"
    };
    // The Contact is the far side of this one connection: nobody can be reached there afterwards.
    format!(
        "SIP/2.0 200 OK\r\nVia: {via}\r\nFrom: {from}\r\nTo: {to}{tag}\r\nCall-ID: {call_id}\r\nCSeq: {cseq}\r\nContact: <sip:gone@127.0.0.1:9;transport=tcp>\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A trunk that closes its connection in the middle of a call still hears the goodbye, on a new one.
#[tokio::test(flavor = "multi_thread")]
async fn the_goodbye_finds_a_trunk_that_closed_the_connection() {
    let trunk = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = config_with_trunk(0, trunk.local_addr().unwrap().port());
    outgoing(&mut config).transport = Transport::Tcp;
    let mut line = Line::open(config).await;
    let call = line.call_out("90000001", MINUTE);
    let (mut stream, _) = trunk.accept().await.unwrap();
    let invite = message(&mut stream).await;
    let sdp = "v=0\r\no=t 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n";
    stream.write_all(ok(&invite, sdp).as_bytes()).await.unwrap();
    assert!(message(&mut stream).await.starts_with("ACK "));
    line.event(Event::CallAnswered { call }).await;
    drop(stream);
    timeout(PATIENCE, async {
        while line.voice.stats().connections > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    line.send(Command::HangUp { call });
    line.ended(call, End::Near).await;
    let (mut stream, _) = timeout(PATIENCE, trunk.accept()).await.unwrap().unwrap();
    let bye = message(&mut stream).await;
    assert!(bye.starts_with("BYE sip:gone@"), "{bye}");
    assert_eq!(field(&bye, "Call-ID"), field(&invite, "Call-ID"));
    stream.write_all(ok(&bye, "").as_bytes()).await.unwrap();
    line.is_empty_again().await;
    assert_eq!(line.voice.stats().flows, 0);
}

/// Both hear each other, with telephones on both ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_was_called_and_an_adviser_hear_each_other() {
    if !have(&["baresip"]) {
        return;
    }
    let voices = [("person", 1_100.0), ("adviser", 1_500.0)];
    let account = BaresipAccount {
        user: "+4790000001".into(),
        password: None,
        answers: false,
    };
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let speech = |hertz| tone(hertz, 7_000, 8_000 * 60);
    let mut person = Baresip::start(nowhere, &account, &speech(1_100.0))
        .await
        .unwrap();
    let mut line = Line::open(config_with_trunk(1, person.address().port())).await;
    let mut phone = line.baresip_phone("K990001", true, &speech(1_500.0)).await;
    let call = line.call_out("90000001", MINUTE);
    line.event(Event::CallRinging { call }).await;
    person.accept().await.unwrap();
    line.event(Event::CallAnswered { call }).await;
    line.play(call, 1);
    line.event(Event::PlayEnded { call, play: 1 }).await;
    let leg = line.connect(call, "K990001").await;
    phone.wait_for("CALL_ESTABLISHED", PATIENCE).await.unwrap();
    person.press('5').await.unwrap();
    line.event(Event::Digit { call, digit: '5' }).await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    person.hang_up().await.unwrap();
    line.ended(call, End::Far).await;
    line.event(Event::LegEnded { leg }).await;
    phone.wait_for("CALL_CLOSED", PATIENCE).await.unwrap();
    let heard = heard_in_order(&person.heard().await.unwrap(), &voices);
    assert_eq!(
        heard,
        ["music", "adviser"],
        "prompt and music, then the adviser"
    );
    let heard = heard_in_order(&phone.heard().await.unwrap(), &voices);
    assert_eq!(heard, ["person"]);
    line.is_empty_again().await;
}
