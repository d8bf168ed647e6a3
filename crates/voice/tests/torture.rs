//! The messages of RFC 4475 and RFC 5118 against a live endpoint: it lives, and a clean call follows each.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops where something is not as it should be, and waits for one event among many"
)]

mod common;

use std::path::PathBuf;

use common::{Line, config};
use linje_voice::testing::{RawSip, test_data};
use linje_voice::{Command, Event};

fn messages() -> Option<Vec<PathBuf>> {
    let root = test_data("torture")?;
    let mut files: Vec<PathBuf> = ["rfc4475", "rfc5118"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && path.extension().is_some_and(|ending| ending == "dat"))
        .filter(|path| !path.display().to_string().contains("no-final-blank-line"))
        .collect();
    files.sort();
    Some(files)
}

const SDP: &str = "v=0\r\no=raw 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n";

/// A whole call by hand: INVITE, 200, and the caller is hung up.
async fn clean_call(line: &mut Line, raw: &RawSip, name: &str) {
    let call_id = format!("clean-{name}");
    let invite = raw
        .request(
            "INVITE",
            "55553333",
            &call_id,
            "Content-Type: application/sdp\r\n",
            SDP,
        )
        .unwrap();
    raw.send(invite.as_bytes()).await.unwrap();
    let call = line
        .expect("the clean call", |event| match event {
            Event::Incoming { call, dialled, .. } if dialled == "55553333" => Some(*call),
            _ => None,
        })
        .await;
    line.send(Command::Answer {
        call,
        contact: "c".into(),
    });
    assert_eq!(
        raw.status_for(&call_id, common::PATIENCE).await,
        Some(200),
        "{name}"
    );
    line.send(Command::HangUp { call });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_61_torture_messages_leave_the_line_alive() {
    let Some(files) = messages() else {
        println!("skipped: no test data");
        return;
    };
    assert_eq!(files.len(), 61, "{files:?}");
    let mut line = Line::open(config(0)).await;
    let raw = RawSip::new(line.voice.local_addr()).await.unwrap();
    for (number, path) in files.iter().enumerate() {
        let name = format!("{number}-{}", path.file_stem().unwrap().to_string_lossy());
        raw.send(&std::fs::read(path).unwrap()).await.unwrap();
        assert_eq!(
            raw.options(&format!("after-{name}")).await.unwrap(),
            Some(200),
            "{name}"
        );
        clean_call(&mut line, &raw, &name).await;
    }
    assert_eq!(line.voice.stats().depth, 0);
}
