//! The ledger: chats, messages, tasks and calls arrive, the server is killed at random moments, and
//! whatever it acknowledged is there exactly once afterwards, with nothing stuck.
//!
//! `LINJE_KILL9_ROUNDS` sets how often (20), `LINJE_SEED` repeats a run.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use linje_acceptance::command;
use linje_acceptance::dice::{Dice, say};
use linje_acceptance::http::Client;
use linje_acceptance::server::{Options, Server};
use linje_acceptance::sip::Caller;
use linje_acceptance::staff::{Desk, Manner};
use linje_acceptance::wait;
use serde_json::{Value, json};

/// What arrives: channel and topic.
const KINDS: [(&str, &str); 5] = [
    ("chat", "FOR"),
    ("message", "DAG"),
    ("message", "UFO"),
    ("task", "PEN"),
    ("task", "REK"),
];
/// Rounds between two times that all work is done away with.
const DRAIN_EVERY: u32 = 10;
/// Most contacts one sender posts in a round.
const MOST: u32 = 60;

/// What was sent under one key, and the id that came back if any reply did.
#[derive(Debug, Clone)]
struct Sent {
    body: Value,
    id: Option<String>,
}

/// Key -> what was sent; and the contacts that SIP calls were told.
#[derive(Debug, Default)]
struct Ledger(Mutex<BTreeMap<String, Sent>>, Mutex<Vec<String>>);

impl Ledger {
    fn intend(&self, key: &str, body: &Value) {
        let sent = Sent {
            body: body.clone(),
            id: None,
        };
        self.0.lock().expect("lock").insert(key.to_owned(), sent);
    }

    /// Notes an acknowledgement; one that differs from an earlier one is a doubled contact.
    #[track_caller]
    fn acknowledge(&self, key: &str, id: &str) {
        let mut entries = self.0.lock().expect("lock");
        let entry = entries.get_mut(key).expect("an intended key");
        match &entry.id {
            Some(before) => assert_eq!(before, id, "the retried key made a second contact"),
            None => entry.id = Some(id.to_owned()),
        }
    }

    fn call(&self, contact: &str) {
        self.1.lock().expect("lock").push(contact.to_owned());
    }

    fn calls(&self) -> Vec<String> {
        self.1.lock().expect("lock").clone()
    }

    fn entries(&self) -> Vec<(String, Sent)> {
        let entries = self.0.lock().expect("lock");
        entries
            .iter()
            .map(|(key, sent)| (key.clone(), sent.clone()))
            .collect()
    }
}

#[test]
fn what_was_acknowledged_survives_kill_9_exactly_once() {
    let rounds: u32 = std::env::var("LINJE_KILL9_ROUNDS")
        .ok()
        .map_or(20, |rounds| rounds.parse().expect("a number of rounds"));
    let mut dice = Dice::new("kill9");
    let ledger = Ledger::default();
    let mut server = Server::start("kill9", Options::default());
    for round in 1..=rounds {
        one_life(&mut server, &ledger, &mut dice);
        server.start_again();
        retry_all(server.http(), &ledger, &mut dice);
        if round % DRAIN_EVERY == 0 || round == rounds {
            drain(server.http(), &mut dice);
        }
        say(&format!(
            "round {round}: {} contacts and {} calls acknowledged, ready in {} ms",
            ledger.entries().len(),
            ledger.calls().len(),
            server.start_took.as_millis()
        ));
    }
    all_are_closed(server.http(), &ledger);
    assert!(server.stop().success(), "an orderly end");
    the_log_agrees(&server, &ledger);
}

