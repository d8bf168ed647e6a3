//! What is left after a conversation: drafts and notes, why somebody came and whether it was solved, tasks
//! that others took over, promises, threats.
//!
//! Texts are sealed per person. Where nothing may be kept on a person, no row names one: a promise then
//! belongs to its owner alone, and its text is thrown away when it ends.

use linje_types::{ContactId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use sha2::{Digest as _, Sha256};

use super::seal::{self, PersonKeys, Subject};
use super::{Records, RecordsError};

pub(crate) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS note_draft (
    contact INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    at INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS note (
    id INTEGER PRIMARY KEY,
    contact INTEGER NOT NULL,
    subject TEXT NOT NULL,
    at INTEGER NOT NULL,
    owner TEXT NOT NULL,
    unit TEXT NOT NULL,
    topic TEXT NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (contact, owner)
) STRICT;
CREATE INDEX IF NOT EXISTS note_subject ON note (subject, at);
CREATE TABLE IF NOT EXISTS contact_reason (
    id INTEGER PRIMARY KEY,
    contact INTEGER,
    owner TEXT,
    at INTEGER NOT NULL,
    key BLOB,
    topic TEXT NOT NULL,
    cause TEXT NOT NULL,
    cause_kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    queue TEXT NOT NULL,
    unit TEXT NOT NULL,
    solved INTEGER NOT NULL,
    holder TEXT NOT NULL,
    UNIQUE (contact, owner)
) STRICT;
CREATE INDEX IF NOT EXISTS contact_reason_at ON contact_reason (at);
CREATE INDEX IF NOT EXISTS contact_reason_key ON contact_reason (key, at);
CREATE TABLE IF NOT EXISTS handed_task (
    contact INTEGER NOT NULL,
    owner TEXT NOT NULL,
    made INTEGER NOT NULL,
    task TEXT NOT NULL,
    PRIMARY KEY (contact, owner)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS handed_task_owner ON handed_task (owner, made);
CREATE TABLE IF NOT EXISTS promise (
    id INTEGER PRIMARY KEY,
    contact INTEGER,
    subject TEXT NOT NULL,
    made INTEGER NOT NULL,
    owner TEXT NOT NULL,
    unit TEXT NOT NULL,
    due TEXT NOT NULL,
    until INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    ended INTEGER,
    no_log INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS promise_owner ON promise (owner, until);
CREATE TABLE IF NOT EXISTS wrap_up_left (
    contact INTEGER NOT NULL,
    owner TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (contact, owner)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS threat (
    id INTEGER PRIMARY KEY,
    contact INTEGER NOT NULL,
    at INTEGER NOT NULL,
    owner TEXT NOT NULL,
    unit TEXT NOT NULL,
    queue TEXT NOT NULL,
    sealed BLOB NOT NULL,
    seen INTEGER,
    seen_by TEXT,
    UNIQUE (contact, owner)
) STRICT;
";

/// A draft of a conversation note, as it is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The conversation.
    pub contact: ContactId,
    /// The ident of who writes it.
    pub owner: String,
    /// When it was saved.
    pub at: Timestamp,
    /// What is written so far.
    pub text: String,
}

impl Draft {
    /// Names what is written so far, so that whoever writes over it can say that they have seen it. The same
    /// words are the same version, whoever wrote them.
    #[must_use]
    pub fn version(&self) -> String {
        version_of(&self.text)
    }
}

/// The version of a text; empty for none.
fn version_of(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let hash = Sha256::digest(text.as_bytes());
    hash.iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What became of a draft that was to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftEnd {
    /// It is kept, under this version.
    Kept(String),
    /// Something else is there that its writer had not seen: nothing was kept. None = the draft is gone.
    Unseen(Option<Draft>),
}

/// A conversation note (*samtalereferat*), which the citizen can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptNote {
    /// The conversation.
    pub contact: ContactId,
    /// When it was written.
    pub at: Timestamp,
    /// The ident of who wrote it.
    pub owner: String,
    /// The unit of who wrote it.
    pub unit: String,
    /// The code of the topic.
    pub topic: String,
    /// What it says; None when it was erased.
    pub text: Option<String>,
}

/// What a wrap-up chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The contact.
    pub contact: ContactId,
    /// The code of the topic.
    pub topic: String,
    /// The id of the unit of who wrapped it up.
    pub unit: String,
    /// The channel.
    pub channel: String,
}

/// Why somebody came and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reason {
    /// When the contact came.
    pub at: Timestamp,
    /// A keyed hash of person and topic, if both are known.
    pub key: Option<Vec<u8>>,
    /// The code of the topic.
    pub topic: String,
    /// The id of the cause; empty when none was noted.
    pub cause: String,
    /// The kind of the cause; empty when none was noted.
    pub cause_kind: String,
    /// The channel.
    pub channel: String,
    /// The id of the queue.
    pub queue: String,
    /// The unit of who answered.
    pub unit: String,
    /// Whether it was solved.
    pub solved: bool,
    /// Who has it now: a unit, the adviser, or empty.
    pub holder: String,
}

/// A task that was handed over: where the register of tasks has it. What it says, and how it goes, is told
/// there and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedTask {
    /// The conversation it came from.
    pub contact: ContactId,
    /// When it was made.
    pub made: Timestamp,
    /// Its number in the register of tasks.
    pub task: String,
}

/// A promise to a citizen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPromise {
    /// The day on which it is due.
    pub due: String,
    /// The end of that day: broken from then on.
    pub until: Timestamp,
    /// What was promised.
    pub text: String,
}

