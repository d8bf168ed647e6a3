//! What goes on beside a conversation: who asked to attend it and who said yes, and recordings.
//!
//! A recording is sealed with a key of its own; destroying it destroys the key, and the sound with it. Rows hold
//! idents of staff and ids of contacts, and nothing about the person outside.

use linje_types::{ContactId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::seal::{PersonKeys, Subject, forget};
use super::{Records, RecordsError};

pub(crate) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS conversation_act (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact INTEGER NOT NULL,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    who TEXT NOT NULL,
    adviser TEXT NOT NULL,
    how TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS conversation_act_contact ON conversation_act (contact, id);
CREATE TABLE IF NOT EXISTS recording (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact INTEGER NOT NULL,
    adviser TEXT NOT NULL,
    unit TEXT NOT NULL,
    begun INTEGER NOT NULL,
    ended INTEGER,
    destroyed INTEGER,
    destroyed_by TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS recording_part (
    recording INTEGER NOT NULL,
    part INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (recording, part)
) STRICT, WITHOUT ROWID;
";

/// Something that was done beside a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// The contact.
    pub contact: ContactId,
    /// When.
    pub at: Timestamp,
    /// What, in the words of the API, e.g. `listen_asked`.
    pub what: String,
    /// The ident of who did it; `citizen` for the person outside, `line` for what ended by itself.
    pub who: String,
    /// The ident of the adviser whose conversation it is.
    pub adviser: String,
    /// How, for attending.
    pub how: String,
}

/// A recording, without its sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRecording {
    /// Its number.
    pub id: i64,
    /// The contact.
    pub contact: ContactId,
    /// The ident of the adviser.
    pub adviser: String,
    /// Code of the adviser's unit, or nothing.
    pub unit: String,
    /// When it began.
    pub begun: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// When its key was destroyed, and by whom.
    pub destroyed: Option<(Timestamp, String)>,
}

impl Records {
    /// Keeps what was done; `then` hears when it is on disk.
    pub fn note_act(&self, act: Act, then: impl FnOnce(Result<(), RecordsError>) + Send + 'static) {
        self.write(move |tx| put(tx, &act), then);
    }

    /// What was done beside a conversation, in order. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read; so for the next.
    pub fn acts_of(&self, contact: ContactId) -> Result<Vec<Act>, RecordsError> {
        self.read(move |connection| {
            let sql = "SELECT contact, at, what, who, adviser, how FROM conversation_act
                       WHERE contact = ?1 ORDER BY id";
            let mut find = connection.prepare_cached(sql)?;
            find.query_map([contact.0.cast_signed()], act)?.collect()
        })
    }

    /// Begins a recording after the yes in `act`, in one write; gives its number.
    pub fn begin_recording(
        &self,
        act: Act,
        unit: String,
        then: impl FnOnce(Result<i64, RecordsError>) + Send + 'static,
    ) {
        let work = move |tx: &Connection| {
            put(tx, &act)?;
            tx.execute(
                "INSERT INTO recording (contact, adviser, unit, begun) VALUES (?1, ?2, ?3, ?4)",
                params![act.contact.0.cast_signed(), act.adviser, unit, act.at.0],
            )?;
            Ok(tx.last_insert_rowid())
        };
        self.write(work, then);
    }

    /// Adds sound, sealed with the recording's own key. Nothing is added to one that has ended.
    pub fn add_sound(
        &self,
        keys: PersonKeys,
        recording: i64,
        sound: Vec<u8>,
        then: impl FnOnce(Result<(), RecordsError>) + Send + 'static,
    ) {
        let work = move |tx: &Connection| {
            let open: bool = tx.query_row(
                "SELECT ended IS NULL AND destroyed IS NULL FROM recording WHERE id = ?1",
                [recording],
                |row| row.get(0),
            )?;
            if !open {
                return Ok(());
            }
            let part: i64 = tx.query_row(
                "SELECT COUNT(*) FROM recording_part WHERE recording = ?1",
                [recording],
                |row| row.get(0),
            )?;
            let sealed =
                keys.seal_bytes(tx, &subject(recording), &about(recording, part), &sound)?;
            tx.prepare_cached(
                "INSERT INTO recording_part (recording, part, sealed) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![recording, part, sealed])?;
            Ok(())
        };
        self.write(work, then);
    }

    /// Ends a recording.
    pub fn end_recording(
        &self,
        recording: i64,
        act: Act,
        then: impl FnOnce(Result<(), RecordsError>) + Send + 'static,
    ) {
        let work = move |tx: &Connection| {
            put(tx, &act)?;
            tx.execute(
                "UPDATE recording SET ended = ?2 WHERE id = ?1 AND ended IS NULL",
                params![recording, act.at.0],
            )?;
            Ok(())
        };
        self.write(work, then);
    }

    /// Ends the recordings whose end nobody wrote, because the service ended first; gives how many.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn end_open_recordings(&self, at: Timestamp) -> Result<usize, RecordsError> {
        self.write_now(move |tx| {
            tx.execute(
                "INSERT INTO conversation_act (contact, at, what, who, adviser, how)
                 SELECT contact, ?1, 'recording_ended', 'line', adviser, '' FROM recording
                 WHERE ended IS NULL",
                [at.0],
            )?;
            tx.execute(
                "UPDATE recording SET ended = ?1 WHERE ended IS NULL",
                [at.0],
            )
        })
    }

    /// The newest recordings of a unit, or of all. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read; so for the next.
    pub fn recordings(
        &self,
        unit: Option<String>,
        limit: u32,
    ) -> Result<Vec<KeptRecording>, RecordsError> {
        self.read(move |connection| {
            let mut find = connection.prepare_cached(
                "SELECT id, contact, adviser, unit, begun, ended, destroyed, destroyed_by FROM recording
                 WHERE ?1 IS NULL OR unit = ?1 ORDER BY id DESC LIMIT ?2",
            )?;
            find.query_map(params![unit, limit], recording)?.collect()
        })
    }

    /// A recording. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read; so for the next.
    pub fn recording(&self, id: i64) -> Result<Option<KeptRecording>, RecordsError> {
        self.read(move |connection| {
            connection
                .prepare_cached(
                    "SELECT id, contact, adviser, unit, begun, ended, destroyed, destroyed_by
                     FROM recording WHERE id = ?1",
                )?
                .query_row([id], recording)
                .optional()
        })
    }

    /// The sound of a recording; `None` when its key was destroyed. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read, or a part was changed.
    pub fn sound_of(&self, keys: &PersonKeys, id: i64) -> Result<Option<Vec<u8>>, RecordsError> {
        let keys = keys.clone();
        self.read(move |connection| {
            let mut find = connection.prepare_cached(
                "SELECT part, sealed FROM recording_part WHERE recording = ?1 ORDER BY part",
            )?;
            let parts: Vec<(i64, Vec<u8>)> = find
                .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let mut whole = Vec::new();
            for (part, sealed) in parts {
                let opened =
                    keys.open_bytes(connection, &subject(id), &about(id, part), &sealed)?;
                let Some(mut opened) = opened else {
                    return Ok(None);
                };
                whole.append(&mut opened);
            }
            Ok(Some(whole))
        })
    }

    /// Destroys the key of a recording, and then its sound. The row remains and says so.
    pub fn destroy_recording(
        &self,
        id: i64,
        act: Act,
        then: impl FnOnce(Result<(), RecordsError>) + Send + 'static,
    ) {
        let work = move |tx: &Connection| {
            put(tx, &act)?;
            forget(tx, &subject(id))?;
            tx.execute("DELETE FROM recording_part WHERE recording = ?1", [id])?;
            tx.execute(
                "UPDATE recording SET destroyed = ?2, destroyed_by = ?3, ended = COALESCE(ended, ?2)
                 WHERE id = ?1 AND destroyed IS NULL",
                params![id, act.at.0, act.who],
            )?;
            Ok(())
        };
        self.write(work, then);
    }
}

fn subject(recording: i64) -> Subject {
    Subject::new(format!("recording-{recording}"))
}

fn about(recording: i64, part: i64) -> String {
    format!("recording/{recording}/{part}")
}

fn put(tx: &Connection, act: &Act) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO conversation_act (contact, at, what, who, adviser, how)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        act.contact.0.cast_signed(),
        act.at.0,
        act.what,
        act.who,
        act.adviser,
        act.how,
    ])?;
    Ok(())
}

