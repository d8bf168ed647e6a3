//! *Bli ringt opp* over HTTP: one promise for each number, the number in the vault and nowhere else.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod common;

use axum::http::Method;
use common::{Answer, World, world};
use linje_event::{Command, Entry, FailCause, Needs};
use linje_types::{AdviserId, Channel, ContactId, Language, Origin, QueueId, Timestamp, TopicId};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/callbacks";

async fn book(world: &World, number: &str) -> Value {
    let body = json!({"queue": "arbeid-og-helse", "number": number});
    world.post(PATH, &body).await.expect(201)
}

async fn delete(world: &World, id: &str) -> Answer {
    let path = format!("{PATH}/{id}");
    world.send(Method::DELETE, &path, &[], None).await
}

fn contact(world: &World, booked: &Value) -> ContactId {
    let id = booked["id"].as_str().unwrap();
    world.api.ids.read_contact(id).unwrap()
}

fn number_of(world: &World, contact: ContactId) -> Option<Vec<u8>> {
    let vault = world.vault.lock().unwrap();
    vault.value(contact, linje_desk::field::CALLBACK_NUMBER)
}

#[tokio::test]
async fn a_promise_is_kept_and_the_number_is_in_the_vault_only() {
    let world = world();
    let booked = book(&world, "90000001").await;
    assert_eq!(booked["state"], "pending");
    assert_eq!(booked["place"], 1);
    // Monday at ten and two working days.
    assert_eq!(booked["until"], "2026-11-26T00:00:00.000+01:00");
    assert_eq!(booked["from"], Value::Null);
    let id = contact(&world, &booked);
    assert_eq!(number_of(&world, id).unwrap(), b"+4790000001");
    let list = world.get(PATH).await.expect(200);
    assert_eq!(list["counts"]["pending"], 1);
    assert_eq!(list["items"][0]["id"], booked["id"]);
    let one = world
        .get(&format!("{PATH}/{}", booked["id"].as_str().unwrap()))
        .await
        .expect(200);
    let log = format!("{:?}", world.log.lock().unwrap());
    for text in [list.to_string(), one.to_string(), booked.to_string(), log] {
        assert!(!text.contains("90000001"), "{text}");
    }
}

#[tokio::test]
async fn a_number_has_one_promise_and_a_repeat_is_the_same() {
    let world = world();
    let body = json!({"queue": "arbeid-og-helse", "number": "90000001"});
    let first = world.post_as("one", PATH, &body).await.expect(201);
    let again = world.post_as("one", PATH, &body).await.expect(201);
    assert_eq!(first["id"], again["id"]);
    let other = json!({"topic": "DAG", "number": "90000001"});
    let problem = world.post(PATH, &other).await.problem(409);
    assert_eq!(problem["code"], "already_promised");
    assert_eq!(problem["existing"]["id"], first["id"]);
    let another = book(&world, "90000002").await;
    assert_ne!(another["id"], first["id"]);
    assert_eq!(another["place"], 2);
}

#[tokio::test]
async fn a_cancelled_promise_forgets_the_number_and_makes_room_for_another() {
    let world = world();
    let booked = book(&world, "90000001").await;
    let id = booked["id"].as_str().unwrap();
    assert_eq!(delete(&world, id).await.status, 204);
    assert_eq!(number_of(&world, contact(&world, &booked)), None);
    let shown = world.get(&format!("{PATH}/{id}")).await.expect(200);
    assert_eq!(shown["state"], "cancelled");
    delete(&world, id).await.problem(404);
    book(&world, "90000001").await;
    delete(&world, "0123456789abc").await.problem(404);
}