/// Where a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PromiseState {
    /// Its date has not passed.
    Open,
    /// Kept in time.
    Kept,
    /// Done, but after its date.
    Late,
    /// Its date passed, or somebody said that it will not be kept.
    Broken,
}

impl PromiseState {
    /// The word of the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            PromiseState::Open => "open",
            PromiseState::Kept => "kept",
            PromiseState::Late => "late",
            PromiseState::Broken => "broken",
        }
    }
}

/// A promise that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPromise {
    /// Its number.
    pub id: i64,
    /// The conversation; None where nothing is kept.
    pub contact: Option<ContactId>,
    /// When it was made.
    pub made: Timestamp,
    /// The ident of who owns it.
    pub owner: String,
    /// The owner's unit.
    pub unit: String,
    /// The day on which it is due.
    pub due: String,
    /// Where it stands.
    pub state: PromiseState,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// What was promised; None when it was erased.
    pub text: Option<String>,
}

/// Everything of one wrap-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AfterCall {
    /// The conversation.
    pub contact: ContactId,
    /// Now.
    pub at: Timestamp,
    /// The ident of who answered.
    pub owner: String,
    /// The unit of who answered.
    pub unit: String,
    /// Whom it is kept on; None = nothing may be kept on anybody.
    pub subject: Option<Subject>,
    /// Why and how.
    pub reason: Reason,
    /// The conversation note.
    pub note: Option<String>,
    /// What is handed over, by its number in the register of tasks.
    pub task: Option<String>,
    /// What was promised.
    pub promises: Vec<NewPromise>,
}

/// A threat that an adviser met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptThreat {
    /// Its number.
    pub id: i64,
    /// The conversation.
    pub contact: ContactId,
    /// When it was said.
    pub at: Timestamp,
    /// The ident of who met it.
    pub owner: String,
    /// Their unit.
    pub unit: String,
    /// The queue.
    pub queue: String,
    /// What happened, in the adviser's words.
    pub text: Option<String>,
    /// When a leader took it up.
    pub seen: Option<Timestamp>,
    /// Who did.
    pub seen_by: Option<String>,
}

