//! Advice, wrap-up in one step, promises, threats, knowledge and repeat contacts over HTTP.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod common;

use common::{World, world};
use serde_json::{Value, json};

/// A contact in this queue that K990001 has talked with and ended.
async fn talked(world: &World, channel: &str, queue: &str, topic: Option<&str>) -> String {
    let activity = if channel == "chat" { "chat" } else { "written" };
    let path = "/api/v1/advisers/K990001/activity";
    world
        .put(path, &json!({"activity": activity}))
        .await
        .expect(200);
    let mut body = json!({"channel": channel, "queue": queue});
    if let Some(topic) = topic {
        body["topic"] = topic.into();
    }
    let created = world.post("/api/v1/contacts", &body).await.expect(201);
    let id = created["id"].as_str().unwrap().to_owned();
    let adviser = world.get("/api/v1/advisers/K990001").await.expect(200);
    let offer = adviser["offer"]["id"]
        .as_str()
        .expect("an offer")
        .to_owned();
    let accept = format!("/api/v1/offers/{offer}/accept");
    world.post(&accept, &json!({})).await.expect(200);
    let end = format!("/api/v1/contacts/{id}/end");
    world.post(&end, &json!({})).await.expect(200);
    id
}

fn after(id: &str) -> String {
    format!("/api/v1/contacts/{id}/after")
}

async fn state(world: &World, id: &str) -> Value {
    let contact = world.get(&format!("/api/v1/contacts/{id}")).await;
    contact.expect(200)["state"].clone()
}

#[tokio::test]
async fn advice_is_given_on_facts_and_says_what_to_ask() {
    let world = world();
    let ask = async |facts: Value| world.post("/api/v1/guidance/advice", &facts).await;
    let counsel =
        ask(json!({"way": "phone", "topic": "STO", "question": "payment", "digital": "possibly"}))
            .await
            .expect(200);
    let rules: Vec<&str> = counsel["advice"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it["id"].as_str())
        .collect();
    assert!(
        rules.contains(&"ingen-enkle-utbetalingssporsmal"),
        "{rules:?}"
    );
    let advice = counsel["advice"].as_array().unwrap().iter();
    let payment = advice
        .into_iter()
        .find(|it| it["id"] == "ingen-enkle-utbetalingssporsmal")
        .unwrap();
    assert_eq!(payment["grounds"], json!(["Utbetaling", "Mulig digital"]));
    assert_eq!(payment["not"], "Svar ikke på enkle spørsmål om utbetaling.");
    let nothing = ask(json!({})).await.expect(200);
    assert_eq!(nothing["ask"][0]["id"], "question");
    ask(json!({"needs": ["benefits_only", "simple_follow_up", "compound_follow_up"]}))
        .await
        .problem(422);
    let wrong = ask(json!({"digital": "maybe"})).await.problem(422);
    assert_eq!(
        wrong["errors"][0]["valid"],
        json!(["digital", "possibly", "not"])
    );
    let words = world.get("/api/v1/guidance").await.expect(200);
    assert_eq!(words["needs"].as_array().unwrap().len(), 3);
    assert!(words["agencies"].as_array().unwrap().len() >= 8);
}

