//! What every backend promises.

use std::sync::Arc;

use linje_desk::{Accepted, Batch, Remembered, VaultRow, VaultWrite, field};
use linje_event::Rejection;
use linje_store::{Error, Fault, Faults, Query, Stage, Store};
use linje_types::{AdviserId, ContactId, Timestamp};

use crate::world::{Day, SLOW, VERSION, ZIP, on_each, tables, tables_of};

#[test]
fn what_is_appended_is_read_in_order_and_replays_to_the_same_state() {
    on_each(|mut store, reopen| {
        let tables = tables();
        let mut day = Day::new(&tables);
        let mut written = Vec::new();
        for size in [1, 30, 400] {
            let batch = day.batch(size);
            store.append(&batch).unwrap();
            written.extend(batch.records);
        }
        let reader = store.reader().unwrap();
        let read = reader.log(0, usize::MAX).unwrap();
        assert_eq!(read.len(), written.len());
        for (logged, record) in read.iter().zip(&written) {
            assert_eq!((logged.seq, logged.at), (record.seq, record.at));
            assert_eq!(logged.event, record.event);
        }
        assert_eq!(reader.log(10, 5).unwrap(), read[10..15]);
        let replayed = reader.replay(&mut tables_of(&tables)).unwrap().unwrap();
        assert_eq!(replayed.hash(), day.state.hash());
        let store = reopen(&store);
        assert_eq!(store.head().seq, day.seq);
        let recovered = store
            .reader()
            .unwrap()
            .recover(&mut tables_of(&tables))
            .unwrap();
        let (state, version) = recovered.state.unwrap();
        assert_eq!((state.hash(), version), (day.state.hash(), VERSION));
        assert_eq!(recovered.replayed, day.seq);
    });
}

#[test]
fn an_empty_log_recovers_to_nothing() {
    on_each(|store, _| {
        let recovered = store.reader().unwrap().recover(&mut |_| None).unwrap();
        assert!(recovered.state.is_none());
        assert_eq!((recovered.seq, recovered.at), (0, Timestamp::ZERO));
        let verdict = store.reader().unwrap().verify().unwrap();
        assert!(verdict.ok && verdict.events == 0);
    });
}

#[test]
fn a_second_opener_fences_the_first() {
    on_each(|mut first, reopen| {
        let mut day = Day::new(&tables());
        first.append(&day.batch(10)).unwrap();
        let mut second = reopen(&first);
        assert_eq!(second.head().epoch, first.head().epoch + 1);
        let batch = day.batch(10);
        assert!(matches!(first.append(&batch), Err(Error::Fenced { .. })));
        second.append(&batch).unwrap();
        assert!(matches!(first.append(&batch), Err(Error::Fenced { .. })));
        let verdict = second.reader().unwrap().verify().unwrap();
        assert!(verdict.ok, "{verdict:?}");
        assert_eq!(verdict.events, day.seq);
        let epochs: Vec<u64> = second
            .reader()
            .unwrap()
            .log(0, usize::MAX)
            .unwrap()
            .iter()
            .map(|logged| logged.epoch)
            .collect();
        assert!(epochs.is_sorted());
    });
}

#[test]
fn a_batch_whose_reply_was_lost_is_recognised_and_another_is_not() {
    on_each(|store, _| {
        let faults = Faults::default();
        let mut store = store.with_faults(&faults);
        let mut day = Day::new(&tables());
        let batch = day.batch(20);
        faults.once(Fault::LoseReply);
        assert!(store.append(&batch).is_err());
        store.append(&batch).unwrap();
        store.append(&batch).unwrap();
        let mut other = batch.clone();
        other.records[3].at = other.records[4].at;
        assert!(matches!(store.append(&other), Err(Error::Behind { .. })));
        other.records.truncate(5);
        assert!(matches!(store.append(&other), Err(Error::Behind { .. })));
        assert_eq!(store.head().seq, batch.last_seq());
        faults.once(Fault::Full);
        let next = day.batch(20);
        assert!(matches!(store.append(&next), Err(Error::Full { .. })));
        faults.once(Fault::Fail);
        assert!(matches!(
            store.append(&next),
            Err(Error::Unavailable { .. })
        ));
        store.append(&next).unwrap();
        assert!(store.reader().unwrap().verify().unwrap().ok);
    });
}

#[test]
fn a_batch_with_a_gap_or_time_going_back_is_refused_whole() {
    on_each(|mut store, _| {
        let mut day = Day::new(&tables());
        store.append(&day.batch(20)).unwrap();
        let good = day.batch(10);
        let mut gap = good.clone();
        gap.records.remove(2);
        assert!(matches!(store.append(&gap), Err(Error::Invalid(_))));
        let mut back = good.clone();
        back.records[5].at = Timestamp(1);
        assert!(matches!(store.append(&back), Err(Error::Invalid(_))));
        let mut ahead = good.clone();
        ahead.expected_seq += 1;
        assert!(matches!(store.append(&ahead), Err(Error::Behind { .. })));
        store.append(&good).unwrap();
        assert!(store.reader().unwrap().verify().unwrap().ok);
    });
}

