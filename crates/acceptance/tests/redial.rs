//! Somebody waits, the power goes, and whoever rings again within ten minutes has the old place.

use std::time::Duration;

use linje_acceptance::http::Client;
use linje_acceptance::server::{Options, Server};
use linje_acceptance::sip::Caller;
use linje_acceptance::wait;
use serde_json::Value;

const SOON: Duration = Duration::from_secs(15);

/// The contact once it waits in a queue.
fn queued(client: Client, id: &str) -> Value {
    wait::until("the caller waits in a queue", SOON, || {
        let contact = client.get(&format!("/api/v1/contacts/{id}")).expect(200);
        (contact["state"] == "queued").then_some(contact)
    })
}

/// Rings the main number and presses 2.
fn ring(server: &Server, caller: &mut Caller) -> Value {
    let mut call = caller.call(&server.number("main"));
    caller.press(&mut call, '2');
    queued(server.http(), &call.contact)
}

/// Callback tasks that wait.
fn callbacks(client: Client) -> Vec<Value> {
    let list = client
        .get("/api/v1/contacts?queue=ring-tilbake&state=queued")
        .expect(200);
    list["items"].as_array().expect("a list").clone()
}

#[test]
fn a_redial_gets_its_old_place_and_needs_no_callback() {
    let mut server = Server::start("redial", Options::default());
    let mut first = Caller::open(server.sip(), Some("22000001"));
    let mut second = Caller::open(server.sip(), Some("22000002"));
    let mut hidden = Caller::open(server.sip(), None);
    let before = ring(&server, &mut first);
    let other = ring(&server, &mut second);
    let unknown = ring(&server, &mut hidden);

    server.kill9();
    server.start_again();
    let client = server.http();
    for lost in [&before, &other, &unknown] {
        let id = lost["id"].as_str().expect("an id");
        let contact = client.get(&format!("/api/v1/contacts/{id}")).expect(200);
        assert_eq!(
            (contact["state"].as_str(), contact["reason"].as_str()),
            (Some("closed"), Some("fault"))
        );
    }
    let promised = wait::until(
        "everybody whose number is known has a callback",
        SOON,
        || {
            let list = callbacks(client);
            (list.len() >= 2).then_some(list)
        },
    );

    // A stranger rings first, then the two whose call died, the second of them first.
    let mut stranger = Caller::open(server.sip(), Some("22000009"));
    let late = ring(&server, &mut stranger);
    let mut second = Caller::open(server.sip(), Some("22000002"));
    let other_again = ring(&server, &mut second);
    let mut first = Caller::open(server.sip(), Some("22000001"));
    let again = ring(&server, &mut first);
    assert_eq!(again["queue"], before["queue"]);
    assert_eq!(again["enqueued"], before["enqueued"], "the old place");
    assert_eq!(other_again["enqueued"], other["enqueued"], "the old place");
    assert_ne!(late["enqueued"], before["enqueued"]);
    wait::until("their callbacks are cancelled", SOON, || {
        (callbacks(client).len() == promised.len() - 2).then_some(())
    });

    // Who hides the number is nobody we know, so there is no old place.
    let mut hidden = Caller::open(server.sip(), None);
    let hidden_again = ring(&server, &mut hidden);
    assert_ne!(hidden_again["enqueued"], unknown["enqueued"]);

    // A place is given back once.
    let mut first = Caller::open(server.sip(), Some("22000001"));
    let third = ring(&server, &mut first);
    assert_ne!(third["enqueued"], before["enqueued"], "not a second time");

    // No number is anywhere in what was logged.
    let log = server.log();
    for number in ["22000001", "22000002", "22000009"] {
        assert!(!log.contains(number), "a number is in the server's log");
    }
}