impl Records {
    /// Saves a draft over the version `over`, empty for no draft; None = over whatever is there. An empty draft
    /// is deleted. What its writer has not seen is never written over.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn put_draft(
        &self,
        keys: &PersonKeys,
        draft: &Draft,
        over: Option<&str>,
    ) -> Result<DraftEnd, RecordsError> {
        let (keys, draft, over) = (keys.clone(), draft.clone(), over.map(str::to_owned));
        self.write_now(move |tx| {
            let there = read_draft(tx, &keys, draft.contact)?;
            let seen = there.as_ref().map_or_else(String::new, Draft::version);
            let kept = DraftEnd::Kept(draft.version());
            if over.is_some_and(|over| over != seen && draft.version() != seen) {
                return Ok(DraftEnd::Unseen(there));
            }
            if draft.text.is_empty() {
                drop_draft(tx, draft.contact)?;
                return Ok(kept);
            }
            let subject = draft_subject(draft.contact);
            let sealed = keys.seal(tx, &subject, "draft", &draft.text)?;
            tx.execute(
                "INSERT OR REPLACE INTO note_draft (contact, owner, at, sealed) VALUES (?1, ?2, ?3, ?4)",
                params![number(draft.contact), draft.owner, draft.at.0, sealed],
            )?;
            Ok(kept)
        })
    }

    /// The draft of a conversation.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn draft(
        &self,
        keys: &PersonKeys,
        contact: ContactId,
    ) -> Result<Option<Draft>, RecordsError> {
        self.read(|connection| read_draft(connection, keys, contact))
    }

    /// Whether an adviser still has the wrap-up of a contact to do: it was neither done nor left, and a draft of
    /// theirs lies there or `broke` says that the conversation broke off.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn has_left_over(
        &self,
        contact: ContactId,
        owner: &str,
        broke: bool,
    ) -> Result<bool, RecordsError> {
        self.read(|connection| {
            let has = |sql: &str| {
                connection
                    .prepare_cached(sql)?
                    .exists(params![number(contact), owner])
            };
            let drafted = has("SELECT 1 FROM note_draft WHERE contact = ?1 AND owner = ?2")?;
            let done = has("SELECT 1 FROM contact_reason WHERE contact = ?1 AND owner = ?2")?;
            let left = has("SELECT 1 FROM wrap_up_left WHERE contact = ?1 AND owner = ?2")?;
            Ok(!done && (drafted || (broke && !left)))
        })
    }

    /// Whether the wrap-up of a contact was neither done nor left by its adviser.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn is_wrap_up_due(&self, contact: ContactId, owner: &str) -> Result<bool, RecordsError> {
        self.read(|connection| {
            let has = |sql: &str| {
                connection
                    .prepare_cached(sql)?
                    .exists(params![number(contact), owner])
            };
            let done = has("SELECT 1 FROM contact_reason WHERE contact = ?1 AND owner = ?2")?;
            let left = has("SELECT 1 FROM wrap_up_left WHERE contact = ?1 AND owner = ?2")?;
            Ok(!done && !left)
        })
    }

    /// Notes that an adviser leaves the wrap-up of a contact undone. A draft stays. Said twice, the first counts.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn leave_wrap_up(
        &self,
        contact: ContactId,
        owner: &str,
        now: Timestamp,
    ) -> Result<(), RecordsError> {
        let owner = owner.to_owned();
        self.write_now(move |tx| {
            tx.execute(
                "INSERT OR IGNORE INTO wrap_up_left (contact, owner, at) VALUES (?1, ?2, ?3)",
                params![number(contact), owner, now.0],
            )?;
            Ok(())
        })
    }

    /// The draft follows its conversation to whoever has it now.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn follow_draft(&self, of: ContactId, owner: &str) -> Result<(), RecordsError> {
        let owner = owner.to_owned();
        self.write_now(move |tx| {
            tx.execute(
                "UPDATE note_draft SET owner = ?2 WHERE contact = ?1",
                params![number(of), owner],
            )?;
            Ok(())
        })
    }

    /// The drafts that somebody has lying.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn drafts_of(&self, owner: &str) -> Result<Vec<(ContactId, Timestamp)>, RecordsError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT contact, at FROM note_draft WHERE owner = ?1 ORDER BY at")?
                .query_map([owner], |row| {
                    Ok((contact(row.get(0)?), Timestamp(row.get(1)?)))
                })?
                .collect()
        })
    }

    /// Keeps everything of a wrap-up at once, or nothing of it. Said twice, notes and reason are replaced,
    /// and nothing is made twice. Whether it was said for the first time.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn wrap_up(&self, keys: &PersonKeys, after: AfterCall) -> Result<bool, RecordsError> {
        let keys = keys.clone();
        self.write_now(move |tx| {
            let first = put_reason(tx, &after)?;
            if let Some(subject) = &after.subject {
                if let Some(text) = &after.note {
                    put_note(tx, &keys, &after, subject, text)?;
                }
                if let Some(task) = &after.task {
                    put_task(tx, &after, task)?;
                }
            }
            if first {
                for promise in &after.promises {
                    put_promise(tx, &keys, &after, promise)?;
                }
            }
            drop_draft(tx, after.contact)?;
            Ok(first)
        })
    }

    /// Why contacts came, from one moment up to another, in order of time.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn reasons(&self, (from, to): (Timestamp, Timestamp)) -> Result<Vec<Reason>, RecordsError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT at, key, topic, cause, cause_kind, channel, queue, unit, solved, holder
                     FROM contact_reason WHERE at >= ?1 AND at < ?2 ORDER BY at",
                )?
                .query_map([from.0, to.0], reason)?
                .collect()
        })
    }

    /// What the wrap-ups of these contacts chose: code of the topic, id of the unit and channel of the newest of
    /// each. A contact of which nothing may be kept is never among them.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn chosen(&self, contacts: &[ContactId]) -> Result<Vec<Chosen>, RecordsError> {
        self.read(|connection| {
            let mut find = connection.prepare_cached(
                "SELECT topic, unit, channel FROM contact_reason
                 WHERE contact = ?1 ORDER BY id DESC LIMIT 1",
            )?;
            let mut chosen = Vec::new();
            for &contact in contacts {
                let found = find.query_row([number(contact)], |row| {
                    Ok(Chosen {
                        contact,
                        topic: row.get(0)?,
                        unit: row.get(1)?,
                        channel: row.get(2)?,
                    })
                });
                chosen.extend(found.optional()?);
            }
            Ok(chosen)
        })
    }

    /// How often a key came, from one moment up to another.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn came(
        &self,
        key: &[u8],
        (from, to): (Timestamp, Timestamp),
    ) -> Result<usize, RecordsError> {
        self.read(|connection| {
            let count: i64 = connection
                .prepare_cached(
                    "SELECT COUNT(DISTINCT contact) FROM contact_reason
                     WHERE key = ?1 AND at >= ?2 AND at < ?3",
                )?
                .query_row(params![key, from.0, to.0], |row| row.get(0))?;
            Ok(usize::try_from(count).unwrap_or(0))
        })
    }

    /// The notes on somebody, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn notes_of(
        &self,
        keys: &PersonKeys,
        subject: &Subject,
    ) -> Result<Vec<KeptNote>, RecordsError> {
        self.read(|connection| {
            let mut find = connection.prepare_cached(
                "SELECT contact, at, owner, unit, topic, sealed FROM note
                 WHERE subject = ?1 ORDER BY at DESC, id DESC",
            )?;
            let mut rows = find.query([subject.as_str()])?;
            let mut notes = Vec::new();
            while let Some(row) = rows.next()? {
                let sealed: Vec<u8> = row.get(5)?;
                notes.push(KeptNote {
                    contact: contact(row.get(0)?),
                    at: Timestamp(row.get(1)?),
                    owner: row.get(2)?,
                    unit: row.get(3)?,
                    topic: row.get(4)?,
                    text: keys.open(connection, subject, "note", &sealed)?,
                });
            }
            Ok(notes)
        })
    }

    /// The tasks that an adviser handed over, at most `limit`, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn handed_tasks(&self, owner: &str, limit: u32) -> Result<Vec<HandedTask>, RecordsError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT contact, made, task FROM handed_task
                     WHERE owner = ?1 ORDER BY made DESC LIMIT ?2",
                )?
                .query_map(params![owner, limit], |row| {
                    Ok(HandedTask {
                        contact: contact(row.get(0)?),
                        made: Timestamp(row.get(1)?),
                        task: row.get(2)?,
                    })
                })?
                .collect()
        })
    }

    /// The promises of an adviser or a unit, the soonest due first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn promises(
        &self,
        keys: &PersonKeys,
        by: &Whose,
        now: Timestamp,
    ) -> Result<Vec<KeptPromise>, RecordsError> {
        let (clause, whose) = by.clause();
        self.read(|connection| {
            let mut find = connection.prepare_cached(&format!(
                "SELECT id, contact, made, owner, unit, due, until, state, ended, sealed, subject
                 FROM promise WHERE {clause} ORDER BY until, id LIMIT 1000"
            ))?;
            let mut rows = find.query([whose])?;
            let mut promises = Vec::new();
            while let Some(row) = rows.next()? {
                promises.push(promise(connection, keys, row, now)?);
            }
            Ok(promises)
        })
    }

    /// Says that a promise was kept, or that it will not be. Only its owner can; None = there is none that
    /// is open and theirs.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn end_promise(
        &self,
        id: i64,
        owner: &str,
        kept: bool,
        now: Timestamp,
    ) -> Result<Option<PromiseState>, RecordsError> {
        let owner = owner.to_owned();
        self.write_now(move |tx| {
            let found = tx
                .query_row(
                    "SELECT until, subject, no_log FROM promise
                     WHERE id = ?1 AND owner = ?2 AND state = 'open'",
                    params![id, owner],
                    |row| {
                        Ok((
                            row.get::<_, i64>(0)?,
                            row.get::<_, String>(1)?,
                            row.get::<_, bool>(2)?,
                        ))
                    },
                )
                .optional()?;
            let Some((until, subject, no_log)) = found else {
                return Ok(None);
            };
            let state = match (kept, now.0 < until) {
                (true, true) => PromiseState::Kept,
                (true, false) => PromiseState::Late,
                (false, _) => PromiseState::Broken,
            };
            tx.execute(
                "UPDATE promise SET state = ?2, ended = ?3 WHERE id = ?1",
                params![id, state.as_str(), now.0],
            )?;
            if no_log {
                seal::forget(tx, &Subject::new(subject))?;
            }
            Ok(Some(state))
        })
    }

    /// How many promises of a unit stand where: made in `from..to`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn promises_of_unit(
        &self,
        unit: &str,
        now: Timestamp,
    ) -> Result<Vec<(PromiseState, u64)>, RecordsError> {
        self.read(|connection| {
            let mut find = connection.prepare_cached(
                "SELECT CASE WHEN state = 'open' AND until <= ?2 THEN 'broken' ELSE state END, COUNT(*)
                 FROM promise WHERE unit = ?1 GROUP BY 1",
            )?;
            let rows = find.query_map(params![unit, now.0], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
            })?;
            let mut counts = Vec::new();
            for row in rows {
                let (state, count) = row?;
                counts.push((stored_state(&state), u64::try_from(count).unwrap_or(0)));
            }
            Ok(counts)
        })
    }

    /// Keeps that an adviser was threatened. Said twice, the words are replaced.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn put_threat(&self, keys: &PersonKeys, threat: &KeptThreat) -> Result<(), RecordsError> {
        let (keys, threat) = (keys.clone(), threat.clone());
        self.write_now(move |tx| {
            let text = threat.text.as_deref().unwrap_or("");
            let sealed = keys.seal(tx, &staff_subject(&threat.owner), "threat", text)?;
            tx.execute(
                "INSERT INTO threat (contact, at, owner, unit, queue, sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (contact, owner) DO UPDATE SET sealed = excluded.sealed",
                params![
                    number(threat.contact), threat.at.0, threat.owner, threat.unit, threat.queue, sealed
                ],
            )?;
            Ok(())
        })
    }

    /// The threats that advisers met, of one unit or of all, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn threats(
        &self,
        keys: &PersonKeys,
        unit: Option<&str>,
    ) -> Result<Vec<KeptThreat>, RecordsError> {
        self.read(|connection| {
            let mut find = connection.prepare_cached(
                "SELECT id, contact, at, owner, unit, queue, sealed, seen, seen_by FROM threat
                 WHERE ?1 IS NULL OR unit = ?1 ORDER BY at DESC, id DESC LIMIT 200",
            )?;
            let mut rows = find.query([unit])?;
            let mut threats = Vec::new();
            while let Some(row) = rows.next()? {
                let owner: String = row.get(3)?;
                let sealed: Vec<u8> = row.get(6)?;
                threats.push(KeptThreat {
                    id: row.get(0)?,
                    contact: contact(row.get(1)?),
                    at: Timestamp(row.get(2)?),
                    text: keys.open(connection, &staff_subject(&owner), "threat", &sealed)?,
                    owner,
                    unit: row.get(4)?,
                    queue: row.get(5)?,
                    seen: row.get::<_, Option<i64>>(7)?.map(Timestamp),
                    seen_by: row.get(8)?,
                });
            }
            Ok(threats)
        })
    }

    /// Says that a leader took up a threat with who met it. Whether it is there.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn see_threat(&self, id: i64, by: &str, now: Timestamp) -> Result<bool, RecordsError> {
        let by = by.to_owned();
        self.write_now(move |tx| {
            let changed = tx.execute(
                "UPDATE threat SET seen = COALESCE(seen, ?2), seen_by = COALESCE(seen_by, ?3) WHERE id = ?1",
                params![id, now.0, by],
            )?;
            Ok(changed > 0)
        })
    }
}

