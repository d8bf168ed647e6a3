//! A damaged log is always found, never silently served (G20).

use std::fs;

use linje_store::{Error, Query, Reader, Store};
use rusqlite::Connection;

use crate::world::{Day, Folder, VERSION, tables, tables_of};

/// A closed log of `n_records` with everything in it; gives the number of records.
fn filled(folder: &Folder, n_records: usize) -> u64 {
    let mut day = Day::new(&tables());
    let mut store = Store::open_file(&folder.log()).unwrap();
    store.put_centre(VERSION, 0, "name = \"test\"").unwrap();
    store.append(&day.batch(n_records / 2)).unwrap();
    let at = store.head().at;
    store
        .put_snapshot((day.seq, at), VERSION, &day.state.snapshot())
        .unwrap();
    store.append(&day.batch(n_records / 2)).unwrap();
    day.seq
}

/// Numbers that look random and are the same each time (Marsaglia's xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

#[test]
fn a_flipped_byte_in_a_record_is_found_at_that_record() {
    let folder = Folder::new();
    let n_records = filled(&folder, 600);
    let connection = Connection::open(folder.log()).unwrap();
    let mut dice = Dice(20_261_122);
    for _ in 0..100 {
        let seq = dice.below(n_records) + 1;
        let key = seq.cast_signed();
        let column = ["body", "sum"][usize::from(dice.below(2) == 1)];
        let read = format!("SELECT {column} FROM log WHERE seq = ?1");
        let whole: Vec<u8> = connection
            .query_row(&read, [key], |row| row.get(0))
            .unwrap();
        let mut bad = whole.clone();
        let at = usize::try_from(dice.below(whole.len() as u64)).unwrap();
        bad[at] ^= 1 << dice.below(8);
        let write = format!("UPDATE log SET {column} = ?1 WHERE seq = ?2");
        connection.execute(&write, (&bad, key)).unwrap();
        let reader = Reader::open(&folder.log()).unwrap();
        let verdict = reader.verify().unwrap();
        assert!(!verdict.ok);
        assert_eq!(verdict.first_bad, Some(seq), "{column}: {verdict:?}");
        assert_eq!(verdict.events, seq - 1);
        assert!(matches!(reader.log(seq - 1, 1), Err(Error::Corrupt { .. })));
        connection.execute(&write, (&whole, key)).unwrap();
    }
    assert!(Reader::open(&folder.log()).unwrap().verify().unwrap().ok);
}

#[test]
fn every_changed_column_is_found() {
    let folder = Folder::new();
    filled(&folder, 400);
    let changes = [
        "UPDATE log SET at = at + 1 WHERE seq = 90",
        "UPDATE log SET epoch = 0 WHERE seq = 90",
        "UPDATE log SET kind = 'contact_held' WHERE seq = 90",
        "UPDATE log SET contact = 5 WHERE seq = 90",
        "UPDATE log SET command_id = zeroblob(16) WHERE seq = 90",
        "UPDATE log SET version = 0 WHERE seq = 90",
        "DELETE FROM log WHERE seq = 90",
        "DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)",
        "UPDATE head SET seq = seq - 1",
        "UPDATE head SET chain = zeroblob(16)",
        "UPDATE snapshot SET state = zeroblob(40)",
        "UPDATE snapshot SET seq = seq - 1",
        "UPDATE centre SET source = 'name = \"text\"'",
        "UPDATE contact SET adviser = 3 WHERE id = (SELECT max(id) FROM contact)",
        "UPDATE contact SET state = 'Active' WHERE state = 'Queued'",
        "DELETE FROM contact WHERE id = (SELECT max(id) FROM contact)",
    ];
    for change in changes {
        let damaged = Folder::new();
        fs::copy(folder.log(), damaged.log()).unwrap();
        let connection = Connection::open(damaged.log()).unwrap();
        assert!(connection.execute(change, []).unwrap() > 0, "{change}");
        drop(connection);
        let verdict = Reader::open(&damaged.log()).unwrap().verify().unwrap();
        assert!(!verdict.ok, "{change}");
    }
}

