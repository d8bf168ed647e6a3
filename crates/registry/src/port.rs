//! One port per register. `Ok(None)` is an answer: the register knows nobody.

use async_trait::async_trait;
use linje_types::{OrgNumber, PersonId};

use crate::model::{
    Benefit, Case, FollowUp, Hit, NewTask, Notice, Office, Organisation, Payment, Person, Powers,
    Preferences, Search, Task,
};

/// Why a register gave no answer. Never holds anything about a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It could not be reached.
    #[error("the register cannot be reached")]
    Unreachable,
    /// It said no.
    #[error("the register refused with status {0}")]
    Refused(u16),
    /// It answered what cannot be understood.
    #[error("the register answered something else than was agreed: {0}")]
    Wrong(String),
}

/// An answer of a register.
pub type Answer<T> = Result<T, Fault>;

/// The register of people (PDL).
#[async_trait]
pub trait Persons: Send + Sync {
    /// A person.
    async fn person(&self, id: PersonId) -> Answer<Option<Person>>;
    /// People who fit, at most `limit`.
    async fn search(&self, search: &Search, limit: usize) -> Answer<Vec<Hit>>;
    /// The identity number of a member of staff, for the rule against reading of oneself.
    async fn of_staff(&self, ident: &str) -> Answer<Option<PersonId>>;
}

/// Contact preferences (KRR).
#[async_trait]
pub trait PreferencesOf: Send + Sync {
    /// Of a person; an unregistered one has inactive ones.
    async fn preferences(&self, id: PersonId) -> Answer<Preferences>;
}

/// Cases and documents (SAF).
#[async_trait]
pub trait Cases: Send + Sync {
    /// Of a person, last changed first.
    async fn cases(&self, id: PersonId) -> Answer<Vec<Case>>;
}

/// Payments (utbetaldata).
#[async_trait]
pub trait Payments: Send + Sync {
    /// Of a person between two dates, newest first.
    async fn payments(&self, id: PersonId, from: &str, to: &str) -> Answer<Vec<Payment>>;
}

/// Powers of attorney (repr-api).
#[async_trait]
pub trait PowersOfAttorney: Send + Sync {
    /// Those in force.
    async fn powers(&self, id: PersonId) -> Answer<Powers>;
}

/// Offices (norg2).
#[async_trait]
pub trait Offices: Send + Sync {
    /// The local office of a municipality.
    async fn local(&self, municipality: &str) -> Answer<Option<Office>>;
    /// The unit that does work of this topic and kind.
    async fn best(
        &self,
        topic: &str,
        kind: &str,
        municipality: Option<&str>,
    ) -> Answer<Option<Office>>;
}

/// Tasks (Oppgave).
#[async_trait]
pub trait Tasks: Send + Sync {
    /// Makes a task once: the same key gives the same task.
    async fn create(&self, task: &NewTask) -> Answer<Task>;
    /// A person's tasks, newest first.
    async fn of_person(&self, id: PersonId) -> Answer<Vec<Task>>;
    /// A task.
    async fn one(&self, id: &str) -> Answer<Option<Task>>;
}

/// Organisations (Enhetsregisteret).
#[async_trait]
pub trait Organisations: Send + Sync {
    /// An organisation.
    async fn organisation(&self, number: OrgNumber) -> Answer<Option<Organisation>>;
}

/// Benefits.
#[async_trait]
pub trait Benefits: Send + Sync {
    /// Of a person, running ones first.
    async fn benefits(&self, id: PersonId) -> Answer<Vec<Benefit>>;
}

/// The follow-up.
#[async_trait]
pub trait FollowUps: Send + Sync {
    /// Of a person.
    async fn follow_up(&self, id: PersonId) -> Answer<FollowUp>;
}

/// Notices that were sent.
#[async_trait]
pub trait Notices: Send + Sync {
    /// Of a person, newest first.
    async fn notices(&self, id: PersonId) -> Answer<Vec<Notice>>;
}