/// Whose promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Of one adviser, by ident.
    Adviser(String),
    /// Of a unit, by id.
    Unit(String),
    /// On one person.
    Subject(Subject),
}

impl Whose {
    fn clause(&self) -> (&'static str, &str) {
        match self {
            Whose::Adviser(ident) => ("owner = ?1", ident),
            Whose::Unit(id) => ("unit = ?1", id),
            Whose::Subject(subject) => ("subject = ?1", subject.as_str()),
        }
    }
}

fn put_reason(tx: &Connection, after: &AfterCall) -> rusqlite::Result<bool> {
    let reason = &after.reason;
    // Where nothing may be kept the row is a mark in a figure: no contact, no person, no minute.
    let kept = after.subject.as_ref();
    let contact = kept.map(|_| number(after.contact));
    let owner = kept.map(|_| after.owner.as_str());
    let known: i64 = tx.query_row(
        "SELECT COUNT(*) FROM contact_reason WHERE contact = ?1 AND owner = ?2",
        params![contact, owner],
        |row| row.get(0),
    )?;
    let hour = linje_types::HOUR_US;
    let at = if kept.is_some() {
        reason.at.0
    } else {
        reason.at.0.div_euclid(hour) * hour
    };
    tx.prepare_cached(
        "INSERT OR REPLACE INTO contact_reason
         (contact, owner, at, key, topic, cause, cause_kind, channel, queue, unit, solved, holder)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        contact,
        owner,
        at,
        reason.key.as_ref().filter(|_| kept.is_some()),
        reason.topic,
        reason.cause,
        reason.cause_kind,
        reason.channel,
        reason.queue,
        reason.unit,
        reason.solved,
        reason.holder,
    ])?;
    Ok(known == 0)
}

