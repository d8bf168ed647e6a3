//! The 61 messages of RFC 4475 and RFC 5118 against the whole server: it lives, and a clean call
//! succeeds after each.

use linje_acceptance::server::{Options, Server};
use linje_acceptance::sip::Caller;
use linje_acceptance::testdata;

#[test]
fn the_messages_of_rfc_4475_and_5118_do_no_harm() {
    let folders = ["torture/rfc4475", "torture/rfc5118"].map(testdata::folder);
    let [Some(first), Some(second)] = folders else {
        return;
    };
    let server = Server::start("torture", Options::default());
    let mut caller = Caller::open(server.sip(), Some("22334455"));
    let main = server.number("main");
    let mut messages = 0;
    for (name, bytes) in [first, second]
        .iter()
        .flat_map(|folder| testdata::files(folder))
    {
        if !name.ends_with(".dat") {
            continue;
        }
        messages += 1;
        let sender = Caller::open(server.sip(), None);
        sender.send_raw(&bytes).expect("sends");
        assert_eq!(caller.options(), 200, "after {name}");
        let call = caller.call(&main);
        caller.hang_up(call);
    }
    assert!(messages >= 61, "only {messages} messages");
    assert_eq!(server.http().get("/isready").status, 200);
    assert!(!server.log().contains("panicked"), "a panic in the log");
}
