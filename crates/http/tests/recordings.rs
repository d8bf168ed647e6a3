//! Recording over HTTP: no sound before both have said yes, none while it is paused, none after it is destroyed;
//! and attending: nobody without the adviser's yes.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod common;

use axum::http::Method;
use common::{Answer, Event, World, within, world};
use linje_http::BesideAsk;
use linje_store::records::access::Wanted;
use linje_types::ContactId;
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// Of the built-in register.
const ANNE: &str = "05898820221";

/// A live call that an adviser has answered.
async fn talking(world: &World) -> (String, ContactId) {
    let adviser = "/api/v1/advisers/K990001";
    let phone = json!({"activity": "phone"});
    world
        .put(&format!("{adviser}/activity"), &phone)
        .await
        .expect(200);
    let new = json!({"channel": "voice", "topic": "DAG"});
    let came = world.post("/api/v1/contacts", &new).await.expect(201);
    let id = came["id"].as_str().unwrap().to_owned();
    let shown = world.get(adviser).await.expect(200);
    let offer = shown["offer"]["id"].as_str().expect("an offer");
    let accept = format!("/api/v1/offers/{offer}/accept");
    world.post(&accept, &json!({})).await.expect(200);
    let contact = world.api.ids.read_contact(&id).unwrap();
    (id, contact)
}

#[tokio::test]
async fn what_leaves_no_trace_is_not_recorded() {
    let world = world();
    let phone = json!({"activity": "phone"});
    let adviser = "/api/v1/advisers/K990001";
    world
        .put(&format!("{adviser}/activity"), &phone)
        .await
        .expect(200);
    let new = json!({"channel": "voice", "queue": "gjeldsradgivning"});
    let came = world.post("/api/v1/contacts", &new).await.expect(201);
    let id = came["id"].as_str().unwrap().to_owned();
    let shown = world.get(adviser).await.expect(200);
    let offer = shown["offer"]["id"].as_str().expect("an offer");
    let accept = format!("/api/v1/offers/{offer}/accept");
    world.post(&accept, &json!({})).await.expect(200);
    let refused = wish(&world, &id, "ask").await.problem(409);
    assert_eq!(refused["code"], "leaves_no_trace");
    assert!(rows(&world).await.is_empty());
}

async fn wish(world: &World, id: &str, wish: &str) -> Answer {
    world
        .post(
            &format!("/api/v1/contacts/{id}/recording"),
            &json!({ "wish": wish }),
        )
        .await
}

