//! Published figures equal a recomputation from the log, from the first record or from what was kept (S26).
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod common;

use common::{World, monday, world};
use linje_http::clock;
use linje_http::view::{Building, View, read_saved};
use linje_measures::{Goal, Layout};
use linje_types::{QueueId, SECOND_US};
use serde_json::json;

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
