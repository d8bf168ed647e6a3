//! Published figures equal a recomputation from the log, from the first record or from what was kept (S26).
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod common;

use common::{World, monday, world, world_at};
use linje_http::clock;
use linje_http::view::{Building, View, read_saved};
use linje_measures::{Goal, Layout};
use linje_types::{QueueId, SECOND_US};
use serde_json::{Value, json};

fn layout(world: &World) -> Layout {
    let queues = &world.api.directory.centre.queues;
    Layout {
        queues: queues
            .iter()
            .map(|queue| Goal {
                within_us: i64::from(queue.goal.within_s) * SECOND_US,
            })
            .collect(),
        n_advisers: world.api.directory.cards().count(),
        next_midnight: clock::next_midnight,
    }
}

/// Chats that are answered, declined, left and still waiting.
async fn some_life(world: &World) {
    for (adviser, activity) in [
        ("K990001", "chat"),
        ("K990002", "chat"),
        ("K990003", "tasks"),
    ] {
        let path = format!("/api/v1/advisers/{adviser}/activity");
        world
            .put(&path, &json!({"activity": activity}))
            .await
            .expect(200);
    }
    for number in 0..12 {
        let (channel, topic) = if number % 3 == 0 {
            ("task", "PEN")
        } else {
            ("chat", "FOR")
        };
        let body = json!({"channel": channel, "topic": topic});
        world.post("/api/v1/contacts", &body).await.expect(201);
        for adviser in ["K990001", "K990002", "K990003"] {
            let seen = world
                .get(&format!("/api/v1/advisers/{adviser}"))
                .await
                .expect(200);
            if let Some(offer) = seen["offer"]["id"].as_str() {
                let word = if number % 5 == 4 { "decline" } else { "accept" };
                world
                    .post(&format!("/api/v1/offers/{offer}/{word}"), &json!({}))
                    .await;
            } else if let Some(contact) = seen["contacts"][0].as_str() {
                world
                    .post(&format!("/api/v1/contacts/{contact}/end"), &json!({}))
                    .await;
                let path = format!("/api/v1/advisers/{adviser}/wrap-up");
                world.post(&path, &json!({"done": true})).await;
            }
        }
    }
}

fn same(one: &View, other: &View, n_queues: usize) {
    assert_eq!(one.seq, other.seq);
    for queue in (0..n_queues).map(|place| QueueId(u16::try_from(place).unwrap())) {
        assert_eq!(one.day.queue(queue), other.day.queue(queue), "{queue:?}");
        assert_eq!(one.day.oldest(queue), other.day.oldest(queue), "{queue:?}");
    }
    assert!(
        one.contacts
            .newest(u64::MAX)
            .eq(other.contacts.newest(u64::MAX))
    );
    assert_eq!(one.state.hash(), other.state.hash());
}

#[tokio::test]
async fn the_figures_are_those_of_the_log() {
    let world = world();
    some_life(&world).await;
    let log = world.log.lock().unwrap().clone();
    let n_queues = world.api.directory.centre.queues.len();
    assert!(log.len() > 50, "{} records", log.len());
    world.api.shared.read(|live| {
        let offered = live.day.level((0..30).map(QueueId));
        assert_eq!(offered.offered, 12);
        let finish = |building: Building| {
            let mut state = linje_routing::State::new(world.tables.clone());
            for record in &log {
                state.apply(&record.event, record.at);
            }
            building.finish(state, world.tables.clone(), world.tables.rules().version)
        };
        let mut building = Building::new(layout(&world), monday());
        for record in &log {
            building.take(record);
        }
        let scratch = finish(building);
        same(live, &scratch, n_queues);

        for cut in [0, 1, log.len() / 2, log.len()] {
            let mut early = Building::new(layout(&world), monday());
            for record in &log[..cut] {
                early.take(record);
            }
            let mut state = linje_routing::State::new(world.tables.clone());
            for record in &log[..cut] {
                state.apply(&record.event, record.at);
            }
            let kept = early.finish(state, world.tables.clone(), 0).save().unwrap();
            let saved = read_saved(&kept).expect("what was kept");
            let mut building =
                Building::from_saved(saved, layout(&world)).expect("the same centre");
            for record in &log {
                building.take(record);
            }
            same(live, &finish(building), n_queues);
        }
    });
    assert!(read_saved(b"something else").is_none());
}

