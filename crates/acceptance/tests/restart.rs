//! An orderly end and a new start: who waited waits on, the clock goes on, and the centre may have
//! changed in the meantime.

use std::time::Duration;

use linje_acceptance::command;
use linje_acceptance::dice::Dice;
use linje_acceptance::http::Client;
use linje_acceptance::server::{Options, Server};
use linje_acceptance::staff::Desk;
use linje_acceptance::wait;
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(15);

fn contact(client: Client, id: &str) -> Value {
    client.get(&format!("/api/v1/contacts/{id}")).expect(200)
}

fn now(client: Client) -> String {
    let clock = client.get("/api/v1/clock").expect(200);
    clock["now"].as_str().expect("a time").to_owned()
}

#[test]
fn who_waited_waits_on_after_a_restart_with_more_advisers() {
    let mut dice = Dice::new("restart");
    let mut server = Server::start("restart", Options::default());
    let client = server.http();
    let posted: Vec<String> = (0..3)
        .map(|_| {
            let body = json!({"channel": "chat", "topic": "FOR"});
            let reply = client.post("/api/v1/contacts", &dice.key(), &body);
            reply.expect(201)["id"].as_str().expect("an id").to_owned()
        })
        .collect();
    let desk = Desk::sit(client, "K990001", "chat", &mut dice).expect("a desk");
    let mut views = client.events(&format!("{}/live", desk.path()));
    let offer = views.until("an offer", SOON, |event| {
        event.data["offer"]["id"].as_str().map(str::to_owned)
    });
    let path = format!("/api/v1/offers/{offer}/accept");
    assert_eq!(client.post(&path, &dice.key(), &json!({})).status, 200);
    let first = contact(client, &posted[0]);
    assert_eq!(
        first["state"], "active",
        "the one who waited longest is helped"
    );
    let before = now(client);
    let places: Vec<Value> = posted
        .iter()
        .map(|id| contact(client, id)["enqueued"].clone())
        .collect();
    drop(views);
    assert!(server.stop().success(), "an orderly end");
    let hash = command::log("replay", &server.data())["hash"].clone();
    assert!(hash.is_string(), "a hash of the state");

    server.start_again_with(|options| options.phones = 20);
    let client = server.http();
    assert!(now(client) >= before, "the clock never goes back");
    for (id, place) in posted.iter().zip(&places) {
        let again = contact(client, id);
        assert_ne!(again["state"], "closed", "{again}");
        assert_eq!(again["enqueued"], *place, "it keeps its place");
    }
    assert_eq!(
        server.ready()["phones"].as_array().expect("phones").len(),
        20
    );
    assert_eq!(
        client.get("/api/v1/advisers/K990020").expect(200)["state"],
        "signed_out"
    );

    // The one whose adviser is gone comes back to the line, and another helps.
    let other = Desk::sit(client, "K990015", "chat", &mut dice).expect("a desk");
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (stop, mut dice) = (&stop, Dice::from_other(&mut dice));
        let worker = scope.spawn(move || {
            let manner = linje_acceptance::staff::Manner::Diligent;
            other.work("chat", manner, &mut dice, stop)
        });
        wait::until("all three are helped", Duration::from_secs(120), || {
            let is_closed = |id: &String| contact(client, id)["state"] == "closed";
            posted.iter().all(is_closed).then_some(())
        });
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        worker
            .join()
            .expect("the worker")
            .expect("works to the end");
    });
    assert!(server.stop().success(), "an orderly end");
    assert_eq!(command::log("verify", &server.data())["ok"], true);
    let verdict = command::log("replay", &server.data());
    assert!(verdict["hash"].is_string(), "{verdict}");
}
