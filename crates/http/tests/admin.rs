//! The centre description over HTTP: checked, edited, published and undone while contacts wait.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod common;

use axum::http::Method;
use common::World;
use serde_json::{Value, json};

const CENTRE: &str = include_str!("../../../centres/national-2015.toml");
/// A program signs with its own identity, whoever it says that it acts for.
const BY: &str = "test (oppgir å handle for K100901)";
const GOAL: &str = "queue.arbeid-og-helse.goal.within";

/// A world whose log says which description is in force.
async fn world() -> World {
    let world = common::world();
    world.api.shared.reached(1).await;
    world
}

async fn source(world: &World) -> (String, String) {
    let answer = world.get("/api/v1/centre/source").await;
    assert_eq!(answer.status, 200);
    let tag = answer.headers.get("etag").unwrap().to_str().unwrap();
    let text = String::from_utf8(answer.bytes.to_vec()).unwrap();
    (text, tag.trim_matches('"').to_owned())
}

async fn edited(world: &World, path: &str, value: Value) -> String {
    let body = json!({"edits": [{"path": path, "value": value}]});
    let answer = world.post("/api/v1/centre/edit", &body).await.expect(200);
    assert_eq!(
        answer["faults"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["severity"] == "error")
            .count(),
        0,
        "{answer}"
    );
    answer["toml"].as_str().unwrap().to_owned()
}

async fn publish(world: &World, toml: &str) -> Value {
    let (_, base) = source(world).await;
    let body = json!({"toml": toml, "who": "K100901", "why": "prøve", "base": base});
    world
        .post("/api/v1/centre/publish", &body)
        .await
        .expect(200)
}

async fn goal(world: &World) -> Value {
    let queue = world
        .get("/api/v1/queues/arbeid-og-helse")
        .await
        .expect(200);
    queue["sl"]["threshold_s"].clone()
}

#[tokio::test]
async fn an_edit_is_published_and_undone_and_contacts_keep_their_place() {
    let world = world().await;
    let (text, first) = source(&world).await;
    assert_eq!(text, CENTRE);
    let new = json!({"channel": "chat", "topic": "FOR"});
    let contact = world.post("/api/v1/contacts", &new).await.expect(201);
    let path = format!("/api/v1/contacts/{}", contact["id"].as_str().unwrap());
    let before = world.get(&path).await.expect(200);

    let toml = edited(&world, GOAL, json!("30s")).await;
    assert_eq!(
        toml.lines().count(),
        CENTRE.lines().count(),
        "comments are kept"
    );
    let published = publish(&world, &toml).await;
    assert_ne!(published["version"], first.as_str());
    assert!(!published["changes"].as_array().unwrap().is_empty());
    assert_eq!(goal(&world).await, 30);
    let after = world.get(&path).await.expect(200);
    assert_eq!(
        (&after["state"], &after["enqueued"]),
        (&before["state"], &before["enqueued"])
    );

    let versions = world.get("/api/v1/centre/versions").await.expect(200);
    let versions = versions["items"].as_array().unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0]["current"], true);
    assert_eq!(
        (&versions[0]["who"], &versions[0]["why"]),
        (&json!(BY), &json!("prøve"))
    );
    assert_eq!(versions[1]["who"], "oppstart");

    let why = json!({"who": "K100901", "why": "angret", "base": published["version"]});
    let undone = world
        .post_as("u", "/api/v1/centre/undo", &why)
        .await
        .expect(200);
    let again = world
        .post_as("u", "/api/v1/centre/undo", &why)
        .await
        .expect(200);
    assert_eq!(again["version"], undone["version"]);
    assert_eq!(undone["version"], first.as_str());
    assert_eq!(goal(&world).await, 45);
    assert_eq!(source(&world).await, (CENTRE.to_owned(), first));
    let versions = world.get("/api/v1/centre/versions").await.expect(200);
    assert_eq!(versions["items"][0]["why"], "angret");
    assert_eq!(versions["items"][2]["why"], "Slik tjenesten ble startet");
}