fn sum(rows: &[Value], count: &str) -> i64 {
    let counts = rows.iter().map(|row| row["counts"][count].as_i64());
    counts.map(Option::unwrap).sum()
}

#[tokio::test]
async fn sums_are_broken_down_as_asked_and_add_up() {
    let world = world();
    some_life(&world).await;
    let whole = world.get("/api/v1/measures").await.expect(200);
    let total = &whole["total"];
    assert_eq!(total["counts"]["offered"], 12);
    let answered = total["counts"]["answered"].as_i64().unwrap();
    assert!(answered > 3, "{answered} answered");
    let share = total["values"]["sl_offered"].as_f64().unwrap();
    let within = total["counts"]["answered_within"].as_f64().unwrap();
    assert!((share - within / 12.0).abs() < 1e-12);
    assert!(total["values"]["occupancy"].as_f64().unwrap() > 0.0);
    assert!(total["values"]["callback_mean_s"].is_null());
    assert_eq!(whole["rows"].as_array().unwrap().len(), 1);
    assert_eq!(whole["from"], "2026-11-23T00:00:00.000+01:00");

    for by in [
        "queue",
        "channel",
        "topic",
        "quarter",
        "hour",
        "day",
        "day,queue,channel,topic,unit",
    ] {
        let path = format!("/api/v1/measures?by={by}&definition=sl_offered,asa_s");
        let answer = world.get(&path).await.expect(200);
        let rows = answer["rows"].as_array().unwrap();
        assert_eq!(sum(rows, "offered"), 12, "{by}");
        assert_eq!(sum(rows, "answered"), answered, "{by}");
        assert_eq!(answer["definitions"].as_array().unwrap().len(), 2);
        let values = rows[0]["values"].as_object().unwrap();
        assert_eq!(values.len(), 2, "{by}");
        for row in rows {
            assert_eq!(row["queue"].is_null(), !by.contains("queue"), "{by}");
            assert_eq!(row["goal"].is_null(), !by.contains("queue"), "{by}");
            assert_eq!(row["period"].is_null(), !by.contains(['y', 'r']), "{by}");
        }
    }
    let day = world.get("/api/v1/measures?by=day").await.expect(200);
    let period = &day["rows"][0]["period"];
    assert_eq!(period["from"], "2026-11-23T00:00:00.000+01:00");
    assert_eq!(period["to"], "2026-11-24T00:00:00.000+01:00");
    assert_eq!(period["complete"], false);
    let before = "/api/v1/measures?from=2026-11-20&to=2026-11-21";
    let nothing = world.get(before).await.expect(200);
    assert_eq!(nothing["total"]["counts"]["offered"], 0);
    assert!(nothing["total"]["values"]["sl_offered"].is_null());
}

#[tokio::test]
async fn a_unit_with_few_advisers_is_never_shown_alone() {
    let world = world();
    some_life(&world).await;
    let answer = world.get("/api/v1/measures?by=unit").await.expect(200);
    let rows = answer["rows"].as_array().unwrap();
    // The three who are here belong to small units: no row names one.
    assert!(rows.iter().all(|row| row["unit"].is_null()), "{rows:?}");
    assert!(rows.iter().any(|row| row["units_together"].is_u64()));
    assert!(answer["withheld"]["units"].as_u64() > Some(0));
    assert_eq!(answer["withheld"]["fewest"], 5);
    assert!(answer["withheld"]["text"].as_str().unwrap().contains("fem"));
    let text = answer.to_string();
    assert!(!text.contains("K9900"), "figures name nobody");
}

