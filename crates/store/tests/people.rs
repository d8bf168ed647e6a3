//! What is kept about people: sealed, erased by a key, forgotten where nothing may be kept.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::{Path, PathBuf};

use linje_store::records::linked::Linked;
use linje_store::{
    AfterCall, Draft, DraftEnd, Erasure, KeptThreat, NewPromise, PersonKeys, PromiseState, Reason,
    Records, Subject, Whose,
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
        task: Some("41".to_owned()),
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
    let tasks = records.handed_tasks("K990001", 5).unwrap();
    assert_eq!((tasks.len(), tasks[0].task.as_str()), (1, "41"));
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
fn erasing_somebody_leaves_figures_without_a_person_and_others_as_they_were() {
    let folder = Folder::new("erase");
    let records = Records::open(&folder.file()).unwrap();
    // Somebody who was not sure to be who they said: kept by the number, and erased with the contact.
    let hinted = after(7, Some("number:1"));
    for (contact, whom) in [(5, [1; 16]), (6, [2; 16]), (7, [1; 16])] {
        let (tell, told) = std::sync::mpsc::channel();
        let linked = Linked {
            contact: ContactId(contact),
            whom,
            sealed: vec![1],
            level: 2,
            by: "K990001".to_owned(),
            at: Timestamp(1),
        };
        records.link(linked, move |end| tell.send(end).unwrap());
        told.recv().unwrap().unwrap();
    }
    records
        .wrap_up(&keys(), after(5, Some("person:p1")))
        .unwrap();
    records
        .wrap_up(&keys(), after(6, Some("person:p2")))
        .unwrap();
    records.wrap_up(&keys(), hinted).unwrap();
    let draft = Draft {
        contact: ContactId(5),
        owner: "K990001".to_owned(),
        at: Timestamp(2),
        text: SECRET.to_owned(),
    };
    records.put_draft(&keys(), &draft, None).unwrap();
    let erase = |command: u8| {
        let erasure = Erasure {
            command: [command; 16],
            at: Timestamp(2 * DAY_US),
            by: "K980003".to_owned(),
            whom: [1; 16],
            subject: Subject::new("person:p1"),
        };
        records.erase_person(erasure).unwrap()
    };
    let gone = erase(1);
    assert_eq!(
        (gone.notes, gone.drafts, gone.promises, gone.counted),
        (2, 1, 2, 0)
    );
    assert_eq!((gone.contacts, gone.reasons), (2, 2));
    // Said again it is the same receipt; another request finds nothing left.
    assert_eq!(erase(1), gone);
    assert_eq!(erase(2).notes, 0);
    // Whoever promised and sent is told that it is gone, and once.
    let told = records.erased_of("K990001", Timestamp(0)).unwrap();
    let promises = told.iter().filter(|gone| gone.what == "promise").count();
    assert_eq!(promises, 2);
    assert!(told.iter().all(|gone| gone.made.0 % HOUR_US == 0));
    assert_eq!(records.erasures(5).unwrap().len(), 2);
    let read = |name: &str| {
        let notes = records.notes_of(&keys(), &Subject::new(name)).unwrap();
        notes.into_iter().map(|note| note.text).collect::<Vec<_>>()
    };
    assert_eq!(read("person:p1"), []);
    assert_eq!(read("number:1"), []);
    assert_eq!(read("person:p2"), [Some(SECRET.to_owned())]);
    assert!(records.linked(ContactId(5)).unwrap().is_none());
    assert!(records.linked(ContactId(6)).unwrap().is_some());
    assert!(records.draft(&keys(), ContactId(5)).unwrap().is_none());
    let reasons = records
        .reasons((Timestamp(0), Timestamp(9 * DAY_US)))
        .unwrap();
    assert_eq!(reasons.len(), 3, "figures stay");
    assert_eq!(
        reasons.iter().filter(|reason| reason.key.is_some()).count(),
        1
    );
}

#[test]
fn a_promise_that_ended_is_counted_after_its_citizen_was_erased_and_says_nothing() {
    let folder = Folder::new("counted");
    let records = Records::open(&folder.file()).unwrap();
    records
        .wrap_up(&keys(), after(5, Some("person:p1")))
        .unwrap();
    let late = Timestamp(4 * DAY_US);
    let erasure = Erasure {
        command: [1; 16],
        at: late,
        by: "K980003".to_owned(),
        whom: [1; 16],
        subject: Subject::new("person:p1"),
    };
    let gone = records.erase_person(erasure).unwrap();
    assert_eq!((gone.promises, gone.counted), (0, 1));
    let whose = Whose::Adviser("K990001".to_owned());
    let left = records.promises(&keys(), &whose, late).unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(
        (left[0].state, left[0].contact),
        (PromiseState::Broken, None)
    );
    assert_eq!(left[0].text, None);
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
    assert!(records.handed_tasks("K990001", 5).unwrap().is_empty());
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
    records.put_draft(&keys(), &draft, None).unwrap();
    drop(records);
    let records = Records::open(&folder.file()).unwrap();
    assert_eq!(records.draft(&keys(), ContactId(5)).unwrap(), Some(draft));
    assert_eq!(records.drafts_of("K990001").unwrap().len(), 1);
    assert!(!is_readable(&folder.0, SECRET));
    records.follow_draft(ContactId(5), "K990002").unwrap();
    assert!(records.drafts_of("K990001").unwrap().is_empty());
    assert_eq!(records.drafts_of("K990002").unwrap().len(), 1);
    records.wrap_up(&keys(), after(5, Some("p1"))).unwrap();
    assert_eq!(records.draft(&keys(), ContactId(5)).unwrap(), None);
}

#[test]
fn a_draft_is_written_over_by_whoever_has_seen_it_and_a_wrap_up_is_left_until_done() {
    let folder = Folder::new("over");
    let records = Records::open(&folder.file()).unwrap();
    let draft = |text: &str| Draft {
        contact: ContactId(5),
        owner: "K990001".to_owned(),
        at: Timestamp(3),
        text: text.to_owned(),
    };
    let put =
        |text: &str, over: Option<&str>| records.put_draft(&keys(), &draft(text), over).unwrap();
    let left = |broke: bool| {
        records
            .has_left_over(ContactId(5), "K990001", broke)
            .unwrap()
    };
    assert_eq!((left(false), left(true)), (false, true));
    let DraftEnd::Kept(one) = put("en", Some("")) else {
        panic!("nothing was there");
    };
    assert!(left(false) && one == draft("en").version());
    assert_eq!(put("to", Some("")), DraftEnd::Unseen(Some(draft("en"))));
    assert_eq!(put("", Some("0")), DraftEnd::Unseen(Some(draft("en"))));
    assert!(matches!(put("to", Some(&one)), DraftEnd::Kept(_)));
    assert!(matches!(put("tre", None), DraftEnd::Kept(_)));
    assert_eq!(
        put("", Some(&draft("tre").version())),
        DraftEnd::Kept(String::new())
    );
    assert_eq!(put("fire", Some(&one)), DraftEnd::Unseen(None));
    records
        .leave_wrap_up(ContactId(5), "K990001", Timestamp(4))
        .unwrap();
    assert!(!left(true), "left is left");
    put("fem", None);
    assert!(left(true), "but a draft is still there to be finished");
    records.wrap_up(&keys(), after(5, Some("p1"))).unwrap();
    assert!(!left(true));
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
