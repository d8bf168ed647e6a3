//! Sessions of browsers: made at log-in, ended by idleness, age, log-out or somebody's command.
//!
//! A session is known by the digest of a secret that only the browser has. Each has a channel that says
//! when it is over, so that streams end with it. What changes is handed out to be kept on disk.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use linje_access::Who;
use tokio::sync::watch;

use crate::chance::{NoChance, Secret, digest};
use crate::claims::Proved;
use crate::{Clock, seconds};

/// Names a session without opening it.
pub type Key = [u8; 32];

/// The oldest sessions give way beyond so many.
const MAX_SESSIONS: usize = 100_000;
/// Idleness is written down at most once in so many seconds.
const WRITE_EVERY_S: i64 = 60;

/// How long sessions last, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Without a sign of life from the person.
    pub idle_s: i64,
    /// In any case.
    pub absolute_s: i64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            idle_s: 30 * 60,
            absolute_s: 12 * 3_600,
        }
    }
}

/// A session as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub key: Key,
    /// Whose it is.
    pub who: Who,
    /// Who vouched for them.
    pub issuer: String,
    /// When it began, seconds since 1970.
    pub began: i64,
    /// When the person last did something, seconds since 1970.
    pub seen: i64,
}

/// What must be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// It is new.
    Put(Kept),
    /// The person did something.
    Seen(Key, i64),
    /// They are over.
    Gone(Vec<Key>),
}

/// Why a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// There is none of that name, or it was ended.
    Unknown,
    /// The person did nothing for too long.
    Idle,
    /// It is too old.
    Old,
}

/// A session that is good.
#[derive(Debug, Clone)]
pub struct Live {
    /// What is kept of it.
    pub kept: Kept,
    /// Turns true, or closes, when it is over.
    pub over: watch::Receiver<bool>,
}

struct Session {
    kept: Kept,
    written: i64,
    over: watch::Sender<bool>,
}

/// All sessions.
pub struct Sessions {
    limits: Limits,
    clock: Clock,
    write: Box<dyn Fn(Write) + Send + Sync>,
    open: Mutex<HashMap<Key, Session>>,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sessions({})", self.open().len())
    }
}

impl Sessions {
    /// With those that were kept; `write` is told what changes, in order.
    #[must_use]
    pub fn new(
        limits: Limits,
        clock: Clock,
        kept: Vec<Kept>,
        write: Box<dyn Fn(Write) + Send + Sync>,
    ) -> Sessions {
        let sessions = Sessions {
            limits,
            clock,
            write,
            open: Mutex::default(),
        };
        let open = kept.into_iter().map(|kept| (kept.key, session(kept)));
        sessions.open().extend(open);
        sessions.end_due();
        sessions
    }

    /// How long they last.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Begins one for somebody who has just logged in, and ends the one that the browser had.
    ///
    /// # Errors
    /// When the machine gives no random numbers.
    pub fn begin(&self, proved: &Proved, had: Option<&str>) -> Result<Secret, NoChance> {
        if let Some(had) = had {
            self.end(&digest(had.as_bytes()));
        }
        let secret = Secret::new()?;
        let now = seconds((self.clock)());
        let kept = Kept {
            key: secret.digest(),
            who: proved.who.clone(),
            issuer: proved.issuer.clone(),
            began: now,
            seen: now,
        };
        self.make_room();
        self.open().insert(kept.key, session(kept.clone()));
        (self.write)(Write::Put(kept));
        Ok(secret)
    }

    /// The session of a secret that a browser shows.
    ///
    /// # Errors
    /// Why there is none.
    pub fn find(&self, shown: &str) -> Result<Live, Ended> {
        let key = digest(shown.as_bytes());
        let now = seconds((self.clock)());
        let due = {
            let open = self.open();
            let session = open.get(&key).ok_or(Ended::Unknown)?;
            match self.is_over(&session.kept, now) {
                None => {
                    return Ok(Live {
                        kept: session.kept.clone(),
                        over: session.over.subscribe(),
                    });
                }
                Some(why) => why,
            }
        };
        self.end(&key);
        Err(due)
    }

    /// The person did something.
    pub fn touch(&self, key: &Key) {
        let now = seconds((self.clock)());
        let mut open = self.open();
        let Some(session) = open.get_mut(key) else {
            return;
        };
        session.kept.seen = session.kept.seen.max(now);
        let due = now >= session.written + WRITE_EVERY_S;
        if due {
            session.written = now;
            drop(open);
            (self.write)(Write::Seen(*key, now));
        }
    }

    /// Ends one; whether there was one.
    pub fn end(&self, key: &Key) -> bool {
        self.end_where(|kept| kept.key == *key) > 0
    }

    /// Ends those of a person; how many.
    pub fn end_of(&self, ident: &str) -> usize {
        self.end_where(|kept| kept.who.ident == ident)
    }

    /// Ends those that are idle or old; called now and then so that streams end too.
    pub fn end_due(&self) -> usize {
        let now = seconds((self.clock)());
        self.end_where(|kept| self.is_over(kept, now).is_some())
    }

    /// Those of a person, newest first.
    #[must_use]
    pub fn of(&self, ident: &str) -> Vec<Kept> {
        let open = self.open();
        let mut of: Vec<Kept> = open
            .values()
            .filter(|session| session.kept.who.ident == ident)
            .map(|session| session.kept.clone())
            .collect();
        of.sort_by_key(|kept| std::cmp::Reverse(kept.began));
        of
    }

    fn end_where(&self, is_it: impl Fn(&Kept) -> bool) -> usize {
        let mut gone = Vec::new();
        self.open().retain(|key, session| {
            let ends = is_it(&session.kept);
            if ends {
                session.over.send_replace(true);
                gone.push(*key);
            }
            !ends
        });
        let count = gone.len();
        if count > 0 {
            (self.write)(Write::Gone(gone));
        }
        count
    }

    fn make_room(&self) {
        let oldest = {
            let open = self.open();
            if open.len() < MAX_SESSIONS {
                return;
            }
            open.values()
                .map(|session| (session.kept.seen, session.kept.key))
                .min()
        };
        if let Some((_, key)) = oldest {
            self.end(&key);
        }
    }

    fn is_over(&self, kept: &Kept, now: i64) -> Option<Ended> {
        if now >= kept.began + self.limits.absolute_s {
            return Some(Ended::Old);
        }
        (now >= kept.seen + self.limits.idle_s).then_some(Ended::Idle)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Key, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn session(kept: Kept) -> Session {
    Session {
        written: kept.seen,
        kept,
        over: watch::Sender::new(false),
    }
}