/// Lets contacts arrive and people work until the server is killed.
fn one_life(server: &mut Server, ledger: &Ledger, dice: &mut Dice) {
    let client = server.http().patience(Duration::from_secs(5));
    let (sip, main) = (server.sip(), server.number("main"));
    let stop = AtomicBool::new(false);
    let delay = Duration::from_millis(dice.below(2000));
    std::thread::scope(|scope| {
        let stop = &stop;
        for _ in 0..2 {
            let mut dice = Dice::from_other(dice);
            scope.spawn(move || send(client, ledger, &mut dice, stop));
        }
        for (adviser, activity) in [
            ("K990001", "chat"),
            ("K990002", "written"),
            ("K990003", "phone"),
        ] {
            let mut dice = Dice::from_other(dice);
            scope.spawn(move || work(client, adviser, activity, &mut dice, stop));
        }
        let mut page = Dice::from_other(dice);
        scope.spawn(move || ring_from_the_page(client, &mut page, stop));
        let mut phone = Dice::from_other(dice);
        scope.spawn(move || ring(sip, &main, ledger, &mut phone, stop));
        // Not waiting for anything: the moment of the kill is what is drawn.
        std::thread::sleep(delay);
        server.kill9();
        stop.store(true, Ordering::Relaxed);
    });
}

/// Rings by SIP, again and again, and leaves each call waiting in the menu or a queue.
fn ring(sip: SocketAddr, main: &str, ledger: &Ledger, dice: &mut Dice, stop: &AtomicBool) {
    for _ in 0..10 {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let number = format!("2200{:04}", dice.below(10_000));
        let mut caller = Caller::open(sip, Some(&number)).patience(Duration::from_millis(1_500));
        let called = caller.ring(main);
        // Whatever the server has named is durable, also when the call went no further.
        if let Some(contact) = caller.named() {
            ledger.call(contact);
        }
        let Ok(mut call) = called else {
            return;
        };
        let key = *dice.pick(&['1', '2', '3', '4', '5']);
        if dice.below(4) > 0 && caller.try_press(&mut call, key).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(dice.below(200)));
    }
}

/// Posts contacts until told to stop or nobody answers.
fn send(client: Client, ledger: &Ledger, dice: &mut Dice, stop: &AtomicBool) {
    for _ in 0..MOST {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let (channel, topic) = *dice.pick(&KINDS);
        let body = json!({"channel": channel, "topic": topic});
        let key = dice.key();
        ledger.intend(&key, &body);
        let Ok(reply) = client.try_post("/api/v1/contacts", &key, &body) else {
            return;
        };
        let reply = reply.expect(201);
        ledger.acknowledge(&key, reply["id"].as_str().expect("an id"));
        std::thread::sleep(Duration::from_millis(dice.below(40)));
    }
}

fn work(client: Client, adviser: &str, activity: &str, dice: &mut Dice, stop: &AtomicBool) {
    // The server dies under them: that they end with an error is the point.
    if let Ok(desk) = Desk::sit(client, adviser, activity, dice) {
        drop(desk.work(activity, Manner::Whimsical, dice, stop));
    }
}

/// Rings in from the page a few times, presses a key, and stays in the line.
fn ring_from_the_page(client: Client, dice: &mut Dice, stop: &AtomicBool) {
    for _ in 0..3 {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let body = json!({"number": "main", "answered_by": "me"});
        let Ok(reply) = client.try_post("/api/v1/demo/calls", &dice.key(), &body) else {
            return;
        };
        let reply = reply.expect(201);
        let id = reply["id"].as_str().expect("an id");
        let keys = format!("/api/v1/demo/calls/{id}/keys");
        let body = json!({"key": dice.pick(&["1", "2", "3", "4", "5"])});
        if client.try_post(&keys, &dice.key(), &body).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(dice.below(300)));
    }
}

/// Sends every key of the ledger again that was never answered, and some that were.
fn retry_all(client: Client, ledger: &Ledger, dice: &mut Dice) {
    for (key, sent) in ledger.entries() {
        if sent.id.is_none() || dice.below(20) == 0 {
            let reply = client
                .post("/api/v1/contacts", &key, &sent.body)
                .expect(201);
            ledger.acknowledge(&key, reply["id"].as_str().expect("an id"));
        }
    }
}

