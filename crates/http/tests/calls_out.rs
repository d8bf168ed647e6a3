//! Ringing out over HTTP: only from the list, within the caps, with a telephone; the number in the vault only.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod common;

use common::{World, world};
use linje_event::Command;
use linje_types::ContactId;
use serde_json::{Value, json};

/// A person at a desk with a telephone.
async fn adviser(world: &World, place: usize) -> String {
    let list = world.get("/api/v1/advisers").await.expect(200);
    let ident = list["items"][place]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/advisers/{ident}/activity");
    world
        .put(&path, &json!({"activity": "written"}))
        .await
        .expect(200);
    world.api.presence.phone(id(world, &ident), true);
    ident
}

fn id(world: &World, ident: &str) -> linje_types::AdviserId {
    world.api.directory.adviser(ident).unwrap()
}

fn path(ident: &str) -> String {
    format!("/api/v1/advisers/{ident}/calls")
}

fn number(text: &str) -> Value {
    json!({"number": text, "queue": "arbeid-og-helse"})
}

fn contact(world: &World, shown: &Value) -> ContactId {
    world
        .api
        .ids
        .read_contact(shown["id"].as_str().unwrap())
        .unwrap()
}

async fn answered_and_done(world: &World, shown: &Value, ident: &str) {
    let contact = contact(world, shown);
    let attempt = 1;
    let failed = None;
    let dialled = Command::Dialled {
        contact,
        attempt,
        failed,
    };
    assert!(world.command(dialled).await.is_ok());
    let id = shown["id"].as_str().unwrap();
    world
        .post(&format!("/api/v1/contacts/{id}/end"), &json!({}))
        .await
        .expect(200);
    let wrap_up = format!("/api/v1/advisers/{ident}/wrap-up");
    world
        .post(&wrap_up, &json!({"done": true}))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_call_out_is_a_contact_of_the_adviser_and_its_number_is_in_the_vault_only() {
    let world = world();
    let ident = adviser(&world, 0).await;
    let rung = world
        .post_as("one", &path(&ident), &number("90000001"))
        .await
        .expect(201);
    assert_eq!(rung["state"], "dialling");
    assert_eq!(rung["adviser"], ident);
    let again = world
        .post_as("one", &path(&ident), &number("90000001"))
        .await
        .expect(201);
    assert_eq!(again["id"], rung["id"]);
    let id = contact(&world, &rung);
    let kept = world
        .vault
        .lock()
        .unwrap()
        .value(id, linje_desk::field::CALLBACK_NUMBER);
    assert_eq!(kept.unwrap(), b"+4790000001");
    let log = format!("{:?}", world.log.lock().unwrap());
    let shown = world
        .get(&format!(
            "/api/v1/contacts/{}",
            rung["id"].as_str().unwrap()
        ))
        .await;
    for text in [rung.to_string(), shown.expect(200).to_string(), log] {
        assert!(!text.contains("90000001"), "{text}");
    }
    let problem = world
        .post(&path(&ident), &number("90000002"))
        .await
        .problem(409);
    assert_eq!(problem["code"], "has_contacts");
    answered_and_done(&world, &rung, &ident).await;
    let over = world
        .get(&format!(
            "/api/v1/contacts/{}",
            rung["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(over.expect(200)["state"], "closed");
    // Nobody waited: the queue's figures know nothing of it.
    let queue = world
        .get("/api/v1/queues/arbeid-og-helse")
        .await
        .expect(200);
    assert_eq!(queue["sl"]["offered"], 0, "{queue}");
}

#[tokio::test]
async fn what_the_list_or_the_caps_do_not_allow_is_refused_with_the_reason() {
    let world = world();
    let ident = adviser(&world, 0).await;
    for (text, says) in [
        ("abc", "åtte sifre"),
        ("82000000", "betalingsnummer"),
        ("99000000", "liste"),
    ] {
        let problem = world.post(&path(&ident), &number(text)).await.problem(422);
        let field = &problem["errors"][0];
        assert_eq!(field["field"], "number");
        assert!(problem.to_string().contains(says), "{problem}");
        assert!(!problem.to_string().contains(text), "{problem}");
    }
    for _ in 0..3 {
        let rung = world
            .post(&path(&ident), &number("90000001"))
            .await
            .expect(201);
        answered_and_done(&world, &rung, &ident).await;
    }
    let problem = world
        .post(&path(&ident), &number("90000001"))
        .await
        .problem(409);
    assert_eq!(problem["code"], "calls_per_hour");
    // Two at once in the whole centre.
    for place in [1, 2] {
        let other = adviser(&world, place).await;
        world
            .post(&path(&other), &number("90000001"))
            .await
            .expect(201);
    }
    let last = adviser(&world, 3).await;
    let problem = world
        .post(&path(&last), &number("90000001"))
        .await
        .problem(409);
    assert_eq!(problem["code"], "calls_at_once");
}

#[tokio::test]
async fn without_a_telephone_nobody_rings() {
    let world = world();
    let ident = adviser(&world, 0).await;
    world.api.presence.phone(id(&world, &ident), false);
    let problem = world
        .post(&path(&ident), &number("90000001"))
        .await
        .problem(409);
    assert_eq!(problem["code"], "no_phone");
    assert!(
        world
            .log
            .lock()
            .unwrap()
            .iter()
            .all(|record| record.event.kind() != "called_out")
    );
}