#[tokio::test]
async fn what_cannot_be_published_is_refused_in_words() {
    let world = world().await;
    let (_, base) = source(&world).await;
    let refuse = async |body: Value, status: u16, code: &str| {
        let answer = world.post("/api/v1/centre/publish", &body).await;
        let problem = answer.problem(status);
        assert_eq!(problem["code"], code, "{problem}");
        problem
    };
    let broken = CENTRE.replace("hours = \"hverdager\"", "hours = \"hverdag\"");
    let problem = refuse(
        json!({"toml": broken, "why": "x", "base": base}),
        422,
        "invalid",
    )
    .await;
    let fault = &problem["faults"][0];
    assert!(
        fault["line"].as_u64().unwrap() > 1 && fault["code"].as_str().unwrap().starts_with("LJ"),
        "{fault}"
    );
    refuse(
        json!({"toml": CENTRE, "why": " ", "base": base}),
        422,
        "invalid",
    )
    .await;
    refuse(
        json!({"toml": CENTRE, "why": "x", "base": "0000000000000000"}),
        409,
        "other_version",
    )
    .await;
    refuse(json!({"toml": CENTRE, "why": "x"}), 428, "base_needed").await;
    let spoken = CENTRE.replacen("Du har kommet til kontaktsenteret.", "Hei.", 1);
    assert_ne!(spoken, CENTRE);
    let problem = refuse(
        json!({"toml": spoken, "why": "x", "base": base}),
        409,
        "unpublishable",
    )
    .await;
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("Opplesningene er endret"),
        "{problem}"
    );
    let undo = json!({"why": "x", "base": base});
    let problem = world.post("/api/v1/centre/undo", &undo).await.problem(409);
    assert_eq!(problem["code"], "nothing_to_undo");
    assert_eq!(goal(&world).await, 45);
}

