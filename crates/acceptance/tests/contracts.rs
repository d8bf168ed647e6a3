//! Every endpoint keeps what it promises, on one server without population.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use linje_acceptance::dice::Dice;
use linje_acceptance::http::{Client, Reply};
use linje_acceptance::server::{Options, Server};
use linje_acceptance::staff::Desk;
use linje_acceptance::{testdata, wait};
use serde_json::{Value, json};

/// How long anything that must show may take to show.
const SOON: Duration = Duration::from_secs(10);

fn start(name: &str) -> Server {
    Server::start(name, Options::default())
}

fn has(value: &Value, fields: &[&str]) {
    for field in fields {
        assert!(
            value.get(*field).is_some(),
            "`{field}` is missing in {value}"
        );
    }
}

fn items(reply: &Reply) -> Vec<Value> {
    let list = reply.expect(200);
    has(&list, &["items", "next"]);
    list["items"].as_array().expect("a list").clone()
}

fn post_contact(client: Client, dice: &mut Dice, channel: &str, topic: &str) -> String {
    let body = json!({"channel": channel, "topic": topic});
    let reply = client
        .post("/api/v1/contacts", &dice.key(), &body)
        .expect(201);
    reply["id"].as_str().expect("an id").to_owned()
}

fn contact(client: Client, id: &str) -> Value {
    client.get(&format!("/api/v1/contacts/{id}")).expect(200)
}

fn press(client: Client, dice: &mut Dice, path: &str, body: &Value) -> Reply {
    client.post(path, &dice.key(), body)
}

#[test]
fn health_clock_and_description() {
    let server = start("health");
    let client = server.http();
    for path in [
        "/isalive",
        "/isready",
        "/internal/isAlive",
        "/internal/isReady",
    ] {
        assert_eq!(client.get(path).status, 200, "{path}");
    }
    for path in ["/metrics", "/internal/prometheus"] {
        let reply = client.get(path);
        assert_eq!(reply.status, 200, "{path}");
        assert!(
            reply.text().contains("# TYPE linje_"),
            "{path}: {}",
            reply.text()
        );
    }
    let clock = client.get("/api/v1/clock").expect(200);
    has(
        &clock,
        &["now", "offset_s", "speed", "mode", "population", "centre"],
    );
    assert_eq!(clock["mode"], "demo");
    assert_eq!(clock["population"], false);
    assert_eq!(clock["centre"]["id"], "national-2015");
    assert!(
        !clock["centre"]["assumed"]
            .as_array()
            .expect("a list")
            .is_empty(),
        "what is assumed is said"
    );
    // The demo's day is a Monday that begins at ten, whatever the wall clock says.
    let now = clock["now"].as_str().expect("a time");
    assert!(now.contains("T10:0"), "{now}");
    assert_eq!(
        clock["offset_s"],
        server.ready()["clock"]["offset_s"],
        "page and ready file agree"
    );
    has(&client.get("/api/v1/version").expect(200), &["version"]);
    let openapi = client.get("/api/openapi.json").expect(200);
    for path in [
        "/api/v1/clock",
        "/api/v1/traffic",
        "/api/v1/queues",
        "/api/v1/queues/{id}",
        "/api/v1/queues/{id}/hour",
        "/api/v1/advisers",
        "/api/v1/advisers/{id}",
        "/api/v1/advisers/{id}/activity",
        "/api/v1/advisers/{id}/wrap-up",
        "/api/v1/live",
        "/api/v1/contacts",
        "/api/v1/contacts/{id}",
        "/api/v1/contacts/{id}/hold",
        "/api/v1/contacts/{id}/resume",
        "/api/v1/contacts/{id}/end",
        "/api/v1/contacts/{id}/transfer",
        "/api/v1/offers/{id}/accept",
        "/api/v1/offers/{id}/decline",
        "/api/v1/measures/definitions",
        "/api/v1/version",
        "/api/v1/desk/sessions",
        "/api/v1/desk/sessions/{session}",
        "/api/v1/desk/sessions/{session}/live",
        "/api/v1/desk/sessions/{session}/synthetic",
        "/api/v1/demo",
        "/api/v1/demo/calls",
        "/api/v1/demo/calls/{id}",
        "/api/v1/demo/calls/{id}/keys",
        "/api/v1/demo/calls/{id}/live",
    ] {
        assert!(
            openapi["paths"].get(path).is_some(),
            "{path} is not described"
        );
    }
}

