//! Three times what the phones can take: what is connected stays near the capacity, whoever is not let in is
//! told so at once, and afterwards everything is as before. Times are printed, not asserted.

use std::time::{Duration, Instant};

use linje_acceptance::command;
use linje_acceptance::dice::say;
use linje_acceptance::load;
use linje_acceptance::server::{Options, Server};
use linje_acceptance::sip::{Caller, Failure};
use linje_acceptance::wait;
use linje_voice::testing::{PhoneBehaviour, Sipp, SippRun, free_port, register_phones};

/// Each takes one call a second: this many a second are the capacity.
const PHONES: u32 = 30;
const SECONDS: u32 = 12;
/// Calls at one time that are let in: those who talk, and some who wait.
const MAX_CALLS: usize = 90;
const TALK_MS: u32 = 1_000;
const SOON: Duration = Duration::from_secs(60);

#[test]
fn three_times_the_capacity_leaves_the_capacity_and_refuses_the_rest_at_once() {
    let folder = linje_acceptance::folder::Folder::new("overload-settings");
    let settings = folder.join("linje.toml");
    let text = format!("[sip]\nmax_calls = {MAX_CALLS}\n");
    std::fs::write(&settings, text).expect("the settings");
    let options = Options {
        phones: PHONES,
        args: vec![
            "--config".to_owned(),
            settings.to_string_lossy().into_owned(),
        ],
        ..Options::default()
    };
    let mut server = Server::start("overload", options);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let refusals = runtime.block_on(flood(&server));
    back_to_normal(&server);
    assert!(server.stop().success(), "an orderly end");

    let connected = load::answered(&command::log_export(&server.data()));
    let capacity = PHONES * SECONDS;
    let goodput = f64::from(connected) / f64::from(capacity);
    let slowest = refusals.iter().max().copied().unwrap_or_default();
    say(&format!(
        "{connected} connected of a capacity of {capacity}: {:.0} %; {} refusals tried, the slowest after {slowest:?}",
        100.0 * goodput,
        refusals.len()
    ));
    // The last calls that were let in are answered after the flood, so a little more than the capacity can be.
    assert!(goodput >= 0.9, "{connected} connected of {capacity}");
    assert!(
        !refusals.is_empty(),
        "nobody was refused: it was no overload"
    );
}

/// Floods the server and, beside it, rings by hand: how long each refusal took.
async fn flood(server: &Server) -> Vec<Duration> {
    let port = free_port().expect("a port");
    let registered = register_phones(server.sip(), port, &load::users(server)).await;
    assert_eq!(registered.expect("the phones register").failed, 0);
    let calls = PHONES * 3 * SECONDS;
    let run = SippRun {
        calls,
        rate: PHONES * 3,
        limit: Duration::from_secs(u64::from(SECONDS) + 60),
        ..SippRun::new(server.sip(), &server.number("load"))
    };
    let phones_run = SippRun {
        calls: calls * 4,
        limit: run.limit * 2,
        ..run.clone()
    };
    let behaviour = PhoneBehaviour::AnswerAndWait { ring_ms: 0 };
    let phones = Sipp::phones(&phones_run, port, behaviour).expect("the phones start");
    let callers = Sipp::callers_that_hang_up(&run, TALK_MS).expect("the callers start");
    let (sip, number) = (server.sip(), server.number("load"));
    let beside = tokio::task::spawn_blocking(move || ring_beside(sip, &number));
    callers.finish().await.expect("the callers end");
    let refusals = beside.await.expect("the calls beside");
    drop(phones);
    refusals
}

/// One call after the other while the flood lasts; whoever is let in hangs up at once.
fn ring_beside(sip: std::net::SocketAddr, number: &str) -> Vec<Duration> {
    let mut caller = Caller::open(sip, None).patience(Duration::from_secs(10));
    let mut refusals = Vec::new();
    let end = Instant::now() + Duration::from_secs(u64::from(SECONDS) - 2);
    while Instant::now() < end {
        std::thread::sleep(Duration::from_millis(200));
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

/// A new caller is let in, and nobody is left over.
fn back_to_normal(server: &Server) {
    let since = Instant::now();
    wait::until("nobody is open any more", SOON, || {
        let list = server.http().get("/api/v1/contacts?state=open").expect(200);
        let items = list["items"].as_array()?;
        items.is_empty().then_some(())
    });
    let mut caller = Caller::open(server.sip(), None);
    let call = caller.call(&server.number("load"));
    caller.hang_up(call);
    say(&format!("normal again after {:?}", since.elapsed()));
}
