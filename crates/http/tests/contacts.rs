//! A contact's whole life over HTTP, with the real desk and core.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod common;

use common::{World, world, world_at};
use linje_http::clock;
use serde_json::{Value, json};

async fn post(world: &World, channel: &str, topic: &str) -> String {
    let body = json!({"channel": channel, "topic": topic});
    let created = world.post("/api/v1/contacts", &body).await.expect(201);
    created["id"].as_str().unwrap().to_owned()
}

async fn contact(world: &World, id: &str) -> Value {
    world
        .get(&format!("/api/v1/contacts/{id}"))
        .await
        .expect(200)
}

async fn choose(world: &World, adviser: &str, activity: &str) -> Value {
    let path = format!("/api/v1/advisers/{adviser}/activity");
    world
        .put(&path, &json!({"activity": activity}))
        .await
        .expect(200)
}

async fn offer_of(world: &World, adviser: &str) -> String {
    let adviser = world
        .get(&format!("/api/v1/advisers/{adviser}"))
        .await
        .expect(200);
    adviser["offer"]["id"]
        .as_str()
        .expect("an offer")
        .to_owned()
}

#[tokio::test]
async fn a_chat_is_offered_accepted_held_ended_and_wrapped_up() {
    let world = world();
    choose(&world, "K990001", "chat").await;
    let id = post(&world, "chat", "FOR").await;
    assert_eq!(contact(&world, &id).await["state"], "offered");
    let offer = offer_of(&world, "K990001").await;
    let accepted = world
        .post(&format!("/api/v1/offers/{offer}/accept"), &json!({}))
        .await
        .expect(200);
    assert_eq!(accepted["contact"], id.as_str());
    for (verb, state) in [("hold", "held"), ("resume", "active"), ("end", "wrap_up")] {
        let path = format!("/api/v1/contacts/{id}/{verb}");
        assert_eq!(
            world.post(&path, &json!({})).await.expect(200)["state"],
            state
        );
    }
    let wrap_up = "/api/v1/advisers/K990001/wrap-up";
    world
        .post(wrap_up, &json!({"extend_s": 60}))
        .await
        .expect(200);
    world
        .post(wrap_up, &json!({"stop_clock": true}))
        .await
        .expect(200);
    world
        .post(wrap_up, &json!({"done": true}))
        .await
        .expect(200);
    let closed = contact(&world, &id).await;
    assert_eq!(
        (&closed["state"], &closed["reason"]),
        (&json!("closed"), &json!("served"))
    );
    let kinds: Vec<&str> = closed["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|event| event["kind"].as_str())
        .collect();
    assert_eq!(
        kinds,
        [
            "contact_arrived",
            "contact_queued",
            "offer_made",
            "offer_accepted",
            "contact_held",
            "contact_resumed",
            "contact_ended",
            "wrap_up_set",
            "wrap_up_set",
            "contact_closed"
        ]
    );
    let why = &closed["events"][2]["why"];
    assert_eq!(why["able"], 1);
    assert!(
        why["text"].as_str().unwrap().contains("den eneste ledige"),
        "{why}"
    );
}

#[tokio::test]
async fn the_why_is_told_in_the_language_that_is_asked_for() {
    let world = world();
    choose(&world, "K990001", "chat").await;
    let id = post(&world, "chat", "FOR").await;
    let path = format!("/api/v1/contacts/{id}");
    let english = [("accept-language", "en-GB,en;q=0.9")];
    let answer = world
        .send(axum::http::Method::GET, &path, &english, None)
        .await
        .expect(200);
    let text = answer["events"][2]["why"]["text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        text.starts_with("Chat: parental benefits, waited 0:00"),
        "{text}"
    );
}

#[tokio::test]
async fn one_key_is_one_command_whatever_happens_between() {
    let world = world();
    let body = json!({"channel": "chat", "topic": "FOR"});
    let first = world
        .post_as("one", "/api/v1/contacts", &body)
        .await
        .expect(201);
    let again = world
        .post_as("one", "/api/v1/contacts", &body)
        .await
        .expect(201);
    assert_eq!(first, again);
    let other = json!({"channel": "task", "topic": "PEN"});
    world
        .post_as("one", "/api/v1/contacts", &other)
        .await
        .problem(422);

    choose(&world, "K990001", "chat").await;
    let offer = offer_of(&world, "K990001").await;
    let path = format!("/api/v1/offers/{offer}/accept");
    let first = world.post_as("two", &path, &json!({})).await.expect(200);
    assert_eq!(
        world.post_as("two", &path, &json!({})).await.expect(200),
        first
    );
    world.post_as("three", &path, &json!({})).await.problem(409);

    let id = first["contact"].as_str().unwrap();
    world
        .post(&format!("/api/v1/contacts/{id}/end"), &json!({}))
        .await
        .expect(200);
    let wrap_up = "/api/v1/advisers/K990001/wrap-up";
    world
        .post_as("four", wrap_up, &json!({"done": true}))
        .await
        .expect(200);
    world
        .post_as("four", wrap_up, &json!({"done": true}))
        .await
        .expect(200);

    let send = |headers: &'static [(&'static str, &'static str)]| {
        let body = Some(body.to_string());
        world.send(axum::http::Method::POST, "/api/v1/contacts", headers, body)
    };
    let first = send(&[]).await.expect(201);
    let second = send(&[]).await.expect(201);
    assert_ne!(first["id"], second["id"], "without a key each is a new one");
    let bad = send(&[("Idempotency-Key", "")]).await;
    assert_eq!(bad.problem(400)["code"], "bad_idempotency_key");
}

