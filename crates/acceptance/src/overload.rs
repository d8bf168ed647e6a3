//! More calls than can be answered: what is let in, how soon the others are told, and how it ends. Everything here
//! ends in bounded time, whatever the server does; what did not come is counted, not waited for.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use linje_voice::testing::{PhoneBehaviour, Sipp, SippRun, free_port, register_phones};

use crate::load;
use crate::server::{Server, cpu_of};
use crate::sip::{Caller, Failure};

/// How long until everything is as before.
const SOON: Duration = Duration::from_secs(60);
/// Between two calls that are placed by hand beside the flood.
const BESIDE: Duration = Duration::from_millis(50);
/// How long a call that is placed by hand waits for what comes.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long those who ring may take for their last calls.
const LAST_CALLS: u32 = 60;

/// A flood of calls to the number `load`.
#[derive(Debug, Clone, Copy)]
pub struct Flood {
    /// Calls a second.
    pub rate: u32,
    /// For so many seconds.
    pub seconds: u32,
    /// Time from the answer to the caller's hanging up, ms.
    pub talk_ms: u32,
}

/// A call that was placed by hand beside the others.
#[derive(Debug, Clone, Copy)]
pub struct Rung {
    /// From the first call of the flood until this one rang.
    pub at: Duration,
    /// Until it knew: let in, refused, or nothing.
    pub took: Duration,
    /// What it came to know.
    pub what: Told,
}

/// What a caller was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// 200.
    LetIn,
    /// 503 with `Retry-After`.
    Refused,
    /// Nothing, as long as they waited.
    Nothing,
}

/// What was seen from outside while it lasted.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The calls by hand, in order.
    pub rung: Vec<Rung>,
    /// Processor time of those who ring and answer, of the wall's time.
    pub generators: f64,
    /// Processor time of the server, of the wall's time.
    pub server: f64,
    /// Datagrams that found no room at the server's socket for SIP, and at the sockets of those who ring and answer.
    pub lost: (u64, u64),
    /// Whether all who rang came to an end by themselves.
    pub all_ended: bool,
}

impl Seen {
    /// How long each of those who rang in this time since the first call took to be told this, shortest first.
    #[must_use]
    pub fn told(&self, what: Told, within: std::ops::Range<Duration>) -> Vec<Duration> {
        let told = self.rung.iter().filter(|rung| rung.what == what);
        let mut took: Vec<Duration> = told
            .filter(|rung| within.contains(&rung.at))
            .map(|rung| rung.took)
            .collect();
        took.sort();
        took
    }

    /// From `end` until the last who was not let in; nothing when everybody was.
    #[must_use]
    pub fn trouble_after(&self, end: Duration) -> Duration {
        let not_let_in = self.rung.iter().filter(|rung| rung.what != Told::LetIn);
        let last = not_let_in.map(|rung| rung.at + rung.took).max();
        last.unwrap_or_default().saturating_sub(end)
    }

    /// How many got no answer at all.
    #[must_use]
    pub fn silent(&self) -> usize {
        let nothing = |rung: &&Rung| rung.what == Told::Nothing;
        self.rung.iter().filter(nothing).count()
    }
}

/// Floods the server and, beside it, rings by hand.
///
/// # Panics
/// When a caller gets another refusal than 503 with `Retry-After`.
#[must_use]
pub fn flood(server: &Server, flood: Flood) -> Seen {
    course(server, &[flood])
}

/// One flood after the other without a pause, the same phones for all, and a caller by hand beside them.
///
/// # Panics
/// When a caller gets another refusal than 503 with `Retry-After`.
#[must_use]
pub fn course(server: &Server, floods: &[Flood]) -> Seen {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(pour(server, floods))
}

