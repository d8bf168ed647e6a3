//! The citizen's own page over HTTP: one's own and nobody else's.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod common;

use std::time::Duration;

use axum::http::Method;
use common::{Answer, Event, World, world};
use linje_store::records::access::Wanted;
use serde_json::{Value, json};

const ANNE: &str = "05898820221";

/// Somebody with a token.
struct Somebody<'w> {
    world: &'w World,
    bearer: String,
}

impl<'w> Somebody<'w> {
    async fn new(world: &'w World, issuer: &str, name: &str) -> Somebody<'w> {
        let token = world.token(issuer, &[("act_as", name)]).await;
        Somebody {
            world,
            bearer: format!("Bearer {token}"),
        }
    }

    async fn citizen(world: &'w World, name: &str) -> Somebody<'w> {
        Somebody::new(world, "/idporten", name).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let key = self.world.key();
        let headers = [
            ("authorization", self.bearer.as_str()),
            ("idempotency-key", key.as_str()),
        ];
        let body = body.map(|body| body.to_string());
        self.world.send(method, path, &headers, body).await
    }

    async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, None).await.expect(200)
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn items(&self, what: &str) -> Vec<Value> {
        let list = self.get(&format!("/api/v1/me/{what}")).await;
        list["items"].as_array().unwrap().clone()
    }
}

/// K990001 answers whatever is offered, and gives its contact back.
async fn answered(adviser: &Somebody<'_>) -> String {
    let view = adviser.get("/api/v1/advisers/K990001").await;
    let offer = view["offer"]["id"].as_str().expect("an offer");
    let accept = format!("/api/v1/offers/{offer}/accept");
    adviser.post(&accept, json!({})).await.expect(200);
    view["offer"]["contact"]
        .as_str()
        .expect("its contact")
        .to_owned()
}

async fn end(adviser: &Somebody<'_>, id: &str) {
    let path = format!("/api/v1/contacts/{id}/end");
    adviser.post(&path, json!({})).await.expect(200);
}

async fn at_work(adviser: &Somebody<'_>) {
    let path = "/api/v1/advisers/K990001/activity";
    let chat = json!({"activity": "chat"});
    adviser.ask(Method::PUT, path, Some(chat)).await.expect(200);
}

async fn wrap_up(adviser: &Somebody<'_>, id: &str, topic: &str, solved: bool) -> Value {
    let path = format!("/api/v1/contacts/{id}/after");
    let due = adviser.get(&path).await["promise_due"].clone();
    let keeps = topic != "STO";
    let note = keeps.then_some("Vi så på foreldrepengeperioden");
    let task = keeps.then(|| {
        json!({"unit": "forvaltning-hordaland", "kind": "BEH_HENV", "due": due, "text": "Se på perioden"})
    });
    let body = json!({
        "topic": topic, "solved": solved, "note": note, "task": task,
        "promises": [{"due": due, "text": "Ringer deg om perioden"}],
    });
    adviser.post(&path, body).await.expect(200)
}

#[tokio::test]
async fn what_was_written_and_promised_is_seen_by_its_citizen_and_nobody_else() {
    let world = world();
    let adviser = Somebody::new(&world, "/entra", "K990001").await;
    let mine = Somebody::citizen(&world, "bruker-2").await;
    let other = Somebody::citizen(&world, "bruker-3").await;
    at_work(&adviser).await;
    let chat = json!({"channel": "chat", "queue": "chat-foreldrepenger", "topic": "FOR"});
    mine.post("/api/v1/contacts", chat).await.expect(201);
    let id = answered(&adviser).await;
    // The log-in says who it is: nobody has to ask.
    let about = adviser.get(&format!("/api/v1/contacts/{id}/person")).await;
    assert_eq!(about["level"], "logged_in");
    end(&adviser, &id).await;
    wrap_up(&adviser, &id, "FOR", false).await;

    let notes = mine.items("notes").await;
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert_eq!(notes[0]["text"], "Vi så på foreldrepengeperioden");
    assert_eq!(notes[0]["topic"]["code"], "FOR");
    let promises = mine.items("promises").await;
    assert_eq!(
        (&promises[0]["text"], &promises[0]["state"]),
        (&json!("Ringer deg om perioden"), &json!("open"))
    );
    let matters = mine.get("/api/v1/me/matters").await;
    assert_eq!(matters["failed"], json!([]));
    // What was handed over is in the register of tasks, for the citizen, the adviser's tabs and afterwards.
    let task = &matters["tasks"][0];
    assert_eq!(
        (&task["kind"], &task["status"]),
        (&json!("BEH_HENV"), &json!("open"))
    );
    let reason = json!({"fnr": ANNE, "reason": "Prøve av lovlig lesing"});
    let tab = adviser.post("/api/v1/persons/tabs/communication", reason);
    let tab = tab.await.expect(200);
    assert_eq!(tab["tasks"][0]["id"], task["id"]);
    let left = adviser.get("/api/v1/advisers/K990001/after").await;
    assert_eq!(left["tasks"][0]["id"], task["id"]);
    assert_eq!(left["tasks"][0]["text"], "Se på perioden");
    assert_eq!(left["failed"], json!([]));
    for case in matters["cases"].as_array().unwrap() {
        for document in case["documents"].as_array().unwrap() {
            assert_ne!(document["kind"], "internal");
        }
    }
    for list in ["notes", "promises", "callbacks", "contacts"] {
        assert_eq!(other.items(list).await, Vec::<Value>::new(), "{list}");
    }
    // No ident of a member of staff is on the page.
    for path in ["notes", "promises", "matters", "readings"] {
        let said = mine.get(&format!("/api/v1/me/{path}")).await.to_string();
        assert!(!said.contains("K990001"), "{path}: {said}");
    }
}

#[tokio::test]
async fn ones_own_readings_are_kept_and_not_mixed_with_those_of_others() {
    let world = world();
    let adviser = Somebody::new(&world, "/entra", "K990001").await;
    let auditor = Somebody::new(&world, "/entra", "K980004").await;
    let mine = Somebody::citizen(&world, "bruker-2").await;
    mine.get("/api/v1/me/matters").await;
    assert_eq!(mine.items("readings").await, Vec::<Value>::new());
    let ask = json!({"fnr": ANNE, "reason": "Prøve av lovlig lesing"});
    adviser.post("/api/v1/persons/open", ask).await.expect(200);
    let rows = mine.items("readings").await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(
        (&rows[0]["reader"], &rows[0]["what"]),
        (&json!("adviser"), &json!("header"))
    );
    let all = auditor.get("/api/v1/access/readings").await;
    let grounds: Vec<&Value> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["ground"])
        .collect();
    assert_eq!(grounds, ["reason", "self"]);
    let patterns = auditor.get("/api/v1/access/patterns").await;
    let readers: Vec<&Value> = patterns["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["who"])
        .collect();
    assert_eq!(
        readers,
        ["K990001"],
        "a citizen is no reader to be looked at"
    );
}

#[tokio::test]
async fn a_callback_is_cancelled_by_whoever_ordered_it_and_by_nobody_else() {
    let world = world();
    let mine = Somebody::citizen(&world, "bruker-2").await;
    let other = Somebody::citizen(&world, "bruker-3").await;
    let order = json!({"topic": "FOR", "number": "40000001"});
    let made = mine.post("/api/v1/callbacks", order).await.expect(201);
    let callbacks = mine.items("callbacks").await;
    assert_eq!(callbacks.len(), 1);
    assert_eq!(callbacks[0]["id"], made["id"]);
    assert_eq!(other.items("callbacks").await, Vec::<Value>::new());
    let path = format!("/api/v1/me/callbacks/{}", made["id"].as_str().unwrap());
    other.ask(Method::DELETE, &path, None).await.problem(404);
    assert_eq!(mine.ask(Method::DELETE, &path, None).await.status, 204);
    assert_eq!(mine.items("callbacks").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_log_in_raises_the_level_and_only_ones_own() {
    let world = world();
    let adviser = Somebody::new(&world, "/entra", "K990001").await;
    let mine = Somebody::citizen(&world, "bruker-2").await;
    let other = Somebody::citizen(&world, "bruker-3").await;
    at_work(&adviser).await;
    world
        .post(
            "/api/v1/contacts",
            &json!({"channel": "chat", "queue": "chat-foreldrepenger", "topic": "FOR"}),
        )
        .await
        .expect(201);
    let id = answered(&adviser).await;
    assert_eq!(mine.items("contacts").await, Vec::<Value>::new());
    let confirm = format!("/api/v1/me/contacts/{id}/confirm");
    mine.post(&confirm, json!({})).await.problem(404);
    let link = json!({"fnr": ANNE, "level": "hint"});
    let about = format!("/api/v1/contacts/{id}/person");
    adviser.post(&about, link).await.expect(200);
    assert_eq!(mine.items("contacts").await[0]["level"], "hint");
    other.post(&confirm, json!({})).await.problem(404);
    assert_eq!(adviser.get(&about).await["level"], "hint");
    mine.post(&confirm, json!({})).await.expect(200);
    assert_eq!(adviser.get(&about).await["level"], "logged_in");
    // An adviser cannot say it.
    let claim = json!({"fnr": ANNE, "level": "logged_in"});
    adviser.post(&about, claim).await.problem(422);
    end(&adviser, &id).await;
    assert_eq!(mine.items("contacts").await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_a_wrap_up_is_kept_on_is_said_before_and_whom_it_is_about_is_read_back() {
    let world = world();
    let adviser = Somebody::new(&world, "/entra", "K990001").await;
    let other = Somebody::new(&world, "/entra", "K990002").await;
    let mine = Somebody::citizen(&world, "bruker-2").await;
    at_work(&adviser).await;
    let chat = json!({"channel": "chat", "queue": "chat-foreldrepenger", "topic": "FOR"});
    world.post("/api/v1/contacts", &chat).await.expect(201);
    let id = answered(&adviser).await;
    let after = format!("/api/v1/contacts/{id}/after");
    assert_eq!(adviser.get(&after).await["kept_on"], "contact");
    let whoever = json!({ "contact": id });
    let open = "/api/v1/persons/open";
    let problem = adviser.post(open, whoever.clone()).await.problem(422);
    assert_eq!(problem["errors"][0]["field"], "fnr", "nobody is said");
    let link = json!({"fnr": ANNE, "level": "hint"});
    let about = format!("/api/v1/contacts/{id}/person");
    adviser.post(&about, link).await.expect(200);
    // A hint is not enough to keep anything on somebody, but the page can show whom again.
    assert_eq!(adviser.get(&after).await["kept_on"], "contact");
    let shown = adviser.post(open, whoever.clone()).await.expect(200);
    assert_eq!(
        (&shown["person"]["id"], &shown["level"]),
        (&json!(ANNE), &json!("hint"))
    );
    other.post(open, whoever).await.problem(403);
    let confirm = format!("/api/v1/me/contacts/{id}/confirm");
    mine.post(&confirm, json!({})).await.expect(200);
    assert_eq!(adviser.get(&after).await["kept_on"], "person");
}

#[tokio::test]
async fn desk_and_citizen_hear_at_once_how_sure_it_is_and_what_the_wrap_up_chose_is_kept() {
    let world = world();
    let adviser = Somebody::new(&world, "/entra", "K990001").await;
    let mine = Somebody::citizen(&world, "bruker-2").await;
    at_work(&adviser).await;
    let desk = json!({"adviser": "K990001"});
    let opened = adviser.post("/api/v1/desk/sessions", desk.clone()).await;
    let session = opened.expect(201)["session"].clone();
    // A second window of the same person is the same desk; a program takes nobody's place.
    let second = adviser.post("/api/v1/desk/sessions", desk.clone()).await;
    assert_eq!(second.expect(201)["session"], session);
    let taken = world.post("/api/v1/desk/sessions", &desk).await;
    assert_eq!(taken.problem(409)["code"], "adviser_taken");

    let unsaid = json!({"channel": "chat", "queue": "chat-foreldrepenger"});
    world.post("/api/v1/contacts", &unsaid).await.expect(201);
    let id = answered(&adviser).await;
    let path = format!(
        "/api/v1/desk/sessions/{}/live",
        session.as_str().expect("a session")
    );
    let mut desk = world.stream_as(&adviser.bearer, &path).await;
    let page = "/api/v1/me/contacts/live";
    let mut page = world.stream_as(&mine.bearer, page).await;
    let levels = |event: &Event| event.data["items"].as_array().unwrap().len();
    assert_eq!(levels(&page.next().await.unwrap()), 0);
    let about = format!("/api/v1/contacts/{id}/person");
    let link = json!({"fnr": ANNE, "level": "hint"});
    adviser.post(&about, link).await.expect(200);
    let is = |event: &Event, level: &str| {
        let (said, items) = (&event.data["contacts"][0]["person"], &event.data["items"]);
        (said == level || items[0]["level"] == level).then_some(())
    };
    desk.until(|event| is(event, "hint")).await;
    page.until(|event| is(event, "hint")).await;
    let confirm = format!("/api/v1/me/contacts/{id}/confirm");
    mine.post(&confirm, json!({})).await.expect(200);
    desk.until(|event| is(event, "logged_in")).await;
    page.until(|event| is(event, "logged_in")).await;
    end(&adviser, &id).await;
    page.until(|event| (levels(event) == 0).then_some(())).await;

    wrap_up(&adviser, &id, "FOR", false).await;
    let reason = json!({"fnr": ANNE, "reason": "Prøve av lovlig lesing"});
    let tab = adviser.post("/api/v1/persons/tabs/communication", reason);
    let tab = tab.await.expect(200);
    let earlier = &tab["contacts"][0];
    assert_eq!(earlier["id"], json!(id));
    assert_eq!(earlier["topic"], "FOR");
    assert!(earlier["unit"].is_string(), "{earlier}");
}

#[tokio::test]
async fn a_topic_that_leaves_no_trace_forgets_whom_it_was_about() {
    let world = world();
    let adviser = Somebody::new(&world, "/entra", "K990001").await;
    let mine = Somebody::citizen(&world, "bruker-2").await;
    at_work(&adviser).await;
    world
        .post(
            "/api/v1/contacts",
            &json!({"channel": "chat", "queue": "chat-gjeld"}),
        )
        .await
        .expect(201);
    let id = answered(&adviser).await;
    let about = format!("/api/v1/contacts/{id}/person");
    let link = json!({"fnr": ANNE, "level": "hint"});
    adviser.post(&about, link).await.expect(200);
    end(&adviser, &id).await;
    assert_eq!(adviser.get(&about).await["level"], "hint");
    wrap_up(&adviser, &id, "STO", true).await;
    let communication = json!({"fnr": ANNE, "reason": "Prøve av lovlig lesing"});
    let tab = adviser
        .post("/api/v1/persons/tabs/communication", communication)
        .await
        .expect(200);
    assert_eq!(tab["contacts"], json!([]));
    // Who read is kept, but nothing leads from there to a queue that tells what it was about.
    let wanted = Wanted {
        limit: 100,
        ..Wanted::default()
    };
    let rows = world.api.records().readings(&wanted).unwrap();
    let by_contact = rows.iter().filter(|row| row.reading.ground == "contact");
    let contacts: Vec<_> = by_contact.map(|row| row.reading.contact).collect();
    assert!(
        !contacts.is_empty() && contacts.iter().all(Option::is_none),
        "{contacts:?}"
    );
    for list in ["notes", "promises", "contacts"] {
        assert_eq!(mine.items(list).await, Vec::<Value>::new(), "{list}");
    }
}

#[tokio::test]
async fn it_is_forgotten_too_when_the_wrap_up_ends_without_a_word() {
    let world = world();
    let adviser = Somebody::new(&world, "/entra", "K990001").await;
    at_work(&adviser).await;
    for (queue, remembered) in [("chat-gjeld", false), ("chat-foreldrepenger", true)] {
        let new = json!({"channel": "chat", "queue": queue});
        world.post("/api/v1/contacts", &new).await.expect(201);
        let id = answered(&adviser).await;
        let link = json!({"fnr": ANNE, "level": "hint"});
        let about = format!("/api/v1/contacts/{id}/person");
        adviser.post(&about, link).await.expect(200);
        end(&adviser, &id).await;
        let done = "/api/v1/advisers/K990001/wrap-up";
        adviser.post(done, json!({"done": true})).await.expect(200);
        let contact = world.api.ids.read_contact(&id).unwrap();
        let linked = || world.api.records().linked(contact).unwrap().is_some();
        let forgotten = async {
            while linked() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if remembered {
            let wait = tokio::time::timeout(Duration::from_secs(1), forgotten);
            assert!(wait.await.is_err(), "{queue} is forgotten");
        } else {
            common::within(forgotten).await;
        }
    }
}

#[tokio::test]
async fn a_register_of_tasks_that_fails_costs_another_try_and_nothing_that_was_typed() {
    let world = world();
    let adviser = Somebody::new(&world, "/entra", "K990001").await;
    let mine = Somebody::citizen(&world, "bruker-2").await;
    at_work(&adviser).await;
    let chat = json!({"channel": "chat", "queue": "chat-foreldrepenger", "topic": "FOR"});
    mine.post("/api/v1/contacts", chat).await.expect(201);
    let id = answered(&adviser).await;
    end(&adviser, &id).await;
    let path = format!("/api/v1/contacts/{id}/after");
    let due = adviser.get(&path).await["promise_due"].clone();
    let body = json!({
        "topic": "FOR", "solved": false, "note": "Vi så på perioden", "promises": [],
        "task": {"unit": "forvaltning-hordaland", "kind": "BEH_HENV", "due": due, "text": "Se på perioden"},
    });
    let trouble = async |trouble: &str| {
        let said = world
            .post("/api/v1/demo/registers/tasks", &json!({"trouble": trouble}))
            .await;
        assert_eq!(said.status, 204);
    };
    trouble("down").await;
    let refused = adviser.post(&path, body.clone()).await.problem(503);
    assert_eq!(refused["register"], "tasks");
    assert_eq!(mine.items("notes").await, Vec::<Value>::new());
    let state = adviser.get(&format!("/api/v1/contacts/{id}")).await;
    assert_eq!(state["state"], "wrap_up", "it is not done yet");
    trouble("none").await;
    adviser.post(&path, body.clone()).await.expect(200);
    adviser.post(&path, body).await.expect(200);
    let matters = mine.get("/api/v1/me/matters").await;
    assert_eq!(matters["tasks"].as_array().unwrap().len(), 1, "{matters}");
}

#[tokio::test]
async fn somebody_is_erased_with_a_row_first_and_a_receipt_of_what_went_and_what_stays() {
    let world = world();
    let adviser = Somebody::new(&world, "/entra", "K990001").await;
    let admin = Somebody::new(&world, "/entra", "K980003").await;
    let auditor = Somebody::new(&world, "/entra", "K980004").await;
    let mine = Somebody::citizen(&world, "bruker-2").await;
    at_work(&adviser).await;
    let chat = json!({"channel": "chat", "queue": "chat-foreldrepenger", "topic": "FOR"});
    mine.post("/api/v1/contacts", chat).await.expect(201);
    let id = answered(&adviser).await;
    end(&adviser, &id).await;
    wrap_up(&adviser, &id, "FOR", false).await;
    let ask = |again: &str, reason: &str| json!({"fnr": ANNE, "again": again, "reason": reason});
    let erase = "/api/v1/access/erase";
    let good = ask(ANNE, "Bruker ba om sletting i brev 14. november");
    adviser.post(erase, good.clone()).await.problem(403);
    auditor.post(erase, good.clone()).await.problem(403);
    admin
        .post(erase, ask("12837110147", "Bruker ba om sletting"))
        .await
        .problem(422);
    admin.post(erase, ask(ANNE, "kort")).await.problem(422);
    assert_eq!(mine.items("notes").await.len(), 1, "nothing is erased yet");
    let receipt = admin.post(erase, good.clone()).await.expect(200);
    assert_eq!(
        (
            &receipt["notes"],
            &receipt["promises"],
            &receipt["contacts"],
            &receipt["reasons"]
        ),
        (&json!(1), &json!(1), &json!(1), &json!(1))
    );
    assert_eq!(receipt["kept"].as_array().unwrap().len(), 5);
    assert!(!receipt.to_string().contains(ANNE));
    for list in ["notes", "promises", "contacts"] {
        assert_eq!(mine.items(list).await, Vec::<Value>::new(), "{list}");
    }
    // Cases and tasks are of those who handle them; who read what stays to be seen.
    let matters = mine.get("/api/v1/me/matters").await;
    assert_eq!(matters["tasks"].as_array().unwrap().len(), 1);
    let readers: Vec<Value> = mine.items("readings").await;
    assert_eq!(readers[0]["reader"], "privacy");
    let rows = auditor.get("/api/v1/access/readings?who=K980003").await;
    assert_eq!(rows["items"].as_array().unwrap().len(), 1);
    assert_eq!(rows["items"][0]["what"], "erase");
    assert_eq!(
        rows["items"][0]["reason"],
        "Bruker ba om sletting i brev 14. november"
    );
    let chain = auditor.get("/api/v1/access/chain").await;
    assert_eq!(chain["ok"], true);
    let again = admin.post(erase, good).await.expect(200);
    assert_eq!(again["notes"], 0);
    let receipts = auditor.get("/api/v1/access/erasures").await;
    assert_eq!(receipts["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_the_person_needs_follows_a_contact_that_is_handed_on() {
    let world = world();
    let adviser = Somebody::new(&world, "/entra", "K990001").await;
    let path = "/api/v1/advisers/K990001/activity";
    let written = json!({"activity": "written"});
    adviser
        .ask(Method::PUT, path, Some(written))
        .await
        .expect(200);
    let message = json!({"channel": "message", "topic": "DAG"});
    let made = world.post("/api/v1/contacts", &message).await.expect(201);
    let id = made["id"].as_str().unwrap();
    assert_eq!(answered(&adviser).await, id);
    // The register has people of every kind; this adviser is cleared for all of them.
    let people = linje_registry::BuiltIn::new(
        2015,
        200,
        std::sync::Arc::new(|| jiff::civil::date(2026, 11, 23)),
    );
    let hidden = (0..200).map(|place| people.at(place)).find(|person| {
        person.protection == linje_registry::Protection::Strict && person.employee.is_none()
    });
    let link = json!({"fnr": hidden.expect("somebody protected").id.digits(), "level": "hint"});
    let about = format!("/api/v1/contacts/{id}/person");
    adviser.post(&about, link).await.expect(200);
    let kinds = async || {
        let view = adviser.get(&format!("/api/v1/contacts/{id}")).await;
        let events = view["events"].as_array().unwrap().clone();
        events
            .into_iter()
            .map(|event| event["kind"].clone())
            .collect::<Vec<_>>()
    };
    assert!(!kinds().await.contains(&json!("contact_needs")));
    let transfer = format!("/api/v1/contacts/{id}/transfer");
    adviser
        .post(&transfer, json!({"queue": "skriv-pensjon"}))
        .await
        .expect(200);
    let kinds = kinds().await;
    let place = |kind: &str| kinds.iter().position(|known| *known == kind);
    let (needs, moved) = (place("contact_needs"), place("contact_transferred"));
    assert!(needs.is_some() && needs < moved, "{kinds:?}");
}
