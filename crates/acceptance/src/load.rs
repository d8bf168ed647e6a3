//! Many calls at once: SIPp callers ring the number `load`, SIPp phones answer, and the server's own
//! log says how many of them reached an adviser.

use std::collections::BTreeMap;
use std::time::Duration;

use linje_voice::testing::{PhoneBehaviour, Sipp, SippRun, SippTotals, free_port, register_phones};
use serde_json::Value;

use crate::command;
use crate::dice::say;
use crate::server::{Options, Server};

/// What is to be placed.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Calls a second.
    pub rate: u32,
    /// For so many seconds.
    pub seconds: u32,
    /// Phones that answer.
    pub phones: u32,
    /// Time from the answer to the caller's hanging up, ms.
    pub talk_ms: u32,
}

/// What happened.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// Calls placed.
    pub calls: u32,
    /// What the callers saw.
    pub callers: SippTotals,
    /// Calls that an adviser answered, by the server's log.
    pub connected: u32,
    /// Processor time of the server.
    pub cpu: Duration,
}

impl Figures {
    /// Processor time of the server for one call, ms.
    #[must_use]
    pub fn cpu_per_call_ms(&self) -> f64 {
        self.cpu.as_secs_f64() * 1000.0 / f64::from(self.calls.max(1))
    }

    /// Whether every call went through and reached an adviser.
    #[must_use]
    pub fn are_whole(&self) -> bool {
        self.callers.failed == 0
            && self.callers.successful == u64::from(self.calls)
            && self.connected == self.calls
    }
}

/// Starts a server, places the calls, stops it and reads its log.
#[track_caller]
#[must_use]
pub fn place(plan: &Plan) -> Figures {
    place_at(plan, |_server| (), || ())
}

/// The same, with something done to the server before the first call and after the last.
#[track_caller]
#[must_use]
pub fn place_at(plan: &Plan, prepare: impl FnOnce(&Server), afterwards: impl FnOnce()) -> Figures {
    let options = Options {
        phones: plan.phones,
        ..Options::default()
    };
    let mut server = Server::start("load", options);
    prepare(&server);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let (callers, cpu) = runtime.block_on(talk(&server, plan));
    afterwards();
    assert!(server.stop().success(), "an orderly end");
    Figures {
        calls: plan.rate * plan.seconds,
        callers,
        connected: answered(&command::log_export(&server.data())),
        cpu,
    }
}

async fn talk(server: &Server, plan: &Plan) -> (SippTotals, Duration) {
    let port = free_port().expect("a port");
    let registered = register_phones(server.sip(), port, &users(server)).await;
    let registered = registered.expect("the phones register");
    assert_eq!(registered.failed, 0, "the phones register");

    let calls = plan.rate * plan.seconds;
    let limit = Duration::from_secs(u64::from(plan.seconds) + 60);
    let run = SippRun {
        calls,
        rate: plan.rate,
        limit,
        ..SippRun::new(server.sip(), &server.number("load"))
    };
    let behaviour = PhoneBehaviour::AnswerAndWait { ring_ms: 0 };
    // The phones outlive the callers, and a call that comes back to the line rings a second one.
    let phones_run = SippRun {
        calls: calls * 4,
        limit: limit * 2,
        ..run.clone()
    };
    let phones = Sipp::phones(&phones_run, port, behaviour).expect("the phones start");
    let before = server.cpu();
    let callers = Sipp::callers_that_hang_up(&run, plan.talk_ms).expect("the callers start");
    // A run that comes to no end counts as one in which nothing went well.
    let totals = callers.finish().await.unwrap_or_else(|error| {
        say(&format!("those who rang came to no end: {error}"));
        SippTotals::default()
    });
    let cpu = server.cpu() - before;
    drop(phones);
    (totals, cpu)
}

/// Users and passwords of the ready file.
#[track_caller]
#[must_use]
pub fn users(server: &Server) -> Vec<(String, String)> {
    let phones = server.ready()["phones"].as_array().expect("phones");
    let field = |phone: &Value, name: &str| phone[name].as_str().expect("a text").to_owned();
    phones
        .iter()
        .map(|phone| (field(phone, "user"), field(phone, "password")))
        .collect()
}

/// How many contacts an adviser answered, by the server's log.
#[must_use]
pub fn answered(events: &[Value]) -> u32 {
    u32::try_from(answers(events).len()).expect("a count")
}

/// How many of them in this time, seconds since the first.
#[must_use]
pub fn answered_within(events: &[Value], seconds: std::ops::Range<u32>) -> u32 {
    let answers = answers(events);
    let first = answers.values().min().copied().unwrap_or_default();
    let [from, until] = [seconds.start, seconds.end].map(|at| first + u64::from(at) * 1_000_000);
    let within = answers.values().filter(|at| (from..until).contains(*at));
    u32::try_from(within.count()).expect("a count")
}

/// How long each contact waited from its coming until an adviser answered, of those answered in this time, seconds
/// since the first answer; shortest first.
#[must_use]
pub fn waits_within(events: &[Value], seconds: std::ops::Range<u32>) -> Vec<Duration> {
    let answers = answers(events);
    let first = answers.values().min().copied().unwrap_or_default();
    let [from, until] = [seconds.start, seconds.end].map(|at| first + u64::from(at) * 1_000_000);
    let came = firsts(events, &["contact_arrived"]);
    let mut waits: Vec<Duration> = answers
        .iter()
        .filter(|(_, at)| (from..until).contains(*at))
        .filter_map(|(contact, at)| Some(Duration::from_micros(at - came.get(contact)?)))
        .collect();
    waits.sort();
    waits
}

/// Each contact that an adviser answered, and when it first was, microseconds.
fn answers(events: &[Value]) -> BTreeMap<String, u64> {
    firsts(events, &["offer_accepted", "contact_assigned"])
}

/// Each contact and when one of these first happened to it, microseconds.
fn firsts(events: &[Value], kinds: &[&str]) -> BTreeMap<String, u64> {
    let mut first = BTreeMap::new();
    for event in events {
        if kinds.iter().any(|kind| event["kind"] == *kind) {
            let at = event["at"].as_u64().expect("a time");
            let contact = event["event"]["contact"].to_string();
            first.entry(contact).or_insert(at);
        }
    }
    first
}

/// How the offers ended that nobody took, and how often each way.
#[must_use]
pub fn offers_not_taken(events: &[Value]) -> BTreeMap<String, u32> {
    let mut outcomes = BTreeMap::new();
    for event in events.iter().filter(|event| event["kind"] == "offer_ended") {
        let outcome = event["event"]["outcome"].as_str().unwrap_or("?");
        *outcomes.entry(outcome.to_owned()).or_default() += 1;
    }
    outcomes
}

/// What the machine says of its load: the means over one, five and fifteen minutes.
#[must_use]
pub fn of_machine() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let means: Vec<&str> = load.split_whitespace().take(3).collect();
    means.join(" ")
}
