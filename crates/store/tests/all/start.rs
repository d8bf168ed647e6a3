//! How long a start takes, and how fast a past day is written: printed, not asserted. The number of
//! records is `LINJE_START_EVENTS`, 100,000 unless told.

use std::time::Instant;

use linje_desk::SNAPSHOT_EVERY;
use linje_store::Store;

use crate::world::{Day, Folder, VERSION, tables, tables_of};

#[test]
fn a_long_history_is_written_and_opened_again() {
    let n_records: u64 = std::env::var("LINJE_START_EVENTS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(100_000);
    let folder = Folder::new();
    let tables = tables();
    let mut day = Day::new(&tables);
    let mut store = Store::open_file(&folder.log()).unwrap();
    let (mut appending, mut keeping) = (0.0, 0.0);
    while day.seq < n_records {
        let batch = day.batch(10_000);
        let started = Instant::now();
        store.append(&batch).unwrap();
        appending += started.elapsed().as_secs_f64();
        if day.seq % SNAPSHOT_EVERY < 10_000 && day.seq < n_records - 10_000 {
            let bytes = day.state.snapshot();
            let started = Instant::now();
            store
                .put_snapshot((day.seq, store.head().at), VERSION, &bytes)
                .unwrap();
            keeping = started.elapsed().as_secs_f64().max(keeping);
        }
    }
    drop(store);
    let size = std::fs::metadata(folder.log()).unwrap().len();
    let started = Instant::now();
    let store = Store::open_file(&folder.log()).unwrap();
    let reader = store.reader().unwrap();
    let opened = started.elapsed().as_secs_f64();
    let recovered = reader.recover(&mut tables_of(&tables)).unwrap();
    let right = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let replayed = reader.replay(&mut tables_of(&tables)).unwrap().unwrap();
    let replaying = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let verdict = reader.verify().unwrap();
    let verifying = started.elapsed().as_secs_f64();
    assert!(verdict.ok && verdict.events == day.seq);
    assert_eq!(recovered.state.unwrap().0.hash(), day.state.hash());
    assert_eq!(replayed.hash(), day.state.hash());
    let per_s = |seconds: f64| format!("{:.0}/s", verdict.events as f64 / seconds);
    println!(
        "{} records, {} B each: append {} ({appending:.2} s), slowest snapshot {:.1} ms, \
         open {opened:.3} s, state right {right:.3} s ({} replayed), full replay {}, verify {}",
        verdict.events,
        size / verdict.events,
        per_s(appending),
        keeping * 1e3,
        recovered.replayed,
        per_s(replaying),
        per_s(verifying),
    );
}
