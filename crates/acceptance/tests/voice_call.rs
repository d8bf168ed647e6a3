//! One call with real telephones: baresip rings the main number, hears the menu, presses 2, hears
//! music, a registered baresip rings and answers, and the two hear each other.

use std::time::{Duration, Instant};

use linje_acceptance::command;
use linje_acceptance::server::{Options, Server};
use linje_acceptance::wait;
use linje_voice::audio::{read_wav, to_8_khz};
use linje_voice::testing::{Baresip, BaresipAccount, correlation, has_program, rms, tone};
use serde_json::Value;

const SOON: Duration = Duration::from_secs(20);
/// What recordings must agree by.
const ALIKE: f64 = 0.9;
/// Longer than the menu's prompt and some music.
const LISTEN: Duration = Duration::from_secs(3);
/// Seconds of speech that each phone has to say.
const SPEECH_SAMPLES: u32 = 60 * 8_000;

/// The only contact that is in a state, once there is one.
fn contact_in(server: &Server, state: &str) -> Value {
    wait::until(&format!("the call is {state}"), SOON, || {
        let list = server
            .http()
            .get(&format!("/api/v1/contacts?state={state}"))
            .expect(200);
        list["items"]
            .as_array()
            .and_then(|items| items.first().cloned())
    })
}

/// The samples of a prompt, as `linje prompt export` writes them.
fn prompt(server: &Server, id: &str) -> Vec<i16> {
    let path = server.folder().join("prompt.wav");
    let path_text = path.to_string_lossy();
    let args = [
        "prompt", "export", id, "--lang", "nb", "--output", &path_text,
    ];
    let outcome = command::linje(&args);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let bytes = std::fs::read(&path).expect("the prompt");
    let (samples, rate) = read_wav(&bytes).expect("a WAV file");
    assert_eq!(rate, 8_000, "exactly what is sent");
    to_8_khz(&samples, rate)
}

#[test]
fn a_citizen_rings_presses_a_key_waits_and_is_answered() {
    assert!(
        has_program("baresip"),
        "baresip is not installed: run `cargo xtask setup`"
    );
    let server = Server::start("call", Options::default());
    let menu = prompt(&server, "main-menu");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let heard = runtime.block_on(call(&server));

    let alike = correlation(&heard.caller, &menu);
    assert!(alike >= ALIKE, "the caller heard the menu: {alike:.3}");
    // The music goes round: what was heard may begin anywhere in it.
    let music = prompt(&server, "music").repeat(2);
    assert!(
        rms(&heard.in_queue) > 100.0,
        "it was not silence in the queue"
    );
    let alike = correlation(&music, &heard.in_queue);
    assert!(alike >= ALIKE, "the caller heard the music: {alike:.3}");
    let alike = correlation(&heard.caller, &heard.said_by_phone);
    assert!(alike >= ALIKE, "the caller heard the adviser: {alike:.3}");
    let alike = correlation(&heard.phone, &heard.said_by_caller);
    assert!(alike >= ALIKE, "the adviser heard the caller: {alike:.3}");
}

/// Sound at 8 kHz of one call.
struct Heard {
    caller: Vec<i16>,
    /// The part of it from the queue, before a phone rang.
    in_queue: Vec<i16>,
    phone: Vec<i16>,
    said_by_caller: Vec<i16>,
    said_by_phone: Vec<i16>,
}

/// Starts a telephone; again when another process took its port in the meantime.
async fn start(server: &Server, account: &BaresipAccount, speech: &[i16]) -> Baresip {
    for _ in 0..2 {
        if let Ok(started) = Baresip::start(server.sip(), account, speech).await {
            return started;
        }
    }
    let last = Baresip::start(server.sip(), account, speech).await;
    last.expect("baresip starts")
}

/// Places the call.
async fn call(server: &Server) -> Heard {
    let said_by_caller = tone(330.0, 8_000, SPEECH_SAMPLES);
    let said_by_phone = tone(510.0, 8_000, SPEECH_SAMPLES);
    let phone = &server.ready()["phones"][0];
    let text = |name: &str| phone[name].as_str().expect("a text").to_owned();
    let citizen = BaresipAccount {
        user: "22334455".to_owned(),
        password: None,
        answers: false,
    };
    let adviser = BaresipAccount {
        user: text("user"),
        password: Some(text("password")),
        answers: true,
    };

    let mut caller = start(server, &citizen, &said_by_caller).await;
    let target = format!("sip:{}@{}", server.number("main"), server.sip());
    caller.dial(&target).await.expect("dials");
    caller
        .wait_for("CALL_ESTABLISHED", SOON)
        .await
        .expect("answered by the menu");
    let answered = Instant::now();
    // The menu is to be heard whole; after its words the key is due.
    tokio::time::sleep(LISTEN * 5).await;
    caller.press('2').await.expect("presses");
    let waiting = contact_in(server, "queued");
    assert_eq!(waiting["queue"], "arbeid-og-helse");
    tokio::time::sleep(LISTEN * 2).await;
    let in_queue = answered.elapsed();

    let mut phone = start(server, &adviser, &said_by_phone).await;
    // It registers as it starts, so the call may ring and be answered before anybody listens to it.
    let active = contact_in(server, "active");
    assert_eq!(active["id"], waiting["id"]);
    assert_eq!(active["adviser"], text("adviser"));
    tokio::time::sleep(LISTEN).await;

    caller.hang_up().await.expect("hangs up");
    phone
        .wait_for("CALL_CLOSED", SOON)
        .await
        .expect("the phone is told");
    contact_in(server, "wrap_up");
    let heard = caller.heard().await.expect("a recording");
    let sample = |at: Duration| usize::try_from(at.as_millis() * 8).expect("a place");
    let part = sample(in_queue - LISTEN / 2)..sample(in_queue - LISTEN / 6);
    Heard {
        in_queue: heard.get(part).expect("the time in the queue").to_vec(),
        caller: heard,
        phone: phone.heard().await.expect("a recording"),
        said_by_caller,
        said_by_phone,
    }
}
