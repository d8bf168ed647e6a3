//! What is kept about people: sealed, erased by a key, forgotten where nothing may be kept.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::{Path, PathBuf};

use linje_store::{
    AfterCall, Draft, KeptThreat, NewPromise, NewTask, PersonKeys, PromiseState, Reason, Records,
    Subject, Whose,
};
use linje_types::{ContactId, HOUR_US, Timestamp};

const DAY_US: i64 = 24 * HOUR_US;
const SECRET: &str = "Anna spurte om dagpenger";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("linje-people-{name}-{}", std::process::id()));
        std::fs::remove_dir_all(&path).ok();
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("people.sqlite")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

fn keys() -> PersonKeys {
    PersonKeys::new([7; 32])
}

fn after(contact: u64, subject: Option<&str>) -> AfterCall {
    AfterCall {
        contact: ContactId(contact),
        at: Timestamp(DAY_US),
        owner: "K990001".to_owned(),
        unit: "ks-troms".to_owned(),
        subject: subject.map(Subject::new),
        reason: Reason {
            at: Timestamp(DAY_US - 90_000_000),
            key: Some(vec![1, 2, 3]),
            topic: "DAG".to_owned(),
            cause: "brev".to_owned(),
            cause_kind: "letter".to_owned(),
            channel: "voice".to_owned(),
            queue: "arbeid-og-helse".to_owned(),
            unit: "ks-troms".to_owned(),
            solved: false,
            holder: "forvaltning-hordaland".to_owned(),
        },
        note: Some(SECRET.to_owned()),
        task: Some(NewTask {
            kind: "VURD_HENV".to_owned(),
            unit: "forvaltning-hordaland".to_owned(),
            due: "1970-01-02".to_owned(),
            text: SECRET.to_owned(),
        }),
        promises: vec![NewPromise {
            due: "1970-01-03".to_owned(),
            until: Timestamp(3 * DAY_US),
            text: SECRET.to_owned(),
        }],
    }
}

/// Whether any file of the folder holds the words in the clear.
fn is_readable(folder: &Path, words: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        bytes
            .windows(words.len())
            .any(|part| part == words.as_bytes())
    })
}

#[test]
fn a_wrap_up_is_kept_once_and_its_words_are_never_in_the_clear() {
    let folder = Folder::new("once");
    let records = Records::open(&folder.file()).unwrap();
    let whose = Whose::Adviser("K990001".to_owned());
    assert!(records.wrap_up(&keys(), after(5, Some("p1"))).unwrap());
    assert!(!records.wrap_up(&keys(), after(5, Some("p1"))).unwrap());
    let promises = records
        .promises(&keys(), &whose, Timestamp(DAY_US))
        .unwrap();
    assert_eq!(promises.len(), 1);
    assert_eq!(promises[0].text.as_deref(), Some(SECRET));
    let tasks = records.handed_over(&keys(), &whose).unwrap();
    assert_eq!((tasks.len(), tasks[0].task.text.as_str()), (1, SECRET));
    let reasons = records
        .reasons((Timestamp(0), Timestamp(9 * DAY_US)))
        .unwrap();
    assert_eq!(reasons.len(), 1);
    assert_eq!(reasons[0].key.as_deref(), Some(&[1, 2, 3][..]));
    assert!(!is_readable(&folder.0, SECRET));
    drop(records);
    // Another secret opens nothing, and says so.
    let records = Records::open(&folder.file()).unwrap();
    let stranger = PersonKeys::new([8; 32]);
    let error = records
        .notes_of(&stranger, &Subject::new("p1"))
        .unwrap_err();
    assert!(error.to_string().contains("secret"), "{error}");
    let notes = records.notes_of(&keys(), &Subject::new("p1")).unwrap();
    assert_eq!(notes[0].text.as_deref(), Some(SECRET));
}

#[test]
fn erasing_somebody_leaves_rows_that_nobody_can_read_and_others_as_they_were() {
    let folder = Folder::new("erase");
    let records = Records::open(&folder.file()).unwrap();
    records.wrap_up(&keys(), after(5, Some("p1"))).unwrap();
    records.wrap_up(&keys(), after(6, Some("p2"))).unwrap();
    assert!(records.erase(&Subject::new("p1")).unwrap());
    assert!(!records.erase(&Subject::new("p1")).unwrap());
    let read = |name: &str| {
        let notes = records.notes_of(&keys(), &Subject::new(name)).unwrap();
        notes.into_iter().map(|note| note.text).collect::<Vec<_>>()
    };
    assert_eq!(read("p1"), [None]);
    assert_eq!(read("p2"), [Some(SECRET.to_owned())]);
}