#[test]
fn contacts_are_folded_with_the_log_and_found_again() {
    on_each(|mut store, reopen| {
        let mut day = Day::new(&tables());
        store.append(&day.batch(300)).unwrap();
        let mut store = reopen(&store);
        store.append(&day.batch(3_000)).unwrap();
        let reader = store.reader().unwrap();
        let waiting = Query {
            state: Some(Stage::Queued),
            limit: 1_000,
            ..Query::default()
        };
        let waiting = reader.contacts(&waiting).unwrap();
        let expected: Vec<ContactId> = day.state.contacts().map(|view| view.id).collect();
        assert_eq!(waiting.len(), expected.len());
        assert!(waiting.iter().all(|it| expected.contains(&it.id)));
        assert!(
            waiting
                .iter()
                .all(|it| it.queue == Some(SLOW) && it.adviser.is_none())
        );
        let closed = Query {
            state: Some(Stage::Closed),
            queue: Some(ZIP),
            limit: 1_000,
            ..Query::default()
        };
        let closed = reader.contacts(&closed).unwrap();
        let one = closed[closed.len() / 2];
        assert!(one.answered.is_some() && one.ended >= one.answered);
        assert_eq!(reader.contact(one.id).unwrap(), Some(one));
        assert_eq!(reader.contact(ContactId(77 << 40)).unwrap(), None);
        let kinds: Vec<&str> = reader
            .events_of(one.id)
            .unwrap()
            .iter()
            .map(|logged| logged.event.kind())
            .collect();
        let life = ["contact_arrived", "contact_queued", "contact_assigned"];
        assert_eq!(kinds[..3], life);
        assert_eq!(kinds.last(), Some(&"contact_closed"));
        let adviser = Query {
            adviser: one.adviser,
            since: Some(one.arrived),
            ..Query::default()
        };
        let theirs = reader.contacts(&adviser).unwrap();
        assert!(theirs.contains(&one));
        assert!(
            theirs
                .iter()
                .all(|it| it.adviser == one.adviser && it.arrived >= one.arrived)
        );
        let nobody = Query {
            adviser: Some(AdviserId(999)),
            ..Query::default()
        };
        assert!(reader.contacts(&nobody).unwrap().is_empty());
    });
}

#[test]
fn pages_follow_each_other_without_gap_or_repeat() {
    on_each(|mut store, _| {
        let mut day = Day::new(&tables());
        store.append(&day.batch(1_500)).unwrap();
        let reader = store.reader().unwrap();
        let all = reader
            .contacts(&Query {
                limit: 1_000,
                ..Query::default()
            })
            .unwrap();
        assert!(
            all.windows(2)
                .all(|two| (two[0].arrived, two[0].id) > (two[1].arrived, two[1].id))
        );
        let mut paged = Vec::new();
        let mut query = Query {
            limit: 37,
            ..Query::default()
        };
        loop {
            let page = reader.contacts(&query).unwrap();
            let Some(last) = page.last() else { break };
            query.before = Some((last.arrived, last.id));
            paged.extend(page);
        }
        assert_eq!(paged, all);
    });
}

#[test]
fn replies_vault_and_centre_survive_and_expire() {
    on_each(|mut store, reopen| {
        let mut day = Day::new(&tables());
        let mut batch = day.batch(10);
        let at = batch.records[0].at;
        let accepted = Accepted {
            contact: Some(ContactId(3)),
            offer: None,
            closed: None,
            seq: 4,
        };
        let reply = |id, at, outcome| Remembered {
            id,
            fingerprint: u64::MAX - 5,
            at,
            outcome,
        };
        batch.replies = vec![
            reply(u128::MAX, at, Ok(accepted)),
            reply(2, at.plus_s(90_000), Err(Rejection::StaleOffer)),
        ];
        let row = |field: &str, expires| VaultRow {
            contact: ContactId(3),
            field: field.to_owned(),
            value: vec![1, 2, 3],
            expires,
        };
        let put = |field, expires| VaultWrite::Put(row(field, expires));
        batch.vault = vec![
            put(field::CALLER, Timestamp::NEVER),
            put(field::REDIAL, at.plus_s(600)),
            put("gone", Timestamp::NEVER),
            VaultWrite::Delete {
                contact: ContactId(3),
                field: "gone".to_owned(),
            },
        ];
        store.append(&batch).unwrap();
        store.put_centre(VERSION, 12, "name = \"test\"").unwrap();
        store.put_extra("measures", 9, b"figures").unwrap();
        store.put_extra("measures", 10, b"newer").unwrap();
        let mut store = reopen(&store);
        let reader = store.reader().unwrap();
        let mut remembered = reader.remembered().unwrap();
        remembered.sort_by_key(|reply| reply.id);
        assert_eq!(remembered, [batch.replies[1], batch.replies[0]]);
        assert_eq!(reader.vault(ContactId(3), "gone").unwrap(), None);
        let caller = row(field::CALLER, Timestamp::NEVER);
        assert_eq!(reader.vault_field(field::CALLER).unwrap(), [caller]);
        let centre = reader.centre(VERSION).unwrap().unwrap();
        assert_eq!(
            (centre.phones, centre.source.as_str()),
            (12, "name = \"test\"")
        );
        assert_eq!(reader.centre(1).unwrap(), None);
        assert_eq!(reader.extra("measures").unwrap().unwrap().body, b"newer");
        let recovered = reader.recover(&mut tables_of(&tables())).unwrap();
        assert_eq!((recovered.vault.len(), recovered.remembered.len()), (2, 2));
        assert!(reader.verify().unwrap().ok);
        store
            .put_snapshot(
                (store.head().seq, at.plus_s(86_400)),
                VERSION,
                &day.state.snapshot(),
            )
            .unwrap();
        assert_eq!(reader.remembered().unwrap(), [batch.replies[1]]);
        assert!(reader.vault_field(field::REDIAL).unwrap().is_empty());
    });
}