/// Where the sound shall go, when the lines are next asked about it.
async fn next_sound(world: &World) -> Option<mpsc::Sender<Vec<u8>>> {
    let asked = async {
        loop {
            let ask = world.beside.lock().unwrap().try_recv();
            match ask {
                Ok(BesideAsk::Record { to, .. }) => return to,
                Ok(_) => {}
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    within(asked).await
}

fn nothing_is_recorded(world: &World) {
    while let Ok(ask) = world.beside.lock().unwrap().try_recv() {
        assert!(!matches!(ask, BesideAsk::Record { .. }), "{ask:?}");
    }
}

async fn rows(world: &World) -> Vec<Value> {
    world.get("/api/v1/recordings").await.expect(200)["items"]
        .as_array()
        .unwrap()
        .clone()
}

async fn sound(world: &World, id: &str) -> Answer {
    world
        .post(&format!("/api/v1/recordings/{id}/sound"), &json!({}))
        .await
}

/// Rows of the access log about a recording that was heard.
fn heard_about(world: &World) -> usize {
    let wanted = Wanted {
        limit: 100,
        ..Wanted::default()
    };
    let rows = world.api.records().readings(&wanted).unwrap();
    let rows = rows.iter().map(|kept| &kept.reading);
    rows.filter(|row| row.what == "recording" && row.permit && row.whom.is_some())
        .count()
}

#[tokio::test]
async fn sound_comes_after_both_yeses_only_and_is_gone_when_its_key_is() {
    let world = world();
    let (id, contact) = talking(&world).await;
    let link = json!({"fnr": ANNE, "level": "hint"});
    let about = format!("/api/v1/contacts/{id}/person");
    world.post(&about, &link).await.expect(200);
    world.api.said_yes(contact);
    assert!(rows(&world).await.is_empty(), "a key that nobody asked for");
    nothing_is_recorded(&world);
    assert_eq!(wish(&world, &id, "ask").await.status, 204);
    assert_eq!(
        wish(&world, &id, "ask").await.problem(409)["code"],
        "already"
    );
    assert!(rows(&world).await.is_empty(), "the adviser's yes alone");
    nothing_is_recorded(&world);
    world.api.said_yes(contact);
    let to = next_sound(&world).await.unwrap();
    to.send(b"first".to_vec()).await.unwrap();
    assert_eq!(wish(&world, &id, "pause").await.status, 204);
    assert!(next_sound(&world).await.is_none());
    drop(to);
    assert_eq!(
        wish(&world, &id, "pause").await.problem(409)["code"],
        "no_recording"
    );
    assert_eq!(wish(&world, &id, "resume").await.status, 204);
    let to = next_sound(&world).await.unwrap();
    to.send(b" last".to_vec()).await.unwrap();
    // The conversation ends: so does its sound, and with it the recording.
    world
        .post(&format!("/api/v1/contacts/{id}/end"), &json!({}))
        .await
        .expect(200);
    drop(to);
    let ended = async {
        loop {
            let rows = rows(&world).await;
            if rows.iter().any(|row| !row["ended"].is_null()) {
                return rows[0]["id"].as_str().unwrap().to_owned();
            }
            tokio::task::yield_now().await;
        }
    };
    let kept = within(ended).await;
    let heard = sound(&world, &kept).await;
    assert_eq!(
        (heard.status.as_u16(), heard.bytes.as_ref()),
        (200, b"first last".as_slice())
    );
    assert_eq!(heard_about(&world), 1, "the person is told who heard it");
    let path = format!("/api/v1/recordings/{kept}");
    assert_eq!(
        world.send(Method::DELETE, &path, &[], None).await.status,
        204
    );
    assert_eq!(sound(&world, &kept).await.problem(410)["code"], "destroyed");
    let acts = world.api.records().acts_of(contact).unwrap();
    let acts: Vec<&str> = acts.iter().map(|act| act.what.as_str()).collect();
    assert_eq!(
        acts,
        [
            "recording_asked",
            "recording_agreed",
            "recording_paused",
            "recording_resumed",
            "recording_ended",
            "recording_played",
            "recording_destroyed",
            "recording_played",
        ]
    );
}

#[tokio::test]
async fn the_adviser_who_is_heard_may_destroy_a_recording_and_no_other_adviser() {
    let world = world();
    let (id, contact) = talking(&world).await;
    assert_eq!(wish(&world, &id, "ask").await.status, 204);
    world.api.said_yes(contact);
    let to = next_sound(&world).await.unwrap();
    to.send(b"short".to_vec()).await.unwrap();
    assert_eq!(wish(&world, &id, "stop").await.status, 204);
    drop(to);
    let kept = loop {
        let rows = rows(&world).await;
        if rows.iter().any(|row| !row["ended"].is_null()) {
            break rows[0]["id"].as_str().unwrap().to_owned();
        }
        tokio::task::yield_now().await;
    };
    let path = format!("/api/v1/recordings/{kept}");
    let bearer = async |ident: &str| {
        let token = world.token("/entra", &[("act_as", ident)]).await;
        format!("Bearer {token}")
    };
    let (own, other) = (bearer("K990001").await, bearer("K990002").await);
    let list = async |bearer: &str| {
        let headers = [("authorization", bearer)];
        let answer = world.send(Method::GET, "/api/v1/recordings", &headers, None);
        answer.await.expect(200)["items"].as_array().unwrap().len()
    };
    assert_eq!((list(&own).await, list(&other).await), (1, 0));
    let destroy = async |bearer: &str| {
        let key = world.key();
        let headers = [("authorization", bearer), ("idempotency-key", key.as_str())];
        let answer = world.send(Method::DELETE, &path, &headers, None);
        answer.await.status.as_u16()
    };
    assert_eq!(destroy(&other).await, 404);
    assert_eq!(destroy(&own).await, 204);
    assert_eq!(sound(&world, &kept).await.problem(410)["code"], "destroyed");
}

#[tokio::test]
async fn whoever_rang_sees_that_they_are_asked_and_that_it_is_recorded() {
    let world = world();
    let (id, contact) = talking(&world).await;
    world.page_call.send_modify(|call| {
        call.contact = Some(contact);
    });
    let call = world.api.ids.call(1);
    let path = format!("/api/v1/demo/calls/{call}/live");
    let mut page = world.stream(&path, None).await;
    let shown = |event: &Event| event.data["recording"].clone();
    assert_eq!(shown(&page.next().await.unwrap()), Value::Null);
    assert_eq!(wish(&world, &id, "ask").await.status, 204);
    assert_eq!(shown(&page.next().await.unwrap()), "asked");
    world.api.said_yes(contact);
    assert_eq!(shown(&page.next().await.unwrap()), "on");
    assert_eq!(wish(&world, &id, "pause").await.status, 204);
    assert_eq!(shown(&page.next().await.unwrap()), "paused");
    assert_eq!(wish(&world, &id, "stop").await.status, 204);
    assert_eq!(shown(&page.next().await.unwrap()), Value::Null);
}

#[tokio::test]
async fn a_yes_after_the_conversation_counts_for_nothing() {
    let world = world();
    let (id, contact) = talking(&world).await;
    assert_eq!(wish(&world, &id, "ask").await.status, 204);
    world
        .post(&format!("/api/v1/contacts/{id}/end"), &json!({}))
        .await
        .expect(200);
    world.api.said_yes(contact);
    nothing_is_recorded(&world);
    assert!(rows(&world).await.is_empty());
}

#[tokio::test]
async fn nobody_attends_without_sound_of_their_own_and_nobody_answers_what_was_not_asked() {
    let world = world();
    let (id, contact) = talking(&world).await;
    let path = format!("/api/v1/contacts/{id}/listening");
    let problem = world
        .post(&path, &json!({"how": "listen"}))
        .await
        .problem(409);
    assert_eq!(problem["code"], "no_page");
    let answer = world
        .post(&format!("{path}/answer"), &json!({"yes": true}))
        .await;
    assert_eq!(answer.problem(409)["code"], "not_asked");
    let end = world.send(Method::DELETE, &path, &[], None).await;
    assert_eq!(end.problem(409)["code"], "not_asked");
    assert!(world.api.records().acts_of(contact).unwrap().is_empty());
    nothing_is_recorded(&world);
}