fn put_note(
    tx: &Connection,
    keys: &PersonKeys,
    after: &AfterCall,
    subject: &Subject,
    text: &str,
) -> rusqlite::Result<()> {
    let sealed = keys.seal(tx, subject, "note", text)?;
    tx.prepare_cached(
        "INSERT OR REPLACE INTO note (contact, subject, at, owner, unit, topic, sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        number(after.contact),
        subject.as_str(),
        after.at.0,
        after.owner,
        after.unit,
        after.reason.topic,
        sealed,
    ])?;
    Ok(())
}

fn put_task(tx: &Connection, after: &AfterCall, task: &str) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO handed_task (contact, owner, made, task) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (contact, owner) DO NOTHING",
    )?
    .execute(params![
        number(after.contact),
        after.owner,
        after.at.0,
        task
    ])?;
    Ok(())
}

fn put_promise(
    tx: &Connection,
    keys: &PersonKeys,
    after: &AfterCall,
    promise: &NewPromise,
) -> rusqlite::Result<()> {
    let subject = match &after.subject {
        Some(subject) => subject.clone(),
        None => promise_subject()?,
    };
    let sealed = keys.seal(tx, &subject, "promise", &promise.text)?;
    tx.prepare_cached(
        "INSERT INTO promise (contact, subject, made, owner, unit, due, until, no_log, sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        after.subject.as_ref().map(|_| number(after.contact)),
        subject.as_str(),
        after.at.0,
        after.owner,
        after.unit,
        promise.due,
        promise.until.0,
        after.subject.is_none(),
        sealed,
    ])?;
    Ok(())
}

