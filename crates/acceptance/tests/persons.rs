//! People behind the real server: who may be read, by whom, and what is written down first.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]
#![allow(
    clippy::type_complexity,
    reason = "tables of cases are read where they stand"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use linje_acceptance::dice::{Dice, say};
use linje_acceptance::http::Client;
use linje_acceptance::server::{Options, Server, checkout};
use linje_acceptance::sip::Caller;
use linje_acceptance::staff::Desk;
use linje_acceptance::{command, wait};
use linje_centre::{Centre, Role};
use linje_registry::{BuiltIn, Person, Protection};
use linje_types::{Clearance, PersonId};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(20);
const REASON: &str = "Prøve av lovlig lesing";

/// The same people as the server has; their dates do not matter here.
fn register() -> BuiltIn {
    let today = jiff::civil::date(2026, 11, 23);
    BuiltIn::new(2015, BuiltIn::PEOPLE, Arc::new(move || today))
}

fn everybody(register: &BuiltIn) -> impl Iterator<Item = Person> + '_ {
    (0..BuiltIn::PEOPLE).map(|place| register.at(place))
}

/// The ident of an adviser of the centre who is cleared for exactly this.
fn adviser(clearance: Clearance) -> String {
    let text = std::fs::read_to_string(checkout().join("centres/national-2015.toml")).unwrap();
    let centre = Centre::parse(&text).expect("the centre");
    let people = linje_centre::people(&centre);
    let found = people
        .iter()
        .find(|person| person.role == Role::Adviser && person.clearance == clearance);
    found.expect("an adviser with this clearance").ident.clone()
}

fn open(client: &Client, dice: &mut Dice, fnr: &str) -> (u16, Value) {
    let reply = client.post(
        "/api/v1/persons/open",
        &dice.key(),
        &json!({"fnr": fnr, "reason": REASON}),
    );
    (reply.status, reply.json())
}

/// A number of the right form that nobody has.
fn nobody(register: &BuiltIn) -> PersonId {
    let taken: BTreeSet<PersonId> = register.ids().iter().copied().collect();
    let mut free = (0..1000)
        .rev()
        .filter_map(|individual| PersonId::synthetic(1, 1, 1911, individual));
    free.find(|id| !taken.contains(id)).expect("a free number")
}

/// Names that one person only bears: a name of two may be found for the other.
fn own_names(register: &BuiltIn) -> BTreeSet<String> {
    let mut count: BTreeMap<String, u32> = BTreeMap::new();
    for person in everybody(register) {
        *count.entry(person.name).or_default() += 1;
    }
    let single = count.into_iter().filter(|(_, count)| *count == 1);
    single.map(|(name, _)| name).collect()
}

/// What must never reach somebody who is not cleared.
fn canaries(person: &Person, own_names: &BTreeSet<String>) -> Vec<String> {
    let mut strings = vec![person.id.digits(), person.id.spaced()];
    strings.extend(own_names.get(&person.name).cloned());
    strings.extend(person.phones.iter().map(|phone| phone.number.clone()));
    strings.extend(person.account.iter().map(|account| account.number.clone()));
    strings
}

