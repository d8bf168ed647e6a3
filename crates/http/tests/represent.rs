//! Somebody rings for somebody else: what the registers allow today, written down with both names, and nothing more.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod common;

use std::sync::Arc;

use axum::http::Method;
use common::{Answer, World, world};
use linje_registry::{BuiltIn, Person, Protection};
use linje_store::records::access::Wanted;
use linje_types::Clearance;
use serde_json::{Value, json};

const BLOCK: u32 = 20;
/// In the third block the first one holds a power of attorney for the twelfth, and is guardian of the last.
const THIRD: u32 = 3 * BLOCK;
/// In the sixth block the same power is over.
const SIXTH: u32 = 6 * BLOCK;

fn register() -> BuiltIn {
    BuiltIn::new(2015, 200, Arc::new(|| jiff::civil::date(2026, 11, 23)))
}

struct Adviser<'w> {
    world: &'w World,
    bearer: String,
}

impl Adviser<'_> {
    async fn post(&self, path: &str, body: &Value) -> Answer {
        let key = self.world.key();
        let headers = [
            ("authorization", self.bearer.as_str()),
            ("idempotency-key", key.as_str()),
        ];
        let asked = self
            .world
            .send(Method::POST, path, &headers, Some(body.to_string()));
        asked.await
    }
}

/// K990001 talks with somebody, of whom it is this sure who they are.
async fn talking<'w>(world: &'w World, caller: &Person, level: &str) -> (Adviser<'w>, String) {
    let bearer = format!(
        "Bearer {}",
        world.token("/entra", &[("act_as", "K990001")]).await
    );
    let adviser = Adviser { world, bearer };
    let phone = json!({"activity": "phone"});
    let activity = "/api/v1/advisers/K990001/activity";
    world.put(activity, &phone).await.expect(200);
    let new = json!({"channel": "voice", "topic": "PEN"});
    let came = world.post("/api/v1/contacts", &new).await.expect(201);
    let id = came["id"].as_str().unwrap().to_owned();
    let shown = world.get("/api/v1/advisers/K990001").await.expect(200);
    let offer = shown["offer"]["id"].as_str().expect("an offer");
    let accept = format!("/api/v1/offers/{offer}/accept");
    world.post(&accept, &json!({})).await.expect(200);
    let link = json!({"fnr": caller.id.digits(), "level": level, "right": [0, 1]});
    let about = format!("/api/v1/contacts/{id}/person");
    adviser.post(&about, &link).await.expect(200);
    (adviser, id)
}

fn ask(person: &Person, contact: &str) -> Value {
    json!({"fnr": person.id.digits(), "contact": contact, "represented": true})
}

/// The newest row of the access log: ground, permit, code.
fn newest(world: &World) -> (String, bool, String) {
    let wanted = Wanted {
        limit: 1,
        ..Wanted::default()
    };
    let rows = world.api.records().readings(&wanted).unwrap();
    let row = rows.into_iter().next().expect("a row").reading;
    (row.ground, row.permit, row.code)
}

#[tokio::test]
async fn a_power_of_attorney_opens_its_topics_and_the_one_it_is_about_sees_who_rang() {
    let world = world();
    let register = register();
    let (caller, giver) = (register.at(THIRD), register.at(THIRD + 11));
    let (adviser, id) = talking(&world, &caller, "questions").await;
    let opened = adviser
        .post("/api/v1/persons/open", &ask(&giver, &id))
        .await
        .expect(200);
    let represented = &opened["represented"];
    assert_eq!(
        (&represented["by"], &represented["name"]),
        (&json!("power"), &json!(caller.name))
    );
    let areas: Vec<&Value> = represented["areas"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["topic"]["code"])
        .collect();
    assert_eq!(areas, ["PEN", "HJE"]);
    assert_eq!(opened["person"]["name"], json!(giver.name));
    // What is about no topic is not there.
    for part in ["relations", "addresses", "phones"] {
        assert_eq!(opened["person"][part], json!([]), "{part}");
    }
    assert_eq!(
        (&opened["person"]["account"], &opened["preferences"]),
        (&Value::Null, &Value::Null)
    );
    let overview = adviser
        .post("/api/v1/persons/tabs/overview", &ask(&giver, &id))
        .await
        .expect(200);
    for part in ["benefits", "cases", "payments", "tasks"] {
        for row in overview[part].as_array().into_iter().flatten() {
            let topic = row["topic"].as_str().unwrap();
            assert!(["PEN", "HJE"].contains(&topic), "{part}: {topic}");
        }
    }
    assert_eq!(overview["contacts"], Value::Null);
    adviser
        .post("/api/v1/persons/tabs/notices", &ask(&giver, &id))
        .await
        .problem(403);
    // Whoever looks at the log sees the name of who rang.
    let auditor = world.token("/entra", &[("act_as", "K980004")]).await;
    let auditor = format!("Bearer {auditor}");
    let headers = [("authorization", auditor.as_str())];
    let path = "/api/v1/access/readings";
    let log = world
        .send(Method::GET, path, &headers, None)
        .await
        .expect(200);
    let rows = log["items"].as_array().unwrap().iter();
    let row = rows
        .into_iter()
        .find(|row| row["what"] == "header")
        .unwrap();
    assert_eq!(row["ground"], "power");
    assert_eq!(row["reason"], json!(format!("{} (PEN, HJE)", caller.name)));
}

