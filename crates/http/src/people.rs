//! People behind the API: registers, hints about who rings, whom a contact is about, and the row that is on
//! disk before anything about a person leaves.
//!
//! A person is opened here and nowhere else. What may not be read and what does not exist take the same way,
//! with the same work, to the same answer.

mod asker;
mod hints;
mod link;
mod measures;
mod moved;
mod own;
mod protect;
mod read;
mod speaks_for;
mod tasks;
pub(crate) mod traces;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use linje_desk::CallerKey;
use linje_registry::{BuiltIn, Facts, Failed, Registers};
use linje_store::records::access::PersonKey;
use linje_store::{NumberKey, Records, Seal, SealError};
use linje_types::{ContactId, PersonId};

pub(crate) use asker::Asker;
pub(crate) use hints::Hint;
use hints::Hints;
pub use measures::{ControlMeasure, MeasuresError, read_measures};
use moved::Links;
pub(crate) use moved::Moved;
pub(crate) use own::{OwnNeeds, own_id};
pub(crate) use read::{
    Grounded, Opened, ReadAsk, failed_problem, grounded, has_in_hand, has_left_over, is_with,
    person_id, traceable,
};
pub(crate) use speaks_for::{By, Mandate, name_told};
pub use tasks::StoredTasks;

/// How long what the register says about a reader is believed.
const READER: Duration = Duration::from_secs(600);

/// The caller of a contact, as the vault has it. Blocks.
pub type CallerOf = Arc<dyn Fn(ContactId) -> Option<CallerKey> + Send + Sync>;

/// The task to ring the person of a call that died, as the vault has it. Blocks.
pub type RingsBack = Arc<dyn Fn(ContactId) -> Option<ContactId> + Send + Sync>;

/// Seals and names people. Cheap to clone.
#[derive(Clone)]
pub struct PeopleKeys(Arc<Keys>);

struct Keys {
    number: NumberKey,
    seal: Seal,
}

impl std::fmt::Debug for PeopleKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PeopleKeys")
    }
}

impl PeopleKeys {
    /// Keys that follow from the folder's secret.
    ///
    /// # Errors
    /// Never in practice.
    pub fn new(number: NumberKey) -> Result<PeopleKeys, SealError> {
        // Other uses of the same secret: they are hashed with names that are no numbers.
        let seal = Seal::new(number.hash("seal of people").0)?;
        Ok(PeopleKeys(Arc::new(Keys { number, seal })))
    }

    /// Names a person without telling who it is.
    #[must_use]
    pub fn key_of(&self, id: PersonId) -> PersonKey {
        self.name(&format!("person {}", id.digits()))
    }

    /// The opaque name of anything else that is read, such as an organisation.
    fn name(&self, what: &str) -> PersonKey {
        let hash = self.0.number.hash(what).0;
        let mut key = PersonKey::default();
        key.copy_from_slice(&hash[..16]);
        key
    }

    /// The caller's key of a number in E.164 form.
    fn caller(&self, number: &str) -> CallerKey {
        self.0.number.hash(number)
    }

    /// Seals a text about a person.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn seal(&self, about: &PersonKey, text: &str) -> Result<Vec<u8>, SealError> {
        self.0.seal.seal(about, text.as_bytes())
    }

    /// Opens what was sealed about a person.
    #[must_use]
    pub fn open(&self, about: &PersonKey, sealed: &[u8]) -> Option<String> {
        String::from_utf8(self.0.seal.open(about, sealed)?).ok()
    }
}

/// How sure it is who a contact is about.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Level {
    /// The number belongs to somebody; anybody may ring from it.
    Hint = 1,
    /// The caller answered control questions.
    Questions = 2,
    /// The caller logged in.
    LoggedIn = 3,
}

impl Level {
    pub(crate) fn from_kept(level: u8) -> Level {
        match level {
            3 => Level::LoggedIn,
            2 => Level::Questions,
            _ => Level::Hint,
        }
    }
}

