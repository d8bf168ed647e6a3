//! What an operator can do wrong: each gives one clear line, and nothing starts with less than asked.

use std::net::{TcpListener, UdpSocket};

use linje_acceptance::command::{linje, linje_with};
use linje_acceptance::disk::Disk;
use linje_acceptance::folder::Folder;
use linje_acceptance::server::checkout;

/// The arguments of a demo with data in `data`, on free ports.
fn demo(data: &str) -> Vec<&str> {
    let mut args = vec!["demo", "--no-population", "--data", data];
    args.extend(["--http", "127.0.0.1:0", "--sip", "127.0.0.1:0"]);
    args
}

/// The national centre's description with one text replaced.
fn centre(folder: &Folder, old: &str, new: &str) -> String {
    let path = checkout().join("centres/national-2015.toml");
    let text = std::fs::read_to_string(path).expect("the description");
    assert!(text.contains(old), "`{old}` is in the description");
    let changed = folder.join("centre.toml");
    std::fs::write(&changed, text.replacen(old, new, 1)).expect("writes");
    changed.to_string_lossy().into_owned()
}

#[test]
fn a_description_that_is_no_toml_is_refused_with_its_place() {
    let folder = Folder::new("bad-toml");
    let path = folder.join("centre.toml");
    std::fs::write(&path, "centre.id = \"a\"\n[[queue]\nid = 3\n").expect("writes");
    let path = path.to_string_lossy();
    // What a check finds is its answer, so it is on standard output.
    let check = linje(&["centre", "check", &path]);
    assert_eq!((check.code, check.out.lines().count()), (1, 1), "{check:?}");
    assert!(
        check.out.contains("centre.toml:2:9: error LJ1001"),
        "{check:?}"
    );
    linje(&[
        "serve",
        "--centre",
        &path,
        "--data",
        &folder.join("data").to_string_lossy(),
    ])
    .refused(1, &["centre.toml:2:"]);
}

#[test]
fn an_unknown_key_of_the_description_is_refused_with_line_and_column() {
    let folder = Folder::new("unknown-key");
    let path = centre(&folder, "max_waiting = 5000", "max_wating = 5000");
    let outcome = linje(&["centre", "check", &path]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let said = format!("{}{}", outcome.out, outcome.err);
    assert!(
        said.contains("max_wating") && said.contains("LJ1002"),
        "{said}"
    );
    let text = std::fs::read_to_string(&path).expect("the changed description");
    let line = text.lines().position(|line| line.starts_with("max_wating"));
    let place = format!("centre.toml:{}:1", line.expect("the line") + 1);
    assert!(said.contains(&place), "`{place}` is not in: {said}");
}

#[test]
fn an_unknown_key_of_the_configuration_is_refused_with_line_and_column() {
    let folder = Folder::new("bad-config");
    let path = folder.join("linje.toml");
    std::fs::write(&path, "[http]\nlisten = \"127.0.0.1:0\"\nlissen = 1\n").expect("writes");
    let path = path.to_string_lossy();
    linje(&["serve", "--config", &path]).refused(1, &["linje.toml:3:1", "lissen"]);
}

#[test]
fn a_value_that_cannot_be_is_refused_wherever_it_comes_from() {
    let folder = Folder::new("bad-value");
    let data = folder.join("data").to_string_lossy().into_owned();
    linje_with(
        &["serve", "--data", &data],
        &[("LINJE_HTTP__LISTEN", "127.0.0.1:many")],
    )
    .refused(2, &["127.0.0.1:many"]);
}

#[test]
fn wrong_use_ends_with_2_and_one_line() {
    linje(&["demo", "--fones", "3"]).refused(2, &["--fones"]);
    linje(&["demo", "--phones", "many"]).refused(2, &["many"]);
    linje(&["demo", "--phones", "5001"]).refused(2, &["5001"]);
    linje(&["serv"]).refused(2, &["serv"]);
    linje(&["log", "verify", "--data", "no-such-folder"]).refused(1, &["no-such-folder"]);
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let folder = Folder::new("not-loopback");
    let data = folder.join("data").to_string_lossy().into_owned();
    for flag in ["--http", "--sip"] {
        linje(&["demo", "--data", &data, flag, "0.0.0.0:0"]).refused(2, &["0.0.0.0", "loopback"]);
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let folder = Folder::new("port-taken");
    let data = folder.join("data").to_string_lossy().into_owned();
    let held = TcpListener::bind("127.0.0.1:0").expect("a port");
    let tcp = held.local_addr().expect("an address").to_string();
    let sip = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let udp = sip.local_addr().expect("an address").to_string();
    let mut demo = vec!["demo", "--no-population", "--data", &data];
    demo.extend(["--http", &tcp, "--sip", "127.0.0.1:0"]);
    linje(&demo).refused(1, &["LJ0001", &tcp]);
    let mut demo = vec!["demo", "--no-population", "--data", &data];
    demo.extend(["--http", "127.0.0.1:0", "--sip", &udp]);
    linje(&demo).refused(1, &["LJ0002", &udp]);
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let folder = Folder::new("no-folder");
    let file = folder.join("data");
    std::fs::write(&file, "a file where the folder should be").expect("writes");
    let file = file.to_string_lossy();
    linje(&demo(&file)).refused(1, &["LJ0003", &file]);

    if let Some(disk) = Disk::mount("read-only", 4) {
        disk.read_only();
        let data = disk.path().join("data").to_string_lossy().into_owned();
        linje(&demo(&data)).refused(1, &["LJ0003", &data]);
    }
}

#[test]
fn without_a_voice_the_missing_program_and_its_package_are_named() {
    let folder = Folder::new("no-voice");
    let data = folder.join("data").to_string_lossy().into_owned();
    linje_with(&demo(&data), &[("PATH", "")]).refused(1, &["LJ0005", "espeak-ng"]);
}

#[test]
fn two_servers_never_share_one_folder() {
    let server = linje_acceptance::server::Server::start(
        "one-writer",
        linje_acceptance::server::Options::default(),
    );
    let data = server.data().to_string_lossy().into_owned();
    linje(&demo(&data)).refused(1, &["LJ0004", &data]);
    assert_eq!(server.http().get("/isready").status, 200);
}

#[test]
fn every_command_says_how_it_is_used_with_an_example() {
    for command in [
        "serve",
        "demo",
        "doctor",
        "openapi",
        "centre",
        "centre check",
        "log",
        "log verify",
        "log export",
        "log replay",
        "prompt",
        "prompt export",
    ] {
        let mut args: Vec<&str> = command.split(' ').collect();
        args.push("--help");
        let outcome = linje(&args);
        assert_eq!(outcome.code, 0, "{command}: {outcome:?}");
        assert!(
            outcome.out.contains("Example"),
            "{command}: {}",
            outcome.out
        );
        assert!(outcome.out.contains(command), "{command}: {}", outcome.out);
    }
}
