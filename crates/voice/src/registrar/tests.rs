use rsipstack::sip::Transport;

use super::*;
use crate::digest::{Answer, expected_for_test};

struct Phone {
    user: &'static str,
    cseq: u32,
    nonce: String,
    count: u32,
}

fn registrar() -> (Registrar, Arc<Flows>) {
    let flows = Arc::new(Flows::default());
    let users = ["K990001", "K990002"]
        .map(|user| User::new(user, "linje", "hemmelig"))
        .to_vec();
    let config = Config {
        users,
        ..Config::default()
    };
    (Registrar::new(&config, [3; 32], Arc::clone(&flows)), flows)
}

fn source(port: u16) -> SipAddr {
    SipAddr {
        r#type: Some(Transport::Udp),
        addr: SocketAddr::from(([192, 0, 2, 1], port)).into(),
    }
}

use std::net::SocketAddr;

fn request(user: &str, cseq: u32, headers: &str) -> Request {
    let text = format!(
        "REGISTER sip:linje SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK{cseq}\r\nFrom: <sip:{user}@linje>;tag=1\r\nTo: <sip:{user}@linje>\r\nCall-ID: reg\r\nCSeq: {cseq} REGISTER\r\n{headers}Content-Length: 0\r\n\r\n"
    );
    Request::try_from(text.as_bytes()).unwrap()
}

impl Phone {
    fn new(user: &'static str) -> Self {
        Self {
            user,
            cseq: 0,
            nonce: String::new(),
            count: 0,
        }
    }

    /// Asks, answers the challenge, and gives the last reply.
    fn register(&mut self, registrar: &mut Registrar, headers: &str, now: Instant) -> Reply {
        if self.nonce.is_empty() {
            let reply = registrar.handle(&request(self.user, 1, headers), &source(4_000), now);
            assert_eq!(reply.status, 401);
            self.nonce = reply.headers[0]
                .value()
                .split('"')
                .nth(3)
                .unwrap()
                .to_owned();
        }
        self.cseq += 1;
        self.count += 1;
        let answer = Answer::for_test(self.user, "linje", &self.nonce, self.count);
        let response = expected_for_test(&answer, "REGISTER", "hemmelig");
        let line = format!(
            "Authorization: Digest username=\"{}\", realm=\"linje\", nonce=\"{}\", uri=\"sip:linje\", response=\"{response}\", algorithm=MD5, qop=auth, nc={:08x}, cnonce=\"abc\"\r\n{headers}",
            self.user, self.nonce, self.count
        );
        registrar.handle(&request(self.user, self.cseq, &line), &source(4_000), now)
    }
}

#[test]
fn a_phone_registers_renews_and_goes() {
    let (mut registrar, flows) = registrar();
    let now = Instant::now();
    let mut phone = Phone::new("K990001");
    let contact = "Contact: \"A, B\" <sip:K990001@10.0.0.1:5060>;expires=120\r\n";
    let reply = phone.register(&mut registrar, contact, now);
    assert_eq!(
        (reply.status, reply.events),
        (
            200,
            vec![Event::Registered {
                user: "K990001".into()
            }]
        )
    );
    assert_eq!(
        reply.headers[0].value(),
        "<sip:K990001@10.0.0.1:5060>;expires=120"
    );
    // Reached where it came from, not where it says it is.
    assert_eq!(registrar.find("K990001", now).unwrap().at, source(4_000));
    assert_eq!(
        phone.register(&mut registrar, contact, now).events,
        Vec::new()
    );
    let reply = phone.register(&mut registrar, "Contact: *\r\nExpires: 0\r\n", now);
    assert_eq!(
        reply.events,
        vec![Event::Unregistered {
            user: "K990001".into(),
            expired: false
        }]
    );
    assert!(registrar.find("K990001", now).is_none());
    assert_eq!(flows.len(), 0);
}

#[test]
fn a_phone_runs_out_at_its_time_and_not_before() {
    let (mut registrar, flows) = registrar();
    let now = Instant::now();
    let mut phone = Phone::new("K990001");
    phone.register(
        &mut registrar,
        "Contact: <sip:K990001@10.0.0.1>\r\nExpires: 60\r\n",
        now,
    );
    let renewed = now + Duration::from_secs(50);
    phone.register(
        &mut registrar,
        "Contact: <sip:K990001@10.0.0.1>\r\nExpires: 60\r\n",
        renewed,
    );
    assert_eq!(
        registrar.next_deadline(),
        Some(now + Duration::from_secs(60))
    );
    assert_eq!(registrar.expire(now + Duration::from_secs(60)), Vec::new());
    let out = Event::Unregistered {
        user: "K990001".into(),
        expired: true,
    };
    assert_eq!(registrar.expire(now + Duration::from_secs(110)), vec![out]);
    assert_eq!(
        (
            registrar.next_deadline(),
            flows.len(),
            registrar.registered()
        ),
        (None, 0, 0)
    );
}

#[test]
fn too_short_too_late_and_somebody_elses_are_refused() {
    let (mut registrar, _) = registrar();
    let now = Instant::now();
    let mut phone = Phone::new("K990001");
    let reply = phone.register(
        &mut registrar,
        "Contact: <sip:a@10.0.0.1>;expires=5\r\n",
        now,
    );
    assert_eq!((reply.status, reply.headers[0].value()), (423, "30"));
    assert_eq!(
        phone.register(&mut registrar, "Contact: *\r\n", now).status,
        400
    );
    assert_eq!(
        phone
            .register(&mut registrar, "Contact: <sip:a@10.0.0.1>\r\n", now)
            .status,
        200
    );
    phone.cseq -= 1;
    assert_eq!(
        phone
            .register(&mut registrar, "Contact: <sip:a@10.0.0.1>\r\n", now)
            .status,
        500
    );
    let mut other = Phone::new("K990002");
    other.nonce.clone_from(&phone.nonce);
    other.count = phone.count;
    other.cseq = 90;
    let mut thief = other.register(&mut registrar, "Contact: <sip:b@10.0.0.2>\r\n", now);
    assert_eq!(thief.status, 200, "an own address of record");
    other.user = "K990003";
    thief = other.register(&mut registrar, "Contact: <sip:b@10.0.0.2>\r\n", now);
    assert_eq!(thief.status, 401, "an unknown user");
}

#[test]
fn a_closed_stream_takes_its_phones_along() {
    let (mut registrar, flows) = registrar();
    let now = Instant::now();
    Phone::new("K990001").register(&mut registrar, "Contact: <sip:a@10.0.0.1>\r\n", now);
    assert_eq!(registrar.stream_closed(&source(4_001)), Vec::new());
    let out = Event::Unregistered {
        user: "K990001".into(),
        expired: true,
    };
    assert_eq!(registrar.stream_closed(&source(4_000)), vec![out]);
    assert_eq!(flows.len(), 0);
}

#[test]
fn asking_without_contacts_lists_them() {
    let (mut registrar, _) = registrar();
    let now = Instant::now();
    let mut phone = Phone::new("K990001");
    phone.register(
        &mut registrar,
        "Contact: <sip:a@10.0.0.1>, <sip:b@10.0.0.1;transport=tcp>;expires=40\r\n",
        now,
    );
    let reply = phone.register(&mut registrar, "", now);
    let values: Vec<&str> = reply.headers.iter().map(Header::value).collect();
    assert_eq!(
        values,
        [
            "<sip:a@10.0.0.1>;expires=3600",
            "<sip:b@10.0.0.1;transport=tcp>;expires=40"
        ]
    );
}