#[test]
fn a_batch_without_records_can_be_repeated() {
    on_each(|mut store, _| {
        let mut day = Day::new(&tables());
        store.append(&day.batch(10)).unwrap();
        let head = store.head();
        let batch = Batch {
            expected_seq: head.seq,
            replies: vec![Remembered {
                id: 1,
                fingerprint: 2,
                at: head.at,
                outcome: Err(Rejection::NotYours),
            }],
            ..Batch::default()
        };
        store.append(&batch).unwrap();
        store.append(&batch).unwrap();
        assert_eq!(store.head(), head);
        assert_eq!(store.reader().unwrap().remembered().unwrap(), batch.replies);
    });
}

#[test]
fn a_snapshot_shortens_the_start_and_changes_nothing() {
    on_each(|mut store, reopen| {
        let tables = tables();
        let mut day = Day::new(&tables);
        for _ in 0..3 {
            let batch = day.batch(500);
            store.append(&batch).unwrap();
            let at = batch.records.last().unwrap().at;
            store
                .put_snapshot((day.seq, at), VERSION, &day.state.snapshot())
                .unwrap();
        }
        let kept = day.seq;
        store.append(&day.batch(100)).unwrap();
        let store = reopen(&store);
        let reader = store.reader().unwrap();
        let recovered = reader.recover(&mut tables_of(&tables)).unwrap();
        assert_eq!(recovered.replayed, day.seq - kept);
        assert_eq!(recovered.seq, day.seq);
        assert_eq!(recovered.state.unwrap().0.hash(), day.state.hash());
        assert!(reader.verify().unwrap().ok);
        let unknown = reader.recover(&mut |_| None);
        assert!(unknown.is_err_and(|error| error.to_string().contains("feedf00d")));
    });
}

#[test]
fn a_snapshot_ahead_of_the_log_is_refused() {
    on_each(|mut store, _| {
        let refused = store.put_snapshot((5, Timestamp(5)), VERSION, b"state");
        assert!(matches!(refused, Err(Error::Invalid(_))));
    });
}

#[test]
fn an_export_is_one_json_object_a_line() {
    on_each(|mut store, _| {
        let mut day = Day::new(&tables());
        store.append(&day.batch(60)).unwrap();
        let mut text = Vec::new();
        let n_records = store.reader().unwrap().export(&mut text).unwrap();
        assert_eq!(n_records, day.seq);
        let lines: Vec<serde_json::Value> = String::from_utf8(text)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len() as u64, day.seq);
        assert_eq!(lines[0]["kind"], "centre_published");
        assert_eq!(lines[0]["event"]["version"], VERSION);
        assert_eq!(lines[5]["seq"], 6);
    });
}

#[test]
fn a_log_can_be_read_while_it_is_written() {
    on_each(|mut store, _| {
        let mut day = Day::new(&tables());
        store.append(&day.batch(50)).unwrap();
        let reader = Arc::new(store.reader().unwrap());
        let last = store.head().seq + 4_000;
        let walker = std::thread::spawn({
            let reader = Arc::clone(&reader);
            move || {
                let mut seen = 0;
                while seen < last {
                    let page = reader.log(seen, 500).unwrap();
                    assert!(
                        page.iter()
                            .map(|it| it.seq)
                            .eq(seen + 1..=seen + page.len() as u64)
                    );
                    seen += page.len() as u64;
                }
            }
        });
        while store.head().seq < last {
            store.append(&day.batch(40)).unwrap();
        }
        walker.join().unwrap();
    });
}

#[test]
fn urls_that_are_not_understood_are_named() {
    for url in ["postgres://x", "linje.db", "sqlite:"] {
        let error = Store::open(url).unwrap_err();
        assert!(error.to_string().contains(url), "{error}");
    }
}