#[tokio::test]
async fn every_definition_is_listed_and_what_cannot_be_asked_is_refused() {
    let world = world();
    let list = world.get("/api/v1/measures/definitions").await.expect(200);
    let list = list.as_array().unwrap();
    let ids: Vec<&str> = list.iter().map(|it| it["id"].as_str().unwrap()).collect();
    for id in [
        "sl_offered",
        "sl_asterisk_2",
        "sl_amazon",
        "sl_genesys",
        "sl_cisco_ignored",
        "abandoned_share",
        "wait_p90_s",
        "aht_s",
        "occupancy",
        "occupancy_amazon",
        "first_contact_end",
        "waiting",
    ] {
        assert!(ids.contains(&id), "{id}");
    }
    let version = |id: &str| list.iter().find(|it| it["id"] == id).unwrap()["version"].clone();
    assert_eq!(version("sl_offered"), 1);
    assert_eq!(
        version("abandoned_share"),
        2,
        "our own failures no longer count"
    );
    for it in list {
        assert!(matches!(it["version"].as_u64(), Some(1 | 2)), "{it}");
        for field in ["name", "formula", "text", "source", "group", "unit"] {
            assert!(!it[field].as_str().unwrap().is_empty(), "{it}");
        }
    }
    for bad in [
        "by=adviser",
        "by=day,hour",
        "definition=sl_best",
        "definition=waiting",
        "from=tomorrow",
        "from=2026-11-23&to=2026-11-23",
        "from=2020-01-01",
        "until=2026-11-23",
    ] {
        let problem = world
            .get(&format!("/api/v1/measures?{bad}"))
            .await
            .problem(400);
        assert_eq!(problem["code"], "bad_query", "{bad}");
    }
}

async fn sit(world: &World, adviser: &str, activity: &str) {
    let path = format!("/api/v1/advisers/{adviser}/activity");
    let body = json!({"activity": activity});
    world.put(&path, &body).await.expect(200);
}

#[tokio::test]
async fn the_expected_wait_is_unknown_when_the_only_able_are_away_or_not_ready() {
    let world = world();
    let queue = "/api/v1/queues/chat-foreldrepenger/expected-wait";
    let unknown = |answer: &Value| {
        assert!(answer["p50_s"].is_null(), "{answer}");
        assert!(answer["p90_s"].is_null(), "{answer}");
        assert_eq!(answer["basis"], "nobody");
    };
    unknown(&world.get(queue).await.expect(200));
    sit(&world, "K990001", "chat").await;
    let ready = world.get(queue).await.expect(200);
    assert_eq!(
        (&ready["p50_s"], &ready["p90_s"], &ready["basis"]),
        (&json!(3), &json!(8), &json!("ready")),
        "whoever is ready must still answer"
    );
    for elsewhere in ["lunch", "tasks", "meeting"] {
        sit(&world, "K990001", elsewhere).await;
        unknown(&world.get(queue).await.expect(200));
    }
    let traffic = world.get("/api/v1/traffic").await.expect(200);
    assert!(traffic["totals"]["expected_wait_s"].is_null(), "not zero");
    // Ready, but lets the offer go: not ready any more.
    sit(&world, "K990001", "chat").await;
    let body = json!({"channel": "chat", "topic": "FOR"});
    let contact = world.post("/api/v1/contacts", &body).await.expect(201);
    let seen = world.get("/api/v1/advisers/K990001").await.expect(200);
    let offer = seen["offer"]["id"].as_str().expect("an offer");
    let path = format!("/api/v1/offers/{offer}/decline");
    world.post(&path, &json!({})).await;
    unknown(&world.get(queue).await.expect(200));
    let id = contact["id"].as_str().unwrap();
    let own = world
        .get(&format!("/api/v1/contacts/{id}/expected-wait"))
        .await
        .expect(200);
    unknown(&own);
    assert_eq!(own["position"], 1);
    assert_eq!(own["told"]["p50_s"], 3, "somebody was ready when it came");
}

#[tokio::test]
async fn what_people_were_told_is_held_against_what_they_got() {
    let world = world();
    some_life(&world).await;
    let queue = "/api/v1/queues/chat-foreldrepenger/expected-wait";
    let answer = world.get(queue).await.expect(200);
    let accuracy = &answer["accuracy"];
    assert!(accuracy["count"].as_u64() > Some(2), "{answer}");
    assert_eq!(accuracy["last"], 200);
    assert!(accuracy["error_p50_s"].as_f64() <= accuracy["error_p90_s"].as_f64());
    assert!(accuracy["within_p50"].as_f64() <= accuracy["within_p90"].as_f64());
    world
        .get("/api/v1/queues/no-such/expected-wait")
        .await
        .problem(404);
    world
        .get("/api/v1/contacts/nobody/expected-wait")
        .await
        .problem(404);
    let closed = world_at(linje_http::clock::parse("2026-11-23T22:00:00+01:00").unwrap());
    sit(&closed, "K990001", "chat").await;
    let answer = closed.get(queue).await.expect(200);
    assert_eq!(answer["basis"], "closed");
    assert!(answer["p50_s"].is_null());
}
