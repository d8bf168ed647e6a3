//! A start with much history behind it: the port opens at once and the state is right soon after.
//!
//! `LINJE_HISTORY_EVENTS` sets how much (100 000); the long run is `cargo xtask bench history`.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use linje_acceptance::command;
use linje_acceptance::dice::say;
use linje_acceptance::http::Client;
use linje_acceptance::server::{Options, Server};
use linje_acceptance::wait;

/// How fast the days pass while history is made.
const SPEED: &str = "3000";
/// Longest time to make a thousand events.
const PATIENCE_PER_THOUSAND: Duration = Duration::from_millis(1500);
/// The port must be open by then.
const PORT: Duration = Duration::from_secs(2);
/// The state must be right by then.
const RIGHT: Duration = Duration::from_secs(5);
/// Starts on a machine that does other things too; the best counts.
const STARTS: u32 = 3;

#[test]
fn a_start_with_much_history_is_short() {
    let wanted: u64 = std::env::var("LINJE_HISTORY_EVENTS")
        .ok()
        .map_or(100_000, |events| {
            events.parse().expect("a number of events")
        });
    let options = Options {
        population: true,
        args: vec!["--speed".to_owned(), SPEED.to_owned()],
        ..Options::default()
    };
    let mut server = Server::start("history", options);
    let patience = PATIENCE_PER_THOUSAND * u32::try_from(wanted / 1000 + 100).expect("a count");
    wait::until("there is enough history", patience, || {
        let traffic = server.http().get("/api/v1/traffic").expect(200);
        (traffic["seq"].as_u64()? >= wanted).then_some(())
    });
    server.kill9();
    let before = command::log("verify", &server.data());
    assert_eq!(before["ok"], true, "{before}");

    let starts: Vec<(Duration, Duration)> = (0..STARTS).map(|_| start(&mut server)).collect();
    for (port, right) in &starts {
        say(&format!(
            "{} events: port after {} ms, right after {} ms",
            before["events"],
            port.as_millis(),
            right.as_millis()
        ));
    }
    let best_port = starts.iter().map(|(port, _)| *port).min().expect("starts");
    let best_right = starts
        .iter()
        .map(|(_, right)| *right)
        .min()
        .expect("starts");
    assert!(
        best_port <= PORT,
        "port open after {} ms",
        best_port.as_millis()
    );
    assert!(
        best_right <= RIGHT,
        "right after {} ms",
        best_right.as_millis()
    );
}

/// Starts the server again on its data, without haste in its clock; gives the time until its port
/// was open and the time until it was right.
fn start(server: &mut Server) -> (Duration, Duration) {
    server.kill9();
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let begin = Instant::now();
    let open = std::thread::spawn(move || {
        let client = Client::new(address).patience(Duration::from_secs(1));
        wait::until("the port is open", Duration::from_secs(60), || {
            let reply = client.send("GET", "/isalive", &[], None).ok()?;
            (reply.status == 200).then(|| begin.elapsed())
        })
    });
    server.start_again_with(|options| {
        options.args = Vec::new();
        options.http_port = port;
    });
    let ready = server.http().get("/isready");
    assert_eq!(ready.status, 200, "what the ready file says is so");
    (open.join().expect("the port"), server.start_took)
}