#[tokio::test]
async fn a_declined_contact_keeps_its_place_and_the_adviser_is_not_ready() {
    let world = world();
    choose(&world, "K990001", "written").await;
    let id = post(&world, "message", "DAG").await;
    let enqueued = contact(&world, &id).await["enqueued"].clone();
    let offer = offer_of(&world, "K990001").await;
    let reason = json!({"reason": "pause"});
    world
        .post(&format!("/api/v1/offers/{offer}/decline"), &reason)
        .await
        .expect(200);
    let back = contact(&world, &id).await;
    assert_eq!(
        (&back["state"], &back["enqueued"]),
        (&json!("queued"), &enqueued)
    );
    assert_eq!(back["events"][3]["detail"], "declined");
    let adviser = world.get("/api/v1/advisers/K990001").await.expect(200);
    assert_eq!(
        (&adviser["state"], &adviser["not_ready_reason"]),
        (&json!("not_ready"), &json!("declined"))
    );
    assert_eq!(adviser["offer"], Value::Null);
    assert_eq!(
        choose(&world, "K990001", "written").await["state"],
        "offered"
    );
}

#[tokio::test]
async fn a_transfer_goes_to_a_queue_of_the_same_channel() {
    let world = world();
    choose(&world, "K990001", "written").await;
    let id = post(&world, "message", "DAG").await;
    let offer = offer_of(&world, "K990001").await;
    world
        .post(&format!("/api/v1/offers/{offer}/accept"), &json!({}))
        .await
        .expect(200);
    let path = format!("/api/v1/contacts/{id}/transfer");
    let problem = world
        .post(&path, &json!({"queue": "arbeid-og-helse"}))
        .await
        .problem(422);
    let valid = problem["errors"][0]["valid"].as_array().unwrap();
    assert!(valid.contains(&json!("skriv-pensjon")), "{problem}");
    let moved = world
        .post(&path, &json!({"queue": "skriv-pensjon"}))
        .await
        .expect(200);
    assert_eq!(moved["queue"], "skriv-pensjon");
}

#[tokio::test]
async fn what_makes_no_sense_names_its_field_and_what_would_do() {
    let world = world();
    let cases = [
        (json!({"channel": "fax", "topic": "FOR"}), 422, "channel"),
        (json!({"channel": "chat", "topic": "XXX"}), 422, "topic"),
        (json!({"channel": "chat", "topic": "PEN"}), 422, "topic"),
        (
            json!({"channel": "chat", "topic": "FOR", "queue": "familie"}),
            422,
            "queue",
        ),
        (json!({"channel": "chat"}), 422, "topic"),
        (json!({"channel": 3, "topic": "FOR"}), 422, "channel"),
        (
            json!({"channel": "chat", "topic": "FOR", "language": "fr"}),
            422,
            "language",
        ),
        (
            json!({"channel": "chat", "topic": "FOR", "colour": "red"}),
            422,
            "colour",
        ),
        (json!([]), 422, "."),
    ];
    for (body, status, field) in cases {
        let problem = world.post("/api/v1/contacts", &body).await.problem(status);
        assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
    }
    let problem = world
        .post(
            "/api/v1/contacts",
            &json!({"channel": "chat", "topic": "XXX"}),
        )
        .await
        .problem(422);
    assert_eq!(problem["errors"][0]["valid"], json!(["FOR", "GJE"]));
}

