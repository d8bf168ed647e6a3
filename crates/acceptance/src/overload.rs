//! More calls than can be answered: what is let in, how soon the others are told, and how it ends.

use std::time::{Duration, Instant};

use linje_voice::testing::{PhoneBehaviour, Sipp, SippRun, free_port, register_phones};

use crate::load;
use crate::server::Server;
use crate::sip::{Caller, Failure};
use crate::wait;

/// How long until everything is as before.
const SOON: Duration = Duration::from_secs(60);
/// Between two calls that are placed by hand beside the flood.
const BESIDE: Duration = Duration::from_millis(200);

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

/// Floods the server and, beside it, rings by hand: how long each refusal took.
///
/// # Panics
/// When a caller gets no answer, or another refusal than 503 with `Retry-After`.
#[must_use]
pub fn flood(server: &Server, flood: Flood) -> Vec<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(pour(server, flood))
}

async fn pour(server: &Server, flood: Flood) -> Vec<Duration> {
    let port = free_port().expect("a port");
    let registered = register_phones(server.sip(), port, &load::users(server)).await;
    assert_eq!(registered.expect("the phones register").failed, 0);
    let calls = flood.rate * flood.seconds;
    let run = SippRun {
        calls,
        rate: flood.rate,
        limit: Duration::from_secs(u64::from(flood.seconds) + 60),
        ..SippRun::new(server.sip(), &server.number("load"))
    };
    let phones_run = SippRun {
        calls: calls * 4,
        limit: run.limit * 2,
        ..run.clone()
    };
    let behaviour = PhoneBehaviour::AnswerAndWait { ring_ms: 0 };
    let phones = Sipp::phones(&phones_run, port, behaviour).expect("the phones start");
    let callers = Sipp::callers_that_hang_up(&run, flood.talk_ms).expect("the callers start");
    let (sip, number) = (server.sip(), server.number("load"));
    let beside = tokio::task::spawn_blocking(move || {
        let length = Duration::from_secs(u64::from(flood.seconds).saturating_sub(2));
        ring_beside(sip, &number, length)
    });
    callers.finish().await.expect("the callers end");
    let refusals = beside.await.expect("the calls beside");
    drop(phones);
    refusals
}

/// One call after the other while the flood lasts; whoever is let in hangs up at once.
fn ring_beside(sip: std::net::SocketAddr, number: &str, length: Duration) -> Vec<Duration> {
    let mut caller = Caller::open(sip, None).patience(Duration::from_secs(10));
    let mut refusals = Vec::new();
    let end = Instant::now() + length;
    while Instant::now() < end {
        std::thread::sleep(BESIDE);
        let rung = Instant::now();
        match caller.ring(number) {
            Ok(call) => caller.hang_up(call),
            Err(Failure::Refused(answer)) => {
                assert_eq!(answer.status, 503, "{}", answer.text);
                assert!(answer.header("retry-after").is_some(), "{}", answer.text);
                refusals.push(rung.elapsed());
            }
            Err(Failure::Silence(error)) => panic!("no answer to a caller: {error}"),
        }
    }
    refusals
}

/// Waits until nobody is left over and a new caller is let in: how long that took.
#[track_caller]
#[must_use]
pub fn back_to_normal(server: &Server) -> Duration {
    let since = Instant::now();
    wait::until("nobody is open any more", SOON, || {
        let list = server.http().get("/api/v1/contacts?state=open").expect(200);
        let items = list["items"].as_array()?;
        items.is_empty().then_some(())
    });
    let mut caller = Caller::open(server.sip(), None);
    let call = caller.call(&server.number("load"));
    caller.hang_up(call);
    since.elapsed()
}
