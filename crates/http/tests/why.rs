//! Why a contact is where it is, and what advisers ask each other for.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod common;

use axum::http::Method;
use common::{World, monday, world, world_where};
use linje_event::Command;
use linje_routing::Rules;
use linje_types::{Channel, ContactId, Language, Origin, QueueId, SECOND_US, Timestamp, TopicId};
use serde_json::{Value, json};

async fn choose(world: &World, adviser: &str, activity: &str) {
    let path = format!("/api/v1/advisers/{adviser}/activity");
    let body = json!({ "activity": activity });
    world.put(&path, &body).await.expect(200);
}

async fn chat(world: &World) -> String {
    let body = json!({"channel": "chat", "topic": "FOR"});
    let created = world.post("/api/v1/contacts", &body).await.expect(201);
    created["id"].as_str().unwrap().to_owned()
}

async fn why(world: &World, id: &str) -> Value {
    let path = format!("/api/v1/contacts/{id}/why");
    world.get(&path).await.expect(200)
}

async fn accept(world: &World, adviser: &str) -> String {
    let adviser = world
        .get(&format!("/api/v1/advisers/{adviser}"))
        .await
        .expect(200);
    let offer = adviser["offer"]["id"].as_str().expect("an offer");
    let path = format!("/api/v1/offers/{offer}/accept");
    let answered = world.post(&path, &json!({})).await.expect(200);
    answered["contact"].as_str().unwrap().to_owned()
}

/// A call straight to a queue, as the telephony makes it after the menu.
async fn call(world: &World, queue: QueueId) -> String {
    let arrive = Command::Arrive {
        contact: ContactId::NONE,
        channel: Channel::Voice,
        topic: TopicId::NONE,
        origin: Origin::Live,
        language: Language::Nb,
        entry: linje_event::Entry::Queue {
            queue,
            class: 0,
            place: Timestamp::NEVER,
            needs: linje_event::Needs::NONE,
        },
    };
    let accepted = world.command(arrive).await.expect("a call");
    world.api.ids.contact(accepted.contact.unwrap())
}