fn promise(
    connection: &Connection,
    keys: &PersonKeys,
    row: &Row<'_>,
    now: Timestamp,
) -> rusqlite::Result<KeptPromise> {
    let subject = Subject::new(row.get::<_, String>(10)?);
    let sealed: Vec<u8> = row.get(9)?;
    let until: i64 = row.get(6)?;
    let mut state = stored_state(&row.get::<_, String>(7)?);
    if state == PromiseState::Open && until <= now.0 {
        state = PromiseState::Broken;
    }
    Ok(KeptPromise {
        id: row.get(0)?,
        contact: row.get::<_, Option<i64>>(1)?.map(contact),
        made: Timestamp(row.get(2)?),
        owner: row.get(3)?,
        unit: row.get(4)?,
        due: row.get(5)?,
        state,
        ended: row.get::<_, Option<i64>>(8)?.map(Timestamp),
        text: keys.open(connection, &subject, "promise", &sealed)?,
    })
}

fn stored_state(word: &str) -> PromiseState {
    match word {
        "kept" => PromiseState::Kept,
        "late" => PromiseState::Late,
        "broken" => PromiseState::Broken,
        _ => PromiseState::Open,
    }
}

fn reason(row: &Row<'_>) -> rusqlite::Result<Reason> {
    Ok(Reason {
        at: Timestamp(row.get(0)?),
        key: row.get(1)?,
        topic: row.get(2)?,
        cause: row.get(3)?,
        cause_kind: row.get(4)?,
        channel: row.get(5)?,
        queue: row.get(6)?,
        unit: row.get(7)?,
        solved: row.get(8)?,
        holder: row.get(9)?,
    })
}