#[tokio::test]
async fn the_citizen_chooses_a_time_within_opening_hours() {
    let world = world();
    let ask = |from: &str, until: Value| json!({"queue": "arbeid-og-helse", "number": "90000001", "from": from, "until": until});
    let at_night = ask("2026-11-24T03:00:00+01:00", Value::Null);
    let problem = world.post(PATH, &at_night).await.problem(422);
    assert_eq!(problem["errors"][0]["field"], "from");
    let backwards = ask(
        "2026-11-24T12:00:00+01:00",
        json!("2026-11-24T11:00:00+01:00"),
    );
    let problem = world.post(PATH, &backwards).await.problem(422);
    assert_eq!(problem["errors"][0]["field"], "until");
    let far = ask("2027-11-24T12:00:00+01:00", Value::Null);
    world.post(PATH, &far).await.problem(422);
    let right = ask(
        "2026-11-24T12:00:00+01:00",
        json!("2026-11-24T14:00:00+01:00"),
    );
    let booked = world.post(PATH, &right).await.expect(201);
    assert_eq!(booked["from"], "2026-11-24T12:00:00.000+01:00");
    assert_eq!(booked["until"], "2026-11-24T14:00:00.000+01:00");
    assert_eq!(booked["place"], Value::Null);
    assert_eq!(booked["expected"], Value::Null, "its time has not come");
    assert_eq!(
        booked["text"],
        "Du blir ringt opp etter 24. november kl. 12.00, innen tirsdag 24. november kl. 14.00."
    );
    let why = format!("/api/v1/contacts/{}/why", booked["id"].as_str().unwrap());
    let why = world.get(&why).await.expect(200);
    assert_eq!(why["now"]["state"], "parked");
    let sentence = why["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("tidligst 24. november kl. 12.00"),
        "{sentence}"
    );
}

