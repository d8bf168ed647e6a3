//! The disk is full while people wait: new contacts are refused in plain words, nobody who waits is
//! lost, and the server goes on by itself when there is room again.

use std::time::Duration;

use linje_acceptance::command;
use linje_acceptance::dice::{Dice, say};
use linje_acceptance::disk::Disk;
use linje_acceptance::http::Client;
use linje_acceptance::server::{Options, Server};
use linje_acceptance::wait;
use serde_json::{Value, json};

/// Room for the prompts and a small log.
const MEGABYTES: u32 = 96;
/// More contacts than fit into what a full disk may still have inside files that exist.
const MOST: u32 = 20_000;
/// How long the store may take to notice.
const STORE: Duration = Duration::from_secs(30);
/// How long one request may hang while the disk is full.
const PATIENCE: Duration = Duration::from_secs(3);

/// What became of a contact that was posted.
enum Posted {
    /// Acknowledged, with this id.
    Yes(String),
    /// Refused, with this problem.
    No(Value),
    /// No answer: it was caught in the batch that does not fit; the same key asks again.
    Unknown,
}

#[test]
fn a_full_disk_refuses_new_contacts_keeps_the_old_and_resumes_by_itself() {
    let Some(disk) = Disk::mount("disk-full", MEGABYTES) else {
        return;
    };
    let mut dice = Dice::new("disk-full");
    let options = Options {
        data: Some(disk.path().join("data")),
        ..Options::default()
    };
    let mut server = Server::start("disk-full-server", options);
    let client = server.http().patience(PATIENCE);
    let mut kept: Vec<String> = (0..20).map(|_| must(client, &dice.key())).collect();

    let filler = disk.fill();
    let mut caught = Vec::new();
    let problem = (0..MOST).find_map(|_| {
        let key = dice.key();
        match post(client, &key) {
            Posted::Yes(id) => kept.push(id),
            Posted::Unknown => caught.push(key),
            Posted::No(problem) => return Some(problem),
        }
        assert!(caught.len() < 5, "requests hang instead of being refused");
        None
    });
    let problem = problem.expect("a full disk refuses in the end");
    say(&format!(
        "{} kept, {} caught, then: {problem}",
        kept.len(),
        caught.len()
    ));

    // Those who wait are still seen, and the page says what is wrong.
    let traffic = wait::until("the page says that the store does not work", STORE, || {
        let traffic = client.get("/api/v1/traffic").expect(200);
        (traffic["store"]["ok"] == false).then_some(traffic)
    });
    assert!(
        traffic["store"]["detail"].is_string(),
        "{}",
        traffic["store"]
    );
    for id in &kept {
        assert_eq!(client.get(&format!("/api/v1/contacts/{id}")).status, 200);
    }

    std::fs::remove_file(filler).expect("makes room");
    let id = wait::until("contacts are taken again", STORE, || {
        if let Posted::Yes(id) = post(client, &dice.key()) {
            Some(id)
        } else {
            None
        }
    });
    kept.push(id);
    kept.extend(caught.iter().map(|key| must(client, key)));
    wait::until("the page says that all is well", STORE, || {
        let traffic = client.get("/api/v1/traffic").expect(200);
        (traffic["store"]["ok"] == true).then_some(())
    });

    // And all of it is on the disk, once.
    server.kill9();
    server.start_again();
    for id in &kept {
        let contact = server.http().get(&format!("/api/v1/contacts/{id}"));
        assert_eq!(contact.expect(200)["state"], "queued");
    }
    assert!(server.stop().success(), "an orderly end");
    assert_eq!(command::log("verify", &server.data())["ok"], true);
    let log = command::log_export(&server.data());
    let arrived = log
        .iter()
        .filter(|event| event["kind"] == "contact_arrived");
    assert_eq!(
        arrived.count(),
        kept.len(),
        "each contact once, and no other"
    );
}

/// Posts a task. A refusal must be a problem document with status 503.
fn post(client: Client, key: &str) -> Posted {
    let body = json!({"channel": "task", "topic": "PEN"});
    match client.try_post("/api/v1/contacts", key, &body) {
        Err(_) => Posted::Unknown,
        Ok(reply) if reply.status == 201 => {
            Posted::Yes(reply.json()["id"].as_str().expect("an id").to_owned())
        }
        Ok(reply) => Posted::No(reply.problem(503)),
    }
}

/// Posts a task for which there must be room.
#[track_caller]
fn must(client: Client, key: &str) -> String {
    match post(client, key) {
        Posted::Yes(id) => id,
        Posted::No(problem) => panic!("refused: {problem}"),
        Posted::Unknown => panic!("no answer"),
    }
}
