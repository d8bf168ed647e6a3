//! Menu, overflow, an expert asked, the citizen taken back, asked again, handed over, end: with real
//! telephones, whose ears are measured.

use std::time::Duration;

use linje_acceptance::command;
use linje_acceptance::dice::Dice;
use linje_acceptance::server::{Options, Server, checkout};
use linje_acceptance::wait;
use linje_voice::testing::{Baresip, BaresipAccount, has_program, tone};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(20);
const LISTEN: Duration = Duration::from_secs(3);
const RATE: u32 = 8_000;
/// Who says which tone, Hz.
const CITIZEN: f64 = 330.0;
const ADVISER: f64 = 510.0;
const EXPERT: f64 = 730.0;

/// The national centre, but nobody waits more than two seconds about layoffs, and the queue that takes them over
/// may ask the experts too.
fn centre(folder: &std::path::Path) -> std::path::PathBuf {
    let path = checkout().join("centres/national-2015.toml");
    let text = std::fs::read_to_string(path).expect("the description");
    let (before, layoffs) = text
        .split_once("id = \"samhandler-permittering\"")
        .expect("the queue for layoffs");
    let layoffs = layoffs.replacen("after = \"5m\"", "after = \"2s\"", 1);
    let (between, other) = layoffs
        .split_once("id = \"samhandler-annet\"")
        .expect("the queue for other matters");
    let other = other.replacen(
        "transfers_to",
        "consults = [\"kompetanse-dagpenger\"]\ntransfers_to",
        1,
    );
    let changed = format!(
        "{before}id = \"samhandler-permittering\"{between}id = \"samhandler-annet\"{other}"
    );
    let path = folder.join("centre.toml");
    std::fs::write(&path, changed).expect("the changed description");
    path
}

/// The only contact of a citizen, once it is so.
fn contact(server: &Server, what: &str, so: impl Fn(&Value) -> bool) -> Value {
    wait::until(what, SOON, || {
        let list = server.http().get("/api/v1/contacts").expect(200);
        let items = list["items"].as_array()?;
        let mut own = items.iter().filter(|item| item["consult_of"].is_null());
        own.find(|item| so(item)).cloned()
    })
}

fn state(server: &Server, state: &str) -> Value {
    contact(server, &format!("the call is {state}"), |item| {
        item["state"] == state
    })
}

/// Seconds in which a tone is most of what was heard.
fn seconds_of(heard: &[i16], frequency: f64) -> f64 {
    let window = usize::try_from(RATE / 10).expect("a window");
    let loud = heard.chunks_exact(window).filter(|part| {
        let turn = std::f64::consts::TAU * frequency / f64::from(RATE);
        let (mut sine, mut cosine, mut all) = (0.0, 0.0, 1.0);
        for (at, sample) in (0_u32..).zip(*part) {
            let value = f64::from(*sample);
            sine += value * (turn * f64::from(at)).sin();
            cosine += value * (turn * f64::from(at)).cos();
            all += value * value;
        }
        let n = f64::from(RATE / 10);
        2.0 * (sine * sine + cosine * cosine) / (n * all) > 0.5
    });
    f64::from(u32::try_from(loud.count()).expect("a count")) / 10.0
}

async fn start(server: &Server, account: &BaresipAccount, frequency: f64) -> Baresip {
    let speech = tone(frequency, 8_000, 120 * RATE);
    for _ in 0..2 {
        if let Ok(started) = Baresip::start(server.sip(), account, &speech).await {
            return started;
        }
    }
    let last = Baresip::start(server.sip(), account, &speech).await;
    last.expect("baresip starts")
}

fn phone(server: &Server, place: usize) -> BaresipAccount {
    let phone = &server.ready()["phones"][place];
    let text = |name: &str| phone[name].as_str().expect("a text").to_owned();
    BaresipAccount {
        user: text("user"),
        password: Some(text("password")),
        answers: true,
    }
}

fn consult(server: &Server, id: &str, dice: &mut Dice) {
    let ask = json!({"queue": "kompetanse-dagpenger"});
    let path = format!("/api/v1/contacts/{id}/consult");
    let reply = server.http().post(&path, &dice.key(), &ask);
    assert!(reply.status < 300, "{}", reply.text());
    contact(server, "the expert talks", |item| {
        item["state"] == "consulting" && item["consult"]["state"] == "active"
    });
}