#[test]
fn the_ready_file_names_ports_numbers_and_phones() {
    let server = start("ready");
    let ready = server.ready();
    has(ready, &["http", "sip", "clock", "numbers", "phones"]);
    assert_eq!(ready["numbers"]["main"], "55553333");
    for number in [
        "partner",
        "pension",
        "international",
        "appeals",
        "debt",
        "eures",
        "support",
        "load",
    ] {
        assert!(ready["numbers"][number].is_string(), "{number}: {ready}");
    }
    let phones = ready["phones"].as_array().expect("a list");
    assert_eq!(phones.len(), 10);
    assert_eq!(phones[0]["adviser"], "K990001");
    has(&phones[0], &["user", "password"]);
    let demo = server.http().get("/api/v1/demo").expect(200);
    has(&demo, &["numbers", "sip", "phones", "advisers_free"]);
}

#[test]
fn queues_advisers_and_traffic() {
    let server = start("reading");
    let client = server.http();
    let queues = items(&client.get("/api/v1/queues"));
    let work = queues
        .iter()
        .find(|queue| queue["id"] == "arbeid-og-helse")
        .expect("the queue of key 2");
    has(
        work,
        &[
            "name",
            "waiting",
            "longest_wait_s",
            "expected_wait_s",
            "sl",
            "advisers",
        ],
    );
    has(&work["sl"], &["value", "answered_within", "offered"]);
    has(&work["advisers"], &["ready", "busy", "wrap_up", "away"]);
    assert_eq!(work["key"], "2");
    let one = client.get("/api/v1/queues/arbeid-og-helse").expect(200);
    has(&one, &["hours", "differences", "skills", "next_change"]);
    has(
        &client
            .get("/api/v1/queues/arbeid-og-helse/hour")
            .expect(200),
        &["id", "items"],
    );
    let _unknown = client.get("/api/v1/queues/no-such-queue").problem(404);

    let free = items(&client.get("/api/v1/advisers?free=true"));
    assert!(free.len() >= 10, "{} free advisers", free.len());
    has(
        &free[0],
        &[
            "id",
            "name",
            "unit",
            "synthetic",
            "signed_in",
            "activity",
            "state",
            "free",
        ],
    );
    let one = client.get("/api/v1/advisers/K990001").expect(200);
    assert_eq!(one["id"], "K990001");
    let _unknown = client.get("/api/v1/advisers/K000000").problem(404);

    let traffic = client.get("/api/v1/traffic").expect(200);
    has(
        &traffic,
        &[
            "seq", "at", "clock", "totals", "queues", "units", "hour", "store",
        ],
    );
    assert_eq!(traffic["units"].as_array().expect("units").len(), 20);
    assert_eq!(traffic["store"]["ok"], true);
    let definitions = items_or_list(&client.get("/api/v1/measures/definitions").expect(200));
    for definition in definitions {
        has(&definition, &["id", "name", "formula", "text", "source"]);
    }
}

fn items_or_list(value: &Value) -> Vec<Value> {
    let list = value.get("items").unwrap_or(value);
    list.as_array().expect("a list").clone()
}