#[test]
fn where_nothing_may_be_kept_no_row_names_contact_or_person() {
    let folder = Folder::new("no-log");
    let records = Records::open(&folder.file()).unwrap();
    let mut quiet = after(0x1234_5678_9abc, None);
    quiet.reason.key = Some(b"a key that is not to be".to_vec());
    records.wrap_up(&keys(), quiet).unwrap();
    let reasons = records
        .reasons((Timestamp(0), Timestamp(9 * DAY_US)))
        .unwrap();
    assert_eq!(reasons.len(), 1, "a mark in a figure");
    assert_eq!(reasons[0].key, None);
    assert_eq!(reasons[0].at.0 % HOUR_US, 0, "not even the minute");
    let whose = Whose::Adviser("K990001".to_owned());
    assert!(records.handed_over(&keys(), &whose).unwrap().is_empty());
    let promises = records
        .promises(&keys(), &whose, Timestamp(DAY_US))
        .unwrap();
    assert_eq!((promises.len(), promises[0].contact), (1, None));
    assert!(!is_readable(&folder.0, "a key that is not to be"));
    let kept = records.end_promise(promises[0].id, "K990001", true, Timestamp(2 * DAY_US));
    assert_eq!(kept.unwrap(), Some(PromiseState::Kept));
    let promises = records
        .promises(&keys(), &whose, Timestamp(DAY_US))
        .unwrap();
    assert_eq!(promises[0].text, None, "its words are gone when it ends");
}

#[test]
fn a_promise_breaks_by_itself_and_done_late_is_not_kept() {
    let folder = Folder::new("promise");
    let records = Records::open(&folder.file()).unwrap();
    records.wrap_up(&keys(), after(5, Some("p1"))).unwrap();
    records.wrap_up(&keys(), after(6, Some("p2"))).unwrap();
    let unit = Whose::Unit("ks-troms".to_owned());
    let states = |now: i64| {
        let promises = records.promises(&keys(), &unit, Timestamp(now)).unwrap();
        promises
            .iter()
            .map(|promise| promise.state)
            .collect::<Vec<_>>()
    };
    assert_eq!(states(3 * DAY_US - 1), [PromiseState::Open; 2]);
    assert_eq!(states(3 * DAY_US), [PromiseState::Broken; 2]);
    let first = records.promises(&keys(), &unit, Timestamp(0)).unwrap()[0].id;
    let end = |owner: &str, at: i64| {
        records
            .end_promise(first, owner, true, Timestamp(at))
            .unwrap()
    };
    assert_eq!(end("K990002", DAY_US), None, "only its owner");
    assert_eq!(end("K990001", 4 * DAY_US), Some(PromiseState::Late));
    assert_eq!(end("K990001", 4 * DAY_US), None, "once");
    let counts = records
        .promises_of_unit("ks-troms", Timestamp(5 * DAY_US))
        .unwrap();
    assert_eq!(counts, [(PromiseState::Broken, 1), (PromiseState::Late, 1)]);
}

#[test]
fn a_draft_outlives_the_process_and_ends_with_the_wrap_up() {
    let folder = Folder::new("draft");
    let records = Records::open(&folder.file()).unwrap();
    let draft = Draft {
        contact: ContactId(5),
        owner: "K990001".to_owned(),
        at: Timestamp(3),
        text: SECRET.to_owned(),
    };
    records.put_draft(&keys(), &draft).unwrap();
    drop(records);
    let records = Records::open(&folder.file()).unwrap();
    assert_eq!(records.draft(&keys(), ContactId(5)).unwrap(), Some(draft));
    assert_eq!(records.drafts_of("K990001").unwrap().len(), 1);
    assert!(!is_readable(&folder.0, SECRET));
    records.wrap_up(&keys(), after(5, Some("p1"))).unwrap();
    assert_eq!(records.draft(&keys(), ContactId(5)).unwrap(), None);
}

#[test]
fn a_threat_reaches_the_leader_once_and_is_taken_up_once() {
    let folder = Folder::new("threat");
    let records = Records::open(&folder.file()).unwrap();
    let mut threat = KeptThreat {
        id: 0,
        contact: ContactId(5),
        at: Timestamp(3),
        owner: "K990001".to_owned(),
        unit: "ks-troms".to_owned(),
        queue: "pensjon".to_owned(),
        text: None,
        seen: None,
        seen_by: None,
    };
    records.put_threat(&keys(), &threat).unwrap();
    threat.text = Some("Sa at han vet hvor jeg bor".to_owned());
    records.put_threat(&keys(), &threat).unwrap();
    assert!(
        records
            .threats(&keys(), Some("ks-oppland"))
            .unwrap()
            .is_empty()
    );
    let kept = records.threats(&keys(), Some("ks-troms")).unwrap();
    assert_eq!(
        (kept.len(), kept[0].text.as_deref()),
        (1, threat.text.as_deref())
    );
    assert!(
        records
            .see_threat(kept[0].id, "leder", Timestamp(9))
            .unwrap()
    );
    assert!(
        records
            .see_threat(kept[0].id, "en annen", Timestamp(10))
            .unwrap()
    );
    let kept = records.threats(&keys(), None).unwrap();
    assert_eq!(
        (kept[0].seen, kept[0].seen_by.as_deref()),
        (Some(Timestamp(9)), Some("leder"))
    );
}