fn act(row: &Row<'_>) -> rusqlite::Result<Act> {
    Ok(Act {
        contact: ContactId(row.get::<_, i64>(0)?.cast_unsigned()),
        at: Timestamp(row.get(1)?),
        what: row.get(2)?,
        who: row.get(3)?,
        adviser: row.get(4)?,
        how: row.get(5)?,
    })
}

fn recording(row: &Row<'_>) -> rusqlite::Result<KeptRecording> {
    let destroyed: Option<i64> = row.get(6)?;
    let by: Option<String> = row.get(7)?;
    Ok(KeptRecording {
        id: row.get(0)?,
        contact: ContactId(row.get::<_, i64>(1)?.cast_unsigned()),
        adviser: row.get(2)?,
        unit: row.get(3)?,
        begun: Timestamp(row.get(4)?),
        ended: row.get::<_, Option<i64>>(5)?.map(Timestamp),
        destroyed: destroyed.map(|at| (Timestamp(at), by.unwrap_or_default())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(what: &str, at: i64) -> Act {
        Act {
            contact: ContactId(9),
            at: Timestamp(at),
            what: what.to_owned(),
            who: "K1".to_owned(),
            adviser: "K1".to_owned(),
            how: String::new(),
        }
    }

    fn now<T: Send + 'static>(
        ask: impl FnOnce(std::sync::mpsc::Sender<Result<T, RecordsError>>),
    ) -> T {
        let (tell, told) = std::sync::mpsc::channel();
        ask(tell);
        told.recv().unwrap().unwrap()
    }

    #[test]
    fn a_recording_opens_with_its_own_key_until_that_is_destroyed_and_no_plain_sound_is_in_the_file()
     {
        let folder = std::env::temp_dir().join(format!("linje-recording-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("people.sqlite");
        let records = Records::open(&path).unwrap();
        let keys = PersonKeys::new([7; 32]);
        let begin = |at| {
            now(|tell| {
                records.begin_recording(
                    act("recording_agreed", at),
                    "vest".to_owned(),
                    move |id| {
                        tell.send(id).unwrap();
                    },
                );
            })
        };
        let (one, two) = (begin(1), begin(2));
        let canary: Vec<u8> = (0..16_000)
            .map(|n: u32| b"hemmelig"[n as usize % 8])
            .collect();
        let add = |id, sound: Vec<u8>| {
            now(|tell| {
                records.add_sound(keys.clone(), id, sound, move |end| tell.send(end).unwrap());
            });
        };
        add(one, canary);
        add(one, b"and on".to_vec());
        add(two, b"other".to_vec());
        let sound = |id| records.sound_of(&keys, id).unwrap();
        assert_eq!(sound(one).unwrap().len(), 16_006);
        assert_eq!(sound(two).unwrap(), b"other");
        now(|tell| {
            records.end_recording(two, act("recording_ended", 3), move |end| {
                tell.send(end).unwrap()
            });
        });
        add(two, b"too late".to_vec());
        assert_eq!(sound(two).unwrap(), b"other");
        now(|tell| {
            records.destroy_recording(one, act("recording_destroyed", 4), move |end| {
                tell.send(end).unwrap();
            });
        });
        assert_eq!(sound(one).unwrap_or_default(), b"");
        let kept = records.recording(one).unwrap().unwrap();
        assert_eq!(kept.destroyed, Some((Timestamp(4), "K1".to_owned())));
        assert_eq!(
            records
                .recordings(Some("vest".to_owned()), 9)
                .unwrap()
                .len(),
            2
        );
        assert!(
            records
                .recordings(Some("nord".to_owned()), 9)
                .unwrap()
                .is_empty()
        );
        let words: Vec<String> = records
            .acts_of(ContactId(9))
            .unwrap()
            .into_iter()
            .map(|act| act.what)
            .collect();
        assert_eq!(
            words,
            [
                "recording_agreed",
                "recording_agreed",
                "recording_ended",
                "recording_destroyed"
            ]
        );
        for file in std::fs::read_dir(&folder).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(
                !bytes
                    .windows(16)
                    .any(|window| window == b"hemmelighemmelig")
            );
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_the_service_left_open_ends_when_it_starts_again_and_nobody_else_reads_the_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = std::env::temp_dir().join(format!("linje-left-open-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("people.sqlite");
        {
            let records = Records::open(&path).unwrap();
            now(|tell| {
                let agreed = act("recording_agreed", 1);
                records.begin_recording(agreed, "vest".to_owned(), move |id| {
                    tell.send(id).unwrap();
                });
            });
        }
        let mode = |path: &std::path::Path| {
            let found = std::fs::metadata(path).unwrap();
            found.permissions().mode() & 0o777
        };
        assert_eq!(mode(&path), 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let records = Records::open(&path).unwrap();
        assert_eq!(mode(&path), 0o600, "what was open to all is no more");
        assert_eq!(records.end_open_recordings(Timestamp(9)).unwrap(), 1);
        assert_eq!(records.end_open_recordings(Timestamp(10)).unwrap(), 0);
        let kept = records.recordings(None, 10).unwrap();
        assert_eq!(kept[0].ended, Some(Timestamp(9)));
        let acts = records.acts_of(ContactId(9)).unwrap();
        let last = acts.last().unwrap();
        assert_eq!(
            (last.what.as_str(), last.at),
            ("recording_ended", Timestamp(9))
        );
        drop(records);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