#[test]
fn a_flipped_byte_anywhere_in_the_file_is_found_or_harmless() {
    let folder = Folder::new();
    filled(&folder, 3_000);
    let whole = fs::read(folder.log()).unwrap();
    let shown = show(&Reader::open(&folder.log()).unwrap()).unwrap();
    let mut dice = Dice(77);
    let (mut found, mut harmless) = (0, 0);
    for _ in 0..100 {
        let damaged = Folder::new();
        let mut bytes = whole.clone();
        let at = usize::try_from(dice.below(whole.len() as u64)).unwrap();
        bytes[at] ^= 1 << dice.below(8);
        fs::write(damaged.log(), bytes).unwrap();
        let ok = Reader::open(&damaged.log())
            .and_then(|reader| Ok((reader.verify()?.ok, show(&reader)?)));
        match ok {
            Ok((true, text)) => {
                assert!(text == shown, "byte {at} was served changed");
                harmless += 1;
            }
            Ok((false, _)) | Err(_) => found += 1,
        }
    }
    println!("flipped bytes in the file: {found} found, {harmless} in unused space");
    assert!(found > 50);
}

/// Everything that readers are shown.
fn show(reader: &Reader) -> Result<String, Error> {
    let mut log = Vec::new();
    reader.export(&mut log)?;
    let contacts = reader.contacts(&Query {
        limit: 1_000,
        ..Query::default()
    })?;
    let state = reader.recover(&mut tables_of(&tables()))?.state.unwrap().0;
    let centre = reader.centre(VERSION)?;
    Ok(format!("{log:?}{contacts:?}{:x}{centre:?}", state.hash()))
}

#[test]
fn a_damaged_snapshot_only_makes_the_start_longer() {
    let folder = Folder::new();
    let n_records = filled(&folder, 400);
    let connection = Connection::open(folder.log()).unwrap();
    connection
        .execute("UPDATE snapshot SET state = zeroblob(9)", [])
        .unwrap();
    let reader = Reader::open(&folder.log()).unwrap();
    let recovered = reader.recover(&mut tables_of(&tables())).unwrap();
    assert_eq!(recovered.replayed, n_records);
}

#[test]
fn a_log_that_lost_its_end_does_not_open() {
    let folder = Folder::new();
    filled(&folder, 400);
    let connection = Connection::open(folder.log()).unwrap();
    let cut = "DELETE FROM log WHERE seq > 300";
    connection.execute(cut, []).unwrap();
    drop(connection);
    let error = Store::open_file(&folder.log()).unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
}

#[test]
fn foreign_newer_and_torn_files_give_one_clear_line() {
    let folder = Folder::new();
    let path = folder.log();
    fs::write(
        &path,
        b"these are the minutes of a meeting, not a log of a contact centre",
    )
    .unwrap();
    let error = Store::open_file(&path).unwrap_err();
    assert!(matches!(error, Error::Foreign { .. }), "{error}");
    fs::remove_file(&path).unwrap();

    let connection = Connection::open(&path).unwrap();
    connection
        .execute("CREATE TABLE minutes (text TEXT)", [])
        .unwrap();
    drop(connection);
    let error = Store::open_file(&path).unwrap_err();
    assert!(matches!(error, Error::Foreign { .. }), "{error}");
    assert!(matches!(Reader::open(&path), Err(Error::Foreign { .. })));
    fs::remove_file(&path).unwrap();

    filled(&folder, 200);
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error = Store::open_file(&path).unwrap_err();
    assert!(matches!(error, Error::Newer { found: 99, .. }), "{error}");
    let text = error.to_string();
    assert!(
        !text.contains('\n') && text.contains("newer release"),
        "{text}"
    );
    let torn = fs::read(&path).unwrap();
    fs::write(&path, &torn[..torn.len() / 2]).unwrap();
    let error = Store::open_file(&path).map(|_| ()).unwrap_err();
    assert!(
        matches!(error, Error::Corrupt { .. } | Error::Newer { .. }),
        "{error}"
    );
}

#[test]
fn a_verdict_has_the_agreed_fields() {
    let folder = Folder::new();
    filled(&folder, 100);
    let verdict = Reader::open(&folder.log()).unwrap().verify().unwrap();
    assert!(verdict.ok);
    let json = serde_json::to_value(&verdict).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["events", "hash", "ok", "first_bad"]);
}