#[tokio::test]
async fn what_cannot_be_rung_is_refused() {
    let world = world();
    for (body, field) in [
        (
            json!({"queue": "arbeid-og-helse", "number": "112"}),
            "number",
        ),
        (json!({"queue": "nowhere", "number": "90000001"}), "queue"),
        (json!({"number": "90000001"}), "queue"),
        (
            json!({"queue": "arbeid-og-helse", "number": "90000001", "language": "xx"}),
            "language",
        ),
        (
            json!({"queue": "arbeid-og-helse", "number": "90000001", "from": "noon"}),
            "from",
        ),
    ] {
        let problem = world.post(PATH, &body).await.problem(422);
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
}

fn everybody_has_a_phone(world: &World) {
    let n = u32::try_from(world.tables.n_advisers()).unwrap();
    for adviser in (0..n).map(AdviserId) {
        world.api.presence.phone(adviser, true);
    }
}

#[tokio::test]
async fn an_adviser_reads_that_the_person_is_rung_and_the_attempts_are_told() {
    let world = world();
    let choice = json!({"activity": "phone"});
    world
        .put("/api/v1/advisers/K990001/activity", &choice)
        .await
        .expect(200);
    let session = json!({"adviser": "K990001"});
    let session = world
        .post("/api/v1/desk/sessions", &session)
        .await
        .expect(201);
    let session = session["session"].as_str().unwrap();
    let booked = book(&world, "90000001").await;
    let mut desk = world
        .stream(&format!("/api/v1/desk/sessions/{session}/live"), None)
        .await;
    let offer = desk
        .until(|event| event.data["offer"].as_object().cloned())
        .await;
    assert_eq!(
        offer["note"],
        "Bli ringt opp: brukeren ringes når du svarer"
    );
    assert_eq!(offer["callback"]["attempts"], 0);
    let accept = format!("/api/v1/offers/{}/accept", offer["id"].as_str().unwrap());
    let problem = world.post(&accept, &json!({})).await.problem(409);
    assert_eq!(
        problem["code"], "no_phone",
        "nobody is rung for an adviser without a telephone"
    );
    everybody_has_a_phone(&world);
    world.post(&accept, &json!({})).await.expect(200);
    let id = booked["id"].as_str().unwrap();
    let shown = world.get(&format!("{PATH}/{id}")).await.expect(200);
    assert_eq!(
        (&shown["state"], &shown["attempts"]),
        (&json!("dialling"), &json!(1))
    );
    delete(&world, id).await.problem(409);

    let missed = Command::Dialled {
        contact: contact(&world, &booked),
        attempt: 1,
        failed: Some(FailCause::NoAnswer),
    };
    world.command(missed).await.expect("the attempt failed");
    let shown = world
        .get(&format!("/api/v1/contacts/{id}"))
        .await
        .expect(200);
    assert_eq!(shown["state"], "parked");
    assert_eq!(shown["callback"]["missed"], "no_answer");
    let last = shown["events"].as_array().unwrap().last().unwrap().clone();
    let text = last["text"].as_str().unwrap();
    assert!(
        text.starts_with("Brukeren svarte ikke; nytt forsøk om"),
        "{text}"
    );
}

#[tokio::test]
async fn one_who_waits_on_the_line_is_rung_instead() {
    let world = world();
    let queue = world
        .api
        .directory
        .centre
        .queue_id("arbeid-og-helse")
        .unwrap();
    let call = |queue: QueueId| Command::Arrive {
        contact: ContactId::NONE,
        channel: Channel::Voice,
        topic: TopicId::NONE,
        origin: Origin::Live,
        language: Language::Nb,
        entry: Entry::Queue {
            queue,
            class: 0,
            place: Timestamp::NEVER,
            needs: Needs::NONE,
        },
    };
    let accepted = world.command(call(queue)).await.expect("a call");
    let id = world.api.ids.contact(accepted.contact.unwrap());
    let path = format!("/api/v1/contacts/{id}/callback");
    let body = json!({"number": "90000001"});
    let asked = world.post(&path, &body).await.expect(200);
    assert_eq!(
        (&asked["id"], &asked["state"]),
        (&json!(id), &json!("pending"))
    );
    world
        .post(&path, &json!({"number": "90000002"}))
        .await
        .problem(409);
    let nobody = "/api/v1/contacts/0123456789abc/callback";
    world.post(nobody, &body).await.problem(404);
}

#[tokio::test]
async fn the_invariants_are_looked_at() {
    let world = world();
    let looked = async {
        loop {
            let told = world.get("/api/v1/invariants").await.expect(200);
            if told["checks"] != 0 {
                return told;
            }
            tokio::task::yield_now().await;
        }
    };
    let told = common::within(looked).await;
    assert_eq!((&told["ok"], &told["broken"]), (&json!(true), &json!([])));
    let metrics = world.get("/metrics").await;
    let text = String::from_utf8_lossy(&metrics.bytes).into_owned();
    assert!(text.contains("linje_invariants_broken 0"), "{text}");
}

#[tokio::test]
async fn a_topic_that_the_queue_does_not_have_is_refused_with_those_that_it_has() {
    let world = world();
    let body = json!({"queue": "pensjon", "topic": "DAG", "number": "90000001"});
    let problem = world.post(PATH, &body).await.problem(422);
    assert_eq!(problem["errors"][0]["field"], "topic");
    let valid = problem["errors"][0]["valid"].as_array().unwrap();
    assert!(
        !valid.is_empty() && !valid.contains(&json!("DAG")),
        "{problem}"
    );
}

#[tokio::test]
async fn a_line_out_that_is_away_is_our_fault_and_no_attempt() {
    let world = world();
    everybody_has_a_phone(&world);
    let choice = json!({"activity": "phone"});
    let adviser = "/api/v1/advisers/K990001/activity";
    world.put(adviser, &choice).await.expect(200);
    let booked = book(&world, "90000001").await;
    let id = contact(&world, &booked);
    let offered = world
        .api
        .shared
        .read(|view| view.state.contact(id).unwrap());
    let accept = Command::Accept {
        offer: offered.offer.unwrap(),
        adviser: offered.adviser,
    };
    world.command(accept).await.expect("accepted");
    let failed = Command::Dialled {
        contact: id,
        attempt: 1,
        failed: Some(FailCause::BridgeFailed),
    };
    world.command(failed).await.expect("the line out failed");
    let path = format!("{PATH}/{}", booked["id"].as_str().unwrap());
    let shown = world.get(&path).await.expect(200);
    assert_eq!(
        (&shown["state"], &shown["attempts"], &shown["of"]),
        (&json!("pending"), &json!(0), &json!(3))
    );
    assert_eq!(shown["until_text"], "innen onsdag 25. november");
    let why = format!("/api/v1/contacts/{}/why", booked["id"].as_str().unwrap());
    let why = world.get(&why).await.expect(200);
    let text = why["sentence"].as_str().unwrap();
    assert!(
        text.contains("Feilen er vår") && !text.contains("ikke nådd"),
        "{why}"
    );
    assert!(text.contains("innen onsdag 25. november"), "{why}");
}
