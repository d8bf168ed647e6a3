use std::net::SocketAddr;

use super::*;

fn gate() -> Gate {
    let gate = Gate::new(Network::loopback(), None, Guard::default(), 7, [1; 32]);
    gate.set_ready(true);
    gate
}

fn from() -> SocketAddr {
    "127.0.0.1:4000".parse().unwrap()
}

const GOOD: &str = "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:4000;branch=z9hG4bKx;rport\r\nMax-Forwards: 70\r\nFrom: <sip:c@d>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: id\r\nCSeq: 1 INVITE\r\nContact: <sip:c@127.0.0.1>\r\nContent-Length: 0\r\n\r\n";

/// A first message of a call that nobody has seen yet.
fn another() -> String {
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    GOOD.replace("Call-ID: id", &format!("Call-ID: id-{number}"))
}

fn udp(message: &[u8]) -> Decision {
    gate().judge(message, from(), Transport::Udp)
}

fn status(decision: &Decision) -> u16 {
    match decision {
        Decision::Answer { bytes, .. } => String::from_utf8_lossy(bytes)
            .get(8..11)
            .unwrap()
            .parse()
            .unwrap(),
        Decision::Pass { .. } => 0,
        Decision::Drop => 1,
    }
}

fn status_of(replace: &str, with: &str) -> u16 {
    assert!(GOOD.contains(replace), "{replace}");
    status(&udp(GOOD.replace(replace, with).as_bytes()))
}

#[test]
fn a_good_message_passes_as_it_is() {
    assert_eq!(
        udp(GOOD.as_bytes()),
        Decision::Pass {
            insert: None,
            length: GOOD.len()
        }
    );
}

#[test]
fn what_is_wrong_gets_its_status() {
    for (replace, with, expected) in [
        ("SIP/2.0\r\nVia", "SIP/7.0\r\nVia", 505),
        ("INVITE sip", "invite sip", 501),
        ("INVITE sip", "NEWMETHOD sip", 501),
        ("INVITE sip", "PUBLISH sip", 405),
        ("sip:a@b SIP", "sip:a@b  SIP", 400),
        ("From: <sip:c@d>;tag=1\r\n", "", 400),
        (";tag=1", "", 400),
        ("To: <sip:a@b>\r\n", "", 400),
        (
            "To: <sip:a@b>\r\n",
            "To: <sip:a@b>\r\nt: <sip:z@b>\r\n",
            400,
        ),
        ("1 INVITE", "1 BYE", 400),
        ("1 INVITE", "99999999999 INVITE", 400),
        ("Content-Length: 0", "Content-Length: 10", 400),
        ("Content-Length: 0", "Content-Length: -1", 400),
        ("Content-Length: 0", "Content-Length: 0\r\nl: 1", 400),
        ("Max-Forwards: 70", "Max-Forwards: 0", 483),
        ("Max-Forwards: 70", "Max-Forwards: 300", 400),
        ("Max-Forwards: 70", "Require: foo, timer", 420),
        ("Max-Forwards: 70", "line without colon", 400),
        (
            "Via: SIP/2.0/UDP 127.0.0.1:4000;branch=z9hG4bKx;rport\r\n",
            "",
            1,
        ),
        ("INVITE sip:a@b SIP/2.0", "hello", 1),
    ] {
        assert_eq!(status_of(replace, with), expected, "{replace} -> {with}");
    }
    let mut bytes = GOOD.as_bytes().to_vec();
    let at = GOOD.find("Call-ID").unwrap() + 9;
    bytes[at] = 0xFF;
    assert_eq!(status(&udp(&bytes)), 400);
}

