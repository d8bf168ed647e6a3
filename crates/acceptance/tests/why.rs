//! Why a contact is where it is, told by the real server from its log, also after a restart.

use std::time::Duration;

use linje_acceptance::dice::Dice;
use linje_acceptance::server::{Options, Server};
use linje_acceptance::staff::Desk;
use serde_json::json;

const SOON: Duration = Duration::from_secs(15);

#[test]
fn the_figures_that_decided_are_told_of_open_and_of_closed_contacts() {
    let mut dice = Dice::new("why");
    let mut server = Server::start("why", Options::default());
    let client = server.http();
    let new = json!({"channel": "chat", "topic": "FOR"});
    let created = client
        .post("/api/v1/contacts", &dice.key(), &new)
        .expect(201);
    let id = created["id"].as_str().expect("an id").to_owned();
    let why = format!("/api/v1/contacts/{id}/why");
    let told = client.get(&why).expect(200);
    let sentence = told["sentence"].as_str().expect("a sentence");
    assert!(sentence.starts_with("Nummer 1 i "), "{sentence}");
    assert_eq!(told["now"]["position"], 1);

    let desk = Desk::sit(client, "K990001", "chat", &mut dice).expect("a desk");
    let mut views = client.events(&format!("{}/live", desk.path()));
    let offer = views.until("an offer", SOON, |event| {
        event.data["offer"]["id"].as_str().map(str::to_owned)
    });
    let accept = format!("/api/v1/offers/{offer}/accept");
    assert_eq!(client.post(&accept, &dice.key(), &json!({})).status, 200);
    let end = format!("/api/v1/contacts/{id}/end");
    assert_eq!(client.post(&end, &dice.key(), &json!({})).status, 200);
    let wrap_up = "/api/v1/advisers/K990001/wrap-up";
    let done = json!({"done": true});
    assert_eq!(client.post(wrap_up, &dice.key(), &done).status, 200);
    let told = client.get(&why).expect(200);
    drop(views);
    assert!(server.stop().success(), "an orderly end");

    server.start_again();
    let client = server.http();
    let again = client.get(&why).expect(200);
    assert_eq!(
        again["steps"], told["steps"],
        "the log says the same after a restart"
    );
    let sentence = again["sentence"].as_str().expect("a sentence");
    assert!(sentence.contains("En veileder ble spurt"), "{sentence}");
    assert!(!again.to_string().contains("K99000"), "{again}");
}