/// Lets diligent people take all that waits, of every channel, until nothing is open.
fn drain(client: Client, dice: &mut Dice) {
    let stop = AtomicBool::new(false);
    let activities = ["chat", "written", "tasks", "chat", "written", "tasks"];
    std::thread::scope(|scope| {
        for (activity, number) in activities.into_iter().zip(1..) {
            let mut dice = Dice::from_other(dice);
            let stop = &stop;
            scope.spawn(move || {
                let adviser = format!("K99000{number}");
                let desk = Desk::sit(client, &adviser, activity, &mut dice).expect("a desk");
                desk.work(activity, Manner::Diligent, &mut dice, stop)
                    .expect("work to the end");
                drop(client.delete(&desk.path()));
            });
        }
        let left = wait::until_some(Duration::from_secs(120), || {
            let open = open_contacts(client);
            open.is_empty().then_some(())
        });
        stop.store(true, Ordering::Relaxed);
        assert!(left.is_some(), "stuck: {:?}", open_contacts(client));
    });
}

/// Ids and states of all contacts that are not closed.
fn open_contacts(client: Client) -> Vec<(String, String)> {
    [
        "created", "in_ivr", "queued", "offered", "active", "held", "wrap_up",
    ]
    .iter()
    .flat_map(|state| {
        let list = client.get(&format!("/api/v1/contacts?state={state}&limit=50"));
        let list = list.expect(200);
        let items = list["items"].as_array().cloned().unwrap_or_default();
        items.into_iter().map(|item| {
            let id = item["id"].as_str().unwrap_or_default().to_owned();
            (id, (*state).to_owned())
        })
    })
    .collect()
}

/// Every acknowledged id is a contact of its own that is closed as served.
fn all_are_closed(client: Client, ledger: &Ledger) {
    let mut ids = BTreeSet::new();
    for (key, sent) in ledger.entries() {
        let id = sent
            .id
            .unwrap_or_else(|| panic!("key {key} was never acknowledged"));
        let contact = client.get(&format!("/api/v1/contacts/{id}")).expect(200);
        assert_eq!(contact["state"], "closed", "{contact}");
        assert_eq!(contact["reason"], "served", "{contact}");
        assert!(ids.insert(id), "one contact for two keys: {contact}");
    }
    for id in ledger.calls() {
        let contact = client.get(&format!("/api/v1/contacts/{id}")).expect(200);
        assert_eq!(contact["state"], "closed", "{contact}");
        assert!(ids.insert(id), "one contact for two calls: {contact}");
    }
}

/// The log is whole, replays to one state, and holds each contact's arrival and end once.
fn the_log_agrees(server: &Server, ledger: &Ledger) {
    let verified = command::log("verify", &server.data());
    assert_eq!(verified["ok"], true, "{verified}");
    assert_eq!(
        command::log("replay", &server.data()),
        command::log("replay", &server.data())
    );
    let mut arrived: BTreeMap<String, u32> = BTreeMap::new();
    let mut closed: BTreeMap<String, u32> = BTreeMap::new();
    let mut by_http = 0;
    for event in command::log_export(&server.data()) {
        let contact = event["event"]["contact"].to_string();
        match event["kind"].as_str().unwrap_or_default() {
            "contact_arrived" => {
                *arrived.entry(contact).or_default() += 1;
                // A callback is made by the server itself, without anybody's command.
                let is_asked = event["command_id"].is_string();
                by_http += u32::from(is_asked && event["event"]["channel"] != "voice");
            }
            "contact_closed" => *closed.entry(contact).or_default() += 1,
            _ => {}
        }
    }
    assert!(
        arrived.values().all(|times| *times == 1),
        "a contact arrived twice"
    );
    assert_eq!(arrived, closed, "each contact that arrived closed once");
    let keys = u32::try_from(ledger.entries().len()).expect("a count");
    say(&format!(
        "log: {} arrived, {by_http} not by phone, {keys} keys",
        arrived.len()
    ));
    assert_eq!(by_http, keys, "one contact for each key");
}