#[test]
fn an_unsupported_extension_is_named_and_options_may_end_here() {
    let Decision::Answer { bytes, .. } =
        udp(GOOD.replace("Max-Forwards: 70", "Require: foo").as_bytes())
    else {
        panic!()
    };
    assert!(String::from_utf8_lossy(&bytes).contains("\r\nUnsupported: foo\r\n"));
    let options = GOOD
        .replace("INVITE", "OPTIONS")
        .replace("Max-Forwards: 70", "Max-Forwards: 0");
    assert_eq!(status(&udp(options.as_bytes())), 0);
}

#[test]
fn a_missing_length_is_repaired_in_a_datagram_only() {
    let bare = GOOD.replace("Content-Length: 0\r\n\r\n", "\r\nv=0\r\n");
    let Decision::Pass {
        insert: Some((at, text)),
        length,
    } = udp(bare.as_bytes())
    else {
        panic!()
    };
    assert_eq!(
        (text.as_str(), length),
        ("Content-Length: 5\r\n", bare.len())
    );
    assert_eq!(bare.get(at..at + 7).unwrap(), "\r\nv=0\r\n");
    assert_eq!(
        status(&gate().judge(bare.as_bytes(), from(), Transport::Tcp)),
        400
    );
}

#[test]
fn what_follows_the_body_is_cut_off() {
    let longer = format!("{GOOD}rest");
    assert_eq!(
        udp(longer.as_bytes()),
        Decision::Pass {
            insert: None,
            length: GOOD.len()
        }
    );
}

#[test]
fn an_ack_is_never_answered() {
    let ack = GOOD.replace("INVITE", "ACK");
    assert_eq!(status(&udp(ack.as_bytes())), 0);
    assert_eq!(
        udp(ack.replace("To: <sip:a@b>\r\n", "").as_bytes()),
        Decision::Drop
    );
}

#[test]
fn the_answer_goes_where_it_was_asked_to_and_its_tag_stays() {
    let wrong = GOOD.replace("INVITE sip", "invite sip");
    let gate = gate();
    let first = gate.judge(wrong.as_bytes(), from(), Transport::Udp);
    assert_eq!(first, gate.judge(wrong.as_bytes(), from(), Transport::Udp));
    let Decision::Answer { bytes, .. } = first else {
        panic!()
    };
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.contains(";received=127.0.0.1;rport=4000\r\n"),
        "{text}"
    );
    assert!(text.contains("To: <sip:a@b>;tag="), "{text}");
    let port = |message: &str| match udp(message.as_bytes()) {
        Decision::Answer { port, .. } => port,
        Decision::Pass { .. } | Decision::Drop => 0,
    };
    assert_eq!(port(&wrong), 4_000);
    let without = |via| wrong.replace(":4000;branch=z9hG4bKx;rport", via);
    assert_eq!(port(&without(":5099;branch=z9hG4bKx")), 5_099);
    assert_eq!(port(&without(";branch=z9hG4bKx")), 5_060);
}

#[test]
fn calls_come_from_trunks_only_and_not_before_ready() {
    let gate = gate();
    let stranger = "192.0.2.9:5060".parse().unwrap();
    assert_eq!(
        gate.judge(GOOD.as_bytes(), stranger, Transport::Udp),
        Decision::Drop
    );
    let in_dialog = GOOD.replace("To: <sip:a@b>", "To: <sip:a@b>;tag=2");
    assert_eq!(
        status(&gate.judge(in_dialog.as_bytes(), stranger, Transport::Udp)),
        0
    );
    gate.set_ready(false);
    assert_eq!(
        status(&gate.judge(in_dialog.as_bytes(), from(), Transport::Udp)),
        0
    );
    let Decision::Answer { bytes, .. } = gate.judge(GOOD.as_bytes(), from(), Transport::Udp) else {
        panic!()
    };
    let text = String::from_utf8_lossy(&bytes);
    assert!(
        text.starts_with("SIP/2.0 503 ") && text.contains("\r\nRetry-After: 7\r\n"),
        "{text}"
    );
}