#[tokio::test]
async fn who_comes_after_hours_is_told_when_it_opens() {
    let evening = clock::parse("2026-11-23T18:00:00+01:00").unwrap();
    let world = world_at(evening);
    let chat = json!({"channel": "chat", "topic": "FOR"});
    let problem = world.post("/api/v1/contacts", &chat).await.problem(409);
    assert_eq!(problem["code"], "closed_hours");
    assert!(
        problem["detail"].as_str().unwrap().contains("i morgen kl."),
        "{problem}"
    );
    post(&world, "message", "DAG").await;
}

#[tokio::test]
async fn lists_are_narrowed_and_come_in_pages() {
    let world = world();
    let mut posted = Vec::new();
    for _ in 0..7 {
        posted.push(post(&world, "task", "PEN").await);
    }
    let chat = post(&world, "chat", "FOR").await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/contacts?state=queued&queue=oppgave-pensjon&limit=3{cursor}");
        let page = world.get(&path).await.expect(200);
        let items = page["items"].as_array().unwrap().clone();
        seen.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    seen.reverse();
    assert_eq!(seen, posted, "newest first, each once");
    let all = world.get("/api/v1/contacts?state=open").await.expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 8);
    assert_eq!(all["items"][0]["id"], chat.as_str());
    for bad in [
        "state=asleep",
        "since=yesterday",
        "cursor=x",
        "colour=red",
        "limit=many",
    ] {
        world
            .get(&format!("/api/v1/contacts?{bad}"))
            .await
            .problem(400);
    }
    let later = "/api/v1/contacts?since=2030-01-01T00:00:00%2B01:00";
    assert_eq!(world.get(later).await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_full_disk_refuses_in_plain_words_and_takes_up_again() {
    let world = world();
    let before = post(&world, "task", "PEN").await;
    world
        .is_full
        .store(true, std::sync::atomic::Ordering::SeqCst);
    let body = json!({"channel": "task", "topic": "PEN"});
    // The first one finds out; it stays in hand and is answered when there is room.
    let first = {
        let (router, key) = (world.router.clone(), world.key());
        let request = axum::http::Request::post("/api/v1/contacts")
            .header("host", "localhost")
            .header("authorization", world.bearer().await)
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .body(axum::body::Body::from(body.to_string()))
            .unwrap();
        tokio::spawn(tower::ServiceExt::oneshot(router, request))
    };
    let mut store = world.api.store.clone();
    store.wait_for(|health| health.0.is_some()).await.unwrap();
    let problem = world.post("/api/v1/contacts", &body).await;
    let retry_after = problem.headers.get("retry-after").cloned();
    let problem = problem.problem(503);
    assert_eq!(problem["code"], "store_down");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .starts_with("Disken er full"),
        "{problem}"
    );
    assert!(retry_after.is_some());
    assert_eq!(contact(&world, &before).await["state"], "queued");
    assert_eq!(
        world.get("/api/v1/traffic").await.expect(200)["store"]["ok"],
        false
    );

    world
        .is_full
        .store(false, std::sync::atomic::Ordering::SeqCst);
    let first = tokio::time::timeout(common::SOON, first)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert_eq!(first.status(), 201);
    store.wait_for(|health| health.0.is_none()).await.unwrap();
    post(&world, "task", "PEN").await;
}

#[tokio::test]
async fn nobody_is_offered_their_own_case_and_bad_needs_say_what_is_possible() {
    let world = world();
    choose(&world, "K990001", "chat").await;
    let own = json!({"channel": "chat", "topic": "FOR", "needs": {"own_case_of": "K990001"}});
    let id = world.post("/api/v1/contacts", &own).await.expect(201)["id"].clone();
    let id = id.as_str().unwrap();
    assert_eq!(contact(&world, id).await["state"], "queued");
    choose(&world, "K990002", "chat").await;
    let offered = contact(&world, id).await;
    assert_eq!(
        (&offered["state"], &offered["adviser"]),
        (&json!("offered"), &json!("K990002"))
    );
    let odd = json!({"channel": "chat", "topic": "FOR", "needs": {"protection": ["secret"]}});
    let problem = world.post("/api/v1/contacts", &odd).await.expect(422);
    assert!(problem.to_string().contains("shielded"), "{problem}");
}