#[test]
fn protected_people_cannot_be_told_from_people_who_are_not_there() {
    let mut dice = Dice::new("canaries");
    let register = register();
    let mut server = Server::start("canaries", Options::default());
    let uncleared = adviser(Clearance::NONE);
    let client = server.http_as(&[("act_as", &uncleared)]);
    let kinds: [(&str, &dyn Fn(&Person) -> bool); 4] = [
        ("strict", &|person| person.protection == Protection::Strict),
        ("strict abroad", &|person| {
            person.protection == Protection::StrictAbroad
        }),
        ("confidential", &|person| {
            person.protection == Protection::Confidential
        }),
        ("shielded", &|person| person.shielded),
    ];
    let nobody = nobody(&register).digits();
    let (status, missing) = open(&client, &mut dice, &nobody);
    assert_eq!(status, 404);
    let (mut hidden, mut absent) = (Vec::new(), Vec::new());
    let names = own_names(&register);
    let mut strings = Vec::new();
    for (name, is) in kinds {
        let people: Vec<Person> = everybody(&register)
            .filter(|person| is(person))
            .take(4)
            .collect();
        assert_eq!(people.len(), 4, "{name}");
        for person in &people {
            strings.extend(canaries(person, &names));
            // The number rings too, so that a contact about this person stands in every list.
            if let Some(phone) = person.phones.first() {
                let mut caller = Caller::open(server.sip(), Some(&phone.number));
                drop(caller.call(&server.number("main")));
            }
            for _ in 0..12 {
                let began = Instant::now();
                let (status, body) = open(&client, &mut dice, &person.id.digits());
                hidden.push(began.elapsed());
                assert_eq!((status, &body), (404, &missing), "{name}");
                let began = Instant::now();
                let (status, body) = open(&client, &mut dice, &nobody);
                absent.push(began.elapsed());
                assert_eq!((status, &body), (404, &missing));
            }
            for ask in [
                json!({"name": person.name, "reason": REASON}),
                json!({"phone": person.phones.first().map_or("+4722334455", |phone| &phone.number), "reason": REASON}),
            ] {
                let reply = client.post("/api/v1/persons/search", &dice.key(), &ask);
                let found = reply.expect(200).to_string();
                for canary in canaries(person, &names) {
                    assert!(!found.contains(&canary), "{name}: a search shows a canary");
                }
            }
        }
    }
    // Relatives of protected people, too, are opened: they must not tell of them.
    for person in everybody(&register).filter(|person| person.facts().needs == Clearance::NONE) {
        let near = person
            .relations
            .iter()
            .any(|relation| relation.needs != Clearance::NONE);
        if near && person.employee.is_none() {
            let (_, body) = open(&client, &mut dice, &person.id.digits());
            let relatives = person
                .relations
                .iter()
                .filter(|relation| relation.needs != Clearance::NONE);
            let hidden = relatives.filter_map(|relation| relation.name.as_ref());
            for name in hidden.filter(|name| names.contains(*name)) {
                assert!(
                    !body.to_string().contains(name.as_str()),
                    "a relative tells of a protected person"
                );
            }
        }
    }
    let document = client.get("/api/openapi.json").expect(200);
    let mut crawled = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        let streams = path.ends_with("/live") || path.contains("{session}");
        if item.get("get").is_none() || streams {
            continue;
        }
        let filled = path
            .replace("{id}", "K990001")
            .replace("{register}", "cases")
            .replace("{tab}", "overview");
        let reply = client.get(&filled);
        crawled += 1;
        let text = reply.text();
        for canary in &strings {
            assert!(
                !text.contains(canary.as_str()),
                "GET {filled} shows a canary"
            );
        }
    }
    let live = client
        .events("/api/v1/live")
        .next(SOON)
        .expect("a snapshot")
        .data
        .to_string();
    let metrics = client.get("/metrics").text();
    let auditor = server.http_as(&[("scope", "access_auditor")]);
    let cef = auditor.get("/api/v1/access/cef").text();
    assert!(cef.lines().count() > 100, "{}", cef.lines().count());
    assert!(server.stop().success(), "an orderly end");
    let log = server.log();
    let events: String = command::log_export(&server.data())
        .iter()
        .map(Value::to_string)
        .collect();
    for (place, text) in [
        ("live", live),
        ("metrics", metrics),
        ("cef", cef),
        ("log file", log),
        ("events", events),
    ] {
        for canary in &strings {
            assert!(!text.contains(canary.as_str()), "{place} holds a canary");
        }
    }
    hidden.sort_unstable();
    absent.sort_unstable();
    let (one, other) = (hidden[hidden.len() / 2], absent[absent.len() / 2]);
    let difference = one.abs_diff(other);
    say(&format!(
        "canaries: {} strings, {crawled} addresses crawled, {} hidden and as many absent opened; medians {one:?} and {other:?}, difference {difference:?}",
        strings.len(),
        hidden.len()
    ));
}

