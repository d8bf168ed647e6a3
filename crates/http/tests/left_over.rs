//! What is left of a conversation that ended without a wrap-up: why, whom it was about, and a note of which nothing is
//! lost when two browsers write it.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod common;

use std::time::Duration;

use common::{World, within, world};
use linje_event::Command;
use linje_store::records::access::Wanted;
use linje_types::ContactId;
use serde_json::{Value, json};

/// Of the built-in register.
const ANNE: &str = "05898820221";
const ADVISER: &str = "/api/v1/advisers/K990001";

/// A live call that K990001 has answered.
async fn talking(world: &World) -> (String, ContactId) {
    let phone = json!({"activity": "phone"});
    let activity = format!("{ADVISER}/activity");
    world.put(&activity, &phone).await.expect(200);
    let new = json!({"channel": "voice", "topic": "DAG"});
    let came = world.post("/api/v1/contacts", &new).await.expect(201);
    let id = came["id"].as_str().unwrap().to_owned();
    let shown = world.get(ADVISER).await.expect(200);
    let offer = shown["offer"]["id"].as_str().expect("an offer");
    let accept = format!("/api/v1/offers/{offer}/accept");
    world.post(&accept, &json!({})).await.expect(200);
    let contact = world.api.ids.read_contact(&id).unwrap();
    (id, contact)
}

async fn left(world: &World) -> Value {
    world.get(&format!("{ADVISER}/after")).await.expect(200)
}

