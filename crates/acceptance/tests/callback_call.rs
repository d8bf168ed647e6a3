//! *Bli ringt opp*, ordered over the API and rung for real: a trunk that SIPp plays is asked for the number, the
//! person there answers, hears who calls, and talks with an adviser whose phone is a SIPp phone.

use std::time::Duration;

use linje_acceptance::dice::Dice;
use linje_acceptance::server::{Options, Server};
use linje_acceptance::{command, folder, load, wait};
use linje_voice::testing::{
    PhoneBehaviour, Sipp, SippRun, free_port, has_program, register_phones,
};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(30);
const NUMBER: &str = "93000023";

/// A server with a trunk at this port.
fn server(trunk: u16) -> Server {
    let folder = folder::Folder::new("callback-call-settings");
    let settings = folder.join("linje.toml");
    let text = format!("[sip.outgoing]\ntrunk = \"127.0.0.1:{trunk}\"\nfrom = \"+4755553333\"\n");
    std::fs::write(&settings, text).expect("the settings");
    let options = Options {
        phones: 1,
        args: vec![
            "--config".to_owned(),
            settings.to_string_lossy().into_owned(),
        ],
        ..Options::default()
    };
    Server::start("callback-call", options)
}

fn peer(server: &Server, port: u16) -> Sipp {
    let run = SippRun {
        limit: Duration::from_secs(120),
        ..SippRun::new(server.sip(), "linje")
    };
    Sipp::phones(&run, port, PhoneBehaviour::AnswerAndWait { ring_ms: 200 }).expect("a peer")
}

fn state_of(server: &Server, path: &str) -> Value {
    server.http().get(path).expect(200)
}

#[test]
fn who_orders_over_the_api_is_rung_and_talks_with_an_adviser() {
    assert!(
        has_program("sipp"),
        "sipp is not installed: run `cargo xtask setup`"
    );
    let mut dice = Dice::new("callback-call");
    let trunk_port = free_port().expect("a port");
    let mut server = server(trunk_port);
    let trunk = peer(&server, trunk_port);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let phone_port = free_port().expect("a port");
    let users = load::users(&server);
    let registered = runtime.block_on(register_phones(server.sip(), phone_port, &users));
    assert_eq!(registered.expect("the phone registers").failed, 0);
    let phone = peer(&server, phone_port);

    let client = server.http();
    let body = json!({"queue": "arbeid-og-helse", "number": NUMBER});
    let booked = client
        .post("/api/v1/callbacks", &dice.key(), &body)
        .expect(201);
    let id = booked["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/contacts/{id}");
    let talking = wait::until("the person talks with the adviser", SOON, || {
        let contact = state_of(&server, &path);
        (contact["state"] == "active").then_some(contact)
    });
    let texts: Vec<&str> = talking["events"]
        .as_array()
        .expect("what happened")
        .iter()
        .filter_map(|event| event["text"].as_str())
        .collect();
    assert_eq!(texts.first(), Some(&"Bestilte på nettet å bli ringt opp"));
    assert!(texts.contains(&"Brukeren svarte"), "{texts:?}");
    let ended = client.post(&format!("{path}/end"), &dice.key(), &json!({}));
    assert!(ended.status < 300, "{}", ended.text());
    for (who, peer) in [("the trunk", trunk), ("the phone", phone)] {
        let totals = runtime.block_on(peer.finish()).expect("an end");
        assert_eq!((totals.successful, totals.failed), (1, 0), "{who}");
    }
    assert!(server.stop().success(), "an orderly end");
    let log = command::log_export(&server.data());
    let kinds: Vec<&str> = log
        .iter()
        .filter_map(|record| record["kind"].as_str())
        .filter(|kind| kind.starts_with("callback_"))
        .collect();
    assert_eq!(
        kinds,
        ["callback_asked", "callback_dialling", "callback_answered"]
    );
    let export = format!("{log:?}{}", server.log());
    assert!(!export.contains(NUMBER), "the number is in a log");
}