#[test]
fn new_calls_are_refused_while_older_work_waits_too_long() {
    let limits = Guard {
        max_message_age: Duration::ZERO,
        max_message_age_in_crowd: Duration::ZERO,
        max_call_age: Duration::from_secs(1),
        max_call_age_in_crowd: Duration::from_secs(1),
        ..Guard::default()
    };
    let mut gate = Gate::new(Network::loopback(), None, limits, 7, [1; 32]);
    gate.set_ready(true);
    let judged = |gate: &Gate| status(&gate.judge(another().as_bytes(), from(), Transport::Udp));
    assert_eq!(judged(&gate), 0);
    gate.entered();
    assert_eq!(judged(&gate), 503);
    gate.left();
    assert_eq!(judged(&gate), 0);
    let earlier = |ms| Instant::now().checked_sub(Duration::from_millis(ms));
    gate.started = earlier(10_000).unwrap();
    gate.set_untaken(earlier(1_500));
    assert_eq!(judged(&gate), 503);
    let bye = GOOD
        .replace("INVITE", "BYE")
        .replace("To: <sip:a@b>", "To: <sip:a@b>;tag=2");
    assert_eq!(
        status(&gate.judge(bye.as_bytes(), from(), Transport::Udp)),
        0
    );
    gate.set_untaken(earlier(500));
    assert_eq!(judged(&gate), 0);
    gate.set_untaken(None);
    assert_eq!(judged(&gate), 0);
}

#[test]
fn once_somebody_was_refused_a_shorter_wait_refuses_the_next() {
    let mut gate = Gate::new(Network::loopback(), None, Guard::default(), 7, [1; 32]);
    gate.set_ready(true);
    let judged = |gate: &Gate| status(&gate.judge(another().as_bytes(), from(), Transport::Udp));
    let earlier = |ms| Instant::now().checked_sub(Duration::from_millis(ms));
    gate.started = earlier(20_000).unwrap();
    gate.set_untaken(earlier(500));
    assert_eq!(judged(&gate), 0, "a hiccup refuses nobody");
    gate.set_untaken(earlier(1_500));
    assert_eq!(judged(&gate), 503);
    gate.set_untaken(earlier(500));
    assert_eq!(judged(&gate), 503, "the crowd has not gone");
    gate.set_untaken(earlier(50));
    assert_eq!(judged(&gate), 0);
}

#[test]
fn a_call_that_was_let_in_is_not_refused_when_it_says_its_first_word_again() {
    let mut gate = Gate::new(Network::loopback(), None, Guard::default(), 7, [1; 32]);
    gate.set_ready(true);
    let judged =
        |gate: &Gate, text: &str| status(&gate.judge(text.as_bytes(), from(), Transport::Udp));
    let earlier = |ms| Instant::now().checked_sub(Duration::from_millis(ms));
    gate.started = earlier(20_000).unwrap();
    assert_eq!(judged(&gate, GOOD), 0);
    gate.set_untaken(earlier(5_000));
    assert_eq!(judged(&gate, GOOD), 0, "the same call, once more");
    let other = GOOD.replace("Call-ID: ", "Call-ID: other-");
    assert_eq!(judged(&gate, &other), 503, "another one");
    assert_eq!(
        judged(&gate, &other),
        503,
        "who was refused is refused again"
    );
    for _ in 0..Guard::default().max_depth {
        gate.entered();
    }
    let again = gate.judge(GOOD.as_bytes(), from(), Transport::Udp);
    assert_eq!(again, Decision::Drop, "no room, and yet no refusal");
}