/// Waits until a conversation has broken off, and gives what is said of it.
async fn broken(world: &World) -> Value {
    let look = async {
        loop {
            let broken = left(world).await["broken"].clone();
            if !broken.is_null() {
                return broken;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    within(look).await
}

async fn draft(world: &World, id: &str, text: &str, over: Option<&str>) -> common::Answer {
    let body = json!({"text": text, "over": over});
    world
        .put(&format!("/api/v1/contacts/{id}/draft"), &body)
        .await
}

#[tokio::test]
async fn a_stop_of_the_service_leaves_the_wrap_up_with_its_reason_until_it_is_done() {
    let world = world();
    let (id, _) = talking(&world).await;
    draft(&world, &id, "Vi var midt i det", None)
        .await
        .expect(200);
    let link = json!({"fnr": ANNE, "level": "questions", "right": [0, 1]});
    let about = format!("/api/v1/contacts/{id}/person");
    world.post(&about, &link).await.expect(200);
    assert_eq!(left(&world).await["broken"], Value::Null);
    world.stop().await;
    let broken = broken(&world).await;
    assert_eq!(broken["contact"], json!(id));
    assert_eq!(broken["by_stop"], true);
    assert_eq!(broken["rung"], "asked", "a task to ring them was made");
    assert!(broken["queue"]["name"].is_string(), "{broken}");
    // Everything that was known is still there.
    let after = format!("/api/v1/contacts/{id}/after");
    let proposal = world.get(&after).await.expect(200);
    assert_eq!(proposal["draft"]["text"], "Vi var midt i det");
    assert_eq!(
        (&proposal["topic"]["code"], &proposal["topic_by"]),
        (&json!("DAG"), &json!("menu"))
    );
    assert_eq!(proposal["kept_on"], "person");
    let done = json!({"topic": "DAG", "solved": true, "note": "Vi var midt i det"});
    world.post(&after, &done).await.expect(200);
    assert_eq!(left(&world).await["broken"], Value::Null);
}

#[tokio::test]
async fn a_line_that_died_is_told_apart_and_can_be_left() {
    let world = world();
    let (id, contact) = talking(&world).await;
    let after = format!("/api/v1/contacts/{id}/after");
    world
        .send(axum::http::Method::DELETE, &after, &[], None)
        .await
        .problem(409);
    world.command(Command::Lose { contact }).await.unwrap();
    let said = broken(&world).await;
    assert_eq!(
        (&said["contact"], &said["by_stop"]),
        (&json!(id), &json!(false))
    );
    draft(&world, &id, "Et par ord", None).await.expect(200);
    let gone = world.send(axum::http::Method::DELETE, &after, &[], None);
    assert_eq!(gone.await.status, 204);
    let left = left(&world).await;
    assert_eq!(left["broken"], Value::Null);
    assert_eq!(
        left["drafts"][0]["text"], "Et par ord",
        "what was written stays"
    );
}

#[tokio::test]
async fn what_was_not_seen_is_never_written_over() {
    let world = world();
    let (id, _) = talking(&world).await;
    let first = draft(&world, &id, "Den ene", Some("")).await.expect(200);
    let version = first["version"].as_str().unwrap().to_owned();
    // Another browser has seen nothing yet.
    let refused = draft(&world, &id, "Den andre", Some("")).await.problem(409);
    assert_eq!(
        (&refused["code"], &refused["text"], &refused["version"]),
        (&json!("draft_changed"), &json!("Den ene"), &json!(version))
    );
    // The same words are no other text, and what was seen may be written over.
    draft(&world, &id, "Den ene", Some("")).await.expect(200);
    let both = draft(&world, &id, "Begge to", Some(&version))
        .await
        .expect(200);
    let end = format!("/api/v1/contacts/{id}/end");
    world.post(&end, &json!({})).await.expect(200);
    let after = format!("/api/v1/contacts/{id}/after");
    let wrap =
        |draft: Value| json!({"topic": "DAG", "solved": true, "note": "Den ene", "draft": draft});
    let refused = world.post(&after, &wrap(json!(version))).await.problem(409);
    assert_eq!(refused["text"], "Begge to");
    world
        .post(&after, &wrap(both["version"].clone()))
        .await
        .expect(200);
    // What became a note is not written again by whoever comes late.
    let late = draft(&world, &id, "Den ene, sent", Some(&version)).await;
    assert_eq!(late.problem(409)["text"], "");
    assert_eq!(left(&world).await["drafts"], json!([]));
}

#[tokio::test]
async fn who_it_was_can_be_said_while_the_wrap_up_is_left_and_nothing_more_is_read() {
    let world = world();
    let (id, contact) = talking(&world).await;
    draft(&world, &id, "Vi så på dagpenger", None)
        .await
        .expect(200);
    world.command(Command::Lose { contact }).await.unwrap();
    broken(&world).await;
    let about = format!("/api/v1/contacts/{id}/person");
    let ask = json!({"fnr": ANNE, "contact": id});
    let tab = "/api/v1/persons/tabs/payments";
    // Somebody else has no business there, and search and tabs are for those who talk.
    let other = world.token("/entra", &[("act_as", "K990002")]).await;
    let other = format!("Bearer {other}");
    let headers = [("authorization", other.as_str()), ("idempotency-key", "1")];
    for path in ["/api/v1/persons/open", tab] {
        let body = Some(ask.to_string());
        let refused = world.send(axum::http::Method::POST, path, &headers, body);
        refused.await.problem(403);
    }
    world.post(tab, &ask).await.problem(403);
    let search = json!({"name": "Ann", "contact": id});
    world
        .post("/api/v1/persons/search", &search)
        .await
        .problem(403);

    let hint = json!({"fnr": ANNE, "level": "hint"});
    world.post(&about, &hint).await.expect(200);
    let opened = world.post("/api/v1/persons/open", &ask).await.expect(200);
    assert_eq!(opened["level"], "hint");
    let questions = format!("{about}/questions");
    world
        .post(&questions, &json!({"fnr": ANNE}))
        .await
        .expect(200);
    let sure = json!({"fnr": ANNE, "level": "questions", "right": [0, 2]});
    assert_eq!(
        world.post(&about, &sure).await.expect(200)["level"],
        "questions"
    );
    let after = format!("/api/v1/contacts/{id}/after");
    assert_eq!(world.get(&after).await.expect(200)["kept_on"], "person");
    let done = json!({"topic": "DAG", "solved": true, "note": "Vi så på dagpenger"});
    world.post(&after, &done).await.expect(200);
    // It ends with the wrap-up.
    world.post("/api/v1/persons/open", &ask).await.problem(403);
    world.post(&about, &sure).await.problem(403);
    let whats = whats(&world);
    assert_eq!(
        whats,
        ["link", "header", "questions", "confirm"],
        "each reading has its row, whoever was refused has none"
    );
}

/// What was read, as the access log has it, in order.
fn whats(world: &World) -> Vec<String> {
    let wanted = Wanted {
        limit: 100,
        permit: Some(true),
        ..Wanted::default()
    };
    let rows = world.api.records().readings(&wanted).unwrap();
    let rows = rows.into_iter().rev();
    rows.map(|kept| kept.reading.what).collect()
}

#[tokio::test]
async fn what_becomes_surer_is_no_second_reading_of_the_person() {
    let world = world();
    let (id, _) = talking(&world).await;
    let about = format!("/api/v1/contacts/{id}/person");
    let level = format!("{about}/level");
    let anne = json!({"fnr": ANNE});
    world
        .post(&about, &json!({"fnr": ANNE, "level": "hint"}))
        .await
        .expect(200);
    let ask = json!({"fnr": ANNE, "contact": id});
    world.post("/api/v1/persons/open", &ask).await.expect(200);
    assert_eq!(world.post(&level, &anne).await.expect(200)["level"], "hint");
    let sure = json!({"fnr": ANNE, "level": "questions", "right": [0, 1]});
    world.post(&about, &sure).await.expect(200);
    assert_eq!(
        world.post(&level, &anne).await.expect(200)["level"],
        "questions"
    );
    let nobody = json!({"fnr": "12837110147"});
    assert_eq!(
        world.post(&level, &nobody).await.expect(200)["level"],
        Value::Null
    );
    assert_eq!(whats(&world), ["link", "header", "confirm"]);
}

#[tokio::test]
async fn how_sure_it_is_tells_nobody_of_whom_they_may_not_open() {
    let world = world();
    let (id, _) = talking(&world).await;
    let register = linje_registry::BuiltIn::new(
        2015,
        200,
        std::sync::Arc::new(|| jiff::civil::date(2026, 11, 23)),
    );
    let hidden = (0..200).map(|place| register.at(place)).find(|person| {
        person.protection == linje_registry::Protection::Strict && person.employee.is_none()
    });
    let hidden = hidden.expect("somebody protected").id.digits();
    let about = format!("/api/v1/contacts/{id}/person");
    world
        .post(&about, &json!({"fnr": hidden, "level": "hint"}))
        .await
        .expect(200);
    let level = format!("{about}/level");
    let ask = json!({"fnr": hidden});
    assert_eq!(world.post(&level, &ask).await.expect(200)["level"], "hint");
    let uncleared = world.token("/entra", &[("scope", "adviser")]).await;
    let uncleared = format!("Bearer {uncleared}");
    let headers = [
        ("authorization", uncleared.as_str()),
        ("idempotency-key", "1"),
    ];
    let asked = world.send(
        axum::http::Method::POST,
        &level,
        &headers,
        Some(ask.to_string()),
    );
    assert_eq!(
        asked.await.expect(200)["level"],
        Value::Null,
        "as for somebody else"
    );
}
