//! The disk is full while people wait: new contacts are refused in plain words, nobody who waits is
//! lost, and the server goes on by itself when there is room again.

use std::time::Duration;

use linje_acceptance::command;
use linje_acceptance::dice::Dice;
use linje_acceptance::disk::Disk;
use linje_acceptance::http::Client;
use linje_acceptance::server::{Options, Server};
use linje_acceptance::wait;
use serde_json::json;

/// Room for the prompts and a small log.
const MEGABYTES: u32 = 96;
/// More contacts than fit into what a full disk may still have inside files that exist.
const MOST: u32 = 20_000;

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
    let client = server.http();
    let mut kept: Vec<String> = (0..20)
        .map(|_| post(client, &mut dice).expect("there is room"))
        .collect();

    let filler = disk.fill();
    let problem = (0..MOST).find_map(|_| match post(client, &mut dice) {
        Ok(id) => {
            kept.push(id);
            None
        }
        Err(problem) => Some(problem),
    });
    let problem = problem.expect("a full disk refuses in the end");
    assert!(problem["detail"].is_string(), "{problem}");

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
        post(client, &mut dice).ok()
    });
    kept.push(id);
    wait::until("the page says that all is well", STORE, || {
        let traffic = client.get("/api/v1/traffic").expect(200);
        (traffic["store"]["ok"] == true).then_some(())
    });

    // And all of it is on the disk.
    server.kill9();
    server.start_again();
    for id in &kept {
        let contact = server.http().get(&format!("/api/v1/contacts/{id}"));
        assert_eq!(contact.expect(200)["id"], id.as_str());
    }
    assert!(server.stop().success(), "an orderly end");
    assert_eq!(command::log("verify", &server.data())["ok"], true);
}

/// How long the store may take to notice.
const STORE: Duration = Duration::from_secs(30);

/// Posts a task. A refusal must be a problem document with status 503.
fn post(client: Client, dice: &mut Dice) -> Result<String, serde_json::Value> {
    let body = json!({"channel": "task", "topic": "PEN"});
    let reply = client.post("/api/v1/contacts", &dice.key(), &body);
    if reply.status == 201 {
        return Ok(reply.json()["id"].as_str().expect("an id").to_owned());
    }
    Err(reply.problem(503))
}