#[tokio::test]
async fn the_one_it_is_about_sees_who_rang_for_them() {
    let world = world();
    let register = register();
    let (caller, anne) = (register.at(2 * BLOCK), register.at(2 * BLOCK + 5));
    let (adviser, id) = talking(&world, &caller, "questions").await;
    adviser
        .post("/api/v1/persons/open", &ask(&anne, &id))
        .await
        .expect(200);
    let mine = world.token("/idporten", &[("act_as", "bruker-2")]).await;
    let mine = format!("Bearer {mine}");
    let headers = [("authorization", mine.as_str())];
    let path = "/api/v1/me/readings";
    let read = world
        .send(Method::GET, path, &headers, None)
        .await
        .expect(200);
    let row = &read["items"][0];
    assert_eq!(
        (&row["by_other"], &row["other"], &row["by_contact"]),
        (&json!("power"), &json!(caller.name), &json!(false))
    );
    let said = format!("fordi {} ringte med fullmakt fra deg", caller.name);
    assert!(row["text"].as_str().unwrap().ends_with(&said), "{row}");
}

#[tokio::test]
async fn a_guardian_opens_the_ward_within_words_that_the_adviser_reads() {
    let world = world();
    let register = register();
    let (caller, ward) = (register.at(THIRD), register.at(THIRD + 19));
    let (adviser, id) = talking(&world, &caller, "questions").await;
    let opened = adviser
        .post("/api/v1/persons/open", &ask(&ward, &id))
        .await
        .expect(200);
    let represented = &opened["represented"];
    assert_eq!(
        (&represented["by"], &represented["scope"]),
        (&json!("guardian"), &json!("Økonomiske forhold"))
    );
    assert_eq!(newest(&world), ("guardian".to_owned(), true, String::new()));
}

#[tokio::test]
async fn without_a_power_that_holds_today_nobody_is_told_from_somebody_who_is_not_there() {
    let world = world();
    let register = register();
    let (caller, giver) = (register.at(SIXTH), register.at(SIXTH + 11));
    let (adviser, id) = talking(&world, &caller, "questions").await;
    let open = "/api/v1/persons/open";
    let absent = (0..1000)
        .filter_map(|individual| linje_types::PersonId::synthetic(1, 1, 1911, individual))
        .find(|person| !register.ids().contains(person))
        .expect("a free number");
    let nobody = json!({"fnr": absent.digits(), "contact": id, "represented": true});
    let missing = adviser.post(open, &nobody).await.problem(404);
    // Over, never given, protected: the same words for all.
    let stranger = register.at(THIRD + 11);
    let hidden = (0..200)
        .map(|place| register.at(place))
        .find(|person| person.protection == Protection::Strict && person.employee.is_none())
        .expect("somebody protected");
    for person in [&giver, &stranger, &hidden, &caller] {
        let refused = adviser.post(open, &ask(person, &id)).await.problem(404);
        assert_eq!(refused, missing);
        let denied = ("contact".to_owned(), false, "AVVIST_FULLMAKT".to_owned());
        assert_eq!(newest(&world), denied);
    }
    // The page of the caller does not offer what is over.
    let own = json!({"fnr": caller.id.digits(), "contact": id});
    let own = adviser.post(open, &own).await.expect(200);
    assert_eq!(own["powers"]["held"], json!([]));
}

#[tokio::test]
async fn who_rings_must_be_sure_before_they_speak_for_anybody() {
    let world = world();
    let register = register();
    let (caller, giver) = (register.at(THIRD), register.at(THIRD + 11));
    let (adviser, id) = talking(&world, &caller, "hint").await;
    let open = "/api/v1/persons/open";
    let refused = adviser.post(open, &ask(&giver, &id)).await.problem(409);
    assert_eq!(refused["code"], "caller_unsure");
    // Nor without a contact, whatever the reason.
    let reason =
        json!({"fnr": giver.id.digits(), "reason": "Prøve av lovlig lesing", "represented": true});
    adviser.post(open, &reason).await.problem(409);
    let before = world.api.records().count_readings().unwrap();
    assert_eq!(before, 1, "the link of the caller alone");
}

#[tokio::test]
async fn a_power_opens_nobody_to_whoever_is_not_cleared_and_is_not_offered_to_them() {
    let world = world();
    let register = register();
    // The block in which the one who gave a power is protected or works here, if there is one.
    let giver_of = |block: u32| register.at(block * BLOCK + 11);
    let block = [0, 3, 9]
        .into_iter()
        .find(|block| giver_of(*block).facts().needs != Clearance::NONE);
    let Some(block) = block else { return };
    let (caller, giver) = (register.at(block * BLOCK), giver_of(block));
    let (_, id) = talking(&world, &caller, "questions").await;
    let uncleared = world.token("/entra", &[("scope", "adviser")]).await;
    let uncleared = Adviser {
        world: &world,
        bearer: format!("Bearer {uncleared}"),
    };
    let open = "/api/v1/persons/open";
    let refused = uncleared.post(open, &ask(&giver, &id)).await.problem(404);
    assert_eq!(refused["code"], "no_person");
    let own = json!({"fnr": caller.id.digits(), "contact": id});
    let own = uncleared.post(open, &own).await.expect(200);
    assert!(
        !own.to_string().contains(&giver.id.digits()),
        "the page of the caller tells of nobody protected"
    );
}