#[tokio::test]
async fn a_contact_in_line_says_its_place_who_can_take_it_and_what_comes_next() {
    let world = world();
    let first = chat(&world).await;
    let second = chat(&world).await;
    let told = why(&world, &second).await;
    assert_eq!(told["contact"], second.as_str());
    assert_eq!(told["now"]["position"], 2);
    assert_eq!(told["now"]["ahead"], 1);
    assert_eq!(
        (&told["now"]["who_can"], &told["now"]["free"]),
        (&json!(0), &json!(0))
    );
    let sentence = told["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("Nummer 2 i "), "{sentence}");
    assert!(
        sentence.contains("Ingen som er pålogget nå, kan ta den."),
        "{sentence}"
    );
    let next = told["now"]["next_step"]["text"].as_str().unwrap();
    assert_eq!(next, "Den går foran alle andre");
    let rule = told["rule_text"].as_str().unwrap();
    assert!(rule.contains("Målet er svar innen"), "{rule}");

    choose(&world, "K990001", "chat").await;
    let told = why(&world, &first).await;
    assert_eq!(told["now"]["state"], "offered");
    let offered = &told["steps"].as_array().unwrap()[2];
    assert_eq!(offered["kind"], "offer_made");
    assert_eq!(offered["rule"], "first_in_line");
    assert_eq!(offered["ring"], 0);
    assert!(offered["waited_s"].is_number());
}

#[tokio::test]
async fn a_closed_contact_says_it_from_the_log_and_no_name_is_told() {
    let world = world();
    choose(&world, "K990002", "chat").await;
    choose(&world, "K990001", "chat").await;
    let id = chat(&world).await;
    accept(&world, "K990002").await;
    let end = format!("/api/v1/contacts/{id}/end");
    world.post(&end, &json!({})).await.expect(200);
    let done = json!({"done": true});
    world
        .post("/api/v1/advisers/K990002/wrap-up", &done)
        .await
        .expect(200);
    let told = why(&world, &id).await;
    assert_eq!(told["now"], Value::Null);
    let sentence = told["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("den som hadde vært ledig lengst av 2"),
        "{sentence}"
    );
    assert!(sentence.contains("Avsluttet kl. "), "{sentence}");
    let text = told.to_string();
    assert!(!text.contains("K99000"), "{text}");

    let path = format!("/api/v1/contacts/{id}/why?adviser=K990002");
    let mine = world.get(&path).await.expect(200);
    let sentence = mine["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("Du ble spurt kl. "), "{sentence}");
    let english = [("accept-language", "en")];
    let told = world.send(Method::GET, &path, &english, None).await;
    let told = told.expect(200);
    let sentence = told["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("You were asked at "), "{sentence}");
}

#[tokio::test]
async fn nobody_is_told_about_a_contact_that_never_was() {
    let world = world();
    for id in ["x", "0123456789abc"] {
        let path = format!("/api/v1/contacts/{id}/why");
        assert_eq!(world.get(&path).await.problem(404)["code"], "not_found");
    }
}

/// Pension callers may be asked about at the family queue, which only experts serve.
fn with_experts(centre: &linje_centre::Centre, rules: &mut Rules) {
    let (from, to) = two_queues(centre);
    rules.queues[from.idx()].consults.push(to);
    rules.queues[from.idx()].ring_us = 20 * SECOND_US;
    rules.queues[to.idx()].ring_us = 20 * SECOND_US;
    for queue in &mut rules.queues {
        queue.transfers.retain(|other| *other != to);
    }
    rules.queues[to.idx()].experts = true;
}

fn two_queues(centre: &linje_centre::Centre) -> (QueueId, QueueId) {
    let voice = |key| {
        let found = centre
            .queues
            .iter()
            .position(|queue| queue.key == Some(key));
        QueueId(u16::try_from(found.expect("a key")).unwrap())
    };
    (voice('1'), voice('2'))
}

#[tokio::test]
async fn an_expert_is_asked_and_the_person_handed_over() {
    let world = world_where(monday(), with_experts);
    let (from, to) = two_queues(&world.api.directory.centre);
    choose(&world, "K990001", "phone").await;
    let id = call(&world, from).await;
    accept(&world, "K990001").await;
    let experts = world.api.directory.centre.queue(to).id.clone();
    let targets = world
        .get(&format!("/api/v1/contacts/{id}/consults"))
        .await
        .expect(200);
    assert_eq!(targets["items"][0]["queue"], experts.as_str());

    let ask = json!({ "queue": experts });
    let path = format!("/api/v1/contacts/{id}/consult");
    let asked = world.post_as("ask", &path, &ask).await.expect(200);
    assert_eq!(asked["state"], "consulting");
    assert_eq!(asked["consult"]["state"], "queued");
    assert_eq!(asked["consult"]["answered"], false);
    let again = world.post_as("ask", &path, &ask).await.expect(200);
    assert_eq!(again["consult"]["id"], asked["consult"]["id"]);
    world.post(&path, &ask).await.problem(409);

    let end = format!("/api/v1/contacts/{id}/consult/end");
    let over = json!({"action": "hand_over"});
    assert_eq!(
        world.post(&end, &over).await.problem(409)["code"],
        "wrong_state"
    );
    let wrong = json!({"action": "leave"});
    assert_eq!(
        world.post(&end, &wrong).await.problem(422)["code"],
        "invalid"
    );
    choose(&world, "K990002", "phone").await;
    let consult = accept(&world, "K990002").await;
    assert_eq!(asked["consult"]["id"], consult.as_str());
    let shown = world
        .get(&format!("/api/v1/contacts/{consult}"))
        .await
        .expect(200);
    assert_eq!(shown["consult_of"], id.as_str());
    let handed = world.post(&end, &over).await.expect(200);
    assert_eq!(handed["state"], "active");
    assert_eq!(handed["adviser"], "K990002");
    assert_eq!(handed["queue"], experts.as_str());
    let told = why(&world, &id).await;
    let kinds: Vec<&str> = told["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step["kind"].as_str())
        .collect();
    for kind in ["consult_started", "contact_handed_over", "consult_ended"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
}

#[tokio::test]
async fn a_consultation_that_no_rule_allows_is_refused_and_taking_back_returns_to_the_person() {
    let world = world_where(monday(), with_experts);
    let (from, to) = two_queues(&world.api.directory.centre);
    choose(&world, "K990001", "phone").await;
    let id = call(&world, from).await;
    accept(&world, "K990001").await;
    let path = format!("/api/v1/contacts/{id}/consult");
    let name = |queue| world.api.directory.centre.queue(queue).id.clone();
    let own = json!({ "queue": name(from) });
    assert_eq!(
        world.post(&path, &own).await.problem(409)["code"],
        "not_allowed"
    );
    let nowhere = json!({"queue": "nowhere"});
    world.post(&path, &nowhere).await.problem(422);
    let ask = json!({ "queue": name(to) });
    world.post(&path, &ask).await.expect(200);
    let end = format!("/api/v1/contacts/{id}/consult/end");
    let back = json!({"action": "take_back"});
    let shown = world.post(&end, &back).await.expect(200);
    assert_eq!(
        (&shown["state"], &shown["consult"]),
        (&json!("active"), &Value::Null)
    );
}

#[tokio::test]
async fn written_work_is_given_back_to_its_old_place() {
    let world = world();
    choose(&world, "K990001", "written").await;
    let body = json!({"channel": "message", "topic": "DAG"});
    world.post("/api/v1/contacts", &body).await.expect(201);
    let id = accept(&world, "K990001").await;
    choose(&world, "K990002", "written").await;
    let path = format!("/api/v1/contacts/{id}/return");
    let back = world.post(&path, &json!({})).await.expect(200);
    // It goes to somebody else, not back to the one who gave it up.
    assert_eq!(
        (&back["state"], &back["adviser"]),
        (&json!("offered"), &json!("K990002"))
    );
    world.post(&path, &json!({})).await.problem(409);
}

#[tokio::test]
async fn advisers_are_asked_say_yes_and_the_request_closes_when_enough_have() {
    let world = world();
    for adviser in ["K990001", "K990002", "K990003"] {
        choose(&world, adviser, "learning").await;
    }
    let ask = json!({"activity": "phone", "wanted": 1});
    let made = world
        .post_as("r", "/api/v1/requests", &ask)
        .await
        .expect(201);
    let again = world
        .post_as("r", "/api/v1/requests", &ask)
        .await
        .expect(201);
    assert_eq!(made["id"], again["id"]);
    let id = made["id"].as_str().unwrap();
    let answer = format!("/api/v1/requests/{id}/answer");
    let say = |adviser: &str, yes: bool| json!({"adviser": adviser, "yes": yes});
    let no = world
        .post(&answer, &say("K990001", false))
        .await
        .expect(200);
    assert_eq!((&no["declined"], &no["mine"]), (&json!(1), &json!(false)));
    let twice = world.post(&answer, &say("K990001", true)).await;
    assert_eq!(twice.problem(409)["code"], "already");
    let yes = world.post(&answer, &say("K990002", true)).await.expect(200);
    assert_eq!(yes["accepted"], 1);
    assert!(yes["closed_at"].is_string(), "{yes}");
    let late = world.post(&answer, &say("K990003", true)).await;
    assert_eq!(late.problem(409)["code"], "request_over");
    let adviser = world.get("/api/v1/advisers/K990002").await.expect(200);
    assert_eq!(adviser["activity"], "phone");
    let list = world
        .get("/api/v1/requests?adviser=K990002")
        .await
        .expect(200);
    assert_eq!(list["items"][0]["mine"], true);
    for wrong in [
        json!({"activity": "phone", "wanted": 0}),
        json!({"activity": "dance", "wanted": 1}),
        json!({"activity": "phone", "wanted": 1, "unit": "nowhere"}),
    ] {
        world.post("/api/v1/requests", &wrong).await.problem(422);
    }
    let made = world.post("/api/v1/requests", &ask).await.expect(201);
    let close = format!("/api/v1/requests/{}/close", made["id"].as_str().unwrap());
    world.post(&close, &json!({})).await.expect(200);
    world.post(&close, &json!({})).await.problem(404);
}

#[tokio::test]
async fn an_adviser_takes_other_channels_besides() {
    let world = world();
    let also = "/api/v1/advisers/K990001/also";
    let both = json!({"channels": ["message", "task"]});
    assert_eq!(
        world.post(also, &both).await.problem(409)["code"],
        "not_signed_in"
    );
    choose(&world, "K990001", "phone").await;
    let shown = world.post(also, &both).await.expect(200);
    assert_eq!(shown["also"], json!(["message", "task"]));
    let wrong = json!({"channels": ["telegram"]});
    world.post(also, &wrong).await.problem(422);
}

#[tokio::test]
async fn who_cannot_be_rung_though_a_plan_says_so_is_counted_and_told_of() {
    let world = world();
    let pension = world.api.directory.centre.queue_id("pensjon").unwrap();
    let by_menu = async || {
        let arrive = Command::Arrive {
            contact: ContactId::NONE,
            channel: Channel::Voice,
            topic: TopicId::NONE,
            origin: Origin::Live,
            language: Language::Nb,
            entry: linje_event::Entry::Menu,
        };
        let contact = world.command(arrive).await.expect("a call").contact;
        let contact = contact.expect("a contact");
        let enqueue = Command::Enqueue {
            contact,
            queue: pension,
            topic: TopicId::NONE,
            language: Language::Nb,
            class: 0,
            place: Timestamp::NEVER,
            needs: linje_event::Needs::NONE,
        };
        world.command(enqueue).await.expect("a place in line");
        world.api.ids.contact(contact)
    };
    let before = by_menu().await;
    let switch = "/api/v1/plans/stor-pagang/switch";
    let on = json!({"on": true, "why": "Mange ringer"});
    let plan = world.post(switch, &on).await.expect(200);
    let silent = |plan: &Value| {
        let notes = plan["step_notes"].as_array().unwrap().iter();
        notes.filter(|note| !note.is_null()).count() == 0
    };
    assert_eq!(plan["not_offered"], 0, "who came before is not counted");
    assert!(silent(&plan), "{plan}");
    let after = by_menu().await;
    // Who orders to be rung is what the plan wants.
    let body = json!({"queue": "pensjon", "number": "90000031"});
    let booked = world.post("/api/v1/callbacks", &body).await.expect(201);

    let plans = world.get("/api/v1/plans").await.expect(200);
    let plan = plans["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|plan| plan["id"] == "stor-pagang")
        .unwrap();
    assert_eq!(plan["not_offered"], 1);
    let (steps, notes) = (&plan["steps"], &plan["step_notes"]);
    assert_eq!(
        steps.as_array().unwrap().len(),
        notes.as_array().unwrap().len()
    );
    let note = notes[2].as_str().expect("at the step that rings back");
    assert!(
        note.starts_with("1 som ringte, kunne ikke få tilbudet"),
        "{note}"
    );
    let told = why(&world, &after).await;
    let sentence = told["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("Svært stor pågang") && sentence.contains("ikke noe kjent nummer"),
        "{sentence}"
    );
    let queued = told["steps"].as_array().unwrap().iter();
    let queued: Vec<&Value> = queued
        .filter(|step| step["kind"] == "contact_queued")
        .collect();
    assert!(
        queued[0]["text"]
            .as_str()
            .unwrap()
            .contains("nummer å ringe")
    );
    for other in [before, booked["id"].as_str().unwrap().to_owned()] {
        let told = why(&world, &other).await;
        let sentence = told["sentence"].as_str().unwrap();
        assert!(!sentence.contains("Planen"), "{sentence}");
    }
    let ordered = why(&world, booked["id"].as_str().unwrap()).await;
    assert_eq!(
        ordered["steps"][0]["text"],
        "Bestilte på nettet å bli ringt opp"
    );

    let off = json!({"on": false, "why": "Roligere"});
    let plan = world.post(switch, &off).await.expect(200);
    assert!(silent(&plan), "{plan}");
}
