//! The shell above, as small as it can be: it gives commands by hand and waits for events.
#![allow(dead_code, reason = "each test file uses a part")]

use std::sync::Arc;
use std::time::Duration;

use linje_voice::audio::AudioBank;
use linje_voice::testing::{
    Baresip, BaresipAccount, PhoneBehaviour, Sipp, SippRun, free_port, has_program,
    register_phones, tone,
};
use linje_voice::{CallCause, CallId, Command, Config, End, Event, LegId, Outgoing, User, Voice};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Longest wait for an event. Generous: the machine is shared.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Line {
    pub(crate) voice: Voice,
    pub(crate) bank: Arc<AudioBank>,
    events: mpsc::Receiver<Event>,
    /// Events that were passed over while waiting for others.
    pub(crate) seen: Vec<Event>,
    next_leg: u64,
    next_out: u64,
}

/// A prompt with two tones after one another: easy to find again in a recording.
pub(crate) fn prompt() -> Vec<i16> {
    let parts = [(350.0, 4_000), (520.0, 3_000), (410.0, 5_000)];
    parts
        .iter()
        .flat_map(|&(hertz, samples)| tone(hertz, 8_000, samples))
        .collect()
}

pub(crate) fn password(user: &str) -> String {
    format!("hemmelig-{user}")
}

pub(crate) fn users(count: u32) -> Vec<(String, String)> {
    (1..=count)
        .map(|n| format!("K99{n:04}"))
        .map(|user| (user.clone(), password(&user)))
        .collect()
}

pub(crate) fn config(phones: u32) -> Config {
    let users = users(phones)
        .iter()
        .map(|(user, password)| User::new(user, "linje", password))
        .collect();
    Config {
        sip: "127.0.0.1:0".parse().unwrap(),
        users,
        ..Config::default()
    }
}

/// The usual, and a trunk on this port of loopback.
pub(crate) fn config_with_trunk(phones: u32, port: u16) -> Config {
    let trunk = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    Config {
        outgoing: Some(Outgoing::new(trunk, "22334455".into())),
        ..config(phones)
    }
}

/// Whether the programs are there; says so when not.
pub(crate) fn have(programs: &[&str]) -> bool {
    let missing: Vec<&&str> = programs
        .iter()
        .filter(|program| !has_program(program))
        .collect();
    if !missing.is_empty() {
        println!("skipped: not installed: {missing:?}");
    }
    missing.is_empty()
}

impl Line {
    pub(crate) async fn open(config: Config) -> Self {
        let mut builder = AudioBank::builder();
        builder.add("prompt", &prompt());
        let bank = Arc::new(builder.build());
        let (sender, events) = mpsc::channel(1_024);
        let voice = Voice::start(config, Arc::clone(&bank), sender)
            .await
            .unwrap();
        voice.set_ready(true);
        Self {
            voice,
            bank,
            events,
            seen: Vec::new(),
            next_leg: 0,
            next_out: 0,
        }
    }

    pub(crate) fn send(&self, command: Command) {
        self.voice.send(command).unwrap();
    }

    /// The next event for which `wanted` gives something; others are kept in `seen`.
    pub(crate) async fn expect<T>(
        &mut self,
        what: &str,
        wanted: impl Fn(&Event) -> Option<T>,
    ) -> T {
        if let Some((index, found)) = self
            .seen
            .iter()
            .enumerate()
            .find_map(|(index, event)| Some((index, wanted(event)?)))
        {
            self.seen.remove(index);
            return found;
        }
        let search = async {
            loop {
                let event = self.events.recv().await.unwrap();
                if let Some(found) = wanted(&event) {
                    return found;
                }
                self.seen.push(event);
            }
        };
        match timeout(PATIENCE, search).await {
            Ok(found) => found,
            Err(_) => panic!("no {what}; instead: {:?}", self.seen),
        }
    }

    pub(crate) async fn event(&mut self, event: Event) {
        self.expect(&format!("{event:?}"), |other| {
            (*other == event).then_some(())
        })
        .await;
    }

    pub(crate) async fn incoming(&mut self) -> CallId {
        self.expect("incoming call", |event| match event {
            Event::Incoming { call, .. } => Some(*call),
            _ => None,
        })
        .await
    }

    pub(crate) async fn answered_call(&mut self) -> CallId {
        let call = self.incoming().await;
        self.send(Command::Answer {
            call,
            contact: "c-1".into(),
        });
        call
    }

    pub(crate) async fn ended(&mut self, call: CallId, by: End) {
        self.event(Event::CallEnded { call, by }).await;
    }

    pub(crate) fn play(&self, call: CallId, play: u64) {
        let items = vec![self.bank.id("prompt").unwrap()];
        self.send(Command::Play {
            call,
            play,
            items,
            then_music: true,
        });
    }