fn end_consult(server: &Server, id: &str, action: &str, dice: &mut Dice) {
    let path = format!("/api/v1/contacts/{id}/consult/end");
    let reply = server
        .http()
        .post(&path, &dice.key(), &json!({ "action": action }));
    assert!(reply.status < 300, "{}", reply.text());
}

#[test]
fn an_expert_is_asked_while_the_citizen_waits_and_takes_the_citizen_over() {
    assert!(
        has_program("baresip"),
        "baresip is not installed: run `cargo xtask setup`"
    );
    let folder = linje_acceptance::folder::Folder::new("consult-centre");
    let options = Options {
        phones: 2,
        args: vec![
            "--centre".to_owned(),
            centre(folder.path()).to_string_lossy().into_owned(),
        ],
        ..Options::default()
    };
    let mut server = Server::start("consult", options);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let (citizen, adviser, expert) = runtime.block_on(call(&server));
    let heard = [
        ("the citizen heard the adviser", &citizen, ADVISER),
        ("the citizen heard the expert", &citizen, EXPERT),
        ("the adviser heard the citizen", &adviser, CITIZEN),
        ("the adviser heard the expert", &adviser, EXPERT),
        ("the expert heard the adviser", &expert, ADVISER),
        ("the expert heard the citizen", &expert, CITIZEN),
    ];
    for (what, ears, frequency) in heard {
        let seconds = seconds_of(ears, frequency);
        assert!(seconds >= 1.0, "{what} for {seconds} s");
    }
    assert!(server.stop().success(), "an orderly end");
    let log = command::log_export(&server.data());
    let happened: Vec<&str> = log
        .iter()
        .filter_map(|record| record["kind"].as_str())
        .filter(|kind| {
            kind.starts_with("consult") || kind.contains("over") || *kind == "contact_transferred"
        })
        .collect();
    let expected = [
        "contact_overflowed",
        "consult_started",
        "consult_ended",
        "consult_started",
        "contact_handed_over",
        "consult_ended",
    ];
    assert_eq!(happened, expected);
}

async fn call(server: &Server) -> (Vec<i16>, Vec<i16>, Vec<i16>) {
    let mut dice = Dice::new("consult");
    let account = BaresipAccount {
        user: "22334455".to_owned(),
        password: None,
        answers: false,
    };
    let mut citizen = start(server, &account, CITIZEN).await;
    let target = format!("sip:{}@{}", server.number("partner"), server.sip());
    citizen.dial(&target).await.expect("dials");
    citizen
        .wait_for("CALL_ESTABLISHED", SOON)
        .await
        .expect("answered by the menu");
    citizen.press('4').await.expect("presses");
    contact(server, "the call has moved on", |item| {
        item["state"] == "queued" && item["queue"] == "samhandler-annet"
    });

    let mut adviser = start(server, &phone(server, 0), ADVISER).await;
    let id = state(server, "active")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let mut expert = start(server, &phone(server, 1), EXPERT).await;
    wait::until("the expert is there", SOON, || {
        let who = &server.ready()["phones"][1]["adviser"];
        let path = format!("/api/v1/advisers/{}", who.as_str()?);
        let view = server.http().get(&path).expect(200);
        (view["state"] == "ready").then_some(())
    });
    tokio::time::sleep(LISTEN).await;
    consult(server, &id, &mut dice);
    tokio::time::sleep(LISTEN).await;
    end_consult(server, &id, "take_back", &mut dice);
    state(server, "active");
    tokio::time::sleep(LISTEN).await;

    // Whoever was asked writes it up before the next.
    let who = server.ready()["phones"][1]["adviser"]
        .as_str()
        .expect("an id");
    wait::until("the expert has written it up", SOON * 3, || {
        let view = server
            .http()
            .get(&format!("/api/v1/advisers/{who}"))
            .expect(200);
        (view["state"] == "ready").then_some(())
    });
    consult(server, &id, &mut dice);
    tokio::time::sleep(LISTEN).await;
    end_consult(server, &id, "hand_over", &mut dice);
    adviser
        .wait_for("CALL_CLOSED", SOON)
        .await
        .expect("the first adviser's phone ends");
    let active = state(server, "active");
    assert_eq!(active["adviser"], who);
    tokio::time::sleep(LISTEN).await;
    citizen.hang_up().await.expect("hangs up");
    expert
        .wait_for("CALL_CLOSED", SOON)
        .await
        .expect("the expert's phone ends");
    state(server, "wrap_up");
    (
        citizen.heard().await.expect("a recording"),
        adviser.heard().await.expect("a recording"),
        expert.heard().await.expect("a recording"),
    )
}
