//! *Bli ringt opp* at the real server: the promise outlives a power cut, the number is in no log.

use linje_acceptance::dice::Dice;
use linje_acceptance::folder::Folder;
use linje_acceptance::server::{Options, Server};
use linje_acceptance::{command, folder};
use serde_json::json;

const PATH: &str = "/api/v1/callbacks";

/// A server with a line out that nobody answers at, and the folder of its settings.
fn with_line_out(name: &str) -> (Server, Folder) {
    let folder = folder::Folder::new(&format!("{name}-settings"));
    let settings = folder.join("linje.toml");
    let text = "[sip.outgoing]\ntrunk = \"127.0.0.1:9\"\nfrom = \"+4755553333\"\n";
    std::fs::write(&settings, text).expect("the settings");
    let options = Options {
        args: vec![
            "--config".to_owned(),
            settings.to_string_lossy().into_owned(),
        ],
        ..Options::default()
    };
    (Server::start(name, options), folder)
}

#[test]
fn without_a_line_out_nobody_is_promised_to_be_rung() {
    let mut dice = Dice::new("callbacks-no-line");
    let server = Server::start("callbacks-no-line", Options::default());
    let client = server.http();
    let body = json!({"queue": "arbeid-og-helse", "number": "93000017"});
    let problem = client.post(PATH, &dice.key(), &body).problem(409);
    assert_eq!(problem["code"], "no_line_out", "{problem}");
    let list = client.get(PATH).expect(200);
    assert_eq!(list["line_out"], false, "{list}");
    assert_eq!(list["items"], json!([]), "nothing was promised");
}

#[test]
fn a_promise_outlives_a_power_cut_and_its_number_is_in_no_log() {
    let mut dice = Dice::new("callbacks");
    let (mut server, _settings) = with_line_out("callbacks");
    let client = server.http();
    let body = json!({"queue": "arbeid-og-helse", "number": "+47 93 00 00 17"});
    let key = dice.key();
    let booked = client.post(PATH, &key, &body).expect(201);
    let id = booked["id"].as_str().expect("an id").to_owned();
    server.kill9();
    server.start_again();

    let client = server.http();
    let again = client.post(PATH, &key, &body).expect(201);
    assert_eq!(again["id"], id.as_str(), "the same key is the same promise");
    let same = json!({"queue": "pensjon", "number": "93000017"});
    let problem = client.post(PATH, &dice.key(), &same).problem(409);
    assert_eq!(problem["existing"]["id"], id.as_str(), "{problem}");
    let one = client.get(&format!("{PATH}/{id}")).expect(200);
    assert_eq!(
        (&one["state"], &one["until"]),
        (&json!("pending"), &booked["until"])
    );
    let gone = client.delete(&format!("{PATH}/{id}"));
    assert_eq!(gone.status, 204, "{}", gone.text());
    assert!(server.stop().success(), "an orderly end");

    assert!(
        !server.log().contains("93000017"),
        "the server wrote the number"
    );
    let export = command::linje(&["log", "export", "--data", &server.data().to_string_lossy()]);
    assert_eq!(export.code, 0, "{export:?}");
    assert!(
        export.out.contains("callback_asked"),
        "the promise is in the log"
    );
    assert!(!export.out.contains("93000017"), "the number is in the log");
}

#[test]
fn a_number_that_cannot_be_rung_is_refused() {
    let mut dice = Dice::new("callbacks-wrong");
    let (server, _settings) = with_line_out("callbacks-wrong");
    let client = server.http();
    for number in ["112", "02345678", "hemmelig", "+4793"] {
        let body = json!({"queue": "arbeid-og-helse", "number": number});
        let problem = client.post(PATH, &dice.key(), &body).problem(422);
        assert_eq!(problem["errors"][0]["field"], "number", "{problem}");
        assert!(!problem.to_string().contains(number), "{problem}");
    }
}