#[test]
fn a_chat_from_arrival_to_the_end_of_its_wrap_up() {
    let server = start("chat");
    let client = server.http();
    let mut dice = Dice::new("chat");
    let desk = Desk::sit(client, "K990001", "chat", &mut dice).expect("a desk");
    let mut views = client.events(&format!("{}/live", desk.path()));
    let id = post_contact(client, &mut dice, "chat", "FOR");

    let offer = views.until("an offer of the chat", SOON, |event| {
        let offer = &event.data["offer"];
        (offer["contact"] == id.as_str()).then(|| offer.clone())
    });
    has(&offer, &["queue", "topic", "waited_s", "expires_at", "why"]);
    let why = offer["why"]["text"].as_str().expect("a why in words");
    assert!(!why.is_empty());
    assert_eq!(contact(client, &id)["state"], "offered");

    let offer = offer["id"].as_str().expect("an id").to_owned();
    let accept = format!("/api/v1/offers/{offer}/accept");
    let accepted = press(client, &mut dice, &accept, &json!({}));
    assert_eq!(accepted.status, 200, "{}", accepted.text());
    assert_eq!(contact(client, &id)["state"], "active");
    // A second answer to the same offer is late, and says so.
    let _late = press(client, &mut dice, &accept, &json!({})).problem(409);

    for (verb, state) in [("hold", "held"), ("resume", "active"), ("end", "wrap_up")] {
        let path = format!("/api/v1/contacts/{id}/{verb}");
        let reply = press(client, &mut dice, &path, &json!({}));
        assert_eq!(reply.status, 200, "{verb}: {}", reply.text());
        assert_eq!(contact(client, &id)["state"], state);
    }
    let wrap_up = "/api/v1/advisers/K990001/wrap-up";
    for body in [
        json!({"extend_s": 60}),
        json!({"stop_clock": true}),
        json!({"done": true}),
    ] {
        let reply = press(client, &mut dice, wrap_up, &body);
        assert_eq!(reply.status, 200, "{body}: {}", reply.text());
    }
    let closed = contact(client, &id);
    assert_eq!(
        (&closed["state"], &closed["reason"]),
        (&json!("closed"), &json!("served"))
    );
    assert_eq!(closed["adviser"], "K990001");
    has(
        &closed,
        &[
            "channel", "queue", "arrived", "enqueued", "answered", "ended", "events",
        ],
    );
    let events = closed["events"].as_array().expect("events");
    let seqs: Vec<i64> = events
        .iter()
        .filter_map(|event| event["seq"].as_i64())
        .collect();
    assert!(seqs.is_sorted() && seqs.len() == events.len(), "{closed}");
    let kinds: Vec<&str> = events
        .iter()
        .filter_map(|event| event["kind"].as_str())
        .collect();
    for kind in [
        "contact_arrived",
        "offer_made",
        "offer_accepted",
        "contact_closed",
    ] {
        assert!(kinds.contains(&kind), "{kind} is not in {kinds:?}");
    }
    let made = events.iter().find(|event| event["kind"] == "offer_made");
    assert!(
        made.expect("an offer")["why"]["text"].is_string(),
        "{closed}"
    );
}

#[test]
fn a_declined_contact_keeps_its_place_and_a_transferred_one_goes_on() {
    let server = start("decline");
    let client = server.http();
    let mut dice = Dice::new("decline");
    let desk = Desk::sit(client, "K990001", "written", &mut dice).expect("a desk");
    let mut views = client.events(&format!("{}/live", desk.path()));
    let id = post_contact(client, &mut dice, "message", "DAG");
    let enqueued = contact(client, &id)["enqueued"].clone();
    let offer = views.until("the offer", SOON, |event| {
        let offer = &event.data["offer"];
        (offer["contact"] == id.as_str())
            .then(|| offer["id"].as_str().map(str::to_owned))
            .flatten()
    });
    let path = format!("/api/v1/offers/{offer}/decline");
    assert_eq!(press(client, &mut dice, &path, &json!({})).status, 200);
    let back = contact(client, &id);
    assert_eq!(back["state"], "queued");
    assert_eq!(back["enqueued"], enqueued, "it keeps its place");
    let adviser = client.get("/api/v1/advisers/K990001").expect(200);
    assert_eq!(adviser["state"], "not_ready");
    assert!(adviser["not_ready_reason"].is_string(), "{adviser}");

    // Another adviser takes it and sends it on.
    let other = Desk::sit(client, "K990002", "written", &mut dice).expect("a desk");
    let mut views = client.events(&format!("{}/live", other.path()));
    let offer = views.until("the offer to the other", SOON, |event| {
        let offer = &event.data["offer"];
        (offer["contact"] == id.as_str())
            .then(|| offer["id"].as_str().map(str::to_owned))
            .flatten()
    });
    let path = format!("/api/v1/offers/{offer}/accept");
    assert_eq!(press(client, &mut dice, &path, &json!({})).status, 200);
    let path = format!("/api/v1/contacts/{id}/transfer");
    let reply = press(client, &mut dice, &path, &json!({"queue": "skriv-pensjon"}));
    assert_eq!(reply.status, 200, "{}", reply.text());
    let moved = contact(client, &id);
    assert_eq!(moved["queue"], "skriv-pensjon");
    assert_eq!(moved["enqueued"], enqueued, "it keeps its place");
}