/// The parts that people are known by.
pub struct People {
    pub(crate) registers: Registers,
    pub(crate) records: Records,
    pub(crate) keys: PeopleKeys,
    pub(crate) built_in: Option<BuiltIn>,
    pub(crate) measures: Vec<ControlMeasure>,
    caller_of: CallerOf,
    rings_back: RingsBack,
    hints: Hints,
    traces: traces::Traces,
    readers: Mutex<HashMap<String, (Instant, Option<Facts>)>>,
    links: Links,
}

impl std::fmt::Debug for People {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("People")
    }
}

/// What people are known by.
pub struct PeopleParts {
    /// The registers.
    pub registers: Registers,
    /// The built-in one, where it is used.
    pub built_in: Option<BuiltIn>,
    /// Where rows are kept.
    pub records: Records,
    /// The keys.
    pub keys: PeopleKeys,
    /// The caller of a contact.
    pub caller_of: CallerOf,
    /// The task to ring whoever had a call that died.
    pub rings_back: RingsBack,
    /// What is measured of staff.
    pub measures: Vec<ControlMeasure>,
}

impl People {
    /// With these parts. Hashes the numbers of the built-in register: tens of milliseconds.
    #[must_use]
    pub fn new(parts: PeopleParts) -> People {
        let hints = Hints::new(parts.built_in.as_ref(), &parts.keys);
        People {
            registers: parts.registers,
            records: parts.records,
            keys: parts.keys,
            built_in: parts.built_in,
            measures: parts.measures,
            caller_of: parts.caller_of,
            rings_back: parts.rings_back,
            hints,
            traces: traces::Traces::default(),
            readers: Mutex::default(),
            links: Links::default(),
        }
    }

    /// What a call from this number needs, as far as it is known who has it.
    #[must_use]
    pub fn needs(&self, caller: CallerKey) -> linje_types::Clearance {
        self.hints.needs(caller)
    }

    /// Who may be behind a contact, by its number. Nobody when the number is withheld, shared or unknown.
    pub(crate) async fn hint(&self, contact: ContactId) -> Hint {
        let caller_of = Arc::clone(&self.caller_of);
        let caller = tokio::task::spawn_blocking(move || caller_of(contact)).await;
        let caller = caller.ok().flatten();
        caller.map_or_else(Hint::default, |caller| self.hints.of(caller))
    }

    /// The task to ring the person of a call that died, if one was made.
    pub(crate) async fn rings_back(&self, lost: ContactId) -> Option<ContactId> {
        let rings_back = Arc::clone(&self.rings_back);
        let found = tokio::task::spawn_blocking(move || rings_back(lost)).await;
        found.ok().flatten()
    }

    /// Whom a contact is about, and how sure that is.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn linked(
        &self,
        contact: ContactId,
    ) -> Result<Option<(PersonId, Level)>, linje_store::RecordsError> {
        let records = self.records.clone();
        let found = tokio::task::spawn_blocking(move || records.linked(contact))
            .await
            .map_err(|_| linje_store::RecordsError::Closed)??;
        let known = found.and_then(|linked| {
            let digits = self.keys.open(&linked.whom, &linked.sealed)?;
            Some((PersonId::parse(&digits)?, Level::from_kept(linked.level)))
        });
        if let Some((_, level)) = known {
            self.links.know(contact, level);
        }
        Ok(known)
    }

    /// What the register knows of a reader: oneself and one's family.
    async fn reader(&self, ident: &str, person: Option<&str>) -> Result<Option<Facts>, Failed> {
        let known = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(ident)
            .cloned();
        if let Some((asked, facts)) = known
            && asked.elapsed() < READER
        {
            return Ok(facts);
        }
        let id = match person.and_then(PersonId::parse) {
            Some(id) => Some(id),
            None => self.registers.of_staff(ident).await?,
        };
        let facts = match id {
            Some(id) => self
                .registers
                .person(id)
                .await?
                .map(|person| person.facts()),
            None => None,
        };
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.insert(ident.to_owned(), (Instant::now(), facts.clone()));
        Ok(facts)
    }
}