    pub(crate) fn dial(&mut self, call: CallId, user: &str) -> LegId {
        self.next_leg += 1;
        let leg = LegId(self.next_leg);
        self.send(Command::Dial {
            leg,
            call,
            user: user.into(),
            contact: "c-1".into(),
            caller_display: "Bruker".into(),
        });
        leg
    }

    pub(crate) async fn connect(&mut self, call: CallId, user: &str) -> LegId {
        let leg = self.dial(call, user);
        self.event(Event::LegRinging { leg }).await;
        self.event(Event::LegAnswered { leg }).await;
        self.send(Command::bridge(call, leg));
        leg
    }

    /// SIPp phones on one port for the first `count` users, registered by digest.
    pub(crate) async fn sipp_phones(
        &mut self,
        count: u32,
        calls: u32,
        behaviour: PhoneBehaviour,
    ) -> Sipp {
        self.phones_of(&users(count), calls, behaviour).await
    }

    /// A SIPp phone of one user, for one call.
    pub(crate) async fn sipp_phone(&mut self, user: &str, behaviour: PhoneBehaviour) -> Sipp {
        self.phones_of(&[(user.to_owned(), password(user))], 1, behaviour)
            .await
    }

    async fn phones_of(
        &mut self,
        users: &[(String, String)],
        calls: u32,
        behaviour: PhoneBehaviour,
    ) -> Sipp {
        let port = free_port().unwrap();
        let server = self.voice.local_addr();
        let totals = register_phones(server, port, users).await.unwrap();
        assert_eq!(
            (totals.successful, totals.failed),
            (u64::try_from(users.len()).unwrap(), 0),
            "{totals:?}"
        );
        for (user, _) in users {
            self.event(Event::Registered { user: user.clone() }).await;
        }
        self.answering(port, calls, "u1", behaviour).await
    }

    /// A SIPp that takes `calls` calls on a port, as phones do or as a trunk does.
    pub(crate) async fn answering(
        &self,
        port: u16,
        calls: u32,
        transport: &'static str,
        behaviour: PhoneBehaviour,
    ) -> Sipp {
        let run = SippRun {
            calls,
            rate: 1_000,
            transport,
            ..SippRun::new(self.voice.local_addr(), "phones")
        };
        let sipp = Sipp::phones(&run, port, behaviour).unwrap();
        wait_for_port(port, transport).await;
        sipp
    }

    /// Calls out; the events follow.
    pub(crate) fn call_out(&mut self, number: &str, ring_timeout: Duration) -> CallId {
        self.next_out += 1;
        let call = CallId::outgoing(self.next_out);
        self.send(Command::CallOut {
            call,
            number: number.into(),
            ring_timeout,
        });
        call
    }

    pub(crate) async fn failed(&mut self, call: CallId, cause: CallCause) {
        self.event(Event::CallFailed { call, cause }).await;
    }

    /// Starts a telephone; again when another process took its port in the meantime.
    async fn baresip(&self, account: &BaresipAccount, speech: &[i16]) -> Baresip {
        for _ in 0..2 {
            if let Ok(started) = Baresip::start(self.voice.local_addr(), account, speech).await {
                return started;
            }
        }
        let last = Baresip::start(self.voice.local_addr(), account, speech).await;
        last.expect("baresip starts")
    }

    pub(crate) async fn baresip_phone(
        &mut self,
        user: &str,
        answers: bool,
        speech: &[i16],
    ) -> Baresip {
        let account = BaresipAccount {
            user: user.into(),
            password: Some(password(user)),
            answers,
        };
        let phone = self.baresip(&account, speech).await;
        self.event(Event::Registered { user: user.into() }).await;
        phone
    }

    pub(crate) async fn baresip_caller(&self, speech: &[i16]) -> Baresip {
        let account = BaresipAccount {
            user: "90000001".into(),
            password: None,
            answers: false,
        };
        let mut caller = self.baresip(&account, speech).await;
        caller
            .dial(&format!("sip:55553333@{}", self.voice.local_addr()))
            .await
            .unwrap();
        caller
    }

    /// Waits until nothing of any call is left (S22).
    pub(crate) async fn is_empty_again(&self) {
        let empty = async {
            loop {
                let stats = self.voice.stats();
                if (stats.calls, stats.legs, stats.dialogs, stats.outgoing) == (0, 0, 0, 0) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(
            timeout(PATIENCE, empty).await.is_ok(),
            "left over: {:?}",
            self.voice.stats()
        );
    }
}

/// Until some process listens on the port.
async fn wait_for_port(port: u16, transport: &str) {
    let is_free = || match transport {
        "u1" => std::net::UdpSocket::bind(("127.0.0.1", port)).is_ok(),
        _ => std::net::TcpListener::bind(("127.0.0.1", port)).is_ok(),
    };
    let bound = async {
        while is_free() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(
        timeout(PATIENCE, bound).await.is_ok(),
        "nobody listens on {port}"
    );
}

pub(crate) fn run_to(line: &Line, dialled: &str) -> SippRun {
    SippRun::new(line.voice.local_addr(), dialled)
}
