//! The walls, the live streams, desks, and the document that describes it all.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod common;

use std::sync::Arc;

use axum::http::Method;
use common::{World, world};
use linje_http::{Gate, Metrics};
use serde_json::{Value, json};

async fn post(world: &World, channel: &str, topic: &str) -> String {
    let body = json!({"channel": channel, "topic": topic});
    let created = world.post("/api/v1/contacts", &body).await.expect(201);
    created["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_wrong_address_or_method_is_a_problem_document() {
    let world = world();
    for path in [
        "/api/v1/nothing",
        "/api/nothing/at/all",
        "/api/v1/queues/none",
        "/api/v1/advisers/K000000",
        "/api/v1/contacts/0000000000000",
        "/api/v1/contacts/x",
        "/assets/none.js",
    ] {
        world.get(path).await.problem(404);
    }
    // An address that the application does not have is none, though its page says so in words.
    assert_eq!(world.get("/nope").await.status, 404);
    assert_eq!(world.get("/henvendelse/a/nope").await.status, 404);
    for page in ["/", "/trafikk", "/henvendelse/abc/hvorfor", "/innsikt/tall"] {
        assert_eq!(world.get(page).await.status, 200, "{page}");
    }
    world
        .send(Method::DELETE, "/api/v1/contacts", &[], None)
        .await
        .problem(405);
    world
        .send(Method::POST, "/trafikk", &[], None)
        .await
        .problem(405);
    let plain = [("content-type", "text/plain"), ("idempotency-key", "a")];
    let sent = world.send(
        Method::POST,
        "/api/v1/contacts",
        &plain,
        Some(String::from("{}")),
    );
    sent.await.problem(415);
    let large = json!({"channel": "x".repeat(70_000)});
    world.post("/api/v1/contacts", &large).await.problem(413);
    world
        .post("/api/v1/contacts", &json!("{"))
        .await
        .problem(422);
    let broken = [("idempotency-key", "b")];
    let sent = world.send(
        Method::POST,
        "/api/v1/contacts",
        &broken,
        Some(String::from("{")),
    );
    sent.await.problem(400);
}

#[tokio::test]
async fn a_foreign_page_reaches_nothing() {
    let world = world();
    let body = json!({"channel": "task", "topic": "PEN"}).to_string();
    for (headers, status) in [
        (
            [("idempotency-key", "a"), ("origin", "http://evil.example")],
            403,
        ),
        ([("idempotency-key", "a"), ("host", "evil.example")], 421),
        (
            [("idempotency-key", "a"), ("sec-fetch-site", "cross-site")],
            403,
        ),
    ] {
        let sent = world.send(
            Method::POST,
            "/api/v1/contacts",
            &headers,
            Some(body.clone()),
        );
        sent.await.problem(status);
    }
    assert!(
        world.log.lock().unwrap().len() < 5,
        "nothing was written but the start"
    );
}

#[tokio::test]
async fn every_answer_carries_its_armour() {
    let world = world();
    for path in [
        "/",
        "/trafikk",
        "/api/v1/traffic",
        "/api/v1/nothing",
        "/isalive",
    ] {
        let answer = world.get(path).await;
        let header = |name: &str| {
            answer
                .headers
                .get(name)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        };
        assert!(
            header("content-security-policy").starts_with("default-src 'self'"),
            "{path}"
        );
        assert!(
            header("content-security-policy").contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
    }
    let page = world.get("/demo").await;
    assert_eq!(
        page.headers.get("content-type").unwrap(),
        "text/html; charset=utf-8"
    );
    let etag = page
        .headers
        .get("etag")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let again = world
        .send(Method::GET, "/demo", &[("if-none-match", &etag)], None)
        .await;
    assert_eq!(again.status, 304);
    let packed = world
        .send(
            Method::GET,
            "/demo",
            &[("accept-encoding", "br, gzip")],
            None,
        )
        .await;
    assert_eq!(packed.headers.get("content-encoding").unwrap(), "gzip");
    assert!(packed.bytes.starts_with(&[0x1f, 0x8b]));
}

#[tokio::test]
async fn before_the_gate_opens_only_the_probe_is_answered() {
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt as _;

    let router = linje_http::router(Gate::default(), &Arc::new(Metrics::default()));
    let ask = |path: &str| {
        let request = Request::get(path)
            .header("host", "localhost")
            .body(Body::empty())
            .unwrap();
        router.clone().oneshot(request)
    };
    assert_eq!(ask("/isalive").await.unwrap().status(), 200);
    for path in [
        "/isready",
        "/internal/isReady",
        "/api/v1/traffic",
        "/api/v1/contacts",
    ] {
        let answer = ask(path).await.unwrap();
        assert_eq!(answer.status(), 503, "{path}");
        assert!(answer.headers().contains_key("retry-after"), "{path}");
    }
}

#[tokio::test]
async fn the_stream_starts_whole_goes_on_and_resumes() {
    let world = world();
    let mut live = world.stream("/api/v1/live", None).await;
    let first = live.next().await.unwrap();
    assert_eq!(first.name, "snapshot");
    assert_eq!(first.data["totals"]["waiting"], 0);
    let id = post(&world, "chat", "FOR").await;
    let change = live
        .until(|event| {
            let recent = event.data["recent"].as_array()?;
            let is_it = recent.iter().any(|step| step["contact"] == id.as_str());
            (event.name == "change" && is_it).then(|| event.clone())
        })
        .await;
    let seq = change.data["seq"].as_u64().unwrap();
    assert_eq!(change.id, Some(seq.to_string()));
    assert_eq!(change.data["totals"]["waiting"], 1);
    let rows: Vec<&Value> = change.data["queues"].as_array().unwrap().iter().collect();
    assert_eq!(rows.len(), 1, "only the queue that changed: {rows:?}");
    assert_eq!(rows[0]["id"], "chat-foreldrepenger");

    post(&world, "chat", "FOR").await;
    let later = live
        .until(|event| (event.data["totals"]["waiting"] == 2).then(|| event.clone()))
        .await;
    drop(live);
    let mut resumed = world.stream("/api/v1/live", change.id.as_deref()).await;
    let first = resumed.next().await.unwrap();
    assert_eq!(
        (first.name.as_str(), &first.id),
        ("change", &later.id),
        "what was missed, and no more"
    );

    let mut anew = world.stream("/api/v1/live", Some("999999999")).await;
    assert_eq!(
        anew.next().await.unwrap().name,
        "snapshot",
        "a place that is not known"
    );
}

#[tokio::test]
async fn a_desk_shows_the_offer_and_why_it_came() {
    let world = world();
    let free = world.get("/api/v1/advisers?free=true").await.expect(200);
    assert_eq!(free["items"].as_array().unwrap().len(), 10);
    let opened = world
        .post("/api/v1/desk/sessions", &json!({"adviser": "K990001"}))
        .await
        .expect(201);
    let session = opened["session"].as_str().unwrap().to_owned();
    let mut desk = world
        .stream(&format!("/api/v1/desk/sessions/{session}/live"), None)
        .await;
    assert_eq!(
        desk.next().await.unwrap().data["adviser"]["state"],
        "signed_out"
    );
    world
        .post("/api/v1/desk/sessions", &json!({"adviser": "K990001"}))
        .await
        .problem(409);
    let free = world.get("/api/v1/advisers?free=true").await.expect(200);
    assert_eq!(free["items"].as_array().unwrap().len(), 9);

    world
        .put(
            "/api/v1/advisers/K990001/activity",
            &json!({"activity": "chat"}),
        )
        .await
        .expect(200);
    let id = post(&world, "chat", "FOR").await;
    let offer = desk
        .until(|event| {
            let offer = &event.data["offer"];
            (offer["contact"] == id.as_str()).then(|| offer.clone())
        })
        .await;
    assert_eq!(offer["caller"], "Ukjent nummer");
    assert_eq!(offer["topic"]["code"], "FOR");
    let why = offer["why"]["text"].as_str().unwrap();
    assert_eq!(
        why,
        "Chat: foreldrepenger, ventet 0:00, du er den eneste ledige som kan dette"
    );

    let accept = format!("/api/v1/offers/{}/accept", offer["id"].as_str().unwrap());
    world.post(&accept, &json!({})).await.expect(200);
    let shown = desk
        .until(|event| event.data["contacts"].get(0).cloned())
        .await;
    assert_eq!(
        (&shown["id"], &shown["state"]),
        (&json!(id), &json!("active"))
    );

    let path = format!("/api/v1/desk/sessions/{session}");
    world
        .send(Method::DELETE, &path, &[], None)
        .await
        .problem(409);
    world
        .post(&format!("/api/v1/contacts/{id}/end"), &json!({}))
        .await
        .expect(200);
    world
        .post("/api/v1/advisers/K990001/wrap-up", &json!({"done": true}))
        .await
        .expect(200);
    let left = world.send(Method::DELETE, &path, &[], None).await;
    assert_eq!(left.status, 204);
    assert!(desk.until_end().await, "the stream ends with the session");
    let adviser = world.get("/api/v1/advisers/K990001").await.expect(200);
    assert_eq!(
        (&adviser["state"], &adviser["free"]),
        (&json!("signed_out"), &json!(true))
    );
    world.get(&format!("{path}/live")).await.problem(404);
}

#[tokio::test(start_paused = true)]
async fn who_closes_the_window_is_gone_after_the_grace() {
    let world = world();
    let opened = world
        .post("/api/v1/desk/sessions", &json!({"adviser": "K990001"}))
        .await
        .expect(201);
    let session = opened["session"].as_str().unwrap().to_owned();
    world
        .put(
            "/api/v1/advisers/K990001/activity",
            &json!({"activity": "chat"}),
        )
        .await
        .expect(200);
    let mut desk = world
        .stream(&format!("/api/v1/desk/sessions/{session}/live"), None)
        .await;
    let id = post(&world, "chat", "FOR").await;
    desk.until(|event| (event.data["offer"]["contact"] == id.as_str()).then_some(()))
        .await;
    drop(desk);
    // The clock of the tests is paused: it jumps over the grace when nothing else is to be done.
    let mut seq = world.api.shared.seq();
    loop {
        let state = world
            .get(&format!("/api/v1/contacts/{id}"))
            .await
            .expect(200)["state"]
            .clone();
        if state == "queued" {
            break;
        }
        tokio::time::timeout(common::SOON, seq.changed())
            .await
            .expect("in time")
            .unwrap();
    }
    let adviser = world.get("/api/v1/advisers/K990001").await.expect(200);
    assert_eq!(adviser["state"], "away");
    let again = world
        .stream(&format!("/api/v1/desk/sessions/{session}/live"), None)
        .await;
    let mut again = again;
    again
        .until(|event| (event.data["offer"]["contact"] == id.as_str()).then_some(()))
        .await;
}

#[tokio::test]
async fn everybody_is_counted_once_for_each_change_however_many_read() {
    let world = world();
    let times = || world.api.shared.read(|view| view.times_counted());
    let ready = async || {
        let picture = world.get("/api/v1/traffic").await.expect(200);
        picture["totals"]["advisers"]["ready"].as_u64().unwrap()
    };
    let none = ready().await;
    let first = times();
    assert_eq!(ready().await, none);
    assert_eq!(times(), first, "nothing has changed");
    let path = "/api/v1/advisers/K990001/activity";
    let body = json!({"activity": "written"});
    world.put(path, &body).await.expect(200);
    assert_eq!(ready().await, none + 1);
    assert_eq!(ready().await, none + 1);
    assert_eq!(times(), first + 1);
}

#[tokio::test]
async fn the_picture_is_made_of_counts_that_add_up() {
    let world = world();
    for adviser in ["K990001", "K990002"] {
        let path = format!("/api/v1/advisers/{adviser}/activity");
        world
            .put(&path, &json!({"activity": "chat"}))
            .await
            .expect(200);
    }
    world
        .put(
            "/api/v1/advisers/K990003/activity",
            &json!({"activity": "lunch"}),
        )
        .await
        .expect(200);
    for _ in 0..3 {
        post(&world, "chat", "FOR").await;
    }
    let picture = world.get("/api/v1/traffic").await.expect(200);
    let totals = &picture["totals"];
    assert_eq!(
        totals["advisers"],
        json!({"ready": 0, "busy": 2, "wrap_up": 0, "away": 1})
    );
    assert_eq!(totals["waiting"], 3, "those who are being offered wait");
    assert_eq!(totals["sl"]["offered"], 3);
    assert_eq!(totals["sl"]["value"], 0.0);
    assert_eq!(totals["sl"]["formula"], "besvart innen 45 s / alle tilbudt");
    assert_eq!(totals["calls_today"], 0);
    assert_eq!(totals["open"], true);
    let chat = world
        .get("/api/v1/queues/chat-foreldrepenger")
        .await
        .expect(200);
    assert_eq!((&chat["waiting"], &chat["open"]), (&json!(3), &json!(true)));
    assert_eq!(chat["spark"].as_array().unwrap().len(), 60);
    assert_eq!(chat["skills"][0]["id"], "chat-foreldrepenger");
    assert_eq!(picture["hour"].as_array().unwrap().len(), 60);
    assert_eq!(picture["hour"][59]["offered"], 3);
    let units = picture["units"].as_array().unwrap();
    let signed_in: u64 = units
        .iter()
        .filter_map(|unit| unit["signed_in"].as_u64())
        .sum();
    assert_eq!(signed_in, 3);
    assert!(
        units.iter().all(|unit| unit["ready"].is_null()),
        "fewer than five are not split"
    );
    let text = picture.to_string();
    assert!(
        !text.contains("K99000") && !text.contains("Veileder"),
        "counts, never names"
    );
}

#[tokio::test]
async fn the_document_describes_what_is_there() {
    let world = world();
    let document = world.get("/api/openapi.json").await.expect(200);
    assert_eq!(
        document,
        serde_json::from_str::<Value>(&linje_http::openapi()).unwrap()
    );
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() >= 29, "{} paths", paths.len());
    for (path, methods) in paths {
        for (method, _) in methods.as_object().unwrap() {
            let method = method.to_uppercase();
            if path.ends_with("/live") {
                continue;
            }
            let path = path
                .replace("{id}", "x")
                .replace("{session}", "x")
                .replace("{file}", "x");
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = world
                .send(method, &path, &[("idempotency-key", "x")], None)
                .await;
            assert_ne!(answer.status, 405, "{path}");
            assert!(answer.status.as_u16() < 500, "{path}: {}", answer.status);
        }
    }
}

#[tokio::test]
async fn metrics_have_meaning_and_health_has_names() {
    let world = world();
    for path in [
        "/isalive",
        "/isready",
        "/internal/isAlive",
        "/internal/isReady",
    ] {
        assert_eq!(world.get(path).await.status, 200, "{path}");
    }
    post(&world, "chat", "FOR").await;
    for path in ["/metrics", "/internal/prometheus"] {
        let answer = world.get(path).await;
        let text = String::from_utf8(answer.bytes.to_vec()).unwrap();
        assert!(text.contains("\nlinje_contacts_open 1\n"), "{text}");
        assert!(text.contains("\nlinje_store_up 1\n"), "{text}");
    }
}

#[tokio::test]
async fn a_reader_in_english_stays_in_english() {
    let world = world();
    let mut live = world.stream_in("en", "/api/v1/live").await;
    let snapshot = live.next().await.unwrap();
    let name = |event: &common::Event| {
        let rows = event.data["queues"].as_array().unwrap();
        let row = rows.iter().find(|row| row["id"] == "chat-foreldrepenger")?;
        Some(row["name"].clone())
    };
    assert_eq!(name(&snapshot), Some(json!("Chat: parental benefits")));
    post(&world, "chat", "FOR").await;
    assert_eq!(live.until(name).await, "Chat: parental benefits");
}