fn read_draft(
    connection: &Connection,
    keys: &PersonKeys,
    contact: ContactId,
) -> rusqlite::Result<Option<Draft>> {
    let found = connection
        .prepare_cached("SELECT owner, at, sealed FROM note_draft WHERE contact = ?1")?
        .query_row([number(contact)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?))
        })
        .optional()?;
    let Some((owner, at, sealed)) = found else {
        return Ok(None);
    };
    let text = keys.open(connection, &draft_subject(contact), "draft", &sealed)?;
    Ok(text.map(|text| Draft {
        contact,
        owner,
        at: Timestamp(at),
        text,
    }))
}

fn drop_draft(tx: &Connection, contact: ContactId) -> rusqlite::Result<()> {
    tx.execute(
        "DELETE FROM note_draft WHERE contact = ?1",
        [number(contact)],
    )?;
    seal::forget(tx, &draft_subject(contact))?;
    Ok(())
}

/// A draft belongs to the conversation: who it is may not be known yet.
pub(super) fn draft_subject(contact: ContactId) -> Subject {
    Subject::new(format!("draft:{}", contact.0))
}

fn staff_subject(ident: &str) -> Subject {
    Subject::new(format!("staff:{ident}"))
}

/// A key of its own for a promise that is kept on nobody.
fn promise_subject() -> rusqlite::Result<Subject> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    Ok(Subject::new(format!(
        "promise:{:032x}",
        u128::from_le_bytes(bytes)
    )))
}

/// SQLite has signed integers only.
pub(super) const fn number(contact: ContactId) -> i64 {
    contact.0.cast_signed()
}

const fn contact(number: i64) -> ContactId {
    ContactId(number.cast_unsigned())
}