#[test]
fn the_ack_of_our_own_refusal_goes_no_further() {
    let gate = Gate::new(Network::loopback(), None, Guard::default(), 7, [1; 32]);
    let Decision::Answer { bytes: refusal, .. } =
        gate.judge(GOOD.as_bytes(), from(), Transport::Udp)
    else {
        panic!("not ready, and yet not refused");
    };
    let refusal = String::from_utf8(refusal).unwrap();
    let to = refusal
        .lines()
        .find(|line| line.starts_with("To: "))
        .unwrap();
    let ack = GOOD.replace("INVITE", "ACK").replace("To: <sip:a@b>", to);
    assert_eq!(
        gate.judge(ack.as_bytes(), from(), Transport::Udp),
        Decision::Drop
    );
    let other = GOOD
        .replace("INVITE", "ACK")
        .replace("To: <sip:a@b>", "To: <sip:a@b>;tag=2");
    assert_eq!(
        status(&gate.judge(other.as_bytes(), from(), Transport::Udp)),
        0
    );
}

#[test]
fn depth_and_rate_are_limited() {
    let limits = Guard {
        max_depth: 2,
        rate: 1,
        burst: 3,
        ..Guard::default()
    };
    let outgoing: SocketAddr = "192.0.2.10:5060".parse().unwrap();
    let gate = Gate::new(Network::loopback(), Some(outgoing.ip()), limits, 7, [1; 32]);
    gate.set_ready(true);
    gate.entered();
    assert_eq!(
        status(&gate.judge(another().as_bytes(), from(), Transport::Udp)),
        0
    );
    gate.entered();
    assert_eq!(
        status(&gate.judge(another().as_bytes(), from(), Transport::Udp)),
        503
    );
    gate.left();
    assert_eq!(
        status(&gate.judge(another().as_bytes(), from(), Transport::Udp)),
        0
    );
    let stranger = "192.0.2.9:5060".parse().unwrap();
    let options = GOOD.replace("INVITE", "OPTIONS");
    let passed = (0..10)
        .filter(|_| status(&gate.judge(options.as_bytes(), stranger, Transport::Udp)) == 0)
        .count();
    assert_eq!(passed, 3);
    // The trunk that we call through may answer a lot, but it may not call.
    for _ in 0..10 {
        let decision = gate.judge(options.as_bytes(), outgoing, Transport::Udp);
        assert_eq!(status(&decision), 0);
    }
    let decision = gate.judge(another().as_bytes(), outgoing, Transport::Udp);
    assert_eq!(decision, Decision::Drop);
}

#[test]
fn pings_are_answered_and_junk_is_not() {
    assert_eq!(
        udp(b"\r\n\r\n"),
        Decision::Answer {
            bytes: b"\r\n".to_vec(),
            port: from().port()
        }
    );
    assert_eq!(udp(b"hello"), Decision::Drop);
    assert_eq!(udp(&[0xFF; 500]), Decision::Drop);
    assert_eq!(udp(b"SIP/2.0 999 x\r\n\r\n"), Decision::Drop);
}

#[test]
fn folded_lines_are_joined() {
    let mut folded = GOOD
        .replace("To: <sip:a@b>", "To:\r\n \t <sip:a@b>")
        .into_bytes();
    assert!(scan::is_folded(&folded));
    let length = scan::unfold(&mut folded);
    folded.truncate(length);
    let text = String::from_utf8(folded.clone()).unwrap();
    assert_eq!(text, GOOD);
    assert!(!scan::is_folded(&folded));
    let body = "INVITE x SIP/2.0\r\nl: 5\r\n\r\n\r\n  a";
    assert!(!scan::is_folded(body.as_bytes()));
}

/// Whatever passes is taken by the stack's parser, and nothing makes the guard panic.
#[test]
fn broken_messages_never_panic() {
    let gate = gate();
    for cut in 0..GOOD.len() {
        let _decision = gate.judge(&GOOD.as_bytes()[..cut], from(), Transport::Udp);
        for byte in [0, b' ', b':', b'\r', 0xC3, 0xFF] {
            let mut bytes = GOOD.as_bytes().to_vec();
            bytes[cut] = byte;
            let length = scan::unfold(&mut bytes);
            let _decision = gate.judge(&bytes[..length], from(), Transport::Tcp);
            let _decision = gate.judge(&bytes[..length], from(), Transport::Udp);
        }
    }
}
