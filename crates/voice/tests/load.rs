//! Many calls at once, each connected to one of many phones: none may fail, and nothing may be left.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops where something is not as it should be, and waits for one event among many"
)]

mod common;

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use common::{Line, config, have, run_to, users};
use linje_voice::testing::{PhoneBehaviour, Sipp, SippRun};
use linje_voice::{CallId, Command, End, Event, LegId};

const PHONES: u32 = 400;

/// `LINJE_LOAD` = calls a second, `LINJE_LOAD_S` = seconds; small by default.
fn wish(name: &str, default: u32) -> u32 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// Processor time of this process, ms.
fn own_cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .unwrap()
        .1
        .split_whitespace()
        .collect();
    (fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()) * 10
}

/// The least possible router: first come, first free.
#[derive(Default)]
struct Router {
    free: VecDeque<String>,
    waiting: VecDeque<CallId>,
    legs: HashMap<LegId, (CallId, String)>,
    connected: u32,
    ended: u32,
    lost: Vec<Event>,
    next_leg: u64,
}

impl Router {
    fn on(&mut self, line: &Line, event: Event) {
        match event {
            Event::Incoming { call, .. } => {
                line.send(Command::Answer {
                    call,
                    contact: format!("c-{}", call.0),
                });
                line.send(Command::Music { call });
                self.waiting.push_back(call);
            }
            Event::LegAnswered { leg } => {
                let call = self.legs[&leg].0;
                line.send(Command::bridge(call, leg));
                self.connected += 1;
            }
            Event::LegEnded { leg } => {
                let (call, user) = self.legs.remove(&leg).unwrap();
                line.send(Command::HangUp { call });
                self.free.push_back(user);
            }
            Event::CallEnded { by: End::Near, .. } => self.ended += 1,
            Event::LegRinging { .. } => {}
            other => self.lost.push(other),
        }
        while let (Some(call), true) = (self.waiting.front().copied(), !self.free.is_empty()) {
            self.waiting.pop_front();
            self.next_leg += 1;
            let (leg, user) = (LegId(self.next_leg), self.free.pop_front().unwrap());
            line.send(Command::Dial {
                leg,
                call,
                user: user.clone(),
                contact: "c".into(),
                caller_display: String::new(),
            });
            self.legs.insert(leg, (call, user));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_caller_is_connected_to_a_phone() {
    if !have(&["sipp"]) {
        return;
    }
    let (rate, seconds) = (wish("LINJE_LOAD", 50), wish("LINJE_LOAD_S", 4));
    let calls = rate * seconds;
    let mut line = Line::open(config(PHONES)).await;
    let behaviour = PhoneBehaviour::AnswerAndHangUp {
        ring_ms: 0,
        talk_ms: 1_000,
    };
    let phones = line.sipp_phones(PHONES, calls, behaviour).await;
    let mut router = Router {
        free: users(PHONES).into_iter().map(|(user, _)| user).collect(),
        ..Router::default()
    };
    let (cpu, begin) = (own_cpu_ms(), Instant::now());
    let limit = Duration::from_secs(u64::from(seconds) + 60);
    let callers = Sipp::callers_until_bye(&SippRun {
        calls,
        rate,
        limit,
        ..run_to(&line, "load")
    })
    .unwrap();
    while router.ended < calls {
        let event = line.expect("any event", |event| Some(event.clone())).await;
        router.on(&line, event);
    }
    let used = own_cpu_ms() - cpu;
    let totals = callers.finish().await.unwrap();
    drop(phones);
    println!(
        "{rate} calls/s, {calls} calls in {:.1} s: {} connected, {} failed, {:.2} ms CPU per call, {} late ticks, load {}",
        begin.elapsed().as_secs_f64(),
        router.connected,
        totals.failed,
        used as f64 / f64::from(calls),
        line.voice.stats().late_ticks,
        std::fs::read_to_string("/proc/loadavg").unwrap().trim(),
    );
    assert_eq!(
        (router.connected, totals.successful, totals.failed),
        (calls, u64::from(calls), 0),
        "{totals:?} {:?}",
        router.lost
    );
    assert_eq!(router.lost, Vec::new());
    line.is_empty_again().await;
}

/// `LINJE_LEGS` callers listen to music at the same time, for five seconds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_callers_hear_music_at_once() {
    if !have(&["sipp"]) {
        return;
    }
    let legs = wish("LINJE_LEGS", 200);
    let mut line = Line::open(config(0)).await;
    let rate = 200;
    let listen_ms = legs / rate * 1_000 + 5_000;
    let run = SippRun {
        calls: legs,
        rate,
        ..run_to(&line, "load")
    };
    let callers = Sipp::callers_that_hang_up(&run, listen_ms).unwrap();
    for _ in 0..legs {
        let call = line.answered_call().await;
        line.send(Command::Music { call });
    }
    let (cpu, begin) = (own_cpu_ms(), Instant::now());
    let before = line.voice.stats();
    tokio::time::sleep(Duration::from_secs(4)).await;
    let stats = line.voice.stats();
    let (used, took) = (own_cpu_ms() - cpu, begin.elapsed().as_secs_f64());
    let packets = stats.rtp_sent - before.rtp_sent;
    println!(
        "{} legs: {:.0} packets/s, {:.1} % of a core, {} late ticks, {} unsent, load {}",
        stats.calls,
        packets as f64 / took,
        used as f64 / took / 10.0,
        stats.late_ticks - before.late_ticks,
        stats.rtp_unsent,
        std::fs::read_to_string("/proc/loadavg").unwrap().trim(),
    );
    // At 50 packets a second each; a busy machine may delay some, but loses none.
    assert!(packets > u64::from(legs) * 50 * 3, "{packets} packets");
    assert_eq!(stats.rtp_unsent, 0);
    let totals = callers.finish().await.unwrap();
    assert_eq!(
        (totals.successful, totals.failed),
        (u64::from(legs), 0),
        "{totals:?}"
    );
    line.is_empty_again().await;
}