#[test]
fn kin_colleagues_and_oneself_are_refused_and_the_dead_ask_for_a_reason() {
    let mut dice = Dice::new("kin");
    let register = register();
    let server = Server::start("kin", Options::default());
    let client = server.http_as(&[("act_as", "K990002")]);
    let own = everybody(&register)
        .find(|person| person.employee.as_deref() == Some("K990002"))
        .unwrap();
    let spouse = own.relations[0].person.unwrap();
    let colleague = everybody(&register)
        .find(|person| person.employee.as_deref() == Some("K990003"))
        .unwrap();
    for id in [own.id, spouse, colleague.id] {
        let (status, body) = open(&client, &mut dice, &id.digits());
        assert_eq!(
            (status, &body["reason_code"]),
            (403, &json!("AVVIST_HABILITET")),
            "{body}"
        );
    }
    let dead = everybody(&register)
        .find(|person| person.died.is_some())
        .unwrap();
    let (status, body) = open(&client, &mut dice, &dead.id.digits());
    assert_eq!(
        (status, &body["can_be_overridden"]),
        (403, &json!(true)),
        "{body}"
    );
    let ask = json!({"fnr": dead.id.digits(), "reason": REASON, "over": "Etterlatte spør om gravferdsstønad"});
    let opened = client
        .post("/api/v1/persons/open", &dice.key(), &ask)
        .expect(200);
    assert!(
        opened["tags"].as_array().unwrap().contains(&json!("dead")),
        "{}",
        opened["tags"]
    );
    for reason in [json!(null), json!(""), json!("...........")] {
        let ask = json!({"fnr": dead.id.digits(), "reason": reason});
        assert_eq!(
            client
                .post("/api/v1/persons/open", &dice.key(), &ask)
                .status,
            422
        );
    }
    let leader = server.http_as(&[("scope", "leader")]);
    assert_eq!(open(&leader, &mut dice, &dead.id.digits()).0, 403);
    let auditor = server.http_as(&[("scope", "access_auditor")]);
    let rows = auditor
        .get("/api/v1/access/readings?who=K990002&signs=overridden")
        .expect(200);
    assert_eq!(rows["items"][0]["code"], "AVVIST_AVDØD");
    assert!(
        rows["items"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("gravferdsstønad")
    );
    let denied = auditor
        .get("/api/v1/access/readings?permit=false")
        .expect(200);
    assert_eq!(denied["items"].as_array().unwrap().len(), 4, "{denied}");
    assert_eq!(auditor.get("/api/v1/access/chain").expect(200)["ok"], true);
}

#[test]
fn whoever_rings_from_a_known_number_is_a_hint_until_questions_are_answered() {
    let mut dice = Dice::new("hint");
    let register = register();
    let mut server = Server::start("hint", Options::default());
    let strict = everybody(&register)
        .find(|person| person.protection == Protection::Strict && !person.phones.is_empty())
        .unwrap();
    let mut hidden = Caller::open(server.sip(), Some(&strict.phones[0].number));
    let hidden_call = hidden.call(&server.number("load"));
    let barred = everybody(&register)
        .find(|person| {
            person
                .safety
                .iter()
                .any(|measure| measure.kind.bars_phone())
        })
        .unwrap();
    let phone = &barred.phones[0].number;
    let mut caller = Caller::open(server.sip(), Some(phone));
    let call = caller.call(&server.number("load"));
    let programs = server.http();
    wait::until("both wait", SOON, || {
        let queued = programs.get("/api/v1/contacts?state=queued").expect(200);
        (queued["items"].as_array()?.len() == 2).then_some(())
    });
    let hidden_contact = hidden_call.contact.clone();
    hidden.hang_up(hidden_call);
    let client = server.http_as(&[("act_as", "K990001")]);
    let desk = Desk::sit(client, "K990001", "phone", &mut dice).expect("a desk");
    let mut views = client.events(&format!("{}/live", desk.path()));
    let (offer, contact) = views.until("an offer", SOON, |event| {
        let offer = &event.data["offer"];
        Some((
            offer["id"].as_str()?.to_owned(),
            offer["contact"].as_str()?.to_owned(),
        ))
    });
    assert_eq!(contact, call.contact);
    let about = format!("/api/v1/contacts/{contact}/person");
    let hint = client.get(&about).expect(200);
    assert_eq!(
        (&hint["number_of"], &hint["phone_barred"], &hint["level"]),
        (&json!(1), &json!(true), &Value::Null)
    );
    assert!(
        !hint.to_string().contains(&barred.name),
        "a hint names nobody"
    );
    let other = server.http_as(&[("act_as", "K990003")]);
    assert_eq!(other.get(&about).status, 403);
    let early = client.post(&about, &dice.key(), &json!({"level": "hint"}));
    assert_eq!(early.status, 403, "nobody is opened before the answer");
    assert_eq!(
        client
            .post(
                &format!("/api/v1/offers/{offer}/accept"),
                &dice.key(),
                &json!({})
            )
            .status,
        200
    );
    let linked = client
        .post(&about, &dice.key(), &json!({"level": "hint"}))
        .expect(200);
    assert_eq!(
        (&linked["fnr"], &linked["level"]),
        (&json!(barred.id.digits()), &json!("hint"))
    );
    let ask = json!({"fnr": barred.id.digits(), "contact": contact});
    let opened = client
        .post("/api/v1/persons/open", &dice.key(), &ask)
        .expect(200);
    assert_eq!(opened["phone_barred"], true);
    assert_eq!(opened["person"]["name"], barred.name.as_str());
    assert_eq!(
        other.post("/api/v1/persons/open", &dice.key(), &ask).status,
        403
    );
    let asked = client
        .post(
            &format!("{about}/questions"),
            &dice.key(),
            &json!({"fnr": barred.id.digits()}),
        )
        .expect(200);
    assert_eq!(asked["questions"].as_array().unwrap().len(), 3);
    let one = json!({"fnr": barred.id.digits(), "level": "questions", "right": [0, 0]});
    assert_eq!(client.post(&about, &dice.key(), &one).status, 422);
    let two = json!({"fnr": barred.id.digits(), "level": "questions", "right": [0, 2]});
    assert_eq!(
        client.post(&about, &dice.key(), &two).expect(200)["level"],
        "questions"
    );
    let tab = client
        .post("/api/v1/persons/tabs/communication", &dice.key(), &ask)
        .expect(200);
    assert_eq!(tab["contacts"][0]["id"], contact.as_str());
    // A protected person in a live contact: the same words as for a number that is wrong.
    let cleared = json!({"fnr": strict.id.digits(), "contact": contact});
    assert_eq!(
        client
            .post("/api/v1/persons/open", &dice.key(), &cleared)
            .status,
        200,
        "K990001 is cleared"
    );
    drop(views);
    caller.hang_up(call);
    assert!(server.stop().success(), "an orderly end");
    let events = command::log_export(&server.data());
    let needs = events.iter().filter(|event| {
        event.to_string().contains("ContactNeeds") || event["kind"] == "contact_needs"
    });
    let needs: Vec<String> = needs.map(Value::to_string).collect();
    assert_eq!(
        needs.len(),
        1,
        "the protected caller needs somebody who is cleared: {needs:?} {hidden_contact}"
    );
}

#[test]
fn registers_in_trouble_cost_their_part_of_the_page_and_no_call() {
    let mut dice = Dice::new("registers");
    let register = register();
    let server = Server::start("registers", Options::default());
    let client = server
        .http_as(&[("act_as", "K990001")])
        .patience(Duration::from_secs(30));
    let person = register.at(10).id.digits();
    let ask = json!({"fnr": person, "reason": REASON});
    let overview =
        |dice: &mut Dice| client.post("/api/v1/persons/tabs/overview", &dice.key(), &ask);
    let trouble = |dice: &mut Dice, register: &str, trouble: &str| {
        let path = format!("/api/v1/demo/registers/{register}");
        assert_eq!(
            client
                .post(&path, &dice.key(), &json!({"trouble": trouble}))
                .status,
            204
        );
    };
    assert_eq!(overview(&mut dice).expect(200)["failed"], json!([]));
    for (word, why) in [("down", "down"), ("wrong", "wrong"), ("slow", "slow")] {
        trouble(&mut dice, "payments", word);
        let began = Instant::now();
        let page = overview(&mut dice).expect(200);
        assert_eq!(
            page["failed"],
            json!([{"register": "payments", "why": why}])
        );
        assert!(page["payments"].is_null() && page["cases"].is_array());
        say(&format!(
            "registers: payments {word}: the page took {:?}",
            began.elapsed()
        ));
    }
    trouble(&mut dice, "payments", "down");
    for _ in 0..3 {
        drop(overview(&mut dice));
    }
    let resting = overview(&mut dice).expect(200);
    assert_eq!(resting["failed"][0]["why"], "resting");
    trouble(&mut dice, "payments", "none");
    wait::until("the register is asked again by itself", SOON, || {
        let page = overview(&mut dice).expect(200);
        page["payments"].is_array().then_some(())
    });
    for register in [
        "persons",
        "preferences",
        "cases",
        "payments",
        "powers",
        "offices",
        "tasks",
        "organisations",
        "benefits",
        "follow_up",
        "notices",
    ] {
        trouble(&mut dice, register, "down");
    }
    let refused = client
        .post("/api/v1/persons/open", &dice.key(), &ask)
        .problem(503);
    assert_eq!(refused["register"], "persons");
    let mut caller = Caller::open(server.sip(), Some(&register.at(10).phones[0].number));
    let call = caller.call(&server.number("load"));
    let desk = Desk::sit(client, "K990001", "phone", &mut dice).expect("a desk");
    let mut views = client.events(&format!("{}/live", desk.path()));
    let offer = views.until("an offer with every register down", SOON, |event| {
        event.data["offer"]["id"].as_str().map(str::to_owned)
    });
    assert_eq!(
        client
            .post(
                &format!("/api/v1/offers/{offer}/accept"),
                &dice.key(),
                &json!({})
            )
            .status,
        200
    );
    caller.hang_up(call);
}

/// Readings per run; `LINJE_READINGS` asks for more.
fn readings() -> usize {
    std::env::var("LINJE_READINGS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000)
}

#[test]
fn no_reading_is_answered_without_its_row_whenever_the_power_goes() {
    let mut dice = Dice::new("rows");
    let register = Arc::new(register());
    let mut server = Server::start("rows", Options::default());
    let wanted = readings();
    let (mut answered, mut asked, mut kills): (BTreeSet<usize>, usize, u32) = Default::default();
    while answered.len() < wanted {
        let client = server.http_as(&[("act_as", "K990001")]);
        let until = Instant::now() + Duration::from_millis(300 + dice.below(900));
        let mut readers = Vec::new();
        for turn in 0..4_usize {
            let (register, from) = (Arc::clone(&register), asked + turn);
            let mut dice = Dice::from_other(&mut dice);
            readers.push(std::thread::spawn(move || {
                let mut done = Vec::new();
                let mut number = from;
                while Instant::now() < until + Duration::from_secs(2) {
                    let place = usize::try_from(dice.below(u64::from(BuiltIn::PEOPLE))).unwrap();
                    let ask = json!({"fnr": register.ids()[place].digits(), "reason": format!("lesing nummer {number:07}")});
                    let path = *dice.pick(&["open", "tabs/payments", "tabs/cases", "tabs/overview"]);
                    match client.try_post(&format!("/api/v1/persons/{path}"), &dice.key(), &ask) {
                        Ok(reply) => {
                            assert!(matches!(reply.status, 200 | 403 | 404), "{}", reply.status);
                            done.push(number);
                        }
                        Err(_) => break,
                    }
                    number += 4;
                }
                (number, done)
            }));
        }
        std::thread::sleep(until.saturating_duration_since(Instant::now()));
        server.kill9();
        kills += 1;
        for reader in readers {
            let (last, done) = reader.join().expect("a reader");
            asked = asked.max(last + 4);
            answered.extend(done);
        }
        asked = asked.next_multiple_of(4);
        server.start_again();
    }
    let auditor = server
        .http_as(&[("scope", "access_auditor")])
        .patience(Duration::from_secs(60));
    let mut rows: BTreeMap<usize, u32> = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let page = auditor
            .get(&format!("/api/v1/access/readings?limit=500{cursor}"))
            .expect(200);
        for row in page["items"].as_array().expect("rows") {
            let number = row["reason"]
                .as_str()
                .and_then(|text| text.strip_prefix("lesing nummer ")?.parse().ok());
            *rows.entry(number.expect("a reading of ours")).or_default() += 1;
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let without: Vec<&usize> = answered
        .iter()
        .filter(|number| !rows.contains_key(number))
        .collect();
    assert!(without.is_empty(), "answered without a row: {without:?}");
    assert!(
        rows.values().all(|count| *count == 1),
        "a reading has one row"
    );
    let unanswered = rows.len() - answered.len();
    assert!(
        unanswered <= 4 * kills as usize,
        "rows of readings that were cut off: {unanswered}"
    );
    assert_eq!(auditor.get("/api/v1/access/chain").expect(200)["ok"], true);
    say(&format!(
        "rows: {} readings answered over {kills} kills, {} rows, {unanswered} of them cut off before the answer, 0 answered without a row",
        answered.len(),
        rows.len()
    ));
}