#[test]
fn one_key_makes_one_contact() {
    let server = start("idempotency");
    let client = server.http();
    let body = json!({"channel": "task", "topic": "PEN"});
    let first = client
        .post("/api/v1/contacts", "the-same-key", &body)
        .expect(201);
    let again = client
        .post("/api/v1/contacts", "the-same-key", &body)
        .expect(201);
    assert_eq!(first["id"], again["id"]);
    assert_eq!(items(&client.get("/api/v1/contacts?state=queued")).len(), 1);
    let other = json!({"channel": "task", "topic": "GEN"});
    let misuse = client.post("/api/v1/contacts", "the-same-key", &other);
    assert!(
        matches!(misuse.status, 409 | 422),
        "the same key for something else is refused: {} {}",
        misuse.status,
        misuse.text()
    );
    // Without a key there is nothing to recognise: each request is a contact of its own.
    let send = || {
        client
            .send("POST", "/api/v1/contacts", &[], Some(&body))
            .expect("a reply")
    };
    let (one, two) = (send().expect(201), send().expect(201));
    assert_ne!(one["id"], two["id"]);
}

#[test]
fn lists_come_in_pages_and_can_be_narrowed() {
    let server = start("pages");
    let client = server.http();
    let mut dice = Dice::new("pages");
    let mut posted: Vec<String> = (0..25)
        .map(|_| post_contact(client, &mut dice, "task", "PEN"))
        .collect();
    let chat = post_contact(client, &mut dice, "chat", "FOR");
    let queue = contact(client, &posted[0])["queue"]
        .as_str()
        .expect("a queue")
        .to_owned();
    let mut seen = Vec::new();
    let mut cursor = String::new();
    for _ in 0..10 {
        let path = format!("/api/v1/contacts?queue={queue}&limit=10{cursor}");
        let page = client.get(&path).expect(200);
        let ids = page["items"].as_array().expect("a list").iter();
        seen.extend(ids.filter_map(|item| item["id"].as_str().map(str::to_owned)));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    seen.sort();
    posted.sort();
    assert_eq!(seen, posted);
    assert!(!seen.contains(&chat));
    let _bad = client.get("/api/v1/contacts?state=asleep").problem(400);
    let _bad = client.get("/api/v1/contacts?cursor=%00%ff").problem(400);
    let _bad = client.get("/api/v1/contacts?since=yesterday").problem(400);
}

#[test]
fn what_makes_no_sense_is_refused_in_plain_words() {
    let server = start("refusals");
    let client = server.http();
    let mut dice = Dice::new("refusals");
    for body in [
        json!({}),
        json!([]),
        json!({"channel": "fax", "topic": "PEN"}),
        json!({"channel": "chat", "topic": "XXX"}),
        json!({"channel": "chat", "topic": "FOR", "queue": "no-such-queue"}),
        json!({"channel": 3, "topic": "FOR"}),
        json!({"channel": "chat", "topic": "FOR", "colour": "red"}),
    ] {
        let reply = press(client, &mut dice, "/api/v1/contacts", &body);
        assert!(
            (400..500).contains(&reply.status),
            "{body}: {}",
            reply.status
        );
        let _problem = reply.problem(reply.status);
    }
    for path in [
        "/api/v1/contacts/no-such-contact",
        "/api/v1/contacts/AAAAAAAAAAA",
        "/api/v1/nothing",
    ] {
        let _problem = client.get(path).problem(404);
    }
    for path in [
        "/api/v1/offers/no-such-offer/accept",
        "/api/v1/contacts/no-such-contact/end",
        "/api/v1/advisers/K000000/wrap-up",
    ] {
        let reply = press(client, &mut dice, path, &json!({"done": true}));
        let _problem = reply.problem(404);
    }
    let reply = client.put(
        "/api/v1/advisers/K990001/activity",
        &json!({"activity": "sleep"}),
    );
    assert!((400..500).contains(&reply.status), "{}", reply.text());
    let reply = client
        .send("DELETE", "/api/v1/contacts", &[], None)
        .expect("a reply");
    assert_eq!(reply.status, 405, "{}", reply.text());
}

#[test]
fn no_body_makes_it_fail() {
    let server = start("bodies");
    let client = server.http();
    let Some(folder) = testdata::folder("torture/json-parsing") else {
        return;
    };
    let mut dice = Dice::new("bodies");
    for (name, body) in testdata::files(&folder) {
        let key = dice.key();
        let headers = [("Idempotency-Key", key.as_str())];
        let reply = client
            .send_raw("POST", "/api/v1/contacts", &headers, Some(&body))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(
            (400..500).contains(&reply.status),
            "{name}: {}",
            reply.status
        );
    }
    assert_eq!(client.get("/isready").status, 200);
}

#[test]
fn a_desk_is_one_persons_at_a_time() {
    let server = start("desk");
    let client = server.http();
    let mut dice = Dice::new("desk");
    let sessions = "/api/v1/desk/sessions";
    let body = json!({"adviser": "K990003"});
    let first = press(client, &mut dice, sessions, &body).expect(201);
    let path = format!(
        "{sessions}/{}",
        first["session"].as_str().expect("a session")
    );
    let mut views = client.events(&format!("{path}/live"));
    let view = views.until("the first view", SOON, |event| {
        (event.name == "desk").then(|| event.data.clone())
    });
    has(
        &view,
        &[
            "at", "seq", "adviser", "offer", "contacts", "today", "queues",
        ],
    );
    let _taken = press(client, &mut dice, sessions, &body).problem(409);
    let reply = client.put(&format!("{path}/synthetic"), &json!({"serve": true}));
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!((200..300).contains(&client.delete(&path).status));
    wait::until("the adviser is signed out", SOON, || {
        let adviser = client.get("/api/v1/advisers/K990003").expect(200);
        (adviser["state"] == "signed_out").then_some(())
    });
    let again = press(client, &mut dice, sessions, &body);
    assert_eq!(again.status, 201, "{}", again.text());
}

#[test]
fn the_live_stream_starts_whole_and_goes_on_where_it_stopped() {
    let server = start("live");
    let client = server.http();
    let mut dice = Dice::new("live");
    let mut live = client.events("/api/v1/live");
    let first = live.next(SOON).expect("a first event");
    assert_eq!(first.name, "snapshot");
    has(&first.data, &["seq", "totals", "queues", "units", "hour"]);
    let id = post_contact(client, &mut dice, "chat", "FOR");
    let change = live.until("a change that names the contact", SOON, |event| {
        let recent = event.data["recent"].as_array()?;
        let is_it = recent.iter().any(|row| row["contact"] == id.as_str());
        (event.name == "change" && is_it).then(|| event.clone())
    });
    let seq: i64 = change
        .id
        .as_deref()
        .expect("an id")
        .parse()
        .expect("a number");
    assert_eq!(
        change.data["seq"].as_i64(),
        Some(seq),
        "the id is the place in the log"
    );
    drop(live);

    let second = post_contact(client, &mut dice, "chat", "FOR");
    let mut live = client
        .events_after("/api/v1/live", change.id.as_deref())
        .expect("a stream");
    live.until(
        "the second contact, in a change or a new snapshot",
        SOON,
        |event| {
            let waiting = event.data["totals"]["waiting"].as_i64()?;
            (waiting == 2).then_some(())
        },
    );
    assert_eq!(contact(client, &second)["state"], "queued");
}

#[test]
fn a_call_from_the_page_walks_through_the_menu_to_an_adviser() {
    let server = start("ring-inn");
    let client = server.http();
    let mut dice = Dice::new("ring-inn");
    let desk = Desk::sit(client, "K990001", "phone", &mut dice).expect("a desk");
    let mut views = client.events(&format!("{}/live", desk.path()));
    let body = json!({"number": "main", "answered_by": "me"});
    let call = press(client, &mut dice, "/api/v1/demo/calls", &body).expect(201);
    let path = format!("/api/v1/demo/calls/{}", call["id"].as_str().expect("an id"));
    let mut live = client.events(&format!("{path}/live"));
    let menu = live.until("the menu", SOON, |event| {
        let has_keys = !event.data["keys"].as_array()?.is_empty();
        (event.data["state"] == "menu" && has_keys).then(|| event.data.clone())
    });
    let keys = menu["keys"].as_array().expect("keys");
    assert!(keys.iter().any(|key| key["key"] == "2"), "{menu}");
    let url = menu["playing"]["items"][0]["url"]
        .as_str()
        .expect("a prompt to hear");
    let prompt = client.get(url);
    assert_eq!(prompt.status, 200, "{url}");
    assert_eq!(prompt.header("content-type"), Some("audio/wav"));
    assert!(prompt.body.starts_with(b"RIFF"), "a WAV file");

    let keys = format!("{path}/keys");
    assert!((200..300).contains(&press(client, &mut dice, &keys, &json!({"key": "2"})).status));
    let offer = views.until("the call is offered at the desk", SOON, |event| {
        let offer = &event.data["offer"];
        (offer["queue"]["id"] == "arbeid-og-helse")
            .then(|| offer["id"].as_str().map(str::to_owned))
            .flatten()
    });
    let reply = press(
        client,
        &mut dice,
        &format!("/api/v1/offers/{offer}/accept"),
        &json!({}),
    );
    assert_eq!(reply.status, 200, "{}", reply.text());
    let active = live.until("the caller talks", SOON, |event| {
        (event.data["state"] == "active").then(|| event.data.clone())
    });
    let id = active["contact"].as_str().expect("a contact").to_owned();
    assert!(
        (200..300).contains(&client.delete(&path).status),
        "hangs up"
    );
    views.until("wrap-up at the desk", SOON, |event| {
        let contacts = event.data["contacts"].as_array()?;
        let row = contacts.iter().find(|row| row["id"] == id.as_str())?;
        (row["state"] == "wrap_up").then_some(())
    });
}

#[test]
fn the_pages_ask_nobody_else_for_anything() {
    let server = start("headers");
    let client = server.http();
    for path in ["/", "/trafikk", "/desk", "/demo"] {
        let page = client.get(path);
        assert_eq!(page.status, 200, "{path}");
        let policy = page.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("default-src 'self'"), "{path}: {policy}");
        assert_eq!(
            page.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert!(
            !page.text().contains("https://"),
            "{path} names another host"
        );
    }
    // A page of another host that a browser was led to must not be able to press a button here.
    let headers = [
        ("Origin", "http://elsewhere.example"),
        ("Idempotency-Key", "from-elsewhere"),
    ];
    let body = json!({"channel": "task", "topic": "PEN"});
    let reply = client
        .send("POST", "/api/v1/contacts", &headers, Some(&body))
        .expect("a reply");
    assert_eq!(reply.status, 403, "{}", reply.text());
}

#[test]
fn an_adviser_who_closes_the_window_is_not_asked_again() {
    let server = start("presence");
    let client = server.http();
    let mut dice = Dice::new("presence");
    let desk = Desk::sit(client, "K990001", "chat", &mut dice).expect("a desk");
    let mut views = client.events(&format!("{}/live", desk.path()));
    let id = post_contact(client, &mut dice, "chat", "FOR");
    views.until("the offer", SOON, |event| {
        (event.data["offer"]["contact"] == id.as_str()).then_some(())
    });
    drop(views);
    // B15: the browser is gone, so after the grace nobody is offered anything there.
    wait::until("the chat is back in line", Duration::from_secs(45), || {
        (contact(client, &id)["state"] == "queued").then_some(())
    });
    let other = Desk::sit(client, "K990002", "chat", &mut dice).expect("a desk");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let mut dice = Dice::from_other(&mut dice);
        let stop = &stop;
        let worker = scope.spawn(move || {
            let manner = linje_acceptance::staff::Manner::Diligent;
            other.work("chat", manner, &mut dice, stop).expect("works")
        });
        wait::until("the other has helped", Duration::from_secs(45), || {
            (contact(client, &id)["state"] == "closed").then_some(())
        });
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        worker.join().expect("the worker")
    });
}