async fn pour(server: &Server, floods: &[Flood]) -> Seen {
    let port = free_port().expect("a port");
    let registered = register_phones(server.sip(), port, &load::users(server)).await;
    assert_eq!(registered.expect("the phones register").failed, 0);
    let calls: u32 = floods.iter().map(|flood| flood.rate * flood.seconds).sum();
    let length: u32 = floods.iter().map(|flood| flood.seconds).sum();
    let whole = Duration::from_secs(u64::from(length));
    let run = SippRun::new(server.sip(), &server.number("load"));
    let phones_run = SippRun {
        calls: calls * 4,
        limit: (whole + Duration::from_secs(LAST_CALLS.into())) * 2,
        ..run.clone()
    };
    let behaviour = PhoneBehaviour::AnswerAndWait { ring_ms: 0 };
    let phones = Sipp::phones(&phones_run, port, behaviour).expect("the phones start");
    let begin = Instant::now();
    let used = server.cpu();
    let (sip, number) = (server.sip(), server.number("load"));
    let beside = tokio::task::spawn_blocking(move || ring_beside(sip, &number, begin, whole));
    let mut crowds = Vec::new();
    let mut since_begin = 0;
    for flood in floods {
        let start = begin + Duration::from_secs(since_begin.into());
        tokio::time::sleep_until(start.into()).await;
        let run = SippRun {
            calls: flood.rate * flood.seconds,
            rate: flood.rate,
            limit: Duration::from_secs((flood.seconds + LAST_CALLS).into()),
            ..run.clone()
        };
        crowds.push(Sipp::callers_that_hang_up(&run, flood.talk_ms).expect("the callers start"));
        since_begin += flood.seconds;
    }
    tokio::time::sleep_until((begin + whole).into()).await;
    let took = begin.elapsed().as_secs_f64();
    let peers = || std::iter::once(&phones).chain(&crowds);
    // Those whose calls have all ended are gone, and their time with them: this is at least what was used.
    let generators: Duration = peers().map(|peer| cpu_of(peer.pid())).sum();
    let lost = (
        lost_at(server.sip().port()),
        peers().map(|peer| lost_at(peer.port())).sum(),
    );
    let used = server.cpu() - used;
    let mut all_ended = true;
    for crowd in crowds {
        all_ended &= crowd.finish().await.is_ok();
    }
    let rung = beside.await.expect("the calls beside");
    drop(phones);
    Seen {
        rung,
        generators: generators.as_secs_f64() / took,
        server: used.as_secs_f64() / took,
        lost,
        all_ended,
    }
}

/// Datagrams that found no room at the socket with this port, since it was opened.
fn lost_at(port: u16) -> u64 {
    let table = std::fs::read_to_string("/proc/net/udp").unwrap_or_default();
    let ending = format!(":{port:04X}");
    let of_port = table.lines().skip(1).filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_it = fields
            .get(1)
            .is_some_and(|address| address.ends_with(&ending));
        is_it.then(|| fields.last()?.parse::<u64>().ok()).flatten()
    });
    of_port.sum()
}

/// One call after the other for this long; whoever is let in hangs up at once.
fn ring_beside(sip: SocketAddr, number: &str, begin: Instant, length: Duration) -> Vec<Rung> {
    let mut caller = Caller::open(sip, None).patience(PATIENCE);
    let mut rung = Vec::new();
    while begin.elapsed() < length {
        std::thread::sleep(BESIDE);
        let now = Instant::now();
        let answer = caller.ring(number);
        let took = now.elapsed();
        let what = match answer {
            Ok(call) => {
                // What a hanging up without an answer means is seen in those who are left over.
                drop(caller.try_hang_up(call));
                Told::LetIn
            }
            Err(Failure::Refused(answer)) => {
                assert_eq!(answer.status, 503, "{}", answer.text);
                assert!(answer.header("retry-after").is_some(), "{}", answer.text);
                Told::Refused
            }
            Err(Failure::Silence(_)) => Told::Nothing,
        };
        rung.push(Rung {
            at: now.saturating_duration_since(begin),
            took,
            what,
        });
    }
    rung
}

/// How many contacts of one page are open, or nothing when it does not say.
fn open(server: &Server) -> Option<usize> {
    let path = "/api/v1/contacts?state=open";
    let reply = server.http().send("GET", path, &[], None).ok()?;
    Some(reply.json()["items"].as_array()?.len())
}

/// Waits until nobody is left over and a new caller is let in: how long that took, or nothing when it did not come.
#[must_use]
pub fn back_to_normal(server: &Server) -> Option<Duration> {
    let since = Instant::now();
    while open(server) != Some(0) {
        if since.elapsed() > SOON {
            return None;
        }
        // Asking is work too.
        std::thread::sleep(BESIDE * 4);
    }
    let mut caller = Caller::open(server.sip(), None).patience(PATIENCE);
    let call = caller.ring(&server.number("load")).ok()?;
    drop(caller.try_hang_up(call));
    Some(since.elapsed())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Rung, Seen, Told};

    fn rung(at: u64, took: u64, what: Told) -> Rung {
        Rung {
            at: Duration::from_secs(at),
            took: Duration::from_secs(took),
            what,
        }
    }

    #[test]
    fn what_was_seen_is_told_apart_by_its_time() {
        let seen = Seen {
            rung: vec![
                rung(1, 2, Told::Refused),
                rung(5, 1, Told::Refused),
                rung(9, 1, Told::LetIn),
                rung(12, 1, Told::Refused),
                rung(14, 2, Told::Nothing),
                rung(20, 1, Told::LetIn),
            ],
            generators: 0.0,
            server: 0.0,
            lost: (0, 0),
            all_ended: true,
        };
        let seconds = Duration::from_secs;
        let refused = seen.told(Told::Refused, seconds(0)..seconds(10));
        assert_eq!(refused, [seconds(1), seconds(2)]);
        assert_eq!(seen.trouble_after(seconds(10)), seconds(6));
        assert_eq!(seen.trouble_after(seconds(30)), seconds(0));
        assert_eq!(seen.silent(), 1);
    }
}
