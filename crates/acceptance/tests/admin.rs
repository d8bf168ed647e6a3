//! The centre description at the real server: yesterday tried, a change published, kept over a power cut
//! and a restart, and undone.

use linje_acceptance::dice::Dice;
use linje_acceptance::http::Client;
use linje_acceptance::server::{Options, Server};
use serde_json::{Value, json};

const GOAL: &str = "queue.arbeid-og-helse.goal.within";

fn edited(client: Client, dice: &mut Dice, path: &str, value: &Value) -> Value {
    let body = json!({"edits": [{"path": path, "value": value}]});
    client
        .post("/api/v1/centre/edit", &dice.key(), &body)
        .expect(200)
}

fn goal(client: Client) -> Value {
    let queue = client.get("/api/v1/queues/arbeid-og-helse").expect(200);
    queue["sl"]["threshold_s"].clone()
}

#[test]
fn what_was_published_stays_in_force_over_a_power_cut_and_is_undone() {
    let mut dice = Dice::new("admin");
    let mut server = Server::start("admin", Options::default());
    let client = server.http();
    let new = json!({"channel": "chat", "topic": "FOR"});
    let contact = client
        .post("/api/v1/contacts", &dice.key(), &new)
        .expect(201);
    let contact = format!(
        "/api/v1/contacts/{}",
        contact["id"].as_str().expect("an id")
    );
    let place = client.get(&contact).expect(200)["enqueued"].clone();
    let first = client.get("/api/v1/centre/source");
    assert_eq!(goal(client), 45);

    let toml = edited(client, &mut dice, GOAL, &json!("30s"))["toml"].clone();
    let base = first.header("etag").expect("a version");
    let publish = json!({"toml": toml, "who": "K100901", "why": "raskere svar", "base": base});
    let published = client
        .post("/api/v1/centre/publish", &dice.key(), &publish)
        .expect(200);
    assert_eq!(goal(client), 30);
    server.kill9();
    server.start_again();

    let client = server.http();
    assert_eq!(
        goal(client),
        30,
        "what was published is in force after a power cut"
    );
    assert_eq!(client.get(&contact).expect(200)["enqueued"], place);
    let versions = client.get("/api/v1/centre/versions").expect(200);
    let newest = &versions["items"][0];
    assert_eq!(
        (&newest["version"], &newest["why"]),
        (&published["version"], &json!("raskere svar"))
    );
    assert_eq!(newest["current"], true);
    let base = published["version"].clone();
    let why = json!({"who": "K100901", "why": "angret", "base": base});
    let undone = client
        .post("/api/v1/centre/undo", &dice.key(), &why)
        .expect(200);
    assert_ne!(undone["version"], published["version"]);
    assert_eq!(goal(client), 45);
    assert_eq!(client.get("/api/v1/centre/source").text(), first.text());
    assert!(server.stop().success(), "an orderly end");
    server.start_again();
    let client = server.http();
    assert_eq!(goal(client), 45, "what was undone stays undone");
    assert_eq!(client.get(&contact).expect(200)["state"], "queued");
}

#[test]
fn a_day_is_lived_again_to_the_bit_and_differs_under_other_rules() {
    let mut dice = Dice::new("try");
    let options = Options {
        population: true,
        ..Options::default()
    };
    let server = Server::start("try", options);
    let client = server.http();
    let source = client.get("/api/v1/centre/source").text();
    let same = json!({"toml": source});
    let tried = client
        .post("/api/v1/centre/try", &dice.key(), &same)
        .expect(200);
    assert_eq!(
        (&tried["proven"], &tried["identical"]),
        (&json!(true), &json!(true)),
        "{tried}"
    );
    assert!(tried["contacts"].as_u64().is_some_and(|n| n > 0), "{tried}");
    assert_eq!(tried["total"]["before"], tried["total"]["after"]);

    let longer = edited(
        client,
        &mut dice,
        "queue.arbeid-og-helse.wrap_up",
        &json!("20m"),
    );
    let other = json!({"toml": longer["toml"]});
    let tried = client
        .post("/api/v1/centre/try", &dice.key(), &other)
        .expect(200);
    assert_eq!(
        (&tried["proven"], &tried["identical"]),
        (&json!(true), &json!(false)),
        "{tried}"
    );
    assert!(
        !tried["most_affected"]
            .as_array()
            .expect("a list")
            .is_empty(),
        "{tried}"
    );
    let stricter = edited(client, &mut dice, GOAL, &json!("1s"));
    let stricter = json!({"toml": stricter["toml"]});
    let tried = client
        .post("/api/v1/centre/try", &dice.key(), &stricter)
        .expect(200);
    assert_eq!(tried["identical"], true, "a goal decides nothing");
    let of_queue = |side: &str| {
        let mut queues = tried["queues"].as_array().expect("queues").iter();
        let queue = queues.find(|queue| queue["queue"] == "arbeid-og-helse");
        queue.and_then(|queue| queue[side]["sl_offered"].as_f64())
    };
    let (before, after) = (of_queue("before"), of_queue("after"));
    assert!(
        after < before,
        "the day is held against the new goal: {before:?} {after:?}"
    );

    let never = json!({"toml": source, "day": "1999-01-01"});
    let problem = client
        .post("/api/v1/centre/try", &dice.key(), &never)
        .problem(409);
    assert_eq!(problem["code"], "cannot_try");
}