/// Publishes a goal from the version in force, named as its `ETag`.
async fn set_goal(world: &World, seconds: &str) -> String {
    let toml = edited(world, GOAL, json!(seconds)).await;
    let (_, base) = source(world).await;
    let body = json!({"toml": toml, "why": seconds, "base": format!("\"{base}\"")});
    let answer = world
        .post("/api/v1/centre/publish", &body)
        .await
        .expect(200);
    answer["version"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn of_two_who_undo_one_is_told_and_each_undo_goes_further_back() {
    let world = world().await;
    let (_, first) = source(&world).await;
    let second = set_goal(&world, "30s").await;
    let third = set_goal(&world, "20s").await;
    let undo = async |base: &str| {
        let body = json!({"why": "angrer", "base": base});
        world.post("/api/v1/centre/undo", &body).await
    };
    world
        .post("/api/v1/centre/undo", &json!({"why": "x"}))
        .await
        .problem(428);
    assert_eq!(undo(&third).await.expect(200)["version"], second.as_str());
    // The other one saw the third in force, and does not bring it back.
    let problem = undo(&third).await.problem(409);
    assert_eq!(
        (&problem["code"], &problem["version"]),
        (&json!("other_version"), &json!(second))
    );
    assert_eq!(goal(&world).await, 30);
    let versions = world.get("/api/v1/centre/versions").await.expect(200);
    let back: Vec<&Value> = versions["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["undo"] == true)
        .collect();
    assert_eq!(back.len(), 1);
    assert_eq!(back[0]["version"], first.as_str());
    assert_eq!(undo(&second).await.expect(200)["version"], first.as_str());
    assert_eq!(goal(&world).await, 45);
    assert_eq!(undo(&first).await.problem(409)["code"], "nothing_to_undo");
    let chosen = json!({"why": "den var best", "base": first, "to": third});
    let answer = world.post("/api/v1/centre/undo", &chosen).await.expect(200);
    assert_eq!(answer["version"], third.as_str());
    assert_eq!(goal(&world).await, 20);
    let never = json!({"why": "x", "base": third, "to": "00000000000000ff"});
    world.post("/api/v1/centre/undo", &never).await.problem(404);
}

#[tokio::test]
async fn what_another_published_is_told_and_a_draft_with_faults_still_says_what_it_changes() {
    let world = world().await;
    let (_, first) = source(&world).await;
    set_goal(&world, "30s").await;
    let (now, _) = source(&world).await;
    let since = json!({"toml": now, "from": first});
    let checked = world.post("/api/v1/centre/check", &since).await.expect(200);
    assert_eq!(checked["changes"].as_array().unwrap().len(), 1);
    let same = json!({"toml": now});
    let checked = world.post("/api/v1/centre/check", &same).await.expect(200);
    assert_eq!(checked["changes"], json!([]));

    let body = json!({"edits": [{"path": "flow.main.menu.keys.0.to", "value": "disability"}]});
    let answer = world.post("/api/v1/centre/edit", &body).await.expect(200);
    let fault = answer["faults"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["severity"] == "error")
        .unwrap();
    assert_eq!(
        (&fault["code"], &fault["what"]),
        (
            &json!("LJ1012"),
            &json!("ingenting fører til steget «social» i menyen «main»")
        )
    );
    assert!(!answer["changes"].as_array().unwrap().is_empty());
    assert_eq!(answer["outline"]["menus"][0]["keys"][0]["to"], "disability");
}

#[tokio::test]
async fn a_description_is_checked_with_line_column_mend_and_meaning() {
    let world = world().await;
    let toml = edited(&world, GOAL, json!("30s")).await;
    let checked = world
        .post("/api/v1/centre/check", &json!({"toml": toml}))
        .await
        .expect(200);
    assert_eq!(checked["misfit"], Value::Null);
    let change = &checked["changes"][0];
    assert_eq!(change["where"], "queue.arbeid-og-helse", "{change}");
    assert!(change["text"].as_str().unwrap().contains("30"), "{change}");
    let queues = checked["outline"]["queues"].as_array().unwrap();
    let queue = queues
        .iter()
        .find(|one| one["id"] == "arbeid-og-helse")
        .unwrap();
    assert_eq!(queue["goal"]["within_s"], 30);
    let bad = json!({"toml": "queue = 7"});
    let checked = world.post("/api/v1/centre/check", &bad).await.expect(200);
    assert_eq!(
        (&checked["outline"], &checked["faults"][0]["severity"]),
        (&Value::Null, &json!("error"))
    );
    let lost = json!({"edits": [{"path": "queue.nowhere.goal.within", "value": "1s"}]});
    let problem = world.post("/api/v1/centre/edit", &lost).await.problem(422);
    assert_eq!(problem["errors"][0]["field"], "edits[0].path");
}

#[tokio::test]
async fn the_outline_says_what_can_be_edited_and_its_paths_work() {
    let world = world().await;
    let outline = world.get("/api/v1/centre/outline").await.expect(200);
    let menu = outline["menus"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["flow"] == "main")
        .unwrap()
        .clone();
    // Where this key leads, whoever presses nothing is led too: no step is left alone.
    assert_eq!(menu["keys"][4]["key"], "5");
    let path = format!("flow.main.{}.keys.4.to", menu["step"].as_str().unwrap());
    let toml = edited(&world, &path, menu["keys"][2]["to"].clone()).await;
    let checked = world
        .post("/api/v1/centre/check", &json!({"toml": toml}))
        .await
        .expect(200);
    assert_eq!(
        checked["outline"]["menus"][0]["keys"][4]["to"],
        menu["keys"][2]["to"]
    );
    let toml = edited(&world, "hours.hverdager.open.0.to", json!("16:00")).await;
    publish(&world, &toml).await;
    let hours = world
        .get("/api/v1/queues/arbeid-og-helse/hours")
        .await
        .expect(200);
    assert_eq!(hours["hours"][0]["to"], "16:00");
    let differences = world.get("/api/v1/hours/differences").await.expect(200);
    assert!(
        differences["rule"]
            .as_str()
            .unwrap()
            .contains("mandag–fredag 09.00–16.00"),
        "{differences}"
    );
    assert!(!differences["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_plan_is_switched_with_who_and_why_and_advisers_are_asked_once() {
    let world = world().await;
    let plans = world.get("/api/v1/plans").await.expect(200);
    let plan = plans["items"][0].clone();
    assert_eq!((&plan["on"], &plan["since"]), (&json!(false), &Value::Null));
    let path = format!("/api/v1/plans/{}/switch", plan["id"].as_str().unwrap());
    let on = json!({"on": true, "why": "svært mange ringer", "who": "K100001"});
    let switched = world.post_as("p", &path, &on).await.expect(200);
    assert_eq!(
        (&switched["on"], &switched["by"]),
        (&json!(true), &json!("test (oppgir å handle for K100001)"))
    );
    world.post_as("p", &path, &on).await.expect(200);
    let requests = world.get("/api/v1/requests").await.expect(200);
    let asked = plan["asked"].as_array().unwrap().len();
    assert_eq!(requests["items"].as_array().unwrap().len(), asked);
    assert_eq!(
        world.post(&path, &on).await.problem(409)["code"],
        "unknown_plan"
    );
    world
        .post(&path, &json!({"on": false, "why": ""}))
        .await
        .problem(422);
    world
        .post("/api/v1/plans/none/switch", &on)
        .await
        .problem(404);
    let off = json!({"on": false, "why": "over"});
    assert_eq!(world.post(&path, &off).await.expect(200)["why"], "over");
}

#[tokio::test]
async fn a_trial_that_cannot_be_made_says_why() {
    let world = world().await;
    let body = json!({"toml": CENTRE});
    let problem = world.post("/api/v1/centre/try", &body).await.problem(409);
    assert_eq!(problem["code"], "cannot_try");
    let answer = world
        .send(Method::GET, "/api/v1/centre/versions/00/source", &[], None)
        .await;
    answer.problem(404);
}

#[tokio::test]
async fn a_request_that_nobody_answers_has_an_end_and_says_so() {
    let world = world().await;
    let until = |s: i64| linje_http::clock::rfc3339(world.api.now().plus_s(s));
    let path = "/api/v1/requests";
    let usual = json!({"activity": "phone", "wanted": 6});
    let usual = world.post(path, &usual).await.expect(201);
    let (at, end) = (usual["at"].as_str(), usual["until"].as_str());
    let parse = |text: Option<&str>| linje_http::clock::parse(text.unwrap()).unwrap();
    let half_an_hour = 1_800 * 1_000_000;
    assert!(
        (parse(end).since_us(parse(at)) - half_an_hour).abs() < 5_000_000,
        "{usual}"
    );
    assert_eq!(
        (&usual["by"], &usual["outcome"]),
        (&json!("test"), &Value::Null)
    );
    for wrong in [until(-60), until(13 * 3600), String::from("snart")] {
        let body = json!({"activity": "phone", "wanted": 6, "until": wrong});
        let problem = world.post(path, &body).await.problem(422);
        assert_eq!(problem["errors"][0]["field"], "until", "{problem}");
    }
    let short = json!({"activity": "chat", "wanted": 2, "until": until(1), "who": "K100901"});
    let short = world.post(path, &short).await.expect(201);
    assert_eq!(short["by"], BY);
    let over = async {
        loop {
            let list = world.get(path).await.expect(200);
            let rows = list["items"].as_array().unwrap().clone();
            let own = rows
                .into_iter()
                .find(|row| row["id"] == short["id"])
                .unwrap();
            if own["closed_at"] != Value::Null {
                return own;
            }
            tokio::task::yield_now().await;
        }
    };
    let over = common::within(over).await;
    assert_eq!(
        (&over["outcome"], &over["accepted"]),
        (&json!("nobody"), &json!(0))
    );
    let answer = format!("{path}/{}/answer", short["id"].as_str().unwrap());
    let yes = json!({"adviser": "K990001", "yes": true});
    let problem = world.post(&answer, &yes).await.problem(409);
    assert_eq!(problem["code"], "request_over");
}

#[tokio::test]
async fn requests_that_are_over_survive_a_restart() {
    let world = world().await;
    let body = json!({"activity": "phone", "wanted": 6});
    let asked = world.post("/api/v1/requests", &body).await.expect(201);
    let close = format!("/api/v1/requests/{}/close", asked["id"].as_str().unwrap());
    world.post(&close, &json!({})).await.expect(200);
    let (saved, over) = world.api.shared.read(|view| {
        let saved = linje_http::view::read_saved(&view.save().unwrap()).unwrap();
        (saved, view.requests_over().cloned().collect::<Vec<_>>())
    });
    let layout = world.api.directory.layout();
    let building = linje_http::view::Building::from_saved(saved, layout).unwrap();
    let state = world.api.shared.read(|view| view.state.clone());
    let again = building.finish(state, std::sync::Arc::clone(&world.tables), 0);
    let kept: Vec<_> = again.requests_over().cloned().collect();
    assert_eq!((kept.len(), &kept), (1, &over));
}