#[tokio::test]
async fn a_wrap_up_is_one_step_and_the_draft_survives_until_then() {
    let world = world();
    let id = talked(&world, "chat", "chat-foreldrepenger", Some("FOR")).await;
    let draft = format!("/api/v1/contacts/{id}/draft");
    world
        .put(&draft, &json!({"text": "Vi snakket om"}))
        .await
        .expect(200);
    let proposal = world.get(&after(&id)).await.expect(200);
    assert_eq!(
        (&proposal["topic"]["code"], &proposal["topic_by"]),
        (&json!("FOR"), &json!("menu"))
    );
    assert_eq!(proposal["draft"]["text"], "Vi snakket om");
    assert_eq!(proposal["task"]["kind"]["id"], "BEH_HENV");
    assert_eq!(
        proposal["task"]["because"],
        "Rutinen for «Foreldre- og svangerskapspenger» og «Behandle henvendelse» er samme virkedag."
    );
    assert_eq!(proposal["no_log"], false);
    let mine = world.get("/api/v1/advisers/K990001/after").await;
    assert_eq!(mine.expect(200)["drafts"][0]["text"], "Vi snakket om");
    let day = proposal["promise_due"].as_str().unwrap().to_owned();
    let body = json!({
        "topic": "FOR", "solved": false, "cause": "brev", "note": "Vi snakket om foreldrepenger",
        "task": {"unit": "forvaltning-hordaland", "kind": "BEH_HENV", "due": day, "text": "Se på perioden"},
        "promises": [{"due": day, "text": "Ringer tilbake"}],
    });
    let wrapped = world.post(&after(&id), &body).await.expect(200);
    assert_eq!(
        (&wrapped["first"], &wrapped["promises"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(state(&world, &id).await, "closed");
    // Said again, as after a lost answer: nothing is made twice.
    let again = world.post(&after(&id), &body).await.expect(200);
    assert_eq!(again["first"], false);
    let left = world
        .get("/api/v1/advisers/K990001/after")
        .await
        .expect(200);
    assert_eq!(
        left["counts"],
        json!({"open": 1, "kept": 0, "late": 0, "broken": 0})
    );
    assert_eq!(left["tasks"][0]["unit"]["id"], "forvaltning-hordaland");
    assert_eq!(left["drafts"], json!([]));
    let promise = left["promises"][0]["id"].as_str().unwrap();
    let end = format!("/api/v1/promises/{promise}/end");
    let done = json!({"kept": true, "adviser": "K990001"});
    assert_eq!(world.post(&end, &done).await.expect(200)["state"], "kept");
    world.post(&end, &done).await.problem(404);
    let team = world
        .get(&format!("/api/v1/units/{}/after", unit(&world).await))
        .await
        .expect(200);
    assert_eq!(team["counts"]["kept"], 1);
    assert!(
        !team.to_string().contains("Ringer"),
        "no words about anybody"
    );
}

async fn unit(world: &World) -> String {
    let adviser = world.get("/api/v1/advisers/K990001").await.expect(200);
    adviser["unit"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_is_lost() {
    let world = world();
    let id = talked(&world, "chat", "chat-foreldrepenger", Some("FOR")).await;
    let wrong = [
        (json!({"topic": "XXX", "solved": true}), "topic"),
        (
            json!({"topic": "FOR", "solved": true, "cause": "været"}),
            "cause",
        ),
        (
            json!({"topic": "FOR", "solved": true, "promises": [{"due": "2001-01-01", "text": "x"}]}),
            "promises[0].due",
        ),
        (
            json!({"topic": "FOR", "solved": false,
                   "task": {"unit": "forvaltning-hordaland", "kind": "BEH_HENV", "due": "2099-01-01", "text": " "}}),
            "task.text",
        ),
    ];
    for (body, field) in wrong {
        let problem = world.post(&after(&id), &body).await.problem(422);
        assert_eq!(problem["errors"][0]["field"], field);
    }
    assert_eq!(state(&world, &id).await, "wrap_up");
    world.get("/api/v1/contacts/nei/after").await.problem(404);
}

#[tokio::test]
async fn where_nothing_may_be_kept_a_promise_still_works() {
    let world = world();
    let id = talked(&world, "chat", "chat-gjeld", None).await;
    let proposal = world.get(&after(&id)).await.expect(200);
    assert_eq!(proposal["no_log"], true);
    assert_eq!(proposal["topics"][0]["code"], "GJE");
    assert_eq!(proposal["task"], Value::Null);
    assert_eq!(proposal["no_log_works"].as_array().unwrap().len(), 3);
    let draft = format!("/api/v1/contacts/{id}/draft");
    let refused = world
        .put(&draft, &json!({"text": "Hun har gjeld"}))
        .await
        .problem(409);
    assert_eq!(refused["code"], "nothing_kept");
    let noted = json!({"topic": "GEN", "solved": true, "note": "Hun har gjeld"});
    world.post(&after(&id), &noted).await.problem(409);
    let day = proposal["promise_due"].as_str().unwrap();
    let body = json!({"topic": "GEN", "solved": true, "promises": [{"due": day, "text": "Ringer i morgen"}]});
    world.post(&after(&id), &body).await.expect(200);
    let left = world
        .get("/api/v1/advisers/K990001/after")
        .await
        .expect(200);
    assert_eq!(left["promises"][0]["contact"], Value::Null);
    let repeats = world.get("/api/v1/measures/repeats").await.expect(200);
    assert_eq!(
        (&repeats["total"]["contacts"], &repeats["total"]["keyed"]),
        (&json!(1), &json!(0))
    );
}

#[tokio::test]
async fn a_threat_reaches_the_leader_and_the_contact_goes_on() {
    let world = world();
    let id = talked(&world, "chat", "chat-foreldrepenger", Some("FOR")).await;
    let before = state(&world, &id).await;
    let threat = format!("/api/v1/contacts/{id}/threat");
    world.post(&threat, &json!({})).await.expect(200);
    world
        .post(&threat, &json!({"text": "Sa at han kommer"}))
        .await
        .expect(200);
    let named = json!({"text": "Sa 128456 78901 at han kommer"});
    let refused = world.post(&threat, &named).await.problem(422);
    assert!(refused.to_string().contains("fødselsnummeret"), "{refused}");
    assert_eq!(state(&world, &id).await, before);
    let path = format!("/api/v1/units/{}/after", unit(&world).await);
    let team = world.get(&path).await.expect(200);
    assert_eq!(team["threats"].as_array().unwrap().len(), 1);
    assert_eq!(team["threats"][0]["text"], "Sa at han kommer");
    let seen = format!(
        "/api/v1/threats/{}/seen",
        team["threats"][0]["id"].as_str().unwrap()
    );
    assert_eq!(world.post(&seen, &json!({})).await.status, 204);
    let team = world.get(&path).await.expect(200);
    assert!(team["threats"][0]["seen"].is_string());
}

#[tokio::test]
async fn knowledge_is_written_found_changed_and_undone() {
    let world = world();
    let entry = json!({
        "kind": "article", "topic": "DAG", "language": "nb", "owner": "fag-arbeid",
        "title": "Dagpenger", "body": "Send <b>meldekort</b>.", "why": "Ny",
    });
    let made = world.post("/api/v1/knowledge", &entry).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let find = async |words: &str| {
        let body = json!({"words": words});
        let found = world
            .post("/api/v1/knowledge/search", &body)
            .await
            .expect(200);
        found["items"].as_array().unwrap().len()
    };
    assert_eq!(
        (
            find("meldek").await,
            find("unemployment").await,
            find("sykepenger").await
        ),
        (1, 1, 0)
    );
    let path = format!("/api/v1/knowledge/{id}");
    let mut second = entry.clone();
    second["body"] = "Send sykmelding.".into();
    second["version"] = 1.into();
    assert_eq!(world.put(&path, &second).await.expect(200)["version"], 2);
    let stale = world.put(&path, &second).await.problem(409);
    assert_eq!(
        (&stale["code"], &stale["version"]),
        (&json!("stale_version"), &json!(2))
    );
    let undo = json!({"version": 2, "to": 1, "why": "Feil"});
    let undone = world.post(&format!("{path}/undo"), &undo).await.expect(200);
    assert_eq!(
        (&undone["version"], &undone["body"]),
        (&json!(3), &entry["body"])
    );
    let versions = world.get(&format!("{path}/versions")).await.expect(200);
    assert_eq!(versions["items"].as_array().unwrap().len(), 3);
    let news = json!({"kind": "news", "language": "nb", "owner": "x", "title": "Nytt", "body": "y", "why": "z"});
    world.post("/api/v1/knowledge", &news).await.expect(201);
    let home = world.get("/api/v1/knowledge/home").await.expect(200);
    assert_eq!(home["news"][0]["title"], "Nytt");
    let empty = json!({"language": "nb", "owner": "x", "title": " ", "body": "y", "why": "z"});
    world.post("/api/v1/knowledge", &empty).await.problem(422);
}
